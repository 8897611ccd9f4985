"""Our own people as a contender: `python -m parcours.bench.ours_identity FILE [--plain]` prints one JSON object.

`--plain` follows all evidence, as the peer does, so that the answers can be held against each other.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from parcours.bench.child import peak_of_this_process
from parcours.bench.identity_data import CARD, COOKIE, CUSTOMER, EMAIL, KIOSK, PHONE
from parcours.identity.linking import name_people, solve
from parcours.identity.reading import read_edges
from parcours.identity.types import Kind, Rules
from parcours.lake import literal, open_engine

_KINDS = {
    CUSTOMER: Kind.ACCOUNT,
    CARD: Kind.ACCOUNT,
    EMAIL: Kind.CONTACT,
    PHONE: Kind.CONTACT,
    COOKIE: Kind.DEVICE,
    KIOSK: Kind.SHARED,
}
_LATER = 1 << 62  # microseconds UTC


def main() -> None:
    """People of one file of pairs: how many, and the sum of the squares of their sizes."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--plain", action="store_true")
    wanted = parser.parse_args()
    kinds = dict.fromkeys(_KINDS, Kind.ACCOUNT) if wanted.plain else _KINDS
    endless = dict.fromkeys(_KINDS, _LATER) if wanted.plain else {}
    rules = Rules(kinds, endless, _LATER if wanted.plain else 50)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="parcours-bench-") as folder:
        engine = open_engine(Path(folder) / "spill", "3GB", threads=2)
        engine.run(f"create temp view link as select * from read_parquet({literal(str(wanted.file))})")
        edges = read_edges(engine, _LATER)
        engine.close()
    read_s = time.perf_counter() - began
    nobody = np.zeros(0, np.int64)
    solved = solve(edges, rules)
    people = name_people(solved, nobody, nobody)
    seconds = time.perf_counter() - began
    sizes = np.bincount(solved.group)
    answer = {
        "seconds": seconds,
        "read_s": read_s,
        "peak_bytes": peak_of_this_process(),
        "tokens": len(people),
        "pairs": len(edges),
        "people": len(sizes),
        "squares": int((sizes * sizes).sum()),
        "hubs": len(solved.hubs.token),
    }
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
