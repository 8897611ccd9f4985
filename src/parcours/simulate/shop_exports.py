"""What the web shop exports: orders, the logs of site and app, reservations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcours.simulate import naming
from parcours.simulate.browsing import BASKET, CHECKOUT, HOUSEHOLDS, KIOSK, PAGES, TYPES
from parcours.simulate.cells import days, heard, order_code, stamps, store_code
from parcours.simulate.columns import DAY, HOUR, MINUTE, Claims, Integers, between
from parcours.simulate.demand import TILL, Luck
from parcours.simulate.planted import CHANNELS

if TYPE_CHECKING:
    from parcours.simulate.part import Part

_RESERVED = 0.3  # store purchases of people who looked online first for which the article was set aside


def _second_account(part: Part) -> Claims:
    """Orders made with a second account."""
    uses: Claims = part.people.second_account[part.bought.person] & (part.bought.luck[:, Luck.COMMENT] < 0.4)
    return uses


def orders(part: Part) -> Any:
    """One row an order of site or app."""
    rows = np.flatnonzero(part.is_online & heard(part, "orders", part.bought.paid_at))
    rows = rows[np.argsort(part.order[rows], kind="stable")]
    bought, fates, people = (
        part.bought.take(rows),
        part.fates.take(rows),
        part.people.take(part.bought.person[rows]),
    )
    number, second = people.number, _second_account(part)[rows]
    in_app = bought.channel == CHANNELS.index("app")
    cookie = naming.browser(number, np.zeros_like(number), ~in_app)
    mail = naming.address(number, people.household)
    other_mail = pc.binary_join_element_wise(
        "boite", pc.utf8_slice_codeunits(naming.second_customer(number), 1), "@example.org", ""
    )
    return pa.table(
        {
            "commande": order_code(part.order[rows]),
            "client": pc.if_else(pa.array(second), naming.second_customer(number), naming.customer(number)),
            "email": pc.if_else(pa.array(second), other_mail, mail),
            "telephone": naming.national(number, people.has_phone & ~(second & (number % 2 == 0))),
            "cookie": cookie,
            "appareil": naming.app_device(number, in_app),
            "canal": naming.words(("site", "application"), in_app.astype(np.int64)),
            "mode": naming.words(("retrait", "livraison"), (bought.store < 0).astype(np.int64)),
            "magasin": store_code(part, bought.store),
            "payee_le": stamps(bought.paid_at),
            "engagement": naming.words(
                ("deux_heures", "heure_dite"), (~fates.two_hours).astype(np.int64), bought.store >= 0
            ),
            "prete_avant": stamps(fates.ready_by),
            "livraison_promise": days(fates.promised_day),
            "creneau": _slots(part, bought.paid_at),
            "montant_centimes": pa.array(bought.value),
            "articles": pa.array(bought.items),
        }
    )


_SLOT_HOURS = ("00-09", "09-14", "14-18", "18-24")


def _slots(part: Part, at: Integers) -> Any:
    """Time of the week as the shop reports it: `sat-14-18`."""
    day = naming.words(("week", "sat", "sun"), np.maximum(part.calendar.weekday(at) - 4, 0))
    hours = naming.words(_SLOT_HOURS, np.searchsorted([9, 14, 18], part.calendar.hour(at), side="right"))
    return pc.binary_join_element_wise(day, hours, "-")


def _views(part: Part, in_app: bool) -> tuple[Integers, Any]:  # noqa: FBT001 - one of two tables
    """Rows of one of both logs, with the columns that both have."""
    rows = np.flatnonzero(part.visits.in_app[part.views.visit] == in_app)
    views = part.views.take(rows)
    return rows, {
        "visite": naming.label("v", views.visit + part.first_visit, 8),
        "horodatage": stamps(views.at),
        "page": naming.words(PAGES, views.page),
        "evenement": naming.words(TYPES, views.page),
        "produit": naming.label("SKU", views.product, 5, views.product >= 0),
    }


def web_views(part: Part) -> Any:
    """One row a page of the site, at home or on a screen in a store."""
    rows, columns = _views(part, in_app=False)
    visit = part.visits.take(part.views.visit[rows])
    people, page = part.people.take(visit.person), part.views.page[rows]
    shared, at_kiosk = visit.device == HOUSEHOLDS, visit.device == KIOSK
    declared = shared & people.declares_shared
    cookie = pc.if_else(
        pa.array(shared),
        naming.household_browser(people.household),
        naming.browser(people.number, np.maximum(visit.device, 0)),
    )
    known = visit.known & (
        (visit.kind != 2) | np.isin(page, (BASKET, CHECKOUT))
    )  # buyers log in at the basket
    return pa.table(
        columns
        | {
            "cookie": pc.if_else(pa.array(declared | at_kiosk), pa.scalar(None, pa.string()), cookie),
            "appareil_partage": naming.household_device(people.household, declared),
            "borne": naming.label("borne-", people.home, 3, at_kiosk),
            "client": naming.customer(people.number, known),
        }
    )


def app_views(part: Part) -> Any:
    """One row a screen of the app."""
    rows, columns = _views(part, in_app=True)
    people = part.people.take(part.visits.person[part.views.visit[rows]])
    return pa.table(
        columns | {"appareil": naming.app_device(people.number), "client": naming.customer(people.number)}
    )


def reservations(part: Part) -> Any:
    """Articles set aside in a store by people who looked online, to be tried there before they buy."""
    bought, calendar = part.bought, part.calendar
    who = bought.person
    reserves = (bought.way == TILL) & part.people.researches[who] & part.people.has_account[who]
    rows = np.flatnonzero(reserves & (bought.luck[:, Luck.LOCKER] < _RESERVED))
    luck, store = bought.luck[rows], bought.store[rows]
    asked_at = bought.paid_at[rows] - between(luck[:, Luck.ARRIVES_WHEN], 3 * HOUR, 2 * DAY)
    ready_at = calendar.open_time(store, asked_at + between(luck[:, Luck.SPEED], 8 * MINUTE, 50 * MINUTE))
    shown = np.flatnonzero((asked_at >= calendar.begins_at) & (ready_at < bought.paid_at[rows]))
    shown = shown[np.argsort(asked_at[shown], kind="stable")]
    rows, asked_at, ready_at = rows[shown], asked_at[shown], ready_at[shown]
    return pa.table(
        {
            "reservation": naming.label("RES", part.receipt[rows], 7),
            "client": naming.customer(part.person[rows]),
            "magasin": store_code(part, bought.store[rows]),
            "demandee_le": stamps(asked_at),
            "mise_de_cote_le": stamps(ready_at),
        }
    )
