"""A line of a gigabyte is one line that is no row."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from story.shop import ORDERS, refused_rows, run, write

if TYPE_CHECKING:
    from pathlib import Path

GIGABYTE = 1 << 30
MEGABYTE = 1 << 20
HEADER = b"order_id,customer,store,placed_at,ready_at\n"
ROW = b"o%d,ann,lyon,2024-03-01 10:00:00,\n"


@pytest.mark.heavy
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("filling", ["zeros", "letters"])
def test_a_line_of_a_gigabyte_is_refused_alone(tmp_path: Path, filling: str) -> None:
    """It is counted and kept with its number, its neighbours enter, and no process ever holds a gigabyte."""
    write(tmp_path, {"sources/orders.yaml": ORDERS})
    path = tmp_path / "data/orders-1.csv"
    path.parent.mkdir()
    piece = b"" if filling == "zeros" else b"x" * MEGABYTE
    with path.open("wb") as file:
        file.write(HEADER + ROW % 1 + b"o2,ann,")
        if piece:
            for _ in range(GIGABYTE // len(piece)):
                file.write(piece)
        else:
            file.seek(GIGABYTE, 1)  # a hole: zeros without disk
        file.write(b",2024-03-01 10:00:00,\n" + ROW % 3)
    words = ["parcours", "run", "-w", str(tmp_path), "--as-of", "2024-03-10"]
    code = (
        f"import sys; sys.argv = {words!r}; from parcours.bench.child import peak_of_this_process as peak; "
        "from parcours.cli.main import main\n"
        "try: main()\nfinally: print('peak', peak(), file=sys.stderr)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=1500
    )

    assert answer.returncode == 0, answer.stderr
    assert int(answer.stderr.rpartition("peak ")[2]) < GIGABYTE
    counts = run(tmp_path).json["signals"]
    assert counts == {"received": 3, "accepted": 2, "refused": {"unreadable_line": 1}}
    ((_, line, reason, content),) = refused_rows(tmp_path)
    assert (line, reason) == (3, "line_size_over_maximum")
    assert len(content or "") <= 1000
