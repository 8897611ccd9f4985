"""When a promise with a calendar is due, or how far back it looks: instants for its triggers, in opening time or working days.

The hours become two small tables (`journey.opening`); the deadlines are one query over them, the model `deadline`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pyarrow as pa

from parcours.journey.looking_back import clock_back
from parcours.journey.opening import DAY_US, Wait, clock_of
from parcours.kernel.clock import SECOND_US
from parcours.lake import identifier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.gap.placing import Pool
    from parcours.journey.map import Promise
    from parcours.journey.opening import Schedule, Timetable
    from parcours.journey.scope import Scope
    from parcours.lake import Engine

_START = pa.schema(
    [
        ("clock_id", pa.int32()),
        ("day", pa.int64()),
        ("since_us", pa.int64()),
        ("until_us", pa.int64()),
        ("runs", pa.bool_()),
        ("counted", pa.int64()),
    ]
)
_DUE = pa.schema(
    [
        ("clock_id", pa.int32()),
        ("stretch", pa.int64()),
        ("counted_from", pa.int64()),
        ("counted_until", pa.int64()),
        ("due_from", pa.int64()),
        ("runs", pa.bool_()),
    ]
)
# Tables are made for round spans of time and of waiting, so that the promises of a run share them.
_ROUND_US, _ROUND_WAIT_US, _ROUND_DAYS = 64 * DAY_US, 100 * 3_600 * SECOND_US, 20


def tell_deadlines(engine: Engine, scope: Scope, promise: Promise, pool: Pool) -> None:
    """Make the table `deadline` (signal_id, clock_id, deadline_at) for the triggers of a promise with a calendar, and for what revises it.

    A signal that is not there has no deadline: its place has no hours, or never opens again. Where the promise looks back, the instant is the
    start of its window. For a rhythm also `trigger_clock` (signal_id, clock_id), and `beat_due`, which is `deadline` of its targets by the
    hours of each trigger of their unit.

    Args:
        engine: Holds the placed signals of the map's journeys, and `object`.
        scope: The map's scope.
        promise: One with a calendar.
        pool: The signals it looks at.
    """
    timetable, wait = scope.world.timetables[promise.calendar or ""], promise.wait
    assert wait is not None  # noqa: S101 - callers only ask for promises with a calendar
    schedules = [timetable.common, *dict.fromkeys(timetable.places.values())]
    _register_places(engine, timetable, schedules)
    engine.run(f"create or replace temp table awaited as {_awaited(scope, promise, timetable, pool)}")
    _tell(engine, tuple(schedules), wait, "deadline", back=promise.whenever is not None)
    if promise.every is not None:
        engine.run("create or replace temp table trigger_clock as select signal_id, clock_id from awaited")
        engine.run(f"create or replace temp table awaited as {_beats(scope, promise, pool)}")
        _tell(engine, tuple(schedules), wait, "beat_due", back=False)


def _tell(
    engine: Engine, schedules: tuple[Schedule | None, ...], wait: Wait, name: str, *, back: bool
) -> None:
    """Make a table of deadlines for the signals in `awaited`."""
    first, last = engine.rows("select min(at_us), max(at_us) from awaited")[0]
    origin, start, due = _tables(schedules, first or 0, last or 0, wait, back=back)
    engine.register("clock_start", start)
    engine.register("clock_due", due)
    asked = {
        "origin": origin,
        "day": DAY_US,
        "waited": -wait.amount if back else wait.amount,
        "stretch": wait.stretch,
    }
    engine.make_table(__package__, "deadline", asked, name)


def _register_places(engine: Engine, timetable: Timetable, schedules: Sequence[Schedule | None]) -> None:
    """Table `clock_place`: which hours each named place has, by their place in the list; 0 are those of all others."""
    clocks = {schedule: number for number, schedule in enumerate(schedules) if number}
    codes = [clocks[schedule] for schedule in timetable.places.values()]
    columns = [pa.array(list(timetable.places), pa.string()), pa.array(codes, pa.int32())]
    engine.register("clock_place", pa.table(columns, ["value", "clock_id"]))


def _awaited(scope: Scope, promise: Promise, timetable: Timetable, pool: Pool) -> str:
    """SQL of the signals that give or revise a promise, with their instants and the hours of their places."""
    assert promise.trigger is not None  # noqa: S101 - what counts time has a trigger
    clock, join = "0", ""
    if timetable.by in scope.values:
        clock = "coalesce(p.clock_id, 0)"
        join = f"left join clock_place as p on p.value = a.{scope.values[timetable.by]}"
    elif timetable.by in scope.places:
        clock = "coalesce(p.clock_id, 0)"
        join = f"""
            left join (
                select distinct o.object_id, c.clock_id
                from object as o join clock_place as c on c.value = o.value
                where o.namespace_id = {scope.world.namespaces[timetable.by]}
            ) as p on p.object_id = a.{scope.places[timetable.by]}"""
    asked = [
        (
            pool.given.of(promise.trigger),
            f"a.journey_id is not null and {scope.selects(promise.trigger, 'a')}",
        )
    ]
    if promise.revised_by is not None:
        asked.append((pool.of(promise.revised_by), scope.selects(promise.revised_by, "a")))
    return " union ".join(
        f"select a.signal_id, a.at_us, {clock} as clock_id from {relation} as a {join} where {which}"
        for relation, which in asked
    )


def _beats(scope: Scope, promise: Promise, pool: Pool) -> str:
    """SQL of what is to come again and again, once for the hours of each trigger of its unit."""
    return f"""
        select distinct e.signal_id, e.at_us, k.clock_id
        from {identifier(pool.name)} as e
        join (
            select distinct p.unit_id, t.clock_id
            from {identifier(pool.name)} as p join trigger_clock as t on t.signal_id = p.signal_id
        ) as k on k.unit_id = e.unit_id
        where {scope.selects(promise.target, "e")}"""


def _tables(
    schedules: Sequence[Schedule | None], first_us: int, last_us: int, wait: Wait, *, back: bool
) -> tuple[int, pa.Table, pa.Table]:
    """Origin of days, `clock_start` and `clock_due` for triggers between two instants."""
    first = first_us // _ROUND_US * _ROUND_US
    last = -(-last_us // _ROUND_US) * _ROUND_US
    unit = _ROUND_DAYS if wait.in_days else _ROUND_WAIT_US
    longest = Wait(-(-wait.amount // unit) * unit, wait.in_days)
    return first, *_tables_once(tuple(schedules), first, last, longest, back=back)


@lru_cache(maxsize=8)
def _tables_once(
    schedules: tuple[Schedule | None, ...], first_us: int, last_us: int, longest: Wait, *, back: bool
) -> tuple[pa.Table, pa.Table]:
    clocks = {
        number: (clock_back if back else clock_of)(schedule, first_us, last_us, longest)
        for number, schedule in enumerate(schedules)
        if schedule is not None
    }
    start = [(number, *row) for number, clock in clocks.items() for row in clock.start]
    due = [(number, *row) for number, clock in clocks.items() for row in clock.due]
    return _table(start, _START), _table(due, _DUE)


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema=schema)
