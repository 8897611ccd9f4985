"""Options that commands share."""

from __future__ import annotations

import json
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.text import Text

    from parcours.gap.mining.choice import Choice


class Format(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"


class Language(StrEnum):
    """Languages of what is printed."""

    EN = "en"
    FR = "fr"


class Nodes(StrEnum):
    """What the nodes of journeys of a map are."""

    STEP = "step"
    TYPE = "type"
    STAGE = "stage"


Folder = Annotated[Path, typer.Option("--workspace", "-w", help="The workspace.", show_default="this folder")]
AsFormat = Annotated[Format, typer.Option("--format", help="Tables for people, or JSON for machines.")]
MapName = Annotated[str | None, typer.Option("--map", help="Journeys of this map; nodes are its steps.")]
By = Annotated[Nodes, typer.Option(help="Nodes of a map's journeys.")]
Per = Annotated[
    str | None,
    typer.Option(help="Without a map: journeys per order, ticket, person...; nodes are signal types."),
]
Quiet = Annotated[str | None, typer.Option(help="Per person: a silence that ends a journey, such as 30d.")]
Memory = Annotated[str | None, typer.Option(help="Bound on memory, such as 6GB.")]
Limit = Annotated[int, typer.Option(min=1, help="Rows shown; JSON has all.")]


def choice_of(map_name: str | None, by: Nodes, per: str | None, quiet: str | None) -> Choice:
    """The journeys that these options choose."""
    from parcours.gap.mining.choice import Choice

    return Choice(map_name, by.value, per, quiet)


def tell(format: Format, value: object, lines: Iterable[str | Text]) -> None:  # noqa: A002 - the option's name
    """JSON, or lines for people."""
    from parcours.cli.show.tables import write

    if format is Format.JSON:
        print_json(value)
    else:
        write(lines)


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def at_workspace(folder: Path) -> str:
    """How a command to be copied names the workspace."""
    return "" if folder == Path() else f" -w {shlex.quote(str(folder))}"
