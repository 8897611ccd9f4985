"""Where the names of places go: beside their place, clear of every place, of one another and, if at all possible, of flows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parcours.journey.drawing.casting import name_at, name_lines, name_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from parcours.journey.drawing.casting import Role
    from parcours.journey.drawing.shapes import Box, Disc, Label, Point, Stroke

_SHAPES = ((1, 96.0), (2, 96.0), (2, 130.0), (3, 118.0))  # most lines, most width
_GAP = 3
_LEADERS = (22.0, 40.0, 60.0)
_DIRECTIONS = tuple(
    (math.cos(math.radians(angle)), math.sin(math.radians(angle)))
    for angle in (90, 60, 120, -90, -60, -120, 20, 160)
)
_PARTS = 48


def place_names(
    roles: Mapping[str, Role],
    discs: Mapping[str, Disc],
    sure: Mapping[str, Label],
    strokes: Sequence[Stroke],
    room: Box,
    edges: Sequence[float],
) -> dict[str, Label]:
    """A name for every place.

    Args:
        roles: Looks by key.
        discs: Where the places are.
        sure: For each a name that touches nothing when all the others are where they are here: taken where nothing is better.
        strokes: Flows; thick ones are avoided most.
        room: What all names must stay in.
        edges: Between stages; a name across one costs a little.
    """
    ink = _ink(strokes)
    round_ones = np.array([(disc.x, disc.y, disc.reach + 1) for disc in discs.values()]).reshape(-1, 3)
    placed: dict[str, Label] = {}
    for key in sorted(discs, key=lambda key: (-discs[key].place.people, key)):
        boxes = [label.box for label in placed.values()]
        boxes += [label.box for other, label in sure.items() if other not in placed and other != key]
        taken = np.array([(box.x, box.y, box.right, box.bottom) for box in boxes]).reshape(-1, 4)
        place = _Place(roles[key], discs[key], sure[key])
        placed[key] = _cheapest(place, taken, round_ones, ink, room, edges)
    return placed


@dataclass(frozen=True)
class _Place:
    """A place that wants a name; `sure` is one that touches nothing."""

    role: Role
    disc: Disc
    sure: Label


@dataclass(frozen=True)
class _Spot:
    """Where a name could go: its lines, its upper left corner, how it is set, and a leader to its place; `cost` of the spot itself."""

    cost: float
    lines: tuple[str, ...]
    corner: Point
    anchor: str
    leader: tuple[Point, Point] | None = None


def _cheapest(
    place: _Place,
    taken: np.ndarray,
    discs: np.ndarray,
    ink: np.ndarray,
    room: Box,
    edges: Sequence[float],
) -> Label:
    """The name that costs least; of equals the one told first. Once a spot alone costs more than the best name, none after it is better."""
    best = (_over(place.sure.box, ink) + _across(place.sure.box, edges), -1, place.sure)
    for rank, spot in sorted(enumerate(_spots(place)), key=lambda item: (item[1].cost, item[0])):
        if spot.cost > best[0]:
            break
        label = name_at(place.role, spot.lines, spot.corner, spot.anchor, spot.leader)
        if _is_free(label.box, taken, discs, room):
            cost = spot.cost + _over(label.box, ink) + _across(label.box, edges)
            best = min(best, (cost, rank, label), key=lambda item: item[:2])
    return best[2]


def _spots(place: _Place) -> Iterator[_Spot]:
    seen: set[tuple[str, ...]] = set()
    for most, width in _SHAPES:
        lines = name_lines(place.role, width, most)
        if lines in seen or any("…" in line for line in lines):
            continue
        seen.add(lines)
        size, more = name_size(lines, place.role), 0.1 * len(lines)
        for cost, corner, anchor in _beside(place.disc, *size):
            yield _Spot(cost + more, lines, corner, anchor)
        for cost, corner, leader in _further(place.disc, *size):
            yield _Spot(cost + more, lines, corner, "middle", leader)


def _beside(disc: Disc, wide: float, high: float) -> Iterator[tuple[float, Point, str]]:
    off = disc.reach + _GAP
    slant = disc.reach * 0.72 + 1
    yield 0.0, (disc.x - wide / 2, disc.y + off), "middle"
    yield 0.5, (disc.x - wide / 2, disc.y - off - high), "middle"
    yield 0.6, (disc.x + off, disc.y - high / 2), "start"
    yield 0.9, (disc.x - off - wide, disc.y - high / 2), "end"
    for part in (0.25, 0.75):
        yield 0.4, (disc.x - wide * part, disc.y + off), "middle"
        yield 0.8, (disc.x - wide * part, disc.y - off - high), "middle"
    yield 0.8, (disc.x + slant, disc.y + slant), "start"
    yield 1.0, (disc.x - slant - wide, disc.y + slant), "end"
    yield 1.0, (disc.x + slant, disc.y - slant - high), "start"
    yield 1.2, (disc.x - slant - wide, disc.y - slant - high), "end"


def _further(disc: Disc, wide: float, high: float) -> Iterator[tuple[float, Point, tuple[Point, Point]]]:
    for distance in _LEADERS:
        for cos, sin in _DIRECTIONS:
            start = (disc.x + cos * disc.reach, disc.y + sin * disc.reach)
            end = (disc.x + cos * (disc.reach + distance), disc.y + sin * (disc.reach + distance))
            corner = (end[0] - wide / 2 + cos * wide / 2, end[1] - (0 if sin > 0 else high))
            yield 2.5 + distance / 20, corner, (start, end)


def _is_free(box: Box, taken: np.ndarray, discs: np.ndarray, room: Box) -> bool:
    """Whether a box stays inside the room and touches neither boxes (n, 4: left, top, right, bottom) nor discs (n, 3: middle, reach)."""
    if not (box.x >= room.x and box.right <= room.right and box.y >= room.y and box.bottom <= room.bottom):
        return False
    left, top, right, bottom = taken.T
    if np.any((box.x < right) & (left < box.right) & (box.y < bottom) & (top < box.bottom)):
        return False
    x, y, reach = discs.T
    apart = np.hypot(np.clip(x, box.x, box.right) - x, np.clip(y, box.y, box.bottom) - y)
    return not np.any(apart < reach)


def _ink(strokes: Sequence[Stroke]) -> np.ndarray:
    """Points along all flows: x, y, weight (n, 3) float64."""
    parts = np.linspace(0, 1, _PARTS + 1)
    rows = [
        np.column_stack([stroke.curve.points(parts), np.full(_PARTS + 1, 0.14 + 0.02 * stroke.width)])
        for stroke in strokes
    ]
    return np.concatenate(rows) if rows else np.empty((0, 3))


def _over(box: Box, ink: np.ndarray) -> float:
    x, y, weight = ink.T
    return float(np.sum(weight[(x > box.x) & (x < box.right) & (y > box.y - 1) & (y < box.bottom + 1)]))


def _across(box: Box, edges: Sequence[float]) -> float:
    return 2.0 * sum(box.x < edge < box.right for edge in edges)
