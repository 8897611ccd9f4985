"""Public sets of records, through the defaults and one threshold: the accuracy that the documentation states."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from given import shared_data
from parcours.bench.child import run_module
from parcours.bench.records import AT_LEAST_F1

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.heavy
@pytest.mark.parametrize("name", AT_LEAST_F1)
def test_public_sets_are_linked(name: str, tmp_path: Path) -> None:
    """F1 over pairs after clustering is at least what is promised."""
    told = run_module("parcours", "parcours.bench.ours_records", shared_data(name), tmp_path).answer

    assert told["f1"] >= AT_LEAST_F1[name]
