"""What the picture of a map shows: the designed journey and, on it, the one that people lived. Plain values, no query, no drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Column:
    """A stage of the map, from left to right.

    Attributes:
        key: Name in the map.
        title: Its words by language.
        owners: Who answers for its steps, without repeats.
        wait_s: Median time from people's first sign of the stage before to their first sign of this one, seconds; None: nobody did both.
    """

    key: str
    title: Mapping[str, str]
    owners: tuple[str, ...] = ()
    wait_s: float | None = None


@dataclass(frozen=True)
class Lane:
    """A family of channels, from top to bottom."""

    key: str
    title: Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """A touchpoint: a step of the map, or something lived that is on no map, in one lane.

    Attributes:
        key: Unique in the picture.
        step: Step of the map; None: lived, but not designed.
        title: Its words by language.
        column: Stage; of something undesigned the one in which it mostly happens.
        lane: Family of channels.
        people: Who came by, people; journeys where nobody is known; 0: designed, not lived.
        let_down: Of those, who had a promise broken on this journey.
        heard: False: no system that could show it was heard at any time; it may have been lived, nobody can say.
        optional: The map says that not everyone comes by.
    """

    key: str
    step: str | None
    title: Mapping[str, str]
    column: str
    lane: str
    people: int
    let_down: int = 0
    heard: bool = True
    optional: bool = False


@dataclass(frozen=True)
class Flow:
    """Journeys that went from one place straight to another.

    Attributes:
        journeys: How many.
        let_down: Of those, journeys on which a promise was broken.
        wait_s: Median time between, seconds.
    """

    source: str
    target: str
    journeys: int
    let_down: int
    wait_s: float | None


@dataclass(frozen=True)
class Chip:
    """A promise on its stage.

    Attributes:
        kept_ratio, low, high: Ratios in [0, 1]; None: nothing could be judged.
        goal: Share that is to be kept; None: no goal.
        href: Where its figures are told.
    """

    promise: str
    says: Mapping[str, str]
    column: str
    kept_ratio: float | None
    low: float | None
    high: float | None
    judged: int
    unobservable: int = 0
    goal: float | None = None
    href: str = ""


@dataclass(frozen=True)
class Felt:
    """What people said of a stage: scores given right after it.

    Attributes:
        mean: Of the scores, in the unit they were given in.
        low, high: Quartiles.
        answers: Scores; >= 1.
        quote: One true sentence that speaks for the low ones; None: none was found.
    """

    column: str
    mean: float
    low: float
    high: float
    answers: int
    quote: str | None = None


@dataclass(frozen=True)
class LivedMap:
    """One map with what was lived on it.

    Attributes:
        designed: Pairs of places that follow one another as designed, stage by stage; drawn under what was lived.
        flows: Most travelled first; small ones may be left out, then `shown_share` is below 1.
        shown_share: Part of all moves between places that `flows` holds, ratio.
        journeys: Lived journeys of the map.
        scale: Lowest and highest score that could be given.
    """

    key: str
    title: Mapping[str, str]
    columns: tuple[Column, ...]
    lanes: tuple[Lane, ...]
    places: tuple[Place, ...]
    designed: tuple[tuple[str, str], ...]
    flows: tuple[Flow, ...]
    shown_share: float
    chips: tuple[Chip, ...]
    felt: tuple[Felt, ...]
    journeys: int
    scale: tuple[float, float] = (0, 10)
