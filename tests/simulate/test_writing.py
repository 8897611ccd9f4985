"""Files grow part by part, and the next one begins before one grows too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.simulate.writing import LINE, Files

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


@settings(deadline=None, max_examples=30)  # each example writes files
@given(sizes=st.lists(st.integers(0, 7), min_size=1, max_size=12))
def test_no_row_is_lost_between_files(sizes: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever the parts, all rows lie in the files in their order, and a file ends with the part that fills it (five rows here)."""
    folder, rows = tmp_path_factory.mktemp("files"), iter(range(100))
    with Files(folder, rows_per_file=5) as files:
        for size in sizes:
            files.append(
                "log/part-{}.parquet",
                pa.table({"row": pa.array([next(rows) for _ in range(size)], pa.int64())}),
            )
    written = [pq.read_table(path)["row"].to_pylist() for path in sorted((folder / "log").iterdir())]

    assert [row for part in written for row in part] == list(range(sum(sizes)))
    assert all(len(part) < 5 + 7 for part in written)
    assert files.rows == {"log/part-{}.parquet": sum(sizes)}


def test_csv_and_lines_grow_too(tmp_path: Path) -> None:
    """Parts and single rows follow each other; texts are quoted, lines are as they were made."""
    with Files(tmp_path) as files:
        for name in ("a", "b"):
            files.append("letters.csv", pa.table({"letter": [name], "number": [1]}))
            files.append("letters.jsonl", pa.table({LINE: [f'{{"letter": "{name}"}}']}))
        files.append_rows("letters.csv", [{"letter": "c"}])

    assert pacsv.read_csv(tmp_path / "letters.csv").to_pydict() == {
        "letter": ["a", "b", "c"],
        "number": [1, 1, None],
    }
    assert (tmp_path / "letters.jsonl").read_text("utf-8") == '{"letter": "a"}\n{"letter": "b"}\n'
