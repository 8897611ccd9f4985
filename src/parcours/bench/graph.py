"""Mining: the transition graph with median waits, against two libraries and a hand-written query."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from parcours.bench.child import Outcome, run_child, run_module
from parcours.bench.edges import Edge, differing_edges
from parcours.bench.environments import cache_folder, peer_python, peer_script
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow, Pair, same_answer, times_faster, times_the_peer

if TYPE_CHECKING:
    from pathlib import Path

OURS = "parcours"
BY_HAND = "hand-written DuckDB"
PEERS = ("pm4py", "retentioneering")
AT_LEAST_FASTER = {"pm4py": 8.0, "retentioneering": 5.0}
AT_MOST_TIMES_BY_HAND = 1.5
REPEATS = 3
SIGNALS = 5_000_000


def bench_graph(
    signals: int = SIGNALS, repeats: int = REPEATS, progress: Progress = silent
) -> list[BenchRow]:
    """Measure every contender on the same case file.

    Contenders take turns, so that a busy minute of the machine meets all of them. Each reports its own
    peak memory and the seconds from its first read to its answer: a peer's imports alone take seconds
    and are not held against it.

    Args:
        signals: Rows of the case file, about 20 per case.
        repeats: Turns of each contender; medians are compared.
        progress: Told before each turn.

    Returns:
        For each peer: time, peak memory, equality of the graphs.
    """
    file = _case_file(signals, progress)
    outcomes = _take_turns(file, repeats, progress)
    case = f"{signals:,} signals"
    return [row for name in (*PEERS, BY_HAND) for row in _held_against(name, case, outcomes)]


def _case_file(signals: int, progress: Progress) -> Path:
    file = cache_folder() / "data" / f"cases-{signals}.parquet"
    progress(f"inventing {signals:,} signals")
    run_module("parcours.bench.data", "parcours.bench.data", file, str(signals), "--cases")
    return file


def _take_turns(file: Path, repeats: int, progress: Progress) -> dict[str, list[Outcome]]:
    for name in PEERS:
        progress(f"preparing the environment of {name}")
        peer_python(name)
    outcomes: dict[str, list[Outcome]] = {name: [] for name in (OURS, BY_HAND, *PEERS)}
    for turn in range(1, repeats + 1):
        for name, done in outcomes.items():
            progress(f"{name}, turn {turn} of {repeats}")
            done.append(_mine(name, file))
    return outcomes


def _mine(name: str, file: Path) -> Outcome:
    if name == OURS:
        return run_module(name, "parcours.bench.ours_graph", file)
    if name == BY_HAND:
        return run_module(name, "parcours.bench.graph_floor", file)
    return run_child(name, [peer_python(name), peer_script(name), file])


def _held_against(name: str, case: str, outcomes: dict[str, list[Outcome]]) -> list[BenchRow]:
    ours, peer = outcomes[OURS], outcomes[name]
    time = Pair("graph", case, "time", "s", _median("seconds", ours), _median("seconds", peer), name)
    memory = Pair(
        "graph", case, "peak memory", "bytes", _median("peak_bytes", ours), _median("peak_bytes", peer), name
    )
    speed = (
        times_the_peer(time, AT_MOST_TIMES_BY_HAND)
        if name == BY_HAND
        else times_faster(time, AT_LEAST_FASTER[name])
    )
    differing = differing_edges(_edges(ours[-1]), _edges(peer[-1]))
    return [speed, times_the_peer(memory), same_answer("graph", case, differing, "edges", name)]


def _median(key: str, outcomes: list[Outcome]) -> float:
    return float(median(outcome.answer[key] for outcome in outcomes))


def _edges(outcome: Outcome) -> list[Edge]:
    return [Edge(*edge) for edge in outcome.answer["edges"]]
