"""Our own rules as a contender: `python -m parcours.bench.ours_declare FILE MODEL.json OUT.json --zeta Z` prints one JSON object.

The model is the constraints that at most a fifth of the cases violate; it is written for the peer.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pyarrow.compute as pc

from parcours.bench.child import peak_of_this_process
from parcours.journey.mining import walk_of_rows
from parcours.journey.rules import (
    UNARY,
    Constraint,
    Template,
    place_walk,
    temporal_profile,
    unusual_waits,
    violations,
)
from parcours.lake import literal, open_engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from parcours.lake import Engine

VIOLATED_BY_AT_MOST = 0.2  # of the cases


def main() -> None:
    """Measure one file."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--zeta", type=float, required=True)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="parcours-bench-") as folder:
        engine = open_engine(Path(folder) / "spill", "6GB", threads=2)
        stages, answer = _measure(engine, wanted.file, wanted.model, wanted.zeta)
        engine.close()
    wanted.out.write_text(json.dumps(answer), "utf-8")
    json.dump({"stages": stages, "peak_bytes": peak_of_this_process()}, sys.stdout)


def _measure(engine: Engine, file: Path, model: Path, zeta: float) -> tuple[dict[str, float], dict[str, Any]]:
    began = time.perf_counter()
    rows = f"select * from read_parquet({literal(str(file))}, file_row_number = true)"
    engine.run(f"create temp table log as {rows}")
    names = walk_of_rows(
        engine, "log", journey="case_id", node="type", at="occurred_at", order="file_row_number::bigint"
    )
    stages = {"read": time.perf_counter() - began}
    engine.run(
        "create temp table walked as select * from walk; create or replace temp view walk as select * from walked"
    )
    constraints = _mostly_held(engine, names)
    asked = [
        [each.template, names[each.node], None if each.other is None else names[each.other]]
        for each in constraints
    ]
    model.write_text(json.dumps(asked), "utf-8")

    began = time.perf_counter()
    place_walk(engine)
    found = violations(engine, constraints)
    stages["declare"] = time.perf_counter() - began

    began = time.perf_counter()
    place_walk(engine)
    profile = temporal_profile(engine)
    stages["profile"] = time.perf_counter() - began

    began = time.perf_counter()
    place_walk(engine)
    unusual = unusual_waits(engine, profile, zeta)
    stages["deviations"] = time.perf_counter() - began

    counted = Counter(zip(*(unusual[name].to_pylist() for name in ("source", "target")), strict=True))
    told = [
        [
            names[each.source],
            names[each.target],
            each.wait_mean_s,
            each.wait_std_s,
            counted[each.source, each.target],
        ]
        for each in profile
    ]
    return stages, {"violations": _named(engine, found, len(constraints)), "profile": told}


def _mostly_held(engine: Engine, names: Iterable[int]) -> list[Constraint]:
    """Of all constraints on the log's nodes, those that at most a fifth of its cases violate."""
    nodes = sorted(names)
    every = [
        Constraint(template, *chosen)
        for template in get_args(Template)
        for chosen in (((node,) for node in nodes) if template in UNARY else itertools.permutations(nodes, 2))
    ]
    place_walk(engine)
    cases = engine.value("select count(distinct journey) from placed_walk")
    counted = {
        row["values"]: row["counts"]
        for row in pc.value_counts(violations(engine, every)["constraint_id"]).to_pylist()
    }
    return [
        each for number, each in enumerate(every) if counted.get(number, 0) <= VIOLATED_BY_AT_MOST * cases
    ]


def _named(engine: Engine, found: Any, constraints: int) -> list[list[str]]:  # an Arrow table
    """Names of the cases that violate each constraint, in its place."""
    cases: Mapping[int, str] = dict(engine.rows("select distinct hash(case_id), case_id from log"))
    violating: list[list[str]] = [[] for _ in range(constraints)]
    for constraint, journey in zip(
        found["constraint_id"].to_pylist(), found["journey"].to_pylist(), strict=True
    ):
        violating[constraint].append(cases[journey])
    return violating


if __name__ == "__main__":
    main()
