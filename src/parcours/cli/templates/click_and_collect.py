"""Data of the template `click-and-collect`: ten weeks of a small French retailer, as its systems would export them.

What is planted here, and what the product should therefore find:

- Of the orders that Lyon takes on a Saturday from 14 to 18 h, about two thirds are ready in two hours since 26 September (71 % over the ten
  weeks); elsewhere, and before, about 95 %.
- Who comes for an order that is not there scores low, calls, often has to ask twice, and comes back less than others.
- The franchise in Bordeaux sends nothing from its till after Thursday 5 November, 18 h; its customers are served as before.
- The customer C1407 is served well on 15 September. On Saturday 10 October they pay at 14:07, find nothing at the counter at 16:20, tell the
  kiosk so at 16:31, call at 16:52, have to repeat everything at 17:09, get a notice at 18:49, cancel on Monday, and never come back.
- A few rows are bad, as in any export: events sent twice, a kiosk whose clock was lost.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from parcours.cli.templates.made import (
    DAYS,
    FIRST_DAY,
    LOST_CLOCK,
    OPENS,
    SATURDAY,
    SUNDAY,
    Contact,
    Dice,
    Person,
    Planted,
    Shop,
    contacts,
    epoch_s,
    euros,
    french,
    later,
    numbered,
    open_time,
    paris,
    ticket,
    tickets_of,
    utc,
    utc_text,
    wall_clock,
    who_comes,
    write_csv,
    write_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


SEED = 20260912
ORDERS = 4_000
OVERLOAD_SINCE = date(2026, 9, 26)  # Lyon's Saturdays
DEAF_SINCE = paris(11, 5, 18)
STORY_CUSTOMER = 1407
PROMISED = timedelta(hours=2)


class Store(NamedTuple):
    """A store; `share` is its part of all orders."""

    code: str
    city: str
    network: str
    share: float


LYON = Store("LYO1", "Lyon", "propre", 0.26)
BORDEAUX = Store("BOR1", "Bordeaux", "franchise", 0.11)
STORES = (
    LYON,
    Store("PAR1", "Paris", "propre", 0.25),
    Store("LIL1", "Lille", "propre", 0.14),
    Store("NAN1", "Nantes", "propre", 0.12),
    BORDEAUX,
    Store("TLS1", "Toulouse", "propre", 0.12),
)
CUSTOMERS = 2_600
RESENT_FROM = 6_000  # the order system sends some events twice
AFTERNOON = 14  # the hour at which the slot begins
PLANTED = Planted("ready-in-2h", "store_slot", "Lyon sat-14-18", OVERLOAD_SINCE, deaf="ready-in-2h-franchise")
LET_DOWN = (
    "Ma commande n'était pas prête, personne ne savait rien.",
    "Rien au comptoir malgré le message « prêt en 2 heures ».",
    "J'ai attendu 40 minutes pour repartir sans rien.",
    "Plus jamais le samedi.",
    "They could not find my order.",
    "Nobody in the store could see my web order.",
    "Deux heures promises, je suis revenu deux fois.",
    "",
    "",
)
CONTENT = (
    "Rapide et aimable, merci.",
    "Très pratique, j'y vais en sortant du travail.",
    "Parfait.",
    "Prêt en une heure !",
    "Quick and friendly.",
    "In and out in five minutes.",
    "Bon accueil, un peu d'attente au comptoir.",
    "",
    "",
    "",
    "",
)
QUESTIONS = ("invoice", "wrong_item", "product", "payment")
SUBJECTS = {
    "not_ready": ("Ma commande n'est pas prête", "Où est ma commande ?", "My order was not there"),
    "invoice": ("Demande de facture", "Invoice please"),
    "wrong_item": ("Ce n'est pas le bon article", "Wrong item in the bag"),
    "product": ("Question sur le produit", "A question about the product"),
    "payment": ("Débité deux fois ?", "Charged twice?"),
}


class Order(NamedTuple):
    """An order as paid."""

    number: str
    customer: Person
    store: Store
    paid_at: datetime
    by_app: bool

    @property
    def is_saturday_afternoon(self) -> bool:
        """Paid on a Saturday from 14 h."""
        return self.paid_at.weekday() == SATURDAY and self.paid_at.hour >= AFTERNOON


def write_data(folder: Path) -> None:
    """Make the data into an existing folder; the same every time."""
    shop = Shop.opened(SEED)
    for order in _orders(shop.dice):
        _pay(shop, order)
        if order.customer.number == STORY_CUSTOMER:
            _live_the_story(shop, order)
        else:
            _live(shop, order)
    _write(shop, folder)


# Orders -----------------------------------------------------------------------------------------------------


def _orders(dice: Dice) -> Iterator[Order]:
    """Orders as they are paid. Who was let down by an earlier one is drawn again: most do not come back."""
    people = {store.code: _customers(dice, store) for store in STORES}
    story = Person(STORY_CUSTOMER, calls=True)
    moments: list[tuple[datetime, Person | None]] = [(moment, None) for moment in _payments(dice)]
    moments += [(paris(9, 15, 12, 31, 9), story), (paris(10, 10, 14, 7, 22), story)]
    for number, (paid_at, known) in enumerate(sorted(moments, key=lambda moment: moment[0]), 100_001):
        store = LYON if known else dice.weighted(STORES, [store.share for store in STORES])
        customer = known or who_comes(dice, people[store.code])
        yield Order(f"W{number}", customer, store, paid_at, dice.happens(0.35))


def _customers(dice: Dice, store: Store) -> list[Person]:
    start = 1_000 + 1_000 * STORES.index(store)
    numbers = range(start, start + round(CUSTOMERS * store.share))
    return [Person(number, calls=dice.happens(0.75)) for number in numbers if number != STORY_CUSTOMER]


def _payments(dice: Dice) -> Iterator[datetime]:
    """When orders are paid: from opening to two hours before closing, on Saturdays mostly after lunch."""
    days = [FIRST_DAY + timedelta(days=number) for number in range(DAYS)]
    open_days = [day for day in days if day.weekday() != SUNDAY]
    weights = [3.4 if day.weekday() == SATURDAY else 1.0 for day in open_days]
    for _ in range(ORDERS):
        day = dice.weighted(open_days, weights)
        afternoon = dice.happens(0.58 if day.weekday() == SATURDAY else 0.5)
        yield later(
            datetime.combine(day, time(14 if afternoon else 9)), dice.between(0, 240 if afternoon else 300)
        )


def _pay(shop: Shop, order: Order) -> None:
    cents = round(100 * shop.dice.around(9, 160, 28))
    customer = order.customer
    slot = ("SAM " if order.paid_at.weekday() == SATURDAY else "SEM ") + (
        "14-18" if order.paid_at.hour >= AFTERNOON else "09-14"
    )
    row = {
        "commande": order.number,
        "client": customer.name,
        "email": customer.email,
        "telephone": customer.spoken_phone,
        "cookie": f"ck-{customer.number * 7919 % 1_000_003:06x}{'a' if order.by_app else 'w'}",
        "magasin": order.store.code,
        "canal": "application" if order.by_app else "site",
        "payee_le": french(order.paid_at),
        "creneau": slot,
        "montant": euros(cents),
    }
    shop.exports.note("web", order.paid_at, row)


# What becomes of an order -----------------------------------------------------------------------------------


def _live(shop: Shop, order: Order) -> None:
    """From payment to hand-over, and what the customer says."""
    dice = shop.dice
    arrives_at = _arrival(dice, order)
    if dice.happens(_risk(order)):
        if dice.happens(0.2):
            _find_no_stock(shop, order, arrives_at)
            return
        ready_at = open_time(later(order.paid_at, 126 + dice.wait(80)))
    else:
        ready_at = later(order.paid_at, dice.around(16, 114, 48))
    _make_ready(shop, order, ready_at)
    if arrives_at >= ready_at:
        _hand_over(shop, order, arrives_at, score=8.9 if ready_at <= order.paid_at + PROMISED else 7.2)
        return
    _find_nothing(shop, order, arrives_at)
    if dice.happens(0.25):
        _store_event(
            shop, order, open_time(later(ready_at, 60 * dice.between(14, 70))), "CANCELLED", "customer"
        )
    else:
        _hand_over(shop, order, open_time(later(ready_at, 60 * dice.between(1, 30))), score=4.6)


def _risk(order: Order) -> float:
    """Probability that an order is not ready in two hours."""
    if order.store is LYON and order.is_saturday_afternoon and order.paid_at.date() >= OVERLOAD_SINCE:
        return 0.315
    return 0.06 if order.is_saturday_afternoon else 0.048


def _arrival(dice: Dice, order: Order) -> datetime:
    """When the customer comes: some two to three hours later, others on another day."""
    if dice.happens(0.66):
        return open_time(later(order.paid_at, 122 + dice.wait(25)))
    day = datetime.combine(order.paid_at.date() + timedelta(days=1 + int(dice.wait(1.2))), OPENS)
    return open_time(later(day, dice.between(5, 620)))


def _make_ready(shop: Shop, order: Order, ready_at: datetime) -> None:
    _store_event(shop, order, ready_at, "READY")
    if shop.dice.happens(0.985):
        late = shop.dice.happens(0.025)
        _notify(
            shop,
            order,
            later(ready_at, shop.dice.between(18, 90) if late else shop.dice.between(0.5, 9)),
            "ready",
        )


def _hand_over(shop: Shop, order: Order, comes_at: datetime, score: float) -> None:
    """The customer leaves with the goods; some then speak, on the kiosk or to the survey."""
    dice = shop.dice
    leaves_at = later(comes_at, 1 + dice.wait(3.5))
    _store_event(shop, order, comes_at, "DESK_SCAN")
    _store_event(shop, order, leaves_at, "COLLECTED")
    if dice.happens(0.12):
        _kiosk(shop, order, later(leaves_at, dice.between(0.5, 4)), dice.score(score))
    elif dice.happens(0.24):
        _survey(shop, order, later(leaves_at, 60 * dice.between(15, 60)), dice.score(score))
    if dice.happens(0.035):
        _ask(shop, order, later(leaves_at, 60 * dice.between(1, 60)), dice.one_of(QUESTIONS), insists=0.07)


def _find_nothing(shop: Shop, order: Order, comes_at: datetime) -> None:
    """The customer is at the counter and the order is not."""
    dice = shop.dice
    order.customer.was_let_down = True
    _store_event(shop, order, comes_at, "DESK_SCAN")
    if dice.happens(0.3):
        _kiosk(shop, order, later(comes_at, dice.between(6, 18)), dice.score(1.8))
    if dice.happens(0.5):
        _ask(shop, order, later(comes_at, dice.between(15, 80)), "not_ready", insists=0.42)


def _find_no_stock(shop: Shop, order: Order, arrives_at: datetime) -> None:
    """The store looks for the goods, has none, and cancels: before the customer comes, or with them at the counter."""
    dice = shop.dice
    cancelled_at = open_time(later(order.paid_at, dice.between(50, 200)))
    if arrives_at < cancelled_at:
        _find_nothing(shop, order, arrives_at)
    order.customer.was_let_down = True
    _store_event(shop, order, cancelled_at, "CANCELLED", "no_stock")
    _notify(shop, order, later(cancelled_at, dice.between(1, 20)), "cancelled")


def _live_the_story(shop: Shop, order: Order) -> None:
    """C1407: a good Tuesday, then the Saturday of 10 October."""
    if order.paid_at.day == 15:  # noqa: PLR2004 - the day of September
        _store_event(shop, order, paris(9, 15, 13, 22, 40), "READY")
        _notify(shop, order, paris(9, 15, 13, 25, 2), "ready")
        _store_event(shop, order, paris(9, 15, 18, 4, 11), "DESK_SCAN")
        _store_event(shop, order, paris(9, 15, 18, 6, 50), "COLLECTED")
        _survey(shop, order, paris(9, 16, 9, 12, 30), 9, "Rapide, merci.")
        return
    _store_event(shop, order, paris(10, 10, 16, 20, 5), "DESK_SCAN")
    _kiosk(shop, order, paris(10, 10, 16, 31, 48), 0, "Ma commande n'existait pas.")
    first = Contact(paris(10, 10, 16, 52, 10), "phone", paris(10, 10, 16, 58, 31))
    again = Contact(paris(10, 10, 17, 9, 44), "phone", paris(10, 10, 17, 21, 2))
    _ticket(shop, order, first, "not_ready", "Commande payée, rien au comptoir")
    _ticket(shop, order, again, "not_ready", "J'ai dû tout répéter : on ne voit pas ma commande du site")
    _store_event(shop, order, paris(10, 10, 18, 46, 27), "READY")
    _notify(shop, order, paris(10, 10, 18, 49, 3), "ready")
    _store_event(shop, order, paris(10, 12, 9, 31, 15), "CANCELLED", "customer")


# What each system notes -------------------------------------------------------------------------------------


def _store_event(shop: Shop, order: Order, moment: datetime, event: str, reason: str | None = None) -> None:
    if order.store is BORDEAUX:
        if moment < DEAF_SINCE:
            word = {
                "READY": "prete",
                "DESK_SCAN": "client_au_comptoir",
                "COLLECTED": "remise",
                "CANCELLED": "annulee",
            }[event]
            row = {"evt": word, "cde": order.number, "t": epoch_s(moment), "motif": reason}
            shop.exports.note("bordeaux", moment, row)
        return
    about = {"no": order.number, "store": order.store.code}
    shop.exports.note(
        "oms", moment, {"ts": utc_text(moment), "event": event, "order": about, "reason": reason}
    )


def _notify(shop: Shop, order: Order, moment: datetime, kind: str) -> None:
    medium = "push" if order.by_app else "sms" if order.customer.calls else "email"
    row = {
        "sent_at_ms": int(utc(moment).timestamp() * 1000),
        "kind": kind,
        "medium": medium,
        "order_ref": order.number,
    }
    shop.exports.note("notices", moment, row)


def _kiosk(shop: Shop, order: Order, moment: datetime, score: int, comment: str | None = None) -> None:
    lost_clock = comment is None and shop.dice.happens(0.01)
    row = {
        "when_local": LOST_CLOCK if lost_clock else wall_clock(moment),
        "store": order.store.city,
        "order_code": order.number,
        "score": score,
        "comment": shop.dice.comment(score, CONTENT, LET_DOWN) if comment is None else comment,
    }
    shop.exports.note("kiosk", moment, row)


def _survey(shop: Shop, order: Order, moment: datetime, score: int, comment: str | None = None) -> None:
    row = {
        "answered_at": utc_text(moment),
        "email": order.customer.email,
        "order_no": order.number,
        "score_0_10": score,
        "verbatim": shop.dice.comment(score, CONTENT, LET_DOWN) if comment is None else comment,
    }
    shop.exports.note("survey", moment, row)


def _ask(shop: Shop, order: Order, moment: datetime, reason: str, insists: float) -> None:
    """The customer asks; some have to ask again about the same."""
    for contact in contacts(shop.dice, order.customer, moment, insists):
        _ticket(shop, order, contact, reason, shop.dice.one_of(SUBJECTS[reason]))


def _ticket(shop: Shop, order: Order, contact: Contact, reason: str, subject: str) -> None:
    knows_order = order.customer.number == STORY_CUSTOMER or shop.dice.happens(0.88)
    about = {"order_no": order.number if knows_order else ""}
    shop.exports.note("tickets", contact.asked_at, ticket(order.customer, contact, reason, about, subject))


# Files ------------------------------------------------------------------------------------------------------


def _write(shop: Shop, folder: Path) -> None:
    stores = [{"code": store.code, "ville": store.city, "reseau": store.network} for store in STORES]
    write_csv(folder / "stores.csv", stores, ";")
    write_csv(folder / "web-orders.csv", shop.exports.rows("web"), ";")
    write_lines(folder / "oms.jsonl", numbered(shop.exports.rows("oms"), RESENT_FROM))
    write_lines(folder / "oms-bordeaux.jsonl", shop.exports.rows("bordeaux"))
    write_csv(folder / "notices.csv", shop.exports.rows("notices"))
    write_csv(folder / "care-tickets.csv", tickets_of(shop.exports))
    write_csv(folder / "kiosk.csv", shop.exports.rows("kiosk"))
    write_csv(folder / "survey.csv", shop.exports.rows("survey"))
