"""Purchases over time: each person's own pace, until they leave; what they buy, where, for how much.

All purchases that could happen are drawn first, with all the luck that will decide on them. Which of them do happen is known once it
is known who leaves (`living`), and a world with one gap less is decided by the same luck.
Source: BG/NBD (Fader, Hardie and Lee 2005), with the hours of the calendar for a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parcours.simulate import calendar as hours
from parcours.simulate.columns import DAY, Claims, Columns, Integers, Ratios, chosen
from parcours.simulate.people import IN_STORE, MIXED, NOTHING
from parcours.simulate.plan import ONLINE_OF_MIXED
from parcours.simulate.planted import CHANNELS

if TYPE_CHECKING:
    from parcours.simulate.calendar import Calendar
    from parcours.simulate.people import People
    from parcours.simulate.plan import Plan

TILL, COLLECT, DELIVER = range(3)  # how a purchase is fulfilled
_WEB, _APP, _STORE = (CHANNELS.index(name) for name in ("web", "app", "store"))
_APP_SHARE = 0.35  # orders of people who have the app that are made in it
_AT_HOME = 0.85  # store purchases and collections in the home store
_DAYTIME = 0.75  # collect orders paid while the store is open, for the same day
_WEEK_DAYS = 7
_MOST_PURCHASES = 400  # a person's, over the simulated time; the tail of the distribution beyond is cut


@dataclass(frozen=True)
class Purchases(Columns):
    """One row a purchase that could happen, ordered by person and time.

    Attributes:
        person: int64, row in `People`.
        paid_at: int64, instant.
        way: int64, TILL, COLLECT or DELIVER.
        store: int64, place of the store; -1 for deliveries.
        channel: int64, place in `planted.CHANNELS`: web, app or store.
        value: int64, cents.
        items: int64, articles.
        luck: float64 (n_purchase, n_kind) in [0, 1): what will decide; columns as in `Luck`.
    """

    person: Integers
    paid_at: Integers
    way: Integers
    store: Integers
    channel: Integers
    value: Integers
    items: Integers
    luck: Ratios


class Luck:
    """Columns of `Purchases.luck`: one a decision, so that no decision moves another's dice."""

    (
        LEAVE, LATE, STOCK, SPEED, LATENESS, ARRIVES, ARRIVES_WHEN, NOTICE, NOTICE_WAIT, GIVES_UP, PICKS_UP, DESK,
        MISSED, LOST, RETURNS, RETURN_WAIT, RETURN_WAY, REFUND, REFUND_WAIT, REPAIR, REPAIR_LATE, REPAIR_WAIT,
        ASKS, ASK_WAIT, ASK_REASON, ASK_CHANNEL, ANSWER, ANSWER_WAIT, REPEAT, REPEAT_WAIT, SCORE, SPEAKS,
        SPEAKS_WHERE, SPEAKS_WHEN, COMMENT, LOCKER, PARCELS,
    ) = range(37)  # fmt: skip
    COUNT = 37


def draw_purchases(rng: np.random.Generator, people: People, plan: Plan, calendar: Calendar) -> Purchases:
    """All purchases that could happen, in the data's time, in the months before and in those after."""
    person, fraction = _occasions(rng, people, calendar)
    count = len(person)
    way = _ways(rng, people, person, plan)
    store = _stores(rng, people, person, way, plan)
    by_app = people.has_app[person] & (way != TILL)
    app_luck, day_luck = rng.random(count), rng.random(count)
    like_store = (way == TILL) | ((way == COLLECT) & (day_luck < _DAYTIME))
    paid_at = calendar.moments(fraction, np.where(like_store, store + 1, hours.ONLINE))
    in_app = by_app & (app_luck < _app_share(plan, paid_at))
    value = people.spends[person] * rng.lognormal(0, 0.5, count) * np.where(way == TILL, 0.9, 1.1)
    purchases = Purchases(
        person=person,
        paid_at=paid_at,
        way=way,
        store=store,
        channel=np.where(way == TILL, _STORE, np.where(in_app, _APP, _WEB)).astype(np.int64),
        value=np.maximum(np.rint(value), 100).astype(np.int64),
        items=rng.geometric(0.42, count).astype(np.int64),
        luck=rng.random((count, Luck.COUNT)),
    )
    return purchases.take(np.lexsort((purchases.paid_at, purchases.person)))


def _occasions(rng: np.random.Generator, people: People, calendar: Calendar) -> tuple[Integers, Ratios]:
    """Whose purchase, and at which fraction of the simulated trade: the first, then the others at each one's pace."""
    buyers = np.flatnonzero(people.buys != NOTHING)
    weeks = (1 - people.since[buyers]) * (calendar.horizon - calendar.origin) / (DAY * _WEEK_DAYS)
    more = np.minimum(rng.poisson(people.weekly[buyers] * weeks), _MOST_PURCHASES)
    again = np.repeat(buyers, more)
    first = people.since[buyers]
    later = people.since[again] + rng.random(len(again)) * (1 - people.since[again])
    return np.concatenate([buyers, again]), np.concatenate([first, later])


def _ways(rng: np.random.Generator, people: People, person: Integers, plan: Plan) -> Integers:
    count, buys = len(person), people.buys[person]
    online = (buys == MIXED) & (rng.random(count) < ONLINE_OF_MIXED)
    online |= (buys != MIXED) & (buys != IN_STORE)
    collected: Claims = (
        (rng.random(count) < plan.habits.collected) if plan.stores else np.zeros(count, dtype=bool)
    )
    return np.where(~online, TILL, np.where(collected, COLLECT, DELIVER)).astype(np.int64)


def _stores(
    rng: np.random.Generator, people: People, person: Integers, way: Integers, plan: Plan
) -> Integers:
    if not plan.stores:
        return np.full(len(person), -1, dtype=np.int64)
    elsewhere = chosen(rng.random(len(person)), [store.share for store in plan.stores])
    store = np.where(rng.random(len(person)) < _AT_HOME, people.home[person], elsewhere)
    return np.where(way == DELIVER, -1, store).astype(np.int64)


def _app_share(plan: Plan, at: Integers) -> Ratios:
    """Share of orders made in the app, of people who have it; it may drift."""
    share = np.full(len(at), _APP_SHARE)
    for drift in plan.planting.drifts:
        if drift.drift == "app-share":
            share[at >= hours.midnight(drift.since)] = drift.part
    return share
