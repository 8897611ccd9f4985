"""The marketplace example: what the product says of 8,135 real orders is what plain Python says of the same files.

Expected numbers are computed here, by hand, from the CSV files with the standard library. Reference figures are those of the data's
own README.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from statistics import mean
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from given import shared_data
from real.given import Row, edges, example, journey_count, parcours, paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

Deaf = list[tuple[datetime, datetime]]
ZONE = ZoneInfo("America/Sao_Paulo")
DELIVERED_WEIGHT = (
    18.654  # one delivered order in the sample stands for so many; every other order for itself
)
VERDICTS = ("kept", "broken", "pending", "unobservable", "waived", "contested")


def table(name: str) -> list[dict[str, str]]:
    """Rows of one of the files."""
    with (shared_data("olist") / f"olist_{name}_dataset.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def instant(text: str) -> datetime | None:
    """A Brasilia wall-clock time as an instant; nothing stays nothing."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(ZoneInfo("UTC")) if text else None


@dataclass(frozen=True)
class Order:
    """One row of the orders."""

    row: dict[str, str]

    @cached_property
    def status(self) -> str:
        """The last one known."""
        return self.row["order_status"]

    @cached_property
    def weight(self) -> float:
        """How many orders of the population it stands for."""
        return DELIVERED_WEIGHT if self.status == "delivered" else 1.0

    @cached_property
    def placed(self) -> datetime:
        """When it was bought."""
        found = instant(self.row["order_purchase_timestamp"])
        assert found is not None
        return found

    @cached_property
    def approved(self) -> datetime | None:
        """When its payment was approved."""
        return instant(self.row["order_approved_at"])

    @cached_property
    def shipped(self) -> datetime | None:
        """When the carrier got it."""
        return instant(self.row["order_delivered_carrier_date"])

    @cached_property
    def delivered(self) -> datetime | None:
        """When the customer got it."""
        return instant(self.row["order_delivered_customer_date"])

    @cached_property
    def promised(self) -> datetime:
        """The date given, as the instant when that day begins."""
        found = instant(self.row["order_estimated_delivery_date"])
        assert found is not None
        return found

    @cached_property
    def promised_day_end(self) -> datetime:
        """The last instant of the day given."""
        day = datetime.fromisoformat(self.row["order_estimated_delivery_date"]) + timedelta(days=1)
        return day.replace(tzinfo=ZONE).astimezone(ZoneInfo("UTC")) - timedelta(microseconds=1)

    @cached_property
    def cancelled(self) -> datetime | None:
        """The latest instant known of a cancelled order."""
        if self.status != "canceled":
            return None
        return max(time for time in (self.placed, self.approved, self.shipped, self.delivered) if time)


@pytest.fixture(scope="module")
def orders() -> dict[str, Order]:
    """Orders by id."""
    return {row["order_id"]: Order(row) for row in table("orders")}


@pytest.fixture(scope="module")
def heard_until(orders: dict[str, Order]) -> datetime:
    """Last instant that the orders' file tells of: nothing after it can be missed there."""
    return max(
        time
        for order in orders.values()
        for time in (order.placed, order.approved, order.shipped, order.delivered)
        if time
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example."""
    return example("olist", "olist", tmp_path_factory.mktemp("real") / "olist")


@pytest.fixture(scope="module")
def report(workspace: Path) -> Row:
    """The example is run once."""
    found: Row = parcours(workspace, "run")
    return found


@pytest.fixture(scope="module")
def deaf(workspace: Path, report: Row) -> Deaf:
    """Times in which the orders' file should have told something: the holes of 2016, and the days of its end, on which it holds what was cancelled."""
    assert report["journeys"] > 0
    coverage = {row["source"]: row for row in parcours(workspace, "coverage")}
    return [
        (datetime.fromisoformat(item["since"]), datetime.fromisoformat(item["until"]))
        for item in coverage["olist-orders"]["deaf"]
        if item["type"] is None
    ]


@pytest.fixture(scope="module")
def gaps(workspace: Path, report: Row) -> list[Row]:
    """All gap rows."""
    assert report["journeys"] > 0
    rows: list[Row] = parcours(workspace, "gaps")
    return rows


@pytest.fixture(scope="module")
def variants(workspace: Path, report: Row) -> Counter[tuple[str, ...]]:
    """Paths over the steps of the map."""
    assert report["journeys"] > 0
    return paths(parcours(workspace, "journeys", "variants", "--map", "buy-online"))


def gap(rows: Iterable[Row], promise: str, **where: str) -> Row:
    """The row of a promise over all time."""
    found = [
        row for row in rows if row["promise"] == promise and row["slice"] == where and row["period"] is None
    ]
    assert len(found) == 1
    return found[0]


def counts(row: Row) -> Counter[str]:
    """Verdicts of a gap row."""
    return Counter({verdict: row[verdict] for verdict in VERDICTS if row[verdict]})


def expected(
    target: datetime | None,
    deadline: datetime,
    heard_until: datetime,
    *,
    waiver: datetime | None = None,
    happened: bool = False,
    made: datetime | None = None,
    deaf: Sequence[tuple[datetime, datetime]] = (),
) -> str:
    """A promise to do something by a deadline that lies in the past, judged by hand.

    `happened` says that the record claims the target without telling when; `deaf` are times in which the file should have told
    something and did not, which matter from when the promise was `made`.
    """
    if target is not None and target <= deadline:
        return "kept"
    if waiver is not None and waiver <= deadline:
        return "waived"
    if (target is None and happened) or deadline > heard_until:
        return "unobservable"
    if target is None and made and any(since < max(deadline, made) and until > made for since, until in deaf):
        return "unobservable"
    return "broken"


# What was read ------------------------------------------------------------------------------------------------


def test_every_row_is_a_signal_or_a_refusal(workspace: Path, report: Row, orders: dict[str, Order]) -> None:
    """Received = accepted + refused, to the unit, and each number is the one the files give."""
    rows = [order.row for order in orders.values()]
    undated = {"order_approved_at": 0, "order_delivered_carrier_date": 0, "order_delivered_customer_date": 0}
    dated = dict(undated)
    never_approved = {"created", "canceled"}
    claims = {
        "order_approved_at": {row["order_status"] for row in rows} - never_approved,
        "order_delivered_carrier_date": {"shipped", "delivered"},
        "order_delivered_customer_date": {"delivered"},
    }
    for row in rows:
        for column, statuses in claims.items():
            if row[column]:
                dated[column] += 1
            elif row["order_status"] in statuses:
                undated[column] += 1
    ended = sum(row["order_status"] in {"canceled", "unavailable"} for row in rows)
    accepted = {
        "olist-orders": len(rows) + sum(dated.values()) + ended,
        "olist-sold-items": len(table("order_items")),
        "olist-payments": len(table("order_payments")),
        "olist-reviews": len(table("order_reviews")),
    }
    refused = sum(undated.values())

    assert undated == {
        "order_approved_at": 0,
        "order_delivered_carrier_date": 1,
        "order_delivered_customer_date": 8,
    }
    assert report["signals"] == {
        "received": sum(accepted.values()) + refused,
        "accepted": sum(accepted.values()),
        "refused": {"missing_time": refused},
    }
    coverage = {row["source"]: row for row in parcours(workspace, "coverage")}
    assert {source: row["accepted"] for source, row in coverage.items()} == accepted
    assert coverage["olist-orders"]["refused"] == {"missing_time": refused}
    assert all(not row["refused"] for source, row in coverage.items() if source != "olist-orders")


def test_there_is_one_journey_an_order_and_one_person_a_customer(
    report: Row, orders: dict[str, Order]
) -> None:
    """`customer_id` is new with every order; the person is `customer_unique_id`."""
    person_of = {row["customer_id"]: row["customer_unique_id"] for row in table("customers")}

    assert report["journeys"] == len(orders) == 8_135
    assert report["people"] == len({person_of[order.row["customer_id"]] for order in orders.values()})


def test_what_people_wrote_stays_in_the_vault(workspace: Path, report: Row) -> None:
    """No comment and no customer's id is in any table of the lake."""
    assert report["people"] > 0
    private = {row["customer_unique_id"] for row in table("customers")}
    private |= {
        row["review_comment_message"]
        for row in table("order_reviews")
        if len(row["review_comment_message"]) > 20
    }
    seen = set()
    for file in (workspace / ".parcours/lake").rglob("*.parquet"):
        content = pq.read_table(file)
        for name, column in zip(content.column_names, content.columns, strict=True):
            if str(column.type) in {"string", "large_string"}:
                seen |= {(name, text) for text in column.unique().to_pylist() if text in private}

    assert not seen


# Promises -----------------------------------------------------------------------------------------------------


def test_delivered_by_the_date(gaps: list[Row], orders: dict[str, Order], heard_until: datetime) -> None:
    """8.02 % of the delivered orders came late: 414 of 5,164; of 8 nobody can say."""
    verdicts = Counter(
        expected(order.delivered, order.promised, heard_until, happened=True)
        for order in orders.values()
        if order.status == "delivered"
    )
    row = gap(gaps, "delivered-by-the-date")

    assert verdicts == {"kept": 4_750, "broken": 414, "unobservable": 8}
    assert counts(row) == verdicts
    assert row["eligible"] == 5_172
    assert 1 - row["kept_ratio"] == pytest.approx(414 / 5_164)
    assert round(100 * (1 - row["kept_ratio"]), 2) == 8.02


def test_the_hole_of_the_marketplace_is_found(deaf: Deaf, orders: dict[str, Order]) -> None:
    """The longest time without an order, at the end of 2016, is deaf; 2017 and 2018 up to the end of the file are not."""
    placed = sorted(order.placed for order in orders.values())
    begins, ends = max(pairwise(placed), key=lambda pair: pair[1] - pair[0])

    assert any(since <= begins + (ends - begins) / 2 <= until for since, until in deaf)
    assert not [pair for pair in deaf if pair[0].year == 2017 and pair[0].month > 1]
    assert not [pair for pair in deaf if pair[0].year == 2018 and pair[0].month < 8]


def test_delivered_by_the_day(gaps: list[Row], orders: dict[str, Order], heard_until: datetime) -> None:
    """Counted in days of Brasilia, 6.62 % came late: a date is kept until its day is over."""
    verdicts = Counter(
        expected(order.delivered, order.promised_day_end, heard_until, happened=True)
        for order in orders.values()
        if order.status == "delivered"
    )
    row = gap(gaps, "delivered-by-the-day")

    assert counts(row) == verdicts
    assert verdicts["broken"] == 342
    assert round(100 * (1 - row["kept_ratio"]), 2) == 6.62


def test_people_whose_order_came_late_score_it_lower(gaps: list[Row], orders: dict[str, Order]) -> None:
    """Mean over reviews (an order may have several): 4.28 where the date was kept, 2.50 where it was broken."""
    scores: dict[str, list[int]] = {"kept": [], "broken": []}
    for review in table("order_reviews"):
        order = orders[review["order_id"]]
        if order.status == "delivered" and order.delivered is not None:
            verdict = "kept" if order.delivered <= order.promised else "broken"
            scores[verdict].append(int(review["review_score"]))
    said = gap(gaps, "delivered-by-the-date")["said"]

    for verdict, given in scores.items():
        assert said[verdict]["scores"] == len(given)
        assert said[verdict]["score_mean"] == pytest.approx(mean(given))
    assert round(said["kept"]["score_mean"], 2) == 4.28
    assert round(said["broken"]["score_mean"], 2) == 2.50


def test_arrives_by_the_date_for_the_whole_population(
    gaps: list[Row],
    orders: dict[str, Order],
    heard_until: datetime,
    deaf: Deaf,
) -> None:
    """Orders that never came count too, and a delivered one stands for 18.654: the sample's share is not the population's."""
    verdicts: Counter[str] = Counter()
    weights: Counter[str] = Counter()
    for order in orders.values():
        verdict = expected(
            order.delivered,
            order.promised,
            heard_until,
            waiver=order.cancelled,
            happened=order.status == "delivered",
            made=order.placed,
            deaf=deaf,
        )
        verdicts[verdict] += 1
        weights[verdict] += order.weight  # type: ignore[assignment]  # a Counter of weights
    row = gap(gaps, "arrives-by-the-date")
    population = row["population"]

    assert counts(row) == verdicts
    for verdict in ("kept", "broken", "unobservable"):
        assert population[verdict] == pytest.approx(weights[verdict])
    assert population["kept_ratio"] == pytest.approx(weights["kept"] / (weights["kept"] + weights["broken"]))
    assert population["low"] < population["kept_ratio"] < population["high"]
    assert row["kept_ratio"] < 0.65  # the sample holds every failure
    assert population["kept_ratio"] > 0.89


@pytest.mark.parametrize("state", ["SP", "RJ", "RR"])
def test_a_slice_counts_its_own_orders(
    gaps: list[Row], orders: dict[str, Order], heard_until: datetime, state: str
) -> None:
    """The slice by state adds up from the customers' file; RR has few orders."""
    state_of = {row["customer_id"]: row["customer_state"] for row in table("customers")}
    verdicts = Counter(
        expected(order.delivered, order.promised, heard_until, happened=True)
        for order in orders.values()
        if order.status == "delivered" and state_of[order.row["customer_id"]] == state
    )

    assert counts(gap(gaps, "delivered-by-the-date", state=state)) == verdicts


def test_approved_within_a_day(
    gaps: list[Row],
    orders: dict[str, Order],
    heard_until: datetime,
    deaf: Deaf,
) -> None:
    """24 hours, not a calendar day; a cancelled order needs no approval."""
    day = timedelta(days=1)
    verdicts = Counter(
        expected(
            order.approved,
            order.placed + day,
            heard_until,
            waiver=order.cancelled,
            made=order.placed,
            deaf=deaf,
        )
        for order in orders.values()
    )

    assert counts(gap(gaps, "approved-within-a-day")) == verdicts


def test_handed_over_in_time(
    gaps: list[Row],
    orders: dict[str, Order],
    heard_until: datetime,
    deaf: Deaf,
) -> None:
    """One verdict an article, each with its seller's own limit."""
    verdicts: Counter[str] = Counter()
    for line in table("order_items"):
        order, limit = orders[line["order_id"]], instant(line["shipping_limit_date"])
        assert limit is not None
        in_order = order.shipped if order.shipped and order.shipped >= order.placed else None
        verdicts[
            expected(
                in_order,
                limit,
                heard_until,
                waiver=order.cancelled,
                happened=order.shipped is None and order.status in {"shipped", "delivered"},
                made=order.placed,
                deaf=deaf,
            )
        ] += 1

    assert counts(gap(gaps, "handed-over-in-time")) == verdicts


def test_content(gaps: list[Row]) -> None:
    """Every order has a review; one score below 4 among several is enough to be discontent."""
    worst: dict[str, int] = {}
    for review in table("order_reviews"):
        score = int(review["review_score"])
        worst[review["order_id"]] = min(score, worst.get(review["order_id"], score))
    verdicts = Counter("kept" if score >= 4 else "broken" for score in worst.values())

    assert counts(gap(gaps, "content")) == verdicts


def test_confirmed_orders_that_were_cancelled(gaps: list[Row], orders: dict[str, Order]) -> None:
    """Cancelled after approval and not after delivery: the six that had been delivered were no broken confirmation."""
    broken = [
        order for order in orders.values() if order.cancelled and order.approved and not order.delivered
    ]

    assert gap(gaps, "not-cancelled")["broken"] == len(broken) == 478


def test_orders_of_what_was_not_in_stock(gaps: list[Row], orders: dict[str, Order]) -> None:
    """Every order that ended as unavailable."""
    unavailable = [order for order in orders.values() if order.status == "unavailable"]

    assert gap(gaps, "in-stock")["broken"] == len(unavailable) == 609


def test_a_missing_slice_value_is_no_slice(gaps: list[Row]) -> None:
    """Orders without articles have no seller: slices never hold more than the whole."""
    for promise in {row["promise"] for row in gaps}:
        whole = gap(gaps, promise)["eligible"]
        for name in ("state", "seller_state", "category", "payment"):
            parts = [
                row["eligible"]
                for row in gaps
                if row["promise"] == promise and name in row["slice"] and row["period"] is None
            ]
            assert sum(parts) <= whole
            assert name != "state" or sum(parts) == whole


# Traps --------------------------------------------------------------------------------------------------------


def test_77_orders_were_shipped_before_their_approval(
    gaps: list[Row], variants: Counter[tuple[str, ...]], orders: dict[str, Order]
) -> None:
    """They are seen as a broken promise and as paths that hand over before they approve."""
    trapped = [o for o in orders.values() if o.shipped and o.approved and o.shipped < o.approved]
    walked = sum(
        count
        for path, count in variants.items()
        if "approve" in path and "hand-over" in path and path.index("hand-over") < path.index("approve")
    )

    assert len(trapped) == 77
    assert gap(gaps, "paid-before-shipped")["broken"] == 77
    assert walked == 77


def test_3_orders_were_delivered_before_they_were_shipped(variants: Counter[tuple[str, ...]]) -> None:
    """Nothing is put in order for them: the path says what the record says."""
    walked = sum(
        count
        for path, count in variants.items()
        if "receive" in path and "hand-over" in path and path.index("receive") < path.index("hand-over")
    )

    assert walked == 3


def test_8_orders_were_delivered_nobody_knows_when(
    workspace: Path, report: Row, orders: dict[str, Order]
) -> None:
    """They are refused as signals for want of a time, and for want of proof nobody is accused."""
    assert report["verdicts"] > 0
    rows = parcours(workspace, "verdicts", "--promise", "delivered-by-the-date", "--verdict", "unobservable")
    trapped = {name for name, o in orders.items() if o.status == "delivered" and o.delivered is None}

    assert {row["unit"] for row in rows} == trapped
    assert len(rows) == 8


def test_87_orders_have_several_reviews(variants: Counter[tuple[str, ...]]) -> None:
    """A second review is another signal of the same journey, not a duplicate."""
    assert sum(count for path, count in variants.items() if path.count("review") > 1) == 87


def test_73_people_have_several_orders(workspace: Path, report: Row, orders: dict[str, Order]) -> None:
    """Orders of one `customer_unique_id` are journeys of one person."""
    assert report["people"] > 0
    rows = parcours(workspace, "verdicts", "--promise", "arrives-by-the-date")
    per_person = Counter(row["person"] for row in rows)

    assert len(rows) == len(orders)
    assert sum(count > 1 for count in per_person.values()) == 73


def test_reviews_come_before_the_parcel(gaps: list[Row], orders: dict[str, Order]) -> None:
    """Asked too early: the parcel came after the answer, and within the 60 days the promise looks at."""
    early = 0
    for review in table("order_reviews"):
        order, answered = orders[review["order_id"]], instant(review["review_answer_timestamp"])
        if order.status == "delivered" and order.delivered and answered and answered < order.delivered:
            early += order.delivered <= answered + timedelta(days=60)

    assert gap(gaps, "asked-once-delivered")["broken"] == early


# Journeys, people, runs ---------------------------------------------------------------------------------------


def test_the_graph_reconciles_with_the_journeys(
    workspace: Path, report: Row, variants: Counter[tuple[str, ...]]
) -> None:
    """Every journey starts once and ends once, and transitions are what the variants walk."""
    rows = parcours(workspace, "journeys", "graph", "--map", "buy-online")
    steps: Counter[tuple[Any, Any]] = Counter()
    for path, count in variants.items():
        for pair in zip((None, *path), (*path, None), strict=True):
            steps[pair] += count

    assert journey_count(rows) == report["journeys"] == sum(variants.values())
    assert {(row["source"], row["target"]): row["count"] for row in rows} == steps
    assert len(edges(rows)) == sum(None not in pair for pair in steps)


def test_a_customer_is_found_under_the_shops_own_id(workspace: Path, report: Row) -> None:
    """The story of the customer with most orders holds each of them, from three systems, with the score."""
    assert report["people"] > 0
    orders_of: dict[str, set[str]] = {}
    person_of = {row["customer_id"]: row["customer_unique_id"] for row in table("customers")}
    for row in table("orders"):
        orders_of.setdefault(person_of[row["customer_id"]], set()).add(row["order_id"])
    name = max(sorted(orders_of), key=lambda customer: len(orders_of[customer]))
    story = parcours(workspace, "person", f"customer:{name}")

    told = {
        text.removeprefix("order:")
        for s in story["signals"]
        for text in s["objects"]
        if text.startswith("order:")
    }
    assert told == orders_of[name]
    assert {signal["source"] for signal in story["signals"]} >= {
        "olist-orders",
        "olist-reviews",
        "olist-payments",
    }
    scores = Counter(s["properties"]["score"] for s in story["signals"] if s["type"] == "feedback.given")
    assert scores == Counter(
        int(row["review_score"]) for row in table("order_reviews") if row["order_id"] in orders_of[name]
    )


def test_another_run_changes_nothing(workspace: Path, gaps: list[Row]) -> None:
    """Nothing is imported again, and every figure stays (weights up to the order in which they are added)."""
    again = parcours(workspace, "run")

    assert next(stage["rows"] for stage in again["stages"] if stage["stage"] == "import") == 0
    assert [_rounded(row) for row in parcours(workspace, "gaps")] == [_rounded(row) for row in gaps]


def _rounded(row: Row) -> Row:
    population = {key: value and round(value, 6) for key, value in row["population"].items()}
    said = {
        verdict: {key: value and round(value, 9) for key, value in told.items()}
        for verdict, told in row["said"].items()
    }
    return {**row, "population": population, "said": said}


# Promises that look back, and what must not come twice -----------------------------------------------------------


def test_what_is_shipped_was_approved_before(gaps: list[Row], orders: dict[str, Order]) -> None:
    """The 77 of above are broken; where the approval has no time nobody can say."""
    shipped = [order for order in orders.values() if order.shipped]
    undated = [order for order in shipped if order.approved is None]
    row = gap(gaps, "shipped-once-approved")

    assert row["broken"] == sum(o.approved > o.shipped for o in shipped if o.approved and o.shipped) == 77
    assert row["unobservable"] == len(undated)
    assert row["kept"] == len(shipped) - 77 - len(undated)


def test_nobody_should_be_asked_again(workspace: Path, gaps: list[Row]) -> None:
    """A second answer about the same order within 30 days; the last 30 days of the file cannot tell, nor those that meet a silence."""
    heard = next(row for row in parcours(workspace, "coverage") if row["source"] == "olist-reviews")
    silences = [
        tuple(datetime.fromisoformat(item[key]) for key in ("since", "until")) for item in heard["deaf"]
    ]
    answers: dict[str, list[datetime]] = {}
    for review in table("order_reviews"):
        answered = instant(review["review_answer_timestamp"])
        if answered:
            answers.setdefault(review["order_id"], []).append(answered)
    heard_until = max(moment for moments in answers.values() for moment in moments)
    verdicts: Counter[str] = Counter()
    for moments in answers.values():
        for place, moment in enumerate(sorted(moments), start=1):
            end = moment + timedelta(days=30)
            if any(later <= end for later in sorted(moments)[place:]):
                verdicts["broken"] += 1
            else:
                is_seen = end <= heard_until and not any(
                    since < end and until > moment for since, until in silences
                )
                verdicts["kept" if is_seen else "unobservable"] += 1
    row = gap(gaps, "not-asked-again")

    assert {verdict: row[verdict] for verdict in verdicts} == verdicts
    assert row["eligible"] == sum(verdicts.values())


def test_its_cases_hold(workspace: Path) -> None:
    """What the promises mean is tested beside the map."""
    assert all(row["holds"] for row in parcours(workspace, "test"))
