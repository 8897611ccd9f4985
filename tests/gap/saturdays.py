"""A shop small enough to count by hand: two stores, eight Tuesdays at 10:00 and eight Saturdays at 14:30, five orders a store each time.

All is ready after an hour, but in Lyon four of five Saturday orders from 30 March 2024 on, which are ready at 18:00, and in Nice one order of the first
Tuesday. One more order of Lyon on Saturday 27 April is the last thing seen. Every order carries 10.00 EUR.

| | kept | broken | unobservable |
|---|---|---|---|
| Lyon, Saturdays before 30 March (4) | 20 | 0 | 0 |
| Lyon, Saturdays from 30 March (4, and 27 April) | 4 | 16 | 1 |
| Lyon, Tuesdays | 40 | 0 | 0 |
| Nice | 79 | 1 | 0 |
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from story.shop import make_shop, ran

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """
source: orders
title: {en: Web shop, fr: Boutique en ligne}
read: {csv: data/orders*.csv}
person: {customer: customer}
objects: {order: order_id}
channel: web
touchpoint: web.checkout
set: {store: store, amount_minor: amount, currency: "'EUR'"}
signals:
  - {type: order.placed, at: placed_at}
  - {type: order.ready, at: ready_at, when: ready_at is not null, set: {amount_minor: "null"}}
"""
KIOSK = """
source: kiosk
read: {csv: data/kiosk.csv}
person: {customer: customer}
objects: {order: order_id}
channel: store
signals:
  - {type: feedback.given, at: said_at, text: comment, set: {score: score}}
"""
SAID = """
order_id,customer,said_at,score,comment
ann-2,ann,2024-03-30 16:45:00,0,"Rien n'était prêt, appelez 06 12 34 56 78"
"""
MAP = """
map: collect
per: order
owner: stores
slices: [store]
goals: [{promise: ready-in-2h, kept: 0.97}]
stages:
  - stage: buy
    steps:
      - {step: pay, title: {en: Pay, fr: Payer}, signal: order.placed}
      - {step: prepare, signal: order.ready}
promises:
  - {promise: ready-in-2h, says: {en: Ready in two hours}, after: order.placed, expect: order.ready, within: 2h}
  - {promise: content, measure: feedback.given, at_least: {score: 8}}
"""
SATURDAY, TUESDAY = datetime(2024, 3, 2, 14, 30, tzinfo=UTC), datetime(2024, 3, 5, 10, tzinfo=UTC)
TURN = datetime(2024, 3, 30, tzinfo=UTC)


def orders() -> list[str]:
    """Lines of the file."""
    rows = ["order_id,customer,store,placed_at,ready_at,amount"]
    for start in (SATURDAY, TUESDAY):
        for week in range(8):
            for store in ("lyon", "nice"):
                for number in range(5):
                    placed = start + timedelta(weeks=week)
                    late = store == "lyon" and start is SATURDAY and placed > TURN and number > 0
                    late |= store == "nice" and placed == TUESDAY and number == 0
                    ready = placed.replace(hour=18, minute=0) if late else placed + timedelta(hours=1)
                    name = f"{store}-{placed:%m%d}-{number}"
                    # Ann had come before and is let down on the day of the turn.
                    who = {"lyon-0305-0": "ann", "lyon-0330-1": "ann"}.get(name, f"c-{name}")
                    order = {"lyon-0330-1": "ann-2"}.get(name, name)
                    rows.append(f"{order},{who},{store},{placed},{ready},1000")
    return [*rows, "last,zoe,lyon,2024-04-27 14:30:00,,1000"]


def make_saturdays(folder: Path) -> Path:
    """The shop, run as of 1 June 2024."""
    files: dict[str, str | bytes] = {
        "sources/orders.yaml": SOURCE,
        "sources/kiosk.yaml": KIOSK,
        "maps/collect.yaml": MAP,
        "data/orders-1.csv": "\n".join(orders()) + "\n",
        "data/kiosk.csv": SAID,
    }
    ran(make_shop(folder, files), as_of="2024-06-01")
    return folder
