"""Promises compiled to SQL: one verdict per trigger, with what decided it.

The meaning is written in docs/reference/promises.md; each function here is one part of one of its sentences. Steps are integers and
instants only, and windows rather than ASOF joins, so the same text runs on every engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.gap.tables import SLICES, VERDICT
from parcours.journey.scope import FILE_SHIFT, Scope, fill_scope, plan_scope
from parcours.kernel.clock import duration_us
from parcours.lake import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parcours.journey.map import Promise, SignalRef
    from parcours.lake import Engine

_DATE = r"\d{4}-\d{2}-\d{2}"


@dataclass(frozen=True)
class Coverage:
    """When the sources that must prove a promise were heard, all of them.

    Attributes:
        since: Latest of their first signals, microseconds UTC; None where one was never heard.
        until: Earliest of their last signals.
    """

    since: int | None
    until: int | None


@dataclass(frozen=True)
class Bench:
    """Where promises of one map are judged.

    Attributes:
        scope: The map's scope; its signals with journeys are in the temporary table `assigned`.
        map_id: Code of the map.
        promise_ids: Promise name to code.
        as_of: Instant of the run, microseconds UTC.
        zone: Time zone in which weeks are counted.
        coverage: Promise name to coverage.
    """

    scope: Scope
    map_id: int
    promise_ids: Mapping[str, int]
    as_of: int
    zone: str
    coverage: Mapping[str, Coverage]


def judge(engine: Engine, bench: Bench) -> list[tuple[str, int]]:
    """Judge every promise of a map into the temporary table `verdict_new`.

    The engine holds `assigned`, `journey_new`, `source_zone (source_id, zone)` and the views `seen`, `object` and `term`.

    Returns:
        Promise name and verdicts, in the order of the map.
    """
    engine.run(f"create or replace temp table verdict_new as select * from ({VERDICT.empty_sql})")
    _slice_journeys(engine, bench.scope)
    counts = []
    for promise in bench.scope.map.promises:
        pool = _pool(engine, bench.scope, promise)
        sql = (
            _measured(bench, promise, pool) if promise.pattern == "measure" else _timed(bench, promise, pool)
        )
        before = engine.value("select count(*) from verdict_new")
        columns = ", ".join(identifier(name) for name in VERDICT.columns)
        engine.run(f"insert into verdict_new select {columns} from ({_finish(bench, promise, sql)})")
        counts.append((promise.promise, engine.value("select count(*) from verdict_new") - before))
    return counts


def _pool(engine: Engine, scope: Scope, promise: Promise) -> str:
    """Relation with the signals a promise looks at: those of the map's unit, or of the promise's own `per`."""
    if promise.per is None or promise.per == scope.map.per:
        return "assigned"
    name = f"pool_{promise.per}"
    if (
        engine.value(f"select count(*) from duckdb_tables() where temporary and table_name = {literal(name)}")
        == 0
    ):
        other = plan_scope(
            name, scope.map.model_copy(update={"per": promise.per, "starts": None}), scope.world
        )
        other.conditions, other.values, other.places = scope.conditions, scope.values, scope.places
        fill_scope(engine, other, None)
    return name


def drop_pools(engine: Engine) -> None:
    """Forget the relations that `judge` made."""
    for (name,) in engine.rows(
        "select table_name from duckdb_tables() where temporary and starts_with(table_name, 'pool_')"
    ):
        engine.run(f"drop table {identifier(name)}")


def _triggers(scope: Scope, promise: Promise, pool: str) -> str:
    """Triggers in journeys of the map, with the unit they are judged within and when their journey closed."""
    assert promise.after is not None  # noqa: S101 - a measure without trigger does not come here
    flag = "false"
    if promise.unless is not None and promise.unless.signal is None and promise.unless.where is not None:
        flag = f"a.{scope.conditions[promise.after.signal, promise.unless.where]}"
    selected = (
        f"select a.* replace ({{unit}} as unit_id), {flag} as excused, j.closed_at, z.zone as source_zone "
        "from assigned as a join journey_new as j using (journey_id) left join source_zone as z on z.source_id = a.source_id"
    )
    where = f"where {scope.selects(promise.after, 'a')}"
    if pool == "assigned":
        return f"{selected.format(unit='a.unit_id')} {where}"
    return (
        f"{selected.format(unit='p.unit_id')} join (select distinct unit_id, signal_id from {identifier(pool)}) as p on p.signal_id = a.signal_id {where} "
        "qualify row_number() over (partition by p.unit_id, a.signal_id order by j.closed_at nulls last, a.journey_id) = 1"
    )


def _next(role: str, trigger: str, events: str, keys: Sequence[str], *, ties_count: bool) -> str:
    """Triggers with the first event after each: `ROLE_at`, `ROLE_ordinal`, `ROLE_id`.

    Args:
        role: Prefix of the new columns.
        trigger: Relation of triggers.
        events: Query giving the keys, at, ordinal and signal_id.
        keys: Columns that must be equal; a null equals nothing.
        ties_count: An event at the same instant from another file counts as after.
    """
    by = ", ".join(keys)
    known = " and ".join(f"{key} is not null" for key in keys)
    order = f"partition by {by} order by at_us desc, ordinal desc rows between unbounded preceding and 1 preceding"
    plain = f"""
        select * exclude (_event), case when {known} then last_value(case when _event then at_us end ignore nulls) over w end as {role}_at,
               case when {known} then last_value(case when _event then ordinal end ignore nulls) over w end as {role}_ordinal,
               case when {known} then last_value(case when _event then signal_id end ignore nulls) over w end as {role}_id
        from (select *, false as _event from {trigger} union all by name select *, true as _event from ({events}))
        window w as ({order})
        qualify not _event"""
    if not ties_count:
        return plain
    same = " and ".join(f"e.{key} = t.{key}" for key in keys)
    tied = f"""
        select t.signal_id as _trigger, t.unit_id as _unit, min(e.ordinal) as _ordinal, arg_min(e.signal_id, e.ordinal) as _id
        from {trigger} as t join ({events}) as e on {same} and e.at_us = t.at_us and e.ordinal >> {FILE_SHIFT} <> t.ordinal >> {FILE_SHIFT}
        group by all"""
    return f"""
        select n.* replace (
                   case when _id is not null and not coalesce({role}_at = at_us and {role}_ordinal < _ordinal, false) then at_us else {role}_at end as {role}_at,
                   case when _id is not null and not coalesce({role}_at = at_us and {role}_ordinal < _ordinal, false) then _ordinal else {role}_ordinal end as {role}_ordinal,
                   case when _id is not null and not coalesce({role}_at = at_us and {role}_ordinal < _ordinal, false) then _id else {role}_id end as {role}_id)
        from ({plain}) as n left join ({tied}) as x on x._trigger = n.signal_id and x._unit = n.unit_id"""


def _timed(bench: Bench, promise: Promise, pool: str) -> str:
    """`expect` and `never`."""
    scope = bench.scope
    parts = [f"trigger as ({_matched(scope, promise, _triggers(scope, promise, pool))})"]
    keys = ["unit_id", *(f"match_{number}" for number in range(len(promise.match)))]
    matches = "".join(
        f", {scope.values[name]} as match_{number}" for number, name in enumerate(promise.match.values())
    )
    events = f"select unit_id{matches}, at_us, ordinal, signal_id from {identifier(pool)} where {scope.selects(promise.target)}"
    if promise.pattern == "expect":
        parts.append(f"t1 as ({_next('target', 'trigger', events, keys, ties_count=True)})")
    else:
        parts.append(f"t1 as ({_next_other(events, keys)})")
    last = _with_roles(parts, scope, promise, pool, "t1")
    parts.append(f"t as (select *, {_window_end(bench, promise)} as deadline_at from {last})")
    decided = (
        _expect_verdict(bench, promise) if promise.pattern == "expect" else _never_verdict(bench, promise)
    )
    return f"with {', '.join(parts)} select *, {decided} as verdict from t"


def _next_other(events: str, keys: Sequence[str]) -> str:
    """The first forbidden event after each trigger: a tie across files is no proof."""
    first = _next("target", "trigger", events, keys, ties_count=False)
    # Among equal instants of other files the window may show one that lies after the trigger only by file rank. It is
    # passed over by looking for events at a later instant, or later in the trigger's own file.
    same = " and ".join(f"e.{key} = n.{key}" for key in keys)
    return f"""
        select n.* replace (
                   case when _tie then x._at else target_at end as target_at,
                   case when _tie then x._ordinal else target_ordinal end as target_ordinal,
                   case when _tie then x._id else target_id end as target_id) exclude (_tie)
        from (select *, coalesce(target_at = at_us and target_ordinal >> {FILE_SHIFT} <> ordinal >> {FILE_SHIFT}, false) as _tie from ({first})) as n
        left join (
            select n.signal_id as _trigger, n.unit_id as _unit, min(e.at_us) as _at, arg_min(e.ordinal, (e.at_us, e.ordinal)) as _ordinal, arg_min(e.signal_id, (e.at_us, e.ordinal)) as _id
            from (select * from ({first}) where target_at = at_us and target_ordinal >> {FILE_SHIFT} <> ordinal >> {FILE_SHIFT}) as n
            join ({events}) as e on {same} and (e.at_us > n.at_us or (e.at_us = n.at_us and e.ordinal > n.ordinal and e.ordinal >> {FILE_SHIFT} = n.ordinal >> {FILE_SHIFT}))
            group by all
        ) as x on x._trigger = n.signal_id and x._unit = n.unit_id"""


def _matched(scope: Scope, promise: Promise, trigger: str) -> str:
    if not promise.match:
        return trigger
    columns = ", ".join(
        f"{scope.values[name]} as match_{number}" for number, name in enumerate(promise.match)
    )
    return f"select *, {columns} from ({trigger})"


def _with_roles(parts: list[str], scope: Scope, promise: Promise, pool: str, last: str) -> str:
    """Add the first waiver and the first `until` after each trigger; answers the last relation's name."""
    roles: list[tuple[str, SignalRef | None]] = [("waiver", None), ("until", promise.until)]
    if promise.unless is not None and promise.unless.signal is not None:
        roles[0] = ("waiver", promise.unless)  # type: ignore[assignment]  # a condition with a signal selects like one
    for role, ref in roles:
        name = f"with_{role}"
        if ref is None:
            empty = f"null::bigint as {role}_at, null::bigint as {role}_ordinal, null::bigint as {role}_id"
            parts.append(f"{name} as (select *, {empty} from {last})")
        else:
            events = f"select unit_id, at_us, ordinal, signal_id from {identifier(pool)} where {scope.selects(ref)}"
            parts.append(f"{name} as ({_next(role, last, events, ['unit_id'], ties_count=True)})")
        last = name
    return last


def _window_end(bench: Bench, promise: Promise) -> str:
    if promise.within is not None:
        return f"at_us + {duration_us(promise.within)}"
    if promise.before is not None:
        return _instant_of(bench.scope.values.get(promise.before))
    closing = "greatest(closed_at, at_us)"
    return f"least(until_at, {closing})"


def _instant_of(column: str | None) -> str:
    """SQL of a property as an instant: a bare date means its end in the source's time zone."""
    if column is None:
        return "null::bigint"
    zone = "source_zone"
    day_end = (
        f"epoch_us(timezone({zone}, cast(try_cast({column} as date) as timestamp) + interval 1 day)) - 1"
    )
    return f"case when regexp_full_match({column}, {literal(_DATE)}) then {day_end} when {column} like '____-__-__%:%' then epoch_us(try_cast({column} as timestamptz)) end"


def _is_before(left: str, right: str, *, tied: bool) -> str:
    """SQL: signal `left` comes before signal `right`; across files a tie answers `tied`."""
    other = f"{left}_ordinal >> {FILE_SHIFT} <> {right}_ordinal >> {FILE_SHIFT}"
    across = "true" if tied else "false"
    return f"({left}_at < {right}_at or ({left}_at = {right}_at and case when {other} then {across} else {left}_ordinal < {right}_ordinal end))"


def _covered(bench: Bench, promise: Promise, end: str) -> str:
    coverage = bench.coverage[promise.promise]
    if coverage.since is None or coverage.until is None:
        return "false"
    return f"(at_us >= {coverage.since} and {end} <= {coverage.until})"


def _waived(target_in: str, in_window: str) -> str:
    first = _is_before("waiver", "target", tied=True)
    return f"(waiver_at is not null and {in_window} and (not {target_in} or {first}))"


def _expect_verdict(bench: Bench, promise: Promise) -> str:
    end = "greatest(deadline_at, at_us)"
    target_in = "coalesce(target_at <= deadline_at, false)"
    return f"""case when excused then 'waived' when deadline_at is null then 'unobservable'
        when {_waived(target_in, f"waiver_at <= {end}")} then 'waived'
        when {target_in} then 'kept' when {end} > {bench.as_of} then 'pending'
        when {_covered(bench, promise, end)} then 'broken' else 'unobservable' end"""


def _never_verdict(bench: Bench, promise: Promise) -> str:
    if promise.within is not None:
        inside = "coalesce({role}_at <= deadline_at, false)"
        target_in, waiver_in = inside.format(role="target"), inside.format(role="waiver")
    else:
        closing = "coalesce({role}_at <= greatest(closed_at, at_us), true)"
        target_in, waiver_in = (
            f"({role}_at is not null and (until_at is null or {_is_before(role, 'until', tied=False)}) and {closing.format(role=role)})"
            for role in ("target", "waiver")
        )
    return f"""case when excused then 'waived'
        when {_waived(target_in, waiver_in)} then 'waived'
        when {target_in} then 'broken' when deadline_at is null or deadline_at > {bench.as_of} then 'pending'
        when {_covered(bench, promise, "deadline_at")} then 'kept' else 'unobservable' end"""


def _measured(bench: Bench, promise: Promise, pool: str) -> str:
    scope = bench.scope
    (name, bound), sign = (
        next(iter((promise.at_least or promise.at_most or {}).items())),
        ">=" if promise.at_least else "<=",
    )
    value = f"try_cast({scope.values[name]} as double)" if name in scope.values else "null::double"
    measure = f"select unit_id, journey_id, at_us, ordinal, signal_id, {value} {sign} {float(bound)!r} as holds{{matches}} from {{pool}} where {scope.selects(promise.target)} and isfinite({value})"
    if promise.after is None:
        return _measured_in_journey(bench, promise, measure.format(matches="", pool="assigned"))
    matches = "".join(
        f", {scope.values[other]} as match_{number}" for number, other in enumerate(promise.match.values())
    )
    if pool != "assigned":
        measure = measure.replace("journey_id, ", "")
    measure = measure.format(matches=matches, pool=identifier(pool))
    same = " and ".join(
        [
            "m.unit_id = t.unit_id",
            *(f"m.match_{number} = t.match_{number}" for number in range(len(promise.match))),
        ]
    )
    after = f"(m.at_us > t.at_us or (m.at_us = t.at_us and (m.ordinal >> {FILE_SHIFT} <> t.ordinal >> {FILE_SHIFT} or m.ordinal > t.ordinal)))"
    limit = f"and m.at_us <= t.at_us + {duration_us(promise.within)}" if promise.within else ""
    parts = [f"trigger as ({_matched(scope, promise, _triggers(scope, promise, pool))})"]
    parts.append(f"""t1 as (
        select t.*, x.target_at, x.target_ordinal, x.target_id, x.failing from trigger as t left join (
            select t.signal_id as _trigger, t.unit_id as _unit, min(m.at_us) as target_at, arg_min(m.ordinal, (m.at_us, m.ordinal)) as target_ordinal,
                   arg_min(m.signal_id, (m.at_us, m.ordinal)) as target_id, count(*) filter (where not m.holds) as failing
            from trigger as t join ({measure}) as m on {same} and {after} {limit} group by all
        ) as x on x._trigger = t.signal_id and x._unit = t.unit_id)""")
    last = _with_roles(parts, scope, promise, pool, "t1")
    end = f"at_us + {duration_us(promise.within)}" if promise.within else "null::bigint"
    over = (
        f"at_us + {duration_us(promise.within)} <= {bench.as_of}"
        if promise.within
        else f"closed_at <= {bench.as_of}"
    )
    waiver_in = f"waiver_at <= at_us + {duration_us(promise.within)}" if promise.within else "true"
    return f"with {', '.join(parts)} select *, {end} as deadline_at, {_measure_verdict(waiver_in, over)} as verdict from {last}"


def _measure_verdict(waiver_in: str, over: str) -> str:
    first = _is_before("waiver", "target", tied=True)
    return f"""case when excused then 'waived'
        when waiver_at is not null and {waiver_in} and (target_at is null or {first}) then 'waived'
        when failing > 0 then 'broken' when target_at is not null then 'kept'
        when coalesce({over}, false) then 'unobservable' else 'pending' end"""


def _measured_in_journey(bench: Bench, promise: Promise, measure: str) -> str:
    scope = bench.scope
    waiver = "null::bigint as waiver_at, null::bigint as waiver_ordinal"
    if promise.unless is not None and promise.unless.signal is not None:
        chosen = scope.selects(promise.unless)
        waiver = f"min(case when {chosen} then at_us end) as waiver_at, arg_min(case when {chosen} then ordinal end, (at_us, ordinal)) as waiver_ordinal"
    return f"""
        with first as (
            select journey_id, min(at_us) as first_at, arg_min(signal_id, (at_us, ordinal)) as first_id, {waiver}
            from assigned where journey_id is not null group by journey_id
        ), measured as (
            select journey_id, min(at_us) as target_at, arg_min(ordinal, (at_us, ordinal)) as target_ordinal,
                   arg_min(signal_id, (at_us, ordinal)) as target_id, count(*) filter (where not holds) as failing
            from ({measure}) where journey_id is not null group by journey_id
        )
        select a.*, false as excused, j.closed_at, m.target_at, m.target_ordinal, m.target_id, null::bigint as deadline_at, f.waiver_at, f.waiver_ordinal,
               {_measure_verdict("true", f"j.closed_at <= {bench.as_of}").replace("excused", "false")} as verdict
        from first as f join assigned as a on a.journey_id = f.journey_id and a.signal_id = f.first_id
        join journey_new as j on j.journey_id = f.journey_id left join measured as m on m.journey_id = f.journey_id"""


def _slice_journeys(engine: Engine, scope: Scope) -> None:
    """Table `journey_slice`: the first value of each slice in each journey, for triggers that do not carry it."""
    columns = []
    for name in scope.map.slices:
        column = scope.places.get(name) or scope.values.get(name)
        if column is not None:
            columns.append(f"arg_min({column}, (at_us, ordinal)) as {column}")
    body = (
        f"select journey_id, {', '.join(columns)} from assigned where journey_id is not null group by journey_id"
        if columns
        else "select null::bigint as journey_id where false"
    )
    engine.run(f"create or replace temp table journey_slice as {body}")


def _finish(bench: Bench, promise: Promise, sql: str) -> str:
    """The verdict's row: ids, week and slices."""
    scope = bench.scope
    joins, slices = [], []
    for number in range(SLICES):
        value, join = _slice(scope, number)
        slices.append(f"{value} as slice_{number}")
        joins += [join] if join else []
    moment = (
        "make_timestamp(v.at_us)"
        if bench.zone == "UTC"
        else f"timezone({literal(bench.zone)}, make_timestamptz(v.at_us))"
    )
    carried = any(name in scope.places or name in scope.values for name in scope.map.slices)
    if carried:
        joins.insert(0, "left join journey_slice as f on f.journey_id = v.journey_id")
    return f"""
        select {bench.promise_ids[promise.promise]} as promise_id, v.journey_id, v.unit_id, j.person_id, v.signal_id as trigger_id,
               v.at_us as trigger_at, v.deadline_at, v.target_id, v.target_at, v.verdict,
               cast(yearweek({moment}) as integer) as week, coalesce(v.weight, 1) as weight, {", ".join(slices)},
               {bench.map_id} as map_id, j.month
        from ({sql}) as v join journey_new as j on j.journey_id = v.journey_id {" ".join(joins)}"""


def _slice(scope: Scope, number: int) -> tuple[str, str]:
    """SQL of one slice's text, and the join it needs."""
    if number >= len(scope.map.slices):
        return "null::varchar", ""
    name = scope.map.slices[number]
    if name in {"channel", "touchpoint", "source"}:
        alias = f"s{number}"
        return (
            f"{alias}.text",
            f"left join term as {alias} on {alias}.kind = {literal(name)} and {alias}.code = v.{name}_id",
        )
    if name in scope.values:
        column = scope.values[name]
        return f"coalesce(v.{column}, f.{column})", ""
    if name in scope.places:
        column, alias = scope.places[name], f"s{number}"
        code = scope.world.namespaces[name]
        texts = f"(select object_id, any_value(value) as value from object where namespace_id = {code} group by object_id)"
        return (
            f"{alias}.value",
            f"left join {texts} as {alias} on {alias}.object_id = coalesce(v.{column}, f.{column})",
        )
    return "null::varchar", ""
