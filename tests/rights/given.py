"""A shop in which every field of every person holds a needle of theirs, and ways to look for needles everywhere."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pyarrow import parquet as pq

from story.shop import parcours, ran, write

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

WEB = """
source: web
read: {csv: data/web*.csv}
person:
  customer: customer
  email: email
  loyalty: loyalty
  cookie: cookie
  kiosk: kiosk
objects: {order: order_id, store: store, product: product}
channel: web
touchpoint: {sql: "'web.' || page"}
text: comment
signals:
  - type: order.placed
    at: placed_at
    set: {store: store, nick: nick, contact: contact, score: try_cast(score as integer)}
    traits: {given_name: given, family_name: family, city: city}
    consents:
      - {purpose: letters, channel: mail, answer: letters, wording: wording, proof: form}
"""
STOCK = """
source: stock
read: {csv: data/stock.csv}
objects: {order: order_id, parcel: parcel, store: store}
channel: store
touchpoint: store.backroom
signals:
  - {type: order.ready, at: ready_at, set: {shelf: shelf}}
"""
KIOSK = """
source: kiosk
read: {json: data/kiosk.jsonl}
person: {kiosk: kiosk, email: email}
objects: {store: store}
channel: store
touchpoint: store.kiosk
text: said
signals:
  - {type: feedback.given, at: at, set: {score: score}}
"""
COLLECT = """
map: collect
per: order
owner: stores
slices: [store, nick]
stages:
  - stage: buy
    steps:
      - {step: pay, signal: order.placed}
      - {step: prepare, signal: order.ready}
promises:
  - {promise: ready-in-2h, after: order.placed, expect: order.ready, within: 2h}
"""
LIFE = """
map: life
per: person
owner: stores
stages:
  - stage: all
    steps:
      - {step: pay, signal: order.placed}
      - {step: say, signal: feedback.given, optional: true}
promises:
  - {promise: content, after: order.placed, measure: feedback.given, at_least: {score: 8}, within: 3d}
"""
HOURS = """
map: at-the-store
per: store
owner: stores
stages:
  - stage: all
    steps:
      - {step: pay, signal: order.placed}
      - {step: prepare, signal: order.ready}
promises:
  - {promise: busy, after: order.placed, expect: order.ready, within: 1h}
"""
WEB_HEADER = (
    "customer,email,loyalty,cookie,kiosk,order_id,store,product,page,comment,placed_at,nick,contact,score,"
    "given,family,city,letters,wording,form"
)
SETTINGS = 'time_zone = "Europe/Paris"\n'


def needle(number: int, field: str = "") -> str:
    """A text that only one person's field holds."""
    return f"zq{number:03d}q{field}"


def web_row(number: int, order: int, placed_at: str, **other: str) -> str:
    """A row of the web shop: every cell but the store's and the shared product's is the person's own."""
    me = needle(number)
    cells = {
        "customer": f"{me}c",
        "email": f"{me}@Example.org",
        "loyalty": f"{me}-06",
        "cookie": f"{me}k{order}",
        "kiosk": "",
        "order_id": f"{me}o{order}",
        "store": "lyon" if number % 2 else "nice",
        "product": f"{me}p" if order else "shared",
        "page": f"{me}page",
        "comment": f"{me} told us, at some length, what had gone wrong this time",
        "placed_at": placed_at,
        "nick": f"{me}nick",
        "contact": f"{me}@contact.org",
        "score": str(number % 11),
        "given": f"{me}given",
        "family": f"{me}family",
        "city": f"{me}city",
        "letters": "oui",
        "wording": f"{me}v",
        "form": f"{me}form",
    }
    return ",".join(f'"{value}"' if "," in value else value for value in {**cells, **other}.values())


def web_rows(numbers: Iterable[int]) -> str:
    """For each person two good orders, one without a time, one with a wrong one; and a broken line."""
    rows = [WEB_HEADER]
    for number in numbers:
        day = 1 + number % 27
        rows += [web_row(number, order, f"2024-03-{day:02d} 1{order}:00:00") for order in (0, 1)]
        rows += [web_row(number, 2, ""), web_row(number, 3, "never")]
        rows.append(f"{needle(number)}c,{needle(number)}@example.org,too,few")
    return "\n".join(rows) + "\n"


def stock_rows(numbers: Iterable[int]) -> str:
    """Each order made ready, by a system that knows nobody."""
    rows = ["order_id,parcel,store,ready_at,shelf"]
    for number in numbers:
        me, store = needle(number), "lyon" if number % 2 else "nice"
        day = 1 + number % 27
        rows += [
            f"{me}o{order},{me}r{order},{store},2024-03-{day:02d} 1{order}:40:00,{me}shelf"
            for order in (0, 1, 2)
        ]
    return "\n".join(rows) + "\n"


def kiosk_rows(numbers: Iterable[int]) -> str:
    """Everybody uses the same kiosk; some say who they are."""
    rows = []
    for number in numbers:
        me = needle(number)
        day = f"2024-03-{1 + number % 27:02d}T15:00:00Z"
        rows.append(
            {
                "kiosk": "box",
                "email": f"{me}@example.org",
                "at": day,
                "score": 9,
                "store": "lyon",
                "said": f"{me} was here",
            }
        )
    rows.append(
        {
            "kiosk": "box",
            "email": None,
            "at": "2024-03-02T15:00:00Z",
            "score": 3,
            "store": "lyon",
            "said": "nobody said who",
        }
    )
    return "".join(json.dumps(row) + "\n" for row in rows)


def plant(folder: Path, people: int) -> Path:
    """A workspace of so many people, run once."""
    numbers = range(people)
    write(
        folder,
        {
            "parcours.toml": SETTINGS,
            "sources/web.yaml": WEB,
            "sources/stock.yaml": STOCK,
            "sources/kiosk.yaml": KIOSK,
            "maps/collect.yaml": COLLECT,
            "maps/life.yaml": LIFE,
            "maps/hours.yaml": HOURS,
            "data/web-1.csv": web_rows(numbers),
            "data/stock.csv": stock_rows(numbers),
            "data/kiosk.jsonl": kiosk_rows(numbers),
        },
    )
    ran(folder)
    return folder


def name(number: int) -> str:
    """How a command names a person."""
    return f"customer:{needle(number)}c"


def erase(folder: Path, *numbers: int) -> Any:  # a JSON document
    """Erase people; answers what the command says."""
    answer = parcours(folder, "erase", *(name(number) for number in numbers), "--format", "json")
    assert answer.code == 0, answer.err
    return answer.json


_NEEDLE = re.compile(rb"zq(\d{3})q")


def found_anywhere(folder: Path) -> dict[int, set[str]]:
    """Person to the files of the workspace, its data apart, that hold a needle of theirs; inside Parquet pages too."""
    found: dict[int, set[str]] = {}
    for path in sorted(folder.rglob("*")):
        where = path.relative_to(folder).as_posix()
        if path.is_dir() or where.startswith("data/"):
            continue
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content += str(pq.ParquetFile(path).read().to_pylist()).encode()
        for hit in _NEEDLE.findall(content + where.encode()):
            found.setdefault(int(hit), set()).add(where)
    return found
