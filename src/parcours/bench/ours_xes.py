"""Our own reading of a log as a contender: `python -m parcours.bench.ours_xes LOG OUT`; or writes one: `… PARQUET LOG --write`."""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from parcours.bench.child import peak_of_this_process
from parcours.journey import mining
from parcours.lake import literal, open_engine
from parcours.signal.logged import LoggedEvent
from parcours.signal.xes import convert_xes
from parcours.signal.xes_writing import write_xes

if TYPE_CHECKING:
    from collections.abc import Iterator

CASE, ACTIVITY, AT = "case_id", "activity", "timestamp"


def read_log(log: Path, folder: Path) -> dict[str, Any]:  # a JSON document
    """Seconds, wall and of processors, from the file to rows, and what the rows are."""
    rows = folder / "rows.parquet"
    began, spent = time.perf_counter(), _processor_s()
    events = convert_xes(log, rows)
    wall_s, cpu_s = time.perf_counter() - began, _processor_s() - spent
    peak = peak_of_this_process()
    engine = open_engine(folder / "spill", "2GB", threads=2)
    names = mining.walk_of_rows(
        engine,
        f"read_parquet({literal(str(rows))}, file_row_number = true)",
        journey="case_concept_name",
        node="concept_name",
        at="time_timestamp",
        order="file_row_number::bigint",
    )
    edges = mining.named(mining.transition_graph(engine, anybody=False), names)
    variants = mining.variants(engine)
    engine.close()
    return {
        "wall_s": wall_s,
        "cpu_s": cpu_s,
        "peak_bytes": peak,
        "events": events,
        "cases": sum(count for _, count in variants),
        "variants": sorted([[[names[node] for node in path], count] for path, count in variants]),
        "edges": sorted(
            [row["source"], row["target"], row["count"]] for row in edges if row["source"] and row["target"]
        ),
    }


def write_log(source: Path, log: Path) -> dict[str, Any]:  # a JSON document
    """A log in XES of a table of events, cases together, with all its columns."""
    began, spent = time.perf_counter(), _processor_s()
    written = write_xes(log, _events(source))
    return {
        "wall_s": time.perf_counter() - began,
        "cpu_s": _processor_s() - spent,
        "events": written.events,
        "cases": written.cases,
    }


def _events(source: Path) -> Iterator[LoggedEvent]:
    table = pq.read_table(source)
    order = pc.sort_indices(table, [(CASE, "ascending"), (AT, "ascending")])
    times = table[AT].cast("timestamp[us]").cast("int64")
    table = table.append_column("at_us", times).take(order)
    for batch in table.to_batches(1 << 14):
        for number, row in enumerate(batch.to_pylist()):
            others = {key: value for key, value in row.items() if isinstance(value, str | int | float)}
            attributes = {key: value for key, value in others.items() if key not in {CASE, ACTIVITY, "at_us"}}
            yield LoggedEvent(row[CASE], row[ACTIVITY], row["at_us"], f"{number:016x}", attributes, (), None)


def _processor_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print one JSON object about one log."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path, nargs="?")
    parser.add_argument("--write", action="store_true")
    wanted = parser.parse_args()
    if wanted.write:
        json.dump(write_log(wanted.source, wanted.target), sys.stdout)
        return
    with tempfile.TemporaryDirectory(prefix="parcours-bench-") as folder:
        json.dump(read_log(wanted.source, Path(folder)), sys.stdout)


if __name__ == "__main__":
    main()
