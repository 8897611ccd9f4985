"""Mining beyond the graph: step matrix, funnel, variants and rework against two libraries, and typical journeys of a million."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from parcours.bench.child import Outcome, run_child, run_module
from parcours.bench.environments import PEERS, cache_folder, peer_python
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow, Pair, figure, same_answer, stays_below, times_faster

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

BENCH = "mining"
OURS = "parcours"
STEPS = ("page.viewed", "product.viewed", "basket.filled")
QUESTIONS = {"pm4py": ("variants", "rework"), "retentioneering": ("matrix", "funnel")}
STAGES = {
    "matrix": ("moves", "matrix"),
    "funnel": ("moves", "funnel"),
    "rework": ("moves", "rework"),
    "variants": ("variants",),
}
"""Of ours, after reading; a library prepares one event table for every question."""
AT_LEAST_FASTER = {"retentioneering": 5.0}
REPEATS = 3
SIGNALS = 5_000_000
SIGNALS_OF_A_MILLION = 20_000_000  # about as many journeys as a twentieth
TYPICAL_WITHIN_S = 60.0
TYPICAL_WITHIN_BYTES = 6e9


def bench_mining(
    signals: int = SIGNALS, repeats: int = REPEATS, progress: Progress = silent
) -> list[BenchRow]:
    """Ask every contender the same questions of the same case file, then ours for the typical journeys of a larger one.

    The time of a question is that from the first read to its answer, the event table of each contender included.

    Args:
        signals: Rows of the case file of contenders; the larger one has four times as many.
        repeats: Turns of each contender; medians are compared.
        progress: Told before each turn.

    Returns:
        For each question: time, and equality of the answers; time and memory of typical journeys.
    """
    file = case_file(signals, progress)
    for name in QUESTIONS:
        progress(f"preparing the environment of {name}")
        peer_python(name)
    outcomes: dict[str, list[Outcome]] = {name: [] for name in (OURS, *QUESTIONS)}
    for turn in range(1, repeats + 1):
        for name, done in outcomes.items():
            progress(f"{name}, turn {turn} of {repeats}")
            done.append(ask(name, file, STEPS))
    case = f"{signals:,} signals"
    rows = [row for name in QUESTIONS for row in _held_against(name, case, outcomes)]
    large = signals * SIGNALS_OF_A_MILLION // SIGNALS
    progress(f"typical journeys of {large:,} signals")
    return rows + _typical(run_module(OURS, "parcours.bench.ours_mining", case_file(large, progress)))


def case_file(signals: int, progress: Progress = silent) -> Path:
    """Invented cases, about 20 signals each."""
    file = cache_folder() / "data" / f"cases-{signals}.parquet"
    progress(f"inventing {signals:,} signals")
    run_module("parcours.bench.data", "parcours.bench.data", file, str(signals), "--cases")
    return file


def ask(name: str, file: Path, steps: Sequence[str]) -> Outcome:
    """What one contender answers of a case file."""
    if name == OURS:
        return run_module(name, "parcours.bench.ours_mining", file, *steps)
    asked = steps if name == "retentioneering" else ()
    return run_child(name, [peer_python(name), PEERS / f"{name}_mining.py", file, *asked])


def _held_against(name: str, case: str, outcomes: dict[str, list[Outcome]]) -> list[BenchRow]:
    rows = []
    for question in QUESTIONS[name]:
        ours = _seconds(("read", *STAGES[question]), outcomes[OURS])
        peer = _seconds(("prepare", question), outcomes[name])
        pair = Pair(BENCH, case, f"{question}, time", "s", ours, peer, name)
        differing = differing_answers(question, outcomes[OURS][-1].answer, outcomes[name][-1].answer)
        rows += [
            times_faster(pair, AT_LEAST_FASTER.get(name)),
            same_answer(BENCH, f"{case}, {question}", differing, "answers", name),
        ]
    return rows


def _seconds(stages: Sequence[str], outcomes: list[Outcome]) -> float:
    return float(median(sum(done.answer["stages"][stage] for stage in stages) for done in outcomes))


def differing_answers(question: str, ours: dict[str, object], theirs: dict[str, object]) -> int:
    """1 where two answers to a question are not the same, else 0."""
    parts = ("variants", "variant_count") if question == "variants" else (question,)
    return int(any(ours[part] != theirs[part] for part in parts))


def _typical(done: Outcome) -> list[BenchRow]:
    told = done.answer
    case = f"{told['journeys']:,} journeys, {told['variant_count']:,} variants"
    return [
        stays_below(
            BENCH, case, "variants and typical journeys, time", "s", told["seconds"], TYPICAL_WITHIN_S
        ),
        stays_below(
            BENCH,
            case,
            "variants and typical journeys, peak memory",
            "bytes",
            told["peak_bytes"],
            TYPICAL_WITHIN_BYTES,
        ),
        figure(BENCH, case, "share that typical journeys stand for", "ratio", told["covered"]),
    ]
