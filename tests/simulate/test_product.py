"""The product reads a simulated retailer whole, and what it says of it is true."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from scipy.stats import binom

from cli.given import call
from simulate.given import Retailer, made, pairs, run

if TYPE_CHECKING:
    from pathlib import Path

FALSE_ALARM = 0.01  # chance that a test of all slices together finds one though there is none


def slices(retailer: Retailer, promise: str) -> list[dict[str, Any]]:
    """Rows of a promise by slice, over all time."""
    rows = retailer.rows("gaps", "--promise", promise)
    return [row for row in rows if row["slice"] and row["period"] is None and row["kept"] + row["broken"]]


def chance(row: dict[str, Any], kept_ratio: float) -> float:
    """Probability of as many broken promises or more where they are kept as everywhere (binomial, one-sided)."""
    broken, judged = row["broken"], row["kept"] + row["broken"]
    return float(binom.sf(broken - 1, judged, 1 - kept_ratio))


def test_the_configuration_has_no_fault(colibri: Retailer) -> None:
    """What is written can be run as it is."""
    assert call("check", "-w", colibri.folder).out == "fine: 16 sources, 5 maps, 11 promises\n"


def test_all_is_accepted_but_what_is_bad_on_purpose(colibri: Retailer) -> None:
    """Refused rows are those that the truth tells, to the unit."""
    planted = {row["reason"]: row["rows"] for row in colibri.truth("bad_row.csv")}
    signals = colibri.report["signals"]

    assert all(rows > 0 for rows in planted.values())
    assert signals["refused"] == planted
    assert signals["received"] == signals["accepted"] + sum(planted.values())


def test_every_order_placed_has_one_outcome(colibri: Retailer) -> None:
    """No order is lost or counted twice on its way into the truth."""
    outcomes = Counter(row["order"] for row in colibri.truth("outcome.parquet"))
    placed = next(row for row in colibri.rows("coverage") if row["source"] == "orders")

    assert set(outcomes.values()) == {1}
    assert len(outcomes) == placed["signals"]


def test_what_can_be_seen_is_judged_as_it_was(colibri: Retailer) -> None:
    """Kept is kept and broken is broken, wherever the product commits itself; all eleven promises are among them."""
    judged = [pair for pair in pairs(colibri) if pair.said in {"kept", "broken"}]

    assert len({pair.promise for pair in judged}) == 11
    assert [pair for pair in judged if pair.said != pair.true["verdict"]] == []


def test_every_promise_made_in_sight_is_judged(colibri: Retailer) -> None:
    """What the product does not judge at all was triggered in a system that had fallen silent."""
    judged = {(pair.promise, pair.true["identifier"]) for pair in pairs(colibri)}
    truth = colibri.truth("verdict.parquet")
    unjudged = [row for row in truth if (row["promise"], row["identifier"]) not in judged]

    assert unjudged
    assert all(row["silent"] for row in unjudged)


def test_a_silent_till_accuses_nobody(colibri: Retailer) -> None:
    """Of what a silent system should have shown, the product says that it cannot say; the truth knows."""
    silent = [pair for pair in pairs(colibri) if pair.true["silent"]]

    assert silent
    assert {pair.said for pair in silent} == {"unobservable"}
    assert {pair.true["verdict"] for pair in silent} <= {"kept", "broken"}
    assert {pair.promise for pair in silent} == {"ready-in-2h-franchise"}


def test_the_planted_gap_is_the_worst_slice(colibri: Retailer) -> None:
    """Of all places and times of the week, the least likely to be chance is the one that was planted."""
    found = [row for row in slices(colibri, "ready-in-2h") if "store_slot" in row["slice"]]
    whole = next(row for row in colibri.rows("gaps", "--promise", "ready-in-2h") if not row["slice"])
    worst = min(found, key=lambda row: chance(row, whole["kept_ratio"]))

    assert worst["slice"] == {"store_slot": "Lyon Part-Dieu sat-14-18"}
    assert chance(worst, whole["kept_ratio"]) < FALSE_ALARM / len(found)


def test_where_nothing_is_planted_there_is_nothing_to_find(calm: Retailer) -> None:
    """No slice of any promise is worse than its network beyond chance (Bonferroni over all slices)."""
    kept = {
        row["promise"]: row["kept_ratio"]
        for row in calm.rows("gaps")
        if not row["slice"] and row["period"] is None
    }
    chances = [
        (chance(row, kept[promise]), promise, row["slice"])
        for promise in kept
        if promise != "content"  # follows from the others, so it does differ by what was broken
        for row in slices(calm, promise)
    ]

    assert len(chances) > 50
    rarest = min(chances, key=lambda found: found[0])
    assert rarest[0] > FALSE_ALARM / len(chances), rarest


def test_the_saturday_of_one_customer_is_told_whole(colibri: Retailer) -> None:
    """Web, counter, kiosk and phone are one person's story, in order, and they do not come back."""
    story = call("person", "customer:C1407", "-w", colibri.folder, "--format", "json").json
    told = [signal["type"] for signal in story["signals"]]
    begin = told.index("order.placed")

    assert [name for name in told[begin:] if name != "notice.sent"] == [
        "order.placed", "collection.asked", "feedback.given", "ticket.opened", "ticket.answered", "ticket.opened",
        "ticket.answered", "order.ready", "order.cancelled",
    ]  # fmt: skip
    assert story["signals"][-1]["type"] == "order.cancelled"


def test_a_pure_web_player_runs(folder: Path) -> None:
    """Without stores there is no store in any file, and the rest works."""
    retailer = run(made(folder, people=300, stores=0))

    assert call("check", "-w", folder).out == "fine: 9 sources, 3 maps, 4 promises\n"
    assert retailer.report["signals"]["refused"] == {}
    assert retailer.report["verdicts"] > 0
    types = {name for row in retailer.rows("coverage") for name in row["types"]}
    assert not types & {
        "order.ready",
        "order.collected",
        "receipt.printed",
        "footfall.counted",
        "repair.opened",
    }
    assert {pair.said for pair in pairs(retailer) if pair.said in {"kept", "broken"}} == {"kept", "broken"}
