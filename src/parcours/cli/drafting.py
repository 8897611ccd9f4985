"""Commands that propose maps from what was lived."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli.options import AsFormat, Folder, Format, at_workspace, print_json

if TYPE_CHECKING:
    from parcours.journey.mined.drafting import Draft


def map_draft(  # noqa: PLR0913, PLR0917 - each option chooses journeys
    name: Annotated[str, typer.Argument(help="What to call the map.")],
    per: Annotated[
        str, typer.Option(help="What a journey is about: order, ticket, return, person, visit...")
    ],
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    quiet: Annotated[
        str | None,
        typer.Option(help="Per person: a silence that ends a journey.", show_default="30d for a person"),
    ] = None,
    owner: Annotated[str, typer.Option(help="Who answers for the map.")] = "customer-experience",
    at_least: Annotated[
        float, typer.Option(min=0, max=1, help="Share of journeys that must have a type for it to be a step.")
    ] = 0.02,
    write: Annotated[
        bool, typer.Option("--write", help="Write it to maps/NAME.yaml; never over a file that is there.")
    ] = False,
) -> None:
    """Propose a map from what was lived: steps in the order they are reached, stages where time passes, with the evidence beside each step."""
    from parcours.gap.mining.maps import draft_of
    from parcours.gap.results import open_results
    from parcours.journey.mined.drafting import draft_yaml
    from parcours.kernel.workspace import Workspace
    from parcours.signal.mapping import check_name

    try:
        check_name(name)
    except ValueError as problem:
        raise typer.BadParameter(str(problem), param_hint="NAME") from None
    with open_results(Workspace(workspace)) as results:
        draft = draft_of(results, name, per, owner=owner, quiet=quiet, least_share=at_least)
    text = draft_yaml(draft)
    path = workspace / "maps" / f"{name}.yaml"
    if write:
        _write(path, text)
    if format is Format.JSON:
        print_json(_as_json(draft, text))
    elif write:
        typer.echo(
            f"wrote {path}: {sum(len(steps) for _, steps in draft.stages)} steps from {draft.journeys:,} journeys"
        )
        typer.echo(f"next: parcours check{at_workspace(workspace)}")
    else:
        typer.echo(text, nl=False)


def _write(path: Path, text: str) -> None:
    """Write a new file."""
    from parcours.cli.proposed import AlreadyThere

    path.parent.mkdir(exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise AlreadyThere(path, "choose another name for the map, or leave out --write") from None


def _as_json(draft: Draft, text: str) -> dict[str, object]:
    from dataclasses import asdict

    stages = [{"stage": name, "steps": [asdict(step) for step in steps]} for name, steps in draft.stages]
    left_out = [{"type": kind, "share": share} for kind, share in draft.left_out]
    return {**asdict(draft), "stages": stages, "left_out": left_out, "yaml": text}


def add_drafting(maps: typer.Typer) -> None:
    """Give the app of maps these commands."""
    maps.command("draft", epilog="Example: `parcours map draft orders --per order -w shop`")(map_draft)
