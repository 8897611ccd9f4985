"""One customer's way, as counted by hand in `saturdays.py`, beside what each system saw."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from gap.saturdays import make_saturdays
from parcours.gap.finding import find
from parcours.gap.results import open_results
from parcours.gap.story import Story, tell
from parcours.kernel.workspace import Workspace
from story.shop import MAP, ORDERS, make_shop, ran

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from parcours.gap.finding import Finding
    from parcours.gap.results import Results


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Results]:
    """The shop of Saturdays, read back."""
    with open_results(Workspace(make_saturdays(tmp_path_factory.mktemp("story") / "shop"))) as opened:
        yield opened


@pytest.fixture(scope="module")
def finding(results: Results) -> Finding:
    """`ready-in-2h`, which stands out on Saturdays in Lyon."""
    return next(item for item in find(results).promises if item.promise == "ready-in-2h")


@pytest.fixture(scope="module")
def story(results: Results, finding: Finding) -> Story:
    """What is told of it."""
    told = tell(results, finding)
    assert told is not None
    return told


def at(text: str) -> datetime:
    """An instant of the shop, which lives by UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def told(folder: Path, promise: str = "ready-in-2h") -> Story | None:
    """The story of a promise in a workspace."""
    with open_results(Workspace(folder)) as opened:
        return tell(opened, next(item for item in find(opened).promises if item.promise == promise))


def test_the_most_telling_customer_is_told(results: Results, story: Story) -> None:
    """Ann alone was seen by two systems; her page opens under the name that the story shows."""
    assert story.person == results.person("customer:ann")["person"]
    assert results.person(story.person)["identifiers"] == [{"namespace": "customer", "value": "ann"}]
    assert (story.made_at, story.due_at) == (at("2024-03-30 14:30"), at("2024-03-30 16:30"))


def test_moments_are_told_in_order_with_what_came_late(story: Story) -> None:
    """Paid, nothing ready, ready at 18:00: too late, and the only moment that is late."""
    assert [(moment.at, moment.title["en"], moment.is_late) for moment in story.moments] == [
        (at("2024-03-30 14:30"), "Pay", False),
        (at("2024-03-30 16:45"), "Opinion given", False),
        (at("2024-03-30 18:00"), "prepare", True),
    ]
    assert [moment.score for moment in story.moments] == [None, 0, None]
    assert (story.moments[0].amount_minor, story.moments[0].currency) == (1000, "EUR")


def test_each_moment_has_its_proof(story: Story) -> None:
    """File and row."""
    assert story.moments[1].proof == "data/kiosk.csv 1"
    assert story.moments[0].proof.startswith("data/orders-1.csv ")


def test_what_she_wrote_is_masked(results: Results, finding: Finding, story: Story) -> None:
    """The sentence without the number; without texts, nothing."""
    assert [moment.text for moment in story.moments] == [None, "Rien n'était prêt, appelez […]", None]
    silent = tell(results, finding, with_texts=False)
    assert silent is not None
    assert [moment.text for moment in silent.moments] == [None, None, None]


def test_before_and_after_are_counted(story: Story) -> None:
    """One order before; none after. From her last sign on 30 March 18:00 to the last of any, 27 April 14:30, 27 whole days."""
    assert (story.earlier, story.silent_days) == (1, 27)


def test_each_system_saw_a_day_like_others(story: Story) -> None:
    """Ten orders placed and ready are 20 signals, as on seven other Saturdays; on 27 April there was 1. The kiosk had one day in all."""
    orders, kiosk = story.witnesses
    assert (orders.source, orders.moments, orders.day_count, orders.usual) == ("orders", 2, 20, (1, 20, 20))
    assert orders.is_usual is True
    assert orders.title == {"en": "Web shop", "fr": "Boutique en ligne"}
    assert (kiosk.source, kiosk.moments, kiosk.day_count, kiosk.usual) == ("kiosk", 1, 1, None)
    assert kiosk.is_usual is None


def test_a_story_is_told_where_nothing_stands_out(results: Results, finding: Finding) -> None:
    """Without a place, of all who were let down; still Ann, whom two systems saw."""
    anywhere = tell(results, dataclasses.replace(finding, explains=()))
    assert anywhere is not None
    assert anywhere.person == results.person("customer:ann")["person"]


def test_nobody_known_is_no_story(tmp_path: Path) -> None:
    """Nobody is invented."""
    files: dict[str, str | bytes] = {
        "sources/orders.yaml": ORDERS.replace("person: {customer: customer}\n", "")
    }
    ran(make_shop(tmp_path / "shop", files))
    assert told(tmp_path / "shop") is None


OMS = """
source: oms
read: {csv: data/oms.csv}
objects: {order: order_id}
channel: store
signals:
  - {type: order.ready, at: ready_at}
"""
ODD = """
order_id,customer,store,placed_at,score,amount
o1,ann,lyon,2024-03-01 10:00:00,good,NaN
o2,ann,lyon,2024-03-01 10:30:00,inf,12
o3,bob,lyon,2024-03-08 10:30:00,1,12
"""
READY = """
order_id,ready_at
o0,2024-02-28 09:00:00
o1,2024-03-01 15:00:00
o2,2024-03-01 11:00:00
o3,2024-03-08 10:45:00
"""


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A back office that knows orders and no customers, and scores and amounts that are none."""
    orders = ORDERS.replace("set: {store: store}", "set: {store: store, score: score, amount_minor: amount}")
    files: dict[str, str | bytes] = {
        "sources/orders.yaml": orders.replace(
            "  - {type: order.ready, at: ready_at, when: ready_at is not null}\n", ""
        ),
        "sources/oms.yaml": OMS,
        "data/orders-1.csv": ODD,
        "data/oms.csv": READY,
        "maps/collect.yaml": MAP
        + "  - {promise: paid, after: order.ready, expect: order.placed, within: 2h}\n",
    }
    ran(make_shop(tmp_path / "shop", files))
    return tmp_path / "shop"


def test_what_the_back_office_saw_belongs_to_the_story(odd: Path) -> None:
    """Ann's order and what became of it, which names nobody; neither her other order, which came in time, nor Bob's is there."""
    story = told(odd)
    assert story is not None
    assert [(moment.at, moment.source, moment.is_late) for moment in story.moments] == [
        (at("2024-03-01 10:00"), "orders", False),
        (at("2024-03-01 15:00"), "oms", True),
    ]


def test_what_is_no_number_is_none(odd: Path) -> None:
    """A score in words and an amount that is no number are not shown as numbers."""
    story = told(odd)
    assert story is not None
    assert [(moment.score, moment.amount_minor) for moment in story.moments] == [
        (None, None),
        (None, None),
    ]


def test_a_promise_whose_beginning_names_nobody_has_a_story(odd: Path) -> None:
    """`paid` begins with the back office's signal; the journey says whose it is."""
    story = told(odd, "paid")
    assert story is not None
    assert story.moments[0].source == "oms"


def test_of_many_moments_the_telling_ones_stay(tmp_path: Path) -> None:
    """Twenty looks at an order between it and its late ready do not hide them: 14 moments, the order first, ready last."""
    views = "customer,order_id,at\n" + "".join(
        f"bob,o2,2024-03-01 10:{31 + number}:00\n" for number in range(20)
    )
    files: dict[str, str | bytes] = {
        "sources/views.yaml": "source: views\nread: {csv: data/views.csv}\nperson: {customer: customer}\nobjects: {order: order_id}\nchannel: web\nsignals:\n  - {type: order.viewed, at: at}\n",
        "data/views.csv": views,
    }
    ran(make_shop(tmp_path / "shop", files))
    story = told(tmp_path / "shop")
    assert story is not None
    assert len(story.moments) == 14
    assert (story.moments[0].title["en"], story.moments[-1].title["en"]) == ("pay", "prepare")
    assert story.moments[-1].is_late
    assert [moment.at for moment in story.moments] == sorted(moment.at for moment in story.moments)


def test_what_else_the_customer_does_is_no_part_of_it(tmp_path: Path) -> None:
    """Looking at products in those days is another journey: only the order and its late ready are told."""
    files: dict[str, str | bytes] = {
        "sources/views.yaml": "source: views\nread: {csv: data/views.csv}\nperson: {customer: customer}\nchannel: web\nsignals:\n  - {type: product.viewed, at: at}\n",
        "data/views.csv": "customer,at\nbob,2024-03-01 12:00:00\n",
    }
    ran(make_shop(tmp_path / "shop", files))
    story = told(tmp_path / "shop")
    assert story is not None
    assert [moment.title["en"] for moment in story.moments] == ["pay", "prepare"]
