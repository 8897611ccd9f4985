"""From effects to money: each let-down once, costs beside them, and nothing where nobody can say."""

from __future__ import annotations

import numpy as np
import pytest

from parcours.gap.money.comparing import Comparison
from parcours.gap.money.effect import Effect
from parcours.gap.money.lives import DAY_US
from parcours.gap.money.pricing import Broken, count_once, price
from parcours.gap.money.types import Asked, Figure, Prices, Reason
from parcours.kernel.money import Amount

PRICES = Prices((), (), {"phone": 600}, None, None, "EUR", None, 14 * DAY_US, 60 * DAY_US, 365 * DAY_US)


def broken(*rows: tuple[int, int, float]) -> Broken:
    """Rows of (promise, person, day), in the order of person and time."""
    promise, person, day = (np.array(column) for column in zip(*rows, strict=True))
    return Broken(promise.astype(np.int64), person.astype(np.int64), (day * DAY_US).astype(np.int64))


def asked(promise_id: int, count: int, direct: Amount | None = None) -> Asked:
    """A promise that was broken so often."""
    return Asked(promise_id, 1, "collect", (), False, direct, 500, count, float(count), False)


def comparison(sales: float, error: float, person: tuple[int, ...] = (1, 2, 3, 4)) -> Comparison:
    """Only sales were lost; the error lies with one person of those compared."""
    count = len(person)
    influence = np.zeros(count)
    influence[0] = error * count
    figure = Figure(sales, sales - 1.645 * error, sales + 1.645 * error)
    return Comparison(
        60.0,
        {"sales_minor": figure},
        None,
        None,
        Effect(sales, error, 1.645 * error, influence),
        np.array(person),
    )


def test_a_let_down_counts_for_its_dearest_promise() -> None:
    """Person 1: days 0 and 3 are one let-down, day 40 another; person 2 one. Promise 2 is dearer wherever it takes part."""
    told = broken((1, 1, 0), (2, 1, 3), (1, 1, 40), (1, 2, 0))

    assert count_once(told, {1: 5.0, 2: 9.0}) == ({1: 2, 2: 1}, 3, 1)
    assert count_once(told, {1: 9.0, 2: 5.0}) == ({1: 3}, 3, 1)


def test_what_could_not_be_priced_takes_part_in_no_let_down() -> None:
    """Promise 2 has no price: the others are counted as if it were not there."""
    assert count_once(broken((1, 1, 0), (2, 1, 3), (2, 2, 0)), {1: 5.0}) == ({1: 1}, 1, 0)
    assert count_once(broken((2, 1, 3)), {1: 5.0}) == ({}, 0, 0)


def test_the_total_of_all_is_no_more_than_the_sum_and_no_less_than_the_dearest() -> None:
    """Ten people let down by both promises at once, 900 and 500 a piece: 9,000 together, not 14,000."""
    told = broken(*((promise, person, 0.0) for person in range(10) for promise in (1, 2)))
    compared = {1: comparison(500, 50), 2: comparison(900, 50)}
    priced, together = price([asked(1, 10), asked(2, 10)], compared, told, "EUR", PRICES)

    assert [item.total_minor for item in priced] == [5_000, 9_000]
    assert [item.in_total_minor for item in priced] == [0, 9_000]
    assert (together.minor, together.let_downs, together.shared) == (9_000, 10, 10)


def test_what_is_paid_at_once_is_paid_for_every_broken_promise() -> None:
    """Vouchers of 5.00 on 20 broken promises, of which 4 are of known people who each spent 9.00 less: 100.00 and 36.00."""
    told = broken(*((1, person, 0.0) for person in range(4)))
    (item,), together = price(
        [asked(1, 20, Amount(500, "EUR"))], {1: comparison(900, 50)}, told, "EUR", PRICES
    )

    assert (item.direct_minor, item.sales_minor, item.total_minor) == (10_000, 3_600, 13_600)
    assert (item.low_minor, item.high_minor) == (13_600 - 329, 13_600 + 329)  # 4 x 1.645 x 50
    assert together.minor == 13_600


def test_a_cost_in_another_currency_is_left_out() -> None:
    """Nothing is converted."""
    told = broken((1, 1, 0.0))
    (item,), _ = price([asked(1, 1, Amount(500, "CHF"))], {1: comparison(900, 50)}, told, "EUR", PRICES)

    assert (item.direct_minor, item.total_minor) == (None, 900)


def test_where_nobody_can_say_only_what_is_paid_at_once_is_told() -> None:
    """The reason goes with it; without a cost there is no total at all."""
    told = broken((1, 1, 0.0))
    (item,), _ = price([asked(1, 3, Amount(500, "EUR"))], {1: Reason("few", {})}, told, "EUR", PRICES)
    (bare,), nothing = price([asked(1, 3)], {1: Reason("few", {})}, told, "EUR", PRICES)

    assert (item.total_minor, item.low_minor, item.sales_minor) == (1_500, 1_500, None)
    assert item.why is not None
    assert (bare.total_minor, nothing.minor) == (None, None)


def test_errors_that_rest_on_the_same_people_add_up() -> None:
    """Two promises whose error lies with the same person: halves of the interval add; with different people, their squares do."""
    told = broken((1, 1, 0.0), (2, 2, 0.0))
    same = {1: comparison(900, 50), 2: comparison(900, 50)}
    other = {1: comparison(900, 50), 2: comparison(900, 50, (7, 8, 9, 10))}
    promises = [asked(1, 1), asked(2, 1)]
    (_, one), (_, two) = (price(promises, compared, told, "EUR", PRICES) for compared in (same, other))

    assert one.high_minor is not None
    assert two.high_minor is not None
    assert one.high_minor - 1_800 == pytest.approx(2 * 82.25, abs=1)
    assert two.high_minor - 1_800 == pytest.approx(2**0.5 * 82.25, abs=1)
