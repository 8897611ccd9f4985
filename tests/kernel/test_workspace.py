"""Scratch folders are a process's own, and nobody's once it is gone."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from parcours.kernel.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


def test_scratch_of_the_dead_is_wiped_and_of_the_living_spared(tmp_path: Path) -> None:
    """What a killed run left goes with the next command; what another command works on stays."""
    (tmp_path / "sources").mkdir()
    workspace = Workspace(tmp_path)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    own, gone, living, kept = (
        workspace.scratch("staging"),
        workspace.vault / f"spill-{dead.pid}",
        workspace.vault / f"staging-{os.getppid()}",
        workspace.vault / "vault-of-old",
    )
    for folder in (own, gone, living, kept):
        folder.mkdir(parents=True)
        (folder / "row").write_text("someone@example.org", "utf-8")
    workspace.wipe_scratch()

    assert [folder.exists() for folder in (own, gone, living, kept)] == [False, False, True, True]


def test_a_path_is_shown_from_the_workspace_on(tmp_path: Path) -> None:
    """However it is written; what lies outside is shown whole."""
    (tmp_path / "shop" / "sources").mkdir(parents=True)
    shop = Workspace(tmp_path / "shop")
    inside = shop.folder / "data" / "till.csv"

    assert shop.relative(inside) == "data/till.csv"
    assert shop.relative(shop.folder / "data" / ".." / "data" / "till.csv") == "data/till.csv"
    assert shop.relative(shop.folder / "data" / "a..b.csv") == "data/a..b.csv"
    assert shop.relative(tmp_path / "shopping.csv") == str(tmp_path / "shopping.csv")
