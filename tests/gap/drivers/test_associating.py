"""Slopes, errors clustered by person and joint intervals, held against hand-made worlds and a second way to compute them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from parcours.gap.drivers.associating import associate, joint_level

SIZE = 6_000


def test_a_slope_is_a_difference_of_means() -> None:
    """By hand: scores 4 and 6 with it, 7 and 9 without: 5 - 8 = -3; the error of White for that is sqrt(2 / 4 + 2 / 4) of four people."""
    columns = np.array([[1.0], [1.0], [0.0], [0.0]])
    found = associate(columns, np.array([4.0, 6.0, 7.0, 9.0]), np.zeros((4, 0)), np.arange(4))
    assert found.slope == pytest.approx([-3.0])
    # Residuals are 1 each; the slope is the sum of residual / 2 with and - residual / 2 without: variance 4 * (1 / 2)^2 = 1; 4 of 3 people.
    assert found.error == pytest.approx([np.sqrt(4 / 3)])


def test_all_else_is_held_alike() -> None:
    """Who buys much is let down more often and scores 2 more a spread; let down alone takes 3. The plain difference would say less."""
    chance = np.random.default_rng(3)
    buys = chance.standard_normal(SIZE)
    broken = (chance.random(SIZE) < 1 / (1 + np.exp(1 - buys))).astype(np.float64)
    score = 8 + 2 * buys - 3 * broken + chance.standard_normal(SIZE)
    found = associate(broken[:, None], score, buys[:, None], np.arange(SIZE))
    plain = score[broken == 1].mean() - score[broken == 0].mean()
    assert found.slope[0] == pytest.approx(-3, abs=0.1)
    assert plain > -2.5


def test_what_follows_from_a_promise_is_not_told_twice() -> None:
    """A broken promise makes people wait; waiting itself moves nothing: held beside the promise it is told as nothing, and alone as much."""
    chance = np.random.default_rng(4)
    broken = (chance.random(SIZE) < 0.3).astype(np.float64)
    waits = 5 * broken + chance.standard_normal(SIZE)
    score = 8 - 3 * broken + chance.standard_normal(SIZE)
    nothing = np.zeros((SIZE, 0))
    alone = associate(waits[:, None], score, nothing, np.arange(SIZE))
    beside = associate(waits[:, None], score, nothing, np.arange(SIZE), broken[:, None])
    assert alone.slope[0] < -0.4
    assert abs(beside.slope[0]) < 3 * beside.error[0]


def test_a_person_with_several_journeys_is_one_person() -> None:
    """Every row five times: the slope stays, and so does its error but for the correction of few; rows taken as independent would halve it."""
    chance = np.random.default_rng(5)
    column = chance.standard_normal((400, 1))
    outcome = column[:, 0] + chance.standard_normal(400)
    once = associate(column, outcome, np.zeros((400, 0)), np.arange(400))
    five = associate(
        np.repeat(column, 5, axis=0), np.repeat(outcome, 5), np.zeros((2000, 0)), np.repeat(np.arange(400), 5)
    )
    strangers = associate(
        np.repeat(column, 5, axis=0), np.repeat(outcome, 5), np.zeros((2000, 0)), np.arange(2000)
    )
    assert five.slope == pytest.approx(once.slope)
    assert five.error == pytest.approx(once.error)
    assert strangers.error[0] == pytest.approx(once.error[0] / np.sqrt(5), rel=0.01)


def test_what_cannot_be_told_apart_is_said() -> None:
    """The same column twice, one a little blurred: the second goes with the first; a column all alike has no slope."""
    chance = np.random.default_rng(6)
    first = chance.standard_normal(500)
    columns = np.column_stack([first, np.ones(500), first + 0.01 * chance.standard_normal(500)])
    found = associate(columns, first, np.zeros((500, 0)), np.arange(500))
    assert found.columns == (0,)
    assert found.same_as == {2: 0}


def test_intervals_hold_together() -> None:
    """Of 300 worlds in which nothing moves anything, some interval leaves out nought in about one of twenty (5 % +- 3 errors of 1.26 %)."""
    missed = 0
    for seed in range(300):
        chance = np.random.default_rng(seed)
        columns = chance.standard_normal((300, 8))
        columns[:, 1] += columns[:, 0]  # some go together
        found = associate(columns, chance.standard_normal(300), np.zeros((300, 0)), np.arange(300))
        level = joint_level([found.correlation])
        missed += bool((np.abs(found.slope) > level * found.error).any())
    assert missed / 300 == pytest.approx(0.05, abs=0.038)


def test_the_joint_level_of_independent_figures_is_known() -> None:
    """Sidak (1967): of k independent figures all stay within the (1 + 0.95 ** (1 / k)) / 2 quantile in 95 of 100 cases."""
    for count in (1, 5, 40):
        exact = stats.norm.ppf((1 + 0.95 ** (1 / count)) / 2)
        assert joint_level([np.eye(count)]) == pytest.approx(exact, abs=0.05)
    parts = joint_level([np.eye(3), np.eye(2)])
    assert parts == pytest.approx(stats.norm.ppf((1 + 0.95 ** (1 / 5)) / 2), abs=0.05)
