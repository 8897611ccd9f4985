"""Journeys from signals: one per object, or a person's time cut where it is quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.journey.scope import SCORE
from parcours.lake import identifier

if TYPE_CHECKING:
    from parcours.journey.scope import Scope
    from parcours.lake import Engine


def stitch(engine: Engine, scope: Scope, map_id: int, steps: dict[str, int], as_of: int) -> None:
    """Cut the signals of a scope into journeys.

    Makes three temporary tables: `assigned` (the scope with `journey_id`, null outside journeys), `journey_new` and `journey_step_new`
    (columns of the lake tables).

    Args:
        engine: Holds the scope's table.
        scope: A filled scope.
        map_id: Code of the map.
        steps: Step name to code.
        as_of: Instant of the run, microseconds UTC.
    """
    engine.run(
        f"create or replace temp table assigned as {_by_person(scope) if scope.map.by_person else _by_object(scope)}"
    )
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
    started = f"select distinct unit_id as journey_id from {table} where {_is_start(scope)}"
    return (
        f"select s.*, b.journey_id from {table} as s left join ({started}) as b on b.journey_id = s.unit_id"
    )


def _by_person(scope: Scope) -> str:
    """A person's signals are cut after a quiet time and after an end; with `starts`, a piece begins at its first start."""
    order = "partition by unit_id order by at_us, ordinal"
    end = _is_end(scope)
    ended = f" or lag({end}) over ({order})" if end != "false" else ""
    cut = f"""
        select *, coalesce(at_us - lag(at_us) over ({order}) > {scope.map.quiet_us}{ended}, true) as begins
        from {identifier(scope.table)}"""
    if not scope.map.starts:
        return f"""
            select * exclude (begins),
                   last_value(case when begins then signal_id end ignore nulls) over ({order} rows between unbounded preceding and current row) as journey_id
            from ({cut})"""
    return f"""
        with cut as ({cut}),
        piece as (
            select *, sum(case when begins then 1 else 0 end) over ({order} rows between unbounded preceding and current row) as piece
            from cut
        )
        select * exclude (begins, piece),
               first_value(case when {_is_start(scope)} then signal_id end ignore nulls)
                   over (partition by unit_id, piece order by at_us, ordinal rows between unbounded preceding and current row) as journey_id
        from piece"""


def _journeys(scope: Scope, map_id: int, as_of: int) -> str:
    start = _is_start(scope)
    score = f"try_cast({scope.values[SCORE]} as double)" if SCORE in scope.values else "null::double"
    ends = scope.map.ends
    end_at = f"min(case when {_is_end(scope)} then at_us end)"
    named = "null::bigint"
    if ends and ends.at and ends.at in scope.values:
        value = f"arg_min(case when {start} then {scope.values[ends.at]} end, at_us)"
        named = f"epoch_us(try_cast({value} as timestamptz))"
    quiet = scope.map.quiet_us if (scope.map.by_person or (ends and ends.or_quiet_for)) else None
    closings = [f"case when named_end <= {as_of} then named_end end", "end_at"]
    if quiet is not None:
        closings.append(f"case when ended_at + {quiet} <= {as_of} then ended_at + {quiet} end")
    month = "cast(year(make_timestamp(started_at)) * 100 + month(make_timestamp(started_at)) as integer)"
    return f"""
        select journey_id, unit_id, person_id, started_at, ended_at, least({", ".join(closings)}) as closed_at, signals, weight,
               score_sum, score_count, {map_id} as map_id, {month} as month
        from (
            select journey_id, any_value(unit_id) as unit_id,
                   coalesce(arg_min(case when {start} then person_id end, at_us), min(person_id)) as person_id,
                   min(at_us) as started_at, max(at_us) as ended_at, {end_at} as end_at, {named} as named_end,
                   count(*) as signals, coalesce(arg_min(case when {start} then weight end, at_us), 1) as weight,
                   sum({score}) as score_sum, count({score}) as score_count
            from assigned where journey_id is not null group by journey_id
        )"""


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
    values = ", ".join(f"({type_id}, {step_id})" for type_id, step_id in plain.items()) or "(-2, -2)"
    step = f"case {' '.join(cases)} else p.step_id end" if cases else "p.step_id"
    return f"""
        select a.journey_id, a.at_us as occurred_at, a.ordinal, a.signal_id, a.type_id, cast({step} as integer) as step_id, a.channel_id,
               a.touchpoint_id, {map_id} as map_id, j.month
        from assigned as a join journey_new as j using (journey_id)
        left join (values {values}) as p(type_id, step_id) on p.type_id = a.type_id"""
