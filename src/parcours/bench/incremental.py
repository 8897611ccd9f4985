"""A day is added to half a year: what does the second run cost, against the first?"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.bench.answers import differing_rows
from parcours.bench.child import Outcome, run_module, run_parcours
from parcours.bench.pipeline import AT_MOST_BYTES, MEMORY
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow, Pair, figure, same_answer, stays_below, times_the_peer
from parcours.bench.workspace import workroom, write_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIGNALS = 50_000_000
ADDED_SHARE = 0.01  # signals of the day that is added, of those before
CHECKED_SIGNALS = 200_000  # at most, where the answer is compared with that of one run over both files
AT_MOST_OF_COLD = 0.2
COLD = "parcours, cold run"
NIGHTS = ("2025-06-29", "2025-06-30")  # last day of the half year, and the day that is added


@dataclass(frozen=True)
class _Files:
    """The half year, the day after it, and how many signals they hold."""

    half_year: Path
    day: Path
    signals: int
    added: int

    @property
    def case(self) -> str:
        """Input, with its size."""
        return f"{self.added:,} signals added to {self.signals:,}"


@dataclass(frozen=True)
class _Runs:
    """Three runs of one workspace: over the half year, with the day added, with nothing new; and who asks for the gaps after them.

    The first to ask prices and searches them, the next one reads what was kept.
    """

    cold: Outcome
    again: Outcome
    idle: Outcome
    first: Outcome
    next: Outcome


def bench_incremental(
    signals: int = SIGNALS,
    added: int | None = None,
    memory: str = MEMORY,
    progress: Progress = silent,
) -> list[BenchRow]:
    """Run over half a year, add the file of the following day, run again, run once more.

    Twice: as of now, when every journey of these days has long ended, and as of the end of each of the two days, as somebody does who
    runs every night; then all who came in the last thirty days are still on their way, and are looked at again.

    Args:
        signals: Of the half year.
        added: Of the following day; a hundredth of `signals` by default.
        memory: Bound on the engine.
        progress: Told before each step.

    Returns:
        Time, stages, memory and bytes of the second run beside the first; whether the answer is that of one run over both files.
    """
    added = added or max(1, round(ADDED_SHARE * signals))
    with workroom() as folder:
        progress(f"inventing {signals:,} signals, then {added:,}")
        files = _invent(folder, signals, added)
        progress(f"incremental, {files.case}, as of now")
        ended = _rows(files.case, _add_a_day(files, memory, None), AT_MOST_OF_COLD)
        progress(f"incremental, {files.case}, every night")
        nightly = _rows(f"{files.case}, every night", _add_a_day(files, memory, NIGHTS), None)
    return [*ended, *nightly, _same_answer(files, memory, progress)]


def _invent(folder: Path, signals: int, added: int) -> _Files:
    """Make both files, by children, in a folder."""
    files = _Files(folder / "half-year.parquet", folder / "next-day.parquet", signals, added)
    made = "parcours.bench.data"
    run_module(made, made, files.half_year, str(signals))
    run_module(made, made, files.day, str(added), "--after", str(signals))
    return files


def _differing_gaps(files: _Files, memory: str, nights: tuple[str, str] | None) -> int:
    """Rows of gaps that differ between a day added and one run over both files.

    Args:
        files: What to run over.
        memory: Bound on the engine.
        nights: Days as of whose end the first and the second run judge; now by default.
    """
    with _workspace() as (workspace, data):
        _put(files.half_year, data)
        _put(files.day, data)
        _run(workspace, memory, None if nights is None else nights[1])
        at_once = run_parcours(workspace, "gaps").answer
    return differing_rows(_add_a_day(files, memory, nights).first.answer, at_once)


def _same_answer(measured: _Files, memory: str, progress: Progress) -> BenchRow:
    """Judged at a small size, where a run over both files costs little."""
    signals = min(measured.signals, CHECKED_SIGNALS)
    added = max(1, signals * measured.added // measured.signals)
    with workroom() as folder:
        files = _invent(folder, signals, added)
        progress(f"incremental, {files.case}, against one run over both files")
        differing = sum(_differing_gaps(files, memory, nights) for nights in (None, NIGHTS))
    return same_answer("incremental", files.case, differing, "gap rows", "one run over both files")


def _add_a_day(files: _Files, memory: str, nights: tuple[str, str] | None) -> _Runs:
    first, second = nights or (None, None)
    with _workspace() as (workspace, data):
        _put(files.half_year, data)
        cold = _run(workspace, memory, first)
        _put(files.day, data)
        again = _run(workspace, memory, second)
        idle = _run(workspace, memory, second)
        return _Runs(cold, again, idle, *(run_parcours(workspace, "gaps") for _ in range(2)))


@contextlib.contextmanager
def _workspace() -> Iterator[tuple[Path, Path]]:
    """A workspace and the folder of its files, both deleted at the end."""
    with workroom() as folder:
        data = folder / "data"
        data.mkdir()
        read = {"parquet": str(data / "*.parquet")}
        yield write_workspace(folder / "workspace", {"bench": read}), data


def _put(file: Path, data: Path) -> None:
    """A file comes in, without its bytes being copied."""
    (data / file.name).hardlink_to(file)


def _run(workspace: Path, memory: str, as_of: str | None) -> Outcome:
    return run_parcours(workspace, "run", "--memory", memory, *(("--as-of", as_of) if as_of else ()))


def _rows(case: str, runs: _Runs, target: float | None) -> list[BenchRow]:
    def pair(what: str, unit: str, ours: float, peer: float) -> Pair:
        return Pair("incremental", case, what, unit, ours, peer, COLD)

    again, cold = (
        {row["stage"]: row["seconds"] for row in run.answer["stages"]} for run in (runs.again, runs.cold)
    )
    return [
        times_the_peer(pair("time of run", "s", runs.again.wall_s, runs.cold.wall_s), target),
        *(
            times_the_peer(pair(f"time of stage: {stage}", "s", seconds, cold.get(stage, 0.0)))
            for stage, seconds in again.items()
        ),
        figure("incremental", case, "time of a run with nothing new", "s", runs.idle.wall_s),
        figure("incremental", case, "time of the first gaps after it", "s", runs.first.wall_s),
        figure("incremental", case, "time of the next gaps", "s", runs.next.wall_s),
        stays_below("incremental", case, "peak memory", "bytes", runs.again.peak_bytes, AT_MOST_BYTES),
        times_the_peer(pair("peak memory", "bytes", runs.again.peak_bytes, runs.cold.peak_bytes)),
        times_the_peer(pair("bytes written", "bytes", runs.again.written_bytes, runs.cold.written_bytes)),
    ]
