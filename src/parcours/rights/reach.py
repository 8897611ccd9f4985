"""How rights reach a table: by the names of its columns, so that a new table is reached from its first day."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, false, func, or_, select, update

from parcours.journey import SETTLED
from parcours.vault.tables import IDENTITY_DECISION, IDENTITY_DECISION_TOKEN, METADATA

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import ColumnElement, Connection, Table

    from parcours.lake import TableSpec

# What a column of this name holds, in any table of lake or vault.
TOKENS = ("token", "other_token", "left_token", "right_token", "lead_token", "object_id")
SIGNALS = ("signal_id", "trigger_id", "target_id")
PEOPLE = ("person_id", "other_person_id", "old_person_id", "new_person_id")
UNITS = ("unit_id",)
# Tables of the vault that hold nothing of anybody, or whose rows are reached in another way.
NOT_BY_COLUMN = frozenset(
    {
        "secret",
        "term",
        "imported_file",
        "manifest",
        "erasure",
        "tombstone",
        "refused",
        "identity_decision",
        "gap_decision",
        "persona_model",
        "persona_decision",
        "map_review",
        "record_file",
        "record_model",
    }
)


def reached_tables() -> list[Table]:
    """Tables of the vault that hold rows of people, by name."""
    return [table for name, table in sorted(METADATA.tables.items()) if name not in NOT_BY_COLUMN]


def rows_of(table: Table, keys: Mapping[str, Collection[int]]) -> ColumnElement[bool]:
    """The condition that a row of a vault's table is somebody's.

    Args:
        table: One of `reached_tables`.
        keys: `tokens`, `signals` and `people` that are theirs.
    """
    groups = (("tokens", TOKENS), ("signals", SIGNALS), ("people", PEOPLE))
    parts = [
        table.c[name].in_(numbers(keys[kind])) for kind, names in groups for name in names if name in table.c
    ]
    return or_(false(), *parts)  # a table of nobody: none of its rows


def is_reached(table: Table) -> bool:
    """Some column of the table says whose a row is."""
    return any(name in table.c for name in (*TOKENS, *SIGNALS, *PEOPLE))


def numbers(
    values: Collection[int],
) -> Any:  # a select of numbers, bound as one value: thousands are too many for a statement
    """A list of numbers to be looked up in."""
    found = func.json_each(json.dumps(sorted(values))).table_valued("value")
    return select(found.c.value)


def delete_rows(connection: Connection, keys: Mapping[str, Collection[int]]) -> dict[str, int]:
    """Delete somebody's rows from every table of the vault that is reached by its columns; answers how many from each."""
    about = select(IDENTITY_DECISION_TOKEN.c.decision_id).where(rows_of(IDENTITY_DECISION_TOKEN, keys))
    named = IDENTITY_DECISION.c.decision_id.in_(about)
    connection.execute(update(IDENTITY_DECISION).where(named).values(reason=None))  # it may name them
    counts = {}
    for table in reached_tables():
        counts[table.name] = connection.execute(delete(table).where(rows_of(table, keys))).rowcount
    return counts


def condition(spec: TableSpec) -> str | None:
    """SQL, over a table of the lake, of rows that are somebody's; None where it holds nobody's.

    The engine holds `held_token`, `held_object`, `held_signal`, `held_person` and, of derived tables, `held_journey`.
    """
    parts = []
    for name in spec.columns:
        if name in TOKENS:
            parts.append(
                f"{name} in (select token from held_token) or {name} in (select object_id from held_object)"
            )
        elif name in SIGNALS:
            parts.append(f"{name} in (select signal_id from held_signal)")
        elif name in PEOPLE:
            parts.append(f"{name} in (select person_id from held_person)")
        elif name in UNITS:
            parts.append(
                f"{name} in (select object_id from held_object) or {name} in (select person_id from held_person)"
            )
    if {"map_id", "journey_id", "layer"} <= set(spec.columns):
        parts.append("(map_id, journey_id, layer) in (select (map_id, journey_id, layer) from held_journey)")
    elif {"map_id", "journey_id"} <= set(spec.columns):  # names journeys of the settled layer
        parts.append(
            f"(map_id, journey_id) in (select (map_id, journey_id) from held_journey where layer = {SETTLED})"
        )
    return " or ".join(f"({part})" for part in parts) or None
