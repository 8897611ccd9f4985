"""Our own miner as a contender: `python -m parcours.bench.ours_graph FILE` prints one JSON object."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from parcours.bench.edges import Edge, print_answer


def mine_graph_from_parquet(path: Path) -> list[Edge]:
    """The transition graph of a case file by the product's miner, Parquet read included.

    Args:
        path: A file of `data.write_cases`; the case is `case_id`, the node `type`, the instant `occurred_at`.

    Returns:
        One edge per pair of types, without start and end.
    """
    raise NotImplementedError(path)


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
