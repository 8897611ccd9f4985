# noqa: INP001 - run by its path with another interpreter, never imported
"""The transition graph by retentioneering, in its own environment; imports nothing of parcours.

`python retentioneering_graph.py FILE` prints the same JSON object as our contenders. Only the
columns it needs are read. Counts come from a second call that is not held against it, neither its
time nor its memory. It measures waits in whole seconds.
"""

import hashlib
import json
import os
import re
import sys
import time
from importlib import import_module
from pathlib import Path

COLUMNS = ["case_id", "type", "occurred_at"]
SCHEMA = {"path_cols": ["case_id"], "event_col": "type", "timestamp_col": "occurred_at"}


def keep_quiet() -> None:
    """It reports usage to a third party unless told not to; a measurement sends nothing anywhere."""
    os.environ["RETENTIONEERING_NO_TRACK"] = "1"
    sys.modules["posthog"] = None  # type: ignore[assignment] # and its client is not even made


def main() -> None:
    """Print one JSON object about one case file."""
    keep_quiet()
    pandas, peer = import_module("pandas"), import_module("retentioneering.eventstream")
    stages = {}
    began = time.perf_counter()
    log = pandas.read_parquet(sys.argv[1], columns=COLUMNS)
    stages["read"] = time.perf_counter() - began

    began = time.perf_counter()
    stream = peer.Eventstream(log, schema=SCHEMA)
    stages["prepare"] = time.perf_counter() - began

    began = time.perf_counter()
    waits = stream.transition_graph_data("time_median")
    stages["graph"] = time.perf_counter() - began
    peak_bytes = peak()

    counts = stream.transition_graph_data("count")
    types = sorted(log["type"].unique())  # leaves out the path's start and end
    edges = [
        (source, target, int(counts.loc[source, target]), waits.loc[source, target].total_seconds())
        for source in types
        for target in types
        if counts.loc[source, target]
    ]
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
