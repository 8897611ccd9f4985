"""Whether a decision worked: kept shares before and after, against what the rest of the network says would have happened without it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from parcours.gap.finding.cases import read_cases
from parcours.gap.finding.types import Share, drawn_map
from parcours.gap.finding.week import ALL_DAY, WEEK
from parcours.gap.naming import register_terms
from parcours.gap.tables import VERDICT
from parcours.kernel.clock import EPOCH
from parcours.signal import OBJECT, SIGNAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from parcours.gap.deciding.log import Decision
    from parcours.gap.finding.cases import PromiseCases
    from parcours.gap.results import Results

FEWEST = 20  # judged promises before, and since it is due, to say anything
BEFORE = timedelta(days=56)  # up to the decision: what it is held against
_DAY_ZERO = date(1970, 1, 1)


class State(StrEnum):
    """What came of a decision."""

    TOO_EARLY = "too early"  # not due, or too few promises since
    UNKNOWN = "not measurable"  # too few promises before it, or the promise is not made any more
    NO_CHANGE = "no change seen"
    BETTER = "better"
    WORSE = "worse"


@dataclass(frozen=True)
class Effect:
    """What came of a decision.

    Attributes:
        is_due: Its day has come.
        before, after: Shares of the eight weeks before it, and since it is due.
        rest_before, rest_after: The same of all the others, which say what would have happened without it; None: it is about everybody.
        forecast: Share expected without it, `before` moved as the rest moved; ratio; None: nothing to tell it from.
        points: `after` less `forecast`, ratio; None: nothing can be said yet.
        low, high: 95 % interval of `points`; None with it.
    """

    state: State
    is_due: bool
    before: Share
    after: Share
    rest_before: Share | None
    rest_after: Share | None
    forecast: float | None
    points: float | None
    low: float | None
    high: float | None


def measure_effects(results: Results, decisions: Sequence[Decision]) -> list[Effect]:
    """The effect of each decision as of the published run."""
    for spec in (VERDICT, SIGNAL, OBJECT):
        results.view(spec)
    register_terms(results.engine, results.vault)
    as_of = (EPOCH + timedelta(microseconds=results.manifest.as_of)).astimezone(ZoneInfo(results.zone))
    maps = {decision.map for decision in decisions} & set(results.maps)
    cases = {name: read_cases(results, drawn_map(results, name)) for name in maps}
    return [
        _effect(cases.get(decision.map, {}).get(decision.promise), decision, as_of.date())
        for decision in decisions
    ]


def _effect(cases: PromiseCases | None, decision: Decision, as_of: date) -> Effect:
    is_due = as_of >= decision.due_on
    nothing = Share.of(0, 0)
    if cases is None:
        return Effect(State.UNKNOWN, is_due, nothing, nothing, None, None, None, None, None, None)
    place = _place(cases, decision)
    spans = (
        (decision.decided_on - BEFORE, decision.decided_on - timedelta(days=1)),
        (decision.due_on, as_of),
    )
    before, after = (_share(cases, place & _days(cases, *span)) for span in spans)
    rest: tuple[Share, ...] | None = None
    if not place.all():
        rest = tuple(_share(cases, ~place & _days(cases, *span)) for span in spans)
        rest = rest if min(share.judged for share in rest) >= FEWEST else None
    rest_before, rest_after = rest or (None, None)
    return compare(before, after, rest_before, rest_after, is_due=is_due)


def compare(
    before: Share, after: Share, rest_before: Share | None, rest_after: Share | None, *, is_due: bool
) -> Effect:
    """What came of something, told from shares before and after it, inside and outside.

    Source:
        Difference of differences; its interval from the four Wilson intervals by squares of distances: Newcombe (1998), Statistics in
        Medicine 17:873-890; Zou and Donner (2008), Statistics in Medicine 27:1693-1702, for sums of more than two.

    Example:
        >>> told = compare(Share.of(70, 30), Share.of(90, 10), Share.of(94, 6), Share.of(94, 6), is_due=True)
        >>> told.state.value, round(told.points, 2), f"{told.low:.2f} {told.high:.2f}"
        ('better', 0.2, '0.07 0.33')
    """
    facts = (is_due, before, after, rest_before, rest_after)
    if before.judged < FEWEST:
        return Effect(State.UNKNOWN, *facts, None, None, None, None)
    moved = 0.0 if rest_before is None or rest_after is None else _ratio(rest_after) - _ratio(rest_before)
    forecast = min(1.0, max(0.0, _ratio(before) + moved))
    if not is_due or after.judged < FEWEST:
        return Effect(State.TOO_EARLY, *facts, forecast, None, None, None)
    points = _ratio(after) - forecast
    gains = [share for share in (after, rest_before) if share is not None]
    losses = [share for share in (before, rest_after) if share is not None]
    low = points - math.hypot(*(_down(share) for share in gains), *(_up(share) for share in losses))
    high = points + math.hypot(*(_up(share) for share in gains), *(_down(share) for share in losses))
    state = State.BETTER if low > 0 else State.WORSE if high < 0 else State.NO_CHANGE
    return Effect(state, *facts, forecast, points, low, high)


def _ratio(share: Share) -> float:
    return share.ratio or 0.0


def _down(share: Share) -> float:
    return _ratio(share) - (share.low or 0.0)


def _up(share: Share) -> float:
    return (1.0 if share.high is None else share.high) - _ratio(share)


def _place(cases: PromiseCases, decision: Decision) -> NDArray[np.bool_]:
    inside = cases.holding(decision.where)
    first, last = decision.when.days or WEEK
    start, end = decision.when.hours or ALL_DAY
    return (
        inside
        & (cases.weekday >= first)
        & (cases.weekday <= last)
        & (cases.hour >= start)
        & (cases.hour < end)
    )


def _days(cases: PromiseCases, first: date, last: date) -> NDArray[np.bool_]:
    return (cases.day >= (first - _DAY_ZERO).days) & (cases.day <= (last - _DAY_ZERO).days)


def _share(cases: PromiseCases, chosen: NDArray[np.bool_]) -> Share:
    unseen, broken = (int((chosen & part).sum()) for part in (cases.is_unseen, cases.is_broken))
    return Share.of(int(chosen.sum()) - unseen - broken, broken, unseen)
