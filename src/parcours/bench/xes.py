"""Reading event logs in XES against pm4py, and whether pm4py counts in them, and in what we export, what we count."""

from __future__ import annotations

import gzip
import json
import shutil
from statistics import median
from typing import TYPE_CHECKING, Any

from parcours.bench.child import run_child, run_module, run_parcours
from parcours.bench.environments import PEERS, peer_python
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow, Pair, figure, same_answer, times_faster
from parcours.bench.workspace import workroom

if TYPE_CHECKING:
    from pathlib import Path

BENCH, PEER, QUICKEST = "xes", "pm4py", "line_by_line"
LARGE, FINES = "07_bpic2013_incidents.xes.gz", "eventdataR_traffic_fines_full.parquet"
SMALL = ("08_receipt.xes.gz", "roadtraffic100traces.xes", "running-example.xes")
TIMES_FASTER = 5.0
REPEATS = 3
_SOURCE = """\
source: log
read: {xes: log.xes.gz}
objects: {incident: case_concept_name}
signals:
  - {type: {sql: concept_name}, at: time_timestamp}
"""


def bench_xes(data: Path, repeats: int = REPEATS, progress: Progress = silent) -> list[BenchRow]:
    """Read logs of 65,533 and 561,470 events, packed and plain; then count everything in those and three smaller ones, and in an export.

    Ours ends in a Parquet file, the peer in its table in memory; seconds are those of reading alone, without imports, once as processors
    spent them and once by the clock.

    Args:
        data: Folder of event logs.
        repeats: Turns of each contender on the first log; medians are compared.
        progress: Told before each step.
    """
    progress(f"preparing the environment of {PEER}")
    peer_python(PEER)
    with workroom() as folder:
        plain, fines = folder / "incidents.xes", folder / "fines.xes"
        with gzip.open(data / LARGE) as packed, plain.open("wb") as target:
            shutil.copyfileobj(packed, target)
        progress("writing the log of traffic fines")
        made = run_module("parcours", "parcours.bench.ours_xes", data / FINES, fines, "--write").answer
        rows = _read("incidents", plain, repeats, progress)
        rows += _read("incidents, gzip", data / LARGE, repeats, progress)
        rows += _read("fines", fines, 1, progress)
        rows.append(figure(BENCH, f"fines, {made['events']:,} events", "time of writing", "s", made["cpu_s"]))
        for name in SMALL:
            progress(name)
            rows.append(_same(name, _ours(data / name), _theirs(data / name)))
        return rows + _exported(folder, data / LARGE, progress)


def _read(name: str, log: Path, repeats: int, progress: Progress) -> list[BenchRow]:
    ours, theirs, quickest = [], [], []
    for turn in range(1, repeats + 1):
        progress(f"{name}, turn {turn} of {repeats}")
        ours.append(_ours(log))
        theirs.append(_theirs(log))
        quickest.append(_theirs(log, QUICKEST))
    case = f"{name}, {ours[0]['events']:,} events"

    def faster(
        what: str, key: str, others: list[dict[str, Any]], peer: str, at_least: float | None
    ) -> BenchRow:
        here, there = (float(median(each[key] for each in found)) for found in (ours, others))
        return times_faster(Pair(BENCH, case, what, "s", here, there, peer), at_least)

    return [
        faster("processor time of reading", "cpu_s", theirs, PEER, TIMES_FASTER),
        faster("time of reading", "wall_s", theirs, PEER, None),
        faster("processor time of reading", "cpu_s", quickest, f"{PEER}, {QUICKEST}", None),
        figure(BENCH, case, "peak memory of reading", "bytes", ours[0]["peak_bytes"]),
        _same(case, ours[0], theirs[0]),
    ]


def _ours(log: Path) -> Any:  # JSON of a contender
    return run_module("parcours", "parcours.bench.ours_xes", log).answer


def _theirs(log: Path, *variant: str) -> Any:  # JSON of a contender
    return run_child(PEER, [peer_python(PEER), PEERS / "pm4py_xes.py", log, *variant]).answer


def _same(case: str, ours: dict[str, Any], theirs: dict[str, Any]) -> BenchRow:
    return same_answer(BENCH, case, differing_counts(ours, theirs), "events, cases, variants, edges", PEER)


def differing_counts(ours: dict[str, Any], theirs: dict[str, Any]) -> int:
    """Of events, cases, variants and edges, with all their counts, those that are not the same.

    Example:
        >>> one = {"events": 2, "cases": 1, "variants": [[["a", "b"], 1]], "edges": [["a", "b", 1]]}
        >>> differing_counts(one, {**one, "edges": [["a", "b", 2]]})
        1
    """
    return sum(ours[part] != theirs[part] for part in ("events", "cases", "variants", "edges"))


def _exported(folder: Path, log: Path, progress: Progress) -> list[BenchRow]:
    """The first log, read as a source, run and exported: what the peer counts in it."""
    progress("exporting what was read")
    room = folder / "room"
    (room / "sources").mkdir(parents=True)
    (room / "sources" / "log.yaml").write_text(_SOURCE, "utf-8")
    shutil.copyfile(log, room / "log.xes.gz")
    run_parcours(room, "run")
    again, objects = folder / "again.xes", folder / "again.json"
    for to, target in (("xes", again), ("ocel", objects)):
        run_parcours(room, "journeys", "export", "--to", to, "-o", str(target), "--per", "incident")
    ours, theirs = _ours(log), _theirs(again)
    document = json.loads(objects.read_text("utf-8"))
    told = {
        "events": len(document["events"]),
        "objects": ours["cases"],
        "relations": ours["events"],
    }
    found = _theirs(objects)
    differing = sum(told[part] != found[part] for part in told) + (told["events"] != ours["events"])
    return [
        _same("incidents, exported as XES", ours, theirs),
        same_answer(BENCH, "incidents, exported as OCEL", differing, "events, objects, relations", PEER),
    ]
