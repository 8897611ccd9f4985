"""What is compared, what checks refuse, and that nothing of what came later is known."""

from __future__ import annotations

import numpy as np
import pytest

from parcours.gap.money.comparing import compare
from parcours.gap.money.known import Lives, Units, tell_known
from parcours.gap.money.lives import DAY_US, Events
from parcours.gap.money.types import Prices
from parcours.gap.value import NotEstimable

PRICES = Prices((), (), {"phone": 600}, None, None, "EUR", 0.5, 14 * DAY_US, 60 * DAY_US, 365 * DAY_US)
NONE = NotEstimable("not fitted")
PROMISED = 100 * DAY_US  # when the promise is made, to everybody
SPAN = (0, 400 * DAY_US)


def events(*columns: np.ndarray) -> Events:
    """Events from persons, days and amounts, put in order."""
    person, day, amount = columns
    order = np.lexsort((day, person))
    moment = (day[order] * DAY_US).astype(np.int64)
    return Events(
        person[order].astype(np.int64), moment, amount[order].astype(float), np.zeros(len(order), np.int64)
    )


def nothing() -> Events:
    """No event."""
    return events(np.zeros(0), np.zeros(0), np.zeros(0))


def lives(people: int, purchases: Events, contacts: Events | None = None) -> Lives:
    """People of whom only purchases and contacts are told."""
    ids = np.arange(people, dtype=np.int64) * 7_919
    return Lives(
        ids, np.zeros(people, np.int64), purchases, contacts or nothing(), nothing(), nothing(), NONE, NONE
    )


def units(broken: np.ndarray, moment: int = PROMISED) -> Units:
    """One promise to each person."""
    count = len(broken)
    moments = moment + np.arange(count, dtype=np.int64)  # a microsecond apart, so that not all is alike
    return Units(np.arange(count), moments, broken, np.full(count, 10), np.full(count, 2), {})


def world(seed: int, loss: float, before: float = 0.0) -> tuple[Units, Lives]:
    """3,000 people, three in ten let down; each buys once in the 60 days after for 100.00 less the loss, and contacts where let down."""
    rng = np.random.default_rng(seed)
    broken = rng.random(3_000) < 0.3
    person = np.tile(np.arange(3_000), 2)
    day = np.concatenate([60 + 30 * rng.random(3_000), 110 + 40 * rng.random(3_000)])
    spent = rng.normal(10_000, 1_000, 6_000)
    spent[:3_000] -= before * broken
    spent[3_000:] -= loss * broken
    asks = np.flatnonzero(broken)
    contacts = events(asks, np.full(len(asks), 102.0), np.full(len(asks), 600.0))
    return units(broken), lives(3_000, events(person, day, np.rint(spent)), contacts)


def test_what_was_lost_is_found() -> None:
    """20.00 less each, one contact of 6.00 more each; of sales the margin of a half: 16.00 in all."""
    found = compare(*world(1, 2_000), SPAN, PRICES)

    assert found.why is None
    assert found.loss is not None
    assert found.effects["sales_minor"].low < 2_000 < found.effects["sales_minor"].high
    assert found.effects["contacts"].mean == pytest.approx(1.0)
    assert found.loss.mean == pytest.approx(600 + found.effects["sales_minor"].mean / 2)


def test_people_who_differed_before_are_not_claimed() -> None:
    """Those let down had spent 6.00 less in the 60 days before as well: the promise did not do that, and sales are not told."""
    found = compare(*world(2, 600, before=600), SPAN, PRICES)

    assert found.why is not None
    assert found.why.code == "placebo_sales"
    assert "sales_minor" not in found.effects
    assert "contacts" in found.effects


def test_who_has_not_lived_long_enough_is_left_out_and_told() -> None:
    """The data end 59 days after the promise: 60 days ahead nobody can say, 30 days ahead everybody can."""
    people, told = world(3, 2_000)
    found = compare(people, told, (0, PROMISED + 59 * DAY_US), PRICES)
    too_soon = compare(people, told, (0, PROMISED + 5 * DAY_US), PRICES)

    assert found.days == 30
    assert too_soon.why is not None
    assert (too_soon.why.code, too_soon.why.facts["broken"]) == ("few", 0)


def test_few_broken_promises_say_nothing() -> None:
    """99 broken ones are one too few, however short a time is looked ahead."""
    broken = np.arange(3_000) < 99
    found = compare(units(broken), world(4, 2_000)[1], SPAN, PRICES)

    assert found.why is not None
    assert found.why.facts == {"broken": 99, "days": 15, "fewest": 100}


def test_nothing_of_what_came_later_is_known() -> None:
    """Whatever people buy at the promise's own moment counts as part of it; from then on it changes no column."""
    people, told = world(5, 2_000)
    later = told.purchases.moment > PROMISED + 3_000
    richer = Events(
        told.purchases.person,
        told.purchases.moment,
        np.where(later, 9e9, told.purchases.amount),
        told.purchases.channel,
    )
    one = tell_known(people, told, people.moment, 8.0)
    other = tell_known(people, lives(3_000, richer, told.contacts), people.moment, 8.0)

    assert np.array_equal(one, other)


def test_events_are_counted_between_two_moments() -> None:
    """After the first, up to and with the second; by hand: days 1, 2, 2 and 5 of person 1, day 3 of person 2."""
    told = events(np.array([1, 1, 1, 1, 2]), np.array([1, 2, 2, 5, 3]), np.array([1.0, 2.0, 4.0, 8.0, 16.0]))
    person, since, until = (
        np.array([1, 1, 2, 3]),
        np.array([1, 2, 0, 0]) * DAY_US,
        np.array([2, 5, 3, 9]) * DAY_US,
    )

    assert told.count(person, since, until).tolist() == [2, 1, 1, 0]
    assert told.total(person, since, until).tolist() == [6, 8, 16, 0]
    assert told.at(np.array([1]), np.array([2 * DAY_US])).tolist() == [6]
    assert [
        column.tolist() for column in told.last_before(np.array([1, 2, 3]), np.array([5, 3, 9]) * DAY_US)
    ] == [
        [2 * DAY_US, -1, -1],
        [4.0, 0.0, 0.0],
    ]
