"""Rules and usual waits, asked of a shop small enough to count by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from docs.pages import call
from parcours.gap import ruling
from parcours.gap.mining.choice import Choice
from parcours.gap.results import Unknown, open_results
from parcours.gap.ruling import JourneysTooLong, UnreadableRule, hold_rules, hold_waits
from parcours.journey.rules import BadConstraint
from parcours.kernel.workspace import Workspace
from web.given import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.gap.results import Results

# o1 is ready after 60 minutes, o2 after 120, o3 never; o4 is ready before it is placed; o5 is paid for twice, ready after 60 and 30.
FILES = {
    "parcours.toml": 'name = "A shop"\n',
    "sources/shop.yaml": """\
source: shop
read: {csv: data/shop.csv}
person: {customer: who}
objects: {order: order_no}
signals:
  - {type: {sql: kind}, at: at}
""",
    "data/shop.csv": """\
who,order_no,kind,at
ann,o1,order.placed,2026-09-01 10:00
ann,o1,order.ready,2026-09-01 11:00
bob,o2,order.placed,2026-09-01 10:00
bob,o2,order.ready,2026-09-01 12:00
cyd,o3,order.placed,2026-09-01 12:00
dan,o4,order.ready,2026-09-01 13:00
dan,o4,order.placed,2026-09-01 14:00
eve,o5,order.placed,2026-09-02 10:00
eve,o5,order.placed,2026-09-02 10:30
eve,o5,order.ready,2026-09-02 11:00
""",
    "maps/buy.yaml": """\
map: buy
per: order
owner: shop
stages: [{stage: all, steps: [{step: pay, signal: order.placed}, {step: ready, signal: order.ready}]}]
""",
}
ORDERS = Choice(per="order")
READY = "response( order.placed,order.ready )"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The shop, run."""
    folder = tmp_path_factory.mktemp("shop")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    run(Workspace(folder))
    return Workspace(folder)


@pytest.fixture(scope="module")
def results(shop: Workspace) -> Iterator[Results]:
    """What the run found."""
    with open_results(shop) as opened:
        yield opened


def test_a_rule_counts_those_it_speaks_of(results: Results) -> None:
    """Five orders are placed, and o3 and o4 see no `ready` after it; four are ready, o4 too early; o5 is placed twice."""
    found = hold_rules(
        results, [READY, "precedence(order.placed, order.ready)", "exactly_one(order.placed)"], ORDERS
    )

    assert [tuple(row.values()) for row in found] == [
        ("response(order.placed, order.ready)", 5, 2, 0.4),
        ("precedence(order.placed, order.ready)", 4, 1, 0.25),
        ("exactly_one(order.placed)", 5, 1, 0.2),
    ]


@pytest.mark.parametrize(
    ("walk", "rule"), [(ORDERS, READY), (Choice(map_name="buy"), "response(pay, ready)")]
)
def test_behind_a_count_are_journeys_by_name(results: Results, walk: Choice, rule: str) -> None:
    """Whoever doubts the two opens o3 and o4, by the words of the file, whether asked of a map or of orders."""
    found = hold_rules(results, [rule], walk, behind=True)

    assert [(row["journey"], row["started_at"][:16]) for row in found] == [
        ("order:o3", "2026-09-01T12:00"),
        ("order:o4", "2026-09-01T13:00"),
    ]
    assert all(len(row["person"]) == len("0123456789abcdef") for row in found)


def test_a_wait_is_held_against_its_mean(results: Results) -> None:
    """60, 120, 60 and 30 minutes: mean 67.5, sample deviation 37.75; 120 alone is further than one deviation from it."""
    found = {(row["source"], row["target"]): row for row in hold_waits(results, 1.0, ORDERS)}
    row = found["order.placed", "order.ready"]
    behind = hold_waits(results, 1.0, ORDERS, ("order.placed", "order.ready"))

    assert row["wait_mean_s"] == pytest.approx(67.5 * 60)
    assert row["wait_std_s"] == pytest.approx(37.749 * 60, rel=1e-4)
    assert (row["pairs"], row["unusual"], row["journeys"]) == (4, 1, 1)
    assert [(each["journey"], each["wait_s"]) for each in behind] == [("order:o2", 7200.0)]


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("response", UnreadableRule),
        ("surprise(order.placed)", Unknown),
        ("response(order.placed)", BadConstraint),
        ("response(order.placed, order.burnt)", Unknown),
    ],
)
def test_what_is_no_rule_is_told(results: Results, rule: str, fault: type[Exception]) -> None:
    """A slip in a rule is a sentence with its fix, not an empty answer."""
    with pytest.raises(fault):
        hold_rules(results, [rule], ORDERS)


def test_a_profile_of_endless_journeys_is_refused(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pairs grow with the square of a journey: what would take hours is told beforehand. Here 1 + 1 + 0 + 1 + 3."""
    monkeypatch.setattr(ruling, "MOST_PAIRS", 5)

    with pytest.raises(JourneysTooLong, match="6 pairs"):
        hold_waits(results, 3.0, ORDERS)


def test_the_commands_print_what_was_found(shop: Workspace) -> None:
    """JSON holds the rows; the tables name rules, orders and waits."""

    def told(command: str) -> str:
        status, printed = call(f"parcours journeys {command} -w {shop.folder}")
        assert status == 0, printed
        return printed

    rows: list[dict[str, Any]] = json.loads(told(f"rules '{READY}' --per order --format json"))

    assert rows[0]["violating"] == 2
    assert "order:o3" in told(f"rules '{READY}' --per order --behind")
    assert "1 h 08" in told("waits --map buy --zeta 1")
    assert "2 h" in told("waits --map buy --zeta 1 --from pay --to ready")


def test_half_a_pair_of_nodes_is_refused(shop: Workspace) -> None:
    """`--from` without `--to` asks nothing."""
    status, printed = call(f"parcours journeys waits --from pay -w {shop.folder}")

    assert status == 2
    assert "--to" in printed
