"""Commands of the committee: what is decided on a gap, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli.options import AsFormat, Folder, Format, at_workspace, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.gap.results import Results

gap_app = typer.Typer(help="What is decided on a gap.", no_args_is_help=True)


@gap_app.command(
    "decide",
    epilog='Example: `parcours gap decide ready-in-2h mend --where "store=Lyon" --days sat --who "Ana, stores" --budget "5000 EUR" '
    '--by 2026-12-15 --because "a second person at the desk" -w shop`',
)
def gap_decide(  # noqa: PLR0913, PLR0917 - each option is a fact about the decision
    promise: Annotated[str, typer.Argument(help="The promise.")],
    choice: Annotated[
        str, typer.Argument(metavar="CHOICE", help="mend, change (the promise itself) or accept.")
    ],
    who: Annotated[str, typer.Option(help="Who answers for it.")],
    by: Annotated[str, typer.Option(help="Day from which its effect is measured, as 2026-12-15.")],
    because: Annotated[str, typer.Option(help="Why.")],
    workspace: Folder = Path(),
    where: Annotated[
        list[str] | None,
        typer.Option(help="Only where an attribute has this value, as name=value; may be repeated."),
    ] = None,
    days: Annotated[str | None, typer.Option(help="Only on these weekdays, as sat or mon-fri.")] = None,
    hours: Annotated[str | None, typer.Option(help="Only in these hours, as 14-18.")] = None,
    budget: Annotated[str | None, typer.Option(help="What it may cost, as 5000 EUR.")] = None,
    on: Annotated[str | None, typer.Option(help="Day of the decision.", show_default="today")] = None,
    map_name: Annotated[
        str | None, typer.Option("--map", help="Of which map, where two have the promise.")
    ] = None,
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
) -> None:
    """Record what is decided on a gap: mend it, change the promise, or accept it. It is never changed afterwards, only followed by another."""
    from parcours.cli.show.decisions import decision_row
    from parcours.gap.deciding import Decision, decide
    from parcours.gap.deciding.log import read_budget, read_choice
    from parcours.gap.results import open_results
    from parcours.gap.when import When, parse_day
    from parcours.kernel.clock import today
    from parcours.kernel.workspace import Workspace
    from parcours.vault import open_vault

    place = Workspace(workspace)
    asked = tuple(_pair(text) for text in where or ())
    with open_results(place) as results:
        named = results.map_of(promise, map_name)
        results.check_where(named, promise, dict(asked))
        run_id, zone = results.manifest.run_id, results.zone
    decision = Decision(
        decision_id=0,
        map=named,
        promise=promise,
        where=asked,
        when=When.read(days, hours, None, None),
        choice=read_choice(choice),
        who=who,
        budget_minor=read_budget(budget)[0],
        currency=read_budget(budget)[1],
        due_on=parse_day(by),
        because=because,
        decided_on=today(zone) if on is None else parse_day(on),
        run_id=run_id,
        recorded_at=0,
        recorded_by="",
    )
    with place.locked():
        vault = open_vault(place.vault)
        try:
            number = decide(vault, decision)
        finally:
            vault.close()
    if format is Format.JSON:
        print_json(decision_row(decision, None) | {"decision": number})
        return
    typer.echo(
        f"decision {number}: {decision.choice.value} {promise}; {who} answers for it; its effect is measured from {decision.due_on} on"
    )
    typer.echo(f"next: parcours gap decisions{at_workspace(workspace)}")


@gap_app.command("decisions", epilog="Example: `parcours gap decisions -w shop`")
def gap_decisions(workspace: Folder = Path(), format: AsFormat = Format.TEXT) -> None:  # noqa: A002 - the option's name
    """What was decided on gaps, and what came of it: kept shares since, against what the rest says would have happened without it."""
    from parcours.cli.show.decisions import decision_lines
    from parcours.cli.show.tables import write
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace)) as results:
        rows = told_decisions(results)
    if format is Format.JSON:
        print_json(rows)
    else:
        write(decision_lines(rows, at_workspace(workspace)))


def told_decisions(results: Results) -> Sequence[dict[str, object]]:
    """Decisions with their effects, as rows."""
    from parcours.cli.show.decisions import decision_row
    from parcours.gap.deciding import measure_effects, read_decisions

    decisions = read_decisions(results.vault)
    effects = measure_effects(results, decisions) if decisions else []
    return [decision_row(decision, effect) for decision, effect in zip(decisions, effects, strict=True)]


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip()


def add_deciding(app: typer.Typer) -> None:
    """Give an app these commands."""
    app.add_typer(gap_app, name="gap")
