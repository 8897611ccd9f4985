"""What comes after a purchase, as systems export it: parcels, messages, returns, questions, opinions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcours.simulate import naming, voice
from parcours.simulate.cells import heard, order_code, stamps, store_code, wall_text
from parcours.simulate.columns import DAY, HOUR, MINUTE, NEVER, Claims, Integers, between
from parcours.simulate.contacts import REASONS
from parcours.simulate.demand import Luck
from parcours.simulate.fulfilment import NO_STOCK
from parcours.simulate.planted import CHANNELS
from parcours.simulate.voice import ASKED_BY, book
from parcours.simulate.words import LANGUAGES, SUBJECTS

if TYPE_CHECKING:
    from parcours.simulate.part import Part

NO_TIME = "0000-00-00 00:00:00"
LOST_CLOCK = 60  # every so many answers at the kiosk bear no time
_CAMPAIGN_DAY, _CAMPAIGN_AT = 3, 10 * HOUR  # Thursday
_OPENS_MAIL, _CLICKS = 0.24, 0.12  # of those sent; of those opened
_PUSHED = 0.5  # letters to people with the app that come as a push message
_KNOWS_ORDER = 0.88  # tickets that name the order
_SECOND_PARCEL = 0.1

_SCANS = ("SHIPPED", "MISSED", "DELIVERED")


def scans(part: Part) -> Any:
    """One row a parcel and scan; some orders come in two parcels, the first of which is never late."""
    which = np.flatnonzero(part.is_delivered)
    fates = part.fates.take(which)
    two = part.bought.luck[which, Luck.PARCELS] < _SECOND_PARCEL
    early = np.minimum(fates.shipped_at + 20 * HOUR, fates.delivered_at)
    row = np.concatenate([which, which, which, which[two], which[two]])
    scan = np.repeat([0, 1, 2, 0, 2], [len(which)] * 3 + [int(two.sum())] * 2)
    parcel = np.repeat([1, 2], [3 * len(which), 2 * int(two.sum())])
    at = np.concatenate(
        [fates.shipped_at, fates.missed_at, fates.delivered_at, fates.shipped_at[two], early[two]]
    )
    is_last = parcel == 1
    shown = np.flatnonzero(heard(part, "carriers", at))
    shown = shown[np.argsort(at[shown], kind="stable")]
    row, scan, parcel, at, is_last = row[shown], scan[shown], parcel[shown], at[shown], is_last[shown]
    return pa.table(
        {
            "parcel": pc.binary_join_element_wise(
                naming.label("P", part.order[row], 6), pa.array(parcel).cast(pa.string()), "-"
            ),
            "order": order_code(part.order[row]),
            "carrier": naming.words(("Colis Express", "Relais & Co"), part.order[row] % 2),
            "scan": naming.words(_SCANS, scan),
            "completes_order": pa.array(is_last),
            "at": stamps(at),
        }
    )


_KINDS = ("confirmation", "ready", "cancelled", "shipped", "campaign")


def notices(part: Part, rng: np.random.Generator) -> Any:
    """Messages about orders, and the weekly campaign with who opened it."""
    online = np.flatnonzero(part.is_online)
    fates, paid_at = part.fates.take(online), part.bought.paid_at[online]
    no_stock_at = np.where(fates.outcome == NO_STOCK, fates.cancelled_at + 8 * MINUTE, NEVER)
    instants = (paid_at + 15, fates.noticed_at, no_stock_at, fates.shipped_at + 3 * MINUTE)
    person = np.tile(part.bought.person[online], len(instants))
    kind = np.repeat(np.arange(len(instants)), len(online))
    order = np.tile(part.order[online], len(instants))
    at = np.concatenate(instants)
    in_app = np.tile(part.bought.channel[online] == CHANNELS.index("app"), len(instants))
    medium = np.where(in_app, 1, np.where(part.people.asks_by[person] == 0, 2, 0))
    mailed, mailed_at = _campaigns(part, rng)
    count = len(mailed)
    person, kind = np.concatenate([person, mailed]), np.concatenate([kind, np.full(count, 4)])
    order, at = np.concatenate([order, np.full(count, -1)]), np.concatenate([at, mailed_at])
    pushed = part.people.has_app[mailed] & (rng.random(count) < _PUSHED)
    medium = np.concatenate([medium, pushed.astype(np.int64)])
    shown = np.flatnonzero(heard(part, "notices", at))
    shown = shown[np.argsort(at[shown], kind="stable")]
    person, kind, order, at, medium = person[shown], kind[shown], order[shown], at[shown], medium[shown]
    is_campaign = kind == 4  # its place in _KINDS
    luck = rng.random((2, len(at)))
    opened_at = at + 5 * MINUTE + (rng.exponential(6 * HOUR, len(at))).astype(np.int64)
    opened = is_campaign & (luck[0] < _OPENS_MAIL) & heard(part, "notices", opened_at)
    people = part.people.take(person)
    return pa.table(
        {
            "sent_at": stamps(at),
            "kind": naming.words(_KINDS, kind),
            "medium": naming.words(("email", "push", "sms"), medium),
            "order_ref": order_code(order),
            "email": naming.address(people.number, people.household, is_campaign & (medium == 0)),
            "device": naming.app_device(people.number, is_campaign & (medium == 1)),
            "campaign": pc.if_else(
                pa.array(is_campaign), wall_text(part, at, "lettre-%Y-%m-%d"), pa.scalar(None, pa.string())
            ),
            "opened_at": stamps(opened_at, opened),
            "clicked": pa.array(opened & (luck[1] < _CLICKS)),
        }
    )


def _campaigns(part: Part, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """The weekly letter to those who allowed it: (row of the person, instant)."""
    calendar = part.calendar
    days = np.arange(calendar.begins_at // DAY, calendar.ends_at // DAY + 1)
    thursdays = days[(days + 3) % 7 == _CAMPAIGN_DAY]
    at = calendar.instant(thursdays, np.full(len(thursdays), _CAMPAIGN_AT))
    at = at[(at >= calendar.begins_at) & (at < calendar.ends_at)]
    allowed = np.flatnonzero(part.people.opted_in)
    person = np.repeat(allowed, len(at))
    sent_at = np.tile(at, len(allowed)) + between(rng.random(len(person)), 0, 40 * MINUTE)
    return person, sent_at


def returns(part: Part) -> Any:
    """One row a return: asked for, received, paid back."""
    rows = np.flatnonzero((part.back >= 0) & heard(part, "returns", part.fates.asked_back_at))
    rows = rows[np.argsort(part.back[rows], kind="stable")]
    fates, people = part.fates.take(rows), part.people.take(part.bought.person[rows])
    online = part.is_online[rows]
    way = fates.return_way == CHANNELS.index("post")
    return pa.table(
        {
            "retour": naming.label("A", part.back[rows], 6),
            "commande": order_code(np.where(online, part.order[rows], -1)),
            "ticket": naming.label("R", part.receipt[rows], 7, ~online),
            "client": naming.customer(people.number, people.has_account),
            "voie": naming.words(("magasin", "poste"), way.astype(np.int64)),
            "magasin": store_code(part, np.where(way, -1, part.bought.store[rows])),
            "demande_le": stamps(fates.asked_back_at),
            "recu_le": stamps(fates.received_at, heard(part, "returns", fates.received_at)),
            "rembourse_le": stamps(fates.refunded_at, heard(part, "returns", fates.refunded_at)),
            "montant_centimes": pa.array(part.bought.value[rows]),
        }
    )


def tickets(part: Part, rng: np.random.Generator) -> Any:
    """One row a question to the call centre."""
    asked = part.tickets
    rows = np.flatnonzero(heard(part, "care", asked.asked_at))
    purchase = asked.purchase[rows]
    bought, contacts = part.bought.take(purchase), part.contacts.take(purchase)
    people = part.people.take(bought.person)
    by_phone = contacts.channel == CHANNELS.index("phone")
    names_order = (part.order[purchase] >= 0) & (rng.random(len(rows)) < _KNOWS_ORDER)
    answered_at = asked.answered_at[rows]
    return pa.table(
        {
            "ticket": naming.label("T", asked.number[rows], 6),
            "channel": naming.words(CHANNELS, contacts.channel),
            "reason": naming.words(REASONS, contacts.reason),
            "order_no": order_code(np.where(names_order, part.order[purchase], -1)),
            "phone": naming.phone(people.number, by_phone),
            "email": naming.address(people.number, people.household, ~by_phone),
            "opened_at": stamps(asked.asked_at[rows]),
            "first_answer_at": stamps(answered_at, heard(part, "care", answered_at)),
            "subject": _subjects(contacts.reason, people.english, rng),
        }
    )


def _subjects(reason: Integers, english: Claims, rng: np.random.Generator) -> Any:
    listed: list[str] = []
    begins, counts = np.zeros((len(REASONS), 2), dtype=np.int64), np.zeros((len(REASONS), 2), dtype=np.int64)
    for number, name in enumerate(REASONS):
        for column, language in enumerate(LANGUAGES):
            said = SUBJECTS[name][language]
            begins[number, column], counts[number, column] = len(listed), len(said)
            listed += said
    at = (reason, english.astype(np.int64))
    return naming.words(tuple(listed), begins[at] + (rng.random(len(reason)) * counts[at]).astype(np.int64))


def comments(part: Part) -> Any:
    """The words of each opinion; null for none."""
    listed, _, _ = book()
    opinions = part.opinions
    first = naming.words(listed, np.maximum(opinions.sentence, 0), opinions.sentence >= 0)
    second = naming.words(listed, np.maximum(opinions.second_sentence, 0), opinions.second_sentence >= 0)
    both = pc.binary_join_element_wise(first, second, " ")
    return pc.if_else(pa.array(opinions.second_sentence >= 0), both, first)


def kiosk_answers(part: Part) -> Any:
    """Answers at the stores' kiosks; a few bear no time."""
    at_store = part.bought.store[part.opinions.purchase]
    rows = np.flatnonzero(
        (part.opinions.asked_by == voice.KIOSK) & heard(part, "kiosk", part.opinions.at, at_store)
    )
    opinions = part.opinions.take(rows)
    when = wall_text(part, opinions.at)
    lost = pa.array(part.opinion[rows] % LOST_CLOCK == 0)
    return pa.table(
        {
            "when_local": pc.if_else(lost, NO_TIME, when),
            "store": store_code(part, part.bought.store[opinions.purchase]),
            "order_code": order_code(part.order[opinions.purchase]),
            "receipt": naming.label(
                "R", part.receipt[opinions.purchase], 7, part.receipt[opinions.purchase] >= 0
            ),
            "score": pa.array(opinions.score),
            "comment": comments(part).take(pa.array(rows)),
        }
    )


def survey_answers(part: Part) -> Any:
    """Answers to the survey by mail and to the one on the site."""
    rows = np.flatnonzero((part.opinions.asked_by != voice.KIOSK) & heard(part, "survey", part.opinions.at))
    opinions = part.opinions.take(rows)
    people = part.people.take(part.bought.person[opinions.purchase])
    return pa.table(
        {
            "answered_at": stamps(opinions.at),
            "asked_by": naming.words(ASKED_BY, opinions.asked_by),
            "email": naming.address(people.number, people.household),
            "order_no": order_code(part.order[opinions.purchase]),
            "receipt": naming.label(
                "R", part.receipt[opinions.purchase], 7, part.receipt[opinions.purchase] >= 0
            ),
            "score": pa.array(opinions.score),
            "likely_again": pa.array(opinions.again),
            "likely_store": pa.array(opinions.visit),
            "verbatim": comments(part).take(pa.array(rows)),
        }
    )
