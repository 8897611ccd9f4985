"""The picture on a phone: stages one below the other; places on the left as on a line of the underground, words on the right.

Each place has a row of its own, so that its name stands beside it whatever the flows do; families of channels are tracks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from parcours.journey.drawing.cards import card_at, legend_at, moves_note, shared_axis, signs_of
from parcours.journey.drawing.casting import (
    LINE,
    SIZES,
    cast_places,
    known_flows,
    name_at,
    name_lines,
    name_size,
    rank_within,
)
from parcours.journey.drawing.measuring import fold
from parcours.journey.drawing.routing import Ground, Spot, route, strokes_of
from parcours.journey.drawing.saying import quoted, score
from parcours.journey.drawing.shapes import Box, Feeling, Layout, Stroke, Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parcours.journey.drawing.casting import Role
    from parcours.journey.drawing.shapes import ChipCard, Curve, Disc, Label, Point
    from parcours.journey.picture import Column, Flow, LivedMap
    from parcours.ui import Language

WIDTH = 340.0
_TRACKS = (30.0, 112.0)  # x of the first and of the last family of channels
_TEXT = 150.0  # where words begin
_ROOM = WIDTH - _TEXT - 8
_LARGEST = 19.0
_WIDEST_FLOW = 11.0
_BETWEEN = 28.0  # bands apart
_FELT_ROW = 40.0


@dataclass
class _Sheet:
    """What is laid out so far, from the top down to `y`."""

    y: float = 4.0
    bands: list[Box] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    discs: list[Disc] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    chips: list[ChipCard] = field(default_factory=list)


def lay_out_narrow(lived: LivedMap, language: Language) -> Layout:
    """Where everything of the narrow picture is."""
    roles = cast_places(lived, language, _LARGEST)
    flows = known_flows(lived)
    sheet = _Sheet()
    for index, column in enumerate(lived.columns):
        if index:
            _gap(sheet, column, language)
        _stage(sheet, column, lived, roles, flows, language)
    ground = _ground(sheet.discs)
    strokes = tuple(_turned(stroke) for stroke in strokes_of(flows, ground, _WIDEST_FLOW))
    feelings, lines = _felt(sheet, lived, language)
    for note in _notes(lived, language):
        sheet.words.append(Words((note,), 6, sheet.y + 22, "note"))
        sheet.y += 18
    signs, bottom = legend_at(signs_of(lived, strokes, language), Box(6, sheet.y + 14, WIDTH - 12, 0))
    return Layout(
        width=WIDTH,
        height=bottom + 6,
        bands=tuple(sheet.bands),
        seams=(),
        words=tuple(sheet.words),
        discs=tuple(sheet.discs),
        labels=tuple(sheet.labels),
        designed=_designed(lived, ground),
        strokes=strokes,
        chips=tuple(sheet.chips),
        axis=shared_axis(lived),
        feelings=feelings,
        felt_lines=lines,
        signs=signs,
    )


def _gap(sheet: _Sheet, column: Column, language: Language) -> None:
    """Between two stages: how long people take from one to the other."""
    if column.wait_s is not None:
        said = (f"↓ {language.duration(column.wait_s)}",)
        sheet.words.append(Words(said, _TEXT, sheet.y + _BETWEEN / 2 + 4.5, "wait"))
    sheet.y += _BETWEEN if column.wait_s is not None else 8


def _stage(
    sheet: _Sheet,
    column: Column,
    lived: LivedMap,
    roles: Mapping[str, Role],
    flows: Sequence[Flow],
    language: Language,
) -> None:
    top = sheet.y
    lines = fold(language.pick(column.title, column.key), SIZES["stage"], _ROOM, 3, bold=True)
    sheet.words.append(Words(lines, _TEXT, top + 24, "stage", step=20))
    sheet.y = top + 24 + 20 * (len(lines) - 1) + 10
    if column.owners:
        owners = fold(
            language.text("Owner: {owners}", owners=" · ".join(column.owners)), SIZES["owner"], _ROOM, 3
        )
        sheet.words.append(Words(owners, _TEXT, sheet.y + 9, "owner", step=LINE))
        sheet.y += LINE * len(owners)
    sheet.y += 6
    for key in _rows(column, lived, flows):
        _row(sheet, roles[key], lived, language)
    for chip in lived.chips:
        if chip.column == column.key:
            card = card_at(chip, _TEXT - 6, sheet.y + 4, _ROOM + 6, language)
            sheet.chips.append(card)
            sheet.y = card.box.bottom + 4
    sheet.y += 8
    sheet.bands.append(Box(0, top, WIDTH, sheet.y - top))


def _rows(column: Column, lived: LivedMap, flows: Sequence[Flow]) -> list[str]:
    """Places of a stage in the order people come by, then lane by lane."""
    lanes = {lane.key: index for index, lane in enumerate(lived.lanes)}
    places = [place for place in lived.places if place.column == column.key]
    rank = rank_within([place.key for place in places], flows)
    ordered = sorted(places, key=lambda place: (rank[place.key], lanes.get(place.lane, 0), place.key))
    return [place.key for place in ordered]


def _row(sheet: _Sheet, role: Role, lived: LivedMap, language: Language) -> None:
    """A place, its name and its family of channels."""
    lines = name_lines(role, _ROOM, 3)
    _, high = name_size(lines, role)
    tall = max(2 * role.reach + 6, high + 15 + 8)
    y = sheet.y + tall / 2
    x = _track(role, lived)
    top = y - (high + 14) / 2
    leader = ((x + role.reach + 2, y), (_TEXT - 5, y))
    sheet.discs.append(role.at(x, y))
    sheet.labels.append(name_at(role, lines, (_TEXT - 1.5, top), "start", leader))
    lane = next((lane for lane in lived.lanes if lane.key == role.place.lane), None)
    said = fold(language.pick(lane.title if lane else None, role.place.lane), SIZES["note"], _ROOM, 1)
    sheet.words.append(Words(said, _TEXT, top + high + 10.5, "note"))
    sheet.y += tall


def _track(role: Role, lived: LivedMap) -> float:
    used = {place.lane for place in lived.places}
    lanes = [lane.key for lane in lived.lanes if lane.key in used]
    if len(lanes) <= 1 or role.place.lane not in lanes:
        return sum(_TRACKS) / 2
    return _TRACKS[0] + (_TRACKS[1] - _TRACKS[0]) * lanes.index(role.place.lane) / (len(lanes) - 1)


def _ground(discs: Sequence[Disc]) -> Ground:
    """Seen along the stages, so downwards: u is y."""
    return Ground(
        spots={disc.place.key: Spot(disc.y, disc.x, disc.reach) for disc in discs},
        names=np.empty((0, 4)),
        least=5,
        most=_TEXT - 10,
        near=8,
    )


def _turned(stroke: Stroke) -> Stroke:
    return Stroke(
        stroke.flow,
        stroke.curve.flipped(),
        stroke.width,
        stroke.bad_width,
        stroke.arrow,
        stroke.seen,
        stroke.told,
    )


def _designed(lived: LivedMap, ground: Ground) -> tuple[Curve, ...]:
    return tuple(
        route(source, target, 1, ground).flipped()
        for source, target in lived.designed
        if {source, target} <= set(ground.spots) and source != target
    )


def _felt(
    sheet: _Sheet, lived: LivedMap, language: Language
) -> tuple[tuple[Feeling, ...], tuple[tuple[Point, Point], ...]]:
    """The line of what people felt, running downwards; further to the right is better."""
    felt = {item.column: item for item in lived.felt}
    if not felt:
        return (), ()
    least, most = lived.scale
    left, right = _TEXT + 6, WIDTH - 22

    def along(value: float) -> float:
        return left + (value - least) / ((most - least) or 1) * (right - left)

    top = sheet.y + 30
    sheet.words.append(Words((language.text("What people felt"),), 6, top, "stage"))
    ends = top + 22
    sheet.words.append(
        Words((language.text("worst {score}", score=score(least, language)),), left - 6, ends, "note")
    )
    sheet.words.append(
        Words((language.text("best {score}", score=score(most, language)),), right + 10, ends, "note", "end")
    )
    found, y = [], ends + 6 + _FELT_ROW / 2
    for column in lived.columns:
        if column.key in felt:
            item = felt[column.key]
            title = fold(language.pick(column.title, column.key), SIZES["lane"], _TEXT - 20, 2)
            sheet.words.append(Words(title, 6, y + 4.5 - LINE / 2 * (len(title) - 1), "lane", step=LINE))
            found.append(Feeling(item, (along(item.mean), y), (along(item.low), y), (along(item.high), y)))
            y += _FELT_ROW
    bottom = y - _FELT_ROW / 2
    sheet.y = bottom + 4
    lowest = min(found, key=lambda feeling: feeling.felt.mean)
    if lowest.felt.quote:
        lines = fold(quoted(lowest.felt.quote, language), SIZES["quote"], WIDTH - 16, 4)
        sheet.words.append(Words(lines, 6, sheet.y + 18, "quote", step=18))
        sheet.y += 18 * len(lines) + 6
    return tuple(found), tuple(((x, ends + 6), (x, bottom)) for x in (left, right))


def _notes(lived: LivedMap, language: Language) -> list[str]:
    bars = language.text("Promises: bars from {least} to 100%", least=language.percent(shared_axis(lived)[0]))
    judged = any(chip.kept_ratio is not None for chip in lived.chips)
    return [note for note in (bars if judged else "", moves_note(lived, language)) if note]
