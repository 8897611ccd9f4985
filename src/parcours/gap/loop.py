"""One run, from files to gaps: import, identity, journeys, verdicts, gaps, then everything is published at once.

Nothing a reader sees changes before the manifest is published. What is derived is rewritten only where something may have changed: people
and objects with new signals, people whose identity changed, journeys still open, verdicts that time or coverage can revise.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from parcours.gap.bench import Bench
from parcours.gap.checking import check_map, check_owners
from parcours.gap.counting import count_gaps
from parcours.gap.covering import asked_place, coverage_of, covered_by, proof_of, register_coverage
from parcours.gap.judging import judge
from parcours.gap.listening import Silence, listen, odd_days, place_word
from parcours.gap.naming import register_terms
from parcours.gap.replacing import LAYERED, Replacing, current
from parcours.gap.tables import GAP, LOGIC, VERDICT
from parcours.identity import PERSON_TOKEN, Standing, records, resolve_people, rules_of
from parcours.identity.deciding import in_force, read_log
from parcours.identity.store import TABLES as IDENTITY_TABLES
from parcours.journey import JOURNEY, read_maps
from parcours.journey.birthdays import (
    BIRTHDAY,
    asks_for_birthdays,
    find_birthdays,
    see_birthdays,
    told_birthdays,
)
from parcours.journey.brand import HOLIDAYS_KNOWN, read_brand
from parcours.journey.opening import timetables_of
from parcours.journey.scope import World, fill_scope, plan_scope, refs_of
from parcours.journey.seeing import see_signals, see_timeless
from parcours.journey.stitching import stitch
from parcours.journey.where import Catalogue
from parcours.kernel.clock import now_us, stopwatch
from parcours.kernel.errors import Fault, Faulty
from parcours.lake import Lake, TableSpec, open_engine
from parcours.signal import (
    LINK,
    OBJECT,
    SIGNAL,
    TIMELESS,
    emitted_types,
    import_sources,
    prepare_sources,
    read_sources,
)
from parcours.signal.importing import settle
from parcours.vault import Manifest, Vault, open_vault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.journey import Drawn
    from parcours.journey.brand import Brand
    from parcours.journey.map import Goal
    from parcours.kernel.workspace import Workspace
    from parcours.lake import Engine
    from parcours.signal import Imported
    from parcours.signal.importing import Prepared, Progress
    from parcours.signal.mapping import Mapped

KEPT_MANIFESTS = 2
_BYTES_AT_WORK = 200  # of a signal while journeys are cut and promises judged
_TABLES = (SIGNAL, TIMELESS, LINK, OBJECT, *IDENTITY_TABLES, *LAYERED, GAP)


@dataclass(frozen=True)
class Stage:
    """One stage of a run: its name, seconds, and rows it wrote."""

    stage: str
    seconds: float
    rows: int


@dataclass(frozen=True)
class RunReport:
    """What a run did.

    Attributes:
        received: Signals offered by the files, refused ones included.
        refused: Reason to count.
        people: People known, anonymous ones included.
        journeys: Lived journeys over all maps.
        verdicts: Verdicts over all promises.
        is_news: Something was imported or made anew; otherwise all is as the last run left it.
    """

    run_id: int
    as_of: int
    received: int
    accepted: int
    refused: dict[str, int]
    people: int
    journeys: int
    verdicts: int
    stages: list[Stage]
    is_news: bool = True


@dataclass
class _Run:
    """What the stages of one run share."""

    workspace: Workspace
    engine: Engine
    lake: Lake
    vault: Vault
    progress: Progress
    as_of: int
    previous: Manifest | None
    versions: dict[str, int] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def before(self, key: str, default: Any) -> Any:  # facts are JSON
        """A fact of the last published run."""
        return default if self.previous is None else self.previous.facts.get(key, default)

    def published(self, spec: TableSpec) -> int | None:
        """Version of a table in the last published run."""
        return None if self.previous is None else self.previous.versions.get(spec.name)


def check_workspace(workspace: Workspace, engine: Engine) -> tuple[list[Mapped], list[Drawn], list[Fault]]:
    """Read and check the whole configuration against its files; every fault of every file is answered."""
    mapped, drawn, brand, faults = _read(workspace)
    prepared, more = prepare_sources(engine, workspace, mapped)
    faults += more
    types = literal_types(mapped) | told_birthdays(mapped)
    types |= {kind for item in prepared for kind in emitted_types(engine, workspace, item)}
    known = [item.mapped for item in prepared]
    unseen = any(item not in known and _has_computed_types(item) for item in mapped)
    if len(mapped) == len(workspace.documents("sources")):  # else what a map speaks of cannot be known
        faults += _check_maps(drawn, mapped, brand, types, open_types=unseen)
    faults += [fault for item in drawn for fault in check_owners(item)]
    return mapped, drawn, sorted(set(faults))


def _read(workspace: Workspace) -> tuple[list[Mapped], list[Drawn], Brand, list[Fault]]:
    mapped, faults = read_sources(workspace)
    drawn, more = read_maps(workspace)
    brand, of_brand = read_brand(workspace)
    settings = records.check_record_settings(workspace)
    return (
        mapped,
        drawn,
        brand,
        [*faults, *more, *of_brand, *(settings if isinstance(settings, list) else [])],
    )


def literal_types(mapped: Sequence[Mapped]) -> set[str]:
    """Signal types that the mappings themselves write."""
    return {rule.type.literal for item in mapped for rule in item.rules if rule.type.literal is not None}


def computes_types(mapped: Sequence[Mapped]) -> bool:
    """Some mapping takes its types from its rows, so that nobody knows them before they are read."""
    return any(_has_computed_types(item) for item in mapped)


def _has_computed_types(item: Mapped) -> bool:
    return any(rule.type.sql is not None for rule in item.rules)


def _check_maps(
    drawn: Sequence[Drawn], mapped: Sequence[Mapped], brand: Brand, types: set[str], *, open_types: bool
) -> list[Fault]:
    catalogue = catalogue_of(mapped)
    sources = {item.source.source for item in mapped}
    return [
        fault
        for item in drawn
        for fault in check_map(item, types, catalogue, sources, open_types=open_types, brand=brand)
    ]


def catalogue_of(mapped: Sequence[Mapped]) -> Catalogue:
    """Words that conditions may use: what the mappings set, and the objects they name."""
    rules = [rule for item in mapped for rule in item.rules]
    return Catalogue(
        properties={name for rule in rules for name in rule.properties},
        namespaces={name for rule in rules for name in rule.objects},
    )


def run_workspace(
    workspace: Workspace, progress: Progress, *, memory: str | None = None, as_of: int | None = None
) -> RunReport:
    """Bring a workspace up to date and publish the result.

    Args:
        workspace: What to run.
        progress: Told what is under way.
        memory: Bound on the engine, such as `6GB`; the settings' by default.
        as_of: Signals after this instant do not exist, microseconds UTC; now by default.

    Raises:
        Faulty: The configuration is wrong; nothing was changed.
        UnreadableFile: A file is damaged; nothing was published.
    """
    clock = stopwatch()
    with workspace.locked():
        workspace.wipe_scratch()  # of a run that was killed
        vault = open_vault(workspace.vault)
        engine = open_engine(
            workspace.scratch("spill"), memory or workspace.settings.memory, workspace.settings.threads
        )
        lake = Lake(workspace.lake, alone=True)
        lake.clear_staging()
        try:
            return _run(workspace, engine, lake, vault, progress, as_of, clock)
        finally:
            engine.close()
            vault.close()
            workspace.wipe_scratch()


def _run(
    workspace: Workspace,
    engine: Engine,
    lake: Lake,
    vault: Vault,
    progress: Progress,
    as_of: int | None,
    clock: Any,
) -> RunReport:
    vault.refuse_unfinished()
    mapped, drawn, brand, faults = _read(workspace)
    settle(lake, vault)
    prepared, more = prepare_sources(engine, workspace, mapped, vault)
    said_types = literal_types(mapped) | told_birthdays(mapped)
    faults += more
    if len(mapped) == len(workspace.documents("sources")):  # else what a map speaks of cannot be known
        computed = computes_types(mapped)
        faults += _check_maps(drawn, mapped, brand, said_types, open_types=computed)
    if faults:
        raise Faulty(sorted(set(faults)))
    manifests = vault.manifests(1)
    run = _Run(
        workspace,
        engine,
        lake,
        vault,
        progress,
        now_us() if as_of is None else as_of,
        manifests[0] if manifests else None,
    )
    imported = _import(run, prepared)
    if faults := _check_maps(drawn, mapped, brand, {*said_types, *vault.terms("type")}, open_types=False):
        raise Faulty(faults)
    people, touched_people = _identify(run, imported)
    _look(run, mapped)
    _judge_maps(run, drawn, mapped, brand, imported, touched_people)
    _count(run, drawn)
    run.facts["people"] = people
    run.facts |= {
        "files": sorted(imported.file_ids),
        "logic": _logic(run),
        "refused": imported.refused,
        "received": imported.received,
        "accepted": imported.accepted,
        "notes": imported.notes,
    }
    run.facts["maps"] = {item.map.map: _told(item) for item in drawn}
    run.facts["brand"] = brand.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    run.facts["sources"] = {
        item.source.source: {
            "title": item.source.title,
            "types": sorted(literal_types([item])),
            "zone": item.source.time_zone or workspace.settings.time_zone,
        }
        for item in mapped
    }
    run.facts["properties"] = sorted(catalogue_of(mapped).properties)
    run_id = vault.publish(
        {
            "published_at": now_us(),
            "as_of": run.as_of,
            "pinned_as_of": int(as_of is not None),
            "versions": run.versions,
            "facts": run.facts,
            "seconds": clock(),
        }
    )
    _tidy(run)
    return RunReport(
        run_id,
        run.as_of,
        imported.received,
        imported.accepted,
        imported.refused,
        people,
        run.facts["journeys"],
        run.facts["verdicts"],
        run.stages,
        _is_news(run),
    )


def _is_news(run: _Run) -> bool:
    """Something was imported, or what decides on rows, or what became of promises, differs from the last published run."""
    told = ("files", "definitions", "maps", "logic", "people", "decisions", "judged")
    return run.stages[0].rows > 0 or any(run.before(key, None) != run.facts[key] for key in told)


def _import(run: _Run, prepared: Sequence[Prepared]) -> Imported:
    clock = stopwatch()
    imported = import_sources(run.engine, run.lake, run.vault, run.workspace, prepared, run.progress)
    run.versions |= imported.versions
    run.stages.append(Stage("import", clock(), imported.new_rows))
    return imported


def _news(run: _Run, file_ids: frozenset[int]) -> tuple[bool, set[int], int | None]:
    """(everything is to be made anew, files that are new, instant after which old files' signals are new too)."""
    if run.previous is None or run.before("logic", "") != _logic(run) or run.as_of < run.previous.as_of:
        return True, set(file_ids), None
    known = set(run.before("files", []))
    return bool(known - file_ids), set(file_ids) - known, run.previous.as_of


def _identify(run: _Run, imported: Imported) -> tuple[int, str | None]:
    """Resolve people; answers how many, and SQL of those the run touches (None: all)."""
    clock = stopwatch()
    run.progress("identity", 0, 1)
    anew, new_files, since = _news(run, imported.file_ids)
    log = read_log(run.vault)
    run.facts["decisions"] = max((decision.decision_id for decision in log), default=0)
    inferred = _infer(run)
    said, now = (told or {} for told in (run.before("records", None), run.facts["records"]))
    decided = run.before("decisions", None) == run.facts["decisions"]
    told_alike = decided and said.get("digest") == now.get("digest")
    resolved = resolve_people(
        run.engine,
        run.lake,
        run.versions[LINK.name],
        Standing(
            versions={} if run.previous is None else _of_identity(run.previous.versions),
            run_id=1 if run.previous is None else run.previous.run_id + 1,
            as_of=run.as_of,
            news=None if anew or not told_alike else f"file_id in ({_list(new_files)}) or first_at > {since}",
            rules=rules_of(run.workspace.settings.identity, run.vault.terms("namespace")),
            decisions=in_force(log),
            inferred=inferred,
            since=since or 0,
        ),
    )
    run.versions |= resolved.versions
    run.stages.append(Stage("identity", clock(), resolved.people))
    run.engine.register("changed_person", pa.table({"person_id": pa.array(resolved.changed, pa.int64())}))
    return resolved.people, None if anew else "select person_id from changed_person"


def _infer(run: _Run) -> pa.Table | None:
    """Pairs of identifiers whose customer records are alike, told by now; None where none are compared, or too little is told."""
    run.facts["records"] = None
    settings = records.read_record_settings(run.workspace)
    if not settings.records or records.is_without_traits(run.vault):
        return None
    memory = run.engine.value("select current_setting('memory_limit')")
    told = records.propose_links(run.vault, run.workspace, settings, run.progress, memory=memory)
    digest = hashlib.sha256()
    for name in ("token", "other_token", "decision"):
        digest.update(json.dumps(told.pairs[name].to_pylist()).encode())
    said = digest.hexdigest() if told.pairs.num_rows else None
    run.facts["records"] = {"records": told.records, "digest": said, "note": told.note}
    if not told.pairs.num_rows:
        return None
    first_at = pc.fill_null(told.pairs["first_at"], 0)
    pairs = told.pairs.set_column(told.pairs.schema.get_field_index("first_at"), "first_at", first_at)
    return pairs.filter(pc.less_equal(first_at, run.as_of))


def _of_identity(versions: dict[str, int]) -> dict[str, int]:
    return {spec.name: versions[spec.name] for spec in IDENTITY_TABLES if spec.name in versions}


def _look(run: _Run, mapped: Sequence[Mapped]) -> None:
    """Make the views that journeys and promises read: `seen`, `object`, `term`, `source_zone`."""
    engine, lake = run.engine, run.lake
    lake.view(engine, SIGNAL, run.versions[SIGNAL.name])
    lake.view(engine, OBJECT, run.versions[OBJECT.name])
    lake.view(engine, PERSON_TOKEN, run.versions[PERSON_TOKEN.name])
    lake.view(engine, TIMELESS, run.versions[TIMELESS.name], "undated")
    register_terms(engine, run.vault)
    see_signals(engine, run.vault.ledger(), run.as_of)
    see_timeless(engine)
    codes = run.vault.terms("source")
    zones = {
        codes[item.source.source]: item.source.time_zone or run.workspace.settings.time_zone
        for item in mapped
        if item.source.source in codes
    }
    engine.register(
        "source_zone",
        pa.table(
            {
                "source_id": pa.array(list(zones), pa.int32()),
                "zone": pa.array(list(zones.values()), pa.string()),
            }
        ),
    )


def _judge_maps(
    run: _Run,
    drawn: Sequence[Drawn],
    mapped: Sequence[Mapped],
    brand: Brand,
    imported: Imported,
    touched_people: str | None,
) -> None:
    clock = stopwatch()
    world = _world(run, drawn, mapped, brand)
    coverage = _coverage(run, mapped, brand, imported)
    map_ids = run.vault.code_terms("map", [item.map.map for item in drawn])
    definitions: dict[str, str] = {}
    journeys_s = 0.0
    new_journeys = new_verdicts = 0
    run.facts["listening"]["targets"] = {item.map.map: _targets(item) for item in drawn}
    run.facts["listening"]["proof"] = proof = {
        item.map.map: {promise.promise: proof_of(promise, coverage["emits"]) for promise in item.map.promises}
        for item in drawn
    }
    news = _touched_sets(run, imported, touched_people)
    replacing = Replacing(run.engine, run.lake, {spec.name: run.published(spec) for spec in LAYERED})
    for number, item in enumerate(drawn):
        name = item.map.map
        run.progress(f"journeys of {name}", number, len(drawn))
        proven = proof[name]
        definitions[name] = _definition(run, item, world, proven)
        map_id = map_ids[name]
        anew = (
            news is None
            or run.before("definitions", {}).get(name) != definitions[name]
            or _has_foreign_unit(item)
            or asks_for_birthdays(item.map)  # they come without any signal
        )
        promise_ids = _codes(run, "promise", name, [promise.promise for promise in item.map.promises])
        covered, covered_before = (
            {promise: covered_by(sources, *heard) for promise, sources in proven.items()}
            for heard in ((coverage["spans"], coverage["silences"]), coverage["before"])
        )
        touched = None
        if not anew:
            for spec in (JOURNEY, VERDICT):
                mine = replacing.published(spec, map_id)
                run.engine.run(f"create or replace temp view map_{spec.name} as {mine}")
            register_coverage(run.engine, promise_ids, covered, covered_before)
            touched = _touched_units(run, item, world)
            if not run.engine.value(f"select count(*) from ({touched})"):
                continue
        see_birthdays(run.engine, world.types[BIRTHDAY] if asks_for_birthdays(item.map) else None)
        scope = plan_scope("scoped", item.map, world, asked_place(covered, coverage["place"]))
        steps = _codes(run, "step", name, [step.step for step in item.map.steps])
        bench = Bench(scope, map_id, promise_ids, run.as_of, run.workspace.settings.time_zone, covered)
        register_terms(run.engine, run.vault)
        for units in _shares(run, item) if touched is None else [f"unit_id in ({touched})"]:
            part = stopwatch()
            run.progress(f"journeys of {name}", number, len(drawn))
            fill_scope(run.engine, scope, units, "seen" if touched is None else _see_touched(run, item))
            stitch(run.engine, scope, map_id, steps, run.as_of)
            new_journeys += run.engine.value("select count(*) from journey_new")
            journeys_s += part()
            run.progress(f"promises of {name}", number, len(drawn))
            judged, written_s = _judge(run, bench, replacing if touched is None else None)
            new_verdicts += judged
            journeys_s += written_s
            part = stopwatch()
            replacing.take(map_id, touched)
            journeys_s += part()
    see_birthdays(run.engine, None)
    run.versions |= replacing.commit({map_ids[item.map.map] for item in drawn})
    run.facts["definitions"] = definitions
    run.stages.append(Stage("journeys", journeys_s, new_journeys))
    run.stages.append(Stage("verdicts", clock() - journeys_s, new_verdicts))


def _codes(run: _Run, kind: str, name: str, parts: Sequence[str]) -> dict[str, int]:
    """Codes of the steps or promises of a map."""
    known = run.vault.code_terms(kind, [f"{name}/{part}" for part in parts])
    return {part: known[f"{name}/{part}"] for part in parts}


def _judge(run: _Run, bench: Bench, replacing: Replacing | None) -> tuple[int, float]:
    """Judge the promises of a map; verdicts that memory cannot hold are written aside on the way, where the map is made anew.

    Returns:
        Verdicts, and seconds spent on writing, which are those of the other tables of the map.
    """
    written_s = 0.0

    def take(into: Replacing) -> None:
        nonlocal written_s
        clock = stopwatch()
        into.take_verdicts(bench.map_id)
        written_s += clock()

    counts = judge(run.engine, bench, None if replacing is None else partial(take, replacing))
    return sum(count for _, count in counts), written_s


def _world(run: _Run, drawn: Sequence[Drawn], mapped: Sequence[Mapped], brand: Brand) -> World:
    """The words of the workspace; with birthdays, and the table of them, where a map is about them."""
    zone = run.workspace.settings.time_zone
    if any(asks_for_birthdays(item.map) for item in drawn):
        records.load_birth_dates(run.engine, run.vault, run.as_of)
        find_birthdays(run.engine, zone, run.as_of)
        run.vault.code_terms("type", [BIRTHDAY])
    terms = run.vault.terms
    return World(terms("type"), terms("namespace"), catalogue_of(mapped), timetables_of(brand, zone))


def _shares(run: _Run, item: Drawn) -> list[str]:
    """Conditions on `unit_id` that share a map's units out, so that what is at work of one share stays in memory.

    What reaches from one unit into another is not shared out: a look back, a promise with a `per` of its own.
    """
    starts = item.map.starts
    if (starts and starts.look_back) or any(
        promise.per not in {None, item.map.per} for promise in item.map.promises
    ):
        return ["true"]
    signals = run.lake.rows(SIGNAL, run.versions[SIGNAL.name], ())
    shares = 1
    while signals * _BYTES_AT_WORK > shares * run.engine.memory:
        shares *= 2
    return [f"unit_id & {shares - 1} = {number}" for number in range(shares)]


def _touched_sets(run: _Run, imported: Imported, touched_people: str | None) -> set[int] | None:
    """Tables `touched_person` and `new_signal`; None where everything is made anew."""
    anew, new_files, since = _news(run, imported.file_ids)
    if anew or since is None or touched_people is None:
        return None
    run.engine.register("new_file", pa.table({"file_id": pa.array(sorted(new_files), pa.int32())}))
    run.engine.make_table(__package__, "new_signal", {"since": since, "as_of": run.as_of})
    run.engine.make_table(__package__, "touched_person")
    return new_files


def _touched_units(run: _Run, item: Drawn, world: World) -> str:
    """SQL of the units of a map that must be looked at again; makes the table `touched_unit`."""
    ends = item.map.ends
    closes = {
        "as_of": run.as_of,
        "quiet_us": item.map.quiet_us if item.map.by_person or (ends and ends.or_quiet_for) else None,
        "closes_at_named_instant": bool(ends and ends.at),
    }
    run.engine.make_view(__package__, "unsettled_unit", closes)
    if item.map.by_person:
        run.engine.make_table(__package__, "touched_unit_of_people", name="touched_unit")
    else:
        code = world.namespaces.get(item.map.per, -1)
        run.engine.make_table(
            __package__, "touched_unit_of_objects", {"namespace_id": code}, name="touched_unit"
        )
    return "select unit_id from touched_unit"


def _see_touched(run: _Run, item: Drawn) -> str:
    """A view that holds every signal of the touched units, and where units are people no others: these few are looked up first."""
    if not item.map.by_person:
        return "seen"
    run.engine.run("""
        create or replace temp table touched_token as
        select token from person_token where person_id in (select unit_id from touched_unit);
        create or replace temp view seen_of_touched as
        select * from seen where token in (select token from touched_token)""")
    return "seen_of_touched"


def _has_foreign_unit(item: Drawn) -> bool:
    """Some promise is judged per something that touched units do not tell: the map is then made anew."""
    return any(promise.per not in {None, item.map.per, "person"} for promise in item.map.promises)


def _count(run: _Run, drawn: Sequence[Drawn]) -> None:
    clock = stopwatch()
    run.progress("gaps", 0, 1)
    for spec in (VERDICT, JOURNEY):
        run.engine.run(f"create or replace temp view {spec.name} as {current(run.lake, spec, run.versions)}")
    codes = run.vault.terms("map")
    counted = run.published(GAP)
    same = run.before("definitions", None) == run.facts["definitions"] and all(
        run.versions[spec.name] == run.published(spec) for spec in LAYERED
    )
    if counted is None or not same:
        slices = {codes[item.map.map]: item.map.slices for item in drawn}
        counted, _ = count_gaps(run.engine, run.lake, slices)
    run.versions[GAP.name] = counted
    run.lake.view(run.engine, GAP, counted)
    counts = "select map_id, promise_id, kept, broken, pending, unobservable, waived, contested from gap"
    run.facts["judged"] = [
        list(row)
        for row in run.engine.rows(f"{counts} where dimension is null and week is null order by all")
    ]
    run.facts["verdicts"] = sum(count for row in run.facts["judged"] for count in row[2:])
    run.facts["journeys"] = run.engine.value("select count(*) from journey")
    run.stages.append(Stage("gaps", clock(), run.engine.value("select count(*) from gap")))
    run.progress("gaps", 1, 1)


def _coverage(run: _Run, mapped: Sequence[Mapped], brand: Brand, imported: Imported) -> dict[str, Any]:
    """Spans and types of sources, the word for places, and the silences in which a source was deaf; spans and silences of the last run."""
    found = coverage_of(run.engine, run.vault, run.as_of, imported.files)
    run.facts["coverage"] = found["spans"]
    place = place_word(run.vault.terms("namespace"), brand)
    codes = run.vault.terms("source")
    placed = sorted(
        item.source.source
        for item in mapped
        if item.source.source in codes and any(place in rule.objects for rule in item.rules)
    )
    settings = run.workspace.settings
    days = odd_days(brand, settings.identity.region, [span[:2] for span in found["spans"].values()])
    hearing = listen(
        run.engine,
        {code: name for name, code in codes.items()},
        (run.vault.terms("namespace").get(place or "", -1), [codes[name] for name in placed]),
        (settings.time_zone, days),
        run.as_of,
        {code: name for name, code in run.vault.terms("type").items()},
    )
    run.facts["listening"] = {
        "place": place,
        "placed": placed,
        "silences": [list(item) for item in hearing.silences],
    }
    before = [Silence(*told) for told in run.before("listening", {}).get("silences", [])]
    return {
        **found,
        "place": place,
        "silences": hearing.silences,
        "before": (run.before("coverage", {}), before),
    }


def _targets(item: Drawn) -> dict[str, str]:
    """Promise to the type of signal that decides it."""
    return {promise.promise: promise.target.signal for promise in item.map.promises}


def _definition(run: _Run, item: Drawn, world: World, proven: dict[str, list[str]]) -> str:
    """All that decides on a map's rows besides signals and time."""
    types = {ref.signal: world.types.get(ref.signal, -1) for _, ref in refs_of(item.map) if ref.signal}
    known: list[object] = [
        sorted(world.catalogue.properties),
        sorted(world.catalogue.namespaces),
        run.workspace.settings.time_zone,
    ]
    # A calendar counts with the holidays that its library knew; another version may know others.
    named = {promise.calendar for promise in item.map.promises if promise.calendar}
    hours = {name: repr(world.timetables.get(name)) for name in sorted(named)}
    known.append([hours, HOLIDAYS_KNOWN if named else ""])
    text = json.dumps([item.document.digest, types, proven, known], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _tidy(run: _Run) -> None:
    """Delete lake files that no published run worth keeping reads."""
    manifests = run.vault.manifests(KEPT_MANIFESTS)
    for spec in _TABLES:
        run.lake.vacuum(
            spec.name,
            {manifest.versions[spec.name] for manifest in manifests if spec.name in manifest.versions},
        )


def _told(item: Drawn) -> dict[str, Any]:
    """What readers need to know of a map, as it was when it was run."""
    goals = {goal.promise: goal for goal in item.map.goals if goal.promise and goal.kept is not None}
    return {
        "title": item.map.title,
        "slices": list(item.map.slices),
        "drawn": item.map.model_dump(mode="json", by_alias=True, exclude_none=True),
        "promises": {
            promise.promise: {
                "says": promise.says,
                "owner": promise.owner or item.map.owner,
                "theme": promise.theme,
                "nature": promise.nature,
                "per": promise.per or item.map.per,
                "within": promise.within,
                "calendar": promise.calendar,
                **_goal(goals.get(promise.promise)),
            }
            for promise in item.map.promises
        },
    }


def _goal(goal: Goal | None) -> dict[str, Any]:
    """The kept share that a map is to reach for a promise, and when; dates as text."""
    by = None if goal is None or goal.by is None else str(goal.by)
    return {"goal": None if goal is None else goal.kept, "goal_by": by}


def _logic(run: _Run) -> str:
    """What decides on people and all that follows, besides the sources."""
    return json.dumps([LOGIC, run.workspace.settings.identity.model_dump(mode="json")], sort_keys=True)


def _list(numbers: set[int]) -> str:
    return ", ".join(str(number) for number in sorted(numbers)) or "-1"


def read_published(workspace: Workspace) -> Iterator[Manifest]:
    """Published runs, newest first."""
    vault = open_vault(workspace.vault, read_only=True)
    yield from vault.manifests(KEPT_MANIFESTS)
    vault.close()
