"""Data of the template `ten-promises`: ten weeks of a retailer of sports goods that makes the ten promises retailers ask for first.

What is planted here, and what the product should therefore find:

- Since Monday 5 October the store in Nantes has no morning team: nearly half of its orders are ready later than the time that was named; elsewhere,
  and before, about one in twenty-five is.
- Who waits asks where the order is, and scores low.
- The loyalty system's list ends on Friday 30 October: whether points were credited since then nobody can say.
- A few rows are bad, as in any export: events sent twice, a desk's computer whose clock was lost.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from parcours.cli.templates.made import (
    DAYS,
    FIRST_DAY,
    LOST_CLOCK,
    SATURDAY,
    Dice,
    Exports,
    Person,
    Planted,
    Row,
    Shop,
    any_moment,
    at_hour,
    days_later,
    later,
    numbered,
    open_time,
    paris,
    some_people,
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

SEED = 20261008
ORDERS, OTHERS, CUSTOMERS, RESENT_FROM = 3_200, 420, 2_000, 1_500
STORES = ("Lyon", "Rennes", "Lille", "Bordeaux", "Nantes", "Dijon")
NANTES = "Nantes"
NO_MORNING_TEAM_SINCE = date(2026, 10, 5)
DEAF_SINCE = paris(10, 30, 18)
PLANTED = Planted(
    "ready-at-the-named-time", "store", NANTES, NO_MORNING_TEAM_SINCE, deaf="points-in-48-hours"
)
ARTICLES = {"A-tent": 12_900, "A-boots": 8_990, "A-bike": 34_900, "A-ball": 1_990, "A-racket": 7_490}
REASONS = ("delivery", "size", "invoice", "warranty", "loyalty")
LET_DOWN = (
    "Commande pas prête à l'heure annoncée.",
    "J'ai attendu au comptoir pour rien.",
    "Not ready, and nobody told me.",
    "Deuxième passage, toujours rien.",
    "",
    "",
)
CONTENT = ("Prêt à l'heure, merci.", "Parfait.", "Fast and friendly.", "Rien à redire.", "", "", "")


class Order(NamedTuple):
    """An order on the site; `store` is empty where it is delivered."""

    number: str
    customer: Person
    placed_at: datetime
    store: str


def write_data(folder: Path) -> None:
    """Make the data into an existing folder; the same every time."""
    shop = Shop.opened(SEED)
    people = some_people(shop.dice, CUSTOMERS)
    for order in _orders(shop.dice, people):
        _place(shop, order)
    for number in range(OTHERS):
        for happens in (_reserve, _return, _ask, _repair, _look_and_buy):
            happens(shop, who_comes(shop.dice, people), 10_001 + number)
    _write(shop.exports, folder)


def _orders(dice: Dice, people: list[Person]) -> Iterator[Order]:
    for number, moment in enumerate(sorted(any_moment(dice) for _ in range(ORDERS)), 700_001):
        store = dice.one_of(STORES) if dice.happens(0.75) else ""
        yield Order(f"W{number}", who_comes(dice, people), moment, store)


def _web(shop: Shop, moment: datetime, event: str, customer: Person, **told: object) -> None:
    """The site notes an event of a customer who has signed in."""
    row = {"ts": utc_text(moment), "event": event, "customer": customer.name, "email": customer.email}
    shop.exports.note("web", moment, {**row, "phone": customer.phone, **told})


# Orders -----------------------------------------------------------------------------------------------------


def _place(shop: Shop, order: Order) -> None:
    about: Row = {"order": order.number, "amount": 100 * shop.dice.one_of((19, 45, 89, 129))}
    if order.store:
        opened_at = open_time(order.placed_at)
        ready_by = open_time(later(opened_at, 120))
        about |= {"mode": "collect", "store": order.store, "ready_by": with_offset(ready_by)}
        _web(shop, order.placed_at, "ORDER", order.customer, **about)
        _prepare(shop, order, opened_at, ready_by)
    else:
        day = working_days_later(order.placed_at.date(), shop.dice.one_of((1, 2)))
        begins = datetime.combine(day, time(shop.dice.one_of((8, 10, 14, 18))))
        slot = {"slot_from": with_offset(begins), "slot_to": with_offset(later(begins, 120))}
        _web(shop, order.placed_at, "ORDER", order.customer, **about, mode="delivery", **slot)
        _deliver(shop, order, begins)
    _credit(shop, order)


def _prepare(shop: Shop, order: Order, opened_at: datetime, ready_by: datetime) -> None:
    """In the backroom, then at the desk."""
    dice = shop.dice
    late = dice.happens(
        0.48 if order.store == NANTES and order.placed_at.date() >= NO_MORNING_TEAM_SINCE else 0.04
    )
    share = dice.between(0.15, 0.95)
    ready_at = later(ready_by, 8 + dice.wait(70)) if late else opened_at + (ready_by - opened_at) * share
    ready_at = open_time(ready_at) if late else min(open_time(ready_at), ready_by)
    _desk(shop, ready_at, order.store, "PRETE", order.number)
    if late:
        order.customer.was_let_down = True
        asked_at = later(ready_by, dice.between(2, 90))
        row = {"chat": f"X{order.number}", "at": with_offset(asked_at), "email": order.customer.email}
        if dice.happens(0.5):
            shop.exports.note("chat", asked_at, row | {"order": order.number})
    asked_at = open_time(later(ready_at, 60 * dice.wait(14)))
    _desk(shop, asked_at, order.store, "DEMANDEE", order.number)
    served_at = later(asked_at, 5.2 + dice.wait(6) if dice.happens(0.06) else dice.around(0.5, 4.8, 2))
    _desk(shop, served_at, order.store, "REMISE", order.number)
    if dice.happens(0.22):
        score, moment = dice.score(3.7 if late else 8.8), later(served_at, 60 * dice.between(2, 40))
        words = dice.comment(score, CONTENT, LET_DOWN)
        row = {"answered": utc_text(moment), "email": order.customer.email, "order": order.number}
        shop.exports.note("survey", moment, row | {"note": score, "words": words})


def _desk(shop: Shop, moment: datetime, store: str, event: str, order: str) -> None:
    """The stores' own system; now and then its clock is lost."""
    shown = LOST_CLOCK if shop.dice.happens(0.002) else wall_clock(moment)
    row = {"heure": shown, "magasin": store, "evenement": event, "commande": order, "reservation": ""}
    shop.exports.note("stores", moment, row)


def _deliver(shop: Shop, order: Order, begins: datetime) -> None:
    dice = shop.dice
    minutes = dice.between(4, 116)
    if dice.happens(0.07):
        minutes = dice.one_of((-40.0, -15.0, 135.0, 200.0))
    at_door = later(begins, minutes)
    shop.exports.note("carrier", at_door, {"scan": with_offset(at_door), "ref": order.number})


def _credit(shop: Shop, order: Order) -> None:
    """Points within a night or two; the list of the loyalty system ends one evening."""
    hours = 49 + shop.dice.wait(30) if shop.dice.happens(0.05) else shop.dice.around(4, 44, 20)
    credited_at = later(order.placed_at, 60 * hours)
    if credited_at < DEAF_SINCE:
        row = {"credited_at": with_offset(credited_at), "order": order.number, "card": order.customer.name}
        shop.exports.note("loyalty", credited_at, row)


# All else that was promised ---------------------------------------------------------------------------------


def _reserve(shop: Shop, customer: Person, number: int) -> None:
    """An article set aside in a store: there, or not."""
    dice, reservation, moment = shop.dice, f"R{number}", any_moment(shop.dice)
    store, article = dice.one_of(STORES), dice.one_of(tuple(ARTICLES))
    _web(shop, moment, "RESERVATION", customer, reservation=reservation, store=store, article=article)
    came_at = open_time(later(moment, 60 * dice.between(3, 40)))
    row = {"heure": wall_clock(came_at), "magasin": store, "commande": "", "reservation": reservation}
    event = "ARTICLE ABSENT" if dice.happens(0.05) else "RETRAIT"
    shop.exports.note("stores", came_at, row | {"evenement": event})


def _return(shop: Shop, customer: Person, number: int) -> None:
    """Goods back, money back: late now and then, or not all of it."""
    dice, cents = shop.dice, 100 * shop.dice.one_of((19, 45, 89, 129))
    received_at = open_time(any_moment(dice))
    row = {"retour": f"B{number}", "client": customer.name, "recu_le": with_offset(received_at)}
    shop.exports.note("returns", received_at, row | {"centimes": cents})
    days = dice.between(11, 15) if dice.happens(0.05) else dice.around(0.5, 4, 2)
    paid_at = days_later(received_at, days)
    paid = cents - 500 if dice.happens(0.03) else cents
    shop.exports.note("bank", paid_at, {"paid_at": utc_text(paid_at), "ref": f"B{number}", "cents": paid})


def _ask(shop: Shop, customer: Person, number: int) -> None:
    """A question by phone or mail: an automatic answer at once, a human one later; some have to call again about the same."""
    dice, moment, reason = shop.dice, any_moment(shop.dice), shop.dice.one_of(REASONS)
    calls = 2 if dice.happens(0.07) else 1
    for turn in range(calls):
        asked_at = open_time(moment) if customer.calls else moment
        ticket = f"T{number}{'ab'[turn]}"
        _care(shop, asked_at, ticket, "opened", customer, reason)
        if not customer.calls:
            _care(shop, later(asked_at, 1), ticket, "answered by robot", customer, reason)
        hours = 25 + dice.wait(12) if dice.happens(0.06) else dice.around(0.1, 22, 3)
        _care(shop, later(asked_at, 60 * hours), ticket, "answered by human", customer, reason)
        moment = days_later(moment, dice.between(1, 6))


def _care(shop: Shop, moment: datetime, ticket: str, event: str, customer: Person, reason: str) -> None:
    row = {"at": with_offset(moment), "ticket": ticket, "event": event, "reason": reason}
    known = {
        "phone": customer.phone if customer.calls else "",
        "email": "" if customer.calls else customer.email,
    }
    shop.exports.note("care", moment, row | known)


def _repair(shop: Shop, customer: Person, number: int) -> None:
    """A repair with news every two days; one in ten goes quiet for longer."""
    dice, repair = shop.dice, f"P{number}"
    moment = open_time(any_moment(dice))
    ends_at = days_later(moment, dice.between(3, 9))
    quiet = dice.happens(0.1)
    about = {"dossier": repair, "client": customer.name, "magasin": dice.one_of(STORES)}
    shop.exports.note("workshop", moment, {"le": with_offset(moment), "quoi": "depose", **about})
    while True:
        moment = later(moment, 60 * (dice.between(55, 90) if quiet else dice.between(26, 46)))
        quiet = False
        if moment >= ends_at:
            break
        shop.exports.note("workshop", moment, {"le": with_offset(moment), "quoi": "nouvelles", **about})
    shop.exports.note("workshop", ends_at, {"le": with_offset(ends_at), "quoi": "rendu", **about})


def _look_and_buy(shop: Shop, customer: Person, number: int) -> None:
    """A price seen on the site, then paid at a till; some shelves still say the old one."""
    dice = shop.dice
    day = FIRST_DAY + timedelta(days=int(dice.between(0, DAYS - 3)))
    article = dice.one_of(tuple(ARTICLES))
    seen_at = at_hour(dice, day, 18, 23)
    _web(shop, seen_at, "PRICE", customer, article=article, price=ARTICLES[article])
    bought_on = working_days_later(day, 1 if day.weekday() < SATURDAY else 2)
    paid_at = at_hour(dice, bought_on, 10, 19)
    price = ARTICLES[article] + (500 if dice.happens(0.06) else 0)
    row = {"at": with_offset(paid_at), "magasin": dice.one_of(STORES), "carte": customer.name}
    shop.exports.note("tills", paid_at, row | {"ticket": f"K{number}", "article": article, "centimes": price})


def _write(exports: Exports, folder: Path) -> None:
    write_lines(folder / "web.jsonl", numbered(exports.rows("web"), RESENT_FROM))
    write_csv(folder / "stores.csv", exports.rows("stores"), ";")
    write_csv(folder / "returns.csv", exports.rows("returns"), ";")
    write_csv(folder / "workshop.csv", exports.rows("workshop"), ";")
    for name in ("carrier", "loyalty", "bank", "care", "chat", "tills", "survey"):
        write_csv(folder / f"{name}.csv", exports.rows(name))
