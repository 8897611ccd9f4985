"""A run: progress while it lasts, then where time went, what was found, what was refused, and what to look at next."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from parcours.cli.show.coverage import refused_words
from parcours.cli.show.gaps import slice_name, worst_slice
from parcours.cli.show.tables import BAD, bar, interval, note, paragraph, plural, share, sheet
from parcours.gap.contrast import contrast_slices, misses_goal, rank_promises

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.progress import TaskID

    from parcours.cli.show.tables import Cell, Row
    from parcours.gap.loop import RunReport
    from parcours.kernel.errors import Fault
    from parcours.signal.importing import Progress as Told

_LENGTH = 20  # of the bar of where time went


@contextlib.contextmanager
def drawn_progress() -> Iterator[Told]:
    """Progress on standard error, a line a stage with parts done and time taken; nothing where it is no terminal."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    columns = SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), BarColumn(20)
    with Progress(
        *columns,
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True, highlight=False),
        transient=True,
    ) as drawn:
        tasks: dict[str, TaskID] = {}

        def told(what: str, done: int, total: int) -> None:
            stage = what.split(maxsplit=1)[0]
            if stage not in tasks:
                for (
                    task
                ) in tasks.values():  # what came before is done, but for stages that take turns map by map
                    if stage != "promises":
                        whole = drawn.tasks[task].total or 1
                        drawn.update(task, total=whole, completed=whole)
                tasks[stage] = drawn.add_task(what, total=None)
            drawn.update(tasks[stage], description=what, completed=done, total=total or None)

        yield told


def run_lines(report: RunReport, rows: Sequence[Row], per: str | None, at: str) -> Iterator[Text]:
    """What a run did and found.

    Args:
        report: Counts and timings.
        rows: Gap rows of what was published, slices over all time.
        per: What journeys could be looked at by, where there is no map.
        at: Option that names the workspace, for commands to be copied.
    """
    if report.is_news:
        yield from _stages(report)
    else:
        yield from paragraph(
            "nothing new: the same files, mappings and maps as in the last run, and the same verdicts"
        )
    yield from paragraph(
        f"{report.accepted:,} of {plural(report.received, 'signal')} accepted · {plural(report.people, 'person', 'people')}"
        f" · {plural(report.journeys, 'journey')} · {plural(report.verdicts, 'verdict')}"
    )
    if report.refused:
        refused = sum(report.refused.values())
        yield from paragraph(
            f"{refused:,} refused: {refused_words(report.refused)}; where: parcours coverage{at}"
        )
    overall = rank_promises([row for row in rows if not row["slice"] and row["period"] is None])
    if overall:
        yield from _found(overall[0], rows)
        yield from note(f"next: parcours gaps{at}")
    elif report.accepted and not report.journeys:
        yield from note(
            f"no map speaks of what happened, so nothing is judged; next: parcours journeys graph{at} --per {per or 'person'}"
        )
    elif report.accepted:
        yield from note(f"no promise was made to anyone; next: parcours journeys variants{at}")


def fault_lines(faults: Sequence[Fault]) -> Iterator[Text]:
    """Every fault with its place and fix."""
    heads = ["place", "what", "fix"]
    lines: list[list[Cell]] = [
        [
            Text(f"✗ {fault.file}:{fault.line}" if fault.line else f"✗ {fault.file}", style=BAD),
            fault.what,
            fault.fix or "",
        ]
        for fault in faults
    ]
    yield from sheet(heads, lines, below={"fix": "fix:", "what": ""}, folds="place")
    yield Text(plural(len(faults), "fault"), style=BAD)


def _stages(report: RunReport) -> Iterator[Text]:
    total = sum(stage.seconds for stage in report.stages) or 1.0
    lines: list[list[Cell]] = [
        [
            stage.stage,
            f"{stage.seconds:.2f}",
            f"{stage.rows:,}",
            f"{bar(stage.seconds / total, _LENGTH):{_LENGTH}} {stage.seconds / total:4.0%}",
        ]
        for stage in report.stages
    ]
    yield from sheet(
        ["stage", ">seconds", ">rows", "where time went"], [*lines, ["total", f"{total:.2f}", "", ""]]
    )


def _found(row: Row, rows: Sequence[Row]) -> Iterator[Text]:
    """The most important promise in a sentence, with where it breaks."""
    told = row["population"]
    if told["kept_ratio"] is None:
        yield from paragraph(f"{row['says']}: nobody can say, all {row['unobservable']:,} are not observable")
        return
    said = f"{row['says']}: kept {share(told['kept_ratio'])} ({interval(told['low'], told['high'])})"
    if misses_goal(row):
        said += f", below its goal of {share(row['goal'])}"
    slices = [
        item
        for item in rows
        if item["slice"]
        and item["period"] is None
        and (item["map"], item["promise"]) == (row["map"], row["promise"])
    ]
    worst = worst_slice(contrast_slices(row, slices))
    if worst is not None:
        here = worst.row["population"]
        said += f"; worst: {slice_name(worst.row)} at {share(here['kept_ratio'])} ({interval(here['low'], here['high'])})"
    yield from paragraph(Text(f"✗ {said}", style=BAD) if misses_goal(row) else Text(said, style="bold"))
