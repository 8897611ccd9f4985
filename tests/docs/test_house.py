"""The order of the packages that the decisions describe is the one the code has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from docs.pages import ROOT


def test_packages_import_only_from_floors_below() -> None:
    """The contracts of ADR 0002 hold, and every package has its floor."""
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
