"""The operational database: the only place where personal data lies in clear.

Question: what must never be lost or never leak? The key of all tokens, identifiers, traits, free text, refused rows, the ledger of
imported files, and the manifest of published runs.
SQLite through SQLAlchemy: one writing connection in one process, every commit synced to disk; migrations by Alembic.
Only this package opens database engines.
"""

from parcours.vault.store import Vault, open_vault
from parcours.vault.tables import Manifest

__all__ = ["Manifest", "Vault", "open_vault"]
