"""The floor of mining: the transition graph with median waits as one hand-written DuckDB query.

Names are coded to small integers once and the window runs on integers; strings in the window cost
50 times more. `python -m parcours.bench.graph_floor FILE --threads 2 --memory 6GB` prints one JSON object.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import duckdb

from parcours.bench.edges import Edge, print_answer

TYPES = """
create temp table type as select name, (row_number() over (order by name))::utinyint as id
    from (select distinct type as name from read_parquet($file))
"""
# A case is its 64-bit hash: of a million cases two share one with a chance of 3 in 100 million.
GRAPH = """
with coded as (
    select hash(s.case_id) as case_hash, t.id as type, epoch_us(s.occurred_at) as at_us,
           s.file_row_number::integer as row
    from read_parquet($file, file_row_number = true) as s join type as t on s.type = t.name
), walked as (
    select type as source, lead(type) over path as target, lead(at_us) over path - at_us as wait_us
    from coded
    window path as (partition by case_hash order by at_us, row)
), edge as (
    select source, target, count(*) as count, median(wait_us) / 1e6 as wait_median_s
    from walked where target is not null group by all
)
select s.name, t.name, e.count, e.wait_median_s
from edge as e join type as s on e.source = s.id join type as t on e.target = t.id
"""


def mine_by_hand(file: Path, threads: int, memory: str) -> list[Edge]:
    """The graph of one case file, read included."""
    with tempfile.TemporaryDirectory(prefix="parcours-floor-") as folder, duckdb.connect() as lake:
        lake.execute(f"set threads = {threads}")
        lake.execute(f"set memory_limit = '{memory}'")
        lake.execute(f"set temp_directory = '{folder}'")
        lake.execute("set preserve_insertion_order = false")
        lake.execute(TYPES, {"file": str(file)})
        return [Edge(*row) for row in lake.execute(GRAPH, {"file": str(file)}).fetchall()]


def main() -> None:
    """Print one JSON object about one case file."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="6GB")
    wanted = parser.parse_args()
    began = time.perf_counter()
    edges = mine_by_hand(wanted.file, wanted.threads, wanted.memory)
    print_answer(edges, {"graph": time.perf_counter() - began})


if __name__ == "__main__":
    main()
