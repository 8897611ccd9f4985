"""What drives an outcome, and what cannot be told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Outcome(StrEnum):
    """What is moved."""

    SCORE = "score"  # the first score given on the journey, in its own points
    REPURCHASE = "repurchase"  # whether the person buys again after the journey, ratio


class Kind(StrEnum):
    """What moves it; in the order in which one follows from the other."""

    PROMISE = "promise"  # broken, or not
    WAIT = "wait"  # hours
    SWITCHES = "switches"  # changes of channel
    REPEATS = "repeats"  # contacts after the first
    STEP = "step"  # reached, or not


class Grounds(StrEnum):
    """What a figure rests on."""

    ESTIMATE = "estimate"  # a comparison of people alike whose checks hold: an effect, unless something hidden explains it
    ASSOCIATION = "association"  # what goes together once all else known is held alike


@dataclass(frozen=True)
class Case:
    """One journey behind a figure: whose, since when (microseconds UTC), how much of the driver, and the outcome."""

    person: int
    started_at: int
    value: float
    outcome: float


@dataclass(frozen=True)
class Driver:
    """One thing that happens on journeys of a map, and how the outcome goes with it.

    Attributes:
        name: Promise, step, or stage that is waited for; `switches` and `repeats` have no other.
        calendar: In whose opening time a wait is counted; None: as time passes.
        effect: Difference of the outcome from `usual` to `other`; points of the score, or ratio of people.
        low, high: Interval; all intervals of all drivers hold together in 95 of 100 cases.
        usual, other: What is compared: 0 and 1, or hours: the median and the hours that one journey in ten exceeds.
        journeys: Looked at.
        hit: Of these, with more than `usual`.
        takes: What it moves the mean of all journeys by, as they are, against all being as usual.
        days: How far ahead purchases are looked for; None of a score.
        same_as: Other drivers of the map that cannot be told apart from it.
        cases: The journeys with the lowest outcome among those hit.
    """

    map: str
    kind: Kind
    name: str
    calendar: str | None
    outcome: Outcome
    grounds: Grounds
    effect: float
    low: float
    high: float
    usual: float
    other: float
    journeys: int
    hit: int
    takes: float
    days: int | None
    same_as: tuple[str, ...]
    cases: tuple[Case, ...]

    @property
    def is_sure(self) -> bool:
        """Its interval leaves out nought."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Untold:
    """An outcome of a map of which nothing can be told, and why: a code of `wording.WHY` with its facts."""

    map: str
    outcome: Outcome
    why: str
    facts: Mapping[str, Any]  # numbers


@dataclass(frozen=True)
class Drivers:
    """All that was looked at: what is sure first, of it what moves the mean most; and what cannot be told.

    Attributes:
        level: How many standard errors make an interval, so that all hold together.
    """

    told: tuple[Driver, ...]
    untold: tuple[Untold, ...]
    level: float
