"""Where benches work: nothing large is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

from parcours.bench.workspace import bytes_below, workroom

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_killed_bench_is_tidied_by_the_next_and_a_living_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of a process that has ended goes; that of this one, and what is nobody's, stay."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for name in (
        f"parcours-bench-{ended.pid}-abc",
        f"parcours-bench-{os.getpid()}-abc",
        "parcours-bench-mine-abc",
    ):
        (tmp_path / name).mkdir()

    with workroom() as folder:
        (folder / "large").write_bytes(b"12345")
        there = bytes_below(folder)

    assert there == 5
    assert {path.name for path in tmp_path.iterdir()} == {
        f"parcours-bench-{os.getpid()}-abc",
        "parcours-bench-mine-abc",
    }
