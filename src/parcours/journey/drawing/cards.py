"""Room that promises, feelings and the legend need: shared by the wide and the narrow picture."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from parcours.journey.drawing.casting import LINE, SIZES, state_of
from parcours.journey.drawing.measuring import fold, width_of
from parcours.journey.drawing.saying import is_below, judged_and_not
from parcours.journey.drawing.shapes import Box, ChipCard, Sign, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.journey.drawing.shapes import Feeling, Stroke
    from parcours.journey.picture import Chip, Felt, LivedMap
    from parcours.ui import Language

PAD = 10  # inside a card
NOTE = 14  # from a baseline of small print to the next
_SAMPLE = 34  # room of a legend's sample
_BETWEEN = 18  # entries of a legend apart
_ROW = 24


def card_at(chip: Chip, x: float, y: float, width: float, language: Language) -> ChipCard:
    """A promise on a card whose upper left corner is there, as high as its words need."""
    says = fold(language.pick(chip.says, chip.promise), SIZES["says"], width - 2 * PAD, 4)
    notes = note_lines(chip, width, language)
    bar = 0 if chip.kept_ratio is None else 18
    high = PAD + LINE * len(says) + 22 + bar + NOTE * len(notes) + 7
    return ChipCard(chip, Box(x, y, width, high), says)


def note_lines(chip: Chip, width: float, language: Language) -> tuple[str, ...]:
    """The small print of a card: its goal, where there is no room for it beside the share, and how many were judged."""
    parts = judged_and_not(chip, language)
    room = width - 2 * PAD
    whole = " · ".join(parts)
    if width_of(whole, SIZES["note"]) <= room:
        parts = (whole,)
    told = tuple(line for part in parts for line in fold(part, SIZES["note"], room, 2))
    return (
        told
        if has_goal_beside(chip, width, language) or not goal_of(chip, language)
        else (goal_of(chip, language), *told)
    )


def goal_of(chip: Chip, language: Language) -> str:
    """The goal as a card says it; empty: none, or nothing to hold against it."""
    if chip.goal is None or chip.kept_ratio is None:
        return ""
    return language.text("goal {goal}", goal=language.percent(chip.goal))


def has_goal_beside(chip: Chip, width: float, language: Language) -> bool:
    """Whether the goal has room on the line of the share."""
    share = width_of(share_of(chip, language), SIZES["share"], bold=True)
    return share + 8 + width_of(goal_of(chip, language), SIZES["note"]) <= width - 2 * PAD


def share_of(chip: Chip, language: Language) -> str:
    """The share kept; a triangle says below the goal."""
    share = language.percent(chip.kept_ratio)
    return f"▼ {share}" if is_below(chip) else share


def shared_axis(lived: LivedMap) -> tuple[float, float]:
    """Ends of the bars of all promises, so that they compare: the tens below all that is shown, and 1."""
    shown = [
        value
        for chip in lived.chips
        for value in (chip.kept_ratio, chip.low, chip.goal)
        if value is not None and chip.kept_ratio is not None
    ]
    least = min(shown, default=0.5)
    return max(0.0, min(0.9, math.floor(least * 10 - 0.25) / 10)), 1.0


def signs_of(lived: LivedMap, strokes: Sequence[Stroke], language: Language) -> list[tuple[str, str]]:
    """Signs that occur in the picture, with their words."""
    states = {state_of(place) for place in lived.places}
    lived_places = [place for place in lived.places if place.people]
    occurring = [
        ("lived", bool(states & {State.LIVED}), "touchpoint: its area is its people"),
        ("designed", bool(lived.designed), "journey as designed"),
        ("undesigned", State.UNDESIGNED in states, "lived, on no map"),
        ("unlived", State.UNLIVED in states, "designed, not lived"),
        ("unheard", State.UNHEARD in states, "no source listens there"),
        ("flow", bool(strokes), "journeys: the wider, the more"),
        ("bad", any(stroke.bad_width for stroke in strokes), "of these, let down by a promise"),
        ("pointed", any(stroke.arrow is not None for stroke in strokes), "going back or across"),
        ("arc", any(place.let_down for place in lived_places), "share of people let down"),
        ("optional", any(place.optional for place in lived.places), "in italics: optional"),
        ("goal", any(chip.goal is not None and chip.kept_ratio is not None for chip in lived.chips), "goal"),
        ("interval", any(chip.low is not None for chip in lived.chips), "share kept and its interval"),
        ("below", any(is_below(chip) for chip in lived.chips), "below the goal"),
        ("band", bool(lived.felt), "felt: mean, half of the answers"),
    ]
    return [(key, language.text(says)) for key, occurs, says in occurring if occurs]


def legend_at(signs: Sequence[tuple[str, str]], room: Box) -> tuple[tuple[Sign, ...], float]:
    """The entries of a legend, column by column from the top of a room, and where they end."""
    placed = tuple(_flowing(signs, room))
    return placed, (max(sign.y for sign in placed) + _ROW / 2 if placed else room.y)


def _flowing(signs: Sequence[tuple[str, str]], room: Box) -> Iterator[Sign]:
    if not signs:
        return
    y = room.y + _ROW / 2
    for across in range(min(6, len(signs)), 0, -1):
        high = math.ceil(len(signs) / across)
        groups = [signs[at : at + high] for at in range(0, len(signs), high)]
        widths = [_SAMPLE + 8 + max(width_of(says, SIZES["legend"]) for _, says in group) for group in groups]
        spare = room.width - sum(widths)
        if across == 1 or spare >= _BETWEEN * (len(groups) - 1):
            break
    x, gap = room.x, min(spare / max(len(groups) - 1, 1), 3 * _BETWEEN)
    for group, wide in zip(groups, widths, strict=True):
        yield from (Sign(key, x, y + _ROW * at, says) for at, (key, says) in enumerate(group))
        x += wide + gap


def moves_note(lived: LivedMap, language: Language) -> str:
    """What part of all moves is drawn; empty: all."""
    if lived.shown_share >= 1 or not lived.flows:
        return ""
    return language.text("The lines show {share} of all moves.", share=language.percent(lived.shown_share))


def felt_segments(feelings: Sequence[Feeling], lived: LivedMap) -> list[tuple[Feeling, Feeling, bool]]:
    """Neighbours on the line of what was felt; True: stages between them said nothing."""
    order = {column.key: index for index, column in enumerate(lived.columns)}

    def apart(one: Felt, other: Felt) -> bool:
        return order[other.column] - order[one.column] > 1

    return [(one, other, apart(one.felt, other.felt)) for one, other in pairwise(feelings)]
