"""Promises compiled to SQL: one verdict per trigger, with what decided it.

The meaning is written in docs/reference/promises.md; each pattern is a list of named queries, and each function one part of one of its
sentences. When something falls due is in `due`, what is looked for after a trigger in `roles`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.gap.awaiting import tell_deadlines
from parcours.gap.backward import judge_preceded, judge_same
from parcours.gap.measured import judge_measure, judge_place, place_of
from parcours.gap.placing import LIVED, Pool, place_signals
from parcours.gap.repeated import judge_count, judge_rhythm, judge_sum
from parcours.gap.roles import WHOLE, signal_role
from parcours.gap.tables import SLICES, VERDICT
from parcours.gap.timed import judge_timed
from parcours.journey.scope import Scope, fill_scope, plan_scope
from parcours.journey.tables import SETTLED
from parcours.lake import identifier, literal

if TYPE_CHECKING:
    from parcours.gap.bench import Bench
    from parcours.gap.timed import Steps
    from parcours.journey.map import Promise
    from parcours.lake import Engine


# What is known when a promise is judged; the journey's person is joined once for all promises. A temporary table is not
# compressed, so verdicts are a byte each there, and only the map's own slices have a column, and what its patterns tell.
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
_TOLD = ("part_id", "from_at", "found", "asked", "original_deadline_at", "original_verdict", "denied_id")
_VERDICT_CODE = "enum ('kept', 'broken', 'pending', 'unobservable', 'waived', 'contested')"


def judge(engine: Engine, bench: Bench) -> list[tuple[str, int]]:
    """Judge every promise of a map; makes the temporary view `verdict_new`.

    The engine holds `assigned`, `journey_new`, `source_zone (source_id, zone)` and the views `seen`, `timeless`, `object` and `term`.

    Returns:
        Promise name and verdicts, in the order of the map.
    """
    promises = bench.scope.map.promises
    slices = [f"slice_{number}" for number in range(len(bench.scope.map.slices))]
    told = [column for column in _TOLD if any(column in _told(bench, promise) for promise in promises)]
    columns = ", ".join((*_JUDGED, *told, *slices))
    coded = ", ".join(
        f"cast({column} as {_VERDICT_CODE}) as {column}" if column.endswith("verdict") else column
        for column in (*_JUDGED, *told, *slices)
    )
    engine.run(f"create or replace temp table judged as select {coded} from ({VERDICT.empty_sql})")
    _slice_journeys(engine, bench.scope)
    pools = _Pools(engine, bench.scope)
    counts = []
    for promise in promises:
        steps = _steps(engine, bench, promise, pools)
        before = engine.value("select count(*) from judged")
        engine.run(f"insert into judged select {columns} from ({_finish(bench, promise, told, steps)})")
        counts.append((promise.promise, engine.value("select count(*) from judged") - before))
    drop_pools(engine)
    original = (
        ", cast(v.original_verdict as varchar) as original_verdict" if "original_verdict" in told else ""
    )
    untold = "".join(
        f", null::{VERDICT.columns[column]} as {column}" for column in _TOLD if column not in told
    )
    engine.run(f"""
        create or replace temp view verdict_new as
        select v.* replace (cast(v.verdict as varchar) as verdict{original}){untold}, j.person_id, {bench.map_id} as map_id, {SETTLED} as layer{_no_slices(len(slices))}
        from judged as v left join journey_new as j on j.journey_id = v.journey_id""")
    return counts


def _told(bench: Bench, promise: Promise) -> tuple[str, ...]:
    """Columns of `_TOLD` that a promise fills."""
    place = place_of(promise, bench.scope.world.namespaces)
    filled = {
        "part_id": promise.each,
        "from_at": promise.between or promise.whenever or place,
        "found": promise.sum or promise.of,
        "asked": promise.sum or promise.of,
        "original_deadline_at": promise.revised_by,
        "original_verdict": promise.revised_by,
        "denied_id": promise.contradicted_by,
    }
    return tuple(column for column in _TOLD if filled[column])


def _steps(engine: Engine, bench: Bench, promise: Promise, pools: _Pools) -> Steps:
    """The queries of a promise; the last one gives its verdicts."""
    scope = bench.scope
    place = place_of(promise, scope.world.namespaces)
    if place is not None:
        name, span = place
        return judge_place(bench, promise, pools.filled(name, "seen"), span)
    pool = pools.of(promise)
    if promise.calendar is not None:
        tell_deadlines(engine, scope, promise, pool)
    if promise.pattern == "measure":
        return judge_measure(bench, promise, pool)
    undated = pools.undated(promise)
    if promise.of is not None:
        steps = judge_count(bench, promise, pool, undated)
    elif promise.preceded_by is not None:
        steps = judge_preceded(bench, promise, pool, undated)
    elif promise.since is not None:
        steps = judge_same(bench, promise, pool, undated)
    elif promise.sum is not None:
        steps = judge_sum(bench, promise, pool, undated)
    elif promise.every is not None:
        steps = judge_rhythm(bench, promise, pool, undated)
    else:
        steps = judge_timed(bench, promise, pool, undated)
    return steps | _contested(scope, promise, pool, list(steps)[-1]) if promise.contradicted_by else steps


def trace(engine: Engine, bench: Bench, promise: Promise) -> tuple[Steps, Pool]:
    """The queries of a promise, and the signals it looks at: for whoever asks why a verdict is what it is, and calls `drop_pools` after."""
    pools = _Pools(engine, bench.scope)
    steps = _steps(engine, bench, promise, pools)
    place = place_of(promise, bench.scope.world.namespaces)
    if place is None:
        return steps, pools.of(promise)
    name = pools.filled(place[0], "seen")
    return steps, Pool(name, name, {}, has_ties=True)


def _contested(scope: Scope, promise: Promise, pool: Pool, verdict: str) -> Steps:
    """What the record says was kept and the customer denies, later than the trigger and not before what kept it."""
    denial = signal_role("denial", scope, promise, promise.contradicted_by, pool)
    assert denial is not None  # noqa: S101 - the caller checked
    keys = ", ".join(denial.keys)
    denied = "(v.verdict = 'kept' and d.at_us > v.at_us and d.at_us >= coalesce(v.target_at, v.at_us))"
    return {
        "denied": f"""
            select {keys}, max(at_us) as at_us, arg_max(signal_id, (at_us, ordinal)) as denied_id
            from ({denial.signals})
            group by {keys}""",
        "contested": f"""
            select v.* replace (case when {denied} then 'contested' else v.verdict end as verdict),
                   case when {denied} then d.denied_id end as denied_id
            from {verdict} as v
            left join denied as d on {denial.meets("v", "d")}""",
    }


def _no_slices(known: int) -> str:
    return "".join(f", null::varchar as slice_{number}" for number in range(known, SLICES))


class _Pools:
    """The signals that the promises of a map look at, by the unit they are judged within; each made once, when it is asked for.

    Args:
        engine: Holds `assigned`, and the views `seen` and `timeless`.
        scope: Of the map.
    """

    def __init__(self, engine: Engine, scope: Scope) -> None:
        self._engine, self._scope = engine, scope
        self._lived = place_signals(engine, scope, LIVED)
        self._made: dict[str, Pool | None] = {}

    def of(self, promise: Promise) -> Pool:
        """Those of the map's unit, or of the promise's own `per`."""
        if promise.per is None or promise.per == self._scope.map.per:
            return self._lived
        return self._placed(self.filled(promise.per, "seen"))

    def undated(self, promise: Promise) -> Pool | None:
        """Those that happened at an instant nobody can read; None where no target is among them."""
        code = self._scope.world.types.get(promise.target.signal, -1)
        found = self._engine.value(
            f"select count(*) from (select 1 from timeless where type_id = {code} limit 1)"
        )
        return self._placed(self.filled(promise.per or self._scope.map.per, "timeless")) if found else None

    def filled(self, per: str, view: str) -> str:
        """Relation of a view's signals by another unit, with the answers to the same conditions."""
        name = f"pool_{view}_{per}"
        if name not in self._made:
            scope = self._scope
            own = scope.map.model_copy(update={"per": per, "starts": None})
            other = plan_scope(name, own, scope.world)
            other.conditions, other.values = scope.conditions, scope.values
            other.places, other.parts, other.heard_by = scope.places, scope.parts, scope.heard_by
            fill_scope(self._engine, other, view=view)
            self._made[name] = None
        return name

    def _placed(self, name: str) -> Pool:
        pool = self._made[name] or place_signals(self._engine, self._scope, name, self._lived)
        self._made[name] = pool
        return pool


def drop_pools(engine: Engine) -> None:
    """Forget the relations that promises looked at: what follows needs their memory."""
    for (name,) in engine.rows(
        "select table_name from duckdb_tables() where temporary and starts_with(table_name, 'pool_')"
    ):
        engine.run(f"drop table {identifier(name)}")


def _slice_journeys(engine: Engine, scope: Scope) -> None:
    """Table `journey_slice`: the first value of each slice and the first place in each journey, for triggers that do not carry it."""
    columns = []
    for name in scope.map.slices:
        column = scope.places.get(name) or scope.values.get(name)
        columns += [column] if column is not None else []
    columns += [scope.places[scope.heard_by]] if scope.heard_by is not None else []
    firsts = "".join(
        f", arg_min({column}, (at_us, ordinal)) as {column}" for column in dict.fromkeys(columns)
    )
    engine.run(f"""
        create or replace temp table journey_slice as
        select journey_id{firsts}
        from assigned
        where journey_id is not null{"" if columns else " and false"}
        group by journey_id""")


def _finish(bench: Bench, promise: Promise, told: list[str], steps: Steps) -> str:
    """The verdict's row: ids, week, slices, and what the patterns of the map tell."""
    *first, last = steps.items()
    sql = f"with {', '.join(f'{name} as ({step})' for name, step in first)} {last[1]}"
    own = _told(bench, promise)
    values = {"part_id": f"nullif(v.part_id, {WHOLE})"}
    more = "".join(
        f", {values.get(column, f'v.{column}') if column in own else f'null::{VERDICT.columns[column]}'} as {column}"
        for column in told
    )
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
               {", ".join(["coalesce(v.weight, 1) as weight", *slices])}{more}
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
