"""One run, from files to gaps: import, identity, journeys, verdicts, gaps, then everything is published at once.

Nothing a reader sees changes before the manifest is published. What is derived is rewritten only where something may have changed: people
and objects with new signals, people whose identity changed, journeys still open, verdicts that time or coverage can revise.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from parcours.gap.bench import Bench, Coverage
from parcours.gap.checking import check_map, check_owners
from parcours.gap.counting import count_gaps
from parcours.gap.judging import judge
from parcours.gap.listening import Silence, changed_spans, listen, odd_days, place_word
from parcours.gap.money.types import Asked, Prices
from parcours.gap.naming import register_terms
from parcours.gap.replacing import LAYERED, Replacing, current
from parcours.gap.tables import GAP, LOGIC, MONEY, PRICING, VERDICT
from parcours.identity import PERSON_TOKEN, Standing, records, resolve_people, rules_of
from parcours.identity.deciding import in_force, read_log
from parcours.identity.store import TABLES as IDENTITY_TABLES
from parcours.journey import JOURNEY, JOURNEY_STEP, read_maps
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
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from parcours.journey import Drawn
    from parcours.journey.brand import Brand
    from parcours.journey.map import Goal
    from parcours.kernel.workspace import Workspace
    from parcours.lake import Engine
    from parcours.signal import Imported
    from parcours.signal.importing import Prepared, Progress
    from parcours.signal.mapping import Mapped

KEPT_MANIFESTS = 2
_ROUNDING = 1e-6  # of sums of weights
_BYTES_AT_WORK = 200  # of a signal while journeys are cut and promises judged
_TABLES = (SIGNAL, TIMELESS, LINK, OBJECT, *IDENTITY_TABLES, *LAYERED, GAP, MONEY)


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
        lake = Lake(workspace.lake)
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
    _price(run, drawn, brand)
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
    see_signals(engine, run.vault.files(), run.as_of)
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
    coverage = _coverage(run, mapped, brand)
    map_ids = run.vault.code_terms("map", [item.map.map for item in drawn])
    definitions: dict[str, str] = {}
    journeys_s = verdicts_s = 0.0
    new_journeys = new_verdicts = 0
    run.facts["listening"]["proof"] = proof = {
        item.map.map: {promise.promise: _proof(promise, world, coverage) for promise in item.map.promises}
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
        promise_ids = {
            promise.promise: run.vault.code_terms("promise", [f"{name}/{promise.promise}"])[
                f"{name}/{promise.promise}"
            ]
            for promise in item.map.promises
        }
        covered = {
            name: Coverage(*_common(sources, coverage["spans"]), _deaf(sources, coverage["silences"]))
            for name, sources in proven.items()
        }
        touched = None
        if not anew:
            for spec in (JOURNEY, VERDICT):
                mine = replacing.published(spec, map_id)
                run.engine.run(f"create or replace temp view map_{spec.name} as {mine}")
            _register_coverage(run, promise_ids, proven, covered)
            touched = _touched_units(run, item, world)
        if touched is not None and run.engine.value(f"select count(*) from ({touched})") == 0:
            continue
        see_birthdays(run.engine, world.types[BIRTHDAY] if asks_for_birthdays(item.map) else None)
        scope = plan_scope("scoped", item.map, world, _asked_place(covered, coverage))
        steps = {
            step.step: run.vault.code_terms("step", [f"{name}/{step.step}"])[f"{name}/{step.step}"]
            for step in item.map.steps
        }
        bench = Bench(scope, map_id, promise_ids, run.as_of, run.workspace.settings.time_zone, covered)
        register_terms(run.engine, run.vault)
        for units in _shares(run, item) if touched is None else [f"unit_id in ({touched})"]:
            part = stopwatch()
            run.progress(f"journeys of {name}", number, len(drawn))
            fill_scope(run.engine, scope, units)
            stitch(run.engine, scope, map_id, steps, run.as_of)
            new_journeys += run.engine.value("select count(*) from journey_new")
            journeys_s += part()
            part = stopwatch()
            run.progress(f"promises of {name}", number, len(drawn))
            judge(run.engine, bench)
            new_verdicts += run.engine.value("select count(*) from verdict_new")
            verdicts_s += part()
            part = stopwatch()
            replacing.take(map_id, touched)
            journeys_s += part()
    see_birthdays(run.engine, None)
    run.versions |= replacing.commit({map_ids[item.map.map] for item in drawn})
    run.facts["definitions"] = definitions
    run.stages.append(Stage("journeys", journeys_s, new_journeys))
    run.stages.append(Stage("verdicts", clock() - journeys_s, new_verdicts))


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
    run.engine.make_table(__package__, "new_signal", {"since": since})
    run.engine.make_table(__package__, "touched_person")
    return new_files


def _register_coverage(
    run: _Run, promise_ids: dict[str, int], proven: dict[str, list[str]], covered: dict[str, Coverage]
) -> None:
    """Tables `promise_coverage` and `deaf_change`.

    When the sources that prove a promise were heard, now and in the last published run; and when they were deaf in one of both alone.
    """
    rows = [
        {
            "promise_id": code,
            "since": covered[promise].since,
            "until": covered[promise].until,
            **dict(
                zip(
                    ("since_before", "until_before"),
                    _common(proven[promise], run.before("coverage", {})),
                    strict=True,
                )
            ),
        }
        for promise, code in promise_ids.items()
    ]
    schema = pa.schema(
        [
            ("promise_id", pa.int32()),
            *((name, pa.int64()) for name in ("since", "until", "since_before", "until_before")),
        ]
    )
    run.engine.register("promise_coverage", pa.Table.from_pylist(rows, schema))
    silences = [Silence(*told) for told in run.before("listening", {}).get("silences", [])]
    changed = [
        {"promise_id": code, "since": since, "until": until}
        for promise, code in promise_ids.items()
        for since, until in changed_spans(_deaf(proven[promise], silences), covered[promise].deaf)
    ]
    spans = pa.schema([("promise_id", pa.int32()), ("since", pa.int64()), ("until", pa.int64())])
    run.engine.register("deaf_change", pa.Table.from_pylist(changed, spans))


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


def _price(run: _Run, drawn: Sequence[Drawn], brand: Brand) -> None:
    """Say what broken promises cost, unless all that it rests on is as in the last published run."""
    clock = stopwatch()
    told = {"prices": brand.money.model_dump(mode="json"), "currency": brand.currency}
    run.facts["priced"] = {
        **told,
        "costs": {item.map.map: {p.promise: p.cost for p in item.map.promises} for item in drawn},
        "seen": [run.versions[spec.name] for spec in (SIGNAL, PERSON_TOKEN, *LAYERED, GAP)],
        "coverage": run.facts["coverage"],
        "pricing": PRICING,
    }
    published = run.published(MONEY)
    if published is not None and run.before("priced", None) == run.facts["priced"]:
        run.versions[MONEY.name], run.facts["money"] = published, run.before("money", {})
    else:
        run.versions[MONEY.name], run.facts["money"] = _price_anew(run, drawn, brand)
    run.stages.append(Stage("money", clock(), run.lake.rows(MONEY, run.versions[MONEY.name], ())))


def _price_anew(run: _Run, drawn: Sequence[Drawn], brand: Brand) -> tuple[int, dict[str, Any]]:
    if not any(item.map.promises for item in drawn):  # what estimates takes time and memory to load
        return run.lake.write(run.engine, MONEY, MONEY.empty_sql, base=None)[0], {}
    from parcours.gap.money.stage import Ground, price_gaps  # noqa: PLC0415 - the reader of results does not wait for it

    run.engine.run(
        f"create or replace temp view journey_step as {current(run.lake, JOURNEY_STEP, run.versions)}"
    )
    spans = run.facts["coverage"].values()
    ground = Ground(
        run.engine,
        run.vault.terms("type"),
        run.vault.terms("channel"),
        run.facts["people"],
        run.facts["journeys"],
        (min((span[0] for span in spans), default=0), run.as_of),
        run.workspace.settings.time_zone,
    )
    asked = _asked(run, drawn)
    return price_gaps(
        ground, run.lake, asked, Prices.of(brand), lambda done: run.progress("money", done, len(asked))
    )


def _asked(run: _Run, drawn: Sequence[Drawn]) -> list[Asked]:
    """Every promise, with how often it was kept and broken."""
    counted = {
        row["promise_id"]: row
        for row in run.engine.arrow("select * from gap where dimension is null and week is null").to_pylist()
    }
    maps, promises = run.vault.terms("map"), run.vault.terms("promise")
    asked = []
    for item in drawn:
        for promise in item.map.promises:
            code = promises[f"{item.map.map}/{promise.promise}"]
            row = counted.get(code)
            kept, broken = (row["kept"], row["broken"]) if row else (0, 0)
            weight = row["weight_broken"] + row["weight_kept"] if row else 0.0
            asked.append(
                Asked(
                    code,
                    maps[item.map.map],
                    item.map.map,
                    item.map.slices,
                    promise.pattern == "measure",
                    promise.direct_cost,
                    kept,
                    broken,
                    row["weight_broken"] if row else 0.0,
                    abs(weight - kept - broken) > _ROUNDING,
                )
            )
    return asked


def _coverage(run: _Run, mapped: Sequence[Mapped], brand: Brand) -> dict[str, Any]:
    """Spans and types of sources, the word for places, and the silences in which a source was deaf."""
    found = coverage_of(run.engine, run.vault, run.as_of)
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
    )
    run.facts["listening"] = {
        "place": place,
        "placed": placed,
        "silences": [list(item) for item in hearing.silences],
    }
    return {**found, "place": place, "silences": hearing.silences}


def coverage_of(engine: Engine, vault: Vault, as_of: int) -> dict[str, Any]:
    """First and last signal of each source with how many there are, and the sources of each type, up to an instant.

    Args:
        engine: Holds the view `signal`.
        vault: Knows the names and the ledger.
        as_of: Microseconds UTC.
    """
    spans: dict[str, list[int]] = {}
    emits: dict[str, set[str]] = {}
    for name, kind, count, first, last in _heard(engine, vault, as_of):
        span = spans.setdefault(name, [first, last, 0])
        spans[name] = [min(span[0], first), max(span[1], last), span[2] + count]
        emits.setdefault(kind, set()).add(name)
    return {"spans": spans, "emits": emits}


def _heard(engine: Engine, vault: Vault, as_of: int) -> Iterator[tuple[str, str, int, int, int]]:
    """(source, type, signals, first, last): from the ledger, unless it knows of signals after the instant of the run."""
    files = [row for row in vault.files() if row["state"] == "imported"]
    told = [(row["source"], kind, *facts) for row in files for kind, facts in row["types"].items()]
    if all(last <= as_of for *_, last in told):
        yield from told
        return
    names = {code: name for name, code in vault.terms("source").items()}
    types = {code: name for name, code in vault.terms("type").items()}
    for row in engine.model(__package__, "source_coverage", {"as_of": as_of}).to_pylist():
        place = names[row["source_id"]], types[row["type_id"]]
        yield (*place, row["signal_count"], row["first_at"], row["last_at"])


def _proof(promise: Any, world: World, coverage: dict[str, Any]) -> list[str]:  # noqa: ARG001
    """Sources that must have been heard for a promise to be judged."""
    return sorted(promise.proven_by or coverage["emits"].get(promise.target.signal, ()))


def _common(sources: Sequence[str], heard: dict[str, list[int]]) -> tuple[int | None, int | None]:
    """First and last instant at which all of some sources had been heard; None where one never was."""
    spans = [heard[source] for source in sources if source in heard]
    if not spans or len(spans) < len(sources):
        return None, None
    return max(span[0] for span in spans), min(span[1] for span in spans)


def _asked_place(covered: Mapping[str, Coverage], coverage: dict[str, Any]) -> str | None:
    """The word for places, where some promise may have been made at one at which a source was deaf."""
    asked = any(of is not None for known in covered.values() for of, *_ in known.deaf)
    return str(coverage["place"]) if asked else None


def _deaf(sources: Collection[str], silences: Sequence[Silence]) -> tuple[tuple[int | None, int, int], ...]:
    """Spans in which one of some sources was deaf."""
    return tuple((item.place, item.since, item.until) for item in silences if item.source in sources)


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
