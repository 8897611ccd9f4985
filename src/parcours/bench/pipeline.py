"""The batch loop, from Parquet to gaps, against a throw-away script that gives the same answers."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parcours.bench.child import Outcome, run_module
from parcours.bench.environments import cache_folder
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow, Pair, same_answer, stays_below, times_the_peer
from parcours.bench.workspace import write_workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES = (2_000_000, 20_000_000)  # signals
BY_HAND = "hand-written DuckDB + SciPy"
AT_MOST_TIMES_BY_HAND = 3.0
AT_MOST_BYTES = 8e9
AT_MOST_GROWTH = 1.3  # seconds per signal, largest over smallest size
MILLION = 1_000_000


@dataclass(frozen=True)
class Measured:
    """Ours and the floor on one size; every time is that of whole processes, imports included."""

    signals: int
    run: Outcome
    gaps: Outcome
    floor: Outcome

    @property
    def case(self) -> str:
        """Input, with its size."""
        return f"{self.signals:,} signals"

    @property
    def wall_s(self) -> float:
        """Parquet to gaps; seconds."""
        return self.run.wall_s + self.gaps.wall_s

    @property
    def floor_s(self) -> float:
        """The same by hand: without the transition graph, which the floor draws besides; seconds."""
        return self.floor.wall_s - float(self.floor.answer["stages"]["graph"])

    @property
    def peak_bytes(self) -> int:
        """The larger of our two processes; bytes."""
        return max(outcome.peak_bytes for outcome in (self.run, self.gaps))


def bench_pipeline(
    sizes: Sequence[int] = SIZES, memory: str = "6GB", progress: Progress = silent
) -> list[BenchRow]:
    """Run parcours in a fresh workspace and the floor, on each size.

    Args:
        sizes: Signals, ascending; between first and last the cost per signal is compared.
        memory: Memory limit given to both, as DuckDB writes it.
        progress: Told before each step.

    Returns:
        Per size: time of all and of `run` alone, peak memory, promises judged alike; then growth of the cost.
    """
    measured = [_measure(signals, memory, progress) for signals in sizes]
    # Start-up and checks weigh on a small file; the bound is for the size that the anchor speaks of.
    rows = [row for each in measured for row in _rows(each, bound=each is measured[-1])]
    return [*rows, _growth(measured[0], measured[-1])] if len(measured) > 1 else rows


def _measure(signals: int, memory: str, progress: Progress) -> Measured:
    file = cache_folder() / "data" / f"signals-{signals}.parquet"
    progress(f"inventing {signals:,} signals")
    run_module("parcours.bench.data", "parcours.bench.data", file, str(signals))
    progress(f"the floor over {signals:,} signals")
    floor = run_module(BY_HAND, "parcours.bench.floor", file, "--memory", memory)
    with tempfile.TemporaryDirectory(prefix="parcours-bench-") as folder:
        workspace = write_workspace(Path(folder), file)
        progress(f"parcours over {signals:,} signals")
        return Measured(
            signals,
            run=_parcours(workspace, "run", "--memory", memory),
            gaps=_parcours(workspace, "gaps"),
            floor=floor,
        )


def _parcours(workspace: Path, *verb: str) -> Outcome:
    named = f"parcours {' '.join(verb)}"
    return run_module(named, "parcours.cli.main", *verb, "-w", workspace, "--format", "json")


def _rows(done: Measured, *, bound: bool) -> list[BenchRow]:
    whole = Pair("pipeline", done.case, "time, Parquet to gaps", "s", done.wall_s, done.floor_s, BY_HAND)
    alone = Pair("pipeline", done.case, "time of run alone", "s", done.run.wall_s, done.floor_s, BY_HAND)
    memory = Pair(
        "pipeline", done.case, "peak memory", "bytes", done.peak_bytes, done.floor.peak_bytes, BY_HAND
    )
    differing = differing_promises(done.gaps.answer, done.floor.answer["promises"])
    return [
        times_the_peer(whole, AT_MOST_TIMES_BY_HAND if bound else None),
        times_the_peer(alone),
        stays_below("pipeline", done.case, "peak memory", "bytes", done.peak_bytes, AT_MOST_BYTES),
        times_the_peer(memory),
        same_answer("pipeline", done.case, differing, "promises", BY_HAND),
    ]


def _growth(small: Measured, large: Measured) -> BenchRow:
    """A signal must not cost more because there are more of them."""
    ours, before = (MILLION * each.wall_s / each.signals for each in (large, small))
    pair = Pair(
        "pipeline", large.case, "cost of a signal", "s per million", ours, before, f"parcours at {small.case}"
    )
    return times_the_peer(pair, AT_MOST_GROWTH)


def differing_promises(gaps: list[dict[str, Any]], floor: dict[str, dict[str, int]]) -> int:
    """Promises whose triggers or kept triggers are not those of the floor.

    Args:
        gaps: Rows of `parcours gaps --format json`; those of a slice or a period are left out.
        floor: `{promise: {triggers, kept}}`.

    Example:
        >>> gaps = [{"promise": "p01", "slice": {}, "period": None, "eligible": 5, "kept": 2}]
        >>> differing_promises(gaps, {"p01": {"triggers": 5, "kept": 2}, "p02": {"triggers": 1, "kept": 0}})
        1
    """
    ours = {
        row["promise"]: {"triggers": row["eligible"], "kept": row["kept"]}
        for row in gaps
        if not row["slice"] and row["period"] is None
    }
    return sum(ours.get(promise) != floor.get(promise) for promise in ours.keys() | floor.keys())
