"""Who stays and who leaves: the one place where what was lived decides on what comes.

What hurts makes a customer leave, from the moment on at which it hurts. That is the cause; the effect of a planted gap is what differs
between this world and the one without the gap, with the same luck in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from parcours.simulate.columns import DAY, NEVER, Claims, Integers, Ratios, earlier_in_group, earliest_before
from parcours.simulate.contacts import ANSWER_WITHIN, Contacts, ask
from parcours.simulate.demand import Luck, Purchases
from parcours.simulate.fulfilment import REFUND_WITHIN, Fates, fulfil

if TYPE_CHECKING:
    from parcours.simulate.calendar import Calendar
    from parcours.simulate.people import People
    from parcours.simulate.planted import Planting
    from parcours.simulate.stores import Store

Array = np.ndarray[Any, Any]  # of counts, or of shares of counts
LEAVES_HURT = 0.45  # probability to leave, beyond the ordinary, of who found nothing at the counter
WINDOW_DAYS = 60  # in which effects are measured
_PERSON_SHIFT = 40  # a sortable number is person << 40 | seconds since the origin


class Life(NamedTuple):
    """What happens in one world, one row a purchase that could happen.

    Attributes:
        happens: bool, the customer is still one.
        left_at: int64, one a person: when they leave for good; `NEVER`: not in the simulated time.
        leaves_at: int64, when each purchase would make its customer leave; `NEVER` where it does not.
    """

    fates: Fates
    contacts: Contacts
    happens: Claims
    left_at: Integers
    leaves_at: Integers


def live(
    purchases: Purchases, people: People, planting: Planting, calendar: Calendar, stores: tuple[Store, ...]
) -> Life:
    """Decide on everything, in a world with this planted."""
    fates = fulfil(purchases, planting, calendar, stores)
    contacts = ask(purchases, fates, people, planting, calendar, stores)
    leaves_at = _leave(purchases, people, fates, contacts, _push(fates, contacts, planting))
    # What could happen after somebody has left does not, so it may be looked at as if it did: it can only make them leave again.
    happens = purchases.paid_at <= earliest_before(purchases.person, leaves_at)
    left_at = np.full(len(people), NEVER)
    np.minimum.at(left_at, purchases.person, leaves_at)
    return Life(fates, contacts, happens, left_at, leaves_at)


def _leave(purchases: Purchases, people: People, fates: Fates, contacts: Contacts, push: Ratios) -> Integers:
    """When each purchase makes its customer leave; `NEVER` where it does not.

    Who leaves without cause leaves when they paid; others at the first pain that is, with all before it, too much for their luck.
    """
    luck, ordinary = purchases.luck[:, Luck.LEAVE], _ordinary(purchases, people)
    pains = (
        (fates.hurt_at, fates.service_hurt),
        (contacts.asked_at + ANSWER_WITHIN, contacts.answer_hurt),
        (contacts.again_at, contacts.repeat_hurt),
        (fates.received_at + REFUND_WITHIN, fates.refund_hurt),
        (fates.repair_day * DAY + DAY, fates.repair_hurt),
    )
    at = np.stack([np.where(hurt > 0, felt_at, NEVER) for felt_at, hurt in pains], axis=1)
    order = np.argsort(at, axis=1, kind="stable")
    at = np.take_along_axis(at, order, axis=1)
    hurt = np.take_along_axis(np.stack([hurt for _, hurt in pains], axis=1), order, axis=1)
    stays = (1 - ordinary)[:, None] * (1 - push[:, None] * np.minimum(np.cumsum(hurt, axis=1), 1.0))
    goes = (luck[:, None] >= stays) & (at < NEVER)
    first = np.take_along_axis(at, goes.argmax(axis=1)[:, None], axis=1)[:, 0]
    leaves_at: Integers = np.where(
        luck >= 1 - ordinary, purchases.paid_at, np.where(goes.any(axis=1), first, NEVER)
    )
    return leaves_at


def _push(fates: Fates, contacts: Contacts, planting: Planting) -> Ratios:
    """How much pain makes people leave: as always, or as a planted gap says."""
    push = np.full(len(fates), LEAVES_HURT)
    for number, gap in enumerate(planting.gaps):
        if gap.leaves is not None:
            push[_to_blame(fates, contacts, number)] = gap.leaves
    return push


def _ordinary(purchases: Purchases, people: People) -> Ratios:
    """Probability to leave after a purchase that hurt nobody; as in BG/NBD, never after the first."""
    bought_before = earlier_in_group(purchases.person, np.ones(len(purchases), dtype=bool)) > 0
    return np.where(bought_before, people.leaves[purchases.person], 0.0)


def _to_blame(fates: Fates, contacts: Contacts, number: int) -> Claims:
    """Purchases in which a planted gap broke something."""
    blames = (
        fates.ready_blame, fates.stock_blame, fates.notice_blame, fates.parcel_blame, fates.refund_blame, fates.repair_blame,
        contacts.answer_blame, contacts.repeat_blame,
    )  # fmt: skip
    claims: Claims = np.logical_or.reduce([blame == number for blame in blames])
    return claims


@dataclass(frozen=True)
class Effect:
    """Sums that make up the true effect of one planted gap; they add up over parts of the retailer.

    Attributes:
        treated: Purchases in the data at which the gap broke a promise that would have been kept without it.
        came_back, came_back_without: Of these, whose customer bought again within 60 days, with and without the gap.
        purchases, purchases_without: Purchases of their customers in those 60 days.
        spent, spent_without: Cents of them.
        purchases_alone, spent_alone: The same, had the promise been kept at the treated purchase alone and all else been as it was.
        purchases_seen, purchases_alone_seen: Of `purchases` and `purchases_alone`, those that can be tied to somebody, as expected: all that
            is bought online, and what is paid at the till by who shows a card.
        spent_seen, spent_alone_seen: Cents of them.
        asked, asked_without: Contacts about the treated purchases themselves.
        lost_purchases: Purchases in the data that would have happened without the gap, of all customers.
        lost_spend: Cents of them.
        more_contacts: Contacts in the data that would not have happened without it.
    """

    treated: int = 0
    came_back: int = 0
    came_back_without: int = 0
    purchases: int = 0
    purchases_without: int = 0
    spent: int = 0
    spent_without: int = 0
    purchases_alone: int = 0
    spent_alone: int = 0
    purchases_seen: float = 0.0
    purchases_alone_seen: float = 0.0
    spent_seen: float = 0.0
    spent_alone_seen: float = 0.0
    asked: int = 0
    asked_without: int = 0
    lost_purchases: int = 0
    lost_spend: int = 0
    more_contacts: int = 0

    def __add__(self, other: Effect) -> Effect:
        return Effect(*(mine + theirs for mine, theirs in zip(_figures(self), _figures(other), strict=True)))


def _figures(effect: Effect) -> tuple[Any, ...]:  # whole numbers, and four that are not
    return tuple(vars(effect).values())


def effect_of(
    number: int, purchases: Purchases, with_gap: Life, without: Life, calendar: Calendar, seen: Ratios
) -> Effect:
    """What one planted gap does.

    Args:
        number: Place of the gap.
        purchases: All that could happen.
        with_gap: The world as planted.
        without: The same luck, this gap left out.
        calendar: The bounds of the data.
        seen: (n_purchase,) how likely each can be tied to somebody, ratio.
    """
    in_data = (purchases.paid_at >= calendar.begins_at) & (purchases.paid_at < calendar.ends_at)
    treated = np.flatnonzero(
        with_gap.happens & in_data & _to_blame(with_gap.fates, with_gap.contacts, number)
    )
    everything = np.ones(len(purchases))
    with_counts = _in_window(purchases, with_gap.happens, treated, calendar)
    with_seen = _in_window(purchases, with_gap.happens * seen, treated, calendar)
    without_counts = _in_window(purchases, without.happens, treated, calendar)
    alone_counts = _in_window_alone(purchases, with_gap, without, treated, calendar, everything)
    alone_seen = _in_window_alone(purchases, with_gap, without, treated, calendar, seen)
    with_asked, without_asked = _contact_count(with_gap), _contact_count(without)
    lost = without.happens.astype(np.int64) - with_gap.happens
    return Effect(
        treated=len(treated),
        came_back=int((with_counts[0] > 0).sum()),
        came_back_without=int((without_counts[0] > 0).sum()),
        purchases=int(with_counts[0].sum()),
        purchases_without=int(without_counts[0].sum()),
        spent=int(with_counts[1].sum()),
        spent_without=int(without_counts[1].sum()),
        purchases_alone=round(alone_counts[0].sum()),
        spent_alone=round(alone_counts[1].sum()),
        purchases_seen=float(with_seen[0].sum()),
        purchases_alone_seen=float(alone_seen[0].sum()),
        spent_seen=float(with_seen[1].sum()),
        spent_alone_seen=float(alone_seen[1].sum()),
        asked=int(with_asked[treated].sum()),
        asked_without=int(without_asked[treated].sum()),
        lost_purchases=int(lost[in_data].sum()),
        lost_spend=int((lost * purchases.value)[in_data].sum()),
        more_contacts=int(
            ((with_asked * with_gap.happens) - (without_asked * without.happens))[in_data].sum()
        ),
    )


def _contact_count(life: Life) -> Integers:
    return (life.contacts.asked_at < NEVER).astype(np.int64) + (life.contacts.again_at < NEVER)


def _in_window(
    purchases: Purchases, happens: Claims | Ratios, rows: Integers, calendar: Calendar
) -> tuple[Array, Array]:
    """How many purchases, and for how many cents, the same customer makes in the 60 days after each of these.

    All that `happens` counts, or as much of each as that says.
    """
    when = purchases.paid_at - calendar.origin
    order = (purchases.person << _PERSON_SHIFT) | when
    counts = np.concatenate([[0], np.cumsum(happens)])
    cents = np.concatenate([[0], np.cumsum(happens * purchases.value)])
    first = np.searchsorted(order, order[rows], side="right")
    last = np.searchsorted(order, order[rows] + WINDOW_DAYS * DAY, side="right")
    return counts[last] - counts[first], cents[last] - cents[first]


def _in_window_alone(
    purchases: Purchases, with_gap: Life, without: Life, rows: Integers, calendar: Calendar, seen: Ratios
) -> tuple[Array, Array]:
    """As `_in_window`, in a world for each of these purchases, in which the gap is left out of it alone."""
    others = _earliest_of_others(purchases.person, with_gap.leaves_at)[rows]
    left_at = np.minimum(others, without.leaves_at[rows])
    when = purchases.paid_at - calendar.origin
    order = (purchases.person << _PERSON_SHIFT) | when
    until = np.minimum(when[rows] + WINDOW_DAYS * DAY, np.maximum(left_at - calendar.origin, when[rows]))
    first = np.searchsorted(order, order[rows], side="right")
    last = np.searchsorted(order, (purchases.person[rows] << _PERSON_SHIFT) | until, side="right")
    counts = np.concatenate([[0], np.cumsum(seen)])
    cents = np.concatenate([[0], np.cumsum(seen * purchases.value)])
    return counts[last] - counts[first], cents[last] - cents[first]


def _earliest_of_others(person: Integers, at: Integers) -> Integers:
    """For each row, the earliest instant of all other rows of its person; `NEVER` where it is the only one."""
    order = np.lexsort((at, person))
    is_first = np.concatenate([[True], person[order][1:] != person[order][:-1]])
    starts = np.flatnonzero(is_first)
    sizes = np.diff(np.concatenate([starts, [len(person)]]))
    least = np.repeat(at[order][starts], sizes)
    following = np.minimum(starts + 1, len(person) - 1)
    second = np.repeat(np.where(sizes > 1, at[order][following], NEVER), sizes)
    earliest = np.empty_like(at)
    earliest[order] = np.where(is_first, second, least)
    return earliest
