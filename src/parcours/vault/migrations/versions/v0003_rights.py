"""Tables of consent and of rights, written out: a later change of the tables in code does not change what this step made."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the ledger of consent, corrections, erasures and tombstones."""
    op.create_table(
        "consent",
        sa.Column("consent_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("channel", sa.Text),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("wording", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("proof", sa.Text),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
    )
    op.create_index("consent_token", "consent", ["token"])
    op.create_index("consent_purpose", "consent", ["purpose"])
    op.create_table(
        "correction",
        sa.Column("correction_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("proof", sa.Text),
    )
    op.create_index("ix_correction_token", "correction", ["token"])
    op.create_table(
        "erasure",
        sa.Column("erasure_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("finished_at", sa.BigInteger),
        sa.Column("facts", sa.JSON, nullable=False),
    )
    op.create_table(
        "tombstone",
        sa.Column("token", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("erasure_id", sa.Integer, nullable=False),
    )
