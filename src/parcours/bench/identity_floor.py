"""The floor of identity: SciPy's connected components over all pairs, once their tokens are coded to small integers.

No rule, no name, no history. `python -m parcours.bench.identity_floor FILE` prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from parcours.bench.child import peak_of_this_process


def main() -> None:
    """Components of one file of pairs: how many, and the sum of the squares of their sizes."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("file", type=Path)
    wanted = parser.parse_args()
    began = time.perf_counter()
    rows = pq.read_table(wanted.file, columns=["token", "other_token"])
    ends = np.concatenate([np.asarray(rows["token"]), np.asarray(rows["other_token"])])
    del rows
    tokens, code = np.unique(ends, return_inverse=True)
    del ends
    pairs, size = len(code) // 2, len(tokens)
    del tokens
    graph = coo_array((np.ones(pairs, np.int8), (code[:pairs], code[pairs:])), shape=(size, size))
    del code
    _, labels = connected_components(graph, directed=False)
    seconds = time.perf_counter() - began
    sizes = np.bincount(labels).astype(np.int64)
    answer = {
        "seconds": seconds,
        "peak_bytes": peak_of_this_process(),
        "people": len(sizes),
        "squares": int((sizes * sizes).sum()),
    }
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
