"""Entry point: commands, options, exit codes. Imports of features wait until a command needs them, to start fast."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours import __version__
from parcours.cli.deciding import add_deciding, told_decisions
from parcours.cli.drafting import add_drafting
from parcours.cli.drift import add_drift, overdue_lines
from parcours.cli.driving import show_boards, show_drivers
from parcours.cli.lives import add_lives
from parcours.cli.logs import add_logs
from parcours.cli.mining import add_mining
from parcours.cli.options import (
    AsFormat,
    By,
    Folder,
    Format,
    Language,
    Limit,
    MapName,
    Memory,
    Nodes,
    Per,
    Quiet,
    at_workspace,
    choice_of,
    tell,
)
from parcours.cli.options import print_json as _print_json
from parcours.cli.personas import add_personas
from parcours.cli.recognising import add_recognising, explain_two
from parcours.cli.rights import add_rights
from parcours.cli.ruling import add_ruling

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
identity_app = typer.Typer(help="Who people are.", no_args_is_help=True)
app.add_typer(identity_app, name="identity")


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


@app.command(
    epilog="Example: `parcours init shop --template click-and-collect && parcours run -w shop --as-of 2026-11-15`"
)
def init(
    folder: Annotated[Path, typer.Argument(help="Where to make the workspace; must be new or empty.")],
    template: Annotated[
        str | None,
        typer.Option(
            help="What to begin with: click-and-collect, home-delivery, return-and-refund, service-request or ten-promises.",
            show_default="asked on a terminal, else click-and-collect",
        ),
    ] = None,
    files: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            help="Propose a mapping for this file (CSV, Parquet, JSON lines, XES, OCEL) instead; may be repeated, and adds to a workspace that exists.",
        ),
    ] = None,
) -> None:
    """Make a workspace that runs at once: on the data of a template, or on files of your own."""
    if files:
        _propose(folder, files, template)
        return
    from parcours.cli.asking import choose, tell
    from parcours.cli.template import make_workspace, refuse_used

    refuse_used(folder)
    chosen = choose(template)
    tell(folder, chosen.template, make_workspace(folder, chosen.template, chosen.name))


@app.command(
    epilog="Example: `parcours simulate -w colibri --people 5000 --days 120 --seed 7 && parcours run -w colibri`"
)
def simulate(  # noqa: PLR0913, PLR0917 - each option is a fact about the retailer
    people: Annotated[int, typer.Option(help="How many people, from 1 on.")],
    days: Annotated[int, typer.Option(help="Days of data, from 1 on.")] = 120,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 1,
    workspace: Annotated[
        Path,
        typer.Option("--workspace", "-w", help="Where to; must be new or empty.", show_default="this folder"),
    ] = Path(),
    stores: Annotated[int, typer.Option(help="Stores; 0 is a pure web player.")] = 6,
    gaps: Annotated[
        str | None,
        typer.Option(help="A YAML file of what is planted, or `none`.", show_default="the story of the demo"),
    ] = None,
    start: Annotated[
        str | None, typer.Option(help="First day.", show_default="such that the data end on 2026-11-15")
    ] = None,
    mixed: Annotated[float, typer.Option(help="Share of people who buy both online and in store.")] = 0.52,
    research_online: Annotated[
        float, typer.Option(help="Share of people who look online before they buy in store.")
    ] = 0.44,
    physical: Annotated[float, typer.Option(help="Share of purchases with a physical part.")] = 0.83,
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
) -> None:
    """Make a synthetic omnichannel retailer, with the truth beside it in `truth/`."""
    from parcours.cli.show.run import drawn_progress
    from parcours.simulate import Habits, make_plan, simulate_retailer

    plan = make_plan(
        people,
        days,
        seed,
        stores=stores,
        gaps=gaps,
        start=start,
        habits=Habits(mixed, research_online, physical),
    )
    with drawn_progress() as progress:
        made = simulate_retailer(plan, workspace, lambda done: progress("simulate", done, people))
    if format is Format.JSON:
        _print_json({"people": made.people, "rows": made.rows})
        return
    typer.echo(
        f"made {workspace}: {made.people} people, {sum(made.rows.values())} rows in {len(made.rows)} exports, the truth in truth/"
    )
    typer.echo(f"next: parcours run -w {workspace} --as-of {plan.last_day}")


@app.command(epilog="Example: `parcours check -w shop && parcours run -w shop`")
def check(
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    schemas: Annotated[
        Path | None,
        typer.Option(
            help="Write the JSON Schemas of source, map, brand and case files into this folder, for editors."
        ),
    ] = None,
) -> None:
    """Say everything that is wrong with the configuration, at once."""
    from parcours.cli.show.run import fault_lines
    from parcours.cli.show.tables import write
    from parcours.gap.loop import check_workspace
    from parcours.kernel.workspace import Workspace
    from parcours.lake import open_engine

    if schemas is not None:
        _write_schemas(schemas)
        return
    place = Workspace(workspace)
    place.make_state()
    engine = open_engine(place.scratch("spill"), place.settings.memory, place.settings.threads)
    try:
        mapped, drawn, faults = check_workspace(place, engine)
    finally:
        engine.close()
        place.wipe_scratch()
    if format is Format.JSON:
        _print_json(
            [
                {"file": fault.file, "line": fault.line, "what": fault.what, "fix": fault.fix}
                for fault in faults
            ]
        )
    elif faults:
        write(fault_lines(faults))
    else:
        for line in overdue_lines(place, drawn):
            typer.echo(line, err=True)
        promises = sum(len(item.map.promises) for item in drawn)
        typer.echo(f"fine: {len(mapped)} sources, {len(drawn)} maps, {promises} promises")
    if faults:
        raise typer.Exit(2)


@app.command("test", epilog="Example: `parcours test -w shop --junit cases.xml`")
def rehearse_maps(
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    junit: Annotated[
        Path | None, typer.Option(help="Write the outcome as JUnit XML into this file too, for CI.")
    ] = None,
) -> None:
    """Judge the cases written beside the maps: given signals, at an instant, expect verdicts; exit 1 where one does not hold.

    The cases of a map lie in `tests/`, or in the map below `cases:`. They are judged by the same SQL as a run; nothing is imported or published.
    """
    from parcours.cli.show.cases import case_lines, case_rows, junit_xml
    from parcours.cli.show.tables import write
    from parcours.gap.rehearsing import rehearse
    from parcours.kernel.workspace import Workspace

    place = Workspace(workspace)
    place.make_state()
    outcomes = rehearse(place)
    if junit is not None:
        junit.write_bytes(junit_xml(outcomes))
    if format is Format.JSON:
        _print_json(case_rows(outcomes))
    else:
        write(case_lines(outcomes))
    if not all(outcome.holds for outcome in outcomes):
        raise typer.Exit(1)


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
    from parcours.cli.show.run import drawn_progress, run_lines
    from parcours.cli.show.tables import write
    from parcours.gap.loop import run_workspace
    from parcours.gap.results import open_results
    from parcours.kernel.clock import parse_instant
    from parcours.kernel.errors import ParcoursError
    from parcours.kernel.workspace import Workspace
    from parcours.rights.erasing import finish_erasures

    if engine != "duckdb":
        raise ParcoursError(f"the engine {engine!r} is not built in", fix="use --engine duckdb")
    place = Workspace(workspace)
    instant = None if as_of is None else parse_instant(as_of, place.settings.time_zone)
    with drawn_progress() as progress:
        finish_erasures(place, progress)
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
        with open_results(place, memory) as results:
            rows = results.gaps(slice_weeks=False)
            per = None if results.maps else next(iter(results.namespaces()), None)
        write(run_lines(report, rows, per, at_workspace(workspace)))


def _refuse_both(both: bool, *chosen: str | None, counts: bool) -> None:
    """Refuse options that would do nothing.

    Raises:
        ParcoursError: Both lists are asked for, or a promise is chosen for one that is of all of them, or counts alone are.
    """
    from parcours.kernel.errors import ParcoursError

    if both:
        raise ParcoursError("--drivers and --scoreboards are two lists", fix="ask for one, then the other")
    if counts:
        raise ParcoursError("--counts leaves out what --drivers and --scoreboards show", fix="leave it out")
    if any(chosen):
        raise ParcoursError(
            "--drivers and --scoreboards are of all promises", fix="leave --map, --promise and --slice out"
        )


@app.command(epilog="Example: `parcours gaps -w shop --promise ready-in-2h --slice store`")
def gaps(  # noqa: PLR0913, PLR0917 - each option chooses or shows
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    map_name: Annotated[str | None, typer.Option("--map", help="Only this map.")] = None,
    promise: Annotated[str | None, typer.Option(help="Only this promise.")] = None,
    slice_by: Annotated[str | None, typer.Option("--slice", help="Show this slice whole.")] = None,
    drivers: Annotated[
        bool,
        typer.Option("--drivers", help="What moves scores, and whether people buy again, instead."),
    ] = False,
    boards: Annotated[
        bool, typer.Option("--scoreboards", help="Promises by theme and by nature instead.")
    ] = False,
    counts: Annotated[
        bool,
        typer.Option("--counts", help="Only what the run counted: nothing is priced or searched for."),
    ] = False,
    language: Annotated[Language, typer.Option(help="Language of what promises say.")] = Language.EN,
    limit: Limit = 20,
) -> None:
    """Which promises were broken: how often, how sure, where, since when, and what people then said."""
    if drivers or boards:
        _refuse_both(drivers and boards, map_name, promise, slice_by, counts=counts)
        show = show_drivers if drivers else show_boards
        show(workspace, is_json=format is Format.JSON, language=language.value, limit=limit)
        return
    from parcours.cli.show.gaps import gap_lines
    from parcours.cli.show.money import money_lines
    from parcours.cli.show.run import drawn_progress
    from parcours.cli.show.tables import write
    from parcours.gap.finding import find
    from parcours.gap.finding.telling import add_decisions, add_findings
    from parcours.gap.money import about_all
    from parcours.gap.personas.slicing import persona_gaps
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace
    from parcours.ui import speak

    with open_results(Workspace(workspace)) as results:
        with drawn_progress() as results.progress:
            rows = results.gaps(
                map_name=map_name,
                promise=promise,
                language=language.value,
                slice_weeks=format is Format.JSON or promise is not None or slice_by is not None,
                with_money=not counts,
            )
            findings = None if counts else find(results)
            if not counts:
                rows += persona_gaps(results, rows, language.value)
        if format is Format.JSON:
            if findings is not None:
                add_findings(rows, findings)
                add_decisions(rows, told_decisions(results))
            _print_json(rows)
        else:
            asked = {(row["map"], row["promise"]) for row in rows}
            told = (
                [found for found in findings.promises if (found.map, found.promise) in asked]
                if findings
                else []
            )
            write(
                gap_lines(
                    rows, told, promise=promise, slice_by=slice_by, limit=limit, at=at_workspace(workspace)
                )
            )
            if counts:
                return
            write(
                money_lines(
                    rows,
                    about_all(results),
                    explained=promise is not None,
                    language=speak(language.value),
                )
            )


@app.command(
    epilog="Example: `parcours verdicts -w shop --promise ready-in-2h --verdict broken --where store=Lyon`"
)
def verdicts(  # noqa: PLR0913, PLR0917 - each option chooses verdicts
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
    days: Annotated[
        str | None, typer.Option(help="Only promises made on these weekdays, as sat or mon-fri.")
    ] = None,
    hours: Annotated[
        str | None, typer.Option(help="Only promises made in these hours, as 14-18: until just before 18:00.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="Only from this day on, as 2026-09-26.")] = None,
    until: Annotated[str | None, typer.Option(help="Only up to the end of this day.")] = None,
    person: Annotated[
        str | None, typer.Option(help="Only of this person: an id, or namespace:value such as customer:42.")
    ] = None,
    about: Annotated[
        str | None, typer.Option("--object", help="Only about this object, such as order:5004.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Explain each, step by step; one alone always is.")
    ] = False,
    language: Annotated[Language, typer.Option(help="Language of explanations.")] = Language.EN,
    limit: Limit = 20,
) -> None:
    """The verdicts behind a gap, each with the rows of the files that prove it; one alone is explained step by step.

    Days and hours are of the workspace's time zone.
    """
    from parcours.cli.show.tables import write
    from parcours.cli.show.verdicts import explained_lines, verdict_lines, verdict_rows
    from parcours.gap.results import open_results
    from parcours.gap.when import When
    from parcours.kernel.workspace import Workspace

    chosen = dict(_pair(text) for text in where or ())
    when = When.read(days, hours, since, until)
    with open_results(Workspace(workspace)) as results:
        rows = results.verdicts(
            promise,
            verdict=verdict,
            where=chosen,
            period=period,
            when=when,
            person=person,
            about=about,
            explained=explain or None,
            limit=None if format is Format.JSON and not explain else limit,
        )
        if format is Format.JSON:
            _print_json(verdict_rows(rows))
        elif rows and explain:
            write(explained_lines(rows, language.value))
        else:
            write(verdict_lines(rows, promise, limit, at_workspace(workspace), language.value))


@app.command(epilog="Example: `parcours coverage -w shop`")
def coverage(
    workspace: Folder = Path(),
    gaps: Annotated[
        bool, typer.Option("--gaps", help="With JSON: the gaps in signal capture, not the sources.")
    ] = False,
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
) -> None:
    """What was listened to: each source and when it was deaf, what was refused and why; and the gaps in signal capture."""
    from parcours.cli.show.coverage import coverage_lines
    from parcours.cli.show.tables import write
    from parcours.gap.listening.capture import capture_gaps
    from parcours.gap.listening.reading import coverage_rows, hearing_of
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace)) as results:
        hearing = hearing_of(results)
        if format is Format.JSON:
            _print_json(capture_gaps(results, hearing) if gaps else coverage_rows(results, hearing))
        else:
            write(coverage_lines(coverage_rows(results, hearing), capture_gaps(results, hearing)))


@app.command(epilog="Example: `parcours person customer:42 -w shop`")
def person(
    name: Annotated[
        str, typer.Argument(metavar="ID", help="A person id, or namespace:value such as customer:42.")
    ],
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    language: Annotated[Language, typer.Option(help="Language of explanations.")] = Language.EN,
) -> None:
    """One customer's whole story: what each system saw, what was promised, what became of it."""
    from parcours.cli.show.person import person_lines
    from parcours.cli.show.tables import write
    from parcours.cli.show.verdicts import verdict_rows
    from parcours.gap.personas import persona_of_person
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace)) as results:
        found = results.person(name)
        found["persona_of"] = persona_of_person(results, results.person_id(name), language.value)
        if format is Format.JSON:
            _print_json({**found, "verdicts": verdict_rows(found["verdicts"])})
        else:
            write(person_lines(found, language.value, at_workspace(workspace)))


@app.command(epilog="Example: `parcours report -w shop -o report.html`")
def report(
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write; replaced whole.")],
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    quotes: Annotated[
        bool, typer.Option(help="Quote what people wrote, addresses and numbers masked.")
    ] = True,
) -> None:
    """One self-contained page to read, print and pass on: which promises break, where, since when, for whom.

    French and English, light and dark, in one file that fetches nothing.
    """
    from parcours.cli.show.run import drawn_progress
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace
    from parcours.web.report import write_report

    place = Workspace(workspace)
    name = place.settings.name or place.folder.resolve().name
    with open_results(place) as results, drawn_progress() as progress:
        size = write_report(results, name, output, with_quotes=quotes, told=lambda what: progress(what, 0, 0))
    if format is Format.JSON:
        _print_json({"file": str(output), "bytes": size})
    else:
        typer.echo(f"wrote {output} ({size / 1000:,.0f} kB)")


@app.command(epilog="Example: `parcours status -w shop --format json`")
def status(workspace: Folder = Path(), format: AsFormat = Format.TEXT) -> None:  # noqa: A002 - the option's name
    """What was last published, and what it holds."""
    from parcours.cli.show.status import status_lines
    from parcours.cli.show.tables import write
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
            write(status_lines(found))


@journeys_app.command("graph", epilog="Example: `parcours journeys graph -w shop --per order`")
def journeys_graph(  # noqa: PLR0913, PLR0917 - each option chooses journeys
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    map_name: MapName = None,
    by: By = Nodes.STEP,
    per: Per = None,
    quiet: Quiet = None,
    cover: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Only the transitions that explain this share of people, such as 0.8."
        ),
    ] = None,
    memory: Memory = None,
    limit: Limit = 30,
) -> None:
    """Transitions with counts, people and waits; start and end are empty."""
    from parcours.cli.show.journeys import graph_lines
    from parcours.gap.mining.ways_through import simple_graph
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace), memory) as results:
        choice = choice_of(map_name, by, per, quiet)
        if cover is None:
            rows, explained = results.graph(map_name=map_name, by=choice.by, per=per, quiet=quiet), None
        else:
            rows, explained = simple_graph(results, choice, cover)
    tell(format, rows, graph_lines(rows, limit, explained))


@journeys_app.command(
    "variants", epilog="Example: `parcours journeys variants -w shop --map click-and-collect`"
)
def journeys_variants(  # noqa: PLR0913, PLR0917 - each option chooses journeys
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    map_name: MapName = None,
    by: By = Nodes.STEP,
    per: Per = None,
    quiet: Quiet = None,
    memory: Memory = None,
    limit: Limit = 20,
) -> None:
    """Distinct paths and how many journeys took each."""
    from parcours.cli.show.journeys import variant_lines
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace), memory) as results:
        choice = choice_of(map_name, by, per, quiet)
        rows = results.variants(map_name=map_name, by=choice.by, per=per, quiet=quiet)
    tell(format, rows, variant_lines(rows, limit))


@map_app.command("list", epilog="Example: `parcours map list -w shop`")
def map_list(workspace: Folder = Path(), format: AsFormat = Format.TEXT) -> None:  # noqa: A002 - the option's name
    """The maps of a workspace: stages, steps, promises."""
    from parcours.cli.show.journeys import map_lines
    from parcours.cli.show.tables import write

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
        write(map_lines(rows))


@map_app.command("channels", epilog="Example: `parcours map channels -w shop --language fr`")
def map_channels(
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    language: Annotated[
        Language, typer.Option(help="Language of roles, measures and figures.")
    ] = Language.EN,
) -> None:
    """What each channel is there for, as brand.yaml declares it, beside its measures as lived; and the goals of the maps on a measure."""
    from parcours.cli.show.channels import channel_lines
    from parcours.cli.show.tables import write
    from parcours.gap.channels import as_json, hold_against_brand
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace
    from parcours.ui import speak

    with open_results(Workspace(workspace)) as results:
        found = hold_against_brand(results)
    if format is Format.JSON:
        _print_json(as_json(found))
    else:
        write(channel_lines(found, speak(language.value), at_workspace(workspace)))


@map_app.command("export", epilog="Example: `parcours map export click-and-collect -w shop > map.json`")
def map_export(name: Annotated[str, typer.Argument(help="Which map.")], workspace: Folder = Path()) -> None:
    """A map as one JSON document."""
    from parcours.gap.results import Unknown

    found = {item.map.map: item for item in _maps(workspace)}
    if name not in found:
        raise Unknown("map", name, found)
    _print_json(found[name].map.model_dump(mode="json", by_alias=True, exclude_none=True))


@identity_app.command(
    "evaluate", epilog="Example: `parcours identity evaluate -w shop --truth checked-by-hand.csv`"
)
def identity_evaluate(
    truth: Annotated[Path, typer.Option(help="CSV with the columns namespace, identifier, person.")],
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
) -> None:
    """How rightly identifiers were given to people, held against a file that says whose they are."""
    from parcours.cli.show.people import accuracy_lines
    from parcours.cli.show.tables import write
    from parcours.gap.results import open_results
    from parcours.identity.evaluating import evaluate
    from parcours.identity.tables import PERSON_TOKEN
    from parcours.kernel.workspace import Workspace
    from parcours.signal.tables import LINK

    with open_results(Workspace(workspace)) as results:
        for spec in (PERSON_TOKEN, LINK):
            results.view(spec)
        found = evaluate(results.engine, results.vault, truth, results.region)
    told = {
        name: {key: getattr(accuracy, key) for key in ("precision", "recall", "f1")}
        for name, accuracy in (("pairwise", found.pairwise), ("bcubed", found.bcubed))
    }
    if format is Format.JSON:
        numbers = {name: getattr(found, name) for name in ("identifiers", "unseen", "people", "revealed")}
        _print_json({**numbers, **told})
    else:
        write(accuracy_lines(found))


@identity_app.command("explain", epilog="Example: `parcours identity explain customer:42 -w shop`")
def identity_explain(
    name: Annotated[
        str, typer.Argument(metavar="PERSON", help="A person id, or namespace:value such as customer:42.")
    ],
    other: Annotated[
        str | None,
        typer.Argument(metavar="OTHER", help="Somebody else, or another identifier: both side by side."),
    ] = None,
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    between: Annotated[
        tuple[str, str] | None,
        typer.Option(
            help="Two identifiers, each namespace:value: the evidence that leads from one to the other."
        ),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Who we thought it was at this instant.", show_default="now")
    ] = None,
    language: Annotated[Language, typer.Option(help="Language of two side by side.")] = Language.EN,
) -> None:
    """Why a person is one: identifiers, the evidence that joined them, merges and splits, and what was not followed.

    With OTHER, why two are one or are not: what is told of each, and what each field of their records weighs, drawn from step to step.
    """
    if other is not None:
        if between is not None or as_of is not None:
            raise typer.BadParameter("not with --between or --as-of", param_hint="OTHER")
        explain_two(workspace, (name, other), format, language)
        return
    from parcours.cli.show.identity import explain_lines
    from parcours.cli.show.tables import write
    from parcours.gap.results import UnknownPerson, open_results
    from parcours.identity.explaining import explain
    from parcours.kernel.clock import parse_instant
    from parcours.kernel.workspace import Workspace

    place = Workspace(workspace)
    instant = None if as_of is None else parse_instant(as_of, place.settings.time_zone)
    with open_results(place) as results:
        ends = None if between is None else (results.token_of(between[0]), results.token_of(between[1]))
        found = explain(results.identity(), results.token_of(name), between=ends, as_of=instant)
    if found is None:
        raise UnknownPerson
    if format is Format.JSON:
        _print_json(found)
    else:
        write(explain_lines(found, at_workspace(workspace)))


@identity_app.command("undo", epilog="Example: `parcours identity undo 3.1 -w shop --reason 'two sisters'`")
def identity_undo(
    event: Annotated[str, typer.Argument(help="A merge, as `identity explain` prints it.")],
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    reason: Annotated[str | None, typer.Option(help="Why; kept with the decision.")] = None,
) -> None:
    """Split two people again, for good: the next run carries it into journeys, verdicts and gaps."""
    from parcours.identity.undoing import undo

    found = _decide(workspace, lambda desk, vault: undo(desk, vault, event, reason))
    if format is Format.JSON:
        _print_json(found)
    else:
        one, other = found["identifiers"]
        typer.echo(f"decided: the merge {event} is undone ({one} and {other} identifiers)")
        typer.echo(f"next: parcours run{at_workspace(workspace)}")


@identity_app.command("review", epilog="Example: `parcours identity review -w shop`")
def identity_review(
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    limit: Limit = 20,
) -> None:
    """What was not followed and waits for somebody to decide: hubs, people that grew too large, devices with two accounts."""
    from parcours.cli.show.identity import review_lines
    from parcours.cli.show.tables import write
    from parcours.gap.results import open_results
    from parcours.identity.undoing import queue
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace)) as results:
        rows = queue(results.identity(), None if format is Format.JSON else limit)
    if format is Format.JSON:
        _print_json(rows["items"])
    else:
        write(review_lines(rows["items"], rows["count"], at_workspace(workspace)))


@identity_app.command("accept", epilog="Example: `parcours identity accept 5d0f6c1e2ab34f77 -w shop`")
def identity_accept(
    item: Annotated[str, typer.Argument(help="An item, as `identity review` prints it.")],
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    reason: Annotated[str | None, typer.Option(help="Why; kept with the decision.")] = None,
) -> None:
    """Follow the evidence of an item all the same: the two are one person, or the token carries merges."""
    _settle(workspace, item, reason, format, accepted=True)


@identity_app.command("refuse", epilog="Example: `parcours identity refuse 5d0f6c1e2ab34f77 -w shop`")
def identity_refuse(
    item: Annotated[str, typer.Argument(help="An item, as `identity review` prints it.")],
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    reason: Annotated[str | None, typer.Option(help="Why; kept with the decision.")] = None,
) -> None:
    """Settle that the evidence of an item is never followed: the two are two people, or the token stays out."""
    _settle(workspace, item, reason, format, accepted=False)


@app.command(
    epilog="Example: `parcours bench pipeline --signals 1000000 --signals 10000000 --plot pipeline.svg`"
)
def bench(
    name: Annotated[str | None, typer.Argument(help="Which bench; all by default.")] = None,
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder of real data, or a simulated workspace that was run, for benches that take it."
        ),
    ] = None,
    signals: Annotated[
        list[int] | None,
        typer.Option(
            min=10_000, help="Size, where a bench has one; may be repeated for `pipeline`, which has several."
        ),
    ] = None,
    runs: Annotated[int | None, typer.Option(min=10, help="How many runs, for `small-runs`.")] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            help="Bound on memory of `pipeline`, `incremental` and `small-runs`.", show_default="8GB"
        ),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="SVG file to draw `pipeline` or `small-runs` into; replaced.")
    ] = None,
) -> None:
    """Measure speed against peers on the same input in the same run; exit 1 where a target is missed."""
    from parcours.bench.registry import Wanted, run_benches
    from parcours.cli.show.bench import bench_lines
    from parcours.cli.show.tables import write

    wanted = Wanted(data, tuple(signals or ()), runs, memory, plot)
    rows = run_benches(name, wanted, lambda text: typer.echo(text, err=True))
    if format is Format.JSON:
        _print_json(rows)
    else:
        write(bench_lines(rows))
    if any(row["holds"] is False for row in rows):
        raise typer.Exit(1)


add_deciding(app)
add_personas(app)
add_lives(journeys_app)
add_mining(journeys_app)
add_logs(journeys_app)
add_drafting(map_app)
add_drift(journeys_app, map_app)
add_rights(app)
add_recognising(identity_app)
add_ruling(journeys_app)


def _decide(folder: Path, make: Callable[[Any, Any], dict[str, Any]]) -> dict[str, Any]:
    """Record a decision on identity while no run is at work."""
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace
    from parcours.vault import open_vault

    place = Workspace(folder)
    with open_results(place) as results, place.locked():
        vault = open_vault(place.vault)
        try:
            return make(results.identity(), vault)
        finally:
            vault.close()


def _settle(folder: Path, item: str, reason: str | None, shape: Format, *, accepted: bool) -> None:
    from parcours.identity.undoing import settle

    found = _decide(folder, lambda desk, vault: settle(desk, vault, item, reason, accepted=accepted))
    if shape is Format.JSON:
        _print_json(found)
    else:
        typer.echo(f"decided: {item} is {'followed' if accepted else 'never followed'}")
        typer.echo(f"next: parcours run{at_workspace(folder)}")


def _propose(folder: Path, files: list[Path], template: str | None) -> None:
    from parcours.cli.proposed import propose_sources, summary
    from parcours.cli.show.tables import console

    if template is not None:
        raise typer.BadParameter(
            "not with --from: begin with a template or with your own files", param_hint="--template"
        )

    console().print(summary(folder, propose_sources(folder, files)))
    typer.echo(
        f"next: read {folder / 'sources'}, then parcours check -w {folder} && parcours run -w {folder}"
    )


def _maps(folder: Path) -> Iterable[Any]:  # maps as drawn; their module is imported late
    from parcours.journey import read_maps
    from parcours.kernel.errors import Faulty
    from parcours.kernel.workspace import Workspace

    drawn, faults = read_maps(Workspace(folder))
    if faults:
        raise Faulty(faults)
    return drawn


def _write_schemas(folder: Path) -> None:
    from parcours.journey.brand import json_schema as brand_schema
    from parcours.journey.cases import json_schema as case_schema
    from parcours.journey.map import json_schema as map_schema
    from parcours.signal.mapping import json_schema as source_schema

    folder.mkdir(parents=True, exist_ok=True)
    schemas = {
        "source": source_schema(),
        "map": map_schema(),
        "brand": brand_schema(),
        "cases": case_schema(),
    }
    for name, schema in schemas.items():
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
