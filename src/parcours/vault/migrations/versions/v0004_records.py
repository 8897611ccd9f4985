"""Customer records, the pairs that may be one customer, and the model that weighs them; when each trait was told."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the instant of a trait, and the tables of records."""
    op.add_column("trait", sa.Column("occurred_at", sa.BigInteger))
    op.create_table(
        "record",
        sa.Column("token", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("first_at", sa.BigInteger),
        sa.Column("given_name", sa.Text),
        sa.Column("family_name", sa.Text),
        sa.Column("birth_date", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("house_number", sa.Text),
        sa.Column("street", sa.Text),
        sa.Column("postcode", sa.Text),
        sa.Column("city", sa.Text),
        sa.Column("region", sa.Text),
        sa.Column("country", sa.Text),
    )
    op.create_table("record_file", sa.Column("file_id", sa.Integer, primary_key=True, autoincrement=False))
    op.create_table(
        "record_model",
        sa.Column("model_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("record_count", sa.BigInteger, nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
    )
    op.create_table(
        "record_pair",
        sa.Column("token", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("other_token", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("model_id", sa.Integer, nullable=False),
        sa.Column("weight_bits", sa.Float, nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("may_join", sa.Boolean, nullable=False),
        sa.Column("first_at", sa.BigInteger),
        sa.Column("evidence", sa.Text, nullable=False),
    )
    op.create_index("record_pair_other_token", "record_pair", ["other_token"])
