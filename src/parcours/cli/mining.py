"""Commands that mine journeys: step matrices, funnels, loops, differences; they read a published run and write nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from parcours.cli.options import (
    AsFormat,
    By,
    Folder,
    Format,
    Limit,
    MapName,
    Memory,
    Nodes,
    Per,
    Quiet,
    choice_of,
    tell,
)


def journeys_matrix(  # noqa: PLR0913, PLR0917 - each option chooses journeys
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    map_name: MapName = None,
    by: By = Nodes.STEP,
    per: Per = None,
    quiet: Quiet = None,
    anchor: Annotated[
        str | None,
        typer.Option(
            help="Step or type whose first visit is offset 0.",
            show_default="the first signal of each journey",
        ),
    ] = None,
    before: Annotated[int, typer.Option(min=0, max=100, help="Moves looked at before the anchor.")] = 3,
    after: Annotated[int, typer.Option(min=0, max=100, help="Moves looked at after it.")] = 5,
    from_end: Annotated[
        bool, typer.Option("--from-end", help="The anchor is the last visit, or the last signal.")
    ] = False,
    memory: Memory = None,
) -> None:
    """Where journeys are, so many moves before and after an anchor: how people came to it, and what they did next."""
    from parcours.cli.show.mining import matrix_lines
    from parcours.gap.mining.ways_through import matrix_rows
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace), memory) as results:
        choice = choice_of(map_name, by, per, quiet)
        rows = matrix_rows(results, choice, anchor, before, after, from_end=from_end)
    tell(format, rows, matrix_lines(rows))


def journeys_funnel(  # noqa: PLR0913, PLR0917 - each option chooses journeys
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    map_name: MapName = None,
    by: By = Nodes.STEP,
    per: Per = None,
    quiet: Quiet = None,
    steps: Annotated[
        str | None,
        typer.Option(
            help="Steps or types in order, with commas.", show_default="the map's steps that are not optional"
        ),
    ] = None,
    memory: Memory = None,
) -> None:
    """How many journeys reach each of some steps in turn, and where those go that do not reach the next; adds up to the graph's totals."""
    from parcours.cli.show.mining import funnel_lines
    from parcours.gap.mining.ways_through import funnel_rows
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    asked = [name.strip() for name in (steps or "").split(",") if name.strip()]
    with open_results(Workspace(workspace), memory) as results:
        rows = funnel_rows(results, choice_of(map_name, by, per, quiet), asked)
    tell(format, rows, funnel_lines(rows))


def journeys_loops(  # noqa: PLR0913, PLR0917 - each option chooses journeys
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    map_name: MapName = None,
    by: By = Nodes.STEP,
    per: Per = None,
    quiet: Quiet = None,
    memory: Memory = None,
    limit: Limit = 10,
) -> None:
    """What journeys go through again, by which way they come back, and how long that takes."""
    from parcours.cli.show.mining import loop_lines
    from parcours.gap.mining.ways_through import loop_rows
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace), memory) as results:
        rows = loop_rows(results, choice_of(map_name, by, per, quiet))
    tell(format, rows, loop_lines(rows, limit))


def journeys_diff(  # noqa: PLR0913, PLR0917 - each option chooses journeys
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    map_name: MapName = None,
    by: By = Nodes.STEP,
    per: Per = None,
    quiet: Quiet = None,
    since: Annotated[
        str | None,
        typer.Option(help="Journeys that begin on this day or later against those before, as 2026-09-12."),
    ] = None,
    promise: Annotated[
        str | None,
        typer.Option(help="Journeys in which this promise was broken against those where it was kept."),
    ] = None,
    where: Annotated[
        str | None,
        typer.Option(help="Journeys whose slice has this value against the others, as store=Lyon."),
    ] = None,
    memory: Memory = None,
    limit: Limit = 20,
) -> None:
    """What two cohorts of journeys do otherwise: transitions that one takes more often, or waits longer at, and the chance of that."""
    from parcours.cli.show.mining import difference_lines
    from parcours.gap.mining.ways_through import difference_row
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    pair = None
    if where is not None:
        name, sign, value = where.partition("=")
        if not sign:
            raise typer.BadParameter("write it as name=value, such as store=Lyon", param_hint="--where")
        pair = (name.strip(), value.strip())
    with open_results(Workspace(workspace), memory) as results:
        choice = choice_of(map_name, by, per, quiet)
        found = difference_row(results, choice, since=since, promise=promise, where=pair)
    tell(format, found, difference_lines(found, limit))


def journeys_representative(  # noqa: PLR0913, PLR0917 - each option chooses journeys
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    map_name: MapName = None,
    by: By = Nodes.STEP,
    per: Per = None,
    quiet: Quiet = None,
    cover: Annotated[float, typer.Option(min=0, max=1, help="Share of journeys to be stood for.")] = 0.8,
    within: Annotated[
        float,
        typer.Option(
            min=0,
            max=0.95,
            help="How far a journey may be from the one that stands for it: changed nodes of the longer one.",
        ),
    ] = 0.25,
    memory: Memory = None,
    limit: Limit = 10,
) -> None:
    """The fewest journeys that stand for most: each with the share it stands for, its waits, broken promises and scores."""
    from parcours.cli.show.mining import representative_lines
    from parcours.gap.mining.typical import representatives
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace), memory) as results:
        found = representatives(results, choice_of(map_name, by, per, quiet), cover, within).json
    tell(format, found, representative_lines(found, limit))


def journeys_effect(  # noqa: PLR0913, PLR0917 - each option chooses journeys
    of: Annotated[str, typer.Argument(help="The interaction: a step, or a type of signal.")],
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    map_name: MapName = None,
    by: By = Nodes.STEP,
    per: Per = None,
    quiet: Quiet = None,
    on: Annotated[str | None, typer.Option(help="What may follow; every other node by default.")] = None,
    after: Annotated[
        str | None,
        typer.Option(
            help="Time is counted from the first visit here.",
            show_default="what most often comes right before",
        ),
    ] = None,
    landmark: Annotated[
        str | None,
        typer.Option(
            help="Until when it counts as had, such as 2h after that.",
            show_default="when 95 of 100 have",
        ),
    ] = None,
    within: Annotated[str, typer.Option(help="How long after the landmark something must follow.")] = "7d",
    memory: Memory = None,
    limit: Limit = 20,
) -> None:
    """What an interaction changes: whether others follow more often than where it had not happened, all else that is known alike."""
    from parcours.cli.show.mining import effect_lines
    from parcours.gap.mining.effect import effect_rows
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace), memory) as results:
        rows = effect_rows(results, choice_of(map_name, by, per, quiet), of, on, after, within, landmark)
    tell(format, rows, effect_lines(rows, limit))


def add_mining(journeys: typer.Typer) -> None:
    """Give the app of journeys these commands."""
    for name, call, example in (
        (
            "matrix",
            journeys_matrix,
            "parcours journeys matrix --map click-and-collect --anchor question -w shop",
        ),
        ("funnel", journeys_funnel, "parcours journeys funnel --map click-and-collect -w shop"),
        ("loops", journeys_loops, "parcours journeys loops --per ticket -w shop"),
        (
            "diff",
            journeys_diff,
            "parcours journeys diff --map click-and-collect --promise ready-in-2h -w shop",
        ),
        ("effect", journeys_effect, "parcours journeys effect notice --map click-and-collect -w shop"),
        (
            "representative",
            journeys_representative,
            "parcours journeys representative --map click-and-collect -w shop",
        ),
    ):
        journeys.command(name, epilog=f"Example: `{example}`")(call)
