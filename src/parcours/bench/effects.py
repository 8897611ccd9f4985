"""The estimator on an experiment whose answer is known: e-mails drawn by lot for 64,000 customers."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow
from parcours.gap.money.effect import Compared, estimate_effects

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

HILLSTROM = "hillstrom.csv"
_NOBODY = "No E-Mail"
_LETTERS = ("Mens E-Mail", "Womens E-Mail")
_OUTCOMES = ("visit", "spend")
_NUMBERS = ("recency", "history", "mens", "womens", "newbie")
_KINDS = ("zip_code", "channel", "history_segment")


def bench_effects(data: Path, progress: Progress = silent) -> list[BenchRow]:
    """Mean effects of each letter on visits and spend, beside the plain difference of means.

    By lot, both are right; where the plain difference is known to be right, ours must agree within its interval.

    Args:
        data: Folder with `hillstrom.csv`; nobody may redistribute it.
        progress: Told before each letter.
    """
    with (data / HILLSTROM).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    segment = np.array([row["segment"] for row in rows])
    known = _known(rows)
    outcomes = np.array([[float(row[name]) for name in _OUTCOMES] for row in rows])
    answer = []
    for letter in _LETTERS:
        progress(f"effects, {letter}")
        mine = np.isin(segment, [letter, _NOBODY])
        sent = segment[mine] == letter
        compared = Compared(sent, known[mine], np.flatnonzero(mine), None)
        effects = estimate_effects(compared, outcomes[mine])
        for number, name in enumerate(_OUTCOMES):
            plain = float(outcomes[mine][sent, number].mean() - outcomes[mine][~sent, number].mean())
            if effects is None:
                continue
            effect = effects.of(np.eye(len(_OUTCOMES))[number])
            case = f"Hillstrom, {int(mine.sum()):,} customers, {letter} against none"
            unit = "visits a customer" if name == "visit" else "dollars a customer"
            metric = f"effect on {name}, 90 % interval of ±{effect.margin:.4f}: difference to"
            answer.append(
                BenchRow(
                    "effects", case, metric, unit, effect.mean, plain, "difference of means", None, effect.margin,
                    holds=abs(effect.mean - plain) <= effect.margin,
                )
            )  # fmt: skip
    return answer


def _known(rows: list[dict[str, str]]) -> NDArray[np.float64]:
    """What was known of each before the letter."""
    numbers = np.array([[float(row[name]) for name in _NUMBERS] for row in rows])
    columns = [numbers, np.log1p(numbers[:, [1]])]
    for kind in _KINDS:
        values = np.array([row[kind] for row in rows])
        columns += [(values == value).astype(np.float64)[:, None] for value in np.unique(values)]
    return np.hstack(columns)
