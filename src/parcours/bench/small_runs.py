"""A thousand small runs: does the lake fall to pieces, and does a run take longer because of those before?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from parcours.bench.answers import differing_rows
from parcours.bench.child import Outcome, run_module, run_parcours
from parcours.bench.hourly import SIGNALS_PER_FILE, SYSTEMS, Hour, end_of, make_hourly
from parcours.bench.pictures import draw_hours
from parcours.bench.pipeline import AT_MOST_BYTES, MEMORY
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow, Pair, figure, same_answer, stays_below, times_the_peer
from parcours.bench.workspace import workroom

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

RUNS = 1_000
RUNS_PER_PROCESS = (
    50  # a process stays that long, so that neither its start nor its memory grows into the figures
)
AT_MOST_FILES = 1_000
AT_MOST_GROWTH = 1.5  # files, and seconds of a run, at the end over a fifth of the way
EARLY, LATE = 0.2, 1.0  # of the way; the tenth of the runs that ends there is looked at


def bench_small_runs(
    runs: int = RUNS, memory: str = MEMORY, plot: Path | None = None, progress: Progress = silent
) -> list[BenchRow]:
    """Run after each of many hours in which three systems export a small file each, then all at once elsewhere.

    Args:
        runs: How many; ten at least, or a tenth of them is nothing.
        memory: Bound on the engine.
        plot: SVG file to draw into.
        progress: Told before each process.

    Returns:
        Files of the lake and seconds of a run, at the end against a fifth of the way; memory, bytes; whether the answer is that of one
        run over all files.
    """
    with workroom() as folder:
        workspace = make_hourly(folder / "hourly", folder / "hourly" / "data")
        outcomes = []
        for first in range(0, runs, RUNS_PER_PROCESS):
            progress(f"small runs, {first:,} of {runs:,}")
            outcomes.append(_some_hours(workspace, first, min(RUNS_PER_PROCESS, runs - first), memory))
        hours = [Hour(**hour) for outcome in outcomes for hour in outcome.answer]
        progress(f"one run over the files of {runs:,}")
        whole = make_hourly(folder / "whole", folder / "hourly" / "data")
        run_parcours(whole, "run", "--memory", memory, "--as-of", _instant(end_of(runs - 1)))
        differing = differing_rows(*(run_parcours(each, "gaps").answer for each in (workspace, whole)))
    if plot is not None:
        plot.write_text(draw_hours(hours, AT_MOST_FILES), "utf-8")
    return _rows(hours, outcomes, differing)


def _some_hours(workspace: Path, first: int, hours: int, memory: str) -> Outcome:
    numbers = ("--first", str(first), "--hours", str(hours), "--memory", memory)
    return run_module("parcours run, hourly", "parcours.bench.hourly", workspace, *numbers)


def _instant(seconds: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat()


def _rows(hours: Sequence[Hour], outcomes: Sequence[Outcome], differing: int) -> list[BenchRow]:
    case = f"{len(hours):,} runs of {len(SYSTEMS)} files of {SIGNALS_PER_FILE} signals"
    most = max(hour.files for hour in hours)
    peak = max(outcome.peak_bytes for outcome in outcomes)
    written = sum(outcome.written_bytes for outcome in outcomes) / len(hours)
    return [
        stays_below("small-runs", case, "most files of the lake", "files", most, AT_MOST_FILES),
        _grown(hours, case, "most files of the lake", "files", max, lambda hour: hour.files),
        figure(
            "small-runs", case, "most files of its tables", "files", max(hour.data_files for hour in hours)
        ),
        figure("small-runs", case, "most files of its logs", "files", max(hour.log_files for hour in hours)),
        _grown(hours, case, "time of a run, median", "s", median, lambda hour: hour.seconds),
        stays_below("small-runs", case, "peak memory", "bytes", peak, AT_MOST_BYTES),
        figure("small-runs", case, "bytes written a run", "bytes", written),
        figure("small-runs", case, "bytes of the lake at the end", "bytes", hours[-1].lake_bytes),
        same_answer("small-runs", case, differing, "gap rows", "one run over all files"),
    ]


def _grown(
    hours: Sequence[Hour],
    case: str,
    what: str,
    unit: str,
    of_all: Callable[[list[float]], float],
    measure: Callable[[Hour], float],
) -> BenchRow:
    """A figure of the last tenth of the runs, against that of the tenth that ends a fifth of the way."""
    count = len(hours)
    early, late = (
        of_all([measure(hour) for hour in hours[round((share - 0.1) * count) : round(share * count)]])
        for share in (EARLY, LATE)
    )
    name = f"parcours after {round(EARLY * count):,} runs"
    return times_the_peer(Pair("small-runs", case, what, unit, late, early, name), AT_MOST_GROWTH)
