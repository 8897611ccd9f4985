"""The batch loop, from Parquet to gaps, against a throw-away script that gives the same answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.bench.answers import differing_promises
from parcours.bench.child import Outcome, run_module, run_parcours
from parcours.bench.pictures import draw_sizes
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow, Pair, figure, same_answer, stays_below, times_the_peer
from parcours.bench.workspace import bytes_below, workroom, write_workspace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SIZES = (1_000_000, 10_000_000, 50_000_000, 100_000_000)  # signals
MEMORY = "8GB"
BY_HAND = "hand-written DuckDB + SciPy"
AT_MOST_TIMES_BY_HAND = 3.0
AT_MOST_BYTES = 8e9
AT_MOST_GROWTH = 1.5  # seconds per signal, largest over smallest size
MILLION = 1_000_000
BESIDE_STAGES = "start-up, checks, end"
READING = "reading the gaps"


@dataclass(frozen=True)
class Measured:
    """Ours and the floor on one size; every time is that of whole processes, imports included.

    Attributes:
        file_bytes: The Parquet file that both read.
        state_bytes: What the run left in `.parcours`.
    """

    signals: int
    run: Outcome
    gaps: Outcome
    floor: Outcome
    file_bytes: int
    state_bytes: int

    @property
    def case(self) -> str:
        """Input, with its size."""
        return f"{self.signals:,} signals"

    @property
    def wall_s(self) -> float:
        """Parquet to gaps; seconds."""
        return self.run.wall_s + self.gaps.wall_s

    @property
    def million_s(self) -> float:
        """Cost of a million signals, Parquet to gaps; seconds."""
        return MILLION * self.wall_s / self.signals

    @property
    def stages_s(self) -> dict[str, float]:
        """Seconds by stage in their order; they add up to `wall_s`."""
        stages = {row["stage"]: float(row["seconds"]) for row in self.run.answer["stages"]}
        rest_s = self.run.wall_s - sum(stages.values())
        return {**stages, BESIDE_STAGES: rest_s, READING: self.gaps.wall_s}

    @property
    def floor_s(self) -> float:
        """The same by hand: without the transition graph, which the floor draws besides; seconds."""
        return self.floor.wall_s - float(self.floor.answer["stages"]["graph"])

    @property
    def peak_bytes(self) -> int:
        """The larger of our two processes; bytes."""
        return max(outcome.peak_bytes for outcome in (self.run, self.gaps))


def bench_pipeline(
    sizes: Sequence[int] = SIZES,
    memory: str = MEMORY,
    plot: Path | None = None,
    progress: Progress = silent,
) -> list[BenchRow]:
    """Run parcours in a fresh workspace and the floor, on each size.

    What a size needs lies in the system's temporary folder (`TMPDIR` says where) and is deleted before the next.

    Args:
        sizes: Signals, in any order; between smallest and largest the cost per signal is compared.
        memory: Memory limit given to both, as DuckDB writes it.
        plot: SVG file to draw into.
        progress: Told before each step.

    Returns:
        Per size: times, stages, memory, bytes, promises judged alike; then growth of the cost.
    """
    measured = []
    for signals in sorted(set(sizes)):
        done = _measure(signals, memory, progress)
        progress(
            f"{done.case}: {done.wall_s:.1f} s, by hand {done.floor_s:.1f} s"
        )  # so far; more may go wrong
        measured.append(done)
    if plot is not None:
        plot.write_text(draw_sizes(measured, AT_MOST_BYTES), "utf-8")
    # Start-up and checks weigh on a small file; the bound is for the size that the anchor speaks of.
    rows = [row for each in measured for row in _rows(each, bound=each is measured[-1])]
    return [*rows, _growth(measured[0], measured[-1])] if len(measured) > 1 else rows


def _measure(signals: int, memory: str, progress: Progress) -> Measured:
    with workroom() as folder:
        file = folder / "signals.parquet"
        progress(f"inventing {signals:,} signals")
        run_module("parcours.bench.data", "parcours.bench.data", file, str(signals))
        progress(f"the floor over {signals:,} signals")
        floor = run_module(BY_HAND, "parcours.bench.floor", file, "--memory", memory)
        workspace = write_workspace(folder / "workspace", {"bench": {"parquet": str(file)}})
        progress(f"parcours over {signals:,} signals")
        run, gaps = (
            run_parcours(workspace, "run", "--memory", memory),
            run_parcours(workspace, "gaps", "--counts"),
        )
        return Measured(signals, run, gaps, floor, file.stat().st_size, bytes_below(workspace / ".parcours"))


def _rows(done: Measured, *, bound: bool) -> list[BenchRow]:
    def pair(what: str, unit: str, ours: float, peer: float, peer_name: str = BY_HAND) -> Pair:
        return Pair("pipeline", done.case, what, unit, ours, peer, peer_name)

    differing = differing_promises(done.gaps.answer, done.floor.answer["promises"])
    return [
        times_the_peer(
            pair("time, Parquet to gaps", "s", done.wall_s, done.floor_s),
            AT_MOST_TIMES_BY_HAND if bound else None,
        ),
        times_the_peer(pair("time of run alone", "s", done.run.wall_s, done.floor_s)),
        *(
            figure("pipeline", done.case, f"time of stage: {stage}", "s", seconds)
            for stage, seconds in done.stages_s.items()
        ),
        figure("pipeline", done.case, "cost of a signal", "s per million", done.million_s),
        stays_below("pipeline", done.case, "peak memory", "bytes", done.peak_bytes, AT_MOST_BYTES),
        times_the_peer(pair("peak memory", "bytes", done.peak_bytes, done.floor.peak_bytes)),
        times_the_peer(pair("bytes written", "bytes", done.run.written_bytes, done.floor.written_bytes)),
        times_the_peer(
            pair("bytes kept in .parcours", "bytes", done.state_bytes, done.file_bytes, "the Parquet file")
        ),
        same_answer("pipeline", done.case, differing, "promises", BY_HAND),
    ]


def _growth(small: Measured, large: Measured) -> BenchRow:
    """A signal must not cost more because there are more of them."""
    name = f"parcours at {small.case}"
    pair = Pair(
        "pipeline", large.case, "cost of a signal", "s per million", large.million_s, small.million_s, name
    )
    return times_the_peer(pair, AT_MOST_GROWTH)
