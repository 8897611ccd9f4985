"""What is counted where silences are planted."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from parcours.bench.coverage import Planted, Score, add_hours, plant, read_planted
from parcours.gap.listening import Hearing, Silence, Stream
from parcours.simulate.plan import make_plan

if TYPE_CHECKING:
    from pathlib import Path

HOUR_US = 3_600_000_000
LILLE = 7


def stream(place: int | None, wait_h: float | None) -> Stream:
    """A stream of tills, heard from hour 0 to hour 1,000."""
    return Stream("tills", place, 9, 0, 1000 * HOUR_US, 0, np.zeros(1), None, None, wait_h)


def silence(place: int | None, since: int, until: int) -> Silence:
    """Hours in which tills were called deaf."""
    return Silence("tills", place, since * HOUR_US, until * HOUR_US, 1.0)


def planted(store: str, since: int, until: int) -> Planted:
    """Hours in which tills were silent."""
    return Planted("tills", store, since * HOUR_US, until * HOUR_US)


def test_hours_are_counted_by_hand() -> None:
    """Lille is silent for 48 h, of which 40 lie in what is called deaf; for 5 h, too short to tell; and is called deaf for 10 h in health.

    Everywhere silence lasts 20 h, found with the nights around it; these hours are no health of Lille either. Healthy are 1,000 - 20
    hours of all, and 1,000 - 20 - 48 - 5 of Lille.
    """
    score = Score()
    called = (silence(LILLE, 108, 150), silence(LILLE, 500, 510), silence(None, 295, 330))
    truth = [planted("Lille", 100, 148), planted("Lille", 200, 205), planted("", 300, 320)]
    add_hours(score, Hearing((stream(None, 12.0), stream(LILLE, 24.0)), called), {LILLE: "Lille"}, truth)

    assert (score.planted, score.found) == (73, 60)
    assert (score.tellable, score.found_tellable) == (68, 60)
    assert score.healthy == pytest.approx(980 + 927)
    assert score.alarmed == 10


@pytest.mark.parametrize("seed", [1, 101])
def test_what_is_planted_can_be(tmp_path: Path, seed: int) -> None:
    """The simulator takes it: seven silences, three of whole systems, that end."""
    path = tmp_path / "silent.yaml"
    path.write_text(plant(seed, date(2026, 7, 19)), "utf-8")
    found = make_plan(10, 120, seed, gaps=path).planting.silent

    assert [item.store is None for item in found] == [True] * 3 + [False] * 4
    assert all(item.until is not None and item.until > item.since for item in found)


def test_the_truth_is_read_as_instants(tmp_path: Path) -> None:
    """Without an offset it is a time in Paris; a silence that never ends is no part of the score."""
    path = tmp_path / "silent.csv"
    path.write_text(
        "source,store,since,until\ntills,Lille,1970-01-02T01:00:00,1970-01-02T02:00:00\ncare,,1970-01-02T00:00:00,\n",
        "utf-8",
    )

    assert read_planted(path) == [planted("Lille", 24, 25)]
