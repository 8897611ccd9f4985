"""What people say: who answers at all, the score, the words; all of it follows from what they lived.

Source of the score mixes of those who answer: Olist's reviews of orders on time, up to three days late, three to seven days late, and never delivered
(stars 1 to 5 become 0-1, 2-4, 5-6, 7-8, 9-10 of ten).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
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
    chosen_by_row,
    joined,
)
from parcours.simulate.demand import COLLECT, DELIVER, TILL, Luck, Purchases
from parcours.simulate.words import LANGUAGES, SENTENCES, THEMES, TONES, sentences

if TYPE_CHECKING:
    from parcours.simulate.calendar import Calendar
    from parcours.simulate.contacts import Contacts
    from parcours.simulate.fulfilment import Fates
    from parcours.simulate.people import People

_OLIST = np.array(
    [
        (0.069, 0.026, 0.083, 0.203, 0.620),
        (0.142, 0.054, 0.115, 0.270, 0.419),
        (0.573, 0.090, 0.090, 0.067, 0.180),
        (0.677, 0.071, 0.076, 0.051, 0.125),
    ]
)
_OF_TEN = np.array([(0, 1), (2, 4), (5, 6), (7, 8), (9, 10)])
KIOSK, MAIL, WEB = range(3)
ASKED_BY = ("store.kiosk", "mail.survey", "web.survey")
CONTENT_FROM = 8
CONTENT_WITHIN = 3 * DAY
_NEGATIVE_TO, _POSITIVE_FROM = 4, 7  # scores
_ANSWERS = 0.17  # of those who are asked; multiplied by what follows
_EXTREMES = (1.9, 1.2, 0.6, 0.75, 1.2)  # by stars: the hurt and the delighted answer, the others shrug
_STARS = _OLIST / np.array(
    _EXTREMES
)  # what all would say, so that those who answer say what Olist's customers said
_WRITES = (0.85, 0.6, 0.4, 0.35, 0.45)  # of who answers, by stars


@dataclass(frozen=True)
class Opinions(Columns):
    """One row an opinion given.

    Attributes:
        purchase: int64, row in `Purchases`.
        at: int64, instant.
        asked_by: int64, KIOSK, MAIL or WEB.
        score: int64, 0..10.
        again: int64, 0..10: how likely another purchase.
        visit: int64, 0..10: how likely a visit to a store.
        theme: int64, place in `THEMES`; -1: no words.
        second: int64, second theme; -1: none.
        tone: int64, place in `TONES`.
        sentence, second_sentence: int64, place among the sentences of theme, tone and language; -1: none.
    """

    purchase: Integers
    at: Integers
    asked_by: Integers
    score: Integers
    again: Integers
    visit: Integers
    theme: Integers
    second: Integers
    tone: Integers
    sentence: Integers
    second_sentence: Integers


def satisfaction(purchases: Purchases, hurt: Ratios) -> tuple[Integers, Integers]:
    """What each would say if asked: (stars 1..5 as 0..4, score 0..10). It exists whether or not they answer."""
    mix = np.select([hurt >= 0.9, hurt >= 0.4, hurt > 0], [3, 2, 1], 0)  # borders between the kinds of pain
    luck = purchases.luck[:, Luck.SCORE]
    stars = chosen_by_row(luck, _STARS, mix)
    low, high = _OF_TEN[stars].T
    return stars, low + ((luck * 9_973) % 1 * (high - low + 1)).astype(np.int64)


def asked(
    purchases: Purchases, fates: Fates, contacts: Contacts, people: People
) -> tuple[Claims, Integers, Ratios]:
    """How each would be asked: (at the kiosk, when by mail, how much it hurt by then).

    The kiosk is there when the goods are handed over and knows nothing of what comes; the mail comes a day or two after the last that
    there was to say: a delivery, a refund, a repair.
    """
    luck, who = purchases.luck, purchases.person
    in_store = (purchases.way == TILL) | (purchases.way == COLLECT)
    by_kiosk = in_store & ((luck[:, Luck.SPEAKS_WHERE] < 0.45) | ~people.opted_in[who])
    over_at = np.minimum(np.where(purchases.way == TILL, purchases.paid_at, fates.had_at), fates.cancelled_at)
    over_at = np.where(
        (purchases.way == DELIVER) & (fates.delivered_at == NEVER), (fates.promised_day + 3) * DAY, over_at
    )
    over_at = np.where(
        fates.received_at < NEVER, np.minimum(fates.refunded_at, fates.received_at + 6 * DAY), over_at
    )
    over_at = np.where(
        fates.repair_at < NEVER, np.minimum(fates.repaired_at, (fates.repair_day + 1) * DAY), over_at
    )
    by_mail = over_at + between(luck[:, Luck.SPEAKS_WHEN], 15 * HOUR, 60 * HOUR)
    hurt = np.where(by_kiosk, fates.service_hurt, np.minimum(fates.hurt + contacts.hurt_by(by_mail), 1.0))
    return by_kiosk, by_mail, hurt


def speak(
    purchases: Purchases, fates: Fates, contacts: Contacts, people: People, calendar: Calendar
) -> Opinions:
    """Opinions on what was bought or not had; at the kiosk in store, or by mail."""
    by_kiosk, by_mail, hurt = asked(purchases, fates, contacts, people)
    stars, score = satisfaction(purchases, hurt)
    luck, who = purchases.luck, purchases.person
    had_at = np.where(purchases.way == TILL, purchases.paid_at, fates.had_at)
    at_kiosk = np.where(fates.found_nothing, fates.arrives_at + 5 * MINUTE, had_at) + between(
        luck[:, Luck.SPEAKS_WHEN], 30, 10 * MINUTE
    )
    at = np.where(by_kiosk, at_kiosk, by_mail)
    speaks = (
        _answering(purchases, people, stars) & (by_kiosk | people.opted_in[who]) & (at < calendar.ends_at)
    )
    rows = np.flatnonzero(speaks)
    cause = _causes(purchases, fates, contacts, by_kiosk)
    asked_by = np.where(by_kiosk, KIOSK, MAIL)
    return _with_words(
        rows, at[rows], asked_by[rows], stars[rows], score[rows], cause[rows], luck[rows], people, who[rows]
    )


def speak_of_site(
    rng: np.random.Generator, purchases: Purchases, people: People, calendar: Calendar
) -> Opinions:
    """Opinions on the site itself, asked right after the payment: what comes later plays no part in them."""
    online = (purchases.way != TILL) & (
        rng.random(len(purchases)) < 0.035
    )  # orders after which somebody answers
    rows = np.flatnonzero(online & (purchases.paid_at < calendar.ends_at - HOUR))
    luck = rng.random((len(rows), Luck.COUNT))
    stars = chosen_by_row(luck[:, Luck.SCORE], _STARS, np.zeros(len(rows), dtype=np.int64))
    low, high = _OF_TEN[stars].T
    score = low + ((luck[:, Luck.SCORE] * 9_973) % 1 * (high - low + 1)).astype(np.int64)
    at = purchases.paid_at[rows] + between(luck[:, Luck.SPEAKS_WHEN], 20, 5 * MINUTE)
    cause = np.full((len(rows), 2), THEMES.index("site"))
    asked_by = np.full(len(rows), WEB)
    return _with_words(rows, at, asked_by, stars, score, cause, luck, people, purchases.person[rows])


def together(parts: list[Opinions]) -> Opinions:
    """Several tables of opinions as one, by time."""
    opinions = Opinions(**joined(parts))  # type: ignore[arg-type]  # arrays of the fields' kinds
    return opinions.take(np.argsort(opinions.at, kind="stable"))


def _answering(purchases: Purchases, people: People, stars: Integers) -> Claims:
    """Who answers: some people more than others, and the hurt and the delighted most."""
    share = _ANSWERS * (0.4 + 1.2 * people.dear[purchases.person]) * np.array(_EXTREMES)[stars]
    claims: Claims = purchases.luck[:, Luck.SPEAKS] < share
    return claims


_GOOD = tuple(THEMES.index(name) for name in ("speed", "staff", "product", "other"))
_BAD = tuple(THEMES.index(name) for name in ("waiting", "staff", "product", "price"))


def _causes(purchases: Purchases, fates: Fates, contacts: Contacts, by_kiosk: Claims) -> Integers:
    """What each would speak of first and second, (n, 2): the pain they had, else what comes to mind."""
    mind = (purchases.luck[:, Luck.ASK_REASON] * 4).astype(np.int64)
    first = np.select(
        [
            fates.found_nothing | fates.stock_broken | (fates.ready_broken & (purchases.way == COLLECT)),
            fates.parcel_broken,
            fates.refund_broken & ~by_kiosk,
            fates.repair_broken & ~by_kiosk,
        ],
        [THEMES.index(name) for name in ("not_ready", "delivery", "refund", "repair")],
        -1,
    )
    pleases = np.where(purchases.way == DELIVER, THEMES.index("delivery"), np.array(_GOOD)[mind])
    second = np.where(
        contacts.repeat_broken & ~by_kiosk,
        THEMES.index("repeat"),
        np.where(first >= 0, np.array(_BAD)[mind], pleases),
    )
    return np.stack([first, second], axis=1)


def _with_words(  # noqa: PLR0913, PLR0917 - what an opinion is made of
    rows: Integers,
    at: Integers,
    asked_by: Integers,
    stars: Integers,
    score: Integers,
    cause: Integers,
    luck: Ratios,
    people: People,
    who: Integers,
) -> Opinions:
    tone = np.where(score <= _NEGATIVE_TO, 0, np.where(score >= _POSITIVE_FROM, 2, 1))
    mind = (luck[:, Luck.ASK_CHANNEL] * 4).astype(np.int64)
    bad = np.where(cause[:, 0] >= 0, cause[:, 0], np.array(_BAD)[mind])
    good = np.where(cause[:, 0] >= 0, np.array(_GOOD)[mind], cause[:, 1])
    theme = np.where(tone == 0, bad, good)
    writes = luck[:, Luck.COMMENT] < np.array(_WRITES)[stars]
    adds = (
        writes & ((luck[:, Luck.COMMENT] * 97) % 1 < 0.35) & (tone == 0)
    )  # of the unhappy, who add a second thing
    second = np.where(adds & (cause[:, 1] != theme), cause[:, 1], -1)
    language = people.english[who].astype(np.int64)
    shift = ((luck[:, Luck.SCORE] * 3_571) % 1 * 5).astype(np.int64) - 2
    return Opinions(
        purchase=rows,
        at=at,
        asked_by=asked_by.astype(np.int64),
        score=score,
        again=np.clip(score + shift, 0, 10),
        visit=np.clip(score + ((luck[:, Luck.SCORE] * 1_231) % 1 * 7).astype(np.int64) - 3, 0, 10),
        theme=np.where(writes, theme, -1),
        second=second,
        tone=tone,
        sentence=np.where(writes, _place(theme, tone, language, luck[:, Luck.LATENESS]), -1),
        second_sentence=np.where(second >= 0, _place(second, tone, language, luck[:, Luck.SPEED]), -1),
    )


@cache
def book() -> tuple[tuple[str, ...], Integers, Integers]:
    """All sentences in one list; where those of a theme, tone and language begin, and how many they are: (n_theme, n_tone, n_language)."""
    listed: list[str] = []
    begins = np.zeros((len(THEMES), len(TONES), len(LANGUAGES)), dtype=np.int64)
    counts = np.zeros_like(begins)
    for number, theme in enumerate(SENTENCES):
        for place, tone in enumerate(TONES):
            for column, language in enumerate(LANGUAGES):
                said = sentences(theme, tone, language)
                begins[number, place, column], counts[number, place, column] = len(listed), len(said)
                listed += said
    return tuple(listed), begins, counts


def _place(theme: Integers, tone: Integers, language: Integers, luck: Ratios) -> Integers:
    """A sentence's place in the book."""
    _, begins, counts = book()
    at = (np.maximum(theme, 0), tone, language)
    return begins[at] + (luck * 7_919 % 1 * counts[at]).astype(np.int64)
