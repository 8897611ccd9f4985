"""Who asks the call centre about a purchase, how often, and how soon they are answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parcours.simulate.columns import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    Claims,
    Columns,
    Integers,
    Ratios,
    between,
    waits_s,
)
from parcours.simulate.demand import DELIVER, TILL, Luck, Purchases
from parcours.simulate.planted import CHANNELS, NOBODY, Where, breaks
from parcours.simulate.promises import ANSWERED, NO_REPEAT

if TYPE_CHECKING:
    from parcours.simulate.calendar import Calendar
    from parcours.simulate.fulfilment import Fates
    from parcours.simulate.people import People
    from parcours.simulate.planted import Planting
    from parcours.simulate.stores import Store

REASONS = ("not_ready", "late_parcel", "refund", "repair", "invoice", "product", "payment")
NOT_READY, LATE_PARCEL, REFUND, REPAIR, INVOICE, PRODUCT, PAYMENT = range(7)
ANSWER_WITHIN, REPEAT_WITHIN = DAY, 7 * DAY
_PHONE, _CHAT, _MAIL = (CHANNELS.index(name) for name in ("phone", "chat", "mail"))
_OPENS, _CLOSES = 8 * HOUR, 20 * HOUR  # the call centre's
_ASKS_ANYWAY, _ASKS_HURT = 0.035, 0.5  # purchases about which somebody asks: ordinary, and more where it hurt
_HURTS_ANSWER, _HURTS_REPEAT = 0.3, 0.3  # of finding nothing at the counter


@dataclass(frozen=True)
class Contacts(Columns):
    """One row a purchase; instants are `NEVER` where nobody asks.

    Attributes:
        asked_at: int64, first question.
        answered_at: int64, `NEVER` also where nobody answers.
        again_at: int64, the same question a second time.
        again_answered_at: int64.
        reason: int64, place in `REASONS`.
        channel: int64, place in `planted.CHANNELS`: phone, chat, mail.
        answer_broken, repeat_broken: bool, of the first question.
        answer_blame, repeat_blame: int64, planted gap or `NOBODY`.
    """

    asked_at: Integers
    answered_at: Integers
    again_at: Integers
    again_answered_at: Integers
    reason: Integers
    channel: Integers
    answer_broken: Claims
    answer_blame: Integers
    repeat_broken: Claims
    repeat_blame: Integers

    @property
    def answer_hurt(self) -> Ratios:
        """How much waiting for the answer hurt."""
        return np.where(self.answer_broken, _HURTS_ANSWER, 0.0)

    @property
    def repeat_hurt(self) -> Ratios:
        """How much having to ask twice hurt."""
        return np.where(self.repeat_broken, _HURTS_REPEAT, 0.0)

    @property
    def hurt(self) -> Ratios:
        """Both."""
        return self.answer_hurt + self.repeat_hurt

    def hurt_by(self, moment: Integers) -> Ratios:
        """How much of both was felt by a moment, one a purchase: a late answer a day after the question, a repeat when it is made."""
        answer = np.where(self.asked_at + ANSWER_WITHIN <= moment, self.answer_hurt, 0.0)
        return answer + np.where(self.again_at <= moment, self.repeat_hurt, 0.0)


def ask(
    purchases: Purchases,
    fates: Fates,
    people: People,
    planting: Planting,
    calendar: Calendar,
    stores: tuple[Store, ...],
) -> Contacts:
    """Who asks, about what, and what comes of it."""
    luck = purchases.luck
    asks = luck[:, Luck.ASKS] < _ASKS_ANYWAY + _ASKS_HURT * fates.hurt
    reason, since = _reasons(purchases, fates)
    channel = _channels(purchases, people, luck[:, Luck.ASK_CHANNEL])
    asked_at = since + between(luck[:, Luck.ASK_WAIT], 10 * MINUTE, 80 * MINUTE)
    asked_at = np.where(channel == _PHONE, _staffed(calendar, asked_at), asked_at)
    where = Where(calendar, stores, store=purchases.store, channel=channel, at=asked_at)
    broken, blame = breaks(ANSWERED, luck[:, Luck.ANSWER], where, planting)
    repeats, repeat_blame = breaks(NO_REPEAT, luck[:, Luck.REPEAT], where, planting)
    wait = between(luck[:, Luck.REPEAT_WAIT], 12 * MINUTE, 4 * DAY)
    again_at = np.where(channel == _PHONE, _staffed(calendar, asked_at + wait), asked_at + wait)
    return Contacts(
        asked_at=np.where(asks, asked_at, NEVER),
        answered_at=np.where(
            asks, _answers(asked_at, channel, luck[:, Luck.ANSWER_WAIT], broken=broken), NEVER
        ),
        again_at=np.where(asks & repeats, again_at, NEVER),
        again_answered_at=np.where(
            asks & repeats, again_at + between(luck[:, Luck.ANSWER_WAIT], 4 * MINUTE, 6 * HOUR), NEVER
        ),
        reason=reason,
        channel=channel,
        answer_broken=broken & asks,
        answer_blame=np.where(asks, blame, NOBODY),
        repeat_broken=repeats & asks,
        repeat_blame=np.where(asks, repeat_blame, NOBODY),
    )


def _reasons(purchases: Purchases, fates: Fates) -> tuple[Integers, Integers]:
    """What a question would be about, and since when there is cause for it.

    Who would ask anyway asks about something ordinary; others ask about the first pain that is, with all before it, too much for their
    luck. A refund or a repair is due after the goods were had, so what was lived until then comes first.
    """
    luck = purchases.luck[:, Luck.ASKS]
    anyway = luck < _ASKS_ANYWAY
    at_service = luck < _ASKS_ANYWAY + _ASKS_HURT * fates.service_hurt
    parcel_due = fates.promised_day * DAY + 34 * HOUR  # the next morning
    bought_at = np.where(
        purchases.way == TILL, purchases.paid_at, np.minimum(fates.had_at, purchases.paid_at + 9 * DAY)
    )
    refund_due = np.minimum(fates.received_at, NEVER // 2) + 6 * DAY
    repair_due = fates.repair_day * DAY + 33 * HOUR
    ordinary = INVOICE + np.minimum((purchases.luck[:, Luck.ASK_REASON] * 3).astype(np.int64), 2)
    causes = [
        anyway,
        at_service & (fates.found_nothing | fates.stock_broken),
        at_service & (purchases.way == DELIVER) & fates.parcel_broken,
        ~at_service & fates.refund_broken,
        ~at_service & fates.repair_broken,
    ]
    since = [bought_at, np.minimum(fates.arrives_at, fates.cancelled_at), parcel_due, refund_due, repair_due]
    reasons = np.select(causes, [ordinary, NOT_READY, LATE_PARCEL, REFUND, REPAIR], ordinary)
    return reasons.astype(np.int64), np.select(causes, since, bought_at).astype(np.int64)


def _channels(purchases: Purchases, people: People, luck: Ratios) -> Integers:
    """The preferred channel mostly; who left no address can only call."""
    preferred = np.array([_PHONE, _CHAT, _MAIL])[people.asks_by[purchases.person]]
    other = np.array([_PHONE, _CHAT, _MAIL])[np.minimum((luck * 30).astype(np.int64) % 3, 2)]
    channel = np.where(luck < 0.8, preferred, other)  # share that keeps to what they prefer
    return np.where(people.has_mail[purchases.person], channel, _PHONE)


def _answers(asked_at: Integers, channel: Integers, luck: Ratios, *, broken: Claims) -> Integers:
    """At once on the phone and in the chat, within the day in writing; or too late, or never."""
    at_once = asked_at + MINUTE + waits_s(luck, 5 * MINUTE)
    in_writing = asked_at + between(luck, 20 * MINUTE, 22 * HOUR)
    in_time = np.minimum(np.where(channel == _MAIL, in_writing, at_once), asked_at + 23 * HOUR)
    late = np.where(
        luck < 0.3, NEVER, asked_at + between(luck, 25 * HOUR, 80 * HOUR)
    )  # of the late, never answered
    return np.where(broken, late, in_time)


def _staffed(calendar: Calendar, at: Integers) -> Integers:
    """The moment itself while the phone is staffed (8 to 20 h, every day), else some minutes after it next is."""
    second = calendar.wall(at) % DAY
    day = calendar.day(at) + (second >= _CLOSES)
    opening = calendar.instant(day, _OPENS + at % (40 * MINUTE))
    return np.where((second >= _OPENS) & (second < _CLOSES), at, opening)
