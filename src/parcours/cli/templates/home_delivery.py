"""Data of the template `home-delivery`: ten weeks of a web shop, as its own systems and its carriers' would export them.

What is planted here, and what the product should therefore find:

- Since Monday 5 October the carrier Rapidel lets a subcontractor deliver in Grand Est. Four in ten of its parcels there come after the
  announced day, the driver having noted "address not found"; elsewhere, and before, about one in twenty-five comes late.
- Who waits in vain asks where the parcel is, some of them twice; scores low; sometimes cancels; and comes back less than others.
- Large items are brought by a partner whose tool sends nothing after Monday 2 November, noon; its customers are served as before.
- A few rows are bad, as in any export: events sent twice, handhelds of drivers whose clock was lost.
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
    at_hour,
    contacts,
    epoch_s,
    euros,
    french,
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
    working_days_later,
    write_csv,
    write_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEED = 20261005
ORDERS, CUSTOMERS, RESENT_FROM = 3_600, 2_400, 3_000
RAPIDEL, COLIBLEU, PARTNER = "Rapidel", "Colibleu", "Gros-Porteur"
SUBCONTRACTED_SINCE = date(2026, 10, 5)
DEAF_SINCE = paris(11, 2, 12)
PLANTED = Planted(
    "on-the-day", "carrier_region", "Rapidel Grand Est", SUBCONTRACTED_SINCE, deaf="large-on-the-day"
)
DELIVERY_DAYS = {"express": 2, "standard": 4}  # after payment, Sundays left out


class Town(NamedTuple):
    """Where people live; `share` is its part of all orders."""

    postcode: str
    city: str
    region: str
    share: float


TOWNS = (
    Town("75011", "Paris", "Île-de-France", 0.17),
    Town("78000", "Versailles", "Île-de-France", 0.08),
    Town("69003", "Lyon", "Auvergne-Rhône-Alpes", 0.12),
    Town("38000", "Grenoble", "Auvergne-Rhône-Alpes", 0.06),
    Town("67000", "Strasbourg", "Grand Est", 0.08),
    Town("54000", "Nancy", "Grand Est", 0.07),
    Town("59000", "Lille", "Hauts-de-France", 0.13),
    Town("33000", "Bordeaux", "Nouvelle-Aquitaine", 0.14),
    Town("31000", "Toulouse", "Occitanie", 0.15),
)
LET_DOWN = (
    "« Adresse introuvable » : j'habite ici depuis dix ans.",
    "J'ai attendu toute la journée pour rien.",
    "Nouveau livreur, il n'est jamais monté.",
    "Colis annoncé lundi, reçu jeudi.",
    "The driver never rang the bell.",
    "I took a day off for nothing.",
    "",
    "",
)
CONTENT = (
    "Livré à l'heure dite, merci.",
    "Livreur très aimable.",
    "Parfait.",
    "Bien emballé.",
    "Right on the day.",
    "Quick delivery, thank you.",
    "",
    "",
    "",
)
SUBJECTS = {
    "where_is_it": (
        "Où est mon colis ?",
        "Adresse introuvable, vraiment ?",
        "Where is my parcel?",
        "Toujours pas livré",
    ),
    "damaged": ("Colis abîmé", "Article cassé à l'arrivée", "Arrived broken"),
    "invoice": ("Demande de facture", "Invoice please"),
}


class Order(NamedTuple):
    """An order as paid."""

    number: str
    customer: Person
    town: Town
    carrier: str
    speed: str
    paid_at: datetime

    @property
    def announced_on(self) -> date:
        """The day that the shop names at the checkout."""
        return working_days_later(self.paid_at.date(), DELIVERY_DAYS[self.speed])

    @property
    def parcel(self) -> str:
        """Number on the label."""
        return f"{self.carrier[:2].upper()}{self.number[1:]}FR"


def write_data(folder: Path) -> None:
    """Make the data into an existing folder; the same every time."""
    shop = Shop.opened(SEED)
    for order in _orders(shop.dice):
        _pay(shop, order)
        _deliver(shop, order)
    _write(shop.exports, folder)


def _orders(dice: Dice) -> Iterator[Order]:
    people = some_people(dice, CUSTOMERS)
    homes = {person.number: dice.weighted(TOWNS, [town.share for town in TOWNS]) for person in people}
    for number, paid_at in enumerate(sorted(any_moment(dice) for _ in range(ORDERS)), 200_001):
        customer = who_comes(dice, people)
        carrier = dice.weighted((RAPIDEL, COLIBLEU, PARTNER), (0.5, 0.42, 0.08))
        speed = "express" if carrier != PARTNER and dice.happens(0.3) else "standard"
        yield Order(f"W{number}", customer, homes[customer.number], carrier, speed, paid_at)


def _pay(shop: Shop, order: Order) -> None:
    customer = order.customer
    row = {
        "commande": order.number,
        "client": customer.name,
        "email": customer.email,
        "telephone": customer.spoken_phone,
        "cp": order.town.postcode,
        "ville": order.town.city,
        "canal": "application" if shop.dice.happens(0.3) else "site",
        "payee_le": french(order.paid_at),
        "mode": order.speed.upper(),
        "transporteur": order.carrier,
        "livraison_annoncee": order.announced_on.strftime("%d/%m/%Y"),
        "montant": euros(round(100 * shop.dice.around(12, 240, 45))),
    }
    shop.exports.note("web", order.paid_at, row)


# What becomes of an order -----------------------------------------------------------------------------------


def _deliver(shop: Shop, order: Order) -> None:
    """From the warehouse to the door, on the announced day, before it, or after."""
    dice = shop.dice
    packed_on = working_days_later(order.paid_at.date(), 1)
    packed_at = at_hour(dice, packed_on, 7, 16)
    _warehouse(shop, order, packed_at, "PACKED")
    _warehouse(shop, order, at_hour(dice, packed_on, 17.5, 19), "SHIPPED")
    comes_on = working_days_later(packed_on, 1 if order.speed == "express" or dice.happens(0.45) else 2)
    if dice.happens(_risk(order, comes_on)):
        _come_late(shop, order, comes_on)
        return
    fails = comes_on < order.announced_on and dice.happens(0.09)
    _go_out(shop, order, comes_on, "destinataire absent" if fails else None)
    if fails:
        comes_on = working_days_later(comes_on, 1)
        _go_out(shop, order, comes_on, None)
    _speak(shop, order, at_hour(dice, comes_on, 19, 23), 7.4 if fails else 8.9)
    if dice.happens(0.015):
        _ask(shop, order, at_hour(dice, order.announced_on, 9, 12), "where_is_it", insists=0.1)


def _risk(order: Order, comes_on: date) -> float:
    """Probability that an order comes after the announced day."""
    planted = (
        order.carrier == RAPIDEL and order.town.region == "Grand Est" and comes_on >= SUBCONTRACTED_SINCE
    )
    return 0.4 if planted else 0.04


def _come_late(shop: Shop, order: Order, comes_on: date) -> None:
    """The driver does not find the door; the customer asks, and some cancel."""
    dice, customer = shop.dice, order.customer
    customer.was_let_down = True
    _go_out(shop, order, comes_on, "adresse introuvable" if dice.happens(0.8) else "report de tournée")
    if dice.happens(0.5):
        _ask(shop, order, at_hour(dice, order.announced_on, 16, 21), "where_is_it", insists=0.35)
    comes_on = working_days_later(order.announced_on, 1 + int(dice.wait(1.4)))
    if dice.happens(0.08):
        _warehouse(shop, order, at_hour(dice, comes_on, 9, 18), "CANCELLED")
        return
    _go_out(shop, order, comes_on, None)
    _speak(shop, order, at_hour(dice, comes_on, 19, 23), 3.9)


def _go_out(shop: Shop, order: Order, day: date, fails: str | None) -> None:
    """One tour: the van leaves, the customer is told, the parcel is handed over or not."""
    dice = shop.dice
    leaves_at, rings_at = at_hour(dice, day, 7, 8.5), at_hour(dice, day, 9, 18.5)
    _track(shop, order, leaves_at, "out")
    if dice.happens(0.97):
        _notify(shop, order, later(leaves_at, dice.between(2, 70)))
    _track(shop, order, rings_at, "failed" if fails else "delivered", fails)
    if not fails and dice.happens(0.015):
        _ask(shop, order, open_time(later(rings_at, 60 * dice.between(1, 40))), "damaged", insists=0.1)


def _speak(shop: Shop, order: Order, moment: datetime, mean: float) -> None:
    """Some answer the survey; a few ask for something else."""
    dice = shop.dice
    if dice.happens(0.22):
        score = dice.score(mean)
        row = {
            "answered_at": utc_text(moment),
            "email": order.customer.email,
            "order_no": order.number,
            "nps": score,
            "verbatim": dice.comment(score, CONTENT, LET_DOWN),
        }
        shop.exports.note("survey", moment, row)
    if dice.happens(0.02):
        _ask(shop, order, moment, "invoice", insists=0.05)


def _ask(shop: Shop, order: Order, moment: datetime, reason: str, insists: float) -> None:
    for contact in contacts(shop.dice, order.customer, moment, insists):
        about = {"order_no": order.number if shop.dice.happens(0.94) else ""}
        row = ticket(order.customer, contact, reason, about, shop.dice.one_of(SUBJECTS[reason]))
        shop.exports.note("tickets", contact.asked_at, row)


# What each system notes -------------------------------------------------------------------------------------


def _warehouse(shop: Shop, order: Order, moment: datetime, event: str) -> None:
    row = {"at": utc_text(moment), "event": event, "order": order.number, "parcel": order.parcel}
    shop.exports.note("warehouse", moment, row)


def _track(shop: Shop, order: Order, moment: datetime, event: str, reason: str | None = None) -> None:
    """Each carrier has words, times and references of its own."""
    if order.carrier == COLIBLEU:
        status = {"out": "OUT_FOR_DELIVERY", "failed": "NOT_DELIVERED", "delivered": "DELIVERED"}[event]
        parcel = {"id": order.parcel, "shipper_ref": order.number}
        row = {"parcel": parcel, "status": status, "ts": 1000 * epoch_s(moment), "why": reason}
        shop.exports.note(COLIBLEU, moment, row)
    elif order.carrier == RAPIDEL:
        shown = LOST_CLOCK if shop.dice.happens(0.003) else wall_clock(moment)
        code = {"out": "ELV", "failed": "ANL", "delivered": "LIV"}[event]
        row = {
            "colis": order.parcel,
            "ref_client": f"CMD/{order.number}",
            "code": code,
            "date": shown[:10],
            "heure": shown[11:],
            "motif": reason,
        }
        shop.exports.note(RAPIDEL, moment, row)
    elif moment < DEAF_SINCE:
        step = {"out": "chargée", "failed": "absent", "delivered": "livrée"}[event]
        shop.exports.note(
            PARTNER, moment, {"commande": order.number, "etape": step, "le": with_offset(moment)}
        )


def _notify(shop: Shop, order: Order, moment: datetime) -> None:
    row = {
        "sent_at": epoch_s(moment),
        "kind": "on_its_way",
        "medium": "sms" if order.customer.calls else "email",
        "order_ref": order.number,
    }
    shop.exports.note("notices", moment, row)


def _write(exports: Exports, folder: Path) -> None:
    regions = {town.postcode[:2]: town.region for town in TOWNS}
    write_csv(
        folder / "regions.csv",
        ({"departement": code, "region": region} for code, region in regions.items()),
        ";",
    )
    write_csv(folder / "web-orders.csv", exports.rows("web"), ";")
    write_lines(folder / "warehouse.jsonl", numbered(exports.rows("warehouse"), RESENT_FROM))
    write_csv(folder / "rapidel.csv", exports.rows(RAPIDEL), ";")
    write_lines(folder / "colibleu.jsonl", exports.rows(COLIBLEU))
    write_csv(folder / "gros-porteur.csv", exports.rows(PARTNER))
    write_csv(folder / "notices.csv", exports.rows("notices"))
    write_lines(folder / "care-tickets.jsonl", tickets_of(exports))
    write_csv(folder / "survey.csv", exports.rows("survey"))
