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

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from parcours.cli.templates.made import PARIS, Dice, Row, utc, utc_text, write_csv, write_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def paris(month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A moment of 2026 as the clocks in Paris show it; all times of this module are such."""
    return datetime.combine(date(2026, month, day), time(hour, minute, second))


SEED = 20260912
FIRST_DAY, DAYS, ORDERS = date(2026, 9, 7), 70, 4_000
END = datetime.combine(FIRST_DAY + timedelta(days=DAYS), time())
OVERLOAD_SINCE = date(2026, 9, 26)  # Lyon's Saturdays
DEAF_SINCE = paris(11, 5, 18)
STORY_CUSTOMER = 1407
OPENS = time(9)
PROMISED = timedelta(hours=2)
SATURDAY, SUNDAY = 5, 6


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
RESENT = range(6_000, 6_037)  # events that the order system sent twice
NOON, CONTENT_FROM = 14, 7  # the hour at which the afternoon slot begins; the score from which words are kind
_LAST_MINUTES = time(19, 50)
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


@dataclass
class Customer:
    """A customer, and whether they still like to come."""

    number: int
    calls: bool
    was_let_down: bool = False

    @property
    def name(self) -> str:
        """Identifier of the web shop."""
        return f"C{self.number:04d}"

    @property
    def email(self) -> str:
        """An address of a domain that nobody can own (RFC 2606)."""
        return f"c{self.number:04d}@example.org"

    @property
    def phone(self) -> str:
        """A number of the range that Arcep keeps for fiction."""
        return f"+3363998{self.number:04d}"


class Order(NamedTuple):
    """An order as paid."""

    number: str
    customer: Customer
    store: Store
    paid_at: datetime
    by_app: bool

    @property
    def is_saturday_afternoon(self) -> bool:
        """Paid on a Saturday from 14 h."""
        return self.paid_at.weekday() == SATURDAY and self.paid_at.hour >= NOON


Export = list[tuple[datetime, Row]]


@dataclass
class Shop:
    """The retailer's systems filling up: each event with its local time, in the shape of its export."""

    dice: Dice
    web: Export = field(default_factory=list)
    oms: Export = field(default_factory=list)
    bordeaux: Export = field(default_factory=list)
    notices: Export = field(default_factory=list)
    tickets: Export = field(default_factory=list)
    kiosk: Export = field(default_factory=list)
    survey: Export = field(default_factory=list)


def write_data(folder: Path) -> None:
    """Make the data into an existing folder; the same every time."""
    shop = Shop(Dice(SEED))
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
    story = Customer(STORY_CUSTOMER, calls=True)
    moments: list[tuple[datetime, Customer | None]] = [(moment, None) for moment in _payments(dice)]
    moments += [(paris(9, 15, 12, 31, 9), story), (paris(10, 10, 14, 7, 22), story)]
    for number, (paid_at, known) in enumerate(sorted(moments, key=lambda moment: moment[0]), 100_001):
        store = LYON if known else dice.weighted(STORES, [store.share for store in STORES])
        customer = known or dice.one_of(people[store.code])
        while customer.was_let_down and dice.happens(0.7):
            customer = dice.one_of(people[store.code])
        yield Order(f"W{number}", customer, store, paid_at, dice.happens(0.35))


def _customers(dice: Dice, store: Store) -> list[Customer]:
    start = 1_000 + 1_000 * STORES.index(store)
    numbers = range(start, start + round(CUSTOMERS * store.share))
    return [Customer(number, calls=dice.happens(0.75)) for number in numbers if number != STORY_CUSTOMER]


def _payments(dice: Dice) -> Iterator[datetime]:
    """When orders are paid: from opening to two hours before closing, on Saturdays mostly after lunch."""
    days = [FIRST_DAY + timedelta(days=number) for number in range(DAYS)]
    open_days = [day for day in days if day.weekday() != SUNDAY]
    weights = [3.4 if day.weekday() == SATURDAY else 1.0 for day in open_days]
    for _ in range(ORDERS):
        day = dice.weighted(open_days, weights)
        afternoon = dice.happens(0.58 if day.weekday() == SATURDAY else 0.5)
        yield _later(
            datetime.combine(day, time(14 if afternoon else 9)), dice.between(0, 240 if afternoon else 300)
        )


def _pay(shop: Shop, order: Order) -> None:
    cents = round(100 * shop.dice.around(9, 160, 28))
    customer = order.customer
    digits = "0" + customer.phone.removeprefix("+33")
    slot = ("SAM " if order.paid_at.weekday() == SATURDAY else "SEM ") + (
        "14-18" if order.paid_at.hour >= NOON else "09-14"
    )
    row = {
        "commande": order.number,
        "client": customer.name,
        "email": customer.email,
        "telephone": " ".join(digits[place : place + 2] for place in range(0, 10, 2)),
        "cookie": f"ck-{customer.number * 7919 % 1_000_003:06x}{'a' if order.by_app else 'w'}",
        "magasin": order.store.code,
        "canal": "application" if order.by_app else "site",
        "payee_le": order.paid_at.strftime("%d/%m/%Y %H:%M:%S"),
        "creneau": slot,
        "montant": f"{cents // 100},{cents % 100:02d}",
    }
    shop.web.append((order.paid_at, row))


# What becomes of an order -----------------------------------------------------------------------------------


def _live(shop: Shop, order: Order) -> None:
    """From payment to hand-over, and what the customer says."""
    dice = shop.dice
    arrives_at = _arrival(dice, order)
    if dice.happens(_risk(order)):
        if dice.happens(0.2):
            _find_no_stock(shop, order, arrives_at)
            return
        ready_at = _open_time(_later(order.paid_at, 126 + dice.wait(80)))
    else:
        ready_at = _later(order.paid_at, dice.around(16, 114, 48))
    _make_ready(shop, order, ready_at)
    if arrives_at >= ready_at:
        _hand_over(shop, order, arrives_at, score=8.9 if ready_at <= order.paid_at + PROMISED else 7.2)
        return
    _find_nothing(shop, order, arrives_at)
    if dice.happens(0.25):
        _store_event(
            shop, order, _open_time(_later(ready_at, 60 * dice.between(14, 70))), "CANCELLED", "customer"
        )
    else:
        _hand_over(shop, order, _open_time(_later(ready_at, 60 * dice.between(1, 30))), score=4.6)


def _risk(order: Order) -> float:
    """Probability that an order is not ready in two hours."""
    if order.store is LYON and order.is_saturday_afternoon and order.paid_at.date() >= OVERLOAD_SINCE:
        return 0.315
    return 0.06 if order.is_saturday_afternoon else 0.048


def _arrival(dice: Dice, order: Order) -> datetime:
    """When the customer comes: some two to three hours later, others on another day."""
    if dice.happens(0.66):
        return _open_time(_later(order.paid_at, 122 + dice.wait(25)))
    day = datetime.combine(order.paid_at.date() + timedelta(days=1 + int(dice.wait(1.2))), OPENS)
    return _open_time(_later(day, dice.between(5, 620)))


def _make_ready(shop: Shop, order: Order, ready_at: datetime) -> None:
    _store_event(shop, order, ready_at, "READY")
    if shop.dice.happens(0.985):
        late = shop.dice.happens(0.025)
        _notify(
            shop,
            order,
            _later(ready_at, shop.dice.between(18, 90) if late else shop.dice.between(0.5, 9)),
            "ready",
        )


def _hand_over(shop: Shop, order: Order, comes_at: datetime, score: float) -> None:
    """The customer leaves with the goods; some then speak, on the kiosk or to the survey."""
    dice = shop.dice
    leaves_at = _later(comes_at, 1 + dice.wait(3.5))
    _store_event(shop, order, comes_at, "DESK_SCAN")
    _store_event(shop, order, leaves_at, "COLLECTED")
    if dice.happens(0.12):
        _kiosk(shop, order, _later(leaves_at, dice.between(0.5, 4)), _score(dice, score))
    elif dice.happens(0.24):
        _survey(shop, order, _later(leaves_at, 60 * dice.between(15, 60)), _score(dice, score))
    if dice.happens(0.035):
        _ask(shop, order, _later(leaves_at, 60 * dice.between(1, 60)), dice.one_of(QUESTIONS), insists=0.07)


def _find_nothing(shop: Shop, order: Order, comes_at: datetime) -> None:
    """The customer is at the counter and the order is not."""
    dice = shop.dice
    order.customer.was_let_down = True
    _store_event(shop, order, comes_at, "DESK_SCAN")
    if dice.happens(0.3):
        _kiosk(shop, order, _later(comes_at, dice.between(6, 18)), _score(dice, 1.8))
    if dice.happens(0.5):
        _ask(shop, order, _later(comes_at, dice.between(15, 80)), "not_ready", insists=0.42)


def _find_no_stock(shop: Shop, order: Order, arrives_at: datetime) -> None:
    """The store looks for the goods, has none, and cancels: before the customer comes, or with them at the counter."""
    dice = shop.dice
    cancelled_at = _open_time(_later(order.paid_at, dice.between(50, 200)))
    if arrives_at < cancelled_at:
        _find_nothing(shop, order, arrives_at)
    order.customer.was_let_down = True
    _store_event(shop, order, cancelled_at, "CANCELLED", "no_stock")
    _notify(shop, order, _later(cancelled_at, dice.between(1, 20)), "cancelled")


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
    _ticket(
        shop,
        order,
        paris(10, 10, 16, 52, 10),
        paris(10, 10, 16, 58, 31),
        "not_ready",
        "Commande payée, rien au comptoir",
    )
    again = "J'ai dû tout répéter : on ne voit pas ma commande du site"
    _ticket(shop, order, paris(10, 10, 17, 9, 44), paris(10, 10, 17, 21, 2), "not_ready", again)
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
            row = {"evt": word, "cde": order.number, "t": int(utc(moment).timestamp()), "motif": reason}
            shop.bordeaux.append((moment, row))
        return
    about = {"no": order.number, "store": order.store.code}
    shop.oms.append((moment, {"ts": utc_text(moment), "event": event, "order": about, "reason": reason}))


def _notify(shop: Shop, order: Order, moment: datetime, kind: str) -> None:
    medium = "push" if order.by_app else "sms" if order.customer.calls else "email"
    row = {
        "sent_at_ms": int(utc(moment).timestamp() * 1000),
        "kind": kind,
        "medium": medium,
        "order_ref": order.number,
    }
    shop.notices.append((moment, row))


def _kiosk(shop: Shop, order: Order, moment: datetime, score: int, comment: str | None = None) -> None:
    lost_clock = comment is None and shop.dice.happens(0.01)
    row = {
        "when_local": "0000-00-00 00:00:00" if lost_clock else moment.strftime("%Y-%m-%d %H:%M:%S"),
        "store": order.store.city,
        "order_code": order.number,
        "score": score,
        "comment": _comment(shop.dice, score) if comment is None else comment,
    }
    shop.kiosk.append((moment, row))


def _survey(shop: Shop, order: Order, moment: datetime, score: int, comment: str | None = None) -> None:
    row = {
        "answered_at": utc_text(moment),
        "email": order.customer.email,
        "order_no": order.number,
        "score_0_10": score,
        "verbatim": _comment(shop.dice, score) if comment is None else comment,
    }
    shop.survey.append((moment, row))


def _ask(shop: Shop, order: Order, moment: datetime, reason: str, insists: float) -> None:
    """The customer asks; some have to ask again about the same."""
    dice = shop.dice
    asked_at = moment
    while True:
        channel = "phone" if order.customer.calls else dice.one_of(("mail", "chat"))
        asked_at = _open_time(asked_at) if channel == "phone" else asked_at
        _ticket(
            shop,
            order,
            asked_at,
            _answer(dice, asked_at, channel),
            reason,
            dice.one_of(SUBJECTS[reason]),
            channel,
        )
        if not dice.happens(insists):
            return
        asked_at, insists = _later(asked_at, 10 + dice.wait(900)), insists / 3


def _answer(dice: Dice, asked_at: datetime, channel: str) -> datetime | None:
    """At once on the phone; in writing after hours, after the Sunday, or never."""
    if channel == "phone" and dice.happens(0.93):
        return _later(asked_at, 2 + dice.wait(5))
    if dice.happens(0.05):
        return None
    return _open_time(_later(asked_at, 30 + dice.wait(600)))


def _ticket(
    shop: Shop,
    order: Order,
    asked_at: datetime,
    answered_at: datetime | None,
    reason: str,
    subject: str,
    channel: str = "phone",
) -> None:
    knows_order = order.customer.number == STORY_CUSTOMER or shop.dice.happens(0.88)
    row = {
        "opened_at": _with_offset(asked_at),
        "first_answer_at": "" if answered_at is None or answered_at >= END else _with_offset(answered_at),
        "channel": channel,
        "reason": reason,
        "order_no": order.number if knows_order else "",
        "phone": order.customer.phone if channel == "phone" else "",
        "email": "" if channel == "phone" else order.customer.email,
        "subject": subject,
    }
    shop.tickets.append((asked_at, row))


# Time and words ---------------------------------------------------------------------------------------------


def _later(moment: datetime, minutes: float) -> datetime:
    return moment + timedelta(seconds=round(60 * minutes))


def _open_time(moment: datetime) -> datetime:
    """The moment itself while stores are open; else some minutes after the next opening."""
    shift = (moment.minute + moment.second) % 50
    if moment.time() > _LAST_MINUTES:
        moment = datetime.combine(moment.date() + timedelta(days=1), OPENS) + timedelta(minutes=shift)
    elif moment.time() < OPENS:
        moment = datetime.combine(moment.date(), OPENS) + timedelta(minutes=shift)
    return moment + timedelta(days=1) if moment.weekday() == SUNDAY else moment


def _with_offset(moment: datetime) -> str:
    return moment.replace(tzinfo=PARIS).isoformat()


def _score(dice: Dice, mean: float) -> int:
    return min(10, max(0, round(mean + dice.around(-3, 3, 0))))


def _comment(dice: Dice, score: int) -> str:
    return dice.one_of(CONTENT if score >= CONTENT_FROM else LET_DOWN)


# Files ------------------------------------------------------------------------------------------------------


def _write(shop: Shop, folder: Path) -> None:
    stores = [{"code": store.code, "ville": store.city, "reseau": store.network} for store in STORES]
    write_csv(folder / "stores.csv", stores, ";")
    write_csv(folder / "web-orders.csv", _in_time(shop.web), ";")
    write_lines(folder / "oms.jsonl", _numbered(_in_time(shop.oms), RESENT))
    write_lines(folder / "oms-bordeaux.jsonl", _in_time(shop.bordeaux))
    write_csv(folder / "notices.csv", _in_time(shop.notices))
    tickets = _in_time(shop.tickets)
    write_csv(
        folder / "care-tickets.csv",
        ({"ticket": f"T{number}", **row} for number, row in enumerate(tickets, 5_001)),
    )
    write_csv(folder / "kiosk.csv", _in_time(shop.kiosk))
    write_csv(folder / "survey.csv", _in_time(shop.survey))


def _in_time(export: Export) -> list[Row]:
    """Rows up to the last day, in the order of time."""
    return [row for moment, row in sorted(export, key=lambda entry: entry[0]) if moment < END]


def _numbered(rows: list[Row], resent: range) -> Iterator[Row]:
    """Events with their id; some are sent a second time."""
    for number, row in enumerate(rows, 1):
        yield {"id": f"e-{number:06d}", **row}
        if number in resent:
            yield {"id": f"e-{number:06d}", **row}
