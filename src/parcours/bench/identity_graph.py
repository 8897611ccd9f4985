"""Deterministic identity: people from raw pairs of tokens, against bare connected components."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.bench.child import run_module
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import Pair, figure, same_answer, stays_below, times_the_peer
from parcours.bench.workspace import workroom

if TYPE_CHECKING:
    from parcours.bench.rows import BenchRow

BENCH = "identity-graph"
PAIRS = 100_000_000
AT_MOST_S = 120.0
AT_MOST_BYTES = 8e9
PEER = "plain SciPy components"


def bench_identity_graph(pairs: int = PAIRS, progress: Progress = silent) -> list[BenchRow]:
    """Measure both on the same file of pairs.

    Ours reads, makes pairs distinct, finds hubs and forbidden groups, and names people; the peer only codes and connects. The bounds on time and
    memory are those for 100 million pairs, in proportion for other sizes.

    Args:
        pairs: Rows of the file, twenty a person.
        progress: Told before each step.
    """
    with workroom() as folder:
        file = folder / "pairs.parquet"
        progress(f"inventing {pairs:,} pairs")
        run_module("pairs", "parcours.bench.identity_data", file, str(pairs))
        progress("parcours")
        ours = run_module("parcours", "parcours.bench.ours_identity", file).answer
        progress(PEER)
        peer = run_module(PEER, "parcours.bench.identity_floor", file).answer
        progress("parcours, following all evidence")
        plain = run_module("parcours", "parcours.bench.ours_identity", file, "--plain").answer
    case = f"{pairs:,} raw pairs"
    share = pairs / PAIRS
    differing = sum(plain[key] != peer[key] for key in ("people", "squares"))
    return [
        stays_below(BENCH, case, "time", "s", ours["seconds"], AT_MOST_S * share),
        stays_below(BENCH, case, "peak memory", "bytes", ours["peak_bytes"], AT_MOST_BYTES * max(share, 0.1)),
        times_the_peer(Pair(BENCH, case, "time", "s", ours["seconds"], peer["seconds"], PEER)),
        times_the_peer(
            Pair(BENCH, case, "peak memory", "bytes", ours["peak_bytes"], peer["peak_bytes"], PEER)
        ),
        same_answer(BENCH, case, differing, "figures", PEER),
        figure(BENCH, case, "hubs found", "tokens", ours["hubs"]),
    ]
