"""Tables of the vault."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Boolean,
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
    Column("occurred_at", BigInteger),
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

# Every answer to a question of consent, under each identifier it was given with; rows are only ever added.
CONSENT = Table(
    "consent",
    METADATA,
    Column("consent_id", BigInteger, primary_key=True, autoincrement=False),
    Column("token", BigInteger, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("channel", Text),
    Column("answer", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("wording", Text),
    Column("language", Text),
    Column("source", Text, nullable=False),
    Column("proof", Text),
    Column("recorded_at", BigInteger, nullable=False),
)
Index("consent_token", CONSENT.c.token)
Index("consent_purpose", CONSENT.c.purpose)

# What a person says is right, over what sources say; rows are only ever added.
CORRECTION = Table(
    "correction",
    METADATA,
    Column("correction_id", Integer, primary_key=True, autoincrement=True),
    Column("token", BigInteger, nullable=False, index=True),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("proof", Text),
)

# Erasures: state is begun, withdrawn or done.
ERASURE = Table(
    "erasure",
    METADATA,
    Column("erasure_id", Integer, primary_key=True, autoincrement=True),
    Column("state", Text, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("facts", JSON, nullable=False),
)

# What is left of whoever was erased: keyed hashes, so that nothing of them enters again.
TOMBSTONE = Table(
    "tombstone",
    METADATA,
    Column("token", BigInteger, primary_key=True, autoincrement=False),
    Column("erasure_id", Integer, nullable=False),
)

# What people decided about identity; append-only, the later one wins.
IDENTITY_DECISION = Table(
    "identity_decision",
    METADATA,
    Column("decision_id", Integer, primary_key=True, autoincrement=False),
    Column("verb", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text),
    Column("decided_at", BigInteger, nullable=False),
    Column("decided_by", Text, nullable=False),
)
# What a committee decided on a gap; rows are only added, and the database refuses anything else. `place` is as `deciding` writes it.
GAP_DECISION = Table(
    "gap_decision",
    METADATA,
    Column("decision_id", Integer, primary_key=True, autoincrement=True),
    Column("map", Text, nullable=False),
    Column("promise", Text, nullable=False),
    Column("place", JSON, nullable=False),
    Column("choice", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("budget_minor", BigInteger),
    Column("currency", Text),
    Column("due_on", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("decided_on", Text, nullable=False),
    Column("run_id", Integer, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("recorded_by", Text, nullable=False),
)

# What personas are, each time they were learnt: no person is in it. The newest counts; rows are only added.
PERSONA_MODEL = Table(
    "persona_model",
    METADATA,
    Column("model_id", Integer, primary_key=True, autoincrement=True),
    Column("made_at", BigInteger, nullable=False),
    Column("run_id", Integer, nullable=False),
    Column("definition", JSON, nullable=False),
)

# What was decided on personas by hand: rename, merge, split, pin, unpin; rows are only added, and the database refuses anything else.
PERSONA_DECISION = Table(
    "persona_decision",
    METADATA,
    Column("decision_id", Integer, primary_key=True, autoincrement=True),
    Column("verb", Text, nullable=False),
    Column("persona", Integer, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("because", Text, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("recorded_by", Text, nullable=False),
)

# A map was looked over; rows are only added, and the database refuses anything else.
MAP_REVIEW = Table(
    "map_review",
    METADATA,
    Column("review_id", Integer, primary_key=True, autoincrement=True),
    Column("map", Text, nullable=False),
    Column("reviewed_on", Text, nullable=False),
    Column("seen_on", Text, nullable=False),
    Column("reviewed_by", Text, nullable=False),
    Column("note", Text),
    Column("run_id", Integer, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
)

IDENTITY_DECISION_TOKEN = Table(
    "identity_decision_token",
    METADATA,
    Column("decision_id", Integer, primary_key=True),
    Column("token", BigInteger, primary_key=True, autoincrement=False),
    Column("side", Integer, nullable=False),
)

# What is known of a customer under one token, in standard form, so that the same reads the same; made from `trait`.
RECORD = Table(
    "record",
    METADATA,
    Column("token", BigInteger, primary_key=True, autoincrement=False),
    Column("first_at", BigInteger),
    *(
        Column(name, Text)
        for name in (
            "given_name",
            "family_name",
            "birth_date",
            "email",
            "phone",
            "house_number",
            "street",
            "postcode",
            "city",
            "region",
            "country",
        )
    ),
)

# Files whose traits are in `record`.
RECORD_FILE = Table(
    "record_file", METADATA, Column("file_id", Integer, primary_key=True, autoincrement=False)
)

# What was learnt about how records of one customer agree; pairs are weighed by the newest.
RECORD_MODEL = Table(
    "record_model",
    METADATA,
    Column("model_id", Integer, primary_key=True, autoincrement=True),
    Column("made_at", BigInteger, nullable=False),
    Column("definition", Text, nullable=False),
    Column("record_count", BigInteger, nullable=False),
    Column("parameters", JSON, nullable=False),
)

# Records that may be one customer, with what speaks for it: `evidence` lists comparison, level and bits.
RECORD_PAIR = Table(
    "record_pair",
    METADATA,
    Column("token", BigInteger, primary_key=True, autoincrement=False),
    Column("other_token", BigInteger, primary_key=True, autoincrement=False),
    Column("model_id", Integer, nullable=False),
    Column("weight_bits", Float, nullable=False),
    Column("probability", Float, nullable=False),
    Column("decision", Text, nullable=False),
    Column("may_join", Boolean, nullable=False),
    Column("first_at", BigInteger),
    Column("evidence", Text, nullable=False),
)
Index("record_pair_other_token", RECORD_PAIR.c.other_token)

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
