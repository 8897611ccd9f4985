"""When maps were looked over; rows are only added."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table of reviews of maps, and refuse to change what lies in it."""
    op.create_table(
        "map_review",
        sa.Column("review_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("map", sa.Text, nullable=False),
        sa.Column("reviewed_on", sa.Text, nullable=False),
        sa.Column("seen_on", sa.Text, nullable=False),
        sa.Column("reviewed_by", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
    )
    for verb in ("update", "delete"):
        op.execute(
            f"create trigger map_review_no_{verb} before {verb} on map_review "
            "begin select raise(abort, 'reviews are only added'); end"
        )
