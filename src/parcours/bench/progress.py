"""How a bench tells the person who waits for it what it is doing."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]


def silent(_sentence: str) -> None:
    """Tell nobody."""
