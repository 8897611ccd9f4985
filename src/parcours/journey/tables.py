"""Lake tables that hold lived journeys."""

from parcours.lake import TableSpec

SETTLED, RECENT = 0, 1  # layers: written whole, and written since for the units looked at again
FILE_SHIFT = 40  # an ordinal is rank of the file << 40 | place in the file

JOURNEY = TableSpec(
    "journey",
    {
        "journey_id": "BIGINT",  # unique within the map
        "unit_id": "BIGINT",  # the object, or the person, that the journey is about
        "person_id": "BIGINT",  # null: nobody is known
        "started_at": "BIGINT",  # first signal, microseconds UTC
        "ended_at": "BIGINT",  # last signal, microseconds UTC
        "closed_at": "BIGINT",  # null: still open
        "signals": "BIGINT",
        "weight": "DOUBLE",  # of the signal that starts it; how many journeys of the population it stands for
        "score_sum": "DOUBLE",  # of the scores given in it; null: none
        "score_count": "BIGINT",
        "map_id": "INTEGER",
        "layer": "INTEGER",  # settled or recent
    },
    partition=("map_id", "layer"),
)

JOURNEY_STEP = TableSpec(
    "journey_step",
    {
        "journey_id": "BIGINT",
        "occurred_at": "BIGINT",
        "ordinal": "BIGINT",  # orders equal instants: rank of the file, then place in it
        "signal_id": "BIGINT",
        "type_id": "INTEGER",
        "step_id": "INTEGER",  # null: lived, but not on the map
        "channel_id": "INTEGER",
        "touchpoint_id": "INTEGER",
        "map_id": "INTEGER",
        "layer": "INTEGER",
    },
    partition=("map_id", "layer"),
)
