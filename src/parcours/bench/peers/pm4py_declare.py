# noqa: INP001 - run by its path with another interpreter, never imported
"""Declare and temporal conformance by pm4py, in pm4py's own environment; imports nothing of parcours.

`python pm4py_declare.py FILE MODEL.json OUT.json` reads a Parquet file with `case_id`, `type`, `occurred_at`, in the order of each case, and a
list of `[template, node, other or null]`. It prints seconds and peak memory; the cases that violate each constraint, and with `--zeta Z`
the waits that lie outside of the temporal profile, go to OUT.
"""

import json
import re
import sys
import time
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

TEMPORAL = "--zeta"


def main() -> None:
    """Measure one file."""
    pandas, pm4py = import_module("pandas"), import_module("pm4py")  # only this environment has them
    file, model, out = sys.argv[1:4]
    log = pandas.read_parquet(file, columns=["case_id", "type", "occurred_at"])
    log = pm4py.format_dataframe(log, case_id="case_id", activity_key="type", timestamp_key="occurred_at")
    asked = json.loads(Path(model).read_text("utf-8"))
    wanted: dict[str, dict[object, dict[str, int]]] = {}
    for template, node, other in asked:
        wanted.setdefault(template, {})[node if other is None else (node, other)] = {
            "support": 1,
            "confidence": 1,
        }
    stages: dict[str, float] = {}
    answer: dict[str, Any] = {}
    began = time.perf_counter()
    found = pm4py.conformance_declare(log, wanted)
    stages["declare"] = time.perf_counter() - began
    answer["violations"] = violations(found, list(dict.fromkeys(log["case:concept:name"])), asked)
    if TEMPORAL in sys.argv:
        zeta = float(sys.argv[sys.argv.index(TEMPORAL) + 1])
        began = time.perf_counter()
        profile = pm4py.discover_temporal_profile(log)
        stages["profile"] = time.perf_counter() - began
        began = time.perf_counter()
        unusual = pm4py.conformance_temporal_profile(log, profile, zeta=zeta)
        stages["deviations"] = time.perf_counter() - began
        counted = Counter((source, target) for case in unusual for source, target, *_ in case)
        answer["profile"] = [[*pair, mean, std, counted[pair]] for pair, (mean, std) in profile.items()]
    Path(out).write_text(json.dumps(answer), "utf-8")
    json.dump({"stages": stages, "peak_bytes": peak()}, sys.stdout)


def violations(
    found: Any, cases: list[str], asked: Any
) -> list[list[str]]:  # both as the library and JSON give them
    """Names of the cases that violate each constraint, in its place."""
    places = {
        (template, node if other is None else (node, other)): n
        for n, (template, node, other) in enumerate(asked)
    }
    violating: list[list[str]] = [[] for _ in asked]
    for case, told in zip(cases, found, strict=True):
        for template, what in told["deviations"]:
            violating[places[template, what]].append(case)
    return violating


def peak() -> int:
    """Largest resident set of this program; bytes."""
    (kibibytes,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("utf-8"))
    return 1024 * int(kibibytes)


if __name__ == "__main__":
    main()
