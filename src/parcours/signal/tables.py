"""Lake tables that hold what was observed."""

from parcours.lake import TableSpec

MAX_RULES = 64  # of one mapping: source_row is the row in the file x this + place in the mapping

# What a source may tell of a customer, beside identifiers; kept in the vault.
TRAITS = (
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

SIGNAL = TableSpec(
    "signal",
    {
        "signal_id": "BIGINT",  # from source and message id
        "source_id": "INTEGER",
        "type_id": "INTEGER",
        "channel_id": "INTEGER",  # null: the mapping names none
        "touchpoint_id": "INTEGER",  # null: the mapping names none
        "occurred_at": "BIGINT",  # microseconds UTC
        "source_row": "BIGINT",  # row in the file x 64 + place in the mapping: the order of the file
        "token": "BIGINT",  # leading identifier; null: nobody is known
        "weight": "DOUBLE",  # null: 1
        "objects": "STRUCT(namespace_id INTEGER, object_id BIGINT)[]",  # null: none
        "properties": "VARCHAR",  # JSON object; null: none
        "file_id": "INTEGER",
    },
)

TIMELESS = TableSpec(
    "timeless",  # refused for their time alone: they happened, nobody can say when, so nothing is proved by their absence
    {**SIGNAL.columns, "occurred_at": "BIGINT"},  # always null
)

LINK = TableSpec(
    "link",
    {
        "token": "BIGINT",  # leading identifier of the signals
        "namespace_id": "INTEGER",
        "other_token": "BIGINT",  # another identifier on the same signals; null: the leading one came alone
        "other_namespace_id": "INTEGER",
        "first_at": "BIGINT",  # first signal with both, microseconds UTC
        "signals": "BIGINT",
        "file_id": "INTEGER",
    },
)

OBJECT = TableSpec(
    "object",
    {
        "namespace_id": "INTEGER",
        "object_id": "BIGINT",
        "value": "VARCHAR",  # null: it looked personal and lies in the vault
        "file_id": "INTEGER",
    },
)
