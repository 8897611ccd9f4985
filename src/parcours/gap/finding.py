"""What stands out in a published run: for each promise where, when and since when it is broken, and what the orders behind it are worth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from parcours.gap.interval import kept_interval
from parcours.gap.pinpointing import (
    DAYS,
    FEWEST,
    HOURS,
    Counts,
    Pinpoint,
    pinpoint,
    worse_since,
)
from parcours.gap.tables import VERDICT
from parcours.journey import JOURNEY_STEP, JourneyMap
from parcours.signal import SIGNAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from parcours.gap.results import Results

Row = dict[str, Any]  # a row of `Results.gaps`
NO_SLICE = -1
_ROUNDING = 1e-6  # of sums of weights
_MONTH_DAYS = 365.25 / 12
_TELLING_DAYS = 28  # over less no month is told


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
    """The place and part of the week where a promise is broken more than elsewhere.

    Attributes:
        dimension, value: Slice and its value; None: in all places.
        days: First and last weekday, 0 is Monday.
        hours: From the first hour to the one no more in it.
        share, rest: Inside, and outside.
        since: First day after it got worse; None: no such day stands out.
        since_between: First and last day that explain the cases about as well; None with it.
        before, after: Shares inside, before and from `since` on; None with it.
        by_day: (day, kept, broken) inside.
        evidence: How much it explains, natural logarithm of a likelihood ratio.
    """

    dimension: str | None
    value: str | None
    days: tuple[int, int]
    hours: tuple[int, int]
    share: Share
    rest: Share
    since: date | None
    since_between: tuple[date, date] | None
    before: Share | None
    after: Share | None
    by_day: tuple[tuple[date, int, int], ...]
    evidence: float


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


@dataclass(frozen=True)
class Finding:
    """One promise and all that is known of how it is kept.

    Attributes:
        says, goal, owner: As the map has them.
        share: All of it.
        weeks: (ISO week, share) in the order of time.
        slices: Gap rows of its slices, whole period.
        where: Where it stands out; None: nowhere beyond chance.
        hours: Verdicts by weekday and hour, of all places under None and, by value, of the dimension of `where`; values with fewer than
            `FEWEST` verdicts are left out.
        worth: Of the journeys behind it.
    """

    map: str
    promise: str
    says: Mapping[str, str]
    goal: float | None
    owner: str | None
    share: Share
    weeks: tuple[tuple[str, Share], ...]
    slices: tuple[Row, ...]
    where: Where | None
    hours: Mapping[str | None, Counts]
    worth: Worth

    @property
    def is_missed(self) -> bool:
        """It is kept less than its goal asks."""
        return self.goal is not None and self.share.ratio is not None and self.share.ratio < self.goal


@dataclass(frozen=True)
class Findings:
    """Everything found, the promises that concern most first.

    Attributes:
        share: Of all promises together.
        worth: Of journeys with any broken promise, by map.
        first_day, last_day: On which promises were made; None: none was.
        is_weighted: The data are a sample whose cases stand for more, or fewer, than themselves. Shares of promises and what is at stake
            are then of the population, counts and what is said of places and hours of the sample.
    """

    promises: tuple[Finding, ...]
    share: Share
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
        return days / _MONTH_DAYS if days >= _TELLING_DAYS else None


def find(results: Results) -> Findings:
    """Everything that stands out in a published run."""
    for spec in (VERDICT, JOURNEY_STEP, SIGNAL):
        results.view(spec)
    rows = results.gaps(slice_weeks=False)
    worth = _worth(results)
    found = []
    for name in results.maps:
        drawn = drawn_map(results, name)
        hours = _hours(results, name, drawn.slices)
        found += [
            _finding(results, drawn, promise, rows, hours, worth)
            for promise in results.maps[name]["promises"]
        ]
    found.sort(key=lambda item: (-item.worth.minor, -item.share.broken, item.map, item.promise))
    days = results.engine.rows(
        "select cast(local_time(min(trigger_at), $zone) as date), cast(local_time(max(trigger_at), $zone) as date) from verdict",
        {"zone": results.zone},
    )
    return Findings(
        tuple(found),
        _sum_shares([row for row in rows if not row["slice"] and row["period"] is None]),
        {name: worth.get((name, None), _NOTHING) for name in results.maps},
        first_day=days[0][0],
        last_day=days[0][1],
        is_weighted=any(
            abs(row["population"][key] - row[key]) > _ROUNDING for row in rows for key in ("kept", "broken")
        ),
    )


def drawn_map(results: Results, name: str) -> JourneyMap:
    """A map as it was when it was run."""
    return JourneyMap.model_validate(results.maps[name]["drawn"])


def _finding(
    results: Results,
    drawn: JourneyMap,
    promise: str,
    rows: Sequence[Row],
    hours: _AllHours,
    worth: Mapping[tuple[str, str | None], Worth],
) -> Finding:
    own = [row for row in rows if row["map"] == drawn.map and row["promise"] == promise]
    overall = next((row for row in own if not row["slice"] and row["period"] is None), None)
    told = results.maps[drawn.map]["promises"][promise]
    goals = [goal.kept for goal in drawn.goals if goal.promise == promise and goal.kept is not None]
    share = _share(overall) if overall else Share.of(0, 0)
    where = _where(results, drawn, promise, share.unobservable, hours)
    return Finding(
        map=drawn.map,
        promise=promise,
        says=told["says"] or {"en": promise},
        goal=goals[0] if goals else None,
        owner=told["owner"],
        share=share,
        weeks=tuple((row["period"], _share(row)) for row in own if not row["slice"] and row["period"]),
        slices=tuple(_as_population(row) for row in own if row["slice"] and row["period"] is None),
        where=where,
        hours=_counts(hours, promise, where.dimension if where else None),
        worth=worth.get((drawn.map, promise), _NOTHING),
    )


def _share(row: Row) -> Share:
    """Counts of the sample; the share and its interval are of the population that it stands for."""
    told = row["population"]
    return Share(
        row["kept"], row["broken"], row["unobservable"], told["kept_ratio"], told["low"], told["high"]
    )


def _as_population(row: Row) -> Row:
    return {**row, **{key: row["population"][key] for key in ("kept_ratio", "low", "high")}}


def _sum_shares(rows: Sequence[Row]) -> Share:
    """All promises together: shares of the population, on as many cases as were counted."""
    counted, stood_for = (
        [sum(row[key] for row in part) for key in ("kept", "broken", "unobservable")]
        for part in (rows, [row["population"] for row in rows])
    )
    if not sum(stood_for):
        return Share.of(0, 0)
    scale = sum(counted) / sum(stood_for)
    share = Share.of(*(scale * count for count in stood_for))
    return replace(share, kept=counted[0], broken=counted[1], unobservable=counted[2])


# Where and since when --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Hours:
    """Verdicts of one promise by value of one slice, weekday and hour; only what is not nought.

    Attributes:
        values: Of the slice, sorted; (None,) for all places.
        place: (n,) int64, number in `values`.
        weekday, hour, kept, broken: (n,) int64.
    """

    values: tuple[str | None, ...]
    place: NDArray[np.int64]
    weekday: NDArray[np.int64]
    hour: NDArray[np.int64]
    kept: NDArray[np.int64]
    broken: NDArray[np.int64]

    @classmethod
    def of(cls, rows: pa.Table) -> _Hours:
        """Rows of the model `verdict_hour` of one promise."""
        value = rows["value"].combine_chunks().dictionary_encode()
        if value.null_count:  # without a slice every value is null
            return cls((None,), np.zeros(rows.num_rows, np.int64), *_columns(rows))
        return cls(tuple(value.dictionary.to_pylist()), _integers(value.indices), *_columns(rows))

    def told(self) -> NDArray[np.int64]:
        """Places with verdicts enough to say anything, as numbers in `values`."""
        cases = np.bincount(self.place, self.kept + self.broken, len(self.values))
        return np.flatnonzero(cases >= FEWEST)

    def counts(self, least_broken: int = 0) -> dict[str | None, Counts]:
        """The places of `told` with at least so many broken promises."""
        broken = np.bincount(self.place, self.broken, len(self.values))
        told = [int(place) for place in self.told() if broken[place] >= least_broken]
        number = np.full(len(self.values), -1)
        number[told] = np.arange(len(told))
        mine = number[self.place] >= 0
        cells = (number[self.place[mine]], self.weekday[mine], self.hour[mine])
        kept, broken_by_hour = (np.zeros((len(told), DAYS, HOURS), np.int64) for _ in range(2))
        kept[cells], broken_by_hour[cells] = self.kept[mine], self.broken[mine]
        return {self.values[place]: Counts(kept[own], broken_by_hour[own]) for own, place in enumerate(told)}


_AllHours = dict[tuple[str, str | None], _Hours]  # by promise and dimension; None: all places


def _columns(rows: pa.Table) -> Iterator[NDArray[np.int64]]:
    return (_integers(rows[name].combine_chunks()) for name in ("weekday", "hour", "kept", "broken"))


def _integers(column: pa.Array) -> NDArray[np.int64]:
    numbers: NDArray[np.int64] = column.to_numpy(zero_copy_only=False).astype(np.int64)
    return numbers


def _hours(results: Results, name: str, slices: Sequence[str]) -> _AllHours:
    names = {code: text.partition("/")[2] for text, code in results.vault.terms("promise").items()}
    map_id = results.vault.terms("map")[name]
    found: _AllHours = {}
    for number, dimension in ((NO_SLICE, None), *enumerate(slices)):
        bound = {"map_id": map_id, "zone": results.zone, "slice": number}
        rows = results.engine.model(__package__, "verdict_hour", bound)
        promises = _integers(rows["promise_id"].combine_chunks())  # sorted
        ends = [*(np.flatnonzero(np.diff(promises)) + 1).tolist(), rows.num_rows]
        for start, end in pairwise([0, *ends]):
            if end > start:
                own = rows.slice(start, end - start)
                found[names[int(promises[start])], dimension] = _Hours.of(own)
    return found


def _counts(
    hours: _AllHours, promise: str, dimension: str | None, least_broken: int = 0
) -> dict[str | None, Counts]:
    """Counts of each place of a slice that can be told; those of all places are under None, first."""
    everyone = hours.get((promise, None))
    if everyone is None:
        return {}
    places: dict[str | None, Counts] = {None: _everyone(everyone)}
    own = None if dimension is None else hours.get((promise, dimension))
    return places | own.counts(least_broken) if own else places


def _everyone(hours: _Hours) -> Counts:
    kept, broken = (np.zeros((DAYS, HOURS), np.int64) for _ in range(2))
    kept[hours.weekday, hours.hour], broken[hours.weekday, hours.hour] = hours.kept, hours.broken
    return Counts(kept, broken)


def _where(results: Results, drawn: JourneyMap, promise: str, unseen: int, hours: _AllHours) -> Where | None:
    """The most telling place over all slices; the first slice of the map wins a tie."""
    searched = [hours[promise, dimension] for dimension in drawn.slices if (promise, dimension) in hours]
    among = 1 + sum(len(item.told()) for item in searched)
    best: tuple[Pinpoint, str | None] | None = None
    for dimension in (*drawn.slices, None):
        places = _counts(hours, promise, dimension, FEWEST)
        found = pinpoint(places, among) if places else None
        if found and (best is None or found.evidence > best[0].evidence + 1e-6):
            best = found, dimension
    if best is None:
        return None
    found, dimension = best
    return _dated(results, drawn, promise, found, dimension if found.value is not None else None, unseen)


def bound_of(
    results: Results, drawn: JourneyMap, promise: str, where: Where | Pinpoint, dimension: str | None
) -> Row:
    """Parameters of the models that read the verdicts of one place and part of the week."""
    return {
        "promise_id": results.vault.terms("promise")[f"{drawn.map}/{promise}"],
        "zone": results.zone,
        "slice": NO_SLICE if dimension is None else drawn.slices.index(dimension),
        "value": where.value,
        "first_day": where.days[0],
        "last_day": where.days[1],
        "from_hour": where.hours[0],
        "to_hour": where.hours[1],
    }


def _dated(
    results: Results, drawn: JourneyMap, promise: str, found: Pinpoint, dimension: str | None, unseen: int
) -> Where:
    bound = bound_of(results, drawn, promise, found, dimension)
    days = results.engine.model(__package__, "verdict_day", bound).to_pylist()
    judged = [row for row in days if row["kept"] + row["broken"]]
    kept, broken = (np.array([row[key] for row in judged], np.int64) for key in ("kept", "broken"))
    change = worse_since(kept, broken)
    since = judged[change.place]["day"] if change else None
    share = _sum(days)
    return Where(
        dimension=dimension,
        value=found.value,
        days=found.days,
        hours=found.hours,
        share=share,
        rest=Share.of(found.rest_kept, found.rest_broken, unseen - share.unobservable),
        since=since,
        since_between=(judged[change.earliest]["day"], judged[change.latest]["day"]) if change else None,
        before=_sum(row for row in days if row["day"] < since) if since else None,
        after=_sum(row for row in days if row["day"] >= since) if since else None,
        by_day=tuple((row["day"], row["kept"], row["broken"]) for row in judged),
        evidence=found.evidence,
    )


def _sum(days: Iterable[Row]) -> Share:
    rows = list(days)
    return Share.of(*(sum(row[key] for row in rows) for key in ("kept", "broken", "unobservable")))


# What it is worth ------------------------------------------------------------------------------------------

_NOTHING = Worth(0, 0, None, 0, 0)


def _worth(results: Results) -> dict[tuple[str, str | None], Worth]:
    """(map, promise; None for any of them) to the journeys concerned and the amounts they carry."""
    names = {code: text.partition("/") for text, code in results.vault.terms("promise").items()}
    maps = {code: text for text, code in results.vault.terms("map").items()}
    recorded = {
        (drawn.map, promise.promise): promise.pattern != "measure"
        for drawn in (drawn_map(results, name) for name in results.maps)
        for promise in drawn.promises
    }
    codes = [
        (code, recorded[name, promise])
        for code, (name, _, promise) in names.items()
        if (name, promise) in recorded
    ]
    results.engine.register(
        "recorded_promise",
        pa.table(
            {
                "promise_id": pa.array([code for code, _ in codes], pa.int32()),
                "is_recorded": pa.array([is_recorded for _, is_recorded in codes], pa.bool_()),
            }
        ),
    )
    rows: dict[tuple[str, str | None], list[Row]] = {}
    for row in results.engine.model(__package__, "journey_worth").to_pylist():
        promise = None if row["promise_id"] is None else names[row["promise_id"]][2]
        rows.setdefault((maps[row["map_id"]], promise), []).append(row)
    return {key: _sum_worth(own) for key, own in rows.items()}


def _sum_worth(rows: Sequence[Row]) -> Worth:
    """Journeys of all currencies, amounts of the one that most of them are in."""
    priced = [row for row in rows if row["currency"]]
    main = max(priced, key=lambda row: row["broken"], default=None)
    return Worth(
        round(sum(row["broken"] for row in rows)),
        round(sum(row["unseen"] for row in rows)),
        main["currency"] if main else None,
        round(main["broken_minor"] or 0) if main else 0,
        round(main["unseen_minor"] or 0) if main else 0,
    )
