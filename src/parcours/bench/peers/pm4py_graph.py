# noqa: INP001 - run by its path with another interpreter, never imported
"""The transition graph by pm4py, in pm4py's own environment; imports nothing of parcours.

`python pm4py_graph.py FILE` prints the same JSON object as our contenders. Only the columns it
needs are read and only the median is asked for. Counts come from a second call that is not held
against it, neither its time nor its memory.
"""

import hashlib
import json
import re
import sys
import time
from importlib import import_module
from pathlib import Path

COLUMNS = {"case_id": "case:concept:name", "type": "concept:name", "occurred_at": "time:timestamp"}


def main() -> None:
    """Print one JSON object about one case file."""
    pandas, pm4py = import_module("pandas"), import_module("pm4py")  # only this environment has them
    stages = {}
    began = time.perf_counter()
    log = pandas.read_parquet(sys.argv[1], columns=list(COLUMNS))
    stages["read"] = time.perf_counter() - began

    began = time.perf_counter()
    log = pm4py.format_dataframe(log, case_id="case_id", activity_key="type", timestamp_key="occurred_at")
    stages["prepare"] = time.perf_counter() - began

    began = time.perf_counter()
    waits, _, _ = pm4py.discover_performance_dfg(log, perf_aggregation_key="median")
    stages["graph"] = time.perf_counter() - began
    peak_bytes = peak()

    counts, _, _ = pm4py.discover_dfg(log)
    edges = [(*pair, int(counts[pair]), float(wait)) for pair, wait in waits.items()]
    answer(edges, stages, peak_bytes)


def peak() -> int:
    """Largest resident set of this program; bytes."""
    (kibibytes,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("utf-8"))
    return 1024 * int(kibibytes)


def answer(edges: list[tuple[str, str, int, float]], stages: dict[str, float], peak_bytes: int) -> None:
    """Print what every contender prints; the digest is that of `parcours.bench.edges`."""
    lines = sorted(f"{source}\t{target}\t{count}\t{wait_s:.3f}" for source, target, count, wait_s in edges)
    json.dump(
        {
            "seconds": sum(stages.values()),
            "stages": stages,
            "peak_bytes": peak_bytes,
            "transitions": sum(edge[2] for edge in edges),
            "digest": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
            "edges": edges,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
