"""Where everything of a picture is: boxes, discs, words and curves in user units, before anything is painted.

The origin is the upper left corner; y grows downwards. All values are frozen, so that a test can ask what touches what.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from parcours.journey.picture import Chip, Felt, Flow, Place

Point = tuple[float, float]
_Four = tuple[Point, Point, Point, Point]


class State(StrEnum):
    """What is known of a place; each has a sign that reads without colour."""

    LIVED = "lived"
    UNDESIGNED = "undesigned"
    UNLIVED = "unlived"
    UNHEARD = "unheard"


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """Halfway between its left and right edges."""
        return self.x + self.width / 2

    def touches(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )

    def touches_disc(self, x: float, y: float, r: float) -> bool:
        """Whether a disc reaches into the box."""
        dx = max(self.x - x, 0, x - self.right)
        dy = max(self.y - y, 0, y - self.bottom)
        return dx * dx + dy * dy < r * r


@dataclass(frozen=True)
class Disc:
    """A place as drawn.

    Attributes:
        r: Radius; its square is proportional to the people, from `least` of the layout upwards.
        ring: Radius of the thin ring around it that says: designed; 0: none.
        count: People as written inside; empty: written beside, or nobody.
    """

    place: Place
    state: State
    x: float
    y: float
    r: float
    ring: float
    count: str

    @property
    def reach(self) -> float:
        """How far ink goes from the middle."""
        return max(self.r + 1.5, self.ring + 0.5)


@dataclass(frozen=True)
class Words:
    """Lines of text.

    Attributes:
        x, y: Where the first line stands: anchor, baseline.
        anchor: `start`, `middle` or `end`.
        kind: Its style class; also says its size.
        step: From a baseline to the next.
        strong: The last so many characters are bold.
    """

    lines: tuple[str, ...]
    x: float
    y: float
    kind: str
    anchor: str = "start"
    step: float = 15
    strong: int = 0


@dataclass(frozen=True)
class Label:
    """The name of a place.

    Attributes:
        box: What it covers at most, in any usual typeface.
        leader: From the disc to the words, where they could not stand beside it.
    """

    key: str
    box: Box
    words: Words
    leader: tuple[Point, Point] | None = None


@dataclass(frozen=True)
class Curve:
    """A cubic curve."""

    start: Point
    leave: Point
    arrive: Point
    end: Point

    def at(self, t: float) -> Point:
        """The point after a part `t` of it, in [0, 1]."""
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        return (
            a * self.start[0] + b * self.leave[0] + c * self.arrive[0] + d * self.end[0],
            a * self.start[1] + b * self.leave[1] + c * self.arrive[1] + d * self.end[1],
        )

    def points(self, parts: np.ndarray) -> np.ndarray:
        """The points after parts of it, (n,) in [0, 1]: (n, 2) float64."""
        rest = 1 - parts
        weights = np.stack([rest**3, 3 * parts * rest**2, 3 * parts**2 * rest, parts**3], axis=1)
        return np.asarray(weights @ np.array([self.start, self.leave, self.arrive, self.end]))

    def between(self, first: float, last: float) -> Curve:
        """The part of it from `first` to `last`, both in [0, 1]; de Casteljau's division."""
        points = (self.start, self.leave, self.arrive, self.end)
        after = _halves(points, first)[1]
        rest = (last - first) / (1 - first) if first < 1 else 1
        return Curve(*_halves(after, rest)[0])

    def flipped(self) -> Curve:
        """The same with across and down exchanged."""
        return Curve(self.start[::-1], self.leave[::-1], self.arrive[::-1], self.end[::-1])


def _halves(points: _Four, t: float) -> tuple[_Four, _Four]:
    """Both parts of a cubic curve divided at `t`."""

    def between(one: Point, other: Point) -> Point:
        return one[0] + (other[0] - one[0]) * t, one[1] + (other[1] - one[1]) * t

    a, b, c, d = points
    ab, bc, cd = between(a, b), between(b, c), between(c, d)
    abc, bcd = between(ab, bc), between(bc, cd)
    middle = between(abc, bcd)
    return (a, ab, abc, middle), (middle, bcd, cd, d)


@dataclass(frozen=True)
class Stroke:
    """A flow as drawn.

    Attributes:
        width: Proportional to its journeys, down to a hair.
        bad_width: Same measure, of those let down; 0: nobody, or so few among so many that a line would overstate them.
        arrow: Part of the curve, in (0, 1), where an arrow head stands, as its direction is not that of the picture; None: it is.
        seen: Parts of the curve, in [0, 1], between which no place covers it.
        told: Reached by the keyboard.
    """

    flow: Flow
    curve: Curve
    width: float
    bad_width: float
    arrow: float | None
    seen: tuple[float, float]
    told: bool


@dataclass(frozen=True)
class ChipCard:
    """A promise as drawn."""

    chip: Chip
    box: Box
    says: tuple[str, ...]


@dataclass(frozen=True)
class Feeling:
    """What people said of one stage, as drawn: mean, and the ends of its quartiles, along the scale."""

    felt: Felt
    mean: Point
    low: Point
    high: Point


@dataclass(frozen=True)
class Sign:
    """One entry of the legend, at the middle left of its sample."""

    key: str
    x: float
    y: float
    says: str


@dataclass(frozen=True)
class Layout:
    """A whole picture, laid out.

    Attributes:
        bands: Behind each stage.
        seams: Thin lines that part lanes, or say where they run.
        axis: Shares at both ends of every chip's bar.
        felt_axis: Ends of the scale of what was felt: lowest, highest; None: nothing felt.
        quote: Words of the lowest point.
    """

    width: float
    height: float
    bands: tuple[Box, ...]
    seams: tuple[tuple[Point, Point], ...]
    words: tuple[Words, ...]
    discs: tuple[Disc, ...]
    labels: tuple[Label, ...]
    designed: tuple[Curve, ...]
    strokes: tuple[Stroke, ...]
    chips: tuple[ChipCard, ...]
    axis: tuple[float, float]
    feelings: tuple[Feeling, ...]
    felt_lines: tuple[tuple[Point, Point], ...]
    signs: tuple[Sign, ...]
