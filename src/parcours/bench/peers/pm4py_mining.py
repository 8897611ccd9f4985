# noqa: INP001 - run by its path with another interpreter, never imported
"""Variants and rework by pm4py, in pm4py's own environment; imports nothing of parcours.

`python pm4py_mining.py FILE` prints `stages` (seconds), `variants` (how often each of the thousand most frequent), `variant_count`, `rework` (cases
by activity that has it more than once) and `peak_bytes`. Only the columns it needs are read.
"""

import json
import re
import sys
import time
from importlib import import_module
from pathlib import Path

COLUMNS = ["case_id", "type", "occurred_at"]


def main() -> None:
    """Print one JSON object about one case file."""
    pandas, pm4py = import_module("pandas"), import_module("pm4py")  # only this environment has them
    stages = {}
    began = time.perf_counter()
    log = pandas.read_parquet(sys.argv[1], columns=COLUMNS)
    log = pm4py.format_dataframe(log, case_id="case_id", activity_key="type", timestamp_key="occurred_at")
    stages["prepare"] = time.perf_counter() - began

    began = time.perf_counter()
    variants = pm4py.get_variants(log)
    stages["variants"] = time.perf_counter() - began

    began = time.perf_counter()
    rework = pm4py.get_rework_cases_per_activity(log)
    stages["rework"] = time.perf_counter() - began
    (kibibytes,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("utf-8"))
    counts = sorted(
        (count if isinstance(count, int) else len(count) for count in variants.values()), reverse=True
    )
    json.dump(
        {
            "stages": stages,
            "variants": [int(count) for count in counts[:1000]],
            "variant_count": len(variants),
            "rework": {name: int(cases) for name, cases in rework.items()},
            "peak_bytes": 1024 * int(kibibytes),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
