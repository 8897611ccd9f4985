"""What moved in daily counts: stretches planted by hand, noise that is none, and one cause told once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.journey.drift.panel import Family, Running, panel_of, unlike
from parcours.journey.drift.parting import Cause, Panels, causes
from parcours.journey.drift.scanning import bound, scan

DAYS, SERIES = 180, 3
FIRST, END = 90, 111  # three weeks
WEEK = np.array([1, 1, 1, 1, 1.2, 1.8, 0.4])  # Saturdays are busy, Sundays quiet


def shares(seed: int, inside: float = 0.5, end: int = END, cases: float = 80) -> Panels:
    """Half of some eighty cases a day; in the first series another share from day 90 on. Weekdays differ in number and in share."""
    chance = np.random.default_rng(seed)
    number = chance.poisson(cases * WEEK[np.arange(DAYS) % 7], (SERIES, DAYS)).astype(float)
    share = np.full((SERIES, DAYS), 0.5) + 0.1 * (np.arange(DAYS) % 7 == 5)
    share[0, FIRST:end] += inside - 0.5
    panel = panel_of(Family.SHARE, number, chance.binomial(number.astype(int), share).astype(float))
    return Panels((panel,), (np.ones(SERIES),), (np.zeros(SERIES, np.bool_),))


def rates(seed: int, growth: float = 0.0, times: float = 1.0, end: int = END) -> Panels:
    """Some two hundred a day with days that vary by a tenth, growing; in the first series so many times as many from day 90 on."""
    chance = np.random.default_rng(seed)
    usual = 200 * WEEK[np.arange(DAYS) % 7] * (1 + growth) ** np.arange(DAYS)
    usual = np.tile(usual, (SERIES, 1)) * chance.lognormal(0, 0.1, (SERIES, DAYS))
    usual[0, FIRST:end] *= times
    panel = panel_of(Family.RATE, np.ones((SERIES, DAYS)), chance.poisson(usual).astype(float))
    return Panels((panel,), (np.ones(SERIES),), (np.ones(SERIES, np.bool_),))


def only(found: list[Cause]) -> Cause:
    """The one thing told."""
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("seed", range(5))
def test_three_weeks_of_a_lower_share_are_told_with_both_ends(seed: int) -> None:
    """Half to a quarter: the series, to the day or two, and the shares; nothing of the others."""
    cause = only(causes(shares(seed, 0.25)))

    assert (cause.lead.panel, cause.lead.row) == (0, 0)
    assert abs(cause.first - FIRST) <= 2
    assert cause.end is not None
    assert abs(cause.end - END) <= 2
    assert cause.lead.before == pytest.approx(0.51, abs=0.03)  # a weekday of seven adds 0.1, a busy one
    assert cause.lead.after == pytest.approx(0.26, abs=0.05)
    assert cause.lead.strength < 0


def test_what_goes_on_has_no_end() -> None:
    """From day 90 to the last: a beginning, and no end."""
    cause = only(causes(shares(1, 0.3, end=DAYS)))

    assert abs(cause.first - FIRST) <= 2
    assert cause.end is None


@pytest.mark.parametrize("seed", range(5))
def test_four_days_of_three_times_as_many_are_told(seed: int) -> None:
    """A crowd of four days."""
    cause = only(causes(rates(seed, times=3, end=FIRST + 4)))

    assert (cause.first, cause.end) == (FIRST, FIRST + 4)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_a_quiet_history_is_silent(seed: int) -> None:
    """Weekdays, noise and growth of one in two hundred a day, which doubles it in five months, are nothing that moved."""
    assert causes(shares(seed)) == []
    assert causes(rates(seed, growth=0.005)) == []


def test_what_moves_together_is_told_once() -> None:
    """Two series that fall in the same weeks: one leads, the other is its echo."""
    chance = np.random.default_rng(5)
    number = np.full((2, DAYS), 100.0)
    share = np.full((2, DAYS), 0.6)
    share[0, FIRST:END] = 0.2
    share[1, FIRST:END] = 0.45
    panel = panel_of(Family.SHARE, number, chance.binomial(100, share).astype(float))
    cause = only(causes(Panels((panel,), (np.ones(2),), (np.zeros(2, np.bool_),))))

    assert cause.lead.row == 0
    assert [echo.row for echo in cause.echoes] == [1]


def test_two_things_at_two_times_are_told_apart() -> None:
    """One series falls in the third month, another rises in the fifth."""
    chance = np.random.default_rng(6)
    share = np.full((2, DAYS), 0.5)
    share[0, 60:81] = 0.2
    share[1, 120:141] = 0.8
    panel = panel_of(Family.SHARE, np.full((2, DAYS), 100.0), chance.binomial(100, share).astype(float))
    found = causes(Panels((panel,), (np.ones(2),), (np.zeros(2, np.bool_),)))

    assert sorted((cause.lead.row, cause.first, cause.end) for cause in found) == [(0, 60, 81), (1, 120, 141)]


def test_only_what_began_since_is_told() -> None:
    """A review on day 100 has seen what began on day 90; one on day 85 has not."""
    panels = shares(2, 0.2, end=DAYS)

    assert causes(panels, since=100) == []
    assert abs(only(causes(panels, since=85)).first - FIRST) <= 2


def test_what_ended_since_is_told_too() -> None:
    """The review on day 100 saw a share that was low; it is as before from day 111 on."""
    assert only(causes(shares(2, 0.2), since=100)).end in {110, 111, 112}


def test_means_move_too() -> None:
    """Scores of 4 fall to 3 for three weeks; forty a day with a spread of 1."""
    chance = np.random.default_rng(7)
    mean = np.full((1, DAYS), 4.0)
    mean[0, FIRST:END] = 3.0
    told = 40 * mean + chance.normal(0, 40**0.5, (1, DAYS))
    squares = (40 * (mean**2 + 1)).sum(axis=1)
    panel = panel_of(Family.MEAN, np.full((1, DAYS), 40.0), told, squares)
    cause = only(causes(Panels((panel,), (np.ones(1),), (np.zeros(1, np.bool_),))))

    assert (cause.first, cause.end) == (FIRST, END)
    assert cause.lead.after == pytest.approx(3.0, abs=0.15)


def test_two_stretches_of_one_coin_are_as_unlike_as_the_likelihood_says() -> None:
    """10 of 20 against 30 of 100, no weekday: G = 2 (10 ln 10/6.667 + 10 ln 10/13.333 + 30 ln 30/33.333 + 70 ln 70/66.667) = 2.865.

    Expected of 40 in 120 a third: 6.667 of 20, and 33.333 of 100.
    """
    cases, told = np.array([[20.0, 100.0]]), np.array([[10.0, 30.0]])
    panel = panel_of(Family.SHARE, cases, told)
    flat = type(panel)(Family.SHARE, cases, told, cases / 3, np.ones(1), np.ones(1))
    sums = [Running(flat).between(np.array([day]), np.array([day + 1])) for day in (0, 1)]

    assert unlike(flat, *sums)[0, 0] == pytest.approx(2.865**0.5, abs=0.001)


def test_more_looks_ask_for_more() -> None:
    """The bound grows with what is looked at."""
    assert bound(1, 200) < bound(100, 200) < bound(100, 200, 5)


def test_a_history_too_short_says_nothing() -> None:
    """Two days, or no series."""
    panel = panel_of(Family.SHARE, np.full((1, 2), 10.0), np.full((1, 2), 5.0))

    assert scan(panel).strength.tolist() == [0.0]
    assert causes(Panels((), (), ())) == []
