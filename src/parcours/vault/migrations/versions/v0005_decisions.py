"""What a committee decides on gaps; rows are only added."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table of decisions on gaps, and refuse to change what lies in it."""
    op.create_table(
        "gap_decision",
        sa.Column("decision_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("map", sa.Text, nullable=False),
        sa.Column("promise", sa.Text, nullable=False),
        sa.Column("place", sa.JSON, nullable=False),
        sa.Column("choice", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("budget_minor", sa.BigInteger),
        sa.Column("currency", sa.Text),
        sa.Column("due_on", sa.Text, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("decided_on", sa.Text, nullable=False),
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
    )
    for verb in ("update", "delete"):
        op.execute(
            f"create trigger gap_decision_no_{verb} before {verb} on gap_decision "
            "begin select raise(abort, 'decisions are only added'); end"
        )
