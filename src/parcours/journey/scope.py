"""What a map looks at: the signals of each of its units, with the answers to every condition the map asks.

Signals are read once a map. Conditions and the properties that promises need are computed there; from then on everything is integers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from parcours.journey.map import PATTERNS, Condition
from parcours.journey.where import BUILT_IN, Catalogue, compile_condition, names_in, property_text
from parcours.kernel.clock import duration_us
from parcours.lake import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from parcours.journey.map import JourneyMap, Promise, SignalRef
    from parcours.journey.opening import Timetable
    from parcours.lake import Engine

SCORE = "score"
_DATE = r"\d{4}-\d{2}-\d{2}"
_INSTANT = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z"


@dataclass(frozen=True)
class World:
    """Codes and names of the workspace that compiling needs.

    Attributes:
        types: Signal type to code.
        namespaces: Namespace to code.
        catalogue: Names that conditions may use.
        timetables: The brand's calendars by name.
    """

    types: Mapping[str, int]
    namespaces: Mapping[str, int]
    catalogue: Catalogue
    timetables: Mapping[str, Timetable] = field(default_factory=dict)


@dataclass
class Scope:
    """The signals of one map's units, as a temporary table.

    Attributes:
        table: Its name. Columns: unit_id, person_id, at_us, ordinal, signal_id, type_id, channel_id, touchpoint_id, source_id, weight,
            one boolean `holds_N` per condition, one text `value_N` per property, one `place_N` per object word, one list `parts_N` per `each`.
        conditions: (type, condition) to column.
        values: Property to column.
        places: Object namespace to column (object ids).
        parts: Object namespace of `each` to column (lists of object ids, empty where a signal names none).
        heard_by: Namespace of places at which sources may have been deaf; None: nobody asks where a signal was.
    """

    table: str
    map: JourneyMap
    world: World
    conditions: dict[tuple[str, str], str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    heard_by: str | None = None

    def selects(self, ref: SignalRef | Condition, alias: str = "") -> str:
        """SQL that holds for the signals a reference means."""
        assert ref.signal is not None  # noqa: S101 - callers handle conditions without signal
        prefix = f"{alias}." if alias else ""
        code = self.world.types.get(ref.signal, -1)
        test = f"{prefix}type_id = {code}"
        if ref.where is None:
            return test
        return f"({test} and {prefix}{self.conditions[ref.signal, ref.where]})"


def plan_scope(table: str, journey_map: JourneyMap, world: World, heard_by: str | None = None) -> Scope:
    """Collect every condition and property that a map asks about, and the places of `heard_by`."""
    scope = Scope(table, journey_map, world, heard_by=heard_by)
    for asked in _conditions(journey_map):
        scope.conditions.setdefault(asked, f"holds_{len(scope.conditions)}")
    for name in _names(journey_map):
        _want_value(scope, name)
    for promise in journey_map.promises:
        timetable = world.timetables.get(promise.calendar or "")
        if timetable is not None and timetable.by is not None:
            _want_value(scope, timetable.by)
    if SCORE in world.catalogue.properties:
        _want_value(scope, SCORE)
    for promise in journey_map.promises:
        if promise.each is not None:
            scope.parts.setdefault(promise.each, f"parts_{len(scope.parts)}")
    if heard_by is not None:
        scope.places.setdefault(heard_by, f"place_{len(scope.places)}")
    return scope


def _conditions(journey_map: JourneyMap) -> Iterable[tuple[str, str]]:
    """Type and condition of everything a map asks of signals."""
    for _, ref in refs_of(journey_map):
        if ref.signal is not None and ref.where is not None:
            yield ref.signal, ref.where
    for promise in journey_map.promises:
        if promise.trigger is None:
            continue
        waiver = promise.unless
        if waiver and waiver.signal is None and waiver.where is not None:
            yield promise.trigger.signal, waiver.where
        if promise.only_for is not None:
            yield promise.trigger.signal, promise.only_for.where


def _names(journey_map: JourneyMap) -> Iterable[str]:
    """Properties and objects whose values a map asks for."""
    if journey_map.ends and journey_map.ends.at:
        yield journey_map.ends.at
    for promise in journey_map.promises:
        yield from properties_of(promise)
    yield from journey_map.slices


def properties_of(promise: Promise) -> Iterable[str]:
    """Properties that a promise asks of its trigger, its targets and what revises it."""
    if promise.before is not None:
        yield promise.before
    yield from promise.between or ()
    yield from promise.bound
    for pairs in (promise.match, promise.same, promise.sum or {}):
        yield from pairs
        yield from pairs.values()


def fill_scope(engine: Engine, scope: Scope, units: str = "true", view: str = "seen") -> None:
    """Make the scope's table from a view of signals.

    Args:
        engine: With the views `seen`, `timeless`, `term` and `object`.
        scope: What to make.
        units: SQL that holds for each `unit_id` to look at; all by default.
        view: `seen` (signals up to the instant of the run, with person and ordinal) or those of it that may be of these units, or
            `timeless` (signals that happened at an instant nobody can read; their `at_us` is null).
    """
    starts = scope.map.starts
    columns = ", ".join(
        [
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
    )
    joins = " ".join(_word_join(word) for word in sorted(_words(scope)))
    engine.run(f"""
        create or replace temp table {identifier(scope.table)} as
        select unit_id, {columns}
        from ({_with_units(scope, view)}) as s {joins}
        where {units}""")
    if starts and starts.look_back and not scope.map.by_person:
        _look_back(engine, scope, columns, joins)


def _with_units(scope: Scope, view: str) -> str:
    """Signals with the unit they are about; a signal about several objects is there once for each."""
    if scope.map.by_person:
        return f"select *, person_id as unit_id from {identifier(view)} where person_id is not null"
    units = f"list_distinct({_objects_of(scope, scope.map.per)})"
    return f"""
        select s.*, u.unit_id
        from (select *, {units} as units from {identifier(view)} where objects is not null) as s,
             unnest(s.units) as u(unit_id)"""


def _objects_of(scope: Scope, namespace: str) -> str:
    """SQL list of a signal's objects of a namespace."""
    code = scope.world.namespaces.get(namespace, -1)
    return f"list_transform(list_filter(objects, lambda x: x.namespace_id = {code}), lambda x: x.object_id)"


def _look_back(engine: Engine, scope: Scope, columns: str, joins: str) -> None:
    """Add what the same person did, about no unit of the map, in the time before each start; it belongs to the next start."""
    starts = scope.map.starts
    assert starts is not None and starts.look_back is not None  # noqa: S101, PT018 - the caller checked
    engine.run(f"""
        create or replace temp table led_to as
        with start as (
            select unit_id, person_id, min(at_us) as start_at, arg_min(ordinal, (at_us, ordinal)) as start_ordinal
            from {identifier(scope.table)}
            where {scope.selects(starts)} and person_id is not null
            group by all
        ), both_kinds as (
            select person_id, start_at as at_us, start_ordinal as ordinal, unit_id, null::bigint as signal_id
            from start
            union all
            select person_id, occurred_at, ordinal, null, signal_id
            from seen
            where person_id in (select person_id from start)
              and coalesce(len({_objects_of(scope, scope.map.per)}), 0) = 0
        ), following as (
            select signal_id, at_us,
                   last_value(unit_id ignore nulls) over w as unit_id,
                   last_value(case when unit_id is not null then at_us end ignore nulls) over w as start_at
            from both_kinds
            window w as (
                partition by person_id order by at_us desc, ordinal desc
                rows between unbounded preceding and current row
            )
        )
        select signal_id, unit_id
        from following
        where signal_id is not null and start_at - at_us <= {duration_us(starts.look_back)}""")
    engine.run(f"""
        insert into {identifier(scope.table)}
        select l.unit_id, {columns}
        from seen as s join led_to as l using (signal_id) {joins}""")
    engine.run("drop table led_to")


def instant_of(column: str, zone: str, *, starts: bool = False) -> str:
    """SQL of a text property as an instant, microseconds UTC; null where it is none.

    Args:
        column: SQL of the text. Importing wrote instants as UTC texts, so anything else that looks like one is none.
        zone: SQL of the time zone of a bare date.
        starts: A bare date means its start; else its end.
    """
    day = f"cast(try_cast({column} as date) as timestamp)"
    of_day = f"epoch_us(timezone({zone}, {day}))"
    if not starts:
        of_day = f"epoch_us(timezone({zone}, {day} + interval 1 day)) - 1"
    return f"""case
        when regexp_full_match({column}, {literal(_DATE)}) then {of_day}
        when regexp_full_match({column}, {literal(_INSTANT)}) then epoch_us(try_cast({column} as timestamptz))
        end"""


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
        holds = compile_condition(condition, scope.world.catalogue)
        answers.append(f"coalesce(type_id = {code} and {holds}, false) as {column}")
    answers += [f"{property_text(name)} as {column}" for name, column in scope.values.items()]
    for name, column in scope.places.items():
        code = scope.world.namespaces[name]
        answers.append(f"list_filter(objects, lambda x: x.namespace_id = {code})[1].object_id as {column}")
    for name, column in scope.parts.items():
        answers.append(f"coalesce(list_distinct({_objects_of(scope, name)}), []) as {column}")
    return answers


def _words(scope: Scope) -> set[str]:
    """Words of the conditions that need a join."""
    catalogue = scope.world.catalogue
    used = {name for _, condition in scope.conditions for name in names_in(condition, catalogue)}
    return {name for name in used if name not in catalogue.properties}


def _word_join(word: str) -> str:
    column, alias = identifier(f"word_{word}"), identifier(f"j_{word}")
    if word in BUILT_IN:
        texts = f"select code, text as {column} from term where kind = {literal(word)}"
        return f"left join ({texts}) as {alias} on {alias}.code = s.{word}_id"
    code = f"(select code from term where kind = 'namespace' and text = {literal(word)})"
    texts = f"""
        select object_id, any_value(value) as {column}
        from object
        where namespace_id = {code}
        group by object_id"""
    first = f"list_filter(s.objects, lambda x: x.namespace_id = {code})[1].object_id"
    return f"left join ({texts}) as {alias} on {alias}.object_id = {first}"


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
        for key in ("after", "whenever", *PATTERNS, "until", "unless", "revised_by", "contradicted_by"):
            ref = getattr(promise, key)
            if ref is not None:
                yield ("promises", number, key), ref
        if promise.only_for is not None:
            yield ("promises", number, "only_for"), Condition(where=promise.only_for.where)
