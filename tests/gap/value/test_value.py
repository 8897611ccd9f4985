"""Published figures of customer value, and what the data cannot tell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import beta, gamma, hyp2f1

from parcours.bench.value import CDNOW, cdnow_histories, many_histories
from parcours.gap.value import (
    Buying,
    NotEstimable,
    Spending,
    fit_buying,
    fit_spending,
    tell_histories,
)
from parcours.gap.value.buying import _until_they_leave

DATA = Path(__file__).parents[4] / "shared" / "data" / "cdnow" / CDNOW
PUBLISHED = Buying(0.243, 4.414, 0.793, 2.426, -9582.4, 2357)
needs_data = pytest.mark.skipif(not DATA.exists(), reason="CDNOW is not here; nobody may redistribute it")


@needs_data
def test_cdnow_gives_the_published_parameters() -> None:
    """Fader, Hardie and Lee (2005), table 2, and Fader and Hardie (2013), section 5, to the last published digit."""
    told = cdnow_histories(DATA)
    buying, spending = fit_buying(told), fit_spending(told)

    assert isinstance(buying, Buying)
    assert isinstance(spending, Spending)
    assert (len(told), int((told.repeats > 0).sum())) == (2357, 946)
    assert [round(value, 3) for value in (buying.r, buying.alpha, buying.a, buying.b)] == [
        0.243,
        4.414,
        0.793,
        2.426,
    ]
    assert round(buying.log_likelihood, 1) == -9582.4
    assert [round(value, 2) for value in (spending.p, spending.q, spending.v)] == [6.25, 3.74, 15.44]


def test_a_published_customer() -> None:
    """Two repeats, the last after 30.43 of 38.86 weeks: 1.226 more in 39 weeks (Fader, Hardie and Lee, their note on Excel)."""
    expected = PUBLISHED.expected(np.array([2]), np.array([30.43]), np.array([38.86]), 39.0)

    assert round(float(expected[0]), 3) == 1.226


def test_who_never_came_back_is_still_a_customer_and_who_stopped_is_hardly_one() -> None:
    """By the model nobody leaves before a repeat; for 5 repeats, the last at week 10 of 38.86, by hand.

    Odds to have left = a / (b + 4) x ((alpha + 38.86) / (alpha + 10))^(r + 5) = .793 / 6.426 x (43.274 / 14.414)^5.243 = 39.2.
    """
    alive = PUBLISHED.alive(np.array([0, 5]), np.array([0.0, 10.0]), np.array([38.86, 38.86]))

    assert alive[0] == 1
    assert alive[1] == pytest.approx(1 / 40.2, rel=0.01)


def test_the_expected_purchases_are_those_of_the_model() -> None:
    """By numbers: a customer alive with a pace and a chance to leave buys (1 - exp(-p pace t)) / p more; integrated over both."""
    repeats, recency, age, weeks = 3, 12.0, 20.0, 26.0

    def weight(pace: float, leaves: float) -> float:
        """Proportional to the density of pace and chance, given the history and being alive."""
        log = (PUBLISHED.r + repeats - 1) * np.log(pace) - (PUBLISHED.alpha + age) * pace
        log += (PUBLISHED.a - 1) * np.log(leaves) + (PUBLISHED.b + repeats - 1) * np.log1p(-leaves)
        return float(np.exp(log))

    def more(pace: float, leaves: float) -> float:
        return float(-np.expm1(-leaves * pace * weeks) / leaves)

    paces = np.exp(np.linspace(np.log(1e-4), np.log(3), 400))
    steps = np.gradient(paces)
    top = bottom = 0.0
    for pace, step in zip(paces.tolist(), steps.tolist(), strict=True):
        top += step * quad(lambda leaves, pace=pace: weight(pace, leaves) * more(pace, leaves), 0, 1)[0]
        bottom += step * quad(lambda leaves, pace=pace: weight(pace, leaves), 0, 1)[0]
    columns = (np.array([repeats]), np.array([recency]), np.array([age]))
    expected = PUBLISHED.expected(*columns, weeks)[0] / PUBLISHED.alive(*columns)[0]

    assert expected == pytest.approx(top / bottom, rel=2e-3)


def test_a_chance_to_leave_of_shape_one_divides_by_nothing() -> None:
    """The formula has a - 1 below the line; at 1 it is what it is beside it."""
    columns = (np.array([2]), np.array([30.43]), np.array([38.86]), 39.0)
    beside = [Buying(0.243, 4.414, a, 2.426, 0.0, 1).expected(*columns)[0] for a in (0.999, 1.0, 1.001)]

    assert beside[1] == pytest.approx((beside[0] + beside[2]) / 2, rel=1e-5)


def test_who_all_buy_at_one_pace_are_expected_to_go_on() -> None:
    """A fit of a shop whose customers hardly differ; the series overflows there, and once nothing was expected of anybody.

    Pace 140,932 / (910,364 + 1) a week for 50 weeks: 7.7404; a chance to leave of 3e-6 a purchase takes less than 0.0002 off.
    """
    alike = Buying(140_932, 910_364, 0.006322, 2_078.7, 0.0, 2030)
    expected = alike.expected(np.array([0, 3]), np.array([0.0, 1.0]), np.array([1.0, 1.0]), 50.0)

    assert expected[0] == pytest.approx(7.7404, abs=2e-4)
    assert expected[1] == pytest.approx(7.7406, abs=2e-4)  # 140,935 / 910,365 a week


@given(
    st.floats(0.02, 2e5),
    st.floats(0.003, 7.0),
    st.floats(1e-3, 1e5),
    st.floats(0.01, 1e5),
    st.integers(0, 2_000),
    st.floats(0.0, 400.0),
    st.floats(0.01, 400.0),
)
def test_an_expectation_is_always_a_number(
    r: float, pace: float, a: float, b: float, repeats: int, age: float, weeks: float
) -> None:
    """Whatever the fit and the history: at least nothing, at most what somebody buys who never leaves."""
    history = np.array([repeats]), np.array([age]), np.array([age]), weeks
    (expected,) = Buying(r, r / pace, a, b, 0.0, 100).expected(*history)
    loyal = (r + repeats) * weeks / (r / pace + age)

    assert 0 <= expected <= loyal * (1 + 1e-6)


@given(
    st.floats(0.1, 5.0), st.floats(0.5, 20.0), st.floats(0.1, 5.0), st.floats(0.3, 20.0), st.integers(0, 20)
)
def test_the_integral_is_the_series(r: float, alpha: float, a: float, b: float, repeats: int) -> None:
    """The paper's equation 10 for who is alive, as it stands there, where it can be summed."""
    age, weeks = 20.0, 30.0
    third = a + b + repeats - 1
    assume(abs(a - 1) > 1e-3 and abs(third) > 1e-3)
    series = hyp2f1(r + repeats, b + repeats, third, weeks / (alpha + age + weeks))
    series *= ((alpha + age) / (alpha + age + weeks)) ** (r + repeats)
    shape, ahead = np.array([r + repeats]), np.array([weeks / (alpha + age)])
    (integral,) = _until_they_leave(a, np.array([b + repeats]), shape, ahead)

    assert integral == pytest.approx(third / (a - 1) * (1 - series), rel=1e-6)


def test_parameters_are_found_again() -> None:
    """200,000 invented customers who live as the model says, with CDNOW's parameters."""
    told = many_histories(200_000, seed=2)
    buying, spending = fit_buying(told), fit_spending(told)

    assert isinstance(buying, Buying)
    assert isinstance(spending, Spending)
    assert [buying.r, buying.a / (buying.a + buying.b)] == pytest.approx([0.243, 0.793 / 3.219], rel=0.04)
    assert spending.mean == pytest.approx(6.25 * 15.44 / 2.74, rel=0.03)


def test_the_likelihood_is_the_one_of_the_paper() -> None:
    """Equation 6 of Fader, Hardie and Lee (2005), customer by customer, with beta functions as they stand there."""
    told = many_histories(2_000, seed=3)
    buying = fit_buying(told)
    assert isinstance(buying, Buying)
    r, alpha, a, b = buying.r, buying.alpha, buying.a, buying.b
    total = 0.0
    for x, last, age in zip(
        told.repeats.tolist(), told.recency_weeks.tolist(), told.age_weeks.tolist(), strict=True
    ):
        rate = gamma(r + x) / gamma(r) * alpha**r
        stays = beta(a, b + x) / beta(a, b) * rate / (alpha + age) ** (r + x)
        leaves = beta(a + 1, b + x - 1) / beta(a, b) * rate / (alpha + last) ** (r + x) if x else 0.0
        total += np.log(stays + leaves)

    assert buying.log_likelihood == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize("customers", [0, 1, 40, 5_000])
def test_one_purchase_each_tells_nothing(customers: int) -> None:
    """Said in words, not guessed, and no fault."""
    told = tell_histories(np.arange(customers), np.zeros(customers, np.int64), np.full(customers, 9.0), 300)
    buying, spending = fit_buying(told), fit_spending(told)

    assert isinstance(buying, NotEstimable)
    assert isinstance(spending, NotEstimable)
    assert "bought again" in buying.why


def test_everybody_spending_the_same_is_said() -> None:
    """There is nothing to learn of how people differ."""
    told = tell_histories(np.repeat(np.arange(90), 2), np.tile([1, 9], 90), np.full(180, 20.0), 100)

    assert isinstance(fit_spending(told), NotEstimable)


def test_two_purchases_on_a_day_are_one_and_later_ones_are_not_seen() -> None:
    """Days 0, 7, 7 and 21; until day 14: one repeat, of 3 + 4, a week after the first, two weeks before the end."""
    told = tell_histories(np.full(4, 5), np.array([21, 7, 0, 7]), np.array([9.0, 3.0, 2.0, 4.0]), 14)

    assert (told.repeats.tolist(), told.recency_weeks.tolist(), told.age_weeks.tolist()) == (
        [1],
        [1.0],
        [2.0],
    )
    assert told.spent.tolist() == [7.0]
