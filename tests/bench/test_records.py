"""The bench of records on a few hundred of them: every row is there, and the two contenders had the same work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from parcours.bench.record_data import write_records
from parcours.bench.records import bench_records

if TYPE_CHECKING:
    from pathlib import Path


def test_invented_records_are_those_of_their_seed(tmp_path: Path) -> None:
    """The same seed writes the same rows, each token once, four people to five records."""
    for name in ("a", "b"):
        write_records(tmp_path / f"{name}.parquet", 500, seed=3)
    rows = pq.read_table(tmp_path / "a.parquet")

    assert rows.equals(pq.read_table(tmp_path / "b.parquet"))
    assert rows["token"].to_pylist() == list(range(1, 501))
    assert len(set(rows["truth"].to_pylist())) == 400


@pytest.mark.heavy
def test_every_figure_is_told() -> None:
    """Time and memory beside plain Splink, accuracy of both, and the addition with no id changed."""
    rows = bench_records(records=400)

    assert [(row.case, row.metric) for row in rows] == [
        ("400 records", "time: ours / peer"),
        ("400 records", "peak memory: ours / peer"),
        ("400 records", "peak memory"),
        ("400 records", "precision of pairs"),
        ("400 records", "recall of pairs"),
        ("6 new into 360", "time"),
        ("6 new into 360", "ids of untouched people that changed"),
        ("6 new into 360", "first linking"),
        ("6 new into 360", "peak memory"),
    ]
    assert rows[6].ours == 0
