"""Explanations of a published run's verdicts: their units' signals are read once, their promises judged again over these alone."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from parcours.gap.bench import Bench, Coverage
from parcours.gap.explaining.replaying import replay
from parcours.gap.explaining.telling import Setting, signals_of, tell
from parcours.gap.explaining.types import Proof
from parcours.gap.finding import drawn_map
from parcours.gap.judging import drop_pools
from parcours.gap.measured import place_of
from parcours.gap.results import OtherVersion
from parcours.journey.birthdays import BIRTHDAY, asks_for_birthdays, see_birthdays
from parcours.journey.brand import Brand
from parcours.journey.opening import timetables_of
from parcours.journey.scope import World, fill_scope, plan_scope, properties_of
from parcours.journey.seeing import see_timeless
from parcours.journey.stitching import stitch
from parcours.journey.where import Catalogue, names_in
from parcours.signal import OBJECT, TIMELESS
from parcours.signal.catalogue import title_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from parcours.gap.explaining.replaying import Key, Replay
    from parcours.gap.explaining.types import Explanation
    from parcours.gap.results import Results
    from parcours.journey import JourneyMap
    from parcours.journey.map import Promise

Row = dict[str, Any]  # rows of models
_NOBODY = 0  # a person's id that is none
_OF_BIRTHDAYS = {"signal_id": "trigger_id", "person_id": "person_id", "occurred_at": "trigger_at"}
_TOLD_BIRTH_DATE = {"en": "the birth date that was told", "fr": "la date de naissance connue"}


@dataclass(frozen=True)
class Asked:
    """A verdict to be explained.

    Attributes:
        unit: What it is about, as shown.
        row: As `telling.tell` wants it, with unit_id, part_id and person_id.
    """

    map: str
    promise: str
    unit: str | None
    row: Row

    @property
    def key(self) -> Key:
        """What tells it from other verdicts of its promise."""
        return self.row["trigger_id"], self.row["unit_id"], self.row["part_id"]


def explain(results: Results, asked: Sequence[Asked]) -> list[Explanation]:
    """Explain verdicts of a published run, in the order asked.

    Costs one look at all signals, however many verdicts are asked for.

    Raises:
        OtherVersion: The run was made by a version that did not keep what this needs.
    """
    if not asked:
        return []
    if "properties" not in results.manifest.facts:
        raise OtherVersion
    told: dict[tuple[str, str, Key], Explanation] = {}
    with _looking(results, asked) as world:
        for name in dict.fromkeys(item.map for item in asked):
            told |= _of_map(results, world, name, [item for item in asked if item.map == name])
    return [told[item.map, item.promise, item.key] for item in asked]


@contextmanager
def _looking(results: Results, asked: Sequence[Asked]) -> Iterator[World]:
    """The engine as judging needs it, with the signals alone that these verdicts can hang on; afterwards all are seen again."""
    facts, engine = results.manifest.facts, results.engine
    sources: Mapping[str, Row] = facts["sources"]  # type: ignore[assignment]  # facts are JSON
    results.view(OBJECT)
    results.see()
    _gather(results, asked)
    engine.run("create or replace temp view seen_signal as select * from near_signal")
    _see_birthdays(results, asked)
    results.view(TIMELESS, "undated")
    see_timeless(engine)
    codes = results.vault.terms("source")
    zones = {codes[name]: told.get("zone") or results.zone for name, told in sources.items() if name in codes}
    columns = [pa.array(list(zones), pa.int32()), pa.array(list(zones.values()), pa.string())]
    engine.register("source_zone", pa.table(columns, ["source_id", "zone"]))
    namespaces = results.vault.terms("namespace")
    brand = Brand.model_validate(facts["brand"])
    named: Collection[str] = facts["properties"]  # type: ignore[assignment]  # facts are JSON
    try:
        yield World(
            results.vault.terms("type"),
            namespaces,
            Catalogue(set(named), set(namespaces)),
            timetables_of(brand, results.zone),
        )
    finally:
        drop_pools(engine)
        engine.run("drop table if exists near_signal")
        results.see()


def _see_birthdays(results: Results, asked: Sequence[Asked]) -> None:
    """The view `seen`, with the birthdays that started these verdicts."""
    drawn = {name: drawn_map(results, name) for name in {item.map for item in asked}}
    about = {name for name, one in drawn.items() if asks_for_birthdays(one)}
    started = [
        {name: item.row[key] for name, key in _OF_BIRTHDAYS.items()}
        for item in asked
        if item.map in about and _promise(drawn[item.map], item.promise).is_started_by(BIRTHDAY)
    ]
    results.engine.register(
        "birthday",
        pa.table({name: pa.array([row[name] for row in started], pa.int64()) for name in _OF_BIRTHDAYS}),
    )
    see_birthdays(results.engine, results.vault.terms("type").get(BIRTHDAY) if about else None)


def _gather(results: Results, asked: Sequence[Asked]) -> None:
    """Make the table `near_signal`: what the units of these verdicts hold, and of the people concerned where a map asks about people."""
    engine, namespaces = results.engine, results.vault.terms("namespace")
    drawn = {item.map: drawn_map(results, item.map) for item in asked}
    promises = [_promise(drawn[item.map], item.promise) for item in asked]
    pers = {promise.per or drawn[item.map].per for item, promise in zip(asked, promises, strict=True)}
    pers |= {one.per for one in drawn.values()}
    of_places = [place_of(promise, namespaces) is not None for promise in promises]
    triggers = engine.model(
        __package__, "proof_signal", {"signal_ids": sorted({item.row["trigger_id"] for item in asked})}
    ).to_pylist()
    codes = {namespaces[name] for name in pers if name in namespaces}
    carried = engine.rows(
        "select distinct object_id from object where list_contains($ids, object_id) and list_contains($codes, namespace_id)",
        {
            "ids": sorted({item for row in triggers for item in row["object_ids"] or ()}),
            "codes": sorted(codes),
        },
    )
    bounds = _bounds(asked, of_places)
    look = {
        "object_ids": sorted({item.row["unit_id"] for item in asked} | {item for (item,) in carried}),
        "person_ids": [_NOBODY],
        **bounds,
    }
    engine.make_table(__package__, "near_signal", look)
    starts = [one.starts for one in drawn.values()]
    if pers & {"person", "visit"} or any(start is not None and start.look_back for start in starts):
        found = engine.rows("select distinct person_id from near_signal where person_id is not null")
        people = {person for (person,) in found} | {item.row["person_id"] for item in asked}
        look["person_ids"] = sorted(people - {None}) or [_NOBODY]
        engine.make_table(__package__, "near_signal", look)


def _bounds(asked: Sequence[Asked], of_places: Sequence[bool]) -> dict[str, int | None]:
    """The hours of places that are asked about; any time where anything else is."""
    if not all(of_places):
        return {"since": None, "until": None}
    return {
        "since": min(item.row["from_at"] for item in asked),
        "until": max(item.row["deadline_at"] for item in asked),
    }


def _of_map(
    results: Results, world: World, name: str, asked: Sequence[Asked]
) -> dict[tuple[str, str, Key], Explanation]:
    """Explanations of the verdicts of one map."""
    engine, drawn = results.engine, drawn_map(results, name)
    scope = plan_scope("scoped", drawn, world)
    fill_scope(engine, scope)
    codes = results.vault.terms("step")
    steps = {step.step: codes[f"{name}/{step.step}"] for step in drawn.steps}
    stitch(engine, scope, results.vault.terms("map")[name], steps, results.manifest.as_of)
    nobody_heard = {promise.promise: Coverage(None, None) for promise in drawn.promises}
    bench = Bench(scope, 0, {}, results.manifest.as_of, results.zone, nobody_heard)
    found: dict[tuple[str, str, Key], Explanation] = {}
    for promise in drawn.promises:
        mine = [item for item in asked if item.promise == promise.promise]
        if not mine:
            continue
        known = replay(engine, bench, promise, {item.row["trigger_id"] for item in mine})
        proofs = _proofs(results, world, promise, mine, known)
        setting = _setting(results, world, name, promise)
        for item in mine:
            explained = tell(setting, item.row, known[item.key], proofs, item.unit)
            found[name, promise.promise, item.key] = explained
    drop_pools(engine)
    return found


def _promise(drawn: JourneyMap, name: str) -> Promise:
    return next(promise for promise in drawn.promises if promise.promise == name)


def _setting(results: Results, world: World, name: str, promise: Promise) -> Setting:
    spans: Mapping[str, list[int]] = results.manifest.facts["coverage"]  # type: ignore[assignment]  # facts are JSON
    heard = {
        source: (results.source_title(source), *(spans.get(source) or (None, None))[:2])
        for source in _provers(results, promise)
    }
    return Setting(
        name,
        promise,
        results.maps[name]["promises"][promise.promise]["owner"],
        place_of(promise, world.namespaces) is not None,
        world.timetables.get(promise.calendar or ""),
        results.zone,
        heard,
        results.manifest.as_of,
    )


def _provers(results: Results, promise: Promise) -> list[str]:
    """Sources that have to show the target: those the map names, else all that emit its type."""
    if promise.pattern == "measure":
        return []
    emits = {
        row["source"]
        for row in results.coverage()
        if promise.target.signal in row["types"] and row["signals"]
    }
    return sorted(promise.proven_by or emits)


def _proofs(
    results: Results, world: World, promise: Promise, asked: Sequence[Asked], known: Mapping[Key, Replay]
) -> dict[int, Proof]:
    """The signals that these explanations show."""
    ids = set().union(*(signals_of(item.row, known[item.key]) for item in asked))
    rows = results.engine.model(__package__, "proof_signal", {"signal_ids": sorted(ids)}).to_pylist()
    places = results.places([(row["file_id"], row["source_row"]) for row in rows])
    objects = results.object_names({item for row in rows for item in row["object_ids"] or ()})
    spoken = spoken_of(promise, world)
    found = {}
    for row in rows:
        place = places.get((row["file_id"], row["source_row"]), {"file": None, "row": 0})  # a birthday's
        told = results.properties(row["properties"])
        found[row["signal_id"]] = Proof(
            signal_id=row["signal_id"],
            type=row["type"],
            title=title_of(row["type"]),
            at=row["occurred_at"],
            source=row["source"] or "",
            source_title=results.source_title(row["source"]) if row["source"] else _TOLD_BIRTH_DATE,
            channel=row["channel"],
            touchpoint=row["touchpoint"],
            file=place["file"],
            row=place["row"],
            objects=tuple(objects[item] for item in row["object_ids"] or () if item in objects),
            said={name: str(told[name]) for name in spoken if told.get(name) is not None},
        )
    return found


def spoken_of(promise: Promise, world: World) -> list[str]:
    """Properties that a promise speaks of: those it compares, dates, and asks about in its conditions."""
    conditions = [promise.target.where, None if promise.trigger is None else promise.trigger.where]
    conditions += [ref.where for ref in (promise.unless, promise.only_for) if ref is not None]
    named = list(properties_of(promise))
    for condition in conditions:
        named += sorted(names_in(condition, world.catalogue)) if condition else []
    timetable = world.timetables.get(promise.calendar or "")
    named += [timetable.by] if timetable is not None and timetable.by is not None else []
    return list(dict.fromkeys(named))
