"""Tests see the same terminal wherever they run: none."""

from __future__ import annotations

import os


def pytest_sessionstart() -> None:
    """Forget the terminal of whoever calls, and the one that processes side by side are given."""
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)
