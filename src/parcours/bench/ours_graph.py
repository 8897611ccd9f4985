"""Our own miner as a contender: `python -m parcours.bench.ours_graph FILE` prints one JSON object."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from parcours.bench.edges import Edge, print_answer
from parcours.journey.mining import named, transition_graph, walk_of_rows
from parcours.lake import literal, open_engine


def mine_graph_from_parquet(path: Path) -> list[Edge]:
    """The transition graph of a case file by the product's miner, Parquet read included.

    Args:
        path: A file of `data.write_cases`; the case is `case_id`, the node `type`, the instant `occurred_at`.

    Returns:
        One edge per pair of types, without start and end.
    """
    with tempfile.TemporaryDirectory(prefix="parcours-bench-") as folder:
        engine = open_engine(Path(folder) / "spill", "6GB", threads=2)
        rows = f"read_parquet({literal(str(path))}, file_row_number = true)"
        names = walk_of_rows(
            engine, rows, journey="case_id", node="type", at="occurred_at", order="file_row_number::integer"
        )
        graph = named(transition_graph(engine, anybody=False), names)
        engine.close()
    return [
        Edge(row["source"], row["target"], row["count"], row["wait_median_s"])
        for row in graph
        if row["source"] is not None and row["target"] is not None
    ]


def main() -> None:
    """Print one JSON object about one case file."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("file", type=Path)
    wanted = parser.parse_args()
    began = time.perf_counter()
    edges = mine_graph_from_parquet(wanted.file)
    print_answer(edges, {"graph": time.perf_counter() - began})


if __name__ == "__main__":
    main()
