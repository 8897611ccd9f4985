"""The benches of identity hold what they compare: both contenders find the same people where nothing is forbidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from parcours.bench.child import run_module
from parcours.bench.identity_data import PAIRS_PER_PERSON, write_pairs

if TYPE_CHECKING:
    from pathlib import Path


def test_ours_and_the_floor_find_the_same_people(tmp_path: Path) -> None:
    """Following all evidence, ours are the components of the peer; with the rules, household browsers and screens join nobody."""
    pairs = 4_000
    file = tmp_path / "pairs.parquet"
    write_pairs(file, pairs)
    assert pq.read_metadata(file).num_rows == pairs

    floor = run_module("floor", "parcours.bench.identity_floor", file).answer
    plain = run_module("ours", "parcours.bench.ours_identity", file, "--plain").answer
    ruled = run_module("ours", "parcours.bench.ours_identity", file).answer
    assert (plain["people"], plain["squares"]) == (floor["people"], floor["squares"])
    assert ruled["people"] >= pairs // PAIRS_PER_PERSON > plain["people"]
    assert ruled["hubs"] > 0
