"""The value of customers: the published figures of CDNOW, and how long a million customers take."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from parcours.bench.child import peak_of_this_process, run_module
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow, stays_below
from parcours.gap.value import (
    Buying,
    Histories,
    NotEstimable,
    Spending,
    fit_buying,
    fit_spending,
    tell_histories,
)

if TYPE_CHECKING:
    from pathlib import Path

CUSTOMERS = 1_000_000
CDNOW = "CDNOW_sample.txt"
_UNTIL = date(1997, 9, 30)  # 39 weeks
# Fader, Hardie and Lee (2005), table 2; Fader and Hardie (2013), section 5. Published digits, and what rounding of the last allows.
_BUYING = {"r": (0.243, 5e-4), "alpha": (4.414, 5e-4), "a": (0.793, 5e-4), "b": (2.426, 5e-4)}
_LIKELIHOOD = (-9582.4, 0.05)
_SPENDING = {"p": (6.25, 0.005), "q": (3.74, 0.005), "v": (15.44, 0.005)}
_BELOW_S, _BELOW_BYTES = 60.0, 4e9
_WEEKS = 39


def bench_value(
    data: Path | None = None, customers: int = CUSTOMERS, progress: Progress = silent
) -> list[BenchRow]:
    """Fit CDNOW where it is given, and a million customers.

    Args:
        data: Folder with `CDNOW_sample.txt`; nobody may redistribute it.
        customers: Of the large case.
        progress: Told before each.
    """
    rows = []
    if data is not None and (data / CDNOW).exists():
        progress("value, CDNOW")
        rows += _published(cdnow_histories(data / CDNOW))
    progress(f"value, {customers:,} customers")
    told = run_module("value", "parcours.bench.value", str(customers))
    case = f"{customers:,} customers fitted and scored"
    return [
        *rows,
        stays_below("value", case, "time", "s", told.answer["seconds"], _BELOW_S),
        stays_below("value", case, "peak memory", "bytes", told.answer["peak_bytes"], _BELOW_BYTES),
    ]


def cdnow_histories(path: Path) -> Histories:
    """The first 39 weeks of the published sample of CDNOW's customers."""
    lines = [line.split() for line in path.read_text("ascii").splitlines() if line.strip()]

    def day(text: str) -> int:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).date().toordinal()

    return tell_histories(
        np.array([int(line[1]) for line in lines], np.int64),
        np.array([day(line[2]) for line in lines], np.int64),
        np.array([float(line[4]) for line in lines]),
        until_day=_UNTIL.toordinal(),
    )


def _published(told: Histories) -> list[BenchRow]:
    buying, spending = fit_buying(told), fit_spending(told)
    case = f"CDNOW, {len(told):,} customers"
    if isinstance(buying, NotEstimable) or isinstance(spending, NotEstimable):
        return [BenchRow("value", case, "fitted", "yes = 1", 0.0, None, None, None, 1.0, holds=False)]
    wanted = {
        **{f"BG/NBD {name}": (getattr(buying, name), *known) for name, known in _BUYING.items()},
        "BG/NBD log-likelihood": (buying.log_likelihood, *_LIKELIHOOD),
        **{f"Gamma-Gamma {name}": (getattr(spending, name), *known) for name, known in _SPENDING.items()},
    }
    return [
        BenchRow(
            "value", case, f"{name}: as published", "parameter", ours, known, "published", None, within,
            holds=abs(ours - known) <= within * (1 + 1e-9),
        )
        for name, (ours, known, within) in wanted.items()
    ]  # fmt: skip


def many_histories(customers: int, seed: int = 1) -> Histories:
    """Customers who live as the model says, with CDNOW's parameters, told by the day."""
    rng = np.random.default_rng(seed)
    pace, leaves = rng.gamma(0.243, 1 / 4.414, customers), rng.beta(0.793, 2.426, customers)
    age = rng.integers(27 * 7, 39 * 7, customers) / 7
    repeats, last = np.zeros(customers, np.int64), np.zeros(customers)
    alive, clock = np.arange(customers), np.zeros(customers)
    while len(alive):
        clock[alive] += rng.exponential(1 / np.maximum(pace[alive], 1e-12))
        alive = alive[clock[alive] <= age[alive]]
        repeats[alive] += 1
        last[alive] = np.maximum(np.ceil(clock[alive] * 7) / 7, last[alive])
        alive = alive[rng.random(len(alive)) >= leaves[alive]]
    mean = 15.44 / rng.gamma(3.74, 1.0, customers)
    spent = np.where(
        repeats > 0, mean * rng.gamma(6.25 * np.maximum(repeats, 1)) / np.maximum(repeats, 1), 0.0
    )
    return Histories(np.arange(customers), repeats, np.minimum(last, age), age, spent)


def _measure(customers: int) -> dict[str, Any]:
    told = many_histories(customers)
    began = time.perf_counter()
    buying, spending = fit_buying(told), fit_spending(told)
    if not isinstance(buying, Buying) or not isinstance(spending, Spending):
        raise SystemExit(1)
    columns = (told.repeats, told.recency_weeks, told.age_weeks)
    value = buying.expected(*columns, _WEEKS) * spending.expected(told.repeats, told.spent)
    alive = buying.alive(*columns)
    return {
        "seconds": time.perf_counter() - began,
        "peak_bytes": peak_of_this_process(),
        "value": float(value.sum()),
        "alive": float(alive.sum()),
        "fitted": [buying.r, buying.alpha, buying.a, buying.b, spending.p, spending.q, spending.v],
    }


if __name__ == "__main__":
    print(json.dumps(_measure(int(sys.argv[1]))))  # noqa: T201 - the answer of a contender
