"""Cases of maps, judged by the same SQL as a run, on an engine of their own: nothing is imported and nothing is published."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from parcours.gap.bench import Bench, Coverage
from parcours.gap.checking import check_map
from parcours.gap.judging import judge
from parcours.gap.loop import catalogue_of, computes_types, literal_types
from parcours.journey import read_maps
from parcours.journey.birthdays import told_birthdays
from parcours.journey.brand import read_brand
from parcours.journey.cases import read_cases
from parcours.journey.opening import counted_parts, timetables_of
from parcours.journey.scope import World, fill_scope, plan_scope
from parcours.journey.stitching import stitch
from parcours.journey.tables import FILE_SHIFT
from parcours.kernel.clock import format_instant, parse_instant
from parcours.kernel.document import closest
from parcours.kernel.errors import Fault, Faulty
from parcours.lake import open_engine
from parcours.signal import SIGNAL, read_sources

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from parcours.journey import Drawn
    from parcours.journey.cases import Case, Expected, Given, Placed
    from parcours.journey.map import JourneyMap, Promise
    from parcours.journey.opening import Timetable
    from parcours.kernel.workspace import Workspace
    from parcours.lake import Engine
    from parcours.signal.mapping import Mapped

_ALWAYS_US = 2**61
_NOBODY = "case"  # the source of a signal that no mapping emits by name


@dataclass(frozen=True)
class Difference:
    """What a case expected of a promise, what was found, and why.

    Attributes:
        expected: Such as `kept`, or `kept, due 2026-09-12T16:07:00+02:00`; empty where no verdict was expected.
        found: The same of what was found; empty where there was none.
        why: Trigger, deadline and target in words; empty where there is no verdict.
    """

    promise: str
    expected: str
    found: str
    why: str


@dataclass(frozen=True)
class Outcome:
    """What became of a case.

    Attributes:
        file: Path of its file, relative to the workspace.
        line: Where it begins.
        differences: None where the case holds.
    """

    map: str
    case: str
    file: str
    line: int
    differences: tuple[Difference, ...]

    @property
    def holds(self) -> bool:
        """Every verdict was as expected."""
        return not self.differences


@dataclass(frozen=True)
class _Stage:
    """What all cases of a workspace share.

    Attributes:
        sources: Names of the sources.
        emits: Type to the sources that say it by name, sorted.
        zones: Source to the time zone of its bare dates.
        zone: The workspace's.
    """

    engine: Engine
    mapped: Sequence[Mapped]
    sources: Collection[str]
    emits: Mapping[str, list[str]]
    zones: Mapping[str, str]
    zone: str
    timetables: Mapping[str, Timetable]


def rehearse(workspace: Workspace) -> list[Outcome]:
    """Judge every case of a workspace.

    Raises:
        Faulty: The configuration or a case is wrong; nothing was judged.
    """
    mapped, faults = read_sources(workspace)
    drawn, more = read_maps(workspace)
    brand, of_brand = read_brand(workspace)
    placed, of_cases = read_cases(workspace, [(item.map, item.document) for item in drawn])
    faults += [*more, *of_brand, *of_cases]
    catalogue, types = catalogue_of(mapped), literal_types(mapped) | told_birthdays(mapped)
    sources = {item.source.source for item in mapped}
    is_open = computes_types(mapped)
    for item in drawn:
        faults += check_map(item, types, catalogue, sources, open_types=is_open, brand=brand)
    maps = {item.map.map: item for item in drawn}
    for case in placed:
        if case.map in maps:
            faults += _check(case, maps[case.map], types, mapped, open_types=is_open)
    if faults:
        raise Faulty(sorted(set(faults)))
    engine = open_engine(workspace.scratch("spill"), workspace.settings.memory, 1)
    zone = workspace.settings.time_zone
    stage = _Stage(
        engine,
        mapped,
        sources,
        _emitters(mapped),
        {item.source.source: item.source.time_zone or zone for item in mapped},
        zone,
        timetables_of(brand, zone),
    )
    try:
        return [_outcome(stage, case, maps[case.map].map) for case in placed]
    finally:
        engine.close()
        workspace.wipe_scratch()


def _emitters(mapped: Sequence[Mapped]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for item in mapped:
        for kind in literal_types([item]):
            found.setdefault(kind, set()).add(item.source.source)
    return {kind: sorted(sources) for kind, sources in found.items()}


def _check(
    placed: Placed, item: Drawn, types: Collection[str], mapped: Sequence[Mapped], *, open_types: bool
) -> Iterator[Fault]:
    """What a case says that its workspace does not know."""
    catalogue, promises = catalogue_of(mapped), {promise.promise for promise in item.map.promises}
    sources = {one.source.source for one in mapped}
    named: list[tuple[tuple[str | int, ...], str, str, Collection[str]]] = []
    for number, told in enumerate(placed.case.given):
        here = ("given", number)
        if not open_types:
            named.append(((*here, "signal"), "type that a source emits", told.signal, types))
        if told.source is not None:
            named.append(((*here, "source"), "source", told.source, sources))
        named += [
            ((*here, "set", name), "property that a source sets", name, catalogue.properties)
            for name in told.set
        ]
        named += [
            ((*here, "objects", name), "object that a source names", name, catalogue.namespaces)
            for name in told.objects
        ]
    named += [(("expect", name), "promise of the map", name, promises) for name in placed.case.expect]
    named += [(("silent", name), "source", name, sources) for name in placed.case.silent]
    for place, what, name, known in named:
        if name not in known:
            yield placed.fault(place, f"{name!r} is no {what}", closest(name, known))


def _outcome(stage: _Stage, placed: Placed, journey_map: JourneyMap) -> Outcome:
    asked = journey_map.model_copy(
        update={"promises": tuple(p for p in journey_map.promises if p.promise in placed.case.expect)}
    )
    found = _judged(stage, _completed(placed.case, asked), asked)
    differences = [
        difference
        for promise in asked.promises
        for difference in _compared(
            stage, promise, placed.case.expect[promise.promise], found.get(promise.promise, [])
        )
    ]
    return Outcome(placed.map, placed.case.case, placed.document.name, placed.line, tuple(differences))


def _completed(case: Case, journey_map: JourneyMap) -> Case:
    """The case, in which all signals are about one thing, or of one person, where none of them says which."""
    asked = {journey_map.per, *(promise.per or journey_map.per for promise in journey_map.promises)}
    given = case.given
    for per in sorted(asked):
        if per in {"person", "visit"}:
            if all(told.person is None for told in given):
                given = tuple(told.model_copy(update={"person": "somebody"}) for told in given)
        elif all(per not in told.objects for told in given):
            given = tuple(told.model_copy(update={"objects": {**told.objects, per: "1"}}) for told in given)
    return case.model_copy(update={"given": given})


# Judging ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Found:
    """A verdict of a case, with the signals that decided."""

    verdict: str
    unit: str | None
    trigger: Given
    trigger_at: int
    deadline_at: int | None
    target: Given | None
    target_at: int | None


def _judged(stage: _Stage, case: Case, journey_map: JourneyMap) -> dict[str, list[_Found]]:
    """Verdicts by promise, in the order of their triggers."""
    engine, as_of = stage.engine, parse_instant(case.as_of, stage.zone)
    codes = _Codes(stage, case, journey_map)
    _look(stage, case, codes, as_of)
    world = World(codes.types, codes.namespaces, catalogue_of(stage.mapped), stage.timetables)
    scope = plan_scope("scoped", journey_map, world)
    fill_scope(engine, scope)
    stitch(engine, scope, 0, {step.step: number for number, step in enumerate(journey_map.steps)}, as_of)
    names = {promise.promise: number for number, promise in enumerate(journey_map.promises)}
    coverage = {promise.promise: _coverage(stage, case, promise) for promise in journey_map.promises}
    judge(engine, Bench(scope, 0, names, as_of, stage.zone, coverage))
    rows = engine.rows(
        "select promise_id, verdict, unit_id, trigger_id, trigger_at, deadline_at, target_id, target_at"
        " from verdict_new order by trigger_at, trigger_id, unit_id"
    )
    units = {code: text for (_, text), code in codes.objects.items()} | {
        code: text for text, code in codes.people.items()
    }
    told: dict[str, list[_Found]] = {}
    for promise, verdict, unit, trigger, at, deadline, target, target_at in rows:
        told.setdefault(journey_map.promises[promise].promise, []).append(
            _Found(
                verdict,
                units.get(unit),
                case.given[trigger],
                at,
                deadline,
                None if target is None else case.given[target],
                target_at,
            )
        )
    return told


class _Codes:
    """Small numbers for the words of a case; objects and people share none, since either may be a unit."""

    def __init__(self, stage: _Stage, case: Case, journey_map: JourneyMap) -> None:
        self.types = _numbered({told.signal for told in case.given})
        self.sources = _numbered({*stage.sources, _NOBODY})
        self.channels = _numbered({told.channel or "" for told in case.given})
        self.touchpoints = _numbered({told.touchpoint or "" for told in case.given})
        catalogue = catalogue_of(stage.mapped)
        self.namespaces = _numbered({*catalogue.namespaces, journey_map.per})
        pairs = sorted({pair for told in case.given for pair in told.objects.items()})
        self.objects = {pair: number for number, pair in enumerate(pairs)}
        people = sorted({told.person for told in case.given if told.person is not None})
        self.people = {name: len(pairs) + number for number, name in enumerate(people)}

    def terms(self) -> Iterator[tuple[str, int, str]]:
        """Rows of `term`."""
        for kind, texts in (
            ("type", self.types),
            ("source", self.sources),
            ("channel", self.channels),
            ("touchpoint", self.touchpoints),
            ("namespace", self.namespaces),
        ):
            for text, code in texts.items():
                yield kind, code, text


def _numbered(texts: Collection[str]) -> dict[str, int]:
    return {text: number for number, text in enumerate(sorted(texts))}


def _look(stage: _Stage, case: Case, codes: _Codes, as_of: int) -> None:
    """Make what journeys and promises read: `seen`, `timeless`, `object`, `term`, `source_zone`."""
    rows = [_row(stage, codes, number, told) for number, told in enumerate(case.given)]
    empty = stage.engine.arrow(
        f"select *, null::bigint as person_id, null::bigint as ordinal from ({SIGNAL.empty_sql})"
    )
    stage.engine.register("case_signal", pa.Table.from_pylist(rows, schema=empty.schema))
    stage.engine.run(f"""
        create or replace temp view seen as select * from case_signal where occurred_at <= {as_of};
        create or replace temp view timeless as select * from case_signal where false""")
    terms = [list(column) for column in zip(*codes.terms(), strict=True)]
    kinds = [pa.array(terms[0]), pa.array(terms[1], pa.int32()), pa.array(terms[2])]
    stage.engine.register("term", pa.table(kinds, ["kind", "code", "text"]))
    objects = [(codes.namespaces[name], code, value) for (name, value), code in codes.objects.items()]
    columns = list(zip(*objects, strict=True)) or [(), (), ()]
    typed = [
        pa.array(column, kind)
        for column, kind in zip(columns, (pa.int32(), pa.int64(), pa.string()), strict=True)
    ]
    stage.engine.register("object", pa.table(typed, ["namespace_id", "object_id", "value"]))
    zones = {codes.sources[name]: stage.zones.get(name, stage.zone) for name in codes.sources}
    columns_of_zones = [pa.array(zones, pa.int32()), pa.array(zones.values(), pa.string())]
    stage.engine.register("source_zone", pa.table(columns_of_zones, ["source_id", "zone"]))


def _row(stage: _Stage, codes: _Codes, number: int, told: Given) -> dict[str, Any]:
    """A signal as the lake would hold it; one file a source."""
    source = told.source or next(iter(stage.emits.get(told.signal, [_NOBODY])))
    kept = {name: _kept(value, stage.zones.get(source, stage.zone)) for name, value in told.set.items()}
    return {
        "signal_id": number,
        "source_id": codes.sources[source],
        "type_id": codes.types[told.signal],
        "channel_id": codes.channels[told.channel or ""],
        "touchpoint_id": codes.touchpoints[told.touchpoint or ""],
        "occurred_at": parse_instant(told.at, stage.zone),
        "person_id": None if told.person is None else codes.people[told.person],
        "ordinal": (codes.sources[source] << FILE_SHIFT) + number,
        "objects": [
            {"namespace_id": codes.namespaces[name], "object_id": codes.objects[name, value]}
            for name, value in told.objects.items()
        ]
        or None,
        "properties": json.dumps(kept) if kept else None,
    }


def _kept(value: str, zone: str) -> str:
    """A property as importing keeps it: text, and instants as UTC with microseconds."""
    text = value.strip()
    if len(text) <= len("2026-09-12") or not text[:4].isdigit() or text[4] != "-":
        return text
    try:
        told = format_instant(parse_instant(text, zone)) or text
    except ValueError:
        return text
    seconds, _, rest = told.removesuffix("+00:00").partition(".")
    return f"{seconds}.{rest or '000000'}Z"


def _coverage(stage: _Stage, case: Case, promise: Promise) -> Coverage:
    """Every source is heard all the time, but for those the case calls silent."""
    sources = promise.proven_by or tuple(stage.emits.get(promise.target.signal, ()))
    silent = [parse_instant(case.silent[name], stage.zone) for name in sources if name in case.silent]
    return Coverage(-_ALWAYS_US, min(silent, default=_ALWAYS_US))


# Comparing --------------------------------------------------------------------------------------------------


def _compared(
    stage: _Stage, promise: Promise, expected: Sequence[Expected], found: Sequence[_Found]
) -> Iterator[Difference]:
    """Expected verdicts beside those found, in the order of triggers, unit by unit where units are named."""
    left = list(found)
    for wanted in expected:
        one = next((item for item in left if wanted.unit in {None, item.unit}), None)
        if one is not None:
            left.remove(one)
        if one is None or not _is_as(stage, wanted, one):
            yield Difference(
                promise.promise,
                _wanted(stage, wanted),
                "" if one is None else _seen(stage, wanted, one),
                "" if one is None else _why(stage, promise, one),
            )
    for one in left:
        yield Difference(promise.promise, "", one.verdict, _why(stage, promise, one))


def _is_as(stage: _Stage, wanted: Expected, one: _Found) -> bool:
    instants = ((wanted.deadline, one.deadline_at), (wanted.target, one.target_at))
    return wanted.verdict == one.verdict and all(
        text is None or parse_instant(text, stage.zone) == at for text, at in instants
    )


def _wanted(stage: _Stage, wanted: Expected) -> str:
    instants = [
        None if text is None else parse_instant(text, stage.zone) for text in (wanted.deadline, wanted.target)
    ]
    return _said(stage, wanted, wanted.verdict, wanted.unit, instants)


def _seen(stage: _Stage, wanted: Expected, one: _Found) -> str:
    """What was found, in as many words as were expected."""
    return _said(stage, wanted, one.verdict, one.unit, (one.deadline_at, one.target_at))


def _said(
    stage: _Stage, wanted: Expected, verdict: str, unit: str | None, instants: Sequence[int | None]
) -> str:
    parts = [verdict]
    parts += [f"of {unit}"] if wanted.unit is not None else []
    parts += [f"due {_shown(stage, instants[0])}"] if wanted.deadline is not None else []
    parts += [f"target at {_shown(stage, instants[1])}"] if wanted.target is not None else []
    return ", ".join(parts)


def _shown(stage: _Stage, at: int | None) -> str:
    """An instant as the clock shows it, to the second where it is not on the minute."""
    if at is None:
        return "no time"
    text = (format_instant(at, stage.zone) or "").replace("T", " ")
    return text[:16] if text[16:19] == ":00" else text[:19]


def _why(stage: _Stage, promise: Promise, one: _Found) -> str:
    """Trigger, deadline and target of a verdict in words."""
    due = "no deadline" if one.deadline_at is None else f"due {_shown(stage, one.deadline_at)}"
    wait, timetable = promise.wait, stage.timetables.get(promise.calendar or "")
    if (
        wait is not None
        and timetable is not None
        and promise.after is not None
        and promise.within is not None
    ):
        place = one.trigger.set.get(timetable.by or "") or one.trigger.objects.get(timetable.by or "")
        schedule = timetable.at(place)
        parts = [] if schedule is None else counted_parts(schedule, one.trigger_at, wait)
        counted = ", ".join(f"{_shown(stage, since)} to {_shown(stage, until)}" for since, until in parts)
        due += f" ({promise.within} of {promise.calendar}: {counted or 'never open'})"
    target = (
        f"no {promise.target.signal}"
        if one.target is None
        else f"{one.target.signal} at {_shown(stage, one.target_at)}"
    )
    return f"{one.trigger.signal} at {_shown(stage, one.trigger_at)}; {due}; {target}"
