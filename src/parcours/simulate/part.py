"""One part of the retailer: some people and all that happened to them in the time of the data, with the numbers their papers bear."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from parcours.simulate.columns import NEVER, Claims, Integers
from parcours.simulate.demand import COLLECT, DELIVER, TILL

if TYPE_CHECKING:
    from parcours.simulate.browsing import Views, Visits
    from parcours.simulate.calendar import Calendar
    from parcours.simulate.contacts import Contacts
    from parcours.simulate.demand import Purchases
    from parcours.simulate.fulfilment import Fates
    from parcours.simulate.people import People
    from parcours.simulate.plan import Plan
    from parcours.simulate.voice import Opinions


@dataclass
class Numbers:
    """The next number of each kind of paper."""

    order: int = 100_001
    receipt: int = 2_000_001
    ticket: int = 50_001
    back: int = 70_001
    repair: int = 9_001
    event: int = 1
    visit: int = 1
    opinion: int = 1

    def take(self, kind: str, sort_by: Integers, which: Claims) -> Integers:
        """Numbers for some rows, in the order of `sort_by`; -1 for the others."""
        numbers = np.full(len(sort_by), -1, dtype=np.int64)
        rows = np.flatnonzero(which)
        numbers[rows[np.argsort(sort_by[rows], kind="stable")]] = np.arange(len(rows)) + getattr(self, kind)
        setattr(self, kind, getattr(self, kind) + len(rows))
        return numbers


@dataclass(frozen=True)
class Tickets:
    """Questions to the call centre, one row each, ordered by instant.

    Attributes:
        purchase: int64, row of the purchase.
        asked_at, answered_at: int64, instants.
        number: int64, the ticket's.
        is_second: bool, the same question again.
    """

    purchase: Integers
    asked_at: Integers
    answered_at: Integers
    number: Integers
    is_second: Claims


@dataclass(frozen=True)
class Part:
    """What the systems saw of some people.

    Attributes:
        bought: What did happen in the time of the data, ordered by person and time.
        left_at: When each person left for good; `NEVER`.
        left_because: Planted gap that made them leave, or -1.
        order, receipt, back, repair: Numbers on the papers of each purchase; -1 where there is none.
        opinion: Numbers of the opinions.
    """

    plan: Plan
    calendar: Calendar
    people: People
    bought: Purchases
    fates: Fates
    contacts: Contacts
    tickets: Tickets
    opinions: Opinions
    visits: Visits
    views: Views
    left_at: Integers
    left_because: Integers
    order: Integers
    receipt: Integers
    back: Integers
    repair: Integers
    opinion: Integers
    first_visit: int
    franchise: Claims = field(init=False)

    def __post_init__(self) -> None:
        names = np.array([store.is_franchise for store in self.plan.stores] + [False])
        object.__setattr__(self, "franchise", names[self.bought.store])

    @property
    def person(self) -> Integers:
        """Number of the person of each purchase."""
        return self.people.number[self.bought.person]

    @property
    def is_collected(self) -> Claims:
        """Click and collect."""
        claims: Claims = self.bought.way == COLLECT
        return claims

    @property
    def is_delivered(self) -> Claims:
        """Home delivery."""
        claims: Claims = self.bought.way == DELIVER
        return claims

    @property
    def is_online(self) -> Claims:
        """An order on site or app."""
        claims: Claims = self.bought.way != TILL
        return claims

    def shown(self, at: Integers) -> Claims:
        """It happened before the data end."""
        claims: Claims = at < self.calendar.ends_at
        return claims


def make_tickets(contacts: Contacts, numbers: Numbers, ends_at: int) -> Tickets:
    """Every question that was asked before the data end."""
    first = np.flatnonzero(contacts.asked_at < ends_at)
    second = np.flatnonzero(contacts.again_at < ends_at)
    purchase = np.concatenate([first, second])
    asked_at = np.concatenate([contacts.asked_at[first], contacts.again_at[second]])
    answered_at = np.concatenate([contacts.answered_at[first], contacts.again_answered_at[second]])
    is_second = np.arange(len(purchase)) >= len(first)
    order = np.argsort(asked_at, kind="stable")
    number = numbers.take("ticket", asked_at, np.ones(len(purchase), dtype=bool))
    return Tickets(
        purchase[order],
        asked_at[order],
        np.minimum(answered_at, NEVER)[order],
        number[order],
        is_second[order],
    )
