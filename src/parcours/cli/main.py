"""Entry point: commands, options, exit codes. Imports of features wait until a command needs them, to start fast."""

from __future__ import annotations

import contextlib
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

app = typer.Typer(
    name="parcours",
    help="Closes the gap between the experience a retailer promises and the one customers live.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
journeys_app = typer.Typer(help="Where journeys go.", no_args_is_help=True)
map_app = typer.Typer(help="The designed journeys.", no_args_is_help=True)
app.add_typer(journeys_app, name="journeys")
app.add_typer(map_app, name="map")


class Format(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"


class Nodes(StrEnum):
    """What the nodes of a map's graph are."""

    STEP = "step"
    TYPE = "type"


class Language(StrEnum):
    """Languages of what promises say."""

    EN = "en"
    FR = "fr"


Folder = Annotated[Path, typer.Option("--workspace", "-w", help="The workspace.", show_default="this folder")]
AsFormat = Annotated[Format, typer.Option("--format", help="Tables for people, or JSON for machines.")]
Memory = Annotated[str | None, typer.Option(help="Bound on memory, such as 6GB.")]
Limit = Annotated[int, typer.Option(min=1, help="Rows shown; JSON has all.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Journey as code: say what is promised, see what is lived."""


@app.command(epilog="Example: `parcours init shop --template click-and-collect && parcours run -w shop`")
def init(
    folder: Annotated[Path, typer.Argument(help="Where to make the workspace; must be new or empty.")],
    template: Annotated[str, typer.Option(help="What to begin with.")] = "click-and-collect",
) -> None:
    """Make a workspace that runs."""
    from parcours.cli.template import make_workspace

    made = make_workspace(folder, template)
    typer.echo(f"made {folder} from the template {template}: {', '.join(made)}")
    typer.echo(f"next: parcours run -w {folder}")


@app.command(epilog="Example: `parcours check -w shop && parcours run -w shop`")
def check(
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    schemas: Annotated[
        Path | None,
        typer.Option(help="Write the JSON Schemas of source and map files into this folder, for editors."),
    ] = None,
) -> None:
    """Say everything that is wrong with the configuration, at once."""
    from parcours.cli.show import console, faults_table
    from parcours.gap.loop import check_workspace
    from parcours.kernel.workspace import Workspace
    from parcours.lake import open_engine

    if schemas is not None:
        _write_schemas(schemas)
        return
    place = Workspace(workspace)
    import os

    place.make_state()
    engine = open_engine(place.vault / f"spill-{os.getpid()}", place.settings.memory, place.settings.threads)
    try:
        mapped, drawn, faults = check_workspace(place, engine)
    finally:
        engine.close()
        import shutil

        shutil.rmtree(place.vault / "staging", ignore_errors=True)
    if format is Format.JSON:
        _print_json(
            [
                {"file": fault.file, "line": fault.line, "what": fault.what, "fix": fault.fix}
                for fault in faults
            ]
        )
    elif faults:
        console().print(faults_table(faults))
    else:
        promises = sum(len(item.map.promises) for item in drawn)
        typer.echo(f"fine: {len(mapped)} sources, {len(drawn)} maps, {promises} promises")
    if faults:
        raise typer.Exit(2)


@app.command(epilog="Example: `parcours run -w shop --as-of 2026-09-12T18:00:00+02:00 --format json`")
def run(
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    memory: Memory = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="Judge as of this instant: later signals do not exist.", show_default="now"),
    ] = None,
    engine: Annotated[str, typer.Option(help="What computes.")] = "duckdb",
) -> None:
    """Import what is new, resolve people, rebuild journeys, judge promises, count gaps.

    Running twice gives the same rows; only new files and the people they touch are redone; a killed run is taken up by the next.
    """
    from parcours.cli.show import console, drawn_progress, run_table
    from parcours.gap.loop import run_workspace
    from parcours.kernel.clock import parse_instant
    from parcours.kernel.errors import ParcoursError
    from parcours.kernel.workspace import Workspace

    if engine != "duckdb":
        raise ParcoursError(f"the engine {engine!r} is not built in", fix="use --engine duckdb")
    place = Workspace(workspace)
    instant = None if as_of is None else parse_instant(as_of, place.settings.time_zone)
    with drawn_progress() as progress:
        report = run_workspace(place, progress, memory=memory, as_of=instant)
    if format is Format.JSON:
        _print_json(
            {
                "run": report.run_id,
                "signals": {
                    "received": report.received,
                    "accepted": report.accepted,
                    "refused": report.refused,
                },
                "people": report.people,
                "journeys": report.journeys,
                "verdicts": report.verdicts,
                "stages": [
                    {"stage": stage.stage, "seconds": round(stage.seconds, 3), "rows": stage.rows}
                    for stage in report.stages
                ],
            }
        )
    else:
        console().print(run_table(report))


@app.command(epilog="Example: `parcours gaps -w shop --promise ready-in-2h --slice store`")
def gaps(
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    map_name: Annotated[str | None, typer.Option("--map", help="Only this map.")] = None,
    promise: Annotated[str | None, typer.Option(help="Only this promise.")] = None,
    slice_by: Annotated[str | None, typer.Option("--slice", help="Show this slice too.")] = None,
    language: Annotated[Language, typer.Option(help="Language of what promises say.")] = Language.EN,
    limit: Limit = 20,
) -> None:
    """Which promises were broken: how often, how sure, where, since when, and what people then said."""
    from parcours.cli.show import console, gap_tables
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace)) as results:
        rows = results.gaps(map_name=map_name, promise=promise, language=language.value)
        if format is Format.JSON:
            _print_json(rows)
            return
        for part in gap_tables(rows, slice_by, limit, chosen=promise is not None):
            console().print(part)


@app.command(
    epilog="Example: `parcours verdicts -w shop --promise ready-in-2h --verdict broken --where store=Lyon`"
)
def verdicts(
    promise: Annotated[str, typer.Option(help="Which promise.")],
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    verdict: Annotated[
        str | None, typer.Option(help="Only kept, broken, pending, unobservable, waived or contested.")
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option(help="Only a slice, as name=value; may be repeated.")
    ] = None,
    period: Annotated[str | None, typer.Option(help="Only an ISO week, as 2026-W37.")] = None,
    limit: Limit = 20,
) -> None:
    """The verdicts behind a gap, each with the rows of the files that prove it."""
    from parcours.cli.show import console, verdict_table
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    chosen = dict(_pair(text) for text in where or ())
    with open_results(Workspace(workspace)) as results:
        rows = results.verdicts(
            promise,
            verdict=verdict,
            where=chosen,
            period=period,
            limit=None if format is Format.JSON else limit,
        )
        if format is Format.JSON:
            _print_json(rows)
        else:
            console().print(verdict_table(rows, promise))


@app.command(epilog="Example: `parcours coverage -w shop`")
def coverage(workspace: Folder = Path(), format: AsFormat = Format.TEXT) -> None:  # noqa: A002 - the option's name
    """What each source let us see: first to last signal, what was refused and why."""
    from parcours.cli.show import console, coverage_table
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace)) as results:
        rows = results.coverage()
        if format is Format.JSON:
            _print_json(rows)
        else:
            console().print(coverage_table(rows))


@app.command(epilog="Example: `parcours person customer:42 -w shop`")
def person(
    name: Annotated[
        str, typer.Argument(metavar="ID", help="A person id, or namespace:value such as customer:42.")
    ],
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
) -> None:
    """One customer's whole story: what each system saw, what was promised, what became of it."""
    from parcours.cli.show import console, person_parts
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace)) as results:
        found = results.person(name)
        if format is Format.JSON:
            _print_json(found)
            return
        for part in person_parts(found):
            console().print(part)


@app.command(epilog="Example: `parcours status -w shop --format json`")
def status(workspace: Folder = Path(), format: AsFormat = Format.TEXT) -> None:  # noqa: A002 - the option's name
    """What was last published, and what it holds."""
    from parcours.cli.show import console, status_table
    from parcours.gap.results import open_results
    from parcours.kernel.clock import format_instant
    from parcours.kernel.workspace import Workspace

    place = Workspace(workspace)
    with open_results(place) as results:
        manifest, zone = results.manifest, place.settings.time_zone
        facts = manifest.facts
        found = {
            "workspace": place.settings.name or place.folder.resolve().name,
            "run": manifest.run_id,
            "published_at": format_instant(manifest.published_at, zone),
            "as_of": format_instant(manifest.as_of, zone),
            "seconds": round(manifest.seconds, 3),
            **{
                key: facts[key]
                for key in ("received", "accepted", "refused", "people", "journeys", "verdicts")
            },
            "maps": list(results.maps),
            "versions": manifest.versions,
        }
        if format is Format.JSON:
            _print_json(found)
        else:
            console().print(status_table(found))


@journeys_app.command("graph", epilog="Example: `parcours journeys graph -w shop --per order`")
def journeys_graph(  # noqa: PLR0913, PLR0917 - each option chooses journeys
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    map_name: Annotated[
        str | None, typer.Option("--map", help="Journeys of this map; nodes are its steps.")
    ] = None,
    by: Annotated[Nodes, typer.Option(help="Nodes of a map's graph.")] = Nodes.STEP,
    per: Annotated[
        str | None,
        typer.Option(help="Without a map: journeys per order, ticket, person...; nodes are signal types."),
    ] = None,
    quiet: Annotated[
        str | None, typer.Option(help="Per person: a silence that ends a journey, such as 30d.")
    ] = None,
    memory: Memory = None,
    limit: Limit = 30,
) -> None:
    """Transitions with counts, people and waits; start and end are empty."""
    from parcours.cli.show import console, graph_table
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace), memory) as results:
        rows = results.graph(map_name=map_name, by_type=by is Nodes.TYPE, per=per, quiet=quiet)
        if format is Format.JSON:
            _print_json(rows)
        else:
            console().print(graph_table(rows, limit))


@journeys_app.command(
    "variants", epilog="Example: `parcours journeys variants -w shop --map click-and-collect`"
)
def journeys_variants(  # noqa: PLR0913, PLR0917 - each option chooses journeys
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    map_name: Annotated[
        str | None, typer.Option("--map", help="Journeys of this map; nodes are its steps.")
    ] = None,
    by: Annotated[Nodes, typer.Option(help="Nodes of a map's graph.")] = Nodes.STEP,
    per: Annotated[
        str | None, typer.Option(help="Without a map: journeys per order, ticket, person...")
    ] = None,
    quiet: Annotated[
        str | None, typer.Option(help="Per person: a silence that ends a journey, such as 30d.")
    ] = None,
    memory: Memory = None,
    limit: Limit = 20,
) -> None:
    """Distinct paths and how many journeys took each."""
    from parcours.cli.show import console, variant_table
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace), memory) as results:
        rows = results.variants(map_name=map_name, by_type=by is Nodes.TYPE, per=per, quiet=quiet)
        if format is Format.JSON:
            _print_json(rows)
        else:
            console().print(variant_table(rows, limit))


@map_app.command("list", epilog="Example: `parcours map list -w shop`")
def map_list(workspace: Folder = Path(), format: AsFormat = Format.TEXT) -> None:  # noqa: A002 - the option's name
    """The maps of a workspace: stages, steps, promises."""
    from parcours.cli.show import console, map_table

    rows = [
        {
            "map": item.map.map,
            "kind": item.map.kind,
            "per": item.map.per,
            "title": item.map.title,
            "stages": [stage.stage for stage in item.map.stages],
            "steps": [step.step for step in item.map.steps],
            "promises": [promise.promise for promise in item.map.promises],
            "file": item.document.name,
        }
        for item in _maps(workspace)
    ]
    if format is Format.JSON:
        _print_json(rows)
    else:
        console().print(map_table(rows))


@map_app.command("export", epilog="Example: `parcours map export click-and-collect -w shop > map.json`")
def map_export(name: Annotated[str, typer.Argument(help="Which map.")], workspace: Folder = Path()) -> None:
    """A map as one JSON document."""
    from parcours.gap.results import Unknown

    found = {item.map.map: item for item in _maps(workspace)}
    if name not in found:
        raise Unknown("map", name, found)
    _print_json(found[name].map.model_dump(mode="json", by_alias=True, exclude_none=True))


@app.command(epilog="Example: `parcours bench graph --format json`")
def bench(
    name: Annotated[str | None, typer.Argument(help="Which bench; all by default.")] = None,
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    data: Annotated[Path | None, typer.Option(help="Folder of real data, for benches that need it.")] = None,
    signals: Annotated[int | None, typer.Option(help="Size, where a bench has one.")] = None,
) -> None:
    """Measure speed against peers on the same input in the same run; exit 1 where a target is missed."""
    from parcours.bench.registry import run_benches
    from parcours.cli.show import bench_table, console

    rows = run_benches(name, data=data, signals=signals, tell=lambda text: typer.echo(text, err=True))
    if format is Format.JSON:
        _print_json(rows)
    else:
        console().print(bench_table(rows))
    if any(row["holds"] is False for row in rows):
        raise typer.Exit(1)


def _maps(folder: Path) -> Iterable[Any]:  # maps as drawn; their module is imported late
    from parcours.journey import read_maps
    from parcours.kernel.errors import Faulty
    from parcours.kernel.workspace import Workspace

    drawn, faults = read_maps(Workspace(folder))
    if faults:
        raise Faulty(faults)
    return drawn


def _write_schemas(folder: Path) -> None:
    from parcours.journey.map import json_schema as map_schema
    from parcours.signal.mapping import json_schema as source_schema

    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in (("source", source_schema()), ("map", map_schema())):
        (folder / f"{name}.schema.json").write_text(
            json.dumps(schema, indent=2, ensure_ascii=False) + "\n", "utf-8"
        )
        typer.echo(f"wrote {folder / f'{name}.schema.json'}")


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        from parcours.kernel.errors import ParcoursError

        raise ParcoursError(f"{text!r} is not a slice", fix="write it as name=value, such as store=Lyon")
    return name, value


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def main() -> None:
    """Run a command; errors of ours become one sentence and exit 2."""
    from parcours.kernel.errors import ParcoursError

    try:
        app(prog_name="parcours")
    except ParcoursError as problem:
        _complain(problem)
        raise SystemExit(2) from None
    except BrokenPipeError:
        _silence(sys.stdout.close)
        raise SystemExit(0) from None


def _complain(problem: Exception) -> None:
    from parcours.kernel.errors import Faulty

    lines = [str(fault) for fault in problem.faults] if isinstance(problem, Faulty) else [str(problem)]
    for line in lines:
        sys.stderr.write(f"parcours: {line}\n")


def _silence(action: Callable[[], None]) -> None:
    with contextlib.suppress(BrokenPipeError):
        action()


if __name__ == "__main__":
    main()
