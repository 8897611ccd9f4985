"""What each place of a picture looks like, before it has a place on the page: its state, size, rings and words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.journey.drawing.measuring import fold, widest, width_of
from parcours.journey.drawing.saying import short_count
from parcours.journey.drawing.shapes import Box, Disc, Label, State, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.journey.drawing.shapes import Point
    from parcours.journey.picture import Flow, LivedMap, Place
    from parcours.ui import Language

# Type sizes in user units; the style is written from them, so that what is measured is what is shown.
SIZES = {
    "stage": 16,
    "wait": 13,
    "lane": 13,
    "label": 14,
    "count": 12.5,
    "says": 13.5,
    "share": 16,
    "note": 12,
    "owner": 13,
    "quote": 14,
    "mean": 13,
    "legend": 13,
}
LINE = 16  # from a baseline to the next, of names and of promises
LEAST = 4  # smallest radius, so that few people can still be seen
_EMPTY = 7  # radius where nobody came by
_RING = 4.5  # from a disc to the ring that says: designed
_ASCENT = 12.5


@dataclass(frozen=True)
class Role:
    """A place that is to be drawn.

    Attributes:
        inside, beside: People as written in the disc or after the name; one of them is empty.
    """

    place: Place
    state: State
    r: float
    ring: float
    title: str
    inside: str
    beside: str

    @property
    def reach(self) -> float:
        """How far its ink goes from the middle."""
        return max(self.r + 1.5, self.ring + 0.5)

    def at(self, x: float, y: float) -> Disc:
        """It, in its place."""
        return Disc(self.place, self.state, x, y, self.r, self.ring, self.inside)


def cast_places(lived: LivedMap, language: Language, most: float) -> dict[str, Role]:
    """Looks of every place; the one with most people has the radius `most`."""
    top = max((place.people for place in lived.places), default=0)
    return {place.key: _role(place, language, most / math.sqrt(max(top, 1))) for place in lived.places}


def state_of(place: Place) -> State:
    """What is known of a place."""
    if not place.heard:
        return State.UNHEARD
    if place.people == 0:
        return State.UNLIVED
    return State.LIVED if place.step else State.UNDESIGNED


def known_flows(lived: LivedMap) -> tuple[Flow, ...]:
    """Flows between places of the picture, largest first."""
    keys = {place.key for place in lived.places}
    return tuple(
        sorted(
            (flow for flow in lived.flows if {flow.source, flow.target} <= keys and flow.journeys > 0),
            key=lambda flow: (-flow.journeys, flow.source, flow.target),
        )
    )


def name_lines(role: Role, width: float, lines: int) -> tuple[str, ...]:
    """The name of a place and, where they do not fit inside, its people as the last word."""
    said = fold(role.title, SIZES["label"], width, lines)
    if not role.beside:
        return said
    longer = f"{said[-1]} {role.beside}"
    if width_of(longer, SIZES["label"]) + width_of(role.beside, SIZES["label"]) * 0.15 <= width:
        return (*said[:-1], longer)
    return (*said, role.beside)


def name_size(lines: tuple[str, ...], role: Role) -> tuple[float, float]:
    """Width and height of a name."""
    size = SIZES["label"]
    bold = width_of(lines[-1], size) + 0.15 * width_of(role.beside, size)  # the people are the last word
    return max(widest(lines, size), bold) + 3, LINE * len(lines) + 1


def name_at(
    role: Role, lines: tuple[str, ...], corner: Point, anchor: str, leader: tuple[Point, Point] | None = None
) -> Label:
    """A name whose box has its upper left corner there."""
    wide, high = name_size(lines, role)
    x = {"start": corner[0] + 1.5, "middle": corner[0] + wide / 2, "end": corner[0] + wide - 1.5}[anchor]
    words = Words(lines, x, corner[1] + _ASCENT, "label", anchor, LINE, len(role.beside))
    return Label(role.place.key, Box(*corner, wide, high), words, leader)


def rank_within(keys: Sequence[str], flows: Sequence[Flow]) -> dict[str, float]:
    """Order of places of one stage by who goes to whom, each in [0, 1]; what is tied to nothing stays in the middle."""
    net: dict[tuple[str, str], int] = {}
    inside = set(keys)
    for flow in flows:
        if flow.source != flow.target and {flow.source, flow.target} <= inside:
            net[flow.source, flow.target] = net.get((flow.source, flow.target), 0) + flow.journeys
    ahead: dict[str, set[str]] = {key: set() for key in keys}
    for source, target in sorted(net, key=lambda pair: (-net[pair], pair)):
        if not _reaches(ahead, target, source):
            ahead[source].add(target)
    depth = dict.fromkeys(keys, 0)
    for _ in keys:
        for source in keys:
            for target in ahead[source]:
                depth[target] = max(depth[target], depth[source] + 1)
    last = max(depth.values(), default=0)
    tied = {key for key in keys if ahead[key] or any(key in others for others in ahead.values())}
    return {key: depth[key] / last if key in tied and last else 0.5 for key in keys}


def _reaches(ahead: dict[str, set[str]], start: str, end: str) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        if here == end:
            return True
        waiting += ahead[here] - seen
        seen |= ahead[here]
    return False


def _role(place: Place, language: Language, scale: float) -> Role:
    state = state_of(place)
    r = max(scale * math.sqrt(place.people), LEAST) if place.people else _EMPTY
    count = short_count(place.people, language) if place.people else ""
    fits = width_of(count, SIZES["count"], bold=True) <= 2 * r - 3
    return Role(
        place=place,
        state=state,
        r=r,
        ring=r + _RING if place.step and state is not State.UNLIVED else 0,
        title=language.pick(place.title, place.key),
        inside=count if fits else "",
        beside="" if fits else count,
    )
