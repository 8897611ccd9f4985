"""The search: which group of cases, part of the week and time explains best why a promise is broken. Arrays in, windows out.

A group is everything, one value of an attribute, or values of two. Each is tried as a whole, in parts of the week, in stretches of
time, and in both; what is told must be beyond chance for all that was tried. docs/explanation/where-and-since-when.md
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from parcours.gap.finding.evidence import evidence, log_chance
from parcours.gap.finding.week import DAY_RANGES, DAYS, HOURS, WHOLE, part_count, windows, within, wordiness

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from parcours.gap.finding.week import Part

    _Cells = tuple[NDArray[np.int64], NDArray[np.int64]]

FEWEST_CASES = 20  # of anything that is looked at; fewer are told by the list, not by a pattern
FEWEST_BROKEN = 5
_STRETCHES = 40  # into which time is cut at most
_MOST_PAIRS = 200  # of values of two attributes, the largest
_SAME_CASES = 0.98  # a pair that holds as much of one of its values says nothing more than that value
# Windows this close to the likeliest explain the cases about as well (a log-likelihood of 2: a factor of e^2); of those the widest is
# told, so that one lucky hour does not narrow what is said.
_AS_LIKELY = 2.0
_SAME = 1e-6
_AT_ONCE = 128  # groups counted together
_TELLING = 12  # of groups counted together, those tried in parts of the week and stretches of time at once
_FAMILIES = ("always", "since or until", "in one stretch")
Group = tuple[tuple[int, int], ...]  # (attribute, value) of each condition
Stretch = tuple[int, int]  # first piece of time, and the one that is no more in it


@dataclass(frozen=True)
class Cases:
    """Verdicts of one promise that say kept or broken, one place in each array for each.

    Attributes:
        codes: (attributes, n) int32, the value of each attribute; -1: not known.
        value_counts: How many values each attribute has.
        day: (n,) int64, days since 1970-01-01 on the clock of the zone.
        hour: (n,) int64.
        is_bad: (n,) bool, what is searched for: broken, or kept where what works is sought.
    """

    codes: NDArray[np.int32]
    value_counts: tuple[int, ...]
    day: NDArray[np.int64]
    hour: NDArray[np.int64]
    is_bad: NDArray[np.bool_]

    @cached_property
    def weekday(self) -> NDArray[np.int64]:
        """(n,) int64, 0 is Monday; 1 January 1970 was a Thursday."""
        return (self.day + 3) % DAYS

    def taken(self, chosen: NDArray[np.bool_]) -> Cases:
        """Those that are chosen."""
        parts = (self.codes[:, chosen], self.value_counts, self.day[chosen], self.hour[chosen])
        return Cases(*parts, self.is_bad[chosen])

    def of_group(self, group: Group) -> NDArray[np.bool_]:
        """(n,) bool: those that hold all values of the group."""
        held = np.ones(len(self.day), np.bool_)
        for attribute, value in group:
            held &= self.codes[attribute] == value
        return held

    def known(self, group: Group) -> NDArray[np.bool_]:
        """(n,) bool: those whose attributes of the group are known; it is held against these."""
        held = np.ones(len(self.day), np.bool_)
        for attribute, _ in group:
            held &= self.codes[attribute] >= 0
        return held

    def in_part(self, part: Part) -> NDArray[np.bool_]:
        """(n,) bool: those of a part of the week."""
        first, last = DAY_RANGES[part[0]]
        weekday = self.weekday
        return (weekday >= first) & (weekday <= last) & (self.hour >= part[1]) & (self.hour < part[2])


@dataclass(frozen=True)
class Window:
    """A group in a part of the week and a time, worse than all the rest.

    Attributes:
        group: Values of attributes; empty: everything.
        part: Of the week.
        days: First day and last day, since 1970-01-01, of the stretch in which it is worst; None: at all times.
        bad, cases: Inside.
        all_bad, all_cases: Inside and outside.
        log_p: Natural logarithm of the chance of as bad a window anywhere that was looked at, an upper bound.
    """

    group: Group
    part: Part
    days: tuple[int, int] | None
    bad: int
    cases: int
    all_bad: int
    all_cases: int
    evidence: float
    log_p: float


@dataclass(frozen=True)
class _Best:
    """The most telling window of one family."""

    evidence: float
    group: Group
    part: Part
    stretch: Stretch | None
    totals: tuple[int, int]  # bad and cases among what is known


@dataclass
class _Search:
    """What the search of one promise shares.

    Attributes:
        pieces: (n,) place of each case in time, cut into equal stretches of days.
        days_each: Days of a stretch.
        first_day: Of the first stretch.
        hours: The first with a case, and the one after the last.
        parts: Parts of the week that differ in what they hold.
        cell: (n,) place of each case among pieces, weekdays and hours.
        cells: Of groups counted so far: bad and all cases by piece of time, weekday and hour.
        best: By family: attributes in the group, whether a part of the week is told, and of time.
    """

    cases: Cases
    pieces: NDArray[np.int64]
    count: int
    days_each: int
    first_day: int
    hours: tuple[int, int]
    parts: int
    cell: NDArray[np.int64]
    cells: dict[Group, _Cells] = field(default_factory=dict)
    best: dict[tuple[int, bool, str], _Best] = field(default_factory=dict)
    groups: dict[int, int] = field(default_factory=dict)

    def turned(self) -> _Search:
        """The same cases with good and bad exchanged, nothing found yet."""
        cells = {group: (cases - bad, cases) for group, (bad, cases) in self.cells.items()}
        return replace(self, cases=replace(self.cases, is_bad=~self.cases.is_bad), cells=cells, best={})


def worst_window(cases: Cases, sharing: int = 1, chance: float = 0.01) -> Window | None:
    """The window that most explains why cases are bad; None where none is beyond chance.

    Args:
        cases: Of one promise.
        sharing: Searches among which the chance is shared: promises, say.
        chance: Of telling anything in any of them where there is nothing.

    Source:
        Fisher's exact test on the likeliest window of each family, times the windows of that family (Bonferroni), weighted: each
        further word of a finding costs half (Holm 1979 for weights; Rissanen 1978 for words). ADR-0023.
    """
    return _told(_counted(cases), sharing, chance) if _is_enough(cases) else None


def worst_and_best(
    cases: Cases, sharing: int = 1, chance: float = 0.01
) -> tuple[Window | None, Window | None]:
    """The window that most explains why cases are bad, and the one that most explains why they are not; cases are counted once."""
    if len(cases.day) < FEWEST_CASES:
        return None, None
    search, counted = _counted(cases)
    worst = _told((search, counted), sharing, chance) if _is_enough(cases) else None
    turned = search.turned()
    if not _is_enough(turned.cases):
        return worst, None
    return worst, _told((turned, [some.turned() for some in counted]), sharing, chance)


def _is_enough(cases: Cases) -> bool:
    return len(cases.day) >= FEWEST_CASES and int(cases.is_bad.sum()) >= FEWEST_BROKEN


def _counted(cases: Cases) -> tuple[_Search, list[_Counted]]:
    """Groups of all sizes with their cases, many at once."""
    search = _begin(cases)
    counted: list[_Counted] = []
    for arity in range(3):
        found = [_count(search, *grouped) for grouped in _grouped(cases, arity)]
        search.groups[arity] = sum(len(some.groups) for some in found)
        counted += _joined(found)
    return search, counted


def _told(counted: tuple[_Search, list[_Counted]], sharing: int, chance: float) -> Window | None:
    search, groups = counted
    for some in groups:
        _look(search, some)
    chosen = min(
        (_window(search, family, best, sharing) for family, best in search.best.items()),
        key=lambda window: (window.log_p, len(window.group)),
        default=None,
    )
    return chosen if chosen is not None and chosen.log_p < math.log(chance) else None


def _begin(cases: Cases) -> _Search:
    first, last = int(cases.day.min()), int(cases.day.max())
    each = max(1, math.ceil((last - first + 1) / _STRETCHES))
    pieces = (cases.day - first) // each
    low, high = int(cases.hour.min()), int(cases.hour.max()) + 1
    count = int(pieces.max()) + 1
    cell = (pieces * DAYS + cases.weekday) * (high - low) + cases.hour - low
    weekly = np.bincount(cell % (DAYS * (high - low)), minlength=DAYS * (high - low))
    parts = max(1, part_count(weekly.reshape(DAYS, -1), FEWEST_CASES))
    return _Search(cases, pieces, count, each, first, (low, high), parts, cell)


def _grouped(cases: Cases, arity: int) -> Iterator[tuple[list[Group], NDArray[np.int64]]]:
    """Groups of so many attributes with cases enough, and (n,) the group of each case in that list, -1 for none."""
    if arity == 0:
        yield [()], np.zeros(len(cases.day), np.int64)
    elif arity == 1:
        for attribute, size in enumerate(cases.value_counts):
            codes = cases.codes[attribute].astype(np.int64)
            held = np.bincount(codes[codes >= 0], minlength=size)
            values = np.flatnonzero((held >= FEWEST_CASES) & (held < held.sum()))
            yield from _batches([((attribute, int(value)),) for value in values], values, codes, size)
    else:
        yield from _pairs(cases)


def _pairs(cases: Cases) -> Iterator[tuple[list[Group], NDArray[np.int64]]]:
    """Values of two attributes together, the largest first, where neither value says it alone."""
    found: list[tuple[int, int, int, int]] = []  # cases, first attribute, second, code of both
    for one, other in combinations(range(len(cases.value_counts)), 2):
        both = _both(cases, one, other)
        held = np.bincount(both[both >= 0], minlength=1)
        alone = [np.bincount(cases.codes[item][both >= 0], minlength=1) for item in (one, other)]
        size = cases.value_counts[other]
        for code in np.flatnonzero(held >= FEWEST_CASES).tolist():
            fewest = min(alone[0][code // size], alone[1][code % size])
            if held[code] <= _SAME_CASES * fewest:
                found.append((int(held[code]), one, other, code))
    found.sort(key=lambda item: (-item[0], item[1:]))
    for one, other in sorted({item[1:3] for item in found[:_MOST_PAIRS]}):
        size = cases.value_counts[other]
        codes = [code for _, first, second, code in found[:_MOST_PAIRS] if (first, second) == (one, other)]
        groups: list[Group] = [((one, code // size), (other, code % size)) for code in codes]
        whole = cases.value_counts[one] * size
        yield from _batches(groups, np.array(codes), _both(cases, one, other), whole)


def _both(cases: Cases, one: int, other: int) -> NDArray[np.int64]:
    first, second = cases.codes[one].astype(np.int64), cases.codes[other]
    return np.where((first >= 0) & (second >= 0), first * cases.value_counts[other] + second, -1)


def _batches(
    groups: Sequence[Group], values: NDArray[np.int64], codes: NDArray[np.int64], size: int
) -> Iterator[tuple[list[Group], NDArray[np.int64]]]:
    for start in range(0, len(groups), _AT_ONCE):
        chosen = values[start : start + _AT_ONCE]
        number = np.full(size + 1, -1)  # the last is for what is not known, -1
        number[chosen] = np.arange(len(chosen))
        yield list(groups[start : start + _AT_ONCE]), number[codes]


@dataclass(frozen=True)
class _Counted:
    """Groups with their cases by part of the week, and by piece of time.

    Attributes:
        weekly_bad, weekly: (groups, 7, hours) int64.
        timely_bad, timely: (groups, pieces) int64.
        all_bad, all_cases: (groups, 1) int64, of all cases whose attributes of the group are known.
    """

    groups: list[Group]
    weekly_bad: NDArray[np.int64]
    weekly: NDArray[np.int64]
    timely_bad: NDArray[np.int64]
    timely: NDArray[np.int64]
    all_bad: NDArray[np.int64]
    all_cases: NDArray[np.int64]

    @property
    def arrays(self) -> tuple[NDArray[np.int64], ...]:
        """All but the groups, in their order."""
        return (self.weekly_bad, self.weekly, self.timely_bad, self.timely, self.all_bad, self.all_cases)

    def turned(self) -> _Counted:
        """The same with good and bad exchanged."""
        return _Counted(
            self.groups,
            self.weekly - self.weekly_bad,
            self.weekly,
            self.timely - self.timely_bad,
            self.timely,
            self.all_cases - self.all_bad,
            self.all_cases,
        )

    def taken(self, chosen: NDArray[np.int64]) -> _Counted:
        """Some of them."""
        return _Counted([self.groups[number] for number in chosen], *(array[chosen] for array in self.arrays))


def _count(search: _Search, groups: list[Group], codes: NDArray[np.int64]) -> _Counted:
    cases = search.cases
    low, high = search.hours
    inside = codes >= 0
    week = DAYS * (high - low)
    weekly = codes * week + search.cell % week
    timely = codes * search.count + search.pieces
    shapes = ((weekly, (len(groups), DAYS, high - low)), (timely, (len(groups), search.count)))
    counts = [
        np.bincount(cell[chosen], minlength=math.prod(shape)).reshape(shape)
        for cell, shape in shapes
        for chosen in (inside & cases.is_bad, inside)
    ]
    known = cases.known(groups[0])
    totals = [np.full((len(groups), 1), some.sum()) for some in (cases.is_bad & known, known)]
    return _Counted(groups, *counts, *totals)


def _joined(counted: Sequence[_Counted]) -> Iterator[_Counted]:
    """Many at once: what is computed on few is computed slowly."""
    waiting: list[_Counted] = []
    for number, some in enumerate(counted):
        waiting.append(some)
        if number == len(counted) - 1 or sum(len(item.groups) for item in waiting) >= _AT_ONCE:
            arrays = zip(*(one.arrays for one in waiting), strict=True)
            yield _Counted([group for one in waiting for group in one.groups], *map(np.concatenate, arrays))
            waiting = []


def _look(search: _Search, some: _Counted) -> None:
    """Try groups in every part of the week, in every stretch of time, and the most telling of them in both.

    Any way to look is fair: what could be looked at is counted as if all of it had been.
    """
    parts, of_parts = _best_parts(search, some, (some.weekly_bad, some.weekly), None)
    series = some.timely_bad, some.timely
    stretches, of_stretches = _best_stretches(search, some, series, [WHOLE] * len(some.groups))
    likely = np.maximum(of_parts, of_stretches)
    chosen = np.argsort(-likely, kind="stable")[: min(_TELLING, int((likely > 0).sum()))]
    if not len(chosen):
        return
    some, told = some.taken(chosen), [parts[number] for number in chosen]
    cells = _cells(search, some.groups)
    starts = [[row[number] for number in chosen] for row in stretches]
    starts += _best_stretches(search, some, _of_parts(cells, told), told)[0]
    for start in starts:
        taken = [
            np.stack([own[first:last].sum(axis=0) for own, (first, last) in zip(array, start, strict=True)])
            for array in cells
        ]
        told, _ = _best_parts(search, some, (taken[0], taken[1]), start)
        _best_stretches(search, some, _of_parts(cells, told), told)


def _cells(search: _Search, groups: Sequence[Group]) -> _Cells:
    """Bad and all cases of groups by piece of time, weekday and hour: (groups, pieces, 7, hours) each."""
    cases, (low, high) = search.cases, search.hours
    shape = (search.count, DAYS, high - low)
    for group in groups:
        if group not in search.cells:
            inside = cases.of_group(group)
            cells = search.cell[inside & cases.is_bad], search.cell[inside]
            bad, every = (np.bincount(own, minlength=math.prod(shape)).reshape(shape) for own in cells)
            search.cells[group] = bad, every
    found = [search.cells[group] for group in groups]
    return np.stack([bad for bad, _ in found]), np.stack([every for _, every in found])


def _of_parts(cells: _Cells, parts: Sequence[Part]) -> _Cells:
    """(groups, pieces) counts inside the part of each group."""
    bad, cases = (
        np.stack([within(own, part) for own, part in zip(array, parts, strict=True)]) for array in cells
    )
    return bad, cases


def _best_parts(
    search: _Search,
    some: _Counted,
    cells: tuple[NDArray[np.int64], NDArray[np.int64]],
    stretches: Sequence[Stretch] | None,
) -> tuple[list[Part], NDArray[np.float64]]:
    """The likeliest part of the week of each group, noted, and how likely; hours in the count of the search."""
    starts, ends = _runs(cells[0].shape[-1])
    bad, counts = (_in_parts(array, starts, ends) for array in cells)
    place, score = _likeliest(some, bad, counts)
    parts: list[Part] = [
        (at // len(starts), int(starts[at % len(starts)]), int(ends[at % len(starts)]))
        for at in place.tolist()
    ]
    best = int(score.argmax())
    _note(search, some, best, parts[best], None if stretches is None else stretches[best], score[best])
    return parts, score


def _likeliest(
    some: _Counted, bad: NDArray[np.int64], cases: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(groups,) where of its places each group is most likely worse, and how much so; (groups, places) in."""
    found = np.where(cases >= FEWEST_CASES, evidence(bad, cases, some.all_bad, some.all_cases), 0.0)
    return found.argmax(axis=1), found.max(axis=1)


@lru_cache(maxsize=64)
def _runs(size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Start and end of every run of so many places, the longest first."""
    starts, ends = np.triu_indices(size + 1, 1)
    order = np.argsort(starts - ends, kind="stable")
    return starts[order], ends[order]


def _in_parts(
    cells: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.int64]:
    """(groups, ranges x runs): sums over each range of days and run of hours."""
    by_range = np.stack([cells[:, first : last + 1].sum(axis=1) for first, last in DAY_RANGES], axis=1)
    sums = np.zeros((*by_range.shape[:-1], by_range.shape[-1] + 1), np.int64)
    by_range.cumsum(axis=-1, out=sums[..., 1:])
    return np.asarray(sums[..., ends] - sums[..., starts]).reshape(len(cells), -1)


def _best_stretches(
    search: _Search,
    some: _Counted,
    series: tuple[NDArray[np.int64], NDArray[np.int64]],
    parts: Sequence[Part],
) -> tuple[list[list[Stretch]], NDArray[np.float64]]:
    """The likeliest stretch of time of each group, noted: one that touches an end of the data, and any other; and how likely."""
    starts, ends = _runs(search.count)
    sums = [np.zeros((len(array), search.count + 1), np.int64) for array in series]
    for array, total in zip(series, sums, strict=True):
        array.cumsum(axis=1, out=total[:, 1:])
    inside_bad, inside = (array[:, ends] - array[:, starts] for array in sums)
    answer, likely = [], np.zeros(len(some.groups))
    for family in _FAMILIES:
        allowed = _allowed(family, search.count)
        if not len(allowed):
            answer.append([(0, search.count)] * len(some.groups))
            continue
        place, score = _likeliest(some, inside_bad[:, allowed], inside[:, allowed])
        stretches = [(int(starts[at]), int(ends[at])) for at in allowed[place]]
        answer.append(stretches)
        likely = np.maximum(likely, score)
        best = int(score.argmax())
        _note(search, some, best, parts[best], stretches[best], score[best])
    return answer[1:], likely


@lru_cache(maxsize=64)
def _allowed(family: str, count: int) -> NDArray[np.int64]:
    """Places in the runs of so many pieces of time of those that touch both ends of the data, one, or none."""
    starts, ends = _runs(count)
    touches = (starts == 0).astype(np.int64) + (ends == count)
    return np.flatnonzero(touches == {"always": 2, "since or until": 1, "in one stretch": 0}[family])


def _note(
    search: _Search, some: _Counted, number: int, part: Part, stretch: Stretch | None, score: float
) -> None:
    """Keep the likeliest of its family; at a tie what was tried first."""
    low, high = search.hours
    group = some.groups[number]
    has_part = part not in {WHOLE, (WHOLE[0], 0, high - low)}
    stretch = None if stretch == (0, search.count) else stretch
    if score <= 0 or not (group or has_part or stretch):
        return  # everything is worse than nothing
    of_time = "always"
    if stretch is not None:
        of_time = "in one stretch" if stretch[0] > 0 and stretch[1] < search.count else "since or until"
    family = len(group), has_part, of_time
    if family not in search.best or score > search.best[family].evidence + _SAME:
        totals = int(some.all_bad[number, 0]), int(some.all_cases[number, 0])
        told = part if has_part else WHOLE
        search.best[family] = _Best(float(score), group, told, stretch, totals)


def _window(search: _Search, family: tuple[int, bool, str], best: _Best, sharing: int) -> Window:
    """The likeliest window of a family with its chance, told as wide as explains the cases about as well."""
    arity, has_part, of_time = family
    tried = math.log(search.groups[arity] * search.parts**has_part * _stretch_count(search, of_time))
    first, last = best.stretch or (0, search.count)
    low, high = search.hours
    around = ((0, 0), (low, HOURS - high))
    held_bad, held = (
        np.pad(array[0, first:last].sum(axis=0), around) for array in _cells(search, [best.group])
    )
    part = _widest(held_bad, held, best.totals) if has_part else WHOLE
    bad, cases = int(within(held_bad, part)), int(within(held, part))
    # The chance is that of the likeliest window, the widest is only how it is said; both were tried.
    chances = [log_chance(bad, cases, *best.totals)]
    if has_part:
        likeliest = best.part[0], best.part[1] + low, best.part[2] + low
        chances.append(
            log_chance(int(within(held_bad, likeliest)), int(within(held, likeliest)), *best.totals)
        )
    log_p = min(chances) + tried - math.log(_weight(family)) + math.log(sharing)
    days = None
    if best.stretch is not None:
        start = search.first_day + first * search.days_each
        days = start, search.first_day + last * search.days_each - 1
    own = float(evidence(np.array(bad), np.array(cases), *best.totals))
    return Window(best.group, part, days, bad, cases, *best.totals, own, log_p)


def _widest(bad_cells: NDArray[np.int64], cells: NDArray[np.int64], totals: tuple[int, int]) -> Part:
    """The part of the week with most cases among those nearly as likely as the likeliest; of the same cases, the fewest words; (7, 24) in."""
    bad, counts = windows(bad_cells), windows(cells)
    found = np.where(counts >= FEWEST_CASES, evidence(bad, counts, *totals), 0.0)
    near = found >= max(float(found.max()) - _AS_LIKELY, 1e-9)
    cases = np.where(near, counts, -1)
    parts: list[Part] = [
        (place[0], place[1], place[2]) for place in np.argwhere(cases == cases.max()).tolist()
    ]
    return min(parts, key=wordiness)


def _stretch_count(search: _Search, of_time: str) -> int:
    return max(1, len(_allowed(of_time, search.count)))


def _weight(family: tuple[int, bool, str]) -> float:
    """A family's share of the chance: each further word costs half."""
    return _words(family) / sum(
        _words((arity, has_part, of_time))
        for arity in range(3)
        for has_part in (False, True)
        for of_time in _FAMILIES
        if arity or has_part or of_time != "always"
    )


def _words(family: tuple[int, bool, str]) -> float:
    arity, has_part, of_time = family
    said = arity + has_part + {"always": 0, "since or until": 1, "in one stretch": 2}[of_time]
    return 0.5**said
