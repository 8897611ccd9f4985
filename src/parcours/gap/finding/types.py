"""What is found in a published run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from parcours.gap.interval import kept_interval
from parcours.journey import JourneyMap

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

    from parcours.gap.results import Results

Row = dict[str, Any]  # a row of `Results.gaps`
MONTH_DAYS = 365.25 / 12
_TELLING_DAYS = 28  # over less no month is told


class Kind(StrEnum):
    """Which of the five classical gaps it is; the rules are in `kinds`."""

    KNOWLEDGE = "knowledge"
    DESIGN = "design"
    DELIVERY = "delivery"
    COMMUNICATION = "communication"
    PERCEPTION = "perception"


@dataclass(frozen=True)
class Share:
    """How often a promise was kept.

    Attributes:
        kept, broken, unobservable: Verdicts, of the sample where the data are one.
        ratio: kept / (kept + broken), of the population that a sample stands for; None: neither.
        low, high: 95 % interval of it with what could not be observed; None: no verdict.
    """

    kept: int
    broken: int
    unobservable: int
    ratio: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, kept: float, broken: float, unobservable: float = 0) -> Share:
        """The share of counted verdicts."""
        low, high = kept_interval([kept], [broken], [unobservable])
        judged = kept + broken
        return cls(
            round(kept),
            round(broken),
            round(unobservable),
            kept / judged if judged else None,
            *(None if np.isnan(bound[0]) else float(bound[0]) for bound in (low, high)),
        )

    @property
    def judged(self) -> int:
        """Verdicts that say kept or broken."""
        return self.kept + self.broken


@dataclass(frozen=True)
class Where:
    """A group of cases, a part of the week and a time in which a promise is kept otherwise than elsewhere.

    Attributes:
        conditions: (attribute, value), none for all, two at most.
        days: First and last weekday, 0 is Monday.
        hours: From the first hour to the one no more in it.
        share: Of the group and part of the week, at all times.
        rest: Of all the others; where the group is everything, of all other times.
        since: First day on which it was so; None: as far back as is known.
        until: Last day on which it was; None: it still is.
        since_between, until_between: First and last day that explain the cases about as well; None with it.
        before: Share before `since`; None with it.
        after: Share from `since` to `until`; None without either.
        since_ended: Share after `until`; None with it.
        by_day: (day, kept, broken) of the group and part.
        evidence: How much it explains, natural logarithm of a likelihood ratio.
        chance: Of finding as much anywhere that was looked at where there is nothing, at most; ratio.
        follows: (map, promise) of a finding that explains most of the same people's broken promises; None: it stands alone.
    """

    conditions: tuple[tuple[str, str], ...]
    days: tuple[int, int]
    hours: tuple[int, int]
    share: Share
    rest: Share
    since: date | None
    until: date | None
    since_between: tuple[date, date] | None
    until_between: tuple[date, date] | None
    before: Share | None
    after: Share | None
    since_ended: Share | None
    by_day: tuple[tuple[date, int, int], ...]
    evidence: float
    chance: float
    follows: tuple[str, str] | None = None

    @property
    def dimension(self) -> str | None:
        """The attribute that is told first; None: it is about everything."""
        return self.conditions[0][0] if self.conditions else None

    @property
    def value(self) -> str | None:
        """Its value."""
        return self.conditions[0][1] if self.conditions else None

    @property
    def inside(self) -> Share:
        """While it was so."""
        return self.after or self.share


@dataclass(frozen=True)
class Worth:
    """Journeys on which a promise was broken, and the amounts they carry.

    Attributes:
        journeys: With a broken promise.
        unseen_journeys: Where none was seen broken and some could not be verified, by systems that should have shown it.
        currency: The one most of them are in; None: no amount is known.
        minor, unseen_minor: Amounts of both, in hundredths of the currency.
    """

    journeys: int
    unseen_journeys: int
    currency: str | None
    minor: int
    unseen_minor: int


class Basis(StrEnum):
    """What money that may be won back rests on."""

    EFFECT = "effect"  # what a broken promise is estimated to lose, and what is paid at once
    PART = "part"  # only what is known of it: paid at once, or contacts; the rest could not be estimated
    OTHERS = "others"  # of this promise nothing is known; for the order alone it counts like the mean of those estimated
    CARRIED = "carried"  # nothing could be priced: amounts that its journeys carry, for the order alone


@dataclass(frozen=True)
class Each:
    """What one broken promise costs, to rank by; hundredths of `currency`.

    Attributes:
        mean: Above 0: a loss.
        error: Its standard error; 0 where it is a sum that is known.
        currency: Three letters; None: no amount is known.
        basis: What it rests on.
    """

    mean: float
    error: float
    currency: str | None
    basis: Basis

    @property
    def is_told(self) -> bool:
        """It is an amount, and not only a place in the order."""
        return self.basis in {Basis.EFFECT, Basis.PART} and self.currency is not None


@dataclass(frozen=True)
class Stake:
    """What treating a promise may bring back, to rank by.

    Attributes:
        rank: From 1; what is to be treated first.
        stable: Share of resamples in which it stays among the first three; None: nothing is broken.
        cases: Broken promises a month above what can be reached: the rest of the network where a place stands out, the goal elsewhere.
        minor: What these cost a month, hundredths of `currency`: what is lost by one, times the cases; None: nobody can say.
        low, high: 95 % interval of it over resamples; None with it.
        basis: What `minor`, or else the place in the order, rests on.
        carried: What the journeys of these cases carry a month, hundredths of `carried_currency`; None: no amount is known.
        people: Whom it broke for, a month.
        ease: `one place` where most of it is in what stands out, `some places`, or `everywhere`.
    """

    rank: int
    stable: float | None
    cases: float
    minor: float | None
    low: float | None
    high: float | None
    currency: str | None
    basis: Basis
    carried: float | None
    carried_currency: str | None
    people: float
    ease: str


@dataclass(frozen=True)
class Finding:
    """One promise and all that is known of how it is kept.

    Attributes:
        says, goal, owner, theme, nature: As the map has them.
        share: All of it.
        weeks: (ISO week, share) in the order of time.
        slices: Gap rows of its slices, whole period.
        explains: Where and when it is broken more than elsewhere, the strongest first.
        works: Where and when it is kept better.
        kind: Of gap; None: nothing is broken, or nobody can tell.
        because: The rule that says so, a key of `kinds.RULES`.
        hours: Kept and broken verdicts (2, 7, 24) by weekday and hour, of all places under None and, by value, of the first attribute of
            `where`; values with few verdicts are left out.
        worth: Of the journeys behind it.
        stake: What treating it may bring back.
    """

    map: str
    promise: str
    says: Mapping[str, str]
    goal: float | None
    owner: str | None
    theme: str | None
    nature: str | None
    share: Share
    weeks: tuple[tuple[str, Share], ...]
    slices: tuple[Row, ...]
    explains: tuple[Where, ...]
    works: tuple[Where, ...]
    kind: Kind | None
    because: str | None
    hours: Mapping[str | None, NDArray[np.int64]]
    worth: Worth
    stake: Stake

    @property
    def where(self) -> Where | None:
        """Where it stands out most, of what goes on first; None: nowhere beyond chance."""
        return next(
            (where for where in self.explains if where.until is None), next(iter(self.explains), None)
        )

    @property
    def is_missed(self) -> bool:
        """It is kept less than its goal asks."""
        return self.goal is not None and self.share.ratio is not None and self.share.ratio < self.goal


@dataclass(frozen=True)
class Unpromised:
    """A place on the map where something is expected, or disliked, and nothing promised: a gap of design, or of knowledge.

    Attributes:
        step, title: Of the map.
        says: What customers expect there; None: the map does not know that they expect anything.
        answers, score: Scores given just after it, and their mean; None: none.
    """

    map: str
    step: str
    title: Mapping[str, str]
    kind: Kind
    says: Mapping[str, str] | None
    owner: str | None
    answers: int
    score: float | None


@dataclass(frozen=True)
class Findings:
    """Everything found, the promises that concern most first.

    Attributes:
        share: Of all promises together.
        unpromised: Where something is expected and nothing promised.
        worth: Of journeys with any broken promise, by map.
        first_day, last_day: On which promises were made; None: none was.
        is_weighted: The data are a sample whose cases stand for more, or fewer, than themselves. Shares of promises and what is at stake
            are then of the population, counts and what is said of places and hours of the sample.
    """

    promises: tuple[Finding, ...]
    share: Share
    unpromised: tuple[Unpromised, ...]
    worth: Mapping[str, Worth]
    first_day: date | None
    last_day: date | None
    is_weighted: bool

    @property
    def lead(self) -> Finding | None:
        """What a headline is about; None: nothing is broken.

        Of what is broken, first where it stands out somewhere and misses its goal, then where it stands out, then where it misses its
        goal; the clearest of these, then the one that concerns most.
        """

        def telling(found: Finding) -> tuple[bool, bool, float]:
            return found.where is not None, found.is_missed, found.where.evidence if found.where else 0.0

        return max((found for found in self.promises if found.share.broken), key=telling, default=None)

    @property
    def months(self) -> float | None:
        """Length of the period in months; None where it is too short to speak of months."""
        if self.first_day is None or self.last_day is None:
            return None
        days = (self.last_day - self.first_day).days + 1
        return days / MONTH_DAYS if days >= _TELLING_DAYS else None


def drawn_map(results: Results, name: str) -> JourneyMap:
    """A map as it was when it was run."""
    return JourneyMap.model_validate(results.maps[name]["drawn"])
