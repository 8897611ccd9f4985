"""Data of the template `return-and-refund`: ten weeks of what comes back, by parcel and over the counter.

What is planted here, and what the product should therefore find:

- Since Monday 28 September a purchase paid in three instalments has to be cancelled by hand at the credit company when its return comes in at
  the warehouse of Avignon, whose new software does not know that way of paying. Half of these refunds take longer than the five days promised;
  elsewhere, and before, about one in twenty-five.
- Who waits for money asks where it is, some of them twice, and scores low.
- Refunds to gift cards are noted by another company, whose export ends on Tuesday 3 November, 18 h; its customers are served as before.
- A few rows are bad, as in any export: refunds reported twice, a scanner at the dock whose clock was lost.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from parcours.cli.templates.made import (
    LOST_CLOCK,
    Dice,
    Exports,
    Person,
    Planted,
    Shop,
    any_moment,
    contacts,
    days_later,
    epoch_s,
    euros,
    later,
    numbered,
    open_time,
    paris,
    some_people,
    ticket,
    tickets_of,
    utc_text,
    wall_clock,
    who_comes,
    with_offset,
    with_offset_if_past,
    write_csv,
    write_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEED = 20260928
RETURNS, CUSTOMERS, RESENT_FROM = 3_200, 2_200, 800
BY_HAND_SINCE = date(2026, 9, 28)
DEAF_SINCE = paris(11, 3, 18)
PLANTED = Planted(
    "refund-in-5-days",
    "warehouse_payment",
    "Avignon instalments",
    BY_HAND_SINCE,
    deaf="gift-card-in-a-day",
)
PAYMENTS = {"card": 0.5, "instalments": 0.24, "wallet": 0.13, "gift_card": 0.13}
WAREHOUSES = {"AVI": 0.45, "LIL": 0.55}
STORES = {"Lyon": 0.28, "Paris": 0.3, "Lille": 0.16, "Nantes": 0.13, "Toulouse": 0.13}
REASONS = {"too_small": 0.3, "too_large": 0.18, "not_as_shown": 0.24, "damaged": 0.08, "changed_mind": 0.2}
LET_DOWN = (
    "Toujours pas remboursé, les mensualités continuent.",
    "Paiement en 3 fois : on me dit que c'est annulé à la main.",
    "Trois semaines pour revoir mon argent.",
    "I am still paying for something I sent back.",
    "Nobody could tell me where my refund was.",
    "Retour simple, remboursement interminable.",
    "",
    "",
)
CONTENT = (
    "Retour très simple.",
    "Remboursée en deux jours, merci.",
    "Parfait.",
    "Étiquette reçue tout de suite.",
    "Easy return.",
    "Money back in no time.",
    "",
    "",
    "",
)
SUBJECTS = {
    "where_is_my_refund": (
        "Où en est mon remboursement ?",
        "Paiement en 3 fois, toujours débité",
        "Where is my refund?",
        "Retour reçu, pas remboursé",
    ),
    "label": ("Je n'ai pas reçu l'étiquette", "No label in the mail"),
    "exchange": ("Échanger la taille ?", "Can I have another size?"),
}


class Return(NamedTuple):
    """What a customer gives back; `place` is a warehouse's code, or the city of a store."""

    number: str
    customer: Person
    opened_at: datetime
    by_parcel: bool
    place: str
    payment: str
    cents: int


def write_data(folder: Path) -> None:
    """Make the data into an existing folder; the same every time."""
    shop = Shop.opened(SEED)
    for item in _returns(shop.dice):
        if item.by_parcel:
            _send_back(shop, item)
        else:
            _bring_back(shop, item)
    _write(shop.exports, folder)


def _returns(dice: Dice) -> Iterator[Return]:
    people = some_people(dice, CUSTOMERS)
    for number, moment in enumerate(sorted(any_moment(dice) for _ in range(RETURNS)), 300_001):
        by_parcel = dice.happens(0.68)
        place = dice.drawn(WAREHOUSES if by_parcel else STORES)
        payment, cents = dice.drawn(PAYMENTS), round(100 * dice.around(15, 180, 49))
        opened_at = moment if by_parcel else open_time(moment)
        yield Return(f"R{number}", who_comes(dice, people), opened_at, by_parcel, place, payment, cents)


# What becomes of a return -----------------------------------------------------------------------------------


def _send_back(shop: Shop, item: Return) -> None:
    """Label, parcel, reception, refund."""
    dice = shop.dice
    label_at = _label(dice, item)
    _portal(shop, item, label_at)
    if label_at is None:
        _ask(shop, item, days_later(item.opened_at, dice.between(0.3, 2)), "label", insists=0.2)
        label_at = days_later(item.opened_at, dice.between(2, 4))
    if dice.happens(0.05):
        return  # kept after all
    received_at = open_time(days_later(label_at, 2 + dice.wait(2.5)))
    _receive(shop, item, received_at)
    if dice.happens(0.97):
        _notify(shop, item, later(received_at, 60 * dice.between(0.5, 9)), "received")
    late = dice.happens(_risk(item, received_at))
    refunded_at = days_later(received_at, 5.2 + dice.wait(6) if late else _usual_days(dice, item))
    if late:
        item.customer.was_let_down = True
        if dice.happens(0.55):
            asked_at = open_time(days_later(received_at, dice.between(3, 5.5)))
            _ask(shop, item, asked_at, "where_is_my_refund", insists=0.4)
    elif dice.happens(0.02):
        _ask(shop, item, later(received_at, 60 * dice.between(2, 20)), "where_is_my_refund", insists=0.1)
    _refund(shop, item, refunded_at)
    _speak(shop, item, later(refunded_at, 60 * dice.between(3, 40)), 3.6 if late else 8.8)


def _label(dice: Dice, item: Return) -> datetime | None:
    """Nearly always within the minute; sometimes once the carrier answers again, or never."""
    if dice.happens(0.975):
        return later(item.opened_at, dice.between(0.05, 1.5))
    return None if dice.happens(0.4) else later(item.opened_at, 60 * dice.between(1, 20))


def _usual_days(dice: Dice, item: Return) -> float:
    return dice.between(0.05, 0.9) if item.payment == "gift_card" else dice.around(0.4, 4.8, 1.6)


def _risk(item: Return, received_at: datetime) -> float:
    """Probability that a refund takes longer than promised."""
    planted = item.place == "AVI" and item.payment == "instalments" and received_at.date() >= BY_HAND_SINCE
    return 0.5 if planted else 0.04


def _bring_back(shop: Shop, item: Return) -> None:
    """Over the counter: refunded on the spot, or when somebody with the right to do so is there."""
    dice = shop.dice
    late = dice.happens(0.045)
    refunded_at = open_time(later(item.opened_at, 60 * dice.between(2, 30) if late else dice.between(1, 11)))
    for moment, kind in ((item.opened_at, "RETURN"), (refunded_at, "REFUND")):
        row = {
            "ts": utc_text(moment),
            "kind": kind,
            "return": item.number,
            "store": item.place,
            "loyalty": item.customer.name if dice.happens(0.93) else None,
            "paid_by": item.payment,
            "amount": item.cents / 100,
        }
        shop.exports.note("tills", moment, row)
    _speak(shop, item, later(refunded_at, 60 * dice.between(3, 40)), 6.2 if late else 8.9)


def _speak(shop: Shop, item: Return, moment: datetime, mean: float) -> None:
    """Some answer the survey; a few ask for something else."""
    dice = shop.dice
    if dice.happens(0.2):
        score = dice.score(mean)
        row = {
            "date": utc_text(moment),
            "contact": item.customer.email,
            "retour": item.number,
            "note": score,
            "commentaire": dice.comment(score, CONTENT, LET_DOWN),
        }
        shop.exports.note("survey", moment, row)
    if dice.happens(0.03):
        _ask(shop, item, moment, "exchange", insists=0.05)


def _ask(shop: Shop, item: Return, moment: datetime, reason: str, insists: float) -> None:
    for contact in contacts(shop.dice, item.customer, moment, insists):
        about = {"return_no": item.number if shop.dice.happens(0.93) else ""}
        row = ticket(item.customer, contact, reason, about, shop.dice.one_of(SUBJECTS[reason]))
        shop.exports.note("tickets", contact.asked_at, row)


# What each system notes -------------------------------------------------------------------------------------


def _portal(shop: Shop, item: Return, label_at: datetime | None) -> None:
    row = {
        "rma": item.number,
        "customer": item.customer.name,
        "email": item.customer.email,
        "phone": item.customer.phone,
        "opened_at": with_offset(item.opened_at),
        "label_at": with_offset_if_past(label_at),
        "why": shop.dice.drawn(REASONS),
        "paid_by": item.payment,
        "amount": f"{item.cents / 100:.2f}",
        "warehouse": item.place,
    }
    shop.exports.note("portal", item.opened_at, row)


def _receive(shop: Shop, item: Return, moment: datetime) -> None:
    shown = LOST_CLOCK if shop.dice.happens(0.004) else wall_clock(moment)
    row = {
        "dossier": item.number,
        "recu_le": shown,
        "entrepot": item.place,
        "etat": "abîmé" if shop.dice.happens(0.04) else "conforme",
        "valeur": euros(item.cents),
    }
    shop.exports.note("reception", moment, row)


def _refund(shop: Shop, item: Return, moment: datetime) -> None:
    if item.payment != "gift_card":
        about = {"amount": item.cents, "currency": "eur", "method": item.payment}
        row = {
            "type": "refund.settled",
            "created": epoch_s(moment),
            **about,
            "metadata": {"rma": item.number},
        }
        shop.exports.note("payments", moment, row)
    elif moment < DEAF_SINCE:
        credited = {"credited_on": wall_clock(moment), "return": item.number, "eur": euros(item.cents)}
        shop.exports.note("gift-cards", moment, credited)


def _notify(shop: Shop, item: Return, moment: datetime, kind: str) -> None:
    medium = "sms" if item.customer.calls else "email"
    row = {"sent_at_ms": 1000 * epoch_s(moment), "kind": kind, "medium": medium, "rma": item.number}
    shop.exports.note("notices", moment, row)


def _write(exports: Exports, folder: Path) -> None:
    write_csv(folder / "returns-portal.csv", exports.rows("portal"))
    write_csv(folder / "reception.csv", exports.rows("reception"), ";")
    write_lines(folder / "payments.jsonl", numbered(exports.rows("payments"), RESENT_FROM))
    write_csv(folder / "gift-cards.csv", exports.rows("gift-cards"), "\t")
    write_lines(folder / "tills.jsonl", exports.rows("tills"))
    write_csv(folder / "notices.csv", exports.rows("notices"))
    write_csv(folder / "care-tickets.csv", tickets_of(exports))
    write_csv(folder / "survey.csv", exports.rows("survey"), ";")
