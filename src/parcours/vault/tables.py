"""Tables of the vault."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import JSON

METADATA = MetaData()

# One secret of the workspace; `key` is the keyed-hash key of every token.
SECRET = Table(
    "secret", METADATA, Column("name", Text, primary_key=True), Column("value", LargeBinary, nullable=False)
)

# Small integers for the texts that repeat: kind is source, type, channel, touchpoint, namespace, map, step, promise.
TERM = Table(
    "term",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("code", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    UniqueConstraint("kind", "text"),
)

# One row per file ever imported; state is prepared, imported or replaced.
IMPORTED_FILE = Table(
    "imported_file",
    METADATA,
    Column("file_id", Integer, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False, index=True),
    Column("path", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("modified_ns", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("accepted", BigInteger, nullable=False),
    Column("refused", JSON, nullable=False),
    Column("notes", JSON, nullable=False),
    Column("types", JSON, nullable=False),
)

# Signals that were refused, with what is needed to find, mend and replay them.
REFUSED = Table(
    "refused",
    METADATA,
    Column("file_id", Integer, primary_key=True),
    Column("line", BigInteger, primary_key=True),
    Column("rule", Integer, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("content", Text),
)

# What a token stands for, in clear.
IDENTIFIER = Table(
    "identifier",
    METADATA,
    Column("token", BigInteger, primary_key=True, autoincrement=False),
    Column("namespace", Text, nullable=False),
    Column("value", Text, nullable=False),
)

# Free text of a signal.
FREE_TEXT = Table(
    "free_text",
    METADATA,
    Column("signal_id", BigInteger, primary_key=True, autoincrement=False),
    Column("file_id", Integer, nullable=False, index=True),
    Column("text", Text, nullable=False),
)

# What a row says about its person, and properties that looked personal.
TRAIT = Table(
    "trait",
    METADATA,
    Column("signal_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("file_id", Integer, nullable=False, index=True),
    Column("token", BigInteger),
    Column("value", Text, nullable=False),
)
Index("trait_token", TRAIT.c.token)
SCREENED = Table(
    "screened",
    METADATA,
    Column("signal_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("file_id", Integer, nullable=False, index=True),
    Column("value", Text, nullable=False),
)

# Published runs: what readers may open.
MANIFEST = Table(
    "manifest",
    METADATA,
    Column("run_id", Integer, primary_key=True, autoincrement=True),
    Column("published_at", BigInteger, nullable=False),
    Column("as_of", BigInteger, nullable=False),
    Column("pinned_as_of", Integer, nullable=False),
    Column("versions", JSON, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("seconds", Float, nullable=False),
)


@dataclass(frozen=True)
class Manifest:
    """One published run.

    Attributes:
        run_id: Grows by one a run.
        published_at: When, microseconds UTC.
        as_of: Signals after this instant were not looked at, microseconds UTC.
        versions: Lake table to the Delta version of this run.
        facts: Counts, definitions of the maps, coverage; what the next run and `status` need.
        seconds: How long the run took.
    """

    run_id: int
    published_at: int
    as_of: int
    versions: dict[str, int]
    facts: dict[str, object]
    seconds: float
