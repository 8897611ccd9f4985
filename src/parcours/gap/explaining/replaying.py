"""What the judging queries knew of some verdicts: their own last rows, and every signal of the asked type they had before them.

The queries are those of `judging`, asked again over the signals of the verdicts' units alone, so an explanation cannot mean anything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parcours.gap.judging import trace
from parcours.gap.measured import place_of
from parcours.gap.roles import WHOLE, identity_of, other_file, target_role
from parcours.gap.several import counted_in
from parcours.journey.where import number_of
from parcours.lake import identifier

if TYPE_CHECKING:
    from collections.abc import Collection

    from parcours.gap.bench import Bench
    from parcours.gap.placing import Pool
    from parcours.gap.timed import Steps
    from parcours.journey.map import Promise
    from parcours.lake import Engine

Row = dict[str, Any]  # a row of a query
Key = tuple[int, int, int | None]
"""Trigger, unit, part: one verdict of a promise."""


@dataclass(frozen=True)
class Replay:
    """What was known of one verdict.

    Attributes:
        known: The last row of the judging queries.
        near: Signals of the asked type in the unit: signal_id, at_us, ordinal, fits (its condition holds), matches, of_part, follows (it
            lies on the side of the trigger that is looked at), value.
        counted: Signals that were counted, by signal_id; only of `of`.
        revisions: Signals that give a new date: signal_id, at_us, from_at, deadline_at.
    """

    known: Row
    near: tuple[Row, ...]
    counted: frozenset[int]
    revisions: tuple[Row, ...]


def replay(engine: Engine, bench: Bench, promise: Promise, triggers: Collection[int]) -> dict[Key, Replay]:
    """Judge a promise again, and keep what its queries knew of the verdicts of some triggers.

    Args:
        engine: As `judging.judge` needs it; `assigned` holds the units whole.
        bench: Where it is judged.
        promise: Which.
        triggers: Their signal ids.
    """
    steps, pool = trace(engine, bench, promise)
    last = list(steps)[-1]
    wanted = f"v.signal_id in ({', '.join(str(item) for item in sorted(triggers)) or 'null'})"
    known = _rows(engine, steps, f"select v.* from {last} as v where {wanted}")
    near = _by_key(_rows(engine, steps, _near(bench, promise, pool, f"{last} as v", wanted)))
    counted: dict[Key, list[Row]] = {}
    if promise.of is not None:
        named = ", ".join(f"_{name} as {name}" for name in identity_of(promise))
        asked = counted_in(bench.scope, promise, pool, wanted.replace("v.", "t."))
        counted = _by_key(_rows(engine, steps, f"select {named}, found_id from ({asked})"))
    revisions: dict[Key, list[Row]] = {}
    if "told_due" in steps:
        revisions = _by_key(_rows(engine, steps, _revisions(bench, promise, pool, f"{last} as v", wanted)))
    return {
        _key(row): Replay(
            row,
            tuple(near.get(_key(row), ())),
            frozenset(item["found_id"] for item in counted.get(_key(row), ())),
            tuple(revisions.get(_key(row), ())),
        )
        for row in known
    }


def _rows(engine: Engine, steps: Steps, query: str) -> list[Row]:
    sql = f"with {', '.join(f'{name} as ({step})' for name, step in steps.items())} {query}"
    rows: list[Row] = engine.arrow(sql).to_pylist()
    return rows


def _key(row: Row) -> Key:
    part = row.get("part_id")
    return row["signal_id"], row["unit_id"], None if part in {None, WHOLE} else part


def _by_key(rows: list[Row]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = {}
    for row in rows:
        found.setdefault(_key(row), []).append(row)
    return found


def _near(bench: Bench, promise: Promise, pool: Pool, verdicts: str, wanted: str) -> str:
    """Query of what the unit holds of the asked type, with what of the promise holds of each."""
    scope = bench.scope
    target, in_journey = promise.target, promise.trigger is None and not _is_of_place(bench, promise)
    matches = " and ".join(
        f"coalesce(v.match_{number} = p.{scope.values[name]}, false)"
        for number, name in enumerate(promise.match.values())
        if promise.trigger is not None
    )
    of_part, part = "true", ""
    if promise.each is not None:
        parts = f"p.{scope.parts[promise.each]}"
        of_part = (
            f"case when len({parts}) > 0 then list_contains({parts}, v.part_id) else v.part_id = {WHOLE} end"
        )
        part = "v.part_id, "
    inside = " and p.journey_id = v.journey_id" if in_journey else ""
    span = " and p.at_us between v.from_at and v.deadline_at" if _is_of_place(bench, promise) else ""
    return f"""
        select v.signal_id, v.unit_id, {part}p.signal_id as near_id, p.at_us, p.ordinal,
               {scope.selects(target, "p")} as fits, {matches or "true"} as matches, {of_part} as of_part,
               {_follows(bench, promise, pool)} as follows, {_value(bench, promise)} as value
        from {verdicts} join {identifier(pool.name)} as p on p.unit_id = v.unit_id{inside}{span}
        where {wanted} and p.type_id = {scope.world.types.get(target.signal, -1)}
        order by p.at_us, p.ordinal"""


def _is_of_place(bench: Bench, promise: Promise) -> bool:
    return place_of(promise, bench.scope.world.namespaces) is not None


def _follows(bench: Bench, promise: Promise, pool: Pool) -> str:
    """SQL: a signal `p` lies on the side of the trigger `v` that the promise looks at."""
    if promise.trigger is None:
        return "true"
    if promise.whenever is not None:
        return f"(p.at_us < v.at_us or (p.at_us = v.at_us and ({other_file('p', 'v')} or p.ordinal < v.ordinal)))"
    starts = "original_from_at" if promise.revised_by is not None else "from_at"
    ties_if = f"{{trigger}}.{starts} <= {{trigger}}.at_us" if promise.between else "true"
    return target_role(bench.scope, promise, pool, ties_if=ties_if).is_after("v", "p")


def _value(bench: Bench, promise: Promise) -> str:
    """SQL of what is added up or measured of a signal `p`."""
    names = [*(promise.sum or {}).values(), *promise.bound]
    column = bench.scope.values.get(names[0]) if names else None
    return "null::double" if column is None else number_of(f"p.{column}")


def _revisions(bench: Bench, promise: Promise, pool: Pool, verdicts: str, wanted: str) -> str:
    role = target_role(bench.scope, promise, pool)
    part = "v.part_id, " if promise.each is not None else ""
    return f"""
        select distinct v.signal_id, v.unit_id, {part}r.signal_id as near_id, r.at_us, r.from_at, r.deadline_at
        from {verdicts} join told_due as r on {role.meets("v", "r")}
        where {wanted} and r.at_us > v.at_us
        order by r.at_us, near_id"""
