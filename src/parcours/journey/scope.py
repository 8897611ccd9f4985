"""What a map looks at: the signals of each of its units, with the answers to every condition the map asks.

Signals are read once a map. Conditions and the properties that promises need are computed there; from then on everything is integers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from parcours.journey.where import BUILT_IN, Catalogue, compile_condition, names_in, property_text
from parcours.lake import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from parcours.journey.map import Condition, JourneyMap, SignalRef
    from parcours.lake import Engine

FILE_SHIFT = 40  # an ordinal is rank of the file << 40 | place in the file
SCORE = "score"


@dataclass(frozen=True)
class World:
    """Codes and names of the workspace that compiling needs.

    Attributes:
        types: Signal type to code.
        namespaces: Namespace to code.
        catalogue: Names that conditions may use.
    """

    types: Mapping[str, int]
    namespaces: Mapping[str, int]
    catalogue: Catalogue


@dataclass
class Scope:
    """The signals of one map's units, as a temporary table.

    Attributes:
        table: Its name. Columns: unit_id, person_id, at_us, ordinal, signal_id, type_id, channel_id, touchpoint_id, source_id, weight,
            one boolean `holds_N` per condition, one text `value_N` per property, one `place_N` per object word.
        conditions: (type, condition) to column.
        values: Property to column.
        places: Object namespace to column (object ids).
    """

    table: str
    map: JourneyMap
    world: World
    conditions: dict[tuple[str, str], str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def selects(self, ref: SignalRef | Condition, alias: str = "") -> str:
        """SQL that holds for the signals a reference means."""
        assert ref.signal is not None  # noqa: S101 - callers handle conditions without signal
        prefix = f"{alias}." if alias else ""
        code = self.world.types.get(ref.signal, -1)
        test = f"{prefix}type_id = {code}"
        if ref.where is None:
            return test
        return f"({test} and {prefix}{self.conditions[ref.signal, ref.where]})"


def plan_scope(table: str, journey_map: JourneyMap, world: World) -> Scope:
    """Collect every condition and property that a map asks about."""
    scope = Scope(table, journey_map, world)
    refs: list[SignalRef | Condition] = [step.ref for step in journey_map.steps]
    if journey_map.starts:
        refs.append(journey_map.starts)
    if journey_map.ends:
        refs += journey_map.ends.any_
        if journey_map.ends.at:
            _want_value(scope, journey_map.ends.at)
    for promise in journey_map.promises:
        refs += [ref for ref in (promise.after, promise.target, promise.until) if ref is not None]
        if promise.unless is not None:
            waiver = promise.unless
            if waiver.signal is None and promise.after is not None and waiver.where is not None:
                scope.conditions.setdefault(
                    (promise.after.signal, waiver.where), f"holds_{len(scope.conditions)}"
                )
            elif waiver.signal is not None:
                refs.append(waiver)
        for name in (
            promise.before,
            *promise.match,
            *promise.match.values(),
            *(promise.at_least or {}),
            *(promise.at_most or {}),
        ):
            if name is not None:
                _want_value(scope, name)
    for ref in refs:
        if ref.where is not None and ref.signal is not None:
            scope.conditions.setdefault((ref.signal, ref.where), f"holds_{len(scope.conditions)}")
    for name in journey_map.slices:
        _want_value(scope, name)
    if SCORE in world.catalogue.properties:
        _want_value(scope, SCORE)
    return scope


def fill_scope(engine: Engine, scope: Scope, touched: str | None) -> None:
    """Make the scope's table from the views `seen` (signals up to the instant of the run, with person and ordinal).

    Args:
        engine: With the views `seen`, `term` and `object`.
        scope: What to make.
        touched: SQL giving the `unit_id`s to look at; None for all.
    """
    journey_map, world = scope.map, scope.world
    words = _words(scope)
    columns = [
        "person_id",
        "occurred_at as at_us",
        "ordinal",
        "signal_id",
        "type_id",
        "channel_id",
        "touchpoint_id",
        "source_id",
        "weight",
        *_answers(scope),
    ]
    if journey_map.by_person:
        unit, source, extra = "person_id", "seen as s", "person_id is not null"
    else:
        code = world.namespaces.get(journey_map.per, -1)
        unit = "unit_id"
        source = (
            "(select s.*, u.unit_id from (select *, list_distinct(list_transform(list_filter(objects, "
            f"lambda x: x.namespace_id = {code}), lambda x: x.object_id)) as units from seen where objects is not null) as s, "
            "unnest(s.units) as u(unit_id)) as s"
        )
        extra = "true"
    limit = f" and {unit} in ({touched})" if touched else ""
    joins = " ".join(_word_join(word) for word in sorted(words))
    engine.run(
        f"create or replace temp table {identifier(scope.table)} as select {unit} as unit_id, {', '.join(columns)} from {source} {joins} where {extra}{limit}"
    )
    if journey_map.starts and journey_map.starts.look_back and not journey_map.by_person:
        _look_back(engine, scope, columns, joins)


def _look_back(engine: Engine, scope: Scope, columns: Sequence[str], joins: str) -> None:
    """Add what the same person did, about no other unit, in the time before each start."""
    from parcours.kernel.clock import duration_us  # noqa: PLC0415

    starts = scope.map.starts
    assert starts is not None and starts.look_back is not None  # noqa: S101, PT018 - the caller checked
    code = scope.world.namespaces.get(scope.map.per, -1)
    before = duration_us(starts.look_back)
    engine.run(f"""
        create or replace temp table led_to as
        with start as (
            select unit_id, person_id, min(at_us) as start_at, arg_min(ordinal, at_us) as start_ordinal
            from {identifier(scope.table)} where {scope.selects(starts)} and person_id is not null group by all
        ), both_kinds as (
            select person_id, start_at as at_us, start_ordinal as ordinal, unit_id, null::bigint as signal_id from start
            union all
            select person_id, occurred_at, ordinal, null, signal_id from seen
            where person_id in (select person_id from start)
              and coalesce(len(list_filter(objects, lambda x: x.namespace_id = {code})), 0) = 0
        ), following as (
            select signal_id, at_us,
                   last_value(unit_id ignore nulls) over w as unit_id,
                   last_value(case when unit_id is not null then at_us end ignore nulls) over w as start_at
            from both_kinds
            window w as (partition by person_id order by at_us desc, ordinal desc rows between unbounded preceding and current row)
        )
        select signal_id, unit_id from following where signal_id is not null and start_at - at_us <= {before}""")
    engine.run(
        f"insert into {identifier(scope.table)} select l.unit_id, {', '.join(columns)} from seen as s join led_to as l using (signal_id) {joins}"
    )
    engine.run("drop table led_to")


def _want_value(scope: Scope, name: str) -> None:
    if name in scope.world.catalogue.properties:
        scope.values.setdefault(name, f"value_{len(scope.values)}")
    elif name in scope.world.namespaces:
        scope.places.setdefault(name, f"place_{len(scope.places)}")


def _answers(scope: Scope) -> list[str]:
    """Columns that answer what the map asks of a signal."""
    answers = []
    for (kind, condition), column in scope.conditions.items():
        code = scope.world.types.get(kind, -1)
        answers.append(
            f"coalesce(type_id = {code} and {compile_condition(condition, scope.world.catalogue)}, false) as {column}"
        )
    answers += [f"{property_text(name)} as {column}" for name, column in scope.values.items()]
    for name, column in scope.places.items():
        code = scope.world.namespaces[name]
        answers.append(f"list_filter(objects, lambda x: x.namespace_id = {code})[1].object_id as {column}")
    return answers


def _words(scope: Scope) -> set[str]:
    """Words of the conditions that need a join."""
    catalogue = scope.world.catalogue
    used = {name for _, condition in scope.conditions for name in names_in(condition, catalogue)}
    return {name for name in used if name not in catalogue.properties}


def _word_join(word: str) -> str:
    column = identifier(f"word_{word}")
    if word in BUILT_IN:
        return f"left join (select code, text as {column} from term where kind = {literal(word)}) as {identifier(f'j_{word}')} on {identifier(f'j_{word}')}.code = s.{word}_id"
    return (
        f"left join (select o.object_id, any_value(o.value) as {column} from object as o join term as t on t.kind = 'namespace' and t.code = o.namespace_id "
        f"where t.text = {literal(word)} group by all) as {identifier(f'j_{word}')} on {identifier(f'j_{word}')}.object_id = "
        f"list_filter(s.objects, lambda x: x.namespace_id = (select code from term where kind = 'namespace' and text = {literal(word)}))[1].object_id"
    )


def refs_of(journey_map: JourneyMap) -> Iterable[tuple[tuple[str | int, ...], SignalRef | Condition]]:
    """Every reference to a signal in a map, with its place in the file."""
    if journey_map.starts:
        yield ("starts",), journey_map.starts
    if journey_map.ends:
        for number, ref in enumerate(journey_map.ends.any_):
            yield ("ends", "any", number), ref
    for number, stage in enumerate(journey_map.stages):
        for place, step in enumerate(stage.steps):
            yield ("stages", number, "steps", place), step.ref
    for number, promise in enumerate(journey_map.promises):
        for key in ("after", "expect", "never", "measure", "until", "unless"):
            ref = getattr(promise, key)
            if ref is not None:
                yield ("promises", number, key), ref
