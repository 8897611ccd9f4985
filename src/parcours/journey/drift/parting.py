"""One cause is told once: the move that explains most leads, what moved with it at the same time is its echo, and the rest is searched again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parcours.journey.drift.panel import Family, Panel, Running, level, usual
from parcours.journey.drift.scanning import (
    Moves,
    around,
    bound,
    refined,
    scan,
    strength_between,
    strength_since,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from parcours.journey.drift.panel import Figures, Sums

_MOST = 30  # causes told
_ECHO = 3.0  # standard deviations from which a series is said to be moved by the same cause; a habit it then is, and not looked at again
_LONGEST = 91  # days of what has no end that it is judged by
_GONE = 0.05  # of what is usual; below it a series says nothing more in that time
_OTHER_CHANCE = (
    2.0  # times the usual variance of a share; above it a series says nothing more in that time either
)
_OTHER_DAYS, _EXPLAINED = (
    7,
    0.75,
)  # days by which two stretches differ, and part of the strength squared that the other must explain, to be one
_SAME = 0.5  # of the shorter of two stretches that are about the same time
_NEW, _APPEARS = (
    0.02,
    1.05,
)  # ratio; what is so rare before and grows is told more readily, by this factor, than what makes room for it
_LEADS = 0.6  # of the strength of all: more people coming then explains what those who come do otherwise
# The least that is worth telling; smaller ones may be beyond chance and matter to nobody.
_LEAST_SHARE, _LEAST_PART = 0.05, 0.15  # of all, and of those that did it or did not, whichever were fewer
_LEAST_RATIO, _LEAST_RARE = 1.5, 0.02
_LEAST_RATE = (
    2.0  # less is what sales, seasons and growth do to how many come; for whom it is not so, the mix tells
)
_LEAST_SPREADS = 0.25


@dataclass(frozen=True)
class Panels:
    """Panels to look at together, with what speaks for telling one of their series and not another that moved with it.

    Attributes:
        panels: Of any families.
        plain: For each panel (series,) how readily it leads, <= 1: the plainer of two that explain as much.
        comes_first: For each panel (series,) bool: who comes, which explains what they do.
    """

    panels: tuple[Panel, ...]
    plain: tuple[Figures, ...]
    comes_first: tuple[NDArray[np.bool_], ...]

    @property
    def series(self) -> int:
        """How many there are."""
        return sum(len(panel.cases) for panel in self.panels)


@dataclass(frozen=True)
class Moved:
    """A series that moved.

    Attributes:
        panel, row: Which.
        strength: In standard deviations; above 0: more.
        before, after: Its figure before (and, where it has an end, after it too), and during it.
        cases: During it.
    """

    panel: int
    row: int
    strength: float
    before: float
    after: float
    cases: float


@dataclass(frozen=True)
class Cause:
    """What moved by itself, and what moved with it.

    Attributes:
        first: First day of it.
        end: First day no more in it; None: it still goes on.
        lead: What tells it best.
        echoes: The others, the strongest first.
    """

    first: int
    end: int | None
    lead: Moved
    echoes: tuple[Moved, ...]


def causes(told: Panels, since: int = 0, shared: int = 1) -> list[Cause]:
    """What moved beyond chance and is worth telling, the clearest first.

    Args:
        told: Panels of one length.
        since: Only what began on this day or later, or had begun and ended since.
        shared: Searches that share one chance of a false alarm.
    """
    panels = list(told.panels)
    if not panels or not told.series:
        return []
    days = panels[0].days
    least = bound(told.series, days, shared)
    moves = [_worth(panel, scan(panel), least) for panel in panels]
    found: list[Cause] = []
    explained: dict[tuple[int, int], list[tuple[int, int]]] = {}
    while len(found) < _MOST:
        choice = _strongest(told, moves)
        if choice is None:
            break
        number, row = choice
        stretch = refined(panels[number], row, int(moves[number].first[row]), int(moves[number].end[row]))
        measured = [_on(panel, *stretch) for panel in panels]
        lead = _leader(told, panels, measured, choice, least)
        if lead != choice:
            stretch = refined(panels[lead[0]], lead[1], *stretch)
            measured = [_on(panel, *stretch) for panel in panels]
        for place, move in enumerate(moves):
            measured[place].strength[_apart(move, measured[place], stretch)] = 0.0
        found.append(_cause(panels, measured, lead, stretch, least))
        for place, panel in enumerate(panels):
            touched = np.flatnonzero(np.abs(measured[place].strength) >= _ECHO)
            touched = np.union1d(touched, [one for at, one in (lead, choice) if at == place]).astype(np.int64)
            if len(touched):
                panels[place] = _explained(panel, touched, stretch, measured[place])
                _look_again(panels[place], moves[place], touched, least)
            for one in touched.tolist():  # what is explained is not told again, whatever is left of it
                known = explained.setdefault((place, one), [])
                known.append(stretch)
                if any(_is_same(_stretch(moves[place], one), own) for own in known):
                    moves[place].strength[one] = 0.0
    fresh = [
        cause for cause in found if cause.first >= since or (cause.end is not None and cause.end > since)
    ]
    return sorted(fresh, key=lambda cause: -abs(cause.lead.strength))


def _strongest(told: Panels, moves: Sequence[Moves]) -> tuple[int, int] | None:
    """Panel and series of the clearest move; None: there is none."""
    weighed = [np.abs(move.strength) * plain for move, plain in zip(moves, told.plain, strict=True)]
    number = max(range(len(weighed)), key=lambda place: float(weighed[place].max(initial=0.0)))
    return (number, int(weighed[number].argmax())) if weighed[number].max(initial=0.0) > 0 else None


def _look_again(panel: Panel, moves: Moves, rows: NDArray[np.int64], least: float) -> None:
    """Write into `moves` what some series show now."""
    own = panel.rows(rows)
    fresh = _worth(own, scan(own), least)
    moves.first[rows], moves.end[rows], moves.strength[rows] = fresh.first, fresh.end, fresh.strength


def _stretch(moves: Moves, row: int) -> tuple[int, int]:
    return int(moves.first[row]), int(moves.end[row])


def _apart(moves: Moves, on: _Measured, stretch: tuple[int, int]) -> NDArray[np.bool_]:
    """(series,) bool: moved at a time of its own, of which this one is a part and explains too little; it waits for its turn."""
    shared = np.minimum(moves.end, stretch[1]) - np.maximum(moves.first, stretch[0])
    shorter = np.minimum(moves.end - moves.first, stretch[1] - stretch[0])
    differs = np.maximum(np.abs(moves.first - stretch[0]), np.abs(moves.end - stretch[1])) > _OTHER_DAYS
    explains = on.strength**2 >= _EXPLAINED * moves.strength**2
    return np.asarray((shared >= _SAME * shorter) & differs & ~explains)


def _is_same(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Half of the shorter stretch lies in the other."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return shared >= _SAME * min(one[1] - one[0], other[1] - other[0])


@dataclass(frozen=True)
class _Measured:
    """Every series of a panel on one stretch."""

    strength: Figures
    inside: Figures
    outside: Figures
    cases: Figures


def _on(panel: Panel, first: int, end: int) -> _Measured:
    running = Running(panel)
    at, stop = np.array([first]), np.array([end])
    if end >= panel.days:
        length = min(_LONGEST, panel.days - first)
        strength = strength_since(panel, running, at, length)
        outside: Sums = running.between(np.maximum(0, at - _LONGEST), at)
    else:
        strength = strength_between(panel, running, at, stop)
        outside = around(panel, running, at, stop)
    inside = running.between(at, stop)
    return _Measured(
        strength[:, 0], level(panel, inside)[:, 0], level(panel, outside)[:, 0], inside.cases[:, 0]
    )


def _worth(panel: Panel, moves: Moves, least: float) -> Moves:
    """The same, without those that chance may have made or that matter to nobody."""
    strength = moves.strength.copy()
    for row in np.flatnonzero(np.abs(strength) >= least).tolist():
        own = panel.rows(slice(row, row + 1))
        at, stop = moves.first[row : row + 1], moves.end[row : row + 1]
        part = Running(own)
        inside = level(own, part.between(at, stop))
        if moves.end[row] >= panel.days:
            outside = level(own, part.between(np.maximum(0, at - _LONGEST), at))
        else:
            outside = level(own, around(own, part, at, stop))
        if not matters(own, inside[:, 0], outside[:, 0])[0]:
            strength[row] = 0.0
    strength[np.abs(strength) < least] = 0.0
    return Moves(moves.first, moves.end, strength)


def matters(panel: Panel, inside: Figures, outside: Figures) -> NDArray[np.bool_]:
    """(series,) the move is large enough to be told."""
    if panel.family is Family.MEAN:
        return np.abs(inside - outside) >= _LEAST_SPREADS * panel.spread
    low, high = np.minimum(inside, outside), np.maximum(inside, outside)
    if panel.family is Family.RATE:
        return high >= _LEAST_RATE * low
    apart = high - low
    is_rare = (high >= _LEAST_RATIO * low) | (1 - low >= _LEAST_RATIO * (1 - high))
    fewer = np.minimum(outside, 1 - outside)
    return ((apart >= _LEAST_SHARE) & (apart >= _LEAST_PART * fewer)) | ((apart >= _LEAST_RARE) & is_rare)


def _leader(
    told: Panels,
    panels: Sequence[Panel],
    measured: Sequence[_Measured],
    first_choice: tuple[int, int],
    least: float,
) -> tuple[int, int]:
    """Of what moved in one stretch, the series that is told: who came in numbers, else the plainest of the strongest."""
    most = abs(measured[first_choice[0]].strength[first_choice[1]])
    candidates = []
    for number, (panel, own) in enumerate(zip(panels, measured, strict=True)):
        size = np.abs(own.strength)
        worth = (size >= least) & matters(panel, own.inside, own.outside)
        up = worth & told.comes_first[number] & (own.strength >= max(least, _LEADS * most))
        for row in np.flatnonzero(worth).tolist():
            appears = own.strength[row] > 0 and own.outside[row] < _NEW and panel.family is Family.SHARE
            plain = float(told.plain[number][row]) * (_APPEARS if appears else 1.0)
            candidates.append((bool(up[row]), float(size[row]) * plain, number, row))
    if not candidates:
        return first_choice
    _, _, number, row = max(candidates)
    return number, row


def _cause(
    panels: Sequence[Panel],
    measured: Sequence[_Measured],
    lead: tuple[int, int],
    stretch: tuple[int, int],
    least: float,
) -> Cause:
    echoes = []
    for number, (panel, own) in enumerate(zip(panels, measured, strict=True)):
        worth = (np.abs(own.strength) >= least) & matters(panel, own.inside, own.outside)
        echoes += [
            _moved(own, number, row) for row in np.flatnonzero(worth).tolist() if (number, row) != lead
        ]
    echoes.sort(key=lambda echo: -abs(echo.strength))
    end = None if stretch[1] >= panels[0].days else stretch[1]
    return Cause(stretch[0], end, _moved(measured[lead[0]], *lead), tuple(echoes))


def _moved(own: _Measured, panel: int, row: int) -> Moved:
    return Moved(
        panel,
        row,
        float(own.strength[row]),
        float(own.outside[row]),
        float(own.inside[row]),
        float(own.cases[row]),
    )


def _explained(panel: Panel, rows: NDArray[np.int64], stretch: tuple[int, int], own: _Measured) -> Panel:
    """The panel in which what moved is what is usual in that stretch, so that only what else moves is found."""
    cases, told, expected = panel.cases.copy(), panel.told.copy(), panel.expected.copy()
    within = slice(*stretch)
    inside, outside = own.inside[rows], own.outside[rows]
    if panel.family is Family.RATE:
        ratio = np.divide(outside, inside, out=np.zeros(len(rows)), where=inside > 0)
        told[rows, within] *= ratio[:, None]
        gone = rows[(ratio <= 0) | (ratio > 1 / _GONE)]
    else:
        told[rows, within] -= (inside - outside)[:, None] * cases[rows, within]
        chance = [np.maximum(share * (1 - share), 1e-9) for share in (inside, outside)]
        gone = rows[:0] if panel.family is Family.MEAN else rows[chance[0] > _OTHER_CHANCE * chance[1]]
    for part in (cases, told):
        part[gone, within] = 0.0
    expected[rows] = usual(panel.family, cases[rows], told[rows])
    expected[gone, within] = 0.0
    return Panel(panel.family, cases, told, expected, panel.spread, panel.noise)
