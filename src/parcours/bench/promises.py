"""Two hundred promises of mixed patterns over the invented retailer: how long the verdicts take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.bench.answers import differing_promises
from parcours.bench.child import run_module, run_parcours
from parcours.bench.progress import Progress, silent
from parcours.bench.promised import mixed_promises, write_promises
from parcours.bench.rows import BenchRow, figure, same_answer, stays_below
from parcours.bench.workspace import workroom

if TYPE_CHECKING:
    from typing import Any

BENCH = "promises"
SIGNALS = 20_000_000
MEMORY = "8GB"
BELOW_S, BELOW_BYTES = 25.0, 8e9
BY_HAND = "hand-written DuckDB"


def bench_promises(
    signals: int = SIGNALS, memory: str = MEMORY, progress: Progress = silent
) -> list[BenchRow]:
    """Run parcours in a fresh workspace with the mixed promises.

    The bound on time is that for 20 million signals, in proportion for more; below, what a query costs however few rows it has weighs more.

    Args:
        signals: Rows of the file.
        memory: Bound on the engine.
        progress: Told before each step.

    Returns:
        Seconds of the stage of verdicts and of the whole run, memory, and whether those that are written by hand in a line are judged alike.
    """
    with workroom() as folder:
        file = folder / "signals.parquet"
        progress(f"inventing {signals:,} signals")
        run_module("signals", "parcours.bench.data", file, str(signals))
        workspace = write_promises(folder / "workspace", file)
        progress(f"{len(mixed_promises())} promises over {signals:,} signals")
        run, gaps = run_parcours(workspace, "run", "--memory", memory), run_parcours(workspace, "gaps")
        progress("the plain ones by hand")
        hand = run_module(BY_HAND, "parcours.bench.promises_by_hand", workspace).answer
    case = f"{len(mixed_promises())} promises, {signals:,} signals"
    seconds = {row["stage"]: float(row["seconds"]) for row in run.answer["stages"]}
    plain = [row for row in gaps.answer if row["promise"] in hand]
    limit_s = BELOW_S * max(1.0, signals / SIGNALS)
    return [
        stays_below(BENCH, case, "time of stage: verdicts", "s", seconds["verdicts"], limit_s),
        stays_below(BENCH, case, "peak memory", "bytes", run.peak_bytes, BELOW_BYTES),
        figure(BENCH, case, "time of run", "s", run.wall_s),
        figure(BENCH, case, "verdicts", "verdicts", _verdicts(run.answer)),
        same_answer(BENCH, f"{len(hand)} of them", differing_promises(plain, hand), "promises", BY_HAND),
    ]


def _verdicts(answer: dict[str, Any]) -> float:
    return float(answer["verdicts"])
