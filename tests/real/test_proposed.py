"""On real files the proposed mapping is the one a reader would write, and imports all rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli.given import call
from given import shared_data
from parcours.kernel.workspace import Workspace
from parcours.signal.mapping import read_sources, rules_of

if TYPE_CHECKING:
    from pathlib import Path

# Rows as the publishers state them (shared/data/README.md); times a row gives: counted with `cut` and `grep -c`.
FILES = {
    "olist/olist_customers_dataset.csv": 8_135,
    "app_reviews_fr/reviews.csv": 1_161,
    "banking77/train.csv": 10_003,
    "cdnow/CDNOW_master.txt": 69_659,
    "febrl/dataset1.csv": 1_000,
    "hillstrom/hillstrom.csv": 64_000,
    "online_shoppers/online_shoppers_intention.csv": 12_330,
    "womens_clothing/reviews.csv": 23_486,
    "event_logs/running-example.xes": 42,
    "event_logs/08_receipt.xes.gz": 8_577,
    "event_logs/receipt.csv": 8_577,
    "event_logs/sepsis_full.csv": 15_214,
    "event_logs/eventdataR_traffic_fines_full.parquet": 561_470,
}


@pytest.mark.parametrize("name", FILES)
def test_each_row_is_a_signal(tmp_path: Path, name: str) -> None:
    """The mapping checks, and every row of the file is accepted."""
    answer = call("init", tmp_path / "shop", "--from", shared_data(name))
    assert answer.code == 0, answer.err

    assert call("check", "-w", tmp_path / "shop").code == 0
    counts = call("run", "-w", tmp_path / "shop", "--format", "json").json["signals"]
    assert (counts["received"], counts["accepted"]) == (FILES[name], FILES[name])


def test_orders_of_olist_are_mapped_as_in_the_design(tmp_path: Path) -> None:
    """Four times are four kinds of signal, the estimated date is a promise beside them, customer and order are told apart."""
    call("init", tmp_path / "shop", "--from", shared_data("olist/olist_orders_dataset.csv"))
    (mapped,), faults = read_sources(Workspace(tmp_path / "shop"))
    rules = rules_of(mapped.source)

    assert faults == []
    assert [(rule.type.literal, rule.at) for rule in rules] == [
        ("order.placed", "order_purchase_timestamp"),
        ("order.approved", "order_approved_at"),
        ("order.delivered_carrier", "order_delivered_carrier_date"),
        ("order.delivered_customer", "order_delivered_customer_date"),
    ]
    assert mapped.source.person == {"customer": "customer_id"}
    assert mapped.source.objects == {"order": "order_id"}
    assert set(mapped.source.set) == {"order_estimated_delivery_date", "order_status"}


def test_reviews_of_olist_keep_text_apart(tmp_path: Path) -> None:
    """The comment is `text`, its title an alternative, the score a number, and the order links to the orders' file."""
    call("init", tmp_path / "shop", "--from", shared_data("olist/olist_order_reviews_dataset.csv"))
    (mapped,), _ = read_sources(Workspace(tmp_path / "shop"))

    assert mapped.source.text == "review_comment_message"
    assert mapped.source.objects["order"] == "order_id"
    assert set(mapped.source.set) == {"review_score"}
    assert mapped.source.id is None  # 34 reviews stand for several orders
