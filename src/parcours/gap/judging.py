"""Promises compiled to SQL: one verdict per trigger, with what decided it.

The meaning is written in docs/reference/promises.md; each function here is one part of one of its sentences. Steps are integers and
instants only, and windows rather than ASOF joins, so the same text runs on every engine.

What comes first after a trigger (a target, a waiver, the `until`) is a role, with four columns: `ROLE_at`, `ROLE_ordinal` and `ROLE_id` of the
first, and `ROLE_last`, the ordinal of the last of that role at the same instant, because a tie with another file is decided by any of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.gap.tables import SLICES, VERDICT
from parcours.journey.scope import Scope, fill_scope, instant_of, plan_scope
from parcours.journey.tables import FILE_SHIFT, SETTLED
from parcours.journey.where import number_of
from parcours.kernel.clock import duration_us
from parcours.lake import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.journey.map import Condition, Promise, SignalRef
    from parcours.lake import Engine


# What is known when a promise is judged; the journey's person is joined once for all promises. A temporary table is not
# compressed, so verdicts are a byte each there, and only the map's own slices have a column.
_JUDGED = (
    "promise_id",
    "journey_id",
    "unit_id",
    "trigger_id",
    "trigger_at",
    "deadline_at",
    "target_id",
    "target_at",
    "verdict",
    "week",
    "weight",
)
_VERDICT_CODE = "enum ('kept', 'broken', 'pending', 'unobservable', 'waived', 'contested')"


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
    """Judge every promise of a map; makes the temporary view `verdict_new`.

    The engine holds `assigned`, `journey_new`, `source_zone (source_id, zone)` and the views `seen`, `timeless`, `object` and `term`.

    Returns:
        Promise name and verdicts, in the order of the map.
    """
    slices = [f"slice_{number}" for number in range(len(bench.scope.map.slices))]
    names = (*_JUDGED, *slices)
    columns = ", ".join(names)
    engine.run(f"""
        create or replace temp table judged as
        select {columns.replace("verdict", f"cast(verdict as {_VERDICT_CODE}) as verdict")} from ({VERDICT.empty_sql})""")
    _slice_journeys(engine, bench.scope)
    counts = []
    for promise in bench.scope.map.promises:
        pool = _pool(engine, bench.scope, promise)
        if promise.pattern == "measure":
            sql = _measured(bench, promise, pool)
        else:
            one_file = _is_one_file(engine, pool)
            sql = _timed(bench, promise, pool, _undated(engine, bench.scope, promise), one_file=one_file)
        before = engine.value("select count(*) from judged")
        engine.run(f"insert into judged select {columns} from ({_finish(bench, promise, sql)})")
        counts.append((promise.promise, engine.value("select count(*) from judged") - before))
    engine.run(f"""
        create or replace temp view verdict_new as
        select v.* replace (cast(v.verdict as varchar) as verdict), j.person_id, {bench.map_id} as map_id, {SETTLED} as layer{_no_slices(len(slices))}
        from judged as v join journey_new as j on j.journey_id = v.journey_id""")
    return counts


def _no_slices(known: int) -> str:
    return "".join(f", null::varchar as slice_{number}" for number in range(known, SLICES))


def _pool(engine: Engine, scope: Scope, promise: Promise) -> str:
    """Relation with the signals a promise looks at: those of the map's unit, or of the promise's own `per`."""
    if promise.per is None or promise.per == scope.map.per:
        return "assigned"
    return _filled_once(engine, scope, promise.per, "seen")


def _is_one_file(engine: Engine, pool: str) -> bool:
    found = engine.rows(
        f"select min(ordinal) >> {FILE_SHIFT}, max(ordinal) >> {FILE_SHIFT} from {identifier(pool)}"
    )
    return bool(found[0][0] == found[0][1])


def _undated(engine: Engine, scope: Scope, promise: Promise) -> str | None:
    """Relation with the signals that happened at an instant nobody can read; None where no target is among them."""
    code = scope.world.types.get(promise.target.signal, -1)
    found = engine.value(f"select count(*) from (select 1 from timeless where type_id = {code} limit 1)")
    return _filled_once(engine, scope, promise.per or scope.map.per, "timeless") if found else None


def _filled_once(engine: Engine, scope: Scope, per: str, view: str) -> str:
    """A view's signals by another unit, with the answers to the same conditions; made once per map."""
    name = f"pool_{view}_{per}"
    made = engine.value(
        f"select count(*) from duckdb_tables() where temporary and table_name = {literal(name)}"
    )
    if not made:
        own = scope.map.model_copy(update={"per": per, "starts": None})
        other = plan_scope(name, own, scope.world)
        other.conditions, other.values, other.places = scope.conditions, scope.values, scope.places
        fill_scope(engine, other, view=view)
    return name


def drop_pools(engine: Engine) -> None:
    """Forget the relations that `judge` made."""
    for (name,) in engine.rows(
        "select table_name from duckdb_tables() where temporary and starts_with(table_name, 'pool_')"
    ):
        engine.run(f"drop table {identifier(name)}")


def _triggers(scope: Scope, promise: Promise, pool: str) -> str:
    """Triggers in journeys of the map, with the unit they are judged within, when their journey closed, and what targets must match."""
    assert promise.after is not None  # noqa: S101 - a measure without trigger does not come here
    excused = "false"
    if promise.unless is not None and promise.unless.signal is None and promise.unless.where is not None:
        excused = f"a.{scope.conditions[promise.after.signal, promise.unless.where]}"
    matches = "".join(
        f", a.{scope.values[name]} as match_{number}" for number, name in enumerate(promise.match)
    )
    closed = "null::bigint as closed_at, null::bigint as closing_at"
    journeys = ""
    if promise.within is None and promise.before is None:  # only then does the journey's closing decide
        closed = "j.closed_at, case when j.closed_at is not null then greatest(j.closed_at, a.at_us) end as closing_at"
        journeys = "join journey_new as j using (journey_id)"
    unit, own_units, once = "a.unit_id", "", ""
    if pool != "assigned":
        unit = "p.unit_id"
        own_units = f"join (select distinct unit_id, signal_id from {identifier(pool)}) as p on p.signal_id = a.signal_id"
        journeys = "join journey_new as j using (journey_id)"
        once = """
        qualify row_number() over (
            partition by p.unit_id, a.signal_id order by j.closed_at nulls last, a.journey_id) = 1"""
    zone, zones = "null::varchar", ""
    if promise.before is not None:
        zone, zones = "z.zone", "left join source_zone as z on z.source_id = a.source_id"
    carried = "".join(f", a.{column}" for column in _carried(scope, promise))
    return f"""
        select {unit} as unit_id, a.journey_id, a.at_us, a.ordinal, a.signal_id, a.weight, {excused} as excused, {closed},
               {zone} as source_zone{carried}{matches}
        from assigned as a {journeys} {own_units} {zones}
        where a.journey_id is not null and {scope.selects(promise.after, "a")}{once}"""


def _carried(scope: Scope, promise: Promise) -> list[str]:
    """Columns of a trigger that its deadline and slices need; what nobody needs is not sorted along."""
    codes = [f"{name}_id" for name in scope.map.slices if name in {"channel", "touchpoint", "source"}]
    slices = [scope.values.get(name) or scope.places.get(name) for name in scope.map.slices]
    deadline = scope.values.get(promise.before) if promise.before is not None else None
    return list(dict.fromkeys([*codes, *(column for column in (*slices, deadline) if column is not None)]))


@dataclass(frozen=True)
class _Role:
    """What a promise looks for after each trigger.

    Attributes:
        name: Prefix of its columns.
        signals: Query giving the keys, at_us, ordinal and signal_id.
        keys: Columns that must be equal; never null in `signals`.
        ties_count: A signal at the very instant of the trigger, from another file, counts as after it.
    """

    name: str
    signals: str
    keys: tuple[str, ...]
    ties_count: bool = True

    def meets(self, trigger: str, signal: str) -> str:
        """SQL: both have the same keys."""
        return " and ".join(f"{signal}.{key} = {trigger}.{key}" for key in self.keys)

    def follows(self, trigger: str, signal: str) -> str:
        """SQL: at equal instants, the signal comes after the trigger."""
        if self.ties_count:
            return f"({_other_file(signal, trigger)} or {signal}.ordinal > {trigger}.ordinal)"
        return f"(not {_other_file(signal, trigger)} and {signal}.ordinal > {trigger}.ordinal)"


def _other_file(left: str, right: str) -> str:
    return f"{left}.ordinal >> {FILE_SHIFT} <> {right}.ordinal >> {FILE_SHIFT}"


def _target_role(scope: Scope, promise: Promise, pool: str) -> _Role:
    columns = [scope.values[name] for name in promise.match.values()]
    matches = "".join(f", {column} as match_{number}" for number, column in enumerate(columns))
    known = "".join(f" and {column} is not null" for column in columns)
    signals = f"""
        select unit_id{matches}, at_us, ordinal, signal_id
        from {identifier(pool)}
        where {scope.selects(promise.target)}{known}"""
    keys = ("unit_id", *(f"match_{number}" for number in range(len(columns))))
    return _Role("target", signals, keys, ties_count=promise.pattern == "expect")


def _signal_role(name: str, scope: Scope, ref: SignalRef | Condition | None, pool: str) -> _Role | None:
    """The role of a waiver or of `until`; None where the promise names no such signal."""
    if ref is None or ref.signal is None:
        return None
    signals = f"""
        select unit_id, at_us, ordinal, signal_id
        from {identifier(pool)}
        where {scope.selects(ref)}"""
    return _Role(name, signals, ("unit_id",))


def _first_in_order(trigger: str, role: _Role) -> str:
    """As `_first_after`, where one file's order decides every tie: then one sort answers all."""
    name, by = role.name, ", ".join(role.keys)
    return f"""
        select * exclude (_found),
               last_value(case when _found then at_us end ignore nulls) over so_far as {name}_at,
               last_value(case when _found then ordinal end ignore nulls) over so_far as {name}_ordinal,
               last_value(case when _found then signal_id end ignore nulls) over so_far as {name}_id,
               last_value(case when _found then ordinal end ignore nulls) over so_far as {name}_last
        from (
            select *, false as _found from {trigger}
            union all by name
            select *, true as _found from ({role.signals})
        )
        window so_far as (
            partition by {by} order by at_us desc, ordinal desc, _found
            rows between unbounded preceding and current row
        )
        qualify not _found"""


def _first_after(trigger: str, role: _Role, *, alone: bool = False) -> str:
    """Triggers with the first signal of a role after each: at a later instant, or at the same one where that counts as after.

    `alone`: no other role is looked for, so `ROLE_last`, which only ties between roles need, is not worth a sort.
    """
    name, by = role.name, ", ".join(role.keys)
    last = "ordinal" if alone else f"max(ordinal) over (partition by {by}, at_us)"
    return f"""
        with later as (
            select * exclude (_found, _last),
                   last_value(case when _found then at_us end ignore nulls) over so_far as later_at,
                   last_value(case when _found then ordinal end ignore nulls) over so_far as later_ordinal,
                   last_value(case when _found then signal_id end ignore nulls) over so_far as later_id,
                   last_value(_last ignore nulls) over so_far as later_last
            from (
                select *, false as _found, null::bigint as _last from {trigger}
                union all by name
                select *, true as _found, {last} as _last
                from ({role.signals})
            )
            window so_far as (
                partition by {by} order by at_us desc, _found, ordinal desc
                rows between unbounded preceding and current row
            )
            qualify not _found
        ), tied as (
            select t.signal_id as _trigger, t.unit_id as _unit,
                   min(e.ordinal) as tied_ordinal, arg_min(e.signal_id, e.ordinal) as tied_id, max(e.ordinal) as tied_last
            from {trigger} as t
            join ({role.signals}) as e on {role.meets("t", "e")} and e.at_us = t.at_us
            where {role.follows("t", "e")}
            group by all
        )
        select l.* exclude (later_at, later_ordinal, later_id, later_last),
               case when tied_ordinal is not null then at_us else later_at end as {name}_at,
               coalesce(tied_ordinal, later_ordinal) as {name}_ordinal,
               coalesce(tied_id, later_id) as {name}_id,
               coalesce(tied_last, later_last) as {name}_last
        from later as l
        left join tied on _trigger = signal_id and _unit = unit_id"""


def _none_after(trigger: str, name: str) -> str:
    """Triggers with the columns of a role that the promise does not have."""
    columns = (f"null::bigint as {name}_{part}" for part in ("at", "ordinal", "id", "last"))
    return f"select *, {', '.join(columns)} from {trigger}"


def _before_until(trigger: str, role: _Role) -> str:
    """Triggers whose first signal of a role surely comes before `until`: at its instant only what its own file tells before it."""
    name = role.name
    return f"""
        with beside as (
            select t.signal_id as _trigger, t.unit_id as _unit,
                   min(e.ordinal) as first_ordinal, arg_min(e.signal_id, e.ordinal) as first_id, max(e.ordinal) as last_ordinal
            from {trigger} as t
            join ({role.signals}) as e on {role.meets("t", "e")} and e.at_us = t.until_at
            where e.ordinal < t.until_ordinal
              and e.ordinal >> {FILE_SHIFT} = t.until_ordinal >> {FILE_SHIFT}
              and (e.at_us > t.at_us or {role.follows("t", "e")})
            group by all
        ), sure as (
            select t.*, first_ordinal, first_id, last_ordinal, coalesce({name}_at < until_at, until_at is null) as _earlier
            from {trigger} as t
            left join beside on _trigger = signal_id and _unit = unit_id
        )
        select * exclude (first_ordinal, first_id, last_ordinal, _earlier) replace (
                   case when _earlier then {name}_at when first_ordinal is not null then until_at end as {name}_at,
                   case when _earlier then {name}_ordinal else first_ordinal end as {name}_ordinal,
                   case when _earlier then {name}_id else first_id end as {name}_id,
                   case when _earlier then {name}_last else last_ordinal end as {name}_last)
        from sure"""


def _timed(bench: Bench, promise: Promise, pool: str, undated: str | None, *, one_file: bool) -> str:
    """`expect` and `never`; `one_file`: all signals of the pool lie in one file, so its order decides every tie."""
    scope = bench.scope
    target = _target_role(scope, promise, pool)
    waiver = _signal_role("waiver", scope, promise.unless, pool)
    until = _signal_role("until", scope, promise.until, pool)
    steps = {
        "trigger": _triggers(scope, promise, pool),
        "with_target": _first_in_order("trigger", target)
        if one_file and waiver is None and until is None
        else _first_after("trigger", target, alone=waiver is None and until is None),
        "with_waiver": _first_after("with_target", waiver)
        if waiver
        else _none_after("with_target", "waiver"),
        "with_until": _first_after("with_waiver", until) if until else _none_after("with_waiver", "until"),
    }
    if until:
        steps["sure_target"] = _before_until("with_until", target)
    if until and waiver:
        steps["sure_waiver"] = _before_until("sure_target", waiver)
    steps["dated"] = f"select *, {_window_end(bench, promise)} as deadline_at from {list(steps)[-1]}"
    steps["known"] = _with_undated(scope, promise, target, undated)
    decided = _expect if promise.pattern == "expect" else _never
    parts = ", ".join(f"{name} as ({sql})" for name, sql in steps.items())
    return f"with {parts} {decided(bench, promise)}"


def _with_undated(scope: Scope, promise: Promise, target: _Role, undated: str | None) -> str:
    """Triggers with `is_undated`: some target of the unit is known to have happened, and nobody can say when."""
    if undated is None:
        return "select *, false as is_undated from dated"
    keys = ", ".join(target.keys)
    signals = _target_role(scope, promise, undated).signals
    return f"""
        select d.*, u.unit_id is not null as is_undated
        from dated as d
        left join (select distinct {keys} from ({signals})) as u on {target.meets("d", "u")}"""


def _window_end(bench: Bench, promise: Promise) -> str:
    if promise.within is not None:
        return f"at_us + {duration_us(promise.within)}"
    if promise.before is not None:
        column = bench.scope.values.get(promise.before)
        return "null::bigint" if column is None else instant_of(column, "source_zone")
    return "least(until_at, closing_at)"


def _is_before(left: str, right: str) -> str:
    """SQL: some signal of role `left` at its instant comes before the signal of role `right`; across files a tie counts as before."""
    other = " or ".join(
        f"{left}_{place} >> {FILE_SHIFT} <> {right}_ordinal >> {FILE_SHIFT}" for place in ("ordinal", "last")
    )
    tied = f"({left}_ordinal < {right}_ordinal or {other})"
    return f"({left}_at < {right}_at or ({left}_at = {right}_at and {tied}))"


def _waived(target_in: str, waiver_in: str) -> str:
    """SQL: a waiver lies in the window, before the target that would decide."""
    return (
        f"(waiver_at is not null and {waiver_in} and (not {target_in} or {_is_before('waiver', 'target')}))"
    )


def _covered(bench: Bench, promise: Promise, end: str) -> str:
    coverage = bench.coverage[promise.promise]
    if coverage.since is None or coverage.until is None:
        return "false"
    return f"(at_us >= {coverage.since} and {end} <= {coverage.until})"


def _expect(bench: Bench, promise: Promise) -> str:
    end = "greatest(deadline_at, at_us)"
    target_in = "coalesce(target_at <= deadline_at, false)"
    return f"""
        select *,
               case
                   when excused then 'waived'
                   when deadline_at is null then 'unobservable'
                   when {_waived(target_in, f"waiver_at <= {end}")} then 'waived'
                   when {target_in} then 'kept'
                   when {end} > {bench.as_of} then 'pending'
                   when not is_undated and {_covered(bench, promise, end)} then 'broken'
                   else 'unobservable'
               end as verdict
        from known"""


def _never(bench: Bench, promise: Promise) -> str:
    """What comes after the window is not shown: only what broke the promise is."""
    inside = "coalesce({role}_at <= deadline_at, false)"
    target_in, waiver_in = inside.format(role="target"), inside.format(role="waiver")
    if promise.until is not None:
        # Here `until` has already cut both; a journey that closed before its trigger leaves no window for a target.
        target_in = "(target_at is not null and coalesce(target_at <= closed_at, true))"
        waiver_in = "coalesce(waiver_at <= closing_at, true)"
    return f"""
        select * replace (
                   case when {target_in} then target_id end as target_id,
                   case when {target_in} then target_at end as target_at),
               case
                   when excused then 'waived'
                   when {_waived(target_in, waiver_in)} then 'waived'
                   when {target_in} then 'broken'
                   when deadline_at is null or deadline_at > {bench.as_of} then 'pending'
                   when not is_undated and {_covered(bench, promise, "deadline_at")} then 'kept'
                   else 'unobservable'
               end as verdict
        from known"""


def _bound(scope: Scope, promise: Promise) -> tuple[str, str]:
    """SQL of a measured value as a number, and of whether it holds the promise's bound."""
    (name, bound), sign = (
        next(iter((promise.at_least or promise.at_most or {}).items())),
        ">=" if promise.at_least else "<=",
    )
    value = f"({number_of(scope.values[name])})" if name in scope.values else "null::double"
    return value, f"{value} {sign} {float(bound)!r}"


def _measured(bench: Bench, promise: Promise, pool: str) -> str:
    """`measure`: all measurements in the window are looked at."""
    if promise.after is None:
        return _measured_in_journey(bench, promise)
    scope = bench.scope
    value, holds = _bound(scope, promise)
    target = _target_role(scope, promise, pool)
    waiver = _signal_role("waiver", scope, promise.unless, pool)
    measures = target.signals.replace("signal_id\n", f"signal_id, {holds} as holds\n", 1)
    end = f"at_us + {duration_us(promise.within)}" if promise.within else None
    limit = f"and m.at_us <= t.{end}" if end else ""
    steps = {
        "trigger": _triggers(scope, promise, pool),
        "measured": f"""
            select t.signal_id as _trigger, t.unit_id as _unit,
                   min(m.at_us) as target_at,
                   arg_min(m.ordinal, (m.at_us, m.ordinal)) as target_ordinal,
                   arg_min(m.signal_id, (m.at_us, m.ordinal)) as target_id,
                   count(*) filter (where not m.holds) as failing
            from trigger as t
            join ({measures} and {value} is not null) as m on {target.meets("t", "m")} {limit}
            where m.at_us > t.at_us or (m.at_us = t.at_us and ({_other_file("m", "t")} or m.ordinal > t.ordinal))
            group by all""",
        "with_target": """
            select t.*, m.target_at, m.target_ordinal, m.target_id, m.failing
            from trigger as t left join measured as m on _trigger = signal_id and _unit = unit_id""",
        "with_waiver": _first_after("with_target", waiver)
        if waiver
        else _none_after("with_target", "waiver"),
    }
    parts = ", ".join(f"{name} as ({sql})" for name, sql in steps.items())
    over = f"{end} <= {bench.as_of}" if end else f"closed_at <= {bench.as_of}"
    return f"""
        with {parts}
        select *, {end or "null::bigint"} as deadline_at,
               {_measure_verdict(f"waiver_at <= {end}" if end else "true", over)} as verdict
        from with_waiver"""


def _measure_verdict(waiver_in: str, over: str) -> str:
    return f"""case
                   when excused then 'waived'
                   when {_waived("(target_at is not null)", waiver_in)} then 'waived'
                   when failing > 0 then 'broken'
                   when target_at is not null then 'kept'
                   when coalesce({over}, false) then 'unobservable'
                   else 'pending'
               end"""


def _measured_in_journey(bench: Bench, promise: Promise) -> str:
    """`measure` without `after`: anywhere in the journey, shown at its first signal, which may itself measure or waive."""
    scope = bench.scope
    value, holds = _bound(scope, promise)
    waives = "false"
    if promise.unless is not None and promise.unless.signal is not None:
        waives = scope.selects(promise.unless)
    return f"""
        with lived as (
            select * from assigned where journey_id is not null
        ), first as (
            select journey_id, arg_min(signal_id, (at_us, ordinal)) as first_id
            from lived
            group by journey_id
        ), measured as (
            select journey_id,
                   min(at_us) as target_at,
                   arg_min(ordinal, (at_us, ordinal)) as target_ordinal,
                   arg_min(signal_id, (at_us, ordinal)) as target_id,
                   count(*) filter (where not ({holds})) as failing
            from lived
            where {scope.selects(promise.target)} and {value} is not null
            group by journey_id
        ), waived as (
            select journey_id, at_us as waiver_at, min(ordinal) as waiver_ordinal, max(ordinal) as waiver_last
            from lived
            where {waives}
            group by journey_id, at_us
            qualify row_number() over (partition by journey_id order by at_us) = 1
        ), known as (
            select a.*, false as excused, j.closed_at, null::bigint as deadline_at,
                   m.target_at, m.target_ordinal, m.target_id, m.failing,
                   w.waiver_at, w.waiver_ordinal, w.waiver_last
            from first as f
            join lived as a on a.journey_id = f.journey_id and a.signal_id = f.first_id
            join journey_new as j on j.journey_id = f.journey_id
            left join measured as m on m.journey_id = f.journey_id
            left join waived as w on w.journey_id = f.journey_id
        )
        select *, {_measure_verdict("true", f"closed_at <= {bench.as_of}")} as verdict
        from known"""


def _slice_journeys(engine: Engine, scope: Scope) -> None:
    """Table `journey_slice`: the first value of each slice in each journey, for triggers that do not carry it."""
    columns = []
    for name in scope.map.slices:
        column = scope.places.get(name) or scope.values.get(name)
        if column is not None:
            columns.append(f"arg_min({column}, (at_us, ordinal)) as {column}")
    firsts = "".join(f", {column}" for column in columns)
    engine.run(f"""
        create or replace temp table journey_slice as
        select journey_id{firsts}
        from assigned
        where journey_id is not null{"" if columns else " and false"}
        group by journey_id""")


def _finish(bench: Bench, promise: Promise, sql: str) -> str:
    """The verdict's row: ids, week and slices."""
    scope = bench.scope
    joins, slices = [], []
    for number in range(len(scope.map.slices)):
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
        select {bench.promise_ids[promise.promise]} as promise_id, v.journey_id, v.unit_id, v.signal_id as trigger_id,
               v.at_us as trigger_at, v.deadline_at, v.target_id, v.target_at, v.verdict,
               cast(yearweek({moment}) as integer) as week,
               {", ".join(["coalesce(v.weight, 1) as weight", *slices])}
        from ({sql}) as v {" ".join(joins)}"""


def _slice(scope: Scope, number: int) -> tuple[str, str]:
    """SQL of one slice's text, and the join it needs."""
    name = scope.map.slices[number]
    if name in {"channel", "touchpoint", "source"}:
        alias = f"s{number}"
        found = f"{alias}.kind = {literal(name)} and {alias}.code = v.{name}_id"
        return f"{alias}.text", f"left join term as {alias} on {found}"
    if name in scope.values:
        column = scope.values[name]
        return f"coalesce(v.{column}, f.{column})", ""
    if name in scope.places:
        column, alias = scope.places[name], f"s{number}"
        code = scope.world.namespaces[name]
        texts = f"""(
            select object_id, any_value(value) as value
            from object
            where namespace_id = {code}
            group by object_id)"""
        found = f"{alias}.object_id = coalesce(v.{column}, f.{column})"
        return f"{alias}.value", f"left join {texts} as {alias} on {found}"
    return "null::varchar", ""
