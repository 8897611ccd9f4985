"""People buy as people do: the published figures of CDNOW come back from the simulated purchases."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from parcours.simulate import make_plan
from parcours.simulate.calendar import SATURDAY, Calendar
from parcours.simulate.columns import DAY, Integers, Ratios
from parcours.simulate.demand import TILL, draw_purchases
from parcours.simulate.living import live
from parcours.simulate.people import PACE, make_people

PUBLISHED = {
    "r": 0.243,
    "alpha": 4.414 / PACE,
    "a": 0.793,
    "b": 2.426,
}  # Fader, Hardie and Lee (2005), table 2; alpha in weeks
COHORT_DAYS = 60  # first purchases of these days are followed


@pytest.fixture(scope="module")
def bought() -> tuple[Calendar, Integers, Integers, Integers]:
    """400 days of 20,000 people: the calendar, person, instant and way of every purchase that happens."""
    plan = make_plan(20_000, 400, 5, gaps="none")
    calendar = Calendar(plan.start, plan.days, plan.stores)
    people = make_people(np.random.default_rng(1), 0, plan.people, plan, calendar)
    could = draw_purchases(np.random.default_rng(2), people, plan, calendar)
    happens = live(could, people, plan.planting, calendar, plan.stores).happens
    return calendar, could.person[happens], could.paid_at[happens], could.way[happens]


def _log_likelihood(parameters: Ratios, repeats: Ratios, last: Ratios, observed: Ratios) -> float:
    """Of BG/NBD, as in the paper's equation 6; times in weeks."""
    r, alpha, a, b = np.exp(parameters)
    common = gammaln(r + repeats) - gammaln(r) + r * np.log(alpha)
    alive = betaln(a, b + repeats) - (r + repeats) * np.log(alpha + observed)
    gone = betaln(a + 1, b + np.maximum(repeats, 1) - 1) - (r + repeats) * np.log(alpha + last)
    either = np.where(repeats > 0, np.logaddexp(alive, gone), alive)
    return float((common + either - betaln(a, b)).sum())


def test_the_published_model_comes_back(bought: tuple[Calendar, Integers, Integers, Integers]) -> None:
    """Fitted to a cohort by maximum likelihood, BG/NBD has the parameters of CDNOW, six times as fast.

    Leaving is a little more likely, because broken promises add to it; so `a` has more room. Tolerances are some 2.5 standard errors
    of 1,900 customers.
    """
    calendar, person, paid_at, _ = bought
    week: Ratios = (paid_at - calendar.origin) / (7 * DAY)
    _, first, count = np.unique(person, return_index=True, return_counts=True)
    begins, ends = week[first], week[first + count - 1]
    cohort = begins < COHORT_DAYS / 7
    end = (calendar.horizon - calendar.origin) / (7 * DAY)
    facts = (
        (count - 1)[cohort].astype(np.float64),
        (ends - begins)[cohort],
        (end - begins)[cohort],
    )
    found = minimize(
        lambda guess: -_log_likelihood(guess, *facts),
        np.zeros(4),
        method="Nelder-Mead",
        options={"maxiter": 4_000},
    )
    r, alpha, a, b = np.exp(found.x)

    assert r == pytest.approx(PUBLISHED["r"], abs=0.035)
    assert alpha == pytest.approx(PUBLISHED["alpha"], abs=0.2)
    assert a / (a + b) == pytest.approx(PUBLISHED["a"] / (PUBLISHED["a"] + PUBLISHED["b"]), abs=0.06)


def test_shops_are_busiest_on_saturdays_and_closed_on_holidays(
    bought: tuple[Calendar, Integers, Integers, Integers],
) -> None:
    """Till receipts: most on Saturdays; none on 14 July, 15 August and 25 December."""
    calendar, _, paid_at, way = bought
    at = paid_at[way == TILL]
    by_weekday = np.bincount(calendar.weekday(at), minlength=7)
    days = {str(np.datetime64(int(day), "D"))[5:] for day in np.unique(calendar.day(at))}

    assert by_weekday.argmax() == SATURDAY
    assert not days & {"07-14", "08-15", "12-25", "01-01", "05-01"}
    assert {"11-11", "12-24"} <= days


def test_sales_draw_people(bought: tuple[Calendar, Integers, Integers, Integers]) -> None:
    """A week of the winter sales (from Wednesday 14 January 2026) sells more than the ordinary week after their end."""
    calendar, _, paid_at, _ = bought
    day = calendar.day(paid_at)
    january = int(np.datetime64("2026-01-14").astype(int))
    march = int(np.datetime64("2026-03-11").astype(int))

    assert ((day >= january) & (day < january + 7)).sum() > 1.2 * ((day >= march) & (day < march + 7)).sum()


def test_clocks_change_without_losing_an_hour() -> None:
    """On 25 October 2026 the day has 25 hours in Paris; midnight to midnight is what the calendar says."""
    plan = make_plan(1, 60, 1)
    calendar = Calendar(plan.start, plan.days, plan.stores)
    day = int(np.datetime64("2026-10-25").astype(int))
    begin, end = calendar.instant(np.array([day, day + 1]), np.zeros(2, dtype=np.int64))

    assert end - begin == 25 * 3_600
    assert calendar.wall(np.array([begin])).tolist() == [day * DAY]
    assert calendar.ends_at - calendar.begins_at == 60 * DAY + 3_600
