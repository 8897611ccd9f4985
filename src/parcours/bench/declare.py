"""Rules between events: Declare constraints and the temporal profile, against pm4py on a real log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from parcours.bench.child import run_child, run_module
from parcours.bench.environments import PEERS, peer_python
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow, Pair, figure, same_answer, times_faster
from parcours.bench.workspace import workroom

if TYPE_CHECKING:
    from pathlib import Path

BENCH, PEER = "declare", "pm4py"
LOG = "eventdataR_traffic_fines_full.parquet"
COLUMNS = {"case_id": "case_id", "activity": "type", "timestamp": "occurred_at"}
ZETA = 2.0
DECLARE_FASTER, TEMPORAL_FASTER = 5.0, 30.0
SAME_WITHIN = 1e-6  # relative; means and deviations are added in another order


def bench_declare(data: Path, progress: Progress = silent) -> list[BenchRow]:
    """Check both on the log of traffic fines: 561,470 events of 150,370 cases.

    Seconds are those of the check alone, the log in memory in each one's own form: ours as coded rows in the order of the file, which it
    sorts within the measured time; the peer's as its event table, sorted.

    Args:
        data: Folder of event logs.
        progress: Told before each step.

    Returns:
        For Declare and for the temporal profile: how many times faster, and what differs.
    """
    with workroom() as folder:
        log, model = folder / "log.parquet", folder / "model.json"
        events = write_log(data / LOG, log)
        progress("parcours")
        ours_out, peer_out = folder / "ours.json", folder / "peer.json"
        ours = run_module(
            "parcours", "parcours.bench.ours_declare", log, model, ours_out, "--zeta", str(ZETA)
        ).answer
        progress(f"{PEER}: minutes")
        script = PEERS / "pm4py_declare.py"
        peer = run_child(PEER, [peer_python(PEER), script, log, model, peer_out, "--zeta", str(ZETA)]).answer
        asked = json.loads(model.read_text("utf-8"))
        here, there = (json.loads(file.read_text("utf-8")) for file in (ours_out, peer_out))
    constraints = f"{len(asked)} constraints, {events:,} events"
    pairs = f"{len(here['profile'])} pairs, {events:,} events"

    def faster(case: str, what: str, stage: str, at_least: float | None) -> BenchRow:
        return times_faster(
            Pair(BENCH, case, what, "s", ours["stages"][stage], peer["stages"][stage], PEER), at_least
        )

    return [
        faster(constraints, "time of Declare", "declare", DECLARE_FASTER),
        same_answer(BENCH, constraints, differing_constraints(here, there), "constraints", PEER),
        faster(pairs, "time of the temporal profile", "deviations", TEMPORAL_FASTER),
        faster(pairs, "time of learning the profile", "profile", None),
        same_answer(BENCH, pairs, differing_pairs(here["profile"], there["profile"]), "pairs", PEER),
        figure(BENCH, constraints, "time of reading", "s", ours["stages"]["read"]),
    ]


def write_log(source: Path, target: Path) -> int:
    """The columns both read, under the names of the invented logs; answers how many events."""
    table = pq.read_table(source, columns=list(COLUMNS))
    columns = {new: table[old] for old, new in COLUMNS.items()}
    columns["occurred_at"] = (
        columns["occurred_at"].cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
    )
    pq.write_table(pa.table(columns), target, compression="zstd")
    return int(table.num_rows)


def differing_constraints(ours: dict[str, Any], other: dict[str, Any]) -> int:
    """Constraints that other cases violate in one answer than in the other.

    Example:
        >>> differing_constraints({"violations": [["a", "b"], []]}, {"violations": [["b", "a"], ["a"]]})
        1
    """
    pairs = zip(ours["violations"], other["violations"], strict=True)
    return sum(sorted(one) != sorted(two) for one, two in pairs)


def differing_pairs(ours: list[list[Any]], other: list[list[Any]]) -> int:
    """Pairs of types of which mean, standard deviation or number of unusual waits differ.

    Example:
        >>> differing_pairs([["a", "b", 1.0, 0.5, 3], ["a", "c", 1.0, 0.0, 0]], [["a", "b", 1.0, 0.5, 3]])
        1
    """
    one, two = ({(row[0], row[1]): row[2:] for row in rows} for rows in (ours, other))
    return sum(not _alike(one.get(pair), two.get(pair)) for pair in one.keys() | two.keys())


def _alike(one: list[Any] | None, two: list[Any] | None) -> bool:
    if one is None or two is None:
        return False
    return one[2] == two[2] and all(
        abs(a - b) <= SAME_WITHIN * max(abs(a), abs(b)) for a, b in zip(one[:2], two[:2], strict=True)
    )
