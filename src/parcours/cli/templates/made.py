"""What the modules of all templates need to make a shop's exports: random choices that repeat, and files in several shapes."""

from __future__ import annotations

import csv
import json
import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

T = TypeVar("T")
Row = dict[str, Any]  # cells of an export, as the system that exports likes them
PARIS = ZoneInfo("Europe/Paris")


class Dice:
    """Random choices, the same for the same seed on every machine."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - an invented shop keeps no secret

    def happens(self, probability: float) -> bool:
        """True in this share of cases."""
        return self._random.random() < probability

    def between(self, low: float, high: float) -> float:
        """Any number between two, all alike."""
        return self._random.uniform(low, high)

    def around(self, low: float, high: float, peak: float) -> float:
        """A number between two, most often near the peak."""
        return self._random.triangular(low, high, peak)

    def wait(self, mean: float) -> float:
        """A waiting time that is mostly short and sometimes long."""
        return self._random.expovariate(1 / mean)

    def one_of(self, things: Sequence[T]) -> T:
        """One of some things, all alike."""
        return things[int(self._random.random() * len(things))]

    def weighted(self, things: Sequence[T], weights: Sequence[float]) -> T:
        """One of some things, by weight."""
        return self._random.choices(things, weights)[0]


def write_csv(path: Path, rows: Iterable[Row], delimiter: str = ",") -> None:
    """Write rows with the headings of the first one."""
    kept = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(kept[0]), delimiter=delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)


def write_lines(path: Path, rows: Iterable[Row]) -> None:
    """Write one JSON object a line."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def utc(local: datetime) -> datetime:
    """The instant at which the clocks in Paris show this."""
    return local.replace(tzinfo=PARIS).astimezone(UTC)


def utc_text(local: datetime) -> str:
    """Paris time as UTC text with a Z."""
    return utc(local).strftime("%Y-%m-%dT%H:%M:%SZ")
