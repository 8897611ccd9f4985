"""Journeys from signals: one per object, or a person's time cut where it is quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.journey.scope import SCORE, instant_of
from parcours.journey.tables import SETTLED
from parcours.journey.where import number_of
from parcours.kernel.clock import duration_us
from parcours.lake import identifier

if TYPE_CHECKING:
    from parcours.journey.scope import Scope
    from parcours.lake import Engine


def stitch(engine: Engine, scope: Scope, map_id: int, steps: dict[str, int], as_of: int) -> None:
    """Cut the signals of a scope into journeys.

    Makes three temporary tables: `assigned` (the scope with `journey_id`, null outside journeys), `journey_new` and `journey_step_new`
    (columns of the lake tables).

    Args:
        engine: Holds the scope's table and `source_zone (source_id, zone)`.
        scope: A filled scope.
        map_id: Code of the map.
        steps: Step name to code.
        as_of: Instant of the run, microseconds UTC.
    """
    cut = _by_person(scope) if scope.map.by_person else _by_object(scope)
    engine.run(f"create or replace temp table assigned as {cut}")
    engine.run(f"drop table {identifier(scope.table)}")
    engine.run(f"create or replace temp table journey_new as {_journeys(scope, map_id, as_of)}")
    engine.run(f"create or replace temp view journey_step_new as {_steps(scope, map_id, steps)}")


def _is_start(scope: Scope) -> str:
    return scope.selects(scope.map.starts) if scope.map.starts else "true"


def _is_end(scope: Scope) -> str:
    ends = scope.map.ends.any_ if scope.map.ends else ()
    return f"({' or '.join(scope.selects(ref) for ref in ends)})" if ends else "false"


def _by_object(scope: Scope) -> str:
    """Each object's signals are one journey; with `starts`, only where one of them starts it."""
    table = identifier(scope.table)
    if not scope.map.starts:
        return f"select *, unit_id as journey_id from {table}"
    return f"""
        select s.*, b.journey_id
        from {table} as s
        left join (select distinct unit_id as journey_id from {table} where {_is_start(scope)}) as b
          on b.journey_id = s.unit_id"""


def _by_person(scope: Scope) -> str:
    """A person's signals are cut after a quiet time and after an end; with `starts`, a piece begins at its first start.

    What led to that start, within `look_back`, belongs to the piece too.
    """
    lived = "partition by unit_id order by at_us, ordinal"
    table = identifier(scope.table)
    end = _is_end(scope)
    ended = f"or lag({end}) over lived" if end != "false" else ""
    # Only the few rows that begin a piece are sorted a second time; the others find their piece by its bounds.
    pieces = f"""
        with piece_start as (
            select unit_id, at_us, ordinal, signal_id
            from {table}
            window lived as ({lived})
            qualify coalesce(at_us - lag(at_us) over lived > {scope.map.quiet_us} {ended}, true)
        ), piece as (
            select unit_id, signal_id as piece_id, at_us as from_at, ordinal as from_ordinal,
                   lead(at_us) over lived as to_at, lead(ordinal) over lived as to_ordinal
            from piece_start
            window lived as ({lived})
        )"""
    inside = """s.unit_id = p.unit_id
              and (s.at_us > from_at or (s.at_us = from_at and s.ordinal >= from_ordinal))
              and (to_at is null or s.at_us < to_at or (s.at_us = to_at and s.ordinal < to_ordinal))"""
    if not scope.map.starts:
        return f"{pieces} select s.*, p.piece_id as journey_id from {table} as s join piece as p on {inside}"
    look_back = scope.map.starts.look_back
    early = f"or start_at - s.at_us <= {duration_us(look_back)}" if look_back else ""
    return f"""{pieces}, started as (
            select p.*, arg_min(s.signal_id, (s.at_us, s.ordinal)) as start_id, min(s.at_us) as start_at,
                   arg_min(s.ordinal, (s.at_us, s.ordinal)) as start_ordinal
            from piece as p left join {table} as s on {inside} and {scope.selects(scope.map.starts, "s")}
            group by all
        )
        select s.*,
               case when s.at_us > start_at or (s.at_us = start_at and s.ordinal >= start_ordinal) {early}
                    then start_id end as journey_id
        from {table} as s join started as p on {inside}"""


def _journeys(scope: Scope, map_id: int, as_of: int) -> str:
    start = _is_start(scope)
    score = f"({number_of(scope.values[SCORE])})" if SCORE in scope.values else "null::double"
    return f"""
        select journey_id, unit_id, person_id, started_at, ended_at, {_closing(scope, as_of)} as closed_at, signals, weight,
               score_sum, score_count, {map_id} as map_id, {SETTLED} as layer
        from (
            select journey_id,
                   any_value(unit_id) as unit_id,
                   {_person(scope)} as person_id,
                   min(at_us) as started_at,
                   max(at_us) as ended_at,
                   min(case when {_is_end(scope)} then at_us end) as end_at,
                   {_named_end(scope)} as named_end,
                   count(*) as signals,
                   coalesce(arg_min(case when {start} then weight end, (at_us, ordinal)), 1) as weight,
                   sum({score}) as score_sum,
                   count({score}) as score_count
            from assigned left join source_zone using (source_id)
            where journey_id is not null
            group by journey_id
        )"""


def _person(scope: Scope) -> str:
    """SQL of whom a journey is of: its unit, or whoever started it, or anybody in it."""
    if scope.map.by_person:
        return "any_value(unit_id)"
    return f"coalesce(arg_min(case when {_is_start(scope)} then person_id end, (at_us, ordinal)), min(person_id))"


def _closing(scope: Scope, as_of: int) -> str:
    """SQL of when a journey closed: at its first end, at the instant its start names, or when it had been quiet; null while it is open."""
    ends = scope.map.ends
    closings = [f"case when named_end <= {as_of} then named_end end", "end_at"]
    if scope.map.by_person or (ends and ends.or_quiet_for):
        quiet = f"ended_at + {scope.map.quiet_us}"
        closings.append(f"case when {quiet} <= {as_of} then {quiet} end")
    return f"least({', '.join(closings)})"


def _named_end(scope: Scope) -> str:
    """SQL of the instant that the first start names as the journey's end."""
    ends = scope.map.ends
    if not ends or not ends.at or ends.at not in scope.values:
        return "null::bigint"
    instant = instant_of(scope.values[ends.at], "zone")
    return f"arg_min(case when {_is_start(scope)} then {instant} end, (at_us, ordinal))"


def _steps(scope: Scope, map_id: int, codes: dict[str, int]) -> str:
    conditional = [step for step in scope.map.steps if step.where is not None]
    special = {step.signal for step in conditional}
    cases = [
        f"when {scope.selects(step.ref, 'a')} then {codes[step.step]}"
        for step in scope.map.steps
        if step.signal in special
    ]
    plain: dict[int, int] = {}
    for step in scope.map.steps:
        if step.signal not in special:
            plain.setdefault(scope.world.types.get(step.signal, -1), codes[step.step])
    values = ", ".join(f"({kind}, {code})" for kind, code in plain.items()) or "(-2, -2)"
    step_id = f"case {' '.join(cases)} else p.step_id end" if cases else "p.step_id"
    return f"""
        select a.journey_id, a.at_us as occurred_at, a.ordinal, a.signal_id, a.type_id, cast({step_id} as integer) as step_id,
               a.channel_id, a.touchpoint_id, {map_id} as map_id, {SETTLED} as layer
        from assigned as a
        left join (values {values}) as p(type_id, step_id) on p.type_id = a.type_id
        where a.journey_id is not null"""
