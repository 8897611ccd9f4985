"""A store of a shared system falls silent, night after night: what hangs on it is revised, and ends where one run would."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest

from parcours.gap.listening.capture import capture_gaps
from parcours.gap.listening.reading import coverage_rows, hearing_of
from parcours.gap.loop import run_workspace
from parcours.gap.results import open_results
from parcours.kernel.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DEAF = START + timedelta(days=30, hours=14), START + timedelta(days=33, hours=11)  # Wednesday to Saturday
DAYS = 36
STORES = ("Lyon", "Lille", "Nice")
WEB = """
source: web
read: {csv: data/web-*.csv}
objects: {order: no, store: store}
signals: [{type: order.placed, touchpoint: web.checkout, at: placed}]
"""
SHOPS = """
source: shops
read: {csv: data/shops-*.csv}
objects: {order: no, store: store}
signals:
  - {type: order.ready, touchpoint: store.backroom, at: ready}
  - {type: order.flown, at: ready, when: store = 'nowhere'}
"""
MAP = """
map: collect
per: order
owner: store
slices: [store]
stages:
  - stage: all
    steps:
      - {step: pay, signal: order.placed, touchpoints: [web.checkout, app.checkout]}
      - {step: ready, signal: order.ready, touchpoints: [store.locker]}
      - {step: drone, signal: order.flown}
promises:
  - {promise: ready-in-2h, after: order.placed, expect: order.ready, within: 2h}
"""


class Order(NamedTuple):
    """When an order was paid and ready, and where."""

    number: str
    store: str
    placed: datetime
    ready: datetime

    @property
    def is_lost(self) -> bool:
        """Its ready notice fell into the silence."""
        return self.store == "Lille" and DEAF[0] <= self.ready < DEAF[1]


def orders() -> list[Order]:
    """Fourteen a day in each store, from nine to five; one in ten takes three hours."""
    dice = random.Random(8)
    return [
        Order(
            f"{store}-{day}-{number}",
            store,
            placed,
            placed + timedelta(hours=3 if dice.random() < 0.1 else 0.5),
        )
        for day in range(DAYS)
        for store in STORES
        for number in range(14)
        for placed in [START + timedelta(days=day, hours=9, minutes=dice.randrange(8 * 60))]
    ]


LIVED = orders()


def write_days(folder: Path, days: range) -> None:
    """Both systems export what happened on each of some days."""
    (folder / "data").mkdir(exist_ok=True)
    for day in days:
        since, until = START + timedelta(days=day), START + timedelta(days=day + 1)
        web = [
            f"{o.number},{o.store},{o.placed:%Y-%m-%d %H:%M:%S}" for o in LIVED if since <= o.placed < until
        ]
        shops = [
            f"{o.number},{o.store},{o.ready:%Y-%m-%d %H:%M:%S}"
            for o in LIVED
            if since <= o.ready < until and not o.is_lost
        ]
        (folder / f"data/web-{day:02}.csv").write_text("\n".join(["no,store,placed", *web, ""]), "utf-8")
        (folder / f"data/shops-{day:02}.csv").write_text("\n".join(["no,store,ready", *shops, ""]), "utf-8")


def opened(folder: Path) -> Path:
    """A workspace without data."""
    for name, text in {
        "sources/web.yaml": WEB,
        "sources/shops.yaml": SHOPS,
        "maps/collect.yaml": MAP,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "parcours.toml").write_text('time_zone = "UTC"\n', "utf-8")
    return folder


def told(folder: Path, day: int) -> dict[str, str]:
    """Verdicts by order, as of the end of a day."""
    as_of = (START + timedelta(days=day + 1) - EPOCH) // timedelta(microseconds=1)
    run_workspace(Workspace(folder), lambda *_: None, as_of=as_of)
    with open_results(Workspace(folder)) as results:
        return {row["unit"]: row["verdict"] for row in results.verdicts("ready-in-2h", limit=None)}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All days in one run."""
    folder = opened(tmp_path_factory.mktemp("whole") / "shop")
    write_days(folder, range(DAYS))
    run_workspace(
        Workspace(folder),
        lambda *_: None,
        as_of=(START + timedelta(days=DAYS) - EPOCH) // timedelta(microseconds=1),
    )
    return folder


def test_nobody_is_accused_of_what_a_silence_hid(whole: Path) -> None:
    """Of orders whose notice was lost none is broken; late ones elsewhere are, kept ones are kept, at Lille too before and after."""
    with open_results(Workspace(whole)) as results:
        found = {row["unit"]: row["verdict"] for row in results.verdicts("ready-in-2h", limit=None)}
    lost = [order for order in LIVED if order.is_lost]
    seen = [order for order in LIVED if not order.is_lost]

    assert len(lost) > 20
    assert {found[order.number] for order in lost} == {"unobservable"}
    assert Counter(found[order.number] for order in seen) == Counter(
        "kept" if order.ready - order.placed < timedelta(hours=2) else "broken" for order in seen
    )


def test_night_after_night_ends_where_one_run_does(whole: Path, tmp_path: Path) -> None:
    """On the first evening six missing notices are no proof yet; once they are, the same orders are not observable any more."""
    folder = opened(tmp_path / "shop")
    nights, since = {}, 0
    for day in (30, 32, DAYS - 1):
        write_days(folder, range(since, day + 1))
        nights[day], since = told(folder, day), day + 1
    first_evening = [o.number for o in LIVED if o.is_lost and o.ready < DEAF[0].replace(hour=18)]

    assert {nights[30][number] for number in first_evening} <= {"broken", "unobservable", "pending"}
    assert {nights[32][number] for number in first_evening} == {"unobservable"}
    assert nights[DAYS - 1] == told(whole, DAYS - 1)


def test_coverage_names_the_store_and_what_its_silence_hides(whole: Path) -> None:
    """One deaf time, at Lille, with the orders it hides; a step, a touchpoint nobody listens to, and one that no map knows."""
    with open_results(Workspace(whole)) as results:
        hearing = hearing_of(results)
        rows = {row["source"]: row for row in coverage_rows(results, hearing)}
        gaps = {(row["kind"], row["what"]): row for row in capture_gaps(results, hearing)}
        hidden = results.gaps(overall_only=True)[0]["unobservable"]
    (deaf,) = rows["shops"]["deaf"]
    since, until = (datetime.fromisoformat(deaf[end]) for end in ("since", "until"))

    assert deaf["place"] == "Lille"
    assert DEAF[0] - timedelta(hours=3) < since < DEAF[0]
    assert DEAF[1] <= until < DEAF[1] + timedelta(hours=3)
    assert deaf["verdicts"] == hidden == gaps["deaf_place", "shops"]["verdicts"]
    assert rows["web"]["deaf"] == []
    assert {row["place"] for row in rows["shops"]["places"]} == set(STORES)
    assert set(gaps) == {
        ("deaf_place", "shops"),
        ("unheard_step", "drone"),
        ("unheard_touchpoint", "app.checkout"),
        ("unheard_touchpoint", "store.locker"),
        ("unknown_touchpoint", "store.backroom"),
    }
    assert gaps["unheard_step", "drone"]["journeys"] == len(LIVED)
