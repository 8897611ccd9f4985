"""What `gaps` shows instead of promises: what moves scores and repurchase, and the scoreboards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.cli.options import print_json

if TYPE_CHECKING:
    from pathlib import Path


def show_drivers(workspace: Path, *, is_json: bool, language: str, limit: int) -> None:
    """What moves scores, and whether people buy again."""
    from parcours.cli.show.drivers import driver_lines
    from parcours.cli.show.tables import write
    from parcours.gap.drivers import drivers_json, find_drivers
    from parcours.gap.finding import drawn_map
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace
    from parcours.ui import speak

    said = speak(language)
    with open_results(Workspace(workspace)) as results:
        found = find_drivers(results)
        told = drivers_json(results, found, said)
        maps = {name: drawn_map(results, name) for name in results.maps}
    if is_json:
        print_json(told)
        return
    commands = [row["command"] for row in told["drivers"]]
    write(driver_lines(found, maps, commands, limit=limit, language=said))


def show_boards(workspace: Path, *, is_json: bool, language: str, limit: int) -> None:  # noqa: ARG001 - boards are shown whole
    """Promises by theme and by nature."""
    from parcours.cli.show.drivers import board_lines
    from parcours.cli.show.tables import write
    from parcours.gap.finding import find
    from parcours.gap.finding.boards import scoreboard_rows
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace
    from parcours.ui import speak
    from parcours.web.report.scoreboards import NATURES, THEMES, board_name

    said = speak(language)
    with open_results(Workspace(workspace)) as results:
        rows = scoreboard_rows(find(results))
    if is_json:
        print_json(rows)
        return
    names = {name: board_name(name, {**THEMES, **NATURES}, said) for name in (*THEMES, *NATURES)}
    write(board_lines(rows, names))
