"""Retailers that several tests look at, made and run once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulate.given import Retailer, made, run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def colibri(tmp_path_factory: pytest.TempPathFactory) -> Retailer:
    """The story of the demo, 2,000 people over 60 days."""
    return run(made(tmp_path_factory.mktemp("colibri") / "shop"))


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Retailer:
    """The same people where nothing is planted."""
    return run(made(tmp_path_factory.mktemp("calm") / "shop", gaps="none"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is not there yet."""
    return tmp_path / "shop"
