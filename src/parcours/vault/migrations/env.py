"""How Alembic reaches the vault: over the connection that opened it."""

from alembic import context

from parcours.vault.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
