"""The command that hands journeys to other tools as event logs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from parcours.cli.options import (
    AsFormat,
    By,
    Folder,
    Format,
    MapName,
    Memory,
    Nodes,
    Per,
    Quiet,
    choice_of,
    tell,
)


class Log(StrEnum):
    """Formats of event logs."""

    XES = "xes"
    OCEL = "ocel"


def journeys_export(  # noqa: PLR0913, PLR0917 - each option chooses journeys
    to: Annotated[Log, typer.Option(help="XES, a case per journey, or OCEL 2.0 in JSON, each signal once.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file; replaced. A name that ends in .gz packs it.")
    ],
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    map_name: MapName = None,
    by: By = Nodes.STEP,
    per: Per = None,
    quiet: Quiet = None,
    memory: Memory = None,
) -> None:
    """Write journeys as an event log that process mining tools read; people are pseudonyms in it."""
    from parcours.gap.mining.logs import export_ocel, export_xes
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    export = export_xes if to is Log.XES else export_ocel
    with open_results(Workspace(workspace), memory) as results:
        written = export(results, choice_of(map_name, by, per, quiet), output)
    row = {
        "file": str(output),
        "to": to.value,
        "cases": written.cases,
        "events": written.events,
        "mended": written.mended,
    }
    lines = [f"wrote {output}: {written.cases:,} journeys, {written.events:,} events"]
    if written.mended:
        lines.append(f"{written.mended:,} texts had signs that XML cannot hold; they are U+FFFD now")
    tell(format, row, lines)


def add_logs(journeys: typer.Typer) -> None:
    """Give the app of journeys this command."""
    journeys.command(
        "export", epilog="Example: `parcours journeys export --to xes -o orders.xes.gz --per order -w shop`"
    )(journeys_export)
