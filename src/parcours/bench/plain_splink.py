"""Plain Splink by its own documentation: same records in standard form, same comparisons, same rules, nothing of ours imported.

`python -m parcours.bench.plain_splink FOLDER --truth FILE` prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import sys
import time
from collections import Counter
from pathlib import Path

import duckdb
import splink

SURE = (
    "l.email = r.email",
    "l.given_name = r.given_name and l.family_name = r.family_name and l.birth_date = r.birth_date",
)
SESSIONS = ("l.birth_date = r.birth_date", "l.given_name = r.given_name and l.family_name = r.family_name")


def main() -> None:
    """Print seconds, peak memory and accuracy of one linking."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="6GB")
    wanted = parser.parse_args()
    logging.getLogger("splink").setLevel(logging.CRITICAL)
    settings = json.loads((wanted.folder / "settings.json").read_text("utf-8"))
    began = time.perf_counter()
    with duckdb.connect() as lake:
        lake.sql(f"set threads = {wanted.threads}")
        lake.sql(f"set memory_limit = '{wanted.memory}'")
        lake.sql(f"set temp_directory = '{wanted.folder / 'peer-spill'}'")
        lake.sql(f"create table record as from read_parquet('{wanted.folder / 'standard.parquet'}')")
        linker = splink.Linker(splink.DuckDBAPI(lake).register("record"), settings, log_level=None)
        linker.training.estimate_probability_two_random_records_match(list(SURE), recall=0.8)
        linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
        for rule in SESSIONS:
            linker.training.estimate_parameters_using_expectation_maximisation(
                rule, estimate_without_term_frequencies=True, max_pairs=1e6
            )
        predictions = linker.inference.predict(threshold_match_probability=0.5)
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predictions, threshold_match_probability=0.95
        )
        people = lake.sql(f"select token, cluster_id from {clusters.physical_name}").fetchall()
        seconds = time.perf_counter() - began
        truth = dict(lake.sql(f"select token, truth from read_parquet('{wanted.truth}')").fetchall())
    found = Counter(person for _, person in people)
    true = Counter(truth.values())
    both = Counter((person, truth[token]) for token, person in people)
    together, given, own = (sum(n * (n - 1) // 2 for n in sizes.values()) for sizes in (both, found, true))
    json.dump(
        {
            "seconds": seconds,
            "peak_bytes": _peak(),
            "precision": together / given if given else 1.0,
            "recall": together / own if own else 1.0,
        },
        sys.stdout,
    )


def _peak() -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("utf-8"))
    return 1024 * int(found[1]) if found else 0


if __name__ == "__main__":
    main()
