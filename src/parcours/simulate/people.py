"""People with habits: how often they buy and where, which devices and accounts they have, what they let be known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parcours.simulate.columns import DAY, Claims, Columns, Integers, Ratios, chosen
from parcours.simulate.plan import online_only

if TYPE_CHECKING:
    from parcours.simulate.calendar import Calendar
    from parcours.simulate.plan import Plan

NOTHING, IN_STORE, ONLINE, MIXED = range(4)  # what a person's habit is to buy
PERSONAS = ("looker", "faithful", "researcher", "home-shopper", "collector", "blender")
_LOOKER_SHARE = 0.12  # people who look and never buy
# CDNOW, 39 weeks, BG/NBD (Fader, Hardie and Lee 2005, Marketing Science 24:275-284): purchases per week and who leaves.
RATE_SHAPE, RATE_SCALE_WEEKS, LEAVE_A, LEAVE_B = 0.243, 4.414, 0.793, 2.426
PACE = 6.0  # times as fast as CDNOW's customers, who bought records: a general retailer is visited more often
_HOUSEHOLD = (0.45, 0.35, 0.12, 0.08)  # people of one to four per household who shop here
SHOWS_CARD = 0.85  # of purchases at the till of who has a loyalty card
_PHONE, _CHAT, _MAIL = range(3)


@dataclass(frozen=True)
class People(Columns):
    """One row a person.

    Attributes:
        number: int64, unique in the retailer.
        household: int64, number of its first person.
        buys: int64, one of NOTHING, IN_STORE, ONLINE, MIXED.
        researches: bool, looks online before buying in store.
        home: int64, place of the store; -1 without stores.
        english: bool, writes English, else French.
        weekly: float64, purchases a week while they are customers.
        leaves: float64, probability to leave after a purchase that hurt nobody.
        since: float64, fraction of the simulated time at which they first buy.
        spends: float64, cents of an ordinary basket.
        has_account, has_card, has_app, has_mail, has_phone, opted_in, shares_device: bool.
        declares_shared: bool, the shared device says that it is shared.
        cookies: int64, browsers of their own, 1..3.
        asks_by: int64, preferred contact: 0 phone, 1 chat, 2 mail.
        second_account: bool, has a second customer number.
        misspelt: bool, the customer file holds them with a typing mistake.
        dear: float64, in (0, 1): how inclined they are to answer when asked.
    """

    number: Integers
    household: Integers
    buys: Integers
    researches: Claims
    home: Integers
    english: Claims
    weekly: Ratios
    leaves: Ratios
    since: Ratios
    spends: Ratios
    has_account: Claims
    has_card: Claims
    has_app: Claims
    has_mail: Claims
    has_phone: Claims
    opted_in: Claims
    shares_device: Claims
    declares_shared: Claims
    cookies: Integers
    asks_by: Integers
    second_account: Claims
    misspelt: Claims
    dear: Ratios

    @property
    def persona(self) -> Integers:
        """True persona, place in `PERSONAS`."""
        return np.select(
            [
                self.buys == NOTHING,
                (self.buys == IN_STORE) & ~self.researches,
                self.buys == IN_STORE,
                self.buys == ONLINE,
                ~self.researches,
            ],
            [0, 1, 2, 3, 4],
            5,
        ).astype(np.int64)


def make_people(rng: np.random.Generator, first: int, count: int, plan: Plan, calendar: Calendar) -> People:
    """The next people of the retailer.

    Args:
        rng: Of this part of the retailer.
        first: Number of the first of them.
        count: How many.
        plan: What is asked.
        calendar: The simulated time.
    """
    buys = _habits(rng, count, plan)
    in_store = (buys == IN_STORE) | (buys == MIXED)
    online = (buys == ONLINE) | (buys == MIXED)
    researches = in_store & (rng.random(count) < _research_share(plan))
    home = (
        chosen(rng.random(count), [store.share for store in plan.stores] or [1.0])
        if plan.stores
        else np.full(count, -1)
    )
    has_card = in_store & (rng.random(count) < 0.62)  # share of shoppers with a loyalty card
    has_account = online | (has_card & (rng.random(count) < 0.5))  # cards opened with an account
    has_mail = has_account | (has_card & (rng.random(count) < 0.7))
    household, size = _households(rng, first, count)
    seen_s = calendar.ends_at - calendar.origin
    return People(
        number=np.arange(first, first + count, dtype=np.int64),
        household=household,
        buys=buys,
        researches=researches,
        home=home.astype(np.int64),
        english=rng.random(count) < 0.1,
        weekly=rng.gamma(RATE_SHAPE, PACE / RATE_SCALE_WEEKS, count),
        leaves=rng.beta(LEAVE_A, LEAVE_B, count),
        since=rng.random(count) * seen_s / (calendar.horizon - calendar.origin),
        spends=3_900 * rng.lognormal(0, 0.45, count),
        has_account=has_account,
        has_card=has_card,
        has_app=has_account & (rng.random(count) < 0.45),
        has_mail=has_mail,
        has_phone=has_account | (has_card & (rng.random(count) < 0.6)),
        opted_in=has_mail & (rng.random(count) < 0.62),
        shares_device=(size > 1) & (rng.random(count) < 0.3),
        declares_shared=_scatter(household) % 3 != 0,
        cookies=1 + chosen(rng.random(count), (0.45, 0.4, 0.15)),
        asks_by=chosen(rng.random(count), (0.55, 0.2, 0.25)),
        second_account=online & (rng.random(count) < 0.06),
        misspelt=rng.random(count) < 0.05,
        dear=rng.random(count),
    )


def customer_days(people: People, calendar: Calendar) -> Ratios:
    """Days from first purchase to the end of the simulated time, by trade; days."""
    return (1 - people.since) * (calendar.horizon - calendar.origin) / DAY


def _habits(rng: np.random.Generator, count: int, plan: Plan) -> Integers:
    luck, looks = rng.random(count), rng.random(count) < _LOOKER_SHARE
    if not plan.stores:
        return np.where(looks, NOTHING, ONLINE).astype(np.int64)
    online, mixed = online_only(plan.habits), plan.habits.mixed
    buys = np.select([luck < mixed, luck < mixed + online], [MIXED, ONLINE], IN_STORE)
    return np.where(looks, NOTHING, buys).astype(np.int64)


def _research_share(plan: Plan) -> float:
    """Probability to look online first, of those who buy in store."""
    return plan.habits.research_online / (1 - online_only(plan.habits)) if plan.stores else 0.0


def _households(rng: np.random.Generator, first: int, count: int) -> tuple[Integers, Integers]:
    """Of each person: the number of the first person of their household, and how many people it has."""
    size = 1 + chosen(rng.random(count), _HOUSEHOLD)
    head = np.repeat(np.arange(count), size)[:count]
    starts = (np.cumsum(size) - size)[head]
    return first + starts, size[head]


def _scatter(number: Integers) -> Integers:
    """A fixed pseudo-random number for each (Knuth's multiplicative hash)."""
    return ((number + 1) * 2_654_435_761 >> 12) & 0xFFFFF
