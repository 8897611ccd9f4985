"""Visits to site and app: looking, looking before buying, filling a basket and leaving it, buying."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from parcours.simulate.calendar import ONLINE
from parcours.simulate.columns import (
    DAY,
    HOUR,
    MINUTE,
    Claims,
    Columns,
    Integers,
    Ratios,
    chosen_by_row,
    joined,
)
from parcours.simulate.demand import TILL, Purchases
from parcours.simulate.people import NOTHING, People
from parcours.simulate.planted import CHANNELS

if TYPE_CHECKING:
    from parcours.simulate.calendar import Calendar
    from parcours.simulate.planted import Planting

PAGES = (
    "home",
    "campaign",
    "search",
    "category",
    "product",
    "reviews",
    "stock",
    "wishlist",
    "help",
    "basket",
    "checkout",
)
TYPES = (
    "page.viewed", "page.viewed", "search.done", "list.viewed", "product.viewed", "page.viewed", "stock.checked", "wish.added",
    "help.read", "basket.filled", "checkout.started",
)  # fmt: skip
BASKET, CHECKOUT = PAGES.index("basket"), PAGES.index("checkout")
_FIRST = (30, 12, 14, 18, 20, 0, 2, 0, 1, 0, 0)  # of a hundred visits, on which page they begin
_LATER = (4, 1, 11, 24, 44, 5, 5, 2, 1, 0, 0)
LOOKS, LEAVES_BASKET, BUYS = range(3)
HOUSEHOLDS, KIOSK = -1, -2
_APP = CHANNELS.index("app")
_PRODUCTS = 4_000
_LOOKER_VISITS, _CUSTOMER_VISITS = 0.10, 0.045  # a day
_LEFT_BASKETS = 0.38  # visits without purchase that end in a basket left behind: seven of ten baskets are (Baymard Institute)
_MEAN_PAGES, _MOST_PAGES = 5.5, 40


@dataclass(frozen=True)
class Visits(Columns):
    """One row a visit.

    Attributes:
        person: int64, row in `People`.
        ends_at: int64, instant of its last page.
        kind: int64, LOOKS, LEAVES_BASKET or BUYS.
        in_app: bool.
        device: int64, 0..2 for a browser of their own, `HOUSEHOLDS` for the household's shared one, `KIOSK` for the screen in the store.
        known: bool, logged in.
        product: int64, what they mostly look at.
    """

    person: Integers
    ends_at: Integers
    kind: Integers
    in_app: Claims
    device: Integers
    known: Claims
    product: Integers


@dataclass(frozen=True)
class Views(Columns):
    """One row a page seen, ordered by instant.

    Attributes:
        visit: int64, row in `Visits`.
        at: int64, instant.
        page: int64, place in `PAGES`.
        product: int64; -1 where the page shows none.
    """

    visit: Integers
    at: Integers
    page: Integers
    product: Integers


def visit(
    rng: np.random.Generator, people: People, bought: Purchases, left_at: Integers, calendar: Calendar
) -> Visits:
    """Every visit of these people.

    Args:
        rng: Of this part of the retailer.
        people: The people.
        bought: What they did buy in the time of the data.
        left_at: When each left for good.
        calendar: The time.
    """
    online = bought.take(bought.way != TILL)
    researched = bought.take(
        (bought.way == TILL) & people.researches[bought.person] & (rng.random(len(bought)) < 0.85)
    )
    parts = [
        _buying(rng, people, online),
        _before(rng, people, online, 0.7),
        _before(rng, people, researched, 1.4),
        _idle(rng, people, left_at, calendar),
    ]
    visits = _in_open_stores(
        Visits(**joined(parts)),  # type: ignore[arg-type]  # arrays of the fields' kinds
        people,
        calendar,
    )
    return visits.take((visits.ends_at >= calendar.begins_at + HOUR) & (visits.ends_at < calendar.ends_at))


def swallowed(rng: np.random.Generator, tried: Purchases, planting: Planting) -> Claims:
    """Orders that people came to pay and could not, by planted broken checkouts."""
    lost = np.zeros(len(tried), dtype=bool)
    for drift in planting.drifts:
        if drift.drift == "checkout-broken":
            within = drift.holds(tried.paid_at) & (tried.way != TILL)
            if drift.channel is not None:
                within &= tried.channel == CHANNELS.index(drift.channel)
            lost |= within & (rng.random(len(tried)) < drift.part)
    return lost


def with_crowds(rng: np.random.Generator, visits: Visits, people: People, planting: Planting) -> Visits:
    """The visits, with those of planted crowds, who look around and leave: so many times as many come by site or app."""
    parts = [visits]
    lookers = np.flatnonzero(people.buys == NOTHING)
    for drift in planting.drifts:
        if drift.drift == "viral" and len(lookers):
            same = drift.holds(visits.ends_at) & (visits.in_app == (drift.channel == "app"))
            count = round(int(same.sum()) * ((drift.times or 1.0) - 1))
            ends_at = rng.choice(visits.ends_at[same], count) + rng.integers(-HOUR, HOUR, count)
            ends_at = ends_at[drift.holds(ends_at)]
            person = rng.choice(lookers, len(ends_at))
            in_app = np.full(len(ends_at), drift.channel == "app")
            parts.append(_made(rng, people, person, ends_at, np.full(len(ends_at), LOOKS), in_app=in_app))
    return visits if len(parts) == 1 else Visits(**joined(parts))  # type: ignore[arg-type]  # arrays of the fields' kinds


def walk(rng: np.random.Generator, visits: Visits) -> Views:
    """Every page of these visits: the last ones of a visit with basket are basket and checkout."""
    count = len(visits)
    pages = np.minimum(rng.geometric(1 / _MEAN_PAGES, count) + np.array([0, 2, 3])[visits.kind], _MOST_PAGES)
    number = np.repeat(np.arange(count), pages)
    last = np.cumsum(pages) - 1
    to_go = last[number] - np.arange(len(number))
    is_first = to_go == (pages - 1)[number]
    page = chosen_by_row(
        rng.random(len(number)), np.array([_LATER, _FIRST], dtype=np.float64), is_first.astype(np.int64)
    )
    kind = visits.kind[number]
    goes_on = rng.random(count) < 0.25  # of those who leave a basket, how many began to pay
    in_basket = ((kind == BUYS) | (kind == LEAVES_BASKET)) & (to_go < 2)
    pays = (kind == BUYS) | goes_on[number]
    page = np.where(in_basket, np.where((to_go == 0) & pays, CHECKOUT, BASKET), page)
    wait = np.rint(rng.lognormal(3.1, 1.0, len(number))).astype(np.int64) + 1
    since_last = np.cumsum(wait[::-1])[::-1]
    at = visits.ends_at[number] - (since_last - since_last[last[number]])
    shows = np.isin(
        page,
        [
            PAGES.index("product"),
            PAGES.index("reviews"),
            PAGES.index("stock"),
            PAGES.index("wishlist"),
            BASKET,
        ],
    )
    other = (rng.random(len(number)) ** 2 * _PRODUCTS).astype(np.int64)
    stays = rng.random(len(number)) < 0.6  # product pages about what they came for
    product = np.where(shows, np.where(stays | (page == BASKET), visits.product[number], other), -1)
    views = Views(visit=number, at=at, page=page, product=product)
    return views.take(np.argsort(at, kind="stable"))


def _in_open_stores(visits: Visits, people: People, calendar: Calendar) -> Visits:
    """Visits at a store's screen while it is open; at other hours they are made at home."""
    closed = visits.device == KIOSK
    closed[closed] = ~calendar.is_open(people.home[visits.person[closed]], visits.ends_at[closed])
    return replace(visits, device=np.where(closed, 0, visits.device))


def _buying(rng: np.random.Generator, people: People, online: Purchases) -> Visits:
    """The visit in which an order is made; it ends a moment before the payment."""
    in_app = online.channel == _APP
    ends_at = online.paid_at - 20 - (rng.random(len(online)) * 3 * MINUTE).astype(np.int64)
    return _made(rng, people, online.person, ends_at, np.full(len(online), BUYS), in_app=in_app)


def _before(rng: np.random.Generator, people: People, bought: Purchases, mean: float) -> Visits:
    """Visits in the days before a purchase."""
    again = rng.poisson(mean, len(bought))
    rows = np.repeat(np.arange(len(bought)), again)
    ends_at = bought.paid_at[rows] - 2 * HOUR - (rng.exponential(2.5 * DAY, len(rows))).astype(np.int64)
    return _made(rng, people, bought.person[rows], ends_at, _kinds(rng, len(rows)))


def _idle(rng: np.random.Generator, people: People, left_at: Integers, calendar: Calendar) -> Visits:
    """Visits that lead to nothing; who left does not come any more."""
    days = (calendar.horizon - calendar.origin) / DAY
    rate = np.where(
        people.buys == NOTHING,
        _LOOKER_VISITS,
        np.where(people.has_account, _CUSTOMER_VISITS, _CUSTOMER_VISITS / 3),
    )
    person = np.repeat(np.arange(len(people)), rng.poisson(rate * days))
    ends_at = calendar.moments(rng.random(len(person)), np.full(len(person), ONLINE))
    stays = ends_at < left_at[person]
    person, ends_at = person[stays], ends_at[stays]
    return _made(rng, people, person, ends_at, _kinds(rng, len(person)))


def _kinds(rng: np.random.Generator, count: int) -> Integers:
    return np.where(rng.random(count) < _LEFT_BASKETS, LEAVES_BASKET, LOOKS).astype(np.int64)


def _made(
    rng: np.random.Generator,
    people: People,
    person: Integers,
    ends_at: Integers,
    kind: Integers,
    in_app: Claims | None = None,
) -> Visits:
    count = len(person)
    app = people.has_app[person] & (rng.random(count) < 0.4) if in_app is None else in_app
    shared = people.shares_device[person] & (rng.random(count) < 0.3) & ~app
    own: Ratios = rng.random(count) ** 1.7 * people.cookies[person]
    logged_in = rng.random(count) < 0.25  # visits without purchase of people with an account
    at_kiosk = (
        (rng.random(count) < 0.03)
        & people.has_account[person]
        & (people.home[person] >= 0)
        & ~app
        & (kind != BUYS)
    )
    return Visits(
        person=person,
        ends_at=ends_at,
        kind=kind.astype(np.int64),
        in_app=app,
        device=np.where(at_kiosk, KIOSK, np.where(shared, HOUSEHOLDS, own.astype(np.int64))),
        known=app | at_kiosk | (people.has_account[person] & ((kind == BUYS) | logged_in)),
        product=(rng.random(count) ** 2 * _PRODUCTS).astype(np.int64),
    )
