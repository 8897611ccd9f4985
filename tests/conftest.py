"""Tests see the same terminal wherever they run, none; take the time they need, as what is timed lies in benches; and draw the same examples.

`pytest --hypothesis-profile random` draws others.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("random", deadline=None)
settings.register_profile("untimed", deadline=None, derandomize=True)
settings.load_profile("untimed")


def pytest_sessionstart() -> None:
    """Forget the terminal of whoever calls, and the one that processes side by side are given."""
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)
