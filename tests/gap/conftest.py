"""What several files of these tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from parcours.lake import open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.lake import Engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One engine for all examples; each makes its views anew."""
    opened = open_engine(tmp_path_factory.mktemp("engine") / "spill", "1GB", 1)
    yield opened
    opened.close()
