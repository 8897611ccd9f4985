"""Lake tables that hold who it was, what changed about it, and what waits for somebody to decide."""

from parcours.lake import TableSpec

RUN_SHIFT = 32  # an event's id is the run << RUN_SHIFT | its place in the run, from 1

PERSON_TOKEN = TableSpec(
    "person_token",
    {
        "token": "BIGINT",
        "person_id": "BIGINT",  # the token that founded the person
        "first_at": "BIGINT",  # when the token was first seen, microseconds UTC
        "component": "BIGINT",  # smallest token that any evidence leads to, carried or not: who is solved together
    },
)

IDENTITY_EVENT = TableSpec(
    "identity_event",
    {
        "event_id": "BIGINT",
        "kind": "VARCHAR",  # merge or split
        "found_at": "BIGINT",  # instant of the run that found it, microseconds UTC
        "person_id": "BIGINT",  # who goes on under this id
        "other_person_id": "BIGINT",  # who was merged into them, or was split off
        "cause": "VARCHAR",  # merge: seen_together, records or decided; split: why the evidence is not followed any more, or evidence_gone
        "token": "BIGINT",  # one end of the evidence that did it; null: none is left
        "namespace_id": "INTEGER",
        "other_token": "BIGINT",
        "other_namespace_id": "INTEGER",
        "first_at": "BIGINT",  # of the evidence, microseconds UTC; null with `token`
        "file_id": "INTEGER",  # file that told it first; null: no file did
    },
)

IDENTITY_MOVE = TableSpec(
    "identity_move",
    {
        "run_id": "BIGINT",
        "token": "BIGINT",
        "person_id": "BIGINT",  # whose it was before; null: not known before
        "new_person_id": "BIGINT",  # whose it is from this run on; null: not known any more
    },
)

IDENTITY_REVIEW = TableSpec(
    "identity_review",
    {
        "item_id": "BIGINT",
        "why": "VARCHAR",  # hub, cap, two_accounts, apart
        "token": "BIGINT",
        "namespace_id": "INTEGER",
        "other_token": "BIGINT",  # null: it is about one token
        "other_namespace_id": "INTEGER",
        "first_at": "BIGINT",  # of the evidence, microseconds UTC
        "seen_with": "BIGINT",  # the figure that is too large
        "plausible": "BIGINT",  # how large it may be
    },
)
