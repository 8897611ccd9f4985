"""Where one promise is broken more than elsewhere, and where it is kept better: one finding after the other, each without the last."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from parcours.gap.finding.scanning import worst_and_best
from parcours.gap.finding.turning import worse_stretch
from parcours.gap.finding.types import Share, Where
from parcours.gap.finding.week import ALL_DAY, DAY_RANGES, WEEK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parcours.gap.finding.cases import PromiseCases
    from parcours.gap.finding.scanning import Window

CHANCE = 0.01  # of telling anything anywhere in a report where there is nothing
_MOST = 6  # findings of one promise, of both kinds
_AS_LIKELY = 2.0  # of a log-likelihood: what explains the cases about as well
_DAY_ZERO = date(1970, 1, 1)


def explain(cases: PromiseCases, sharing: int) -> tuple[tuple[Where, ...], tuple[Where, ...]]:
    """What stands out of one promise.

    Args:
        cases: Of the promise.
        sharing: Promises among which the chance is shared.

    Returns:
        (where it is broken more, where it is kept better), the strongest first. Of both the likelier is taken and left out before the next is
        sought: else one place that keeps it well would make all others look bad, and the other way round.
    """
    left = ~cases.is_unseen
    worse: list[Where] = []
    better: list[Where] = []
    while len(worse) + len(better) < _MOST:
        windows = worst_and_best(cases.searched().taken(left), sharing, CHANCE)
        found = [
            (window, is_better) for window, is_better in zip(windows, (False, True), strict=True) if window
        ]
        if not found:
            break
        # Of two values one is as much worse as the other is better: then what is broken is told, and not by whose rounding.
        window, is_better = min(found, key=lambda item: item[0].log_p + item[1] * _AS_LIKELY)
        where, inside = _where(cases, window, left, is_better=is_better)
        (better if is_better else worse).append(where)
        left &= ~inside
    return tuple(worse), tuple(better)


def _where(
    cases: PromiseCases, window: Window, left: NDArray[np.bool_], *, is_better: bool
) -> tuple[Where, NDArray[np.bool_]]:
    """A window dated day by day and counted, and (n,) bool: the cases inside it."""
    searched = cases.searched()
    place = searched.of_group(window.group) & searched.in_part(window.part)
    first, last = _dates(cases, place & left, window, is_better=is_better)
    (since, since_between), (until, until_between) = first, last
    inside = place.copy()
    if since is not None:
        inside &= cases.day >= since
    if until is not None:
        inside &= cases.day <= until
    is_everything = not window.group and window.part[0] == len(DAY_RANGES) - 1 and window.part[1:] == ALL_DAY
    rest = ~inside if is_everything else ~place
    return Where(
        conditions=tuple((cases.names[item], cases.values[item][value]) for item, value in window.group),
        days=DAY_RANGES[window.part[0]],
        hours=(window.part[1], window.part[2]),
        share=_share(cases, place),
        rest=_share(cases, rest),
        since=_as_date(since),
        until=_as_date(until),
        since_between=_span(since_between),
        until_between=_span(until_between),
        before=None if since is None else _share(cases, place & (cases.day < since)),
        after=None if since is None and until is None else _share(cases, inside),
        since_ended=None if until is None else _share(cases, place & (cases.day > until)),
        by_day=_by_day(cases, place),
        evidence=window.evidence,
        chance=min(1.0, math.exp(window.log_p)),
    ), inside  # fmt: skip


_End = tuple[int | None, tuple[int, int] | None]


def _dates(
    cases: PromiseCases, inside: NDArray[np.bool_], window: Window, *, is_better: bool
) -> tuple[_End, _End]:
    """First and last day of it, each with the days that explain about as much; None: no such end."""
    days, place = np.unique(cases.day[inside], return_inverse=True)
    counts = np.bincount(place)
    bad = cases.is_broken[inside] != is_better
    turn = worse_stretch(
        np.bincount(place[bad], minlength=len(days)), counts, (days + 3) % 7, is_told=window.days is not None
    )
    if turn is None:
        return (None, None), (None, None)
    since: _End = (None, None)
    until: _End = (None, None)
    if turn.starts is not None:
        since = int(days[turn.start]), (int(days[turn.starts[0]]), int(days[turn.starts[1]]))
    if turn.ends is not None:
        until = int(days[turn.end - 1]), (int(days[turn.ends[0] - 1]), int(days[turn.ends[1] - 1]))
    return since, until


def _as_date(day: int | None) -> date | None:
    return None if day is None else _DAY_ZERO + timedelta(days=day)


def _span(days: tuple[int, int] | None) -> tuple[date, date] | None:
    return (
        None if days is None else (_DAY_ZERO + timedelta(days=days[0]), _DAY_ZERO + timedelta(days=days[1]))
    )


def _share(cases: PromiseCases, chosen: NDArray[np.bool_]) -> Share:
    unseen = int((chosen & cases.is_unseen).sum())
    broken = int((chosen & cases.is_broken).sum())
    return Share.of(int(chosen.sum()) - unseen - broken, broken, unseen)


def _by_day(cases: PromiseCases, place: NDArray[np.bool_]) -> tuple[tuple[date, int, int], ...]:
    judged = place & ~cases.is_unseen
    days, number = np.unique(cases.day[judged], return_inverse=True)
    broken = np.bincount(number[cases.is_broken[judged]], minlength=len(days))
    kept = np.bincount(number, minlength=len(days)) - broken
    return tuple(
        (_DAY_ZERO + timedelta(days=day), well, badly)
        for day, well, badly in zip(days.tolist(), kept.tolist(), broken.tolist(), strict=True)
    )


def within(cases: PromiseCases, where: Where) -> NDArray[np.bool_]:
    """(n,) bool: the cases of a finding, while it was so."""
    inside = cases.holding(where.conditions)
    if where.days != WEEK:
        inside &= (cases.weekday >= where.days[0]) & (cases.weekday <= where.days[1])
    if where.hours != ALL_DAY:
        inside &= (cases.hour >= where.hours[0]) & (cases.hour < where.hours[1])
    if where.since is not None:
        inside &= cases.day >= (where.since - _DAY_ZERO).days
    if where.until is not None:
        inside &= cases.day <= (where.until - _DAY_ZERO).days
    return inside
