"""Each row of the table *Deaf* in `docs/reference/promises.md`, and what changes when coverage does.

Hours count from one midnight; T is hour 200. The shop is heard from hour 0 to 200, and deaf at times that each row names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from gap.direct import Direct
from gap.reference import Map, Promise, Ref, Signal, judge

if TYPE_CHECKING:
    from parcours.lake import Engine

HOUR_US = 3_600_000_000
Told = tuple[float, str, dict[str, object], dict[str, tuple[str, ...]]]
PLACED, READY, PAID, BEAT, CLOSED, SHOWN = (
    Ref(name) for name in ("placed", "ready", "paid", "beat", "closed", "shown")
)
WITHIN = Promise("p", "expect", PLACED, READY, within_us=10 * HOUR_US)
SUM = Promise("p", "expect", PLACED, PAID, within_us=10 * HOUR_US, sum={"due": "paid"})
EVERY = Promise("p", "expect", PLACED, BEAT, every_us=10 * HOUR_US, until=CLOSED)
NEVER = Promise("p", "never", PLACED, READY, within_us=10 * HOUR_US)
COUNT = Promise("p", "of", PLACED, READY, within_us=10 * HOUR_US, limit=1)
PRECEDED = Promise("p", "preceded_by", PAID, SHOWN, within_us=10 * HOUR_US)
SAME = Promise("p", "since", PAID, SHOWN, same={"price": "price"})


class Row(NamedTuple):
    """What happened to the order (hour, type, properties), when the shop was deaf (store, from, to), and the verdict by hand."""

    about: str
    promise: Promise
    happened: list[tuple[float, str, dict[str, object]]]
    deaf: tuple[str | None, float, float]
    verdict: str


def placed(hour: float = 100) -> tuple[float, str, dict[str, object]]:
    """The order of store s1."""
    return (hour, "placed", {})


ROWS = [
    Row("expect, nothing seen", WITHIN, [placed()], (None, 105, 106), "unobservable"),
    Row("expect, deaf at its store", WITHIN, [placed()], ("s1", 105, 106), "unobservable"),
    Row("expect, deaf at another store", WITHIN, [placed()], ("s2", 105, 106), "broken"),
    Row("expect, deaf before", WITHIN, [placed()], (None, 90, 100), "broken"),
    Row("expect, deaf after", WITHIN, [placed()], (None, 110, 120), "broken"),
    Row("expect, deaf from before to after", WITHIN, [placed()], (None, 90, 120), "unobservable"),
    Row("expect, seen in time", WITHIN, [placed(), (104, "ready", {})], (None, 105, 106), "kept"),
    Row("expect, seen late", WITHIN, [placed(), (115, "ready", {})], (None, 105, 106), "broken"),
    Row("sum, part of it", SUM, [(100, "placed", {"due": 10}), (102, "paid", {"paid": 4})], (None, 105, 106), "unobservable"),
    Row("sum, enough but late", SUM, [(100, "placed", {"due": 10}), (115, "paid", {"paid": 10})], (None, 105, 106), "unobservable"),
    Row("sum, enough in time", SUM, [(100, "placed", {"due": 10}), (104, "paid", {"paid": 10})], (None, 105, 106), "kept"),
    Row("every, deaf where it broke", EVERY, [placed(), (108, "beat", {})], (None, 110, 112), "unobservable"),
    Row("every, deaf before the last beat", EVERY, [placed(), (108, "beat", {})], (None, 102, 104), "broken"),
    Row("never, nothing seen", NEVER, [placed()], (None, 105, 106), "unobservable"),
    Row("never, deaf after", NEVER, [placed()], (None, 110, 120), "kept"),
    Row("never, seen in a deaf time elsewhere", NEVER, [placed(), (103, "ready", {})], ("s1", 105, 106), "broken"),
    Row("at most one, one seen", COUNT, [placed(), (103, "ready", {})], (None, 105, 106), "unobservable"),
    Row("at most one, two seen", COUNT, [placed(), (103, "ready", {}), (104, "ready", {})], (None, 105, 106), "broken"),
    Row("preceded, nothing seen", PRECEDED, [(100, "paid", {})], (None, 95, 96), "unobservable"),
    Row("preceded, deaf before the window", PRECEDED, [(100, "paid", {})], (None, 80, 90), "broken"),
    Row("preceded, seen", PRECEDED, [(97, "shown", {}), (100, "paid", {})], (None, 95, 96), "kept"),
    Row("same, another price", SAME, [(90, "shown", {"price": 1}), (100, "paid", {"price": 2})], (None, 95, 96), "unobservable"),
    Row("same, deaf before the last word", SAME, [(90, "shown", {"price": 1}), (100, "paid", {"price": 2})], (None, 80, 90), "broken"),
    Row("same, the same price", SAME, [(90, "shown", {"price": 1}), (100, "paid", {"price": 1})], (None, 95, 96), "kept"),
]  # fmt: skip


def log_of(row: Row, store: str | None = "s1") -> list[Signal]:
    """The order's signals, and what the shop says of others at the ends of its time, of every type that proves."""
    about: dict[str, tuple[str, ...]] = {"order": ("o",)}
    about |= {"store": (store,)} if store else {}
    told: list[Told] = [(hour, kind, properties, about) for hour, kind, properties in row.happened]
    told += [
        (hour, kind, {}, {"order": ("q",)})
        for hour in (0, 200)
        for kind in ("ready", "beat", "shown", "seen")
    ]
    told += [(hour, "paid", {"paid": 0}, {"order": ("q",)}) for hour in (0, 200) if row.promise == SUM]
    return [
        Signal("shop", "shop-1.csv", number, kind, round(hour * HOUR_US), None, objects, properties)
        for number, (hour, kind, properties, objects) in enumerate(told, 1)
    ]


def verdict_of(engine: Engine, row: Row, log: list[Signal]) -> str:
    """The product's verdict on the order, which is also the reference's."""
    store, since, until = row.deaf
    deaf = (("shop", store, round(since * HOUR_US), round(until * HOUR_US)),)
    asked = Map("order", None, (CLOSED,), None, (row.promise,), deaf=deaf)
    ours = [item.verdict for item in Direct(engine, asked, log, 200 * HOUR_US).judge() if item.unit == "o"]
    theirs = [item.verdict for item in judge(asked, log, 200 * HOUR_US) if item.unit == "o"]
    assert ours == theirs
    (verdict,) = ours
    return verdict


@pytest.mark.parametrize("row", ROWS, ids=[row.about for row in ROWS])
def test_a_row_of_the_table(engine: Engine, row: Row) -> None:
    """The verdict is the one worked out by hand."""
    assert verdict_of(engine, row, log_of(row)) == row.verdict


def test_the_place_is_the_journeys_where_the_trigger_names_none(engine: Engine) -> None:
    """The order was paid without a store and asked for in s1: the silence of s1 is its own."""
    row = Row("", WITHIN, [placed()], ("s1", 105, 106), "unobservable")
    nowhere = log_of(row, None)
    in_s1 = Signal(
        "shop", "shop-1.csv", 99, "asked", 101 * HOUR_US, None, {"order": ("o",), "store": ("s1",)}, {}
    )

    assert verdict_of(engine, row, nowhere) == "broken"
    assert verdict_of(engine, row, [*nowhere, in_s1]) == "unobservable"
