"""The first tables of the vault, written out: a later change of the tables in code does not change what this step made."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table of the first version."""
    op.create_table(
        "secret",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "term",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("code", sa.Integer, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.UniqueConstraint("kind", "text"),
    )
    op.create_table(
        "imported_file",
        sa.Column("file_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("modified_ns", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("accepted", sa.BigInteger, nullable=False),
        sa.Column("refused", sa.JSON, nullable=False),
        sa.Column("notes", sa.JSON, nullable=False),
        sa.Column("types", sa.JSON, nullable=False),
    )
    op.create_index("ix_imported_file_source", "imported_file", ["source"])
    op.create_table(
        "refused",
        sa.Column("file_id", sa.Integer, primary_key=True),
        sa.Column("line", sa.BigInteger, primary_key=True),
        sa.Column("rule", sa.Integer, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("content", sa.Text),
    )
    op.create_table(
        "identifier",
        sa.Column("token", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("namespace", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "free_text",
        sa.Column("signal_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("file_id", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("ix_free_text_file_id", "free_text", ["file_id"])
    op.create_table(
        "trait",
        sa.Column("signal_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("file_id", sa.Integer, nullable=False),
        sa.Column("token", sa.BigInteger),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_index("ix_trait_file_id", "trait", ["file_id"])
    op.create_index("trait_token", "trait", ["token"])
    op.create_table(
        "screened",
        sa.Column("signal_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("file_id", sa.Integer, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_index("ix_screened_file_id", "screened", ["file_id"])
    op.create_table(
        "manifest",
        sa.Column("run_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("published_at", sa.BigInteger, nullable=False),
        sa.Column("as_of", sa.BigInteger, nullable=False),
        sa.Column("pinned_as_of", sa.Integer, nullable=False),
        sa.Column("versions", sa.JSON, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
    )
