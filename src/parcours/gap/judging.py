"""Promises compiled to SQL: one verdict per trigger, with what decided it.

The meaning is written in docs/reference/promises.md; each pattern is a list of named queries, and each function one part of one of its
sentences. When something falls due is in `due`, what is looked for after a trigger in `roles`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from parcours.gap.adding import judge_sum
from parcours.gap.ahead import look_ahead
from parcours.gap.awaiting import tell_deadlines
from parcours.gap.backward import judge_preceded, judge_same
from parcours.gap.measured import judge_measure, judge_place, place_of
from parcours.gap.outcome import CONTESTED, VERDICT_CODE
from parcours.gap.placing import LIVED, Pool, place_signals, week_of
from parcours.gap.repeated import judge_rhythm
from parcours.gap.roles import WHOLE, signal_role
from parcours.gap.several import judge_count
from parcours.gap.tables import SLICES, VERDICT
from parcours.gap.timed import judge_timed
from parcours.journey.scope import Scope, fill_scope, plan_scope
from parcours.journey.tables import SETTLED
from parcours.lake import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
_BYTES_HELD = (
    1 << 10
)  # of the engine's memory for each verdict that is held: an eighth of it at most, as one takes up to 120
_TOGETHER = 8  # promises in one statement: planned together, and their verdicts laid down together


def judge(
    engine: Engine, bench: Bench, take: Callable[[], None] | None = None, most: int | None = None
) -> list[tuple[str, int]]:
    """Judge every promise of a map; makes the temporary view `verdict_new`.

    The engine holds `assigned`, `journey_new`, `source_zone (source_id, zone)` and the views `seen`, `timeless`, `object` and `term`.

    Args:
        engine: Where it is judged.
        bench: Of the map.
        take: Called when `verdict_new` holds many verdicts, which are forgotten then; those left at the end are still to be taken.
        most: How many are many; by default, what fills a share of the engine's memory.

    Returns:
        Promise name and verdicts, in the order of the map.
    """
    promises = bench.scope.map.promises
    held = _Held(engine, bench)
    _slice_journeys(engine, bench.scope)
    pools = _Pools(engine, bench.scope, bench.zone)
    most = most or engine.memory // _BYTES_HELD
    for group in _alike(promises):
        pools.look_ahead(group)
        waiting: list[tuple[Promise, str]] = []
        for promise in group:
            steps = _steps(engine, bench, promise, pools)
            judged = (promise, _finish(bench, promise, held.told_by(promise), steps))
            if _holds_rows(promise, steps):
                held.add([judged])
            else:
                waiting.append(judged)
            if len(waiting) == _TOGETHER or promise is group[-1]:
                held.add(waiting)
                waiting = []
            if take is not None and held.count > most:
                take()
                held.forget()
    drop_pools(engine)
    counts = held.counted()
    return [(promise.promise, counts[bench.promise_ids[promise.promise]]) for promise in promises]


def _holds_rows(promise: Promise, steps: Steps) -> bool:
    """Whether the engine must hold many rows to judge a promise, or tables that are made for it alone; else it goes over its triggers once."""
    return promise.calendar is not None or any("asof" in step for step in steps.values())


class _Held:
    """The verdicts so far, shown by the temporary view `verdict_new` with the columns of the lake's table.

    Most promises fill few of the columns in `_TOLD`, so what some do fill lies in a table of its own.

    Args:
        engine: Where it is judged.
        bench: Of the map.

    Attributes:
        count: Verdicts since the last were forgotten.
    """

    def __init__(self, engine: Engine, bench: Bench) -> None:
        self._engine, self._bench = engine, bench
        self._slices = [f"slice_{number}" for number in range(len(bench.scope.map.slices))]
        filled = {column for promise in bench.scope.map.promises for column in _told(bench, promise)}
        self._told = tuple(column for column in _TOLD if column in filled)
        self._forgotten: Counter[int] = Counter()
        self._clear()
        self._show()

    def told_by(self, promise: Promise) -> tuple[str, ...]:
        """Columns of `_TOLD` in the table that holds the verdicts of a promise."""
        return self._told if _told(self._bench, promise) else ()

    def add(self, judged: Sequence[tuple[Promise, str]]) -> None:
        """Hold the verdicts of promises, each with its query: many small inserts cost several times as much as one."""
        for table, told in self._tables().items():
            columns = self._columns(told)
            queries = [f"select {columns} from ({sql})" for item, sql in judged if self.told_by(item) == told]
            if queries:
                self.count += self._engine.value(f"insert into {table} {' union all '.join(queries)}")

    def forget(self) -> None:
        """What is held was taken."""
        self._forgotten = self.counted()
        self._clear()

    def counted(self) -> Counter[int]:
        """Verdicts by the promise's code, also of those that were forgotten."""
        found = self._forgotten.copy()
        for table in self._tables():
            found.update(dict(self._engine.rows(f"select promise_id, count(*) from {table} group by all")))
        return found

    def _tables(self) -> dict[str, tuple[str, ...]]:
        return {"judged": (), "judged_telling": self._told} if self._told else {"judged": ()}

    def _columns(self, told: tuple[str, ...]) -> str:
        return ", ".join((*_JUDGED, *told, *self._slices))

    def _clear(self) -> None:
        self.count = 0
        for table, told in self._tables().items():
            coded = ", ".join(
                f"cast({column} as {VERDICT_CODE}) as {column}" if column.endswith("verdict") else column
                for column in (*_JUDGED, *told, *self._slices)
            )
            self._engine.run(
                f"create or replace temp table {table} as select {coded} from ({VERDICT.empty_sql})"
            )

    def _show(self) -> None:
        held = " union all by name ".join(f"select * from {table}" for table in self._tables())
        untold = "".join(
            f", null::{VERDICT.columns[column]} as {column}" for column in _TOLD if column not in self._told
        )
        texts = ("verdict", *(("original_verdict",) if "original_verdict" in self._told else ()))
        replaced = ", ".join(f"cast(v.{column} as varchar) as {column}" for column in texts)
        self._engine.run(f"""
            create or replace temp view verdict_new as
            select v.* replace ({replaced}){untold}, j.person_id, {self._bench.map_id} as map_id, {SETTLED} as layer
                   {_no_slices(len(self._slices))}
            from ({held}) as v left join journey_new as j on j.journey_id = v.journey_id""")


def _alike(promises: Sequence[Promise]) -> list[list[Promise]]:
    """Promises by the type of their triggers: these share what is looked for."""
    groups: dict[str | None, list[Promise]] = {}
    for promise in promises:
        groups.setdefault(promise.trigger.signal if promise.trigger else None, []).append(promise)
    return list(groups.values())


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
        return judge_place(bench, promise, pools.about_places(name), span)
    pool = pools.of(promise)
    if promise.calendar is not None:
        tell_deadlines(engine, scope, promise, pool)
    if promise.pattern == "measure":
        return judge_measure(bench, promise, pool)
    undated = pools.undated(promise)
    if promise.preceded_by is not None and promise.within is None:
        pools.find_firsts(pool)
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
    pools = _Pools(engine, bench.scope, bench.zone)
    steps = _steps(engine, bench, promise, pools)
    place = place_of(promise, bench.scope.world.namespaces)
    if place is None:
        return steps, pools.of(promise)
    name = pools.about_places(place[0])
    return steps, Pool(name, {}, has_ties=True)


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
            select v.* replace (case when {denied} then {CONTESTED} else v.verdict end as verdict),
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
        zone: In which weeks are counted.
    """

    def __init__(self, engine: Engine, scope: Scope, zone: str) -> None:
        self._engine, self._scope = engine, scope
        self._placed_lived = self._lived = place_signals(engine, scope, LIVED, zone=zone)
        self._made: dict[str, Pool | None] = {}
        self._undated = {code for (code,) in engine.rows("select distinct type_id from timeless")}

    def of(self, promise: Promise) -> Pool:
        """Those of the map's unit, or of the promise's own `per`."""
        if promise.per is None or self._is_own(promise):
            return self._lived
        return self._placed(self.filled(promise.per, "seen"))

    def find_firsts(self, pool: Pool) -> None:
        """Make the table `pool.firsts`: when the first signal of each unit came."""
        if pool.firsts not in self._made:
            self._engine.run(f"""
                create or replace temp table {identifier(pool.firsts)} as
                select unit_id, min(at_us) as from_at from {identifier(pool.name)} group by unit_id""")
            self._made[pool.firsts] = None

    def look_ahead(self, promises: Sequence[Promise]) -> None:
        """Look for what several of some promises, triggered by one type, ask in the map's own units; forget what was found for others."""
        own = [promise for promise in promises if promise.trigger and self._is_own(promise)]
        self._lived = self._placed_lived
        if own:
            self._lived = look_ahead(self._engine, self._scope, own, self._placed_lived)

    def _is_own(self, promise: Promise) -> bool:
        return promise.per in {None, self._scope.map.per}

    def undated(self, promise: Promise) -> Pool | None:
        """Those that happened at an instant nobody can read; None where no target is among them."""
        if self._scope.world.types.get(promise.target.signal, -1) not in self._undated:
            return None
        return self._placed(self.filled(promise.per or self._scope.map.per, "timeless"))

    def about_places(self, per: str) -> str:
        """Relation of the signals by place, of those types alone that promises about places ask for: nothing else of a place is looked at."""
        known, namespaces = self._scope.world.types, self._scope.world.namespaces
        asked = [item for item in self._scope.map.promises if place_of(item, namespaces) is not None]
        refs = [ref for item in asked for ref in (item.target, item.unless) if ref is not None]
        codes = sorted({known.get(ref.signal or "", -1) for ref in refs})
        measured = f"select * from seen where type_id in ({', '.join(map(str, codes))})"
        self._engine.run(f"create or replace temp view seen_of_places as {measured}")
        return self.filled(per, "seen_of_places")

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
        pool = self._made[name] or place_signals(self._engine, self._scope, name, self._placed_lived)
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


def _finish(bench: Bench, promise: Promise, told: Sequence[str], steps: Steps) -> str:
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
    week = "v.week" if promise.trigger else week_of("v.at_us", bench.zone)  # a trigger's was told once
    carried = any(name in scope.places or name in scope.values for name in scope.map.slices)
    if carried:
        joins.insert(0, "left join journey_slice as f on f.journey_id = v.journey_id")
    return f"""
        select {bench.promise_ids[promise.promise]} as promise_id, v.journey_id, v.unit_id, v.signal_id as trigger_id,
               v.at_us as trigger_at, v.deadline_at, v.target_id, v.target_at, v.verdict,
               {week} as week,
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
