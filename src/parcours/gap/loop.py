"""One run, from files to gaps: import, identity, journeys, verdicts, gaps, then everything is published at once.

Nothing a reader sees changes before the manifest is published. What is derived is rewritten only where something may have changed: people
and objects with new signals, people whose identity changed, journeys still open, verdicts that time or coverage can revise.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from parcours.gap.checking import check_map
from parcours.gap.counting import count_gaps
from parcours.gap.judging import Bench, Coverage, drop_pools, judge
from parcours.gap.tables import GAP, VERDICT
from parcours.identity import PERSON_TOKEN, resolve_people
from parcours.identity.store import SHARED_NAMESPACES
from parcours.journey import JOURNEY, JOURNEY_STEP, read_maps
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
    from parcours.kernel.workspace import Workspace
    from parcours.lake import Engine
    from parcours.signal import Imported
    from parcours.signal.importing import Prepared, Progress
    from parcours.signal.mapping import Mapped

KEPT_MANIFESTS = 2
LOGIC = "1"  # raised when the meaning of a derived table changes, so that the next run makes it anew
_DERIVED = ((JOURNEY, "journey_new"), (JOURNEY_STEP, "journey_step_new"), (VERDICT, "verdict_new"))
_FEW_MONTHS = 12  # beyond, one pass over the rows is cheaper than a query a month
_TABLES = (SIGNAL, TIMELESS, LINK, OBJECT, PERSON_TOKEN, JOURNEY, JOURNEY_STEP, VERDICT, GAP)


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
    mapped, drawn, faults = _read(workspace)
    prepared, more = prepare_sources(engine, workspace, mapped)
    faults += more
    types = _literal_types(mapped)
    types |= {kind for item in prepared for kind in emitted_types(engine, workspace, item)}
    known = [item.mapped for item in prepared]
    unseen = any(item not in known and _has_computed_types(item) for item in mapped)
    if len(mapped) == len(workspace.documents("sources")):  # else what a map speaks of cannot be known
        faults += _check_maps(drawn, mapped, types, open_types=unseen)
    return mapped, drawn, sorted(set(faults))


def _read(workspace: Workspace) -> tuple[list[Mapped], list[Drawn], list[Fault]]:
    mapped, faults = read_sources(workspace)
    drawn, more = read_maps(workspace)
    return mapped, drawn, [*faults, *more]


def _literal_types(mapped: Sequence[Mapped]) -> set[str]:
    """Signal types that the mappings themselves write."""
    return {rule.type.literal for item in mapped for rule in item.rules if rule.type.literal is not None}


def _has_computed_types(item: Mapped) -> bool:
    return any(rule.type.sql is not None for rule in item.rules)


def _check_maps(
    drawn: Sequence[Drawn], mapped: Sequence[Mapped], types: set[str], *, open_types: bool
) -> list[Fault]:
    catalogue = catalogue_of(mapped)
    sources = {item.source.source for item in mapped}
    return [
        fault for item in drawn for fault in check_map(item, types, catalogue, sources, open_types=open_types)
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
        vault = open_vault(workspace.vault)
        engine = open_engine(
            workspace.vault / "spill", memory or workspace.settings.memory, workspace.settings.threads
        )
        lake = Lake(workspace.lake)
        lake.clear_staging()
        try:
            return _run(workspace, engine, lake, vault, progress, as_of, clock)
        finally:
            engine.close()
            vault.close()
            shutil.rmtree(workspace.vault / "staging", ignore_errors=True)


def _run(
    workspace: Workspace,
    engine: Engine,
    lake: Lake,
    vault: Vault,
    progress: Progress,
    as_of: int | None,
    clock: Any,
) -> RunReport:
    mapped, drawn, faults = _read(workspace)
    settle(lake, vault)
    prepared, more = prepare_sources(engine, workspace, mapped, vault)
    literal_types = _literal_types(mapped)
    faults += more
    if len(mapped) == len(workspace.documents("sources")):  # else what a map speaks of cannot be known
        computed = any(_has_computed_types(item) for item in mapped)
        faults += _check_maps(drawn, mapped, literal_types, open_types=computed)
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
    if faults := _check_maps(drawn, mapped, {*literal_types, *vault.terms("type")}, open_types=False):
        raise Faulty(faults)
    people, touched_people = _identify(run, imported)
    _look(run, mapped)
    verdicts = _judge_maps(run, drawn, mapped, imported, touched_people)
    _count(run, drawn)
    run.facts |= {
        "people": people,
        "files": sorted(imported.file_ids),
        "logic": _logic(run),
        "refused": imported.refused,
        "received": imported.received,
        "accepted": imported.accepted,
        "notes": imported.notes,
    }
    run.facts["maps"] = {item.map.map: _told(item) for item in drawn}
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
        verdicts,
        run.stages,
    )


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
    visible = f"first_at <= {run.as_of}"
    links = run.lake.query(LINK, run.versions[LINK.name])
    news = "true" if since is None else f"(file_id in ({_list(new_files)}) or first_at > {since})"
    shared_names = {*SHARED_NAMESPACES, *run.workspace.settings.identity.never_merge}
    namespaces = run.vault.terms("namespace")
    resolved = resolve_people(
        run.engine,
        run.lake,
        previous=run.published(PERSON_TOKEN),
        new_links=f"select * from ({links}) where {visible} and {news}",
        all_links=f"select * from ({links}) where {visible}" if anew else None,
        shared=[namespaces[name] for name in shared_names if name in namespaces],
    )
    run.versions[PERSON_TOKEN.name] = resolved.version
    run.stages.append(Stage("identity", clock(), resolved.people))
    run.engine.register("changed_person", pa.table({"person_id": pa.array(resolved.changed, pa.int64())}))
    return resolved.people, None if anew else "select person_id from changed_person"


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


def register_terms(engine: Engine, vault: Vault) -> None:
    """Make the vault's terms readable as `term (kind, code, text)`."""
    rows = [
        (kind, code, text)
        for kind in ("source", "type", "channel", "touchpoint", "namespace", "map", "step", "promise")
        for text, code in vault.terms(kind).items()
    ]
    schema = pa.schema([("kind", pa.string()), ("code", pa.int32()), ("text", pa.string())])
    names = schema.names
    engine.register(
        "term", pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=schema)
    )


def _judge_maps(
    run: _Run,
    drawn: Sequence[Drawn],
    mapped: Sequence[Mapped],
    imported: Imported,
    touched_people: str | None,
) -> int:
    clock = stopwatch()
    world = World(run.vault.terms("type"), run.vault.terms("namespace"), catalogue_of(mapped))
    coverage = _coverage(run)
    map_ids = run.vault.code_terms("map", [item.map.map for item in drawn])
    definitions: dict[str, str] = {}
    journeys_s = verdicts_s = 0.0
    new_journeys = new_verdicts = 0
    news = _touched_sets(run, imported, touched_people)
    for number, item in enumerate(drawn):
        name = item.map.map
        run.progress(f"journeys of {name}", number, len(drawn))
        proven = {promise.promise: _proof(promise, world, coverage) for promise in item.map.promises}
        definitions[name] = _definition(run, item, world, proven)
        map_id = map_ids[name]
        anew = (
            news is None
            or run.before("definitions", {}).get(name) != definitions[name]
            or _has_foreign_unit(item)
        )
        part = stopwatch()
        touched = None if anew else _touched_units(run, item, world, map_id)
        if touched is not None and run.engine.value(f"select count(*) from ({touched})") == 0:
            continue
        scope = plan_scope("scoped", item.map, world)
        fill_scope(run.engine, scope, touched)
        steps = {
            step.step: run.vault.code_terms("step", [f"{name}/{step.step}"])[f"{name}/{step.step}"]
            for step in item.map.steps
        }
        stitch(run.engine, scope, map_id, steps, run.as_of)
        new_journeys += run.engine.value("select count(*) from journey_new")
        journeys_s += part()
        part = stopwatch()
        run.progress(f"promises of {name}", number, len(drawn))
        promise_ids = {
            promise.promise: run.vault.code_terms("promise", [f"{name}/{promise.promise}"])[
                f"{name}/{promise.promise}"
            ]
            for promise in item.map.promises
        }
        register_terms(run.engine, run.vault)
        covered = {
            promise.promise: Coverage(*_common(proven[promise.promise], coverage))
            for promise in item.map.promises
        }
        judge(
            run.engine,
            Bench(scope, map_id, promise_ids, run.as_of, run.workspace.settings.time_zone, covered),
        )
        new_verdicts += run.engine.value("select count(*) from verdict_new")
        verdicts_s += part()
        part = stopwatch()
        _replace(run, map_id, touched)
        drop_pools(run.engine)
        journeys_s += part()
    _forget_maps(run, {map_ids[item.map.map] for item in drawn})
    run.facts["definitions"] = definitions
    run.stages.append(Stage("journeys", journeys_s, new_journeys))
    run.stages.append(Stage("verdicts", clock() - journeys_s, new_verdicts))
    run.facts["journeys"] = _rows(run, JOURNEY)
    run.facts["verdicts"] = _rows(run, VERDICT)
    return int(run.facts["verdicts"])


def _touched_sets(run: _Run, imported: Imported, touched_people: str | None) -> set[int] | None:
    """Tables `touched_person` and `new_signal`; None where everything is made anew."""
    anew, new_files, since = _news(run, imported.file_ids)
    if anew or since is None or touched_people is None:
        return None
    run.engine.register("new_file", pa.table({"file_id": pa.array(sorted(new_files), pa.int32())}))
    run.engine.make_table(__package__, "new_signal", {"since": since})
    run.engine.make_table(__package__, "touched_person")
    return new_files


def _touched_units(run: _Run, item: Drawn, world: World, map_id: int) -> str:
    """SQL of the units of a map that must be looked at again; makes the table `touched_unit`."""
    for spec in (JOURNEY, VERDICT):
        mine = run.lake.query(spec, run.published(spec), lambda values: int(values[0]) == map_id)
        run.engine.run(f"create or replace temp view map_{spec.name} as {mine}")
    run.engine.make_view(__package__, "unsettled_unit")
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


def _replace(run: _Run, map_id: int, touched: str | None) -> None:
    """Put the new journeys, steps and verdicts of a map in the place of the old ones, in the months that hold any."""
    engine, lake = run.engine, run.lake
    bases = {spec.name: run.versions.get(spec.name, run.published(spec)) for spec, _ in _DERIVED}
    months = _months(run, map_id, touched, bases[JOURNEY.name])
    partitions = [(str(map_id), str(month)) for month in sorted(months)]
    for spec, rows in _DERIVED:
        columns = ", ".join(spec.columns)
        sql = f"select {columns} from {rows}"
        if touched is not None:
            kept = lake.query(spec, bases[spec.name], lambda values: values in partitions)
            sql += f" union all select {columns} from ({kept}) where journey_id not in (select journey_id from old_journey)"
        run.versions[spec.name], _ = lake.write(
            engine,
            spec,
            sql,
            base=bases[spec.name],
            replaces=lambda values: values in partitions or (touched is None and int(values[0]) == map_id),
            partitions=partitions if len(partitions) <= _FEW_MONTHS else None,
        )
        if spec is JOURNEY_STEP:  # the largest table of a run is not held longer than it is read
            engine.run("drop view journey_step_new; drop table assigned")


def _months(run: _Run, map_id: int, touched: str | None, base: int | None) -> set[int]:
    """Months that new journeys of a map, or those they replace, began in; makes the table `old_journey`."""
    found = run.engine.rows("select distinct month from journey_new")
    if touched is not None:
        old = run.lake.query(JOURNEY, base, lambda values: int(values[0]) == map_id)
        run.engine.run(
            f"create or replace temp table old_journey as select journey_id, month from ({old}) where unit_id in ({touched})"
        )
        found += run.engine.rows("select distinct month from old_journey")
    return {month for (month,) in found}


def _forget_maps(run: _Run, alive: set[int]) -> None:
    """Carry the derived tables over, without maps that are gone."""
    for spec in (JOURNEY, JOURNEY_STEP, VERDICT):
        base = run.versions.get(spec.name, run.published(spec))
        gone = any(int(values[0]) not in alive for values in run.lake.files(spec.name, base).values())
        if gone or base is None:
            base = run.lake.drop_partitions(
                run.engine, spec, lambda values: int(values[0]) not in alive, base
            )
        run.versions[spec.name] = base


def _count(run: _Run, drawn: Sequence[Drawn]) -> None:
    clock = stopwatch()
    run.progress("gaps", 0, 1)
    run.lake.view(run.engine, VERDICT, run.versions[VERDICT.name])
    run.lake.view(run.engine, JOURNEY, run.versions[JOURNEY.name])
    codes = run.vault.terms("map")
    version, rows = count_gaps(run.engine, run.lake, {codes[item.map.map]: item.map.slices for item in drawn})
    run.versions[GAP.name] = version
    run.stages.append(Stage("gaps", clock(), rows))
    run.progress("gaps", 1, 1)


def _coverage(run: _Run) -> dict[str, Any]:
    """First and last signal of each source, and the sources of each type, up to the instant of the run."""
    names = {code: name for name, code in run.vault.terms("source").items()}
    types = {code: name for name, code in run.vault.terms("type").items()}
    found = run.engine.model(__package__, "source_coverage", {"as_of": run.as_of}).to_pylist()
    spans: dict[str, list[int]] = {}
    emits: dict[str, set[str]] = {}
    for row in found:
        name = names[row["source_id"]]
        span = spans.setdefault(name, [row["first_at"], row["last_at"], 0])
        spans[name] = [
            min(span[0], row["first_at"]),
            max(span[1], row["last_at"]),
            span[2] + row["signal_count"],
        ]
        emits.setdefault(types[row["type_id"]], set()).add(name)
    run.facts["coverage"] = spans
    return {"spans": spans, "emits": emits}


def _proof(promise: Any, world: World, coverage: dict[str, Any]) -> list[str]:  # noqa: ARG001
    """Sources that must have been heard for a promise to be judged."""
    return sorted(promise.proven_by or coverage["emits"].get(promise.target.signal, ()))


def _common(sources: Sequence[str], coverage: dict[str, Any]) -> tuple[int | None, int | None]:
    spans = [coverage["spans"].get(source) for source in sources]
    if not spans or any(span is None for span in spans):
        return None, None
    return max(span[0] for span in spans), min(span[1] for span in spans)


def _definition(run: _Run, item: Drawn, world: World, proven: dict[str, list[str]]) -> str:
    """All that decides on a map's rows besides signals and time."""
    types = {ref.signal: world.types.get(ref.signal, -1) for _, ref in refs_of(item.map) if ref.signal}
    known = [
        sorted(world.catalogue.properties),
        sorted(world.catalogue.namespaces),
        run.workspace.settings.time_zone,
    ]
    text = json.dumps([item.document.digest, types, proven, known], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _rows(run: _Run, spec: TableSpec) -> int:
    return int(run.engine.value(f"select count(*) from ({run.lake.query(spec, run.versions[spec.name])})"))


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
    return {
        "title": item.map.title,
        "slices": list(item.map.slices),
        "promises": {
            promise.promise: {
                "says": promise.says,
                "owner": promise.owner or item.map.owner,
                "theme": promise.theme,
                "nature": promise.nature,
            }
            for promise in item.map.promises
        },
    }


def _logic(run: _Run) -> str:
    """What decides on people and all that follows, besides the sources."""
    return json.dumps([LOGIC, sorted(run.workspace.settings.identity.never_merge)])


def _list(numbers: set[int]) -> str:
    return ", ".join(str(number) for number in sorted(numbers)) or "-1"


def iso_week(week: int) -> str:
    """`202637` as `2026-W37`."""
    return f"{week // 100}-W{week % 100:02d}"


def read_published(workspace: Workspace) -> Iterator[Manifest]:
    """Published runs, newest first."""
    vault = open_vault(workspace.vault, read_only=True)
    yield from vault.manifests(KEPT_MANIFESTS)
    vault.close()
