"""Options that commands share."""

from __future__ import annotations

import json
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"


class Language(StrEnum):
    """Languages of what is printed."""

    EN = "en"
    FR = "fr"


class Nodes(StrEnum):
    """What the nodes of a map's graph are."""

    STEP = "step"
    TYPE = "type"


Folder = Annotated[Path, typer.Option("--workspace", "-w", help="The workspace.", show_default="this folder")]
AsFormat = Annotated[Format, typer.Option("--format", help="Tables for people, or JSON for machines.")]


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def at_workspace(folder: Path) -> str:
    """How a command to be copied names the workspace."""
    return "" if folder == Path() else f" -w {shlex.quote(str(folder))}"
