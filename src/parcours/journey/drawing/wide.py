"""The wide picture: stages are columns, families of channels are lanes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parcours.journey.drawing.cards import card_at, legend_at, moves_note, shared_axis, signs_of
from parcours.journey.drawing.casting import (
    LINE,
    SIZES,
    Role,
    cast_places,
    known_flows,
    name_at,
    name_lines,
    name_size,
    rank_within,
)
from parcours.journey.drawing.labelling import place_names
from parcours.journey.drawing.measuring import fold, widest
from parcours.journey.drawing.routing import Ground, Spot, loop_height, route, strokes_of
from parcours.journey.drawing.saying import quoted, score
from parcours.journey.drawing.shapes import Box, Feeling, Layout, Words

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from parcours.journey.drawing.shapes import ChipCard, Disc, Label, Point
    from parcours.journey.picture import Column, Flow, Lane, LivedMap
    from parcours.ui import Language

LEAST_WIDTH = 960.0
_GUTTER = 94.0  # names of lanes
_GAP = 8.0  # between columns
_PAD = 10.0  # inside a column
_APART = 10.0  # between places of one row
_MANY_PLACES, _MANY_COLUMNS = 16, 6
_WIDEST_FLOW = 20.0
_WIDEST_CARD = 250.0
_SPREAD = 190.0  # neighbours of a row are no further apart, however wide their stage
_FELT_HEIGHT = 86.0


@dataclass(frozen=True)
class _Slot:
    """Room that a place needs with its name below it."""

    role: Role
    lines: tuple[str, ...]
    width: float
    below: float


@dataclass(frozen=True)
class _Grid:
    """Columns and rows.

    Attributes:
        rows: For each lane its rows; a row is the places of all columns that stand on one line.
        middles: y of each row of each lane.
        seams: y between lanes.
    """

    columns: tuple[Column, ...]
    lanes: tuple[Lane, ...]
    bands: tuple[Box, ...]
    middles: Mapping[str, tuple[float, ...]]
    seams: tuple[float, ...]
    spots: Mapping[str, Point]


def lay_out_wide(lived: LivedMap, language: Language) -> Layout:
    """Where everything of the wide picture is."""
    roles = cast_places(lived, language, 27 if len(lived.places) > _MANY_PLACES else 33)
    flows = known_flows(lived)
    slots = {key: _slot(role, len(lived.columns)) for key, role in roles.items()}
    header = _header_height(lived, language)
    grid = _grid(lived, slots, flows, header)
    discs = {key: role.at(*grid.spots[key]) for key, role in roles.items()}
    sure = {key: _below(slots[key], discs[key]) for key in discs}
    room = Box(grid.bands[0].x, header, grid.bands[-1].right - grid.bands[0].x, grid.bands[0].height)
    ground = _ground(discs, sure, room, name_cost=0.12)
    strokes = tuple(strokes_of(flows, ground, _WIDEST_FLOW))
    edges = [band.right + _GAP / 2 for band in grid.bands[:-1]]
    labels = place_names(roles, discs, sure, strokes, room, edges)
    ground = _ground(discs, labels, room, name_cost=0.7)
    strokes = tuple(strokes_of(flows, ground, _WIDEST_FLOW))
    labels = place_names(roles, discs, sure, strokes, room, edges)
    bare = Ground(ground.spots, np.empty((0, 4)), ground.least, ground.most, ground.near)
    designed = tuple(
        route(source, target, 1, bare)
        for source, target in lived.designed
        if {source, target} <= set(discs) and source != target
    )
    ordered = _reading_order(lived, discs)
    return _underneath(
        lived,
        language,
        grid,
        Layout(
            width=room.right + 2,
            height=room.bottom,
            bands=grid.bands,
            seams=tuple(((room.x, y), (room.right, y)) for y in grid.seams),
            words=_headings(lived, language, grid),
            discs=ordered,
            labels=tuple(labels[disc.place.key] for disc in ordered),
            designed=designed,
            strokes=strokes,
            chips=(),
            axis=shared_axis(lived),
            feelings=(),
            felt_lines=(),
            signs=(),
        ),
    )


def _slot(role: Role, columns: int) -> _Slot:
    lines = name_lines(role, 104 if columns <= _MANY_COLUMNS else 100, 4)
    wide, high = name_size(lines, role)
    return _Slot(role, lines, max(wide, 2 * role.reach) + _APART, role.reach + 3 + high)


def _below(slot: _Slot, disc: Disc) -> Label:
    wide, _ = name_size(slot.lines, slot.role)
    return name_at(slot.role, slot.lines, (disc.x - wide / 2, disc.y + disc.reach + 3), "middle")


def _header_height(lived: LivedMap, language: Language) -> float:
    narrow = 130 if len(lived.columns) <= _MANY_COLUMNS else 108
    lines = max(
        len(fold(language.pick(c.title, c.key), SIZES["stage"], narrow, 2, bold=True)) for c in lived.columns
    )
    return 8 + 20 * lines + (22 if any(column.wait_s is not None for column in lived.columns) else 4)


def _grid(lived: LivedMap, slots: Mapping[str, _Slot], flows: Sequence[Flow], top: float) -> _Grid:
    per_row = 2 if len(lived.columns) <= _MANY_COLUMNS else 1
    used = {place.lane for place in lived.places}
    lanes = tuple(lane for lane in lived.lanes if lane.key in used) or lived.lanes
    ranks = {
        column.key: rank_within([p.key for p in lived.places if p.column == column.key], flows)
        for column in lived.columns
    }
    cells = {
        (column.key, lane.key): _rows(lived, slots, ranks[column.key], (column.key, lane.key), per_row)
        for column in lived.columns
        for lane in lanes
    }
    bands = _bands(lived, cells, lanes, top)
    loops = {flow.source for flow in flows if flow.source == flow.target}
    middles, seams, bottom = _lines(
        [[cells[column.key, lane.key] for column in lived.columns] for lane in lanes], lanes, loops, top
    )
    bands = tuple(Box(band.x, band.y, band.width, bottom - top) for band in bands)
    spots: dict[str, Point] = {}
    for column, band in zip(lived.columns, bands, strict=True):
        for lane in lanes:
            for row, y in zip(cells[column.key, lane.key], middles[lane.key], strict=False):
                spots |= {key: (x, y) for key, x in _across(row, band, ranks[column.key]).items()}
    return _Grid(lived.columns, lanes, bands, middles, seams, spots)


def _rows(
    lived: LivedMap,
    slots: Mapping[str, _Slot],
    rank: Mapping[str, float],
    cell: tuple[str, str],
    per_row: int,
) -> list[list[_Slot]]:
    """Places of one cell, a few to a row, in the order people come by."""
    keys = [place.key for place in lived.places if (place.column, place.lane) == cell]
    ordered = sorted(keys, key=lambda key: (rank[key], -slots[key].role.place.people, key))
    return [[slots[key] for key in ordered[at : at + per_row]] for at in range(0, len(ordered), per_row)]


def _bands(
    lived: LivedMap, cells: Mapping[tuple[str, str], list[list[_Slot]]], lanes: Sequence[Lane], top: float
) -> tuple[Box, ...]:
    """Columns, as wide as they need; what is left over goes to the narrowest first."""
    least = 128.0 if len(lived.columns) <= _MANY_COLUMNS else 114.0
    needs = [
        max(
            [least]
            + [
                sum(slot.width for slot in row) + 2 * _PAD
                for lane in lanes
                for row in cells[column.key, lane.key]
            ]
        )
        for column in lived.columns
    ]
    room = LEAST_WIDTH - _GUTTER - _GAP * (len(needs) - 1) - 2
    widths = _levelled(needs, room)
    found, x = [], _GUTTER
    for width in widths:
        found.append(Box(x, top, width, 0))
        x += width + _GAP
    return tuple(found)


def _levelled(needs: Sequence[float], room: float) -> list[float]:
    """Widths of at least `needs` that fill a room, as equal as can be."""
    level = room / len(needs)
    for _ in needs:
        above = [need for need in needs if need > level]
        below = len(needs) - len(above)
        level = (room - sum(above)) / below if below else 0
    return [max(need, level) for need in needs]


def _lines(
    cells: Sequence[Sequence[list[list[_Slot]]]], lanes: Sequence[Lane], loops: Collection[str], top: float
) -> tuple[dict[str, tuple[float, ...]], tuple[float, ...], float]:
    """Where rows stand, where lanes part, and where all ends."""
    y, middles, seams = top + 6, {}, []
    for lane, columns in zip(lanes, cells, strict=True):
        rows = []
        for index in range(max(len(cell) for cell in columns)):
            slots = [slot for cell in columns if index < len(cell) for slot in cell[index]]
            y += 9 + max(
                loop_height(slot.role.reach) if slot.role.place.key in loops else slot.role.reach
                for slot in slots
            )
            rows.append(y)
            y += max(slot.below for slot in slots) + 6
        middles[lane.key] = tuple(rows)
        seams.append(y)
    return middles, tuple(seams[:-1]), y + 2


def _across(row: Sequence[_Slot], band: Box, rank: Mapping[str, float]) -> dict[str, float]:
    """Across: the places of a row where their rank wants them, as far as their neighbours let them."""
    shares = [
        rank[slot.role.place.key] if len(row) == 1 else at / (len(row) - 1) for at, slot in enumerate(row)
    ]
    wanted = [
        band.middle
        + (share - 0.5) * min(max(band.width - 2 * _PAD - slot.width, 0), _SPREAD * max(len(row) - 1, 1))
        for share, slot in zip(shares, row, strict=True)
    ]
    found: list[float] = []
    edge = band.x + _PAD
    for slot, x in zip(row, wanted, strict=True):
        found.append(max(x, edge + slot.width / 2))
        edge = found[-1] + slot.width / 2
    edge = band.right - _PAD
    for index in range(len(row) - 1, -1, -1):
        found[index] = min(found[index], edge - row[index].width / 2)
        edge = found[index] - row[index].width / 2
    return {slot.role.place.key: x for slot, x in zip(row, found, strict=True)}


def _ground(discs: Mapping[str, Disc], labels: Mapping[str, Label], room: Box, name_cost: float) -> Ground:
    names = [(box.x, box.y, box.right, box.bottom) for box in (label.box for label in labels.values())]
    return Ground(
        spots={key: Spot(disc.x, disc.y, disc.reach) for key, disc in discs.items()},
        names=np.array(names, dtype=np.float64).reshape(-1, 4),
        least=room.y + 4,
        most=room.bottom - 4,
        near=34,
        name_cost=name_cost,
    )


def _reading_order(lived: LivedMap, discs: Mapping[str, Disc]) -> tuple[Disc, ...]:
    """Stage by stage, then downwards, then to the right."""
    order = {column.key: index for index, column in enumerate(lived.columns)}
    return tuple(sorted(discs.values(), key=lambda disc: (order[disc.place.column], disc.y, disc.x)))


def _headings(lived: LivedMap, language: Language, grid: _Grid) -> tuple[Words, ...]:
    top = grid.bands[0].y
    waits = any(column.wait_s is not None for column in lived.columns)
    found = []
    for index, (column, band) in enumerate(zip(lived.columns, grid.bands, strict=True)):
        lines = fold(language.pick(column.title, column.key), SIZES["stage"], band.width - 8, 2, bold=True)
        base = top - (26 if waits else 10) - 20 * (len(lines) - 1)
        found.append(Words(lines, band.middle, base, "stage", "middle", 20))
        if column.wait_s is not None and index:
            said = (f"→ {language.duration(column.wait_s)}",)
            found.append(Words(said, band.x - _GAP / 2, top - 7, "wait", "middle"))
    for lane in grid.lanes:
        lines = fold(language.pick(lane.title, lane.key), SIZES["lane"], _GUTTER - 12, 2)
        y = grid.middles[lane.key][0] if grid.middles[lane.key] else top + 20
        found.append(Words(lines, 2, y + 4.5 - LINE / 2 * (len(lines) - 1), "lane", "start", LINE))
    return tuple(found)


def _underneath(lived: LivedMap, language: Language, grid: _Grid, above: Layout) -> Layout:
    """The same with promises, feelings, owners and the legend under it."""
    words = list(above.words)
    y = above.height + 14
    chips, y = _chips(lived, language, grid, y)
    if chips:
        least = language.percent(above.axis[0])
        words.append(Words((language.text("Promises"),), 2, chips[0].box.y + 16, "lane"))
        said = language.text("bars from {least} to 100%", least=least)
        words.append(
            Words(fold(said, SIZES["note"], _GUTTER - 10, 3), 2, chips[0].box.y + 34, "note", step=15)
        )
    feelings, felt_lines, felt_words, y = _felt(lived, language, grid, y)
    words += felt_words
    owners, y = _owners(lived, language, grid, y)
    words += owners
    note = moves_note(lived, language)
    signs, y = legend_at(signs_of(lived, above.strokes, language), Box(2, y + 14, above.width - 4, 0))
    if note:
        words.append(Words((note,), 2, y + 14, "note"))
        y += 18
    return Layout(
        width=above.width,
        height=y + 6,
        bands=above.bands,
        seams=above.seams,
        words=tuple(words),
        discs=above.discs,
        labels=above.labels,
        designed=above.designed,
        strokes=above.strokes,
        chips=tuple(chips),
        axis=above.axis,
        feelings=feelings,
        felt_lines=felt_lines,
        signs=signs,
    )


def _chips(lived: LivedMap, language: Language, grid: _Grid, top: float) -> tuple[list[ChipCard], float]:
    found, bottom = [], top
    for column, band in zip(grid.columns, grid.bands, strict=True):
        y = top
        wide = min(band.width - 4, _WIDEST_CARD)
        for chip in lived.chips:
            if chip.column == column.key:
                card = card_at(chip, band.middle - wide / 2, y, wide, language)
                found.append(card)
                y = card.box.bottom + 8
        bottom = max(bottom, y)
    return found, bottom


def _felt(
    lived: LivedMap, language: Language, grid: _Grid, top: float
) -> tuple[tuple[Feeling, ...], tuple[tuple[Point, Point], ...], list[Words], float]:
    felt = {item.column: item for item in lived.felt}
    if not felt:
        return (), (), [], top
    high, low = top + 16, top + 16 + _FELT_HEIGHT
    least, most = lived.scale

    def level(value: float) -> float:
        return low - (value - least) / ((most - least) or 1) * _FELT_HEIGHT

    feelings = tuple(
        Feeling(
            felt[column.key],
            (band.middle, level(felt[column.key].mean)),
            (band.middle, level(felt[column.key].low)),
            (band.middle, level(felt[column.key].high)),
        )
        for column, band in zip(grid.columns, grid.bands, strict=True)
        if column.key in felt
    )
    left, right = grid.bands[0].x, grid.bands[-1].right
    lines = tuple(((left, y), (right, y)) for y in (high, low))
    words = [
        Words((language.text("Felt"),), 2, (high + low) / 2 + 4, "lane"),
        Words(
            (language.text("best {score}", score=score(most, language)),), left - 8, high + 4, "note", "end"
        ),
        Words(
            (language.text("worst {score}", score=score(least, language)),), left - 8, low + 4, "note", "end"
        ),
    ]
    said = _quote(feelings, language, (left, right), low + 22)
    if said:
        lowest = min(feelings, key=lambda feeling: feeling.felt.mean)
        lines = (*lines, (lowest.low, (lowest.low[0], said[0].y - 15)))
    return feelings, lines, [*words, *said], (said[0].y + 18 * len(said[0].lines) if said else low + 12)


def _quote(feelings: Sequence[Feeling], language: Language, room: Point, y: float) -> list[Words]:
    """What was said at the lowest point."""
    lowest = min(feelings, key=lambda feeling: feeling.felt.mean)
    if not lowest.felt.quote:
        return []
    lines = fold(quoted(lowest.felt.quote, language), SIZES["quote"], min(340, room[1] - room[0]), 3)
    half = widest(lines, SIZES["quote"]) / 2
    x = min(max(lowest.mean[0], room[0] + half), room[1] - half)
    return [Words(lines, x, y, "quote", "middle", 18)]


def _owners(lived: LivedMap, language: Language, grid: _Grid, top: float) -> tuple[list[Words], float]:
    if not any(column.owners for column in lived.columns):
        return [], top
    found = [Words((language.text("Owner"),), 2, top + 18, "lane")]
    bottom = top
    for column, band in zip(grid.columns, grid.bands, strict=True):
        if column.owners:
            lines = fold(" · ".join(column.owners), SIZES["owner"], band.width - 8, 3)
            found.append(Words(lines, band.middle, top + 18, "owner", "middle", LINE))
            bottom = max(bottom, top + 18 + LINE * (len(lines) - 1) + 6)
    return found, bottom
