"""Data of the template `service-request`: ten weeks of after-sales of a retailer of household appliances.

What is planted here, and what the product should therefore find:

- Since Monday 5 October the workshop in Rennes gets no pumps for coffee machines from its new supplier. Of the coffee machines it takes in, six
  in ten come back later than the ten days promised; elsewhere, and before, about one in twenty-five does.
- Who waits asks again, on another channel, has to explain everything anew, and scores low.
- Small appliances from the north are repaired by a partner in Lille, whose list ends on Friday 30 October; its customers are served as before.
- A few rows are bad, as in any export: events sent twice, a partner's computer whose clock was lost.
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
    days_later,
    epoch_s,
    later,
    numbered,
    open_time,
    paris,
    some_people,
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

SEED = 20261006
REQUESTS, CUSTOMERS, RESENT_FROM = 2_800, 2_000, 1_500
RENNES, PARTNER = "Rennes", "Lille"
NO_PUMPS_SINCE = date(2026, 10, 5)
DEAF_SINCE = paris(10, 30, 17)
PLANTED = Planted(
    "repaired-in-10-days",
    "workshop_product",
    "Rennes coffee-machine",
    NO_PUMPS_SINCE,
    deaf="repaired-in-10-days-partner",
)
CHANNELS = {"phone": 0.44, "mail": 0.22, "chat": 0.18, "store": 0.16}
WORKSHOPS = {"Lyon": 0.42, RENNES: 0.36, PARTNER: 0.22}
PRODUCTS = {"coffee-machine": 0.42, "vacuum": 0.26, "mixer": 0.18, "iron": 0.14}
STORES = {"Lyon": 0.3, "Rennes": 0.24, "Lille": 0.2, "Bordeaux": 0.26}
ASKS = {"spare_part": 0.3, "invoice": 0.25, "how_to": 0.3, "warranty": 0.15}
LET_DOWN = (
    "Ma machine à café attend une pompe depuis un mois.",
    "Pièce en rupture, personne ne me prévient.",
    "J'ai dû tout réexpliquer à chaque appel.",
    "Three calls, three different answers.",
    "Still no coffee machine.",
    "Réparation interminable.",
    "",
    "",
)
CONTENT = (
    "Réparé en une semaine, merci.",
    "Conseiller patient et clair.",
    "Parfait.",
    "Réponse immédiate.",
    "Solved on the first call.",
    "Works like new.",
    "",
    "",
    "",
)
SUBJECTS = {
    "repair": ("Panne sous garantie", "Ne chauffe plus", "It does not start any more", "Fuite d'eau"),
    "spare_part": ("Où trouver la pièce ?", "Spare part wanted"),
    "invoice": ("Duplicata de facture", "Copy of my invoice"),
    "how_to": ("Comment détartrer ?", "How do I reset it?"),
    "warranty": ("Suis-je encore sous garantie ?", "Is it still under warranty?"),
    "again": ("Toujours pas de nouvelles", "Où en est ma réparation ?", "I have explained this before"),
}


class Request(NamedTuple):
    """What somebody asks for; `product` and `workshop` are those of a repair."""

    number: str
    customer: Person
    opened_at: datetime
    channel: str
    reason: str
    product: str = ""
    workshop: str = ""


def write_data(folder: Path) -> None:
    """Make the data into an existing folder; the same every time."""
    shop = Shop.opened(SEED)
    for request in _requests(shop.dice):
        _open(shop, request)
        if request.workshop:
            _repair(shop, request)
        else:
            _solve(shop, request)
    _write(shop.exports, folder)


def _requests(dice: Dice) -> Iterator[Request]:
    people = some_people(dice, CUSTOMERS)
    for number, moment in enumerate(sorted(any_moment(dice) for _ in range(REQUESTS)), 400_001):
        customer, channel = who_comes(dice, people), dice.drawn(CHANNELS)
        opened_at = moment if channel in {"mail", "chat"} else open_time(moment)
        about: tuple[str, ...] = (dice.drawn(ASKS),)
        if dice.happens(0.52):
            about = ("repair", dice.drawn(PRODUCTS), dice.drawn(WORKSHOPS))
        yield Request(f"S{number}", customer, opened_at, channel, *about)


# What becomes of a request ----------------------------------------------------------------------------------


def _open(shop: Shop, request: Request) -> None:
    subject = shop.dice.one_of(SUBJECTS[request.reason])
    _contact(shop, request, request.opened_at, request.channel, subject)


def _repair(shop: Shop, request: Request) -> None:
    """In to the workshop, out again, back to its owner."""
    dice = shop.dice
    received_at = open_time(days_later(request.opened_at, 0.8 + dice.wait(1.2)))
    _case(shop, request, received_at, "SENT_TO_WORKSHOP")
    late = dice.happens(_risk(request, received_at))
    repaired_at = open_time(days_later(received_at, 10.4 + dice.wait(9) if late else dice.around(2, 9.6, 5)))
    if request.workshop == PARTNER:
        if repaired_at < DEAF_SINCE:
            shown = LOST_CLOCK if dice.happens(0.015) else wall_clock(repaired_at)
            row = {"dossier": request.number, "appareil": request.product, "rendu": shown}
            shop.exports.note("partner", repaired_at, row)
    else:
        row = {"site": request.workshop[:3].upper(), "job": request.number, "end": with_offset(repaired_at)}
        shop.exports.note("workshops", repaired_at, row | {"item": request.product})
    if dice.happens(0.96):
        _notify(shop, request, later(repaired_at, 60 * dice.between(0.3, 9)))
    if late:
        request.customer.was_let_down = True
        _insist(shop, request, days_later(received_at, dice.between(7, 12)), 0.7)
    solved_at = open_time(days_later(repaired_at, 0.6 + dice.wait(1.5)))
    _case(shop, request, solved_at, "SOLVED")
    _speak(shop, request, solved_at, 3.8 if late else 8.7)


def _risk(request: Request, received_at: datetime) -> float:
    """Probability that a repair takes longer than promised."""
    planted = (
        request.workshop == RENNES
        and request.product == "coffee-machine"
        and received_at.date() >= NO_PUMPS_SINCE
    )
    return 0.6 if planted else 0.04


def _solve(shop: Shop, request: Request) -> None:
    """What needs no workshop: at once on the phone or at the desk, in some days in writing."""
    dice = shop.dice
    late = dice.happens(0.06)
    at_once = request.channel in {"phone", "store"} and dice.happens(0.7)
    days = 7.2 + dice.wait(3) if late else 0.01 if at_once else dice.around(0.2, 6.5, 1.5)
    if late:
        _insist(shop, request, days_later(request.opened_at, dice.between(3, 6)), 0.5)
    solved_at = open_time(days_later(request.opened_at, days))
    _case(shop, request, solved_at, "SOLVED")
    _speak(shop, request, solved_at, 5.6 if late else 8.8)


def _insist(shop: Shop, request: Request, moment: datetime, probability: float) -> None:
    """The same thing again, often on another channel."""
    dice = shop.dice
    while dice.happens(probability):
        channel = "phone" if dice.happens(0.65) else dice.one_of(("mail", "chat"))
        _contact(shop, request, open_time(moment), channel, dice.one_of(SUBJECTS["again"]), again=True)
        moment, probability = days_later(moment, 1 + dice.wait(2)), probability / 2


def _speak(shop: Shop, request: Request, moment: datetime, mean: float) -> None:
    dice = shop.dice
    if dice.happens(0.24):
        score, answered_at = dice.score(mean), later(moment, 60 * dice.between(2, 40))
        row = {
            "answered": utc_text(answered_at),
            "who": request.customer.email,
            "ticket": request.number,
            "csat_10": score,
            "words": dice.comment(score, CONTENT, LET_DOWN),
        }
        shop.exports.note("survey", answered_at, row)


# What each system notes -------------------------------------------------------------------------------------


def _contact(
    shop: Shop, request: Request, moment: datetime, channel: str, subject: str, *, again: bool = False
) -> None:
    """A question reaches us: each channel has a system of its own."""
    dice, customer = shop.dice, request.customer
    about = {"kind": "repair" if request.workshop else "request", "reason": request.reason}
    repair = {"product": request.product, "workshop": request.workshop}
    if channel == "phone":
        waits_s = round(dice.wait(140))
        taken = None if dice.happens(0.05) else epoch_s(moment) + waits_s
        call = {"from": customer.phone, "start": epoch_s(moment), "taken": taken}
        row = {"call": call, "ticket": request.number, **about, **repair, "follow_up": again, "note": subject}
        shop.exports.note("calls", moment, row)
    elif channel == "store":
        row = {
            "heure": wall_clock(moment),
            "magasin": dice.drawn(STORES),
            "dossier": request.number,
            "client": customer.name,
            "email": customer.email,
            "type": "SAV" if request.workshop else "DEMANDE",
            "motif": request.reason,
            "produit": request.product,
            "atelier": request.workshop,
        }
        shop.exports.note("desk", moment, row)
    else:
        answered_at = open_time(later(moment, 3 + dice.wait(8) if channel == "chat" else 40 + dice.wait(420)))
        row = {
            "received_at": with_offset(moment),
            "first_answer_at": with_offset_if_past(None if dice.happens(0.03) else answered_at),
            "channel": channel,
            "from": customer.email,
            "ticket": request.number,
            **about,
            **repair,
            "re": "RE" if again else "",
            "subject": subject,
        }
        shop.exports.note("messages", moment, row)


def _case(shop: Shop, request: Request, moment: datetime, event: str) -> None:
    row = {"ts": utc_text(moment), "event": event, "case": request.number}
    shop.exports.note("cases", moment, row | {"item": request.product, "workshop": request.workshop})


def _notify(shop: Shop, request: Request, moment: datetime) -> None:
    medium = "sms" if request.customer.calls else "email"
    row = {"sent_at_ms": 1000 * epoch_s(moment), "kind": "repaired", "medium": medium, "case": request.number}
    shop.exports.note("notices", moment, row)


def _write(exports: Exports, folder: Path) -> None:
    write_lines(folder / "calls.jsonl", exports.rows("calls"))
    write_csv(folder / "messages.csv", exports.rows("messages"))
    write_csv(folder / "store-desk.csv", exports.rows("desk"), ";")
    write_lines(folder / "cases.jsonl", numbered(exports.rows("cases"), RESENT_FROM))
    write_csv(folder / "workshops.csv", exports.rows("workshops"), "\t")
    write_csv(folder / "partner.csv", exports.rows("partner"), ";")
    write_csv(folder / "notices.csv", exports.rows("notices"))
    write_csv(folder / "survey.csv", exports.rows("survey"))
