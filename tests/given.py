"""What tests of every feature start from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared/data"


def shared_data(name: str) -> Path:
    """A real data file beside the checkout; the test is skipped where it is absent, except in CI.

    Args:
        name: Path inside the shared folder, such as `event_logs/receipt.csv`.
    """
    path = SHARED / name
    if not path.exists():
        why = f"real data is absent: {path}"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    return path
