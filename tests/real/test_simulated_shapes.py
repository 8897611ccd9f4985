"""The published shapes beside which the simulated retailer is drawn are those of the data, and it is near them."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date

import numpy as np
import pytest

from docs import retailer_pictures as pictures
from given import shared_data


@pytest.fixture(scope="module")
def found() -> pictures.Shapes:
    """The simulated shapes."""
    return pictures.shapes()


def test_waits_are_those_of_cdnow(found: pictures.Shapes) -> None:
    """Days between purchases on different days: CDNOW's deciles, computed here; ours within a quarter."""
    days = defaultdict(set)
    with (shared_data("cdnow") / "CDNOW_master.txt").open(encoding="utf-8") as file:
        for line in list(file)[1:]:
            customer, day, *_ = line.split()
            days[customer].add(date(int(day[:4]), int(day[4:6]), int(day[6:])).toordinal())
    waits = np.concatenate([np.diff(sorted(bought)) for bought in days.values()])
    deciles = np.quantile(waits, pictures.SHARES) / np.median(waits)

    assert deciles == pytest.approx(pictures.CDNOW_WAITS, abs=0.01)
    assert found.waits == pytest.approx(deciles, rel=0.25)


def test_articles_are_those_of_cdnow(found: pictures.Shapes) -> None:
    """Purchases by number of articles; ours within four points."""
    with (shared_data("cdnow") / "CDNOW_master.txt").open(encoding="utf-8") as file:
        counts = Counter(min(int(line.split()[2]), 8) for line in list(file)[1:] if int(line.split()[2]) > 0)
    shares = [counts[number] / counts.total() for number in range(1, 9)]

    assert shares == pytest.approx(pictures.CDNOW_ARTICLES, abs=0.002)
    assert found.articles == pytest.approx(shares, abs=0.04)


def test_stars_are_those_of_olist(found: pictures.Shapes) -> None:
    """Mean review of an order's, on time and three to seven days late, weighted to the population; ours within five points."""
    folder = shared_data("olist")
    reviews = defaultdict(list)
    with (folder / "olist_order_reviews_dataset.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            reviews[row["order_id"]].append(int(row["review_score"]))
    on_time, late = Counter[int](), Counter[int]()
    with (folder / "olist_orders_dataset.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["order_id"] not in reviews or not row["order_delivered_customer_date"]:
                continue
            star = int(np.floor(np.mean(reviews[row["order_id"]]) + 0.5))
            delivered, promised = (
                np.datetime64(row[name])
                for name in ("order_delivered_customer_date", "order_estimated_delivery_date")
            )
            days_late = (delivered - promised) / np.timedelta64(1, "D")
            if days_late <= 0:
                on_time[star] += 1
            elif 3 <= days_late < 7:
                late[star] += 1

    for counts, published, ours in (
        (on_time, pictures.OLIST_ON_TIME, found.content),
        (late, pictures.OLIST_LATE, found.hurt),
    ):
        shares = [counts[star] / counts.total() for star in range(1, 6)]
        assert shares == pytest.approx(published, abs=0.01)
        assert ours == pytest.approx(shares, abs=0.05)
