"""The first tables of the vault."""

from alembic import op

from parcours.vault.tables import METADATA

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table of the first version."""
    METADATA.create_all(op.get_bind())
