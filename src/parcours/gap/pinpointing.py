"""Where, at what hours and since when a promise is broken more than elsewhere. Counts in, findings out; no query.

A finding is only told when chance alone would hardly ever make one as strong anywhere we looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, xlogy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

DAYS, HOURS = 7, 24
WEEK = (0, 6)  # Monday to Sunday
DAY_RANGES = (*((day, day) for day in range(DAYS)), (0, 4), (5, 6), WEEK)
ALL_DAY = (0, HOURS)
CHANCE = 0.01  # of telling anything where there is nothing
_LOG_CHANCE = float(np.log(CHANCE / 2))  # of each of the two searches
# Windows this close to the likeliest one explain the cases about as well (a log-likelihood of 2: a factor of e^2); of those the widest is
# told, so that one lucky hour does not narrow what is said.
_AS_LIKELY = 2.0
FEWEST = 5  # broken promises; a handful is told by the list, not by a pattern
_SAME = 1e-6  # evidence that differs by less is the same, up to rounding
_DRAWS = 999
_DRAWN_AT_ONCE = 37
_SEED = 20260912


@dataclass(frozen=True)
class Counts:
    """Verdicts of one place by weekday and hour of the moment the promise was made.

    Attributes:
        kept, broken: (7, 24) int64, verdicts; Monday is 0.
    """

    kept: NDArray[np.int64]
    broken: NDArray[np.int64]


@dataclass(frozen=True)
class Pinpoint:
    """One place and part of the week where a promise is broken more than in all the rest.

    Attributes:
        value: Value of the slice; None: all places together.
        days: First and last weekday, 0 is Monday.
        hours: From the first hour to the one that is no more in it, in [0, 24].
        kept, broken: Verdicts inside.
        rest_kept, rest_broken: Verdicts outside.
        evidence: Log-likelihood ratio, natural logarithm, against one rate everywhere.
    """

    value: str | None
    days: tuple[int, int]
    hours: tuple[int, int]
    kept: int
    broken: int
    rest_kept: int
    rest_broken: int
    evidence: float

    @property
    def excess(self) -> float:
        """Broken promises more than if it were kept here as in the rest."""
        rest = self.rest_kept + self.rest_broken
        expected = self.rest_broken / rest * (self.kept + self.broken) if rest else 0.0
        return self.broken - expected


def pinpoint(places: Mapping[str | None, Counts], among: int | None = None) -> Pinpoint | None:
    """The place and part of the week that most explains why a promise is broken.

    Every place is tried with every weekday, working days, week-end and whole week, and every run of hours.

    Args:
        places: Value of a slice to its verdicts; under None those of all together, against which each is held.
        among: How many places are tried for the promise in all, in this and other slices; by default those given. Places with fewer
            than `FEWEST` verdicts need not be counted: nothing is told of them.

    Returns:
        None where nothing stands out beyond chance: 1 % for all that was tried, after Bonferroni, half of it for parts of the week of
        any place, and half for places as a whole, which are told where no part of the week is.

    Source:
        Kulldorff (1997), A spatial scan statistic, Communications in Statistics 26:1481-1496, Bernoulli model; Fisher's exact test for
        chance. docs/explanation/where-and-since-when.md

    Example:
        >>> quiet = np.full((7, 24), 20)
        >>> saturday = np.zeros((7, 24), int)
        >>> saturday[5, 14:18] = 12
        >>> everyone = Counts(kept=3 * quiet, broken=saturday)
        >>> found = pinpoint({None: everyone, "Lyon": Counts(quiet, saturday), "Lille": Counts(2 * quiet, 0 * quiet)})
        >>> found.value, found.days, found.hours, found.broken
        ('Lyon', (5, 5), (14, 18), 48)
    """
    return _worst_window(places, among) or _worst_place(places, among)


def _worst_window(places: Mapping[str | None, Counts], among: int | None) -> Pinpoint | None:
    """The place and part of the week that most explains it, among all parts of all places."""
    everyone = places[None]
    all_kept, all_broken = int(everyone.kept.sum()), int(everyone.broken.sum())
    tried = _window_count(everyone) * (len(places) if among is None else among)
    broken = np.array([counts.broken.sum() for counts in places.values()], np.int64)
    # All broken promises of a place in a window of their own are the most it could show; a place too small for that is not looked at.
    log_chance = _log_chance_of_all(broken, all_broken, all_kept + all_broken) + np.log(max(tried, 1))
    most = _evidence(broken, broken, all_broken, all_kept + all_broken)
    worth_a_look = np.flatnonzero((broken >= FEWEST) & (log_chance < _LOG_CHANCE + _SAME))
    values = list(places)
    best: Pinpoint | None = None
    best_number = 0
    for number in worth_a_look[np.argsort(-broken[worth_a_look], kind="stable")].tolist():
        if best is not None and most[number] < best.evidence - _SAME:
            break
        found = _best_window(values[number], places[values[number]], all_kept, all_broken)
        if found is None or not _is_before(found, number, best, best_number):
            continue
        if found.broken >= FEWEST and _is_beyond_chance(found, tried):
            best, best_number = found, number
    return best


def _worst_place(places: Mapping[str | None, Counts], among: int | None) -> Pinpoint | None:
    """The place that most explains it at all times: fewer are tried than parts of the week, so that less is enough to tell one."""
    everyone = places[None]
    all_kept, all_broken = int(everyone.kept.sum()), int(everyone.broken.sum())
    values = [value for value in places if value is not None]
    kept, broken = (
        np.array([getattr(places[value], part).sum() for value in values], np.int64)
        for part in ("kept", "broken")
    )
    evidence = _evidence(broken, broken + kept, all_broken, all_broken + all_kept)
    for number in np.argsort(-evidence, kind="stable").tolist():
        inside = int(kept[number]), int(broken[number])
        rest = all_kept - inside[0], all_broken - inside[1]
        found = Pinpoint(values[number], WEEK, ALL_DAY, *inside, *rest, float(evidence[number]))
        if found.evidence <= 0:
            return None
        if found.broken >= FEWEST and _is_beyond_chance(found, len(places) if among is None else among):
            return found
    return None


def _log_chance_of_all(broken: NDArray[np.int64], all_broken: int, cases: int) -> NDArray[np.float64]:
    """Natural logarithm of the chance that as many cases as `broken`, drawn blindly, are all broken ones."""
    ways = gammaln(all_broken + 1) - gammaln(all_broken - broken + 1)
    return np.asarray(ways - gammaln(cases + 1) + gammaln(cases - broken + 1))


def _is_before(found: Pinpoint, number: int, best: Pinpoint | None, best_number: int) -> bool:
    """It explains more than the best so far; of two that explain the same, the place given first is told."""
    if best is None or found.evidence > best.evidence + _SAME:
        return True
    return found.evidence >= best.evidence - _SAME and number < best_number


def _window_count(everyone: Counts) -> int:
    """Parts of the week that differ in the verdicts they hold and hold enough to be told.

    Fixed by when promises are made, not by which are broken, so that Bonferroni's correction holds; a single place has no more of them.
    """
    cases = everyone.kept + everyone.broken
    used = np.stack([cases[first : last + 1].sum(axis=0) > 0 for first, last in DAY_RANGES])
    starts, ends = np.pad(used, ((0, 0), (0, 1))), np.pad(used, ((0, 0), (1, 0)))
    return int((starts[:, :, None] & ends[:, None, :] & (_windows(cases) >= FEWEST)).sum())


def _best_window(value: str | None, counts: Counts, all_kept: int, all_broken: int) -> Pinpoint | None:
    """The likeliest part of the week of one place; None where none is worse than the rest."""
    kept, broken = _windows(counts.kept), _windows(counts.broken)
    evidence = _evidence(broken, broken + kept, all_broken, all_broken + all_kept)
    if evidence.max() <= 0:
        return None
    near = evidence >= max(evidence.max() - _AS_LIKELY, 1e-9)
    cases = np.where(near, broken + kept, -1)
    widest = np.argwhere(cases == cases.max())
    # Parts of the week that hold the same cases are one to us: told is the one that takes fewest words.
    day, start, end = min(widest.tolist(), key=_wordiness)
    inside = int(kept[day, start, end]), int(broken[day, start, end])
    return Pinpoint(
        value,
        DAY_RANGES[day],
        (start, end),
        *inside,
        all_kept - inside[0],
        all_broken - inside[1],
        float(evidence[day, start, end]),
    )


def _wordiness(window: list[int]) -> tuple[int, int, list[int]]:
    """How much has to be said of a part of the week: all day before some hours, the whole week before some days, else the fewest."""
    day, start, end = window
    first, last = DAY_RANGES[day]
    hours = 0 if (start, end) == ALL_DAY else end - start
    days = 0 if (first, last) == WEEK else last - first + 1
    return hours, days, window


def _windows(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums over each range of days and run of hours: (ranges, 25, 25), [range, from, until]; 0 where from >= until."""
    by_range = np.stack([cells[first : last + 1].sum(axis=0) for first, last in DAY_RANGES])
    sums = np.concatenate([np.zeros((len(DAY_RANGES), 1), np.int64), by_range.cumsum(axis=1)], axis=1)
    return np.triu(sums[:, None, :] - sums[:, :, None], 1)


def _evidence(
    broken: NDArray[np.int64], cases: NDArray[np.int64], all_broken: int, all_cases: int
) -> NDArray[np.float64]:
    """Log-likelihood ratio of each window; 0 where it is not worse than the rest, or is the whole."""
    rest, rest_broken = all_cases - cases, all_broken - broken
    ratio = (
        _likelihood(broken, cases)
        + _likelihood(rest_broken, rest)
        - _likelihood(np.array(all_broken), np.array(all_cases))
    )
    worse = (cases > 0) & (rest > 0) & (broken * rest > rest_broken * cases)
    return np.where(worse, ratio, 0.0)


def _likelihood(broken: NDArray[np.int64], cases: NDArray[np.int64]) -> NDArray[np.float64]:
    kept = cases - broken
    return np.asarray(xlogy(broken, broken) + xlogy(kept, kept) - xlogy(cases, cases))


def _is_beyond_chance(found: Pinpoint, tried: int) -> bool:
    """One-sided Fisher's exact test, with Bonferroni's correction for all that was tried."""
    inside, all_broken = found.kept + found.broken, found.broken + found.rest_broken
    everyone = inside + found.rest_kept + found.rest_broken
    from scipy.stats import hypergeom  # noqa: PLC0415 - a second at import, needed where something stands out

    log_chance = hypergeom.logsf(found.broken - 1, everyone, all_broken, inside)
    return bool(log_chance + np.log(max(tried, 1)) < _LOG_CHANCE)


@dataclass(frozen=True)
class Change:
    """When keeping a promise got worse.

    Attributes:
        place: Index of the first period after the change.
        earliest, latest: Indices between which it lies: changes there explain the cases about as well.
        before, after: (kept, broken) verdicts.
    """

    place: int
    earliest: int
    latest: int
    before: tuple[int, int]
    after: tuple[int, int]


def worse_since(kept: NDArray[np.int64], broken: NDArray[np.int64]) -> Change | None:
    """The period since which a promise is kept less, if there is one.

    Args:
        kept: (n,) verdicts of periods in the order of time.
        broken: (n,) as well.

    Returns:
        None where one rate explains the whole: chance would show as large a step in 1 % of shuffled orders or more.

    Source:
        Likelihood ratio of one step in a binomial rate, tested by permuting cases among periods of fixed size: Hinkley and Hinkley (1970),
        Biometrika 57:477-488.

    Example:
        >>> change = worse_since(np.array([19, 19, 20, 18, 12, 11, 13]), np.array([1, 1, 0, 2, 8, 9, 7]))
        >>> change.place, (change.earliest, change.latest), change.after
        (4, (4, 4), (36, 24))
    """
    cases = kept + broken
    if len(cases) < 2 or broken.sum() < FEWEST:  # noqa: PLR2004 - one period has no before
        return None
    step = _steps(broken, cases)
    if step.max() <= 0:
        return None
    if not _is_step_beyond_chance(float(step.max()), broken, cases):
        return None
    place = int(step.argmax()) + 1
    about = 1 + np.flatnonzero(step >= step.max() - _AS_LIKELY)
    return Change(
        place,
        int(about[0]),
        int(about[-1]),
        (int(kept[:place].sum()), int(broken[:place].sum())),
        (int(kept[place:].sum()), int(broken[place:].sum())),
    )


def _is_step_beyond_chance(step: float, broken: NDArray[np.int64], cases: NDArray[np.int64]) -> bool:
    """Fewer than 1 % of shuffled orders show as large a step; stops as soon as enough do."""
    chance = np.random.default_rng(_SEED)
    as_large = 0
    for _ in range(_DRAWS // _DRAWN_AT_ONCE):
        draws = chance.multivariate_hypergeometric(cases, int(broken.sum()), _DRAWN_AT_ONCE)
        as_large += int((_steps(draws, cases).max(axis=1) >= step - _SAME).sum())
        if (1 + as_large) / (1 + _DRAWS) > CHANCE:
            return False
    return True


def _steps(broken: NDArray[np.int64], cases: NDArray[np.int64]) -> NDArray[np.float64]:
    """(..., n - 1): evidence that the rate is worse after the first 1, 2, ... periods; `broken` (..., n), `cases` (n,)."""
    after_broken = broken[..., ::-1].cumsum(axis=-1)[..., ::-1][..., 1:]
    after = cases[::-1].cumsum()[::-1][1:]
    return _evidence(
        after_broken,
        np.broadcast_to(after, after_broken.shape),
        int(broken.sum(axis=-1).flat[0]),
        int(cases.sum()),
    )
