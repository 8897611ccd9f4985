"""Commands that hold rules, and usual waits, against lived journeys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from parcours.cli.options import (
    AsFormat,
    By,
    Folder,
    Format,
    Limit,
    MapName,
    Nodes,
    Per,
    Quiet,
    choice_of,
    tell,
)


class _Between(NamedTuple):
    source: str
    target: str


def rules(  # noqa: PLR0913, PLR0917 - each option chooses journeys
    rules: Annotated[
        list[str],
        typer.Argument(
            metavar="RULE...", help="Declare constraints, such as `response(order.placed, order.ready)`."
        ),
    ],
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    map_name: MapName = None,
    by: By = Nodes.STEP,
    per: Per = None,
    quiet: Quiet = None,
    behind: Annotated[bool, typer.Option("--behind", help="The journeys that violate, one by one.")] = False,
    limit: Limit = 30,
) -> None:
    """How many journeys violate a rule between their steps or types, of those it says something of.

    Templates: existence, absence, exactly_one, init of one node; responded_existence, coexistence, noncoexistence, response, precedence,
    succession of two.
    """
    from parcours.cli.show.ruling import rule_lines, violating_lines
    from parcours.gap.results import open_results
    from parcours.gap.ruling import hold_rules
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace)) as results:
        found = hold_rules(results, rules, choice_of(map_name, by, per, quiet), behind=behind)
    tell(format, found, violating_lines(found, limit) if behind else rule_lines(found))


def waits(  # noqa: PLR0913, PLR0917 - each option chooses journeys
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    map_name: MapName = None,
    by: By = Nodes.STEP,
    per: Per = None,
    quiet: Quiet = None,
    zeta: Annotated[
        float, typer.Option(min=0, help="Standard deviations from the mean that are still usual.")
    ] = 3.0,
    source: Annotated[
        str | None, typer.Option("--from", help="With --to: the unusual waits from this node, one by one.")
    ] = None,
    target: Annotated[str | None, typer.Option("--to", help="With --from: the node they waited for.")] = None,
    limit: Limit = 30,
) -> None:
    """How long it usually takes between each two nodes of a journey, and how often it took unusually long or short."""
    from parcours.cli.show.ruling import unusual_lines, wait_lines
    from parcours.gap.results import open_results
    from parcours.gap.ruling import hold_waits
    from parcours.kernel.workspace import Workspace

    if (source is None) != (target is None):
        raise typer.BadParameter("--from and --to go together", param_hint="--from")
    pair = None if source is None or target is None else _Between(source, target)
    with open_results(Workspace(workspace)) as results:
        found = hold_waits(results, zeta, choice_of(map_name, by, per, quiet), pair)
    tell(format, found, wait_lines(found, limit) if pair is None else unusual_lines(found, limit))


def add_ruling(journeys: typer.Typer) -> None:
    """Add the commands to `parcours journeys`."""
    journeys.command(
        "rules",
        epilog="Example: `parcours journeys rules 'response(order.placed, order.ready)' -w shop --per order`",
    )(rules)
    journeys.command("waits", epilog="Example: `parcours journeys waits -w shop --map click-and-collect`")(
        waits
    )
