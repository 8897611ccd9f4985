"""Commands that tell what journeys were like; they read a published run and write nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from parcours.cli.options import AsFormat, Folder, Format, Language, Memory, print_json, tell

MapName = Annotated[str, typer.Option("--map", help="Journeys of this map.")]
LookBack = Annotated[
    str, typer.Option(help="How long before a purchase looking around belongs to it, such as 30d.")
]


def journeys_measures(
    map_name: MapName,
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    by: Annotated[str | None, typer.Option(help="Group by outcome or month.")] = None,
    each: Annotated[bool, typer.Option("--each", help="JSON only: one row per journey.")] = False,
    calendar: Annotated[
        str | None,
        typer.Option(
            help="Tell waits in opening time of this calendar of brand.yaml too.",
            show_default="the one that the map's promises name first",
        ),
    ] = None,
    memory: Memory = None,
) -> None:
    """What journeys of a map were like: waits, channels, repeated contacts, steps again, effort, scores, worth."""
    from parcours.cli.show.lives import measure_lines
    from parcours.gap.mining.lives import effort_row, journey_rows, lives_of, measure_rows
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    if each and (by is not None or format is not Format.JSON):
        raise typer.BadParameter("needs --format json, and no --by", param_hint="--each")
    with open_results(Workspace(workspace), memory) as results:
        lives = lives_of(results, map_name, calendar)
        if each:
            print_json(journey_rows(results, lives, map_name))
            return
        rows = measure_rows(results, lives, by)
    tell(format, {"measures": rows, "effort": effort_row(lives)}, measure_lines(rows, effort_row(lives)))


def journeys_mixed(
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    look_back: LookBack = "30d",
    memory: Memory = None,
) -> None:
    """How people come to a purchase across channels, with share and trend: research online and purchase in store, click and collect, and the rest."""
    from parcours.cli.show.lives import way_lines
    from parcours.gap.mining.ways import way_rows
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace), memory) as results:
        rows = way_rows(results, look_back)
    tell(format, rows, way_lines(rows))


def journeys_stores(
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    look_back: LookBack = "30d",
    memory: Memory = None,
) -> None:
    """What each store contributes: sales begun or finished online, and what people did there about no order (trial, discovery, advice)."""
    from parcours.cli.show.lives import store_lines
    from parcours.gap.mining.ways import store_rows
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace), memory) as results:
        rows = store_rows(results, look_back)
    tell(format, rows, store_lines(rows))


def journeys_walk(  # noqa: PLR0913, PLR0917 - each option chooses the journey
    map_name: MapName,
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    journey: Annotated[
        str | None, typer.Option(help="This one, by the pseudonym that representative and measures tell.")
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(help="The latest one of this person: an id, or namespace:value such as customer:42."),
    ] = None,
    typical: Annotated[
        int,
        typer.Option(min=1, help="Otherwise an example of this typical journey, the most frequent first."),
    ] = 1,
    with_quotes: Annotated[
        bool, typer.Option("--quotes/--no-quotes", help="Show what people wrote, masked.")
    ] = True,
    language: Annotated[Language, typer.Option(help="Language of titles and promises.")] = Language.EN,
) -> None:
    """Walk one journey again, moment by moment: promised, happened, said, and how long it took; nobody's name is shown."""
    from parcours.cli.show.walking import walk_lines
    from parcours.gap.mining.walking import walk
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace
    from parcours.ui import speak

    if journey is not None and person is not None:
        raise typer.BadParameter("not with --journey", param_hint="--person")
    with open_results(Workspace(workspace)) as results:
        found = walk(
            results, map_name, journey=journey, person=person, typical=typical, with_texts=with_quotes
        )
    tell(format, found.json, walk_lines(found, speak(language.value)))


def journeys_contribution(  # noqa: PLR0913, PLR0917 - each option chooses what is told
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    of: Annotated[
        str,
        typer.Option(help="What contributes: channel, type, or a kind of object such as campaign or store."),
    ] = "channel",
    to: Annotated[
        str | None,
        typer.Option(help="Types of signals that are the outcome, with commas.", show_default="sales"),
    ] = None,
    map_name: Annotated[
        str | None,
        typer.Option("--map", help="The signals of each stage of this map are outcomes, stage by stage."),
    ] = None,
    look_back: LookBack = "30d",
    half_life: Annotated[str, typer.Option(help="After so long a touch counts half, by time decay.")] = "7d",
    memory: Memory = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows shown; JSON has all.")] = 20,
) -> None:
    """What goes together with sales: shares by removal from a Markov chain, by time decay and by the last touch. An association, not a cause."""
    from parcours.cli.show.lives import contribution_lines
    from parcours.gap.mining.contribution import contribution_rows
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    if to is not None and map_name is not None:
        raise typer.BadParameter("not with --to: the stages of the map are the outcomes", param_hint="--map")
    with open_results(Workspace(workspace), memory) as results:
        rows = contribution_rows(
            results, of=of, to=_names(to), map_name=map_name, look_back=look_back, half_life=half_life
        )
    tell(format, rows, contribution_lines(rows, limit))


def journeys_concept(
    stores: Annotated[str, typer.Argument(help="Stores that have it, with commas.")],
    since: Annotated[str, typer.Option(help="Day it began, such as 2026-09-01.")],
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    controls: Annotated[
        str | None,
        typer.Option(help="Stores to hold them against, with commas.", show_default="all others"),
    ] = None,
    namespace: Annotated[str, typer.Option(help="What stores are called in the signals.")] = "store",
    memory: Memory = None,
) -> None:
    """What a store concept changed: stores that have it beside control stores, each held against itself before."""
    from parcours.cli.show.lives import concept_lines
    from parcours.gap.mining.concept import concept_rows
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace), memory) as results:
        rows = concept_rows(results, _names(stores), since, controls=_names(controls), namespace=namespace)
    tell(format, rows, concept_lines(rows, since))


def _names(text: str | None) -> list[str]:
    """Names with commas between them."""
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def add_lives(journeys: typer.Typer) -> None:
    """Give the app of journeys these commands."""
    for name, call, example in (
        ("measures", journeys_measures, "parcours journeys measures --map click-and-collect -w shop"),
        ("mixed", journeys_mixed, "parcours journeys mixed -w shop"),
        ("stores", journeys_stores, "parcours journeys stores -w shop"),
        ("contribution", journeys_contribution, "parcours journeys contribution --of type -w shop"),
        (
            "concept",
            journeys_concept,
            "parcours journeys concept 'Lyon Part-Dieu' --since 2026-09-12 -w shop",
        ),
        ("walk", journeys_walk, "parcours journeys walk --map click-and-collect -w shop"),
    ):
        journeys.command(name, epilog=f"Example: `{example}`")(call)
