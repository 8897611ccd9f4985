"""From when to when a promise is broken more: the stretch of days that explains best why. Counts in, days out; no query."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from parcours.gap.finding.evidence import evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHANCE = 0.01  # of telling a turn where there is none, for one place
_FEWEST = 5  # broken promises
_AS_LIKELY = 2.0
_SAME = 1e-6
_DRAWS = 198
_DRAWN_AT_ONCE = 33
_SEED = 20260912
_MOST_DAYS = 120  # tried one by one; more are first tried some at a time, then one by one around the best


@dataclass(frozen=True)
class Turn:
    """The stretch in which keeping a promise was worse; places count days with cases, in the order of time.

    Attributes:
        start: First place inside; 0: it was worse from the first day on.
        end: One past the last; n: it still is.
        starts, ends: First and last place from which, and to which, about as much is explained; None where it has no such end.
    """

    start: int
    end: int
    starts: tuple[int, int] | None
    ends: tuple[int, int] | None


def worse_stretch(
    broken: NDArray[np.int64],
    cases: NDArray[np.int64],
    strata: NDArray[np.int64] | None = None,
    *,
    is_told: bool = False,
) -> Turn | None:
    """The stretch in which a promise is kept less, if there is one.

    Args:
        broken: (n,) verdicts of days in the order of time.
        cases: (n,) verdicts of these days, broken or kept; each day has one.
        strata: (n,) what a usual week makes differ, such as weekdays: chance deals cases anew only among days alike; None: all are.
        is_told: That there is a turn is known already; only its days are asked for.

    Returns:
        None where one rate explains the whole: chance would show as much in 1 % of shuffled orders or more.

    Source:
        Likelihood ratio of one or two steps in a binomial rate, two steps at the cost of one more word, tested by permutation: Hinkley and
        Hinkley (1970), Biometrika 57:477-488; Levin and Kline (1985), Statistics in Medicine 4:469-488, for a stretch.

    Example:
        >>> cases = np.full(12, 20)
        >>> turn = worse_stretch(np.array([1, 1, 0, 2, 8, 9, 7, 8, 1, 0, 2, 1]), cases)
        >>> turn.start, turn.end, turn.starts, turn.ends
        (4, 8, (4, 4), (8, 8))
    """
    if len(cases) < 2 or broken.sum() < _FEWEST:  # noqa: PLR2004 - one day has no before
        return None
    each = -(-len(cases) // _MOST_DAYS)
    edges = np.arange(0, len(cases), each)
    coarse = np.add.reduceat(broken, edges), np.add.reduceat(cases, edges)
    score = _scores(coarse[0][None], coarse[1])
    best = int(score.argmax())
    if score[0, best] <= 0:
        return None
    if not is_told and not _is_beyond_chance(float(score[0, best]), *coarse, strata if each == 1 else None):
        return None
    starts, ends, _ = _stretches(len(edges))
    bounds = [*edges.tolist(), len(cases)]
    start, end = bounds[starts[best]], bounds[ends[best]]
    if start > 0 and end < len(cases):
        start, end = _ends_beyond_chance(broken, cases, strata, start, end)
    return _refined(broken, cases, start, end, each)


def _ends_beyond_chance(
    broken: NDArray[np.int64],
    cases: NDArray[np.int64],
    strata: NDArray[np.int64] | None,
    start: int,
    end: int,
) -> tuple[int, int]:
    """A stretch without the end that chance may have made; of two such ends, the less likely one goes."""
    sides = []
    for first, last, turn in ((0, end, start), (start, len(cases), end - start)):
        own, all_ = broken[first:last], cases[first:last]
        inside = slice(turn, None) if first == 0 else slice(None, turn)
        step = evidence(own[inside].sum(), all_[inside].sum(), int(own.sum()), int(all_.sum()))
        alike = None if strata is None else strata[first:last]
        sides.append((_is_beyond_chance(float(step), own, all_, alike, most_ends=1), float(step)))
    (has_start, of_start), (has_end, of_end) = sides
    if not has_start and (has_end or of_end >= of_start):
        return 0, end
    return (start, end) if has_end else (start, len(cases))


def _refined(broken: NDArray[np.int64], cases: NDArray[np.int64], start: int, end: int, each: int) -> Turn:
    """Day by day around the likeliest ends, each with the days that explain about as much."""
    totals = int(broken.sum()), int(cases.sum())
    has_start, has_end = start > 0, end < len(cases)
    spans: tuple[tuple[int, int] | None, tuple[int, int] | None] = (None, None)
    for _ in range(2 if each > 1 else 1):
        if has_start:
            start, first = _along(broken, cases, np.arange(1, end), end, totals, is_start=True)
            spans = first, spans[1]
        if has_end:
            end, last = _along(broken, cases, np.arange(start + 1, len(cases)), start, totals, is_start=False)
            spans = spans[0], last
    return Turn(start, end, *spans)


def _along(
    broken: NDArray[np.int64],
    cases: NDArray[np.int64],
    places: NDArray[np.int64],
    other: int,
    totals: tuple[int, int],
    *,
    is_start: bool,
) -> tuple[int, tuple[int, int]]:
    """The likeliest of some places for one end of the stretch, the other end held."""
    sums = [np.concatenate([[0], array.cumsum()]) for array in (broken, cases)]
    inside = [total[other] - total[places] if is_start else total[places] - total[other] for total in sums]
    score = evidence(inside[0], inside[1], *totals)
    about = places[score >= score.max() - _AS_LIKELY]
    return int(places[score.argmax()]), (int(about[0]), int(about[-1]))


@lru_cache(maxsize=16)
def _stretches(count: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Start, end and cost of every stretch but the whole: of two ends as many more are tried as there are."""
    starts, ends = np.triu_indices(count + 1, 1)
    whole = (starts == 0) & (ends == count)
    starts, ends = starts[~whole], ends[~whole]
    inner = (starts > 0) & (ends < count)
    return starts, ends, np.where(inner, np.log(max(2.0, inner.sum() / count)), 0.0)


def _scores(broken: NDArray[np.int64], cases: NDArray[np.int64], most_ends: int = 2) -> NDArray[np.float64]:
    """(rows, stretches): evidence that the rate is worse inside, less what a further end costs; `broken` (rows, n), `cases` (n,)."""
    starts, ends, cost = _stretches(len(cases))
    if most_ends == 1:
        one = cost == 0
        starts, ends, cost = starts[one], ends[one], cost[one]
    sums = np.zeros((len(broken), len(cases) + 1), np.int64)
    broken.cumsum(axis=1, out=sums[:, 1:])
    total = np.concatenate([[0], cases.cumsum()])
    inside = np.broadcast_to(total[ends] - total[starts], (len(broken), len(starts)))
    found = evidence(sums[:, ends] - sums[:, starts], inside, int(broken[0].sum()), int(cases.sum()))
    return np.asarray(np.where(found > 0, found - cost, 0.0))


def _is_beyond_chance(
    score: float,
    broken: NDArray[np.int64],
    cases: NDArray[np.int64],
    strata: NDArray[np.int64] | None,
    most_ends: int = 2,
) -> bool:
    """Fewer than 1 % of shuffled orders show as much; stops as soon as enough do."""
    chance = np.random.default_rng(_SEED)
    alike = np.zeros(len(cases), np.int64) if strata is None else strata
    as_much = 0
    for _ in range(-(-_DRAWS // _DRAWN_AT_ONCE)):
        draws = np.zeros((_DRAWN_AT_ONCE, len(cases)), np.int64)
        for stratum in np.unique(alike):
            own = np.flatnonzero(alike == stratum)
            dealt = chance.multivariate_hypergeometric(cases[own], int(broken[own].sum()), _DRAWN_AT_ONCE)
            draws[:, own] = dealt
        as_much += int((_scores(draws, cases, most_ends).max(axis=1) >= score - _SAME).sum())
        if (1 + as_much) / (1 + _DRAWS) > CHANCE:
            return False
    return True
