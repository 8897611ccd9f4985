"""Our own step matrix, funnel, variants, loops and typical journeys as a contender: `python -m parcours.bench.ours_mining FILE STEPS`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parcours.bench.child import peak_of_this_process
from parcours.journey import mining
from parcours.journey.mined.funnel import read_funnel
from parcours.journey.mined.moves import comebacks, make_moves, step_matrix
from parcours.journey.mined.typical import choose_typical
from parcours.lake import literal, open_engine

if TYPE_CHECKING:
    from parcours.lake import Engine

MATRIX_STEPS = 10
SHARE, WITHIN = 0.8, 0.25


def answer_of(engine: Engine, file: Path, steps: list[str]) -> dict[str, Any]:  # a JSON document
    """Seconds of each stage, and the answers, of one case file."""
    stages = {}
    began = time.perf_counter()
    names = _walk(engine, file)
    codes = {name: code for code, name in names.items()}
    stages["read"] = time.perf_counter() - began

    began = time.perf_counter()
    make_moves(engine)
    stages["moves"] = time.perf_counter() - began

    began = time.perf_counter()
    rows, _ = step_matrix(engine, anchor=None, before=0, after=MATRIX_STEPS - 1)
    stages["matrix"] = time.perf_counter() - began

    began = time.perf_counter()
    stops = read_funnel(engine, [codes[step] for step in steps])
    stages["funnel"] = time.perf_counter() - began

    began = time.perf_counter()
    again = comebacks(engine)
    stages["rework"] = time.perf_counter() - began
    engine.run("drop table move")

    began = time.perf_counter()
    variants = mining.variants(engine)
    stages["variants"] = time.perf_counter() - began
    return {
        "stages": stages,
        "matrix": sorted(
            [row["offset"], names[row["node"]], row["journeys"]] for row in rows if row["node"] is not None
        ),
        "funnel": [stop.journeys for stop in stops],
        "rework": {names[row["node"]]: row["again_journeys"] for row in again},
        "variants": sorted((count for _, count in variants), reverse=True)[:1000],
        "variant_count": len(variants),
        "peak_bytes": peak_of_this_process(),
    }


def typical_of(engine: Engine, file: Path) -> dict[str, Any]:  # a JSON document
    """Seconds of variants and typical journeys of one case file, reading included."""
    began = time.perf_counter()
    _walk(engine, file)
    variants = mining.variants(engine)
    counts = [count for _, count in variants]
    chosen = choose_typical([path for path, _ in variants], counts, share=SHARE, within=WITHIN)
    return {
        "seconds": time.perf_counter() - began,
        "journeys": sum(counts),
        "variant_count": len(variants),
        "typical": len(chosen.typical),
        "covered": chosen.covered,
        "peak_bytes": peak_of_this_process(),
    }


def _walk(engine: Engine, file: Path) -> dict[int, str]:
    rows = f"read_parquet({literal(str(file))}, file_row_number = true)"
    return mining.walk_of_rows(
        engine, rows, journey="case_id", node="type", at="occurred_at", order="file_row_number::integer"
    )


def main() -> None:
    """Print one JSON object about one case file; without steps, about its typical journeys."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("steps", nargs="*")
    parser.add_argument("--memory", default="4GB")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="parcours-bench-") as folder:
        engine = open_engine(Path(folder) / "spill", wanted.memory, threads=2)
        found = (
            answer_of(engine, wanted.file, wanted.steps) if wanted.steps else typical_of(engine, wanted.file)
        )
        engine.close()
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
