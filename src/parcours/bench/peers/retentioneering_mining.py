# noqa: INP001 - run by its path with another interpreter, never imported
"""Step matrix and funnel by retentioneering, in its own environment; imports nothing of parcours.

`python retentioneering_mining.py FILE STEP STEP...` prints `stages` (seconds), `matrix` (place from 0, type, paths), `funnel` (paths at each step)
and `peak_bytes`. Only the columns it needs are read.
"""

import json
import os
import re
import sys
import time
from importlib import import_module
from pathlib import Path

COLUMNS = ["case_id", "type", "occurred_at"]
SCHEMA = {"path_cols": ["case_id"], "event_col": "type", "timestamp_col": "occurred_at"}
STEPS = 10


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
    stream = peer.Eventstream(log, schema=SCHEMA)
    stages["prepare"] = time.perf_counter() - began

    began = time.perf_counter()
    matrix = stream.step_matrix_data(max_steps=STEPS)
    stages["matrix"] = time.perf_counter() - began

    began = time.perf_counter()
    funnel = stream.funnel_data(steps=sys.argv[2:])
    stages["funnel"] = time.perf_counter() - began
    (kibibytes,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("utf-8"))
    paths = log["case_id"].nunique()
    types = sorted(log["type"].unique())  # leaves out the path's start and end
    cells = [
        [place - 1, name, round(float(matrix.loc[name, place]) * paths)]
        for place in range(1, STEPS + 1)
        for name in types
        if name in matrix.index and round(float(matrix.loc[name, place]) * paths)
    ]
    json.dump(
        {
            "stages": stages,
            "matrix": sorted(cells),
            "funnel": [step["unique_paths"] for step in funnel["steps"]],
            "peak_bytes": 1024 * int(kibibytes),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
