# noqa: INP001 - run by its path with another interpreter, never imported
"""Reading of event logs by pm4py, in pm4py's own environment; imports nothing of parcours.

`python pm4py_xes.py LOG [VARIANT]` reads XES, or OCEL 2.0 where the name ends in `.json`, and prints seconds (wall and of processors), peak memory and what
it counted.
"""

import json
import re
import resource
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any


def main() -> None:
    """Read one log."""
    pm4py = import_module("pm4py")  # only this environment has it
    file = sys.argv[1]
    if file.endswith(".json"):
        json.dump(counted_ocel(pm4py.read_ocel2_json(file)), sys.stdout)
        return
    began, spent = time.perf_counter(), processor_s()
    log = pm4py.read_xes(file, variant=sys.argv[2] if len(sys.argv) > 2 else None)  # noqa: PLR2004 - the second word
    wall_s, cpu_s, peak_bytes = time.perf_counter() - began, processor_s() - spent, peak()
    edges, _, _ = pm4py.discover_dfg(log)
    variants = pm4py.get_variants(log)
    json.dump(
        {
            "wall_s": wall_s,
            "cpu_s": cpu_s,
            "peak_bytes": peak_bytes,
            "events": len(log),
            "cases": int(log["case:concept:name"].nunique()),
            "variants": sorted([list(path), int(count)] for path, count in variants.items()),
            "edges": sorted([*pair, int(count)] for pair, count in edges.items()),
        },
        sys.stdout,
    )


def counted_ocel(log: Any) -> dict[str, int]:  # the library's own object
    """Events, objects and relations."""
    return {"events": len(log.events), "objects": len(log.objects), "relations": len(log.relations)}


def processor_s() -> float:
    """Seconds of processors, of the user and of the system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak() -> int:
    """Largest resident set of this program; bytes."""
    (kibibytes,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("utf-8"))
    return 1024 * int(kibibytes)


if __name__ == "__main__":
    main()
