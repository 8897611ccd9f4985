"""What the stores' systems export: collections, receipts, repairs; the franchise has one system for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcours.simulate import naming
from parcours.simulate.calendar import midnight
from parcours.simulate.cells import days, heard, order_code, stamps, store_code
from parcours.simulate.demand import TILL, Luck
from parcours.simulate.fulfilment import NO_STOCK
from parcours.simulate.people import SHOWS_CARD
from parcours.simulate.writing import LINE

if TYPE_CHECKING:
    from parcours.simulate.calendar import Calendar
    from parcours.simulate.columns import Claims, Integers
    from parcours.simulate.part import Part

RESENT = 150  # every so many events of the stores' system come twice

_EVENTS = ("READY", "DESK_SCAN", "COLLECTED", "CANCELLED")
_FRENCH_EVENTS = ("prete", "client_au_comptoir", "remise", "annulee", "vente")


def _collection_events(part: Part, source: str, *, franchise: bool) -> tuple[Integers, Integers, Integers]:
    """Events of collections: (row of the purchase, place in `_EVENTS`, instant), by time."""
    which = np.flatnonzero(part.is_collected & (part.franchise == franchise))
    fates = part.fates.take(which)
    instants = (fates.ready_at, fates.arrives_at, fates.collected_at, fates.cancelled_at)
    row = np.tile(which, len(instants))
    event = np.repeat(np.arange(len(instants)), len(which))
    at = np.concatenate(instants)
    shown = np.flatnonzero(heard(part, source, at, part.bought.store[row]))
    shown = shown[np.argsort(at[shown], kind="stable")]
    return row[shown], event[shown], at[shown]


def _is_short(part: Part, row: Integers) -> Claims:
    claims: Claims = part.fates.outcome[row] == NO_STOCK
    return claims


def store_events(part: Part) -> Any:
    """Events of collections in our own stores; a few come twice."""
    row, event, at = _collection_events(part, "stores", franchise=False)
    lockers = _in_locker(part, row, at)
    place = np.select([event == 0, (event == 2) & lockers, event == 3], [0, 2, 0], 1)
    first = part.bought.luck[:, Luck.PARCELS]
    identity = pc.binary_join_element_wise(
        naming.label("e", part.order[row], 6), pa.array(event).cast(pa.string()), "-"
    )
    table = pa.table(
        {
            "id": identity,
            "event": naming.words(_EVENTS, event),
            "order": order_code(part.order[row]),
            "store": store_code(part, part.bought.store[row]),
            "place": naming.words(("backroom", "desk", "locker"), place),
            "reason": naming.words(
                ("customer", "no_stock"), _is_short(part, row).astype(np.int64), event == 3
            ),
            "at": stamps(at),
        }
    )
    twice = np.flatnonzero((first[row] * 1e6).astype(np.int64) % RESENT == 0)
    order = np.sort(np.concatenate([np.arange(len(row)), twice]))
    return table.take(pa.array(order))


def _in_locker(part: Part, row: Integers, at: Integers) -> Claims:
    """Collected from a locker, once there are some."""
    share = np.zeros(len(row))
    for drift in part.plan.planting.drifts:
        if drift.drift == "lockers":
            share[at >= midnight(drift.since)] = drift.part
    claims: Claims = part.bought.luck[row, Luck.LOCKER] < share
    return claims


def receipts(part: Part, rng: np.random.Generator) -> Any:
    """One row a receipt of our own tills."""
    rows = np.flatnonzero(
        (part.bought.way == TILL)
        & ~part.franchise
        & heard(part, "tills", part.bought.paid_at, part.bought.store)
    )
    rows = rows[np.argsort(part.receipt[rows], kind="stable")]
    bought, people = part.bought.take(rows), part.people.take(part.bought.person[rows])
    shows = people.has_card & (rng.random(len(rows)) < SHOWS_CARD)
    return pa.table(
        {
            "ticket": naming.label("R", part.receipt[rows], 7),
            "magasin": store_code(part, bought.store),
            "carte": naming.card(people.number, shows),
            "imprime_le": stamps(bought.paid_at),
            "montant_centimes": pa.array(bought.value),
            "articles": pa.array(bought.items),
        }
    )


def franchise_lines(part: Part, rng: np.random.Generator) -> Any:
    """The franchise's one system, in JSON lines: collections and receipts; times in seconds."""
    row, event, at = _collection_events(part, "franchise", franchise=True)
    sold = np.flatnonzero(
        (part.bought.way == TILL) & part.franchise & heard(part, "franchise", part.bought.paid_at)
    )
    row, event = np.concatenate([row, sold]), np.concatenate([event, np.full(len(sold), 4)])
    at = np.concatenate([at, part.bought.paid_at[sold]])
    order = np.argsort(at, kind="stable")
    row, event, at = row[order], event[order], at[order]
    number = part.people.number[part.bought.person[row]]
    shows = (event == 4) & part.people.has_card[part.bought.person[row]] & (rng.random(len(row)) < SHOWS_CARD)
    reason = naming.words(("client", "rupture"), _is_short(part, row).astype(np.int64), event == 3)
    paper = pc.if_else(
        pa.array(event == 4),
        naming.label("R", part.receipt[row], 7, part.receipt[row] >= 0),
        order_code(part.order[row]),
    )
    pieces = [
        '{"evt": "', naming.words(_FRENCH_EVENTS, event), '", "piece": ', _json(paper), ', "t": ',
        pa.array(at).cast(pa.string()), ', "motif": ', _json(reason), ', "carte": ', _json(naming.card(number, shows)),
        ', "centimes": ', pa.array(np.where(event == 4, part.bought.value[row], 0)).cast(pa.string()), "}",
    ]  # fmt: skip
    return pa.table({LINE: pc.binary_join_element_wise(*pieces, "")})


def franchise_opening(calendar: Calendar) -> Any:
    """The first line of the franchise's export, before anything is sold: no signal, but the file is never empty."""
    line = f'{{"evt": "ouverture", "piece": null, "t": {calendar.begins_at}, "motif": null, "carte": null, "centimes": 0}}'
    return pa.table({LINE: pa.array([line], pa.string())})


def _json(text: Any) -> Any:
    """JSON of texts without special signs; `null` for null."""
    return pc.fill_null(pc.binary_join_element_wise('"', text, '"', ""), "null")


def repairs(part: Part) -> Any:
    """One row a repair in the stores' workshops."""
    rows = np.flatnonzero((part.repair >= 0) & heard(part, "repairs", part.fates.repair_at))
    rows = rows[np.argsort(part.repair[rows], kind="stable")]
    fates, people = part.fates.take(rows), part.people.take(part.bought.person[rows])
    return pa.table(
        {
            "dossier": naming.label("SAV", part.repair[rows], 5),
            "magasin": store_code(part, part.bought.store[rows]),
            "client": naming.customer(people.number, people.has_account),
            "telephone": naming.national(people.number),
            "depose_le": stamps(fates.repair_at),
            "promis_le": days(fates.repair_day),
            "rendu_le": stamps(fates.repaired_at, heard(part, "repairs", fates.repaired_at)),
        }
    )
