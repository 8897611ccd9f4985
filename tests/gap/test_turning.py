"""From when to when: planted stretches are dated, a usual week is no turn, and chance makes none."""

from __future__ import annotations

import numpy as np
import pytest

from parcours.gap.finding.turning import worse_stretch


@pytest.mark.parametrize(
    ("start", "end"), [(40, 80), (0, 30), (30, 55)], ids=["since", "until", "from and to"]
)
def test_planted_ends_are_told(start: int, end: int) -> None:
    """Twenty cases a day, 5 % broken, 40 % inside: each end within two days, and no end that was not planted."""
    chance = np.random.default_rng(5)
    cases = np.full(80, 20)
    risk = np.full(80, 0.05)
    risk[start:end] = 0.4
    turn = worse_stretch(chance.binomial(cases, risk), cases)
    assert turn is not None
    assert abs(turn.start - start) <= 2
    assert abs(turn.end - end) <= 2
    assert (turn.starts is None, turn.ends is None) == (start == 0, end == 80)


def test_a_steady_rate_has_no_turn() -> None:
    """One hundred times noise, 1 % each: six or more would happen once in 2,000 times."""
    chance = np.random.default_rng(9)
    cases = np.full(60, 8)
    assert sum(worse_stretch(chance.binomial(cases, 0.1), cases) is not None for _ in range(100)) < 6


def test_a_bad_weekday_is_no_turn() -> None:
    """Two Saturdays at the end of a short time are worse because Saturdays are: 10 broken of 10 on both, as on the one before."""
    cases = np.full(21, 10)
    weekday = np.arange(21) % 7
    broken = np.where(weekday == 6, 10, 0)
    assert worse_stretch(broken, cases, weekday) is None


def test_what_is_known_to_have_turned_is_dated_without_a_test() -> None:
    """Nothing broken before, five after: too little to be sure, enough to say when."""
    cases, broken = np.full(10, 2), np.array([0] * 7 + [1, 2, 2])
    turn = worse_stretch(broken, cases, is_told=True)
    assert turn is not None
    assert (turn.start, turn.end) == (7, 10)
    assert turn.ends is None


@pytest.mark.parametrize("count", [0, 1])
def test_without_days_there_is_no_turn(count: int) -> None:
    """One day has no before."""
    assert worse_stretch(np.full(count, 5), np.full(count, 9)) is None
