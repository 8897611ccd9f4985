"""What drives scores and repurchase in a published run: estimates where a comparison holds, association elsewhere, one family of intervals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri
from threadpoolctl import threadpool_limits

from parcours.gap.drivers.associating import associate, joint_level
from parcours.gap.drivers.features import Waits, calendar_waits, tell_features
from parcours.gap.drivers.reading import NEVER, open_tables, people_of, read_journeys, read_lives
from parcours.gap.drivers.types import Case, Driver, Drivers, Grounds, Kind, Outcome, Untold
from parcours.gap.finding.types import drawn_map
from parcours.gap.money import priced_rows
from parcours.gap.money.known import WEEK_US, Units, tell_known
from parcours.gap.money.lives import DAY_US
from parcours.gap.money.reading import SCORES
from parcours.gap.money.types import Prices
from parcours.journey.brand import Brand
from parcours.journey.opening import timetables_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from parcours.gap.drivers.associating import Association
    from parcours.gap.drivers.features import Feature
    from parcours.gap.drivers.reading import Journeys
    from parcours.gap.money.known import Lives
    from parcours.gap.money.lives import Integers, Ratios
    from parcours.gap.results import Results
    from parcours.journey import JourneyMap

FEWEST_JOURNEYS = 200  # with an outcome; fewer are told by their rows
_HALVINGS = 3  # of the time looked ahead, while too few journeys have lived through it
_CASES = 5  # shown behind a figure
_QUANTILE = float(ndtri(0.95))  # from half a 90 % interval to a standard error


@dataclass(frozen=True)
class _Seen:
    """Journeys of a map with one outcome: their places, up to when they are looked at, and what came of them."""

    outcome: Outcome
    chosen: Integers
    cut: Integers
    value: Ratios
    days: int | None


@dataclass(frozen=True)
class _Block:
    """Drivers whose figures were found together, with standard errors (k,) and the correlation (k, k) of them."""

    drivers: tuple[Driver, ...]
    error: Ratios
    correlation: Ratios


def find_drivers(results: Results) -> Drivers:
    """Everything that goes with scores and repurchase in a published run.

    What is sure comes first, of it what moves the mean of all journeys most.
    """
    maps = [drawn_map(results, name) for name in results.maps]
    brand = Brand.model_validate(results.manifest.facts["brand"])
    prices = Prices.of(brand)
    open_tables(results, prices)
    read = {drawn.map: read_journeys(results, drawn) for drawn in maps}
    if not any(len(journeys) for journeys in read.values()):
        return Drivers((), (), 0.0)
    people = read_lives(results, np.concatenate([journeys.person for journeys in read.values()]), prices)
    timetables = timetables_of(brand, results.zone)
    blocks, untold = list(_estimated(results)), []
    known = {(driver.map, driver.name) for block in blocks for driver in block.drivers}
    with threadpool_limits(limits=1):  # the same sums on every machine, whatever its cores
        for drawn in maps:
            journeys = read[drawn.map]
            waits = calendar_waits(journeys, drawn, timetables, results.places_of)
            until = min(results.manifest.as_of, people.until)
            for seen in _outcomes(journeys, people.lives, until, prices.horizon_us):
                if len(seen.chosen) < FEWEST_JOURNEYS or np.ptp(seen.value) == 0:
                    untold.append(_untold(drawn, seen))
                    continue
                blocks += _associated(drawn, journeys, people.lives, waits, seen, known)
    level = joint_level([block.correlation for block in blocks])
    told = [driver for block in blocks for driver in _bounded(block, level)]
    told.sort(
        key=lambda item: (
            item.outcome is not Outcome.SCORE,
            not item.is_sure,
            -abs(item.takes),
            item.map,
            item.kind.value,
            item.name,
        )
    )
    return Drivers(tuple(told), tuple(untold), level)


def _untold(drawn: JourneyMap, seen: _Seen) -> Untold:
    why = "few" if len(seen.chosen) < FEWEST_JOURNEYS else "alike"
    return Untold(drawn.map, seen.outcome, why, {"journeys": len(seen.chosen), "fewest": FEWEST_JOURNEYS})


def _bounded(block: _Block, level: float) -> Iterator[Driver]:
    for driver, error in zip(block.drivers, block.error.tolist(), strict=True):
        yield replace(driver, low=driver.effect - level * error, high=driver.effect + level * error)


def _estimated(results: Results) -> Iterator[_Block]:
    """What broken promises do to repurchase, as the run compared people alike; one block each."""
    for (name, promise), row in priced_rows(results).items():
        figure, compared = row["checks"]["effects"].get("repurchase"), row["checks"]["compared"]
        if figure is None or name not in results.maps or promise not in results.maps[name]["promises"]:
            continue
        journeys = compared["broken"] + compared["kept"]
        effect = -figure["mean"]  # what is lost is above 0 there
        driver = Driver(
            map=name,
            kind=Kind.PROMISE,
            name=promise,
            calendar=None,
            outcome=Outcome.REPURCHASE,
            grounds=Grounds.ESTIMATE,
            effect=effect,
            low=effect,
            high=effect,
            usual=0.0,
            other=1.0,
            journeys=journeys,
            hit=compared["broken"],
            takes=effect * compared["broken"] / journeys,
            days=round(row["horizon_days"]),
            same_as=(),
            cases=(),
        )
        error = (figure["high"] - figure["low"]) / 2 / _QUANTILE
        yield _Block((driver,), np.array([error]), np.eye(1))


def _outcomes(journeys: Journeys, lives: Lives, until: int, horizon_us: int) -> Iterator[_Seen]:
    """Scores as given; purchases after all that happened on a journey, of those that have lived through the time."""
    clear = ~journeys.is_unseen & (people_of(lives, journeys) >= 0)
    scored = np.flatnonzero(clear & (journeys.scored_at < NEVER))
    yield _Seen(Outcome.SCORE, scored, journeys.scored_at[scored], journeys.score[scored], None)
    over = journeys.ended_at.copy()
    for made in journeys.made.values():
        over = np.maximum(over, np.where(made.broken_at < NEVER, made.broken_at, 0))
    ahead_us = horizon_us
    for halving in range(_HALVINGS):
        ahead_us = horizon_us >> halving
        if np.count_nonzero(clear & (over + ahead_us <= until)) >= 2 * FEWEST_JOURNEYS:
            break
    lived = np.flatnonzero(clear & (over + ahead_us <= until))
    again = lives.purchases.count(people_of(lives, journeys)[lived], over[lived], over[lived] + ahead_us) > 0
    yield _Seen(Outcome.REPURCHASE, lived, over[lived], again.astype(np.float64), round(ahead_us / DAY_US))


def _associated(
    drawn: JourneyMap,
    journeys: Journeys,
    lives: Lives,
    waits: Waits,
    seen: _Seen,
    estimated: set[tuple[str, str]],
) -> Iterator[_Block]:
    """Promises first, all held alike; then what follows from them, promises held alike too."""
    is_score = seen.outcome is Outcome.SCORE
    features = tell_features(
        journeys, drawn, waits, SCORES, chosen=seen.chosen, cut=seen.cut, is_before_score=is_score
    )
    promises = [feature for feature in features if feature.kind is Kind.PROMISE]
    others = [feature for feature in features if feature.kind is not Kind.PROMISE]
    known = _known(journeys, lives, seen)
    person = journeys.person[seen.chosen]
    of_promises = _columns(promises, len(seen.chosen))
    if promises:
        found = associate(of_promises, seen.value, known, person)
        skipped = set() if is_score else estimated
        yield _block(drawn, journeys, seen, found, promises, skipped)
    if others:
        found = associate(_columns(others, len(seen.chosen)), seen.value, known, person, of_promises)
        yield _block(drawn, journeys, seen, found, others, set())


def _columns(features: Sequence[Feature], count: int) -> Ratios:
    return np.column_stack([np.zeros((count, 0)), *(feature.scaled for feature in features)])


def _known(journeys: Journeys, lives: Lives, seen: _Seen) -> Ratios:
    """What was known of each when the journey began, with where, when and how it began; (n, q)."""
    chosen = seen.chosen
    units = Units(
        person=people_of(lives, journeys)[chosen],
        moment=journeys.started_at[chosen],
        broken=np.zeros(len(chosen), np.bool_),
        hour=journeys.hour[chosen],
        weekday=journeys.weekday[chosen],
        slices={
            name: [values[place] for place in chosen.tolist()] for name, values in journeys.slices.items()
        },
    )
    return tell_known(units, lives, units.moment, (seen.days or 0) * DAY_US / WEEK_US)


def _block(
    drawn: JourneyMap,
    journeys: Journeys,
    seen: _Seen,
    found: Association,
    features: Sequence[Feature],
    skipped: set[tuple[str, str]],
) -> _Block:
    """Drivers of columns that could be told apart, with the names of those that could not; what goes with a promise is told as that."""
    told = [
        number
        for number, place in enumerate(found.columns)
        if (drawn.map, features[place].name) not in skipped
    ]
    alike: Mapping[int, list[str]] = {
        place: [features[other].name for other, nearest in found.same_as.items() if nearest == place]
        for place in found.columns
    }
    drivers = tuple(
        _driver(
            drawn.map, journeys, seen, features[found.columns[number]], float(found.slope[number]),
            tuple(alike[found.columns[number]]),
        )
        for number in told
    )  # fmt: skip
    return _Block(drivers, found.error[told], found.correlation[np.ix_(told, told)])


def _driver(
    map_name: str, journeys: Journeys, seen: _Seen, feature: Feature, slope: float, same_as: tuple[str, ...]
) -> Driver:
    scaled, hit = feature.scaled, feature.hit
    base = feature.usual if feature.kind in {Kind.SWITCHES, Kind.REPEATS} else 0.0
    return Driver(
        map=map_name,
        kind=feature.kind,
        name=feature.name,
        calendar=feature.calendar,
        outcome=seen.outcome,
        grounds=Grounds.ASSOCIATION,
        effect=slope,
        low=slope,
        high=slope,
        usual=feature.usual,
        other=feature.other,
        journeys=len(seen.chosen),
        hit=int(hit.sum()),
        takes=slope * float((scaled - base).mean()),
        days=seen.days,
        same_as=same_as,
        cases=tuple(_cases(journeys, seen, feature, hit)),
    )


def _cases(journeys: Journeys, seen: _Seen, feature: Feature, hit: NDArray[np.bool_]) -> Iterator[Case]:
    """The lowest outcomes of those hit, the latest first."""
    rows = np.flatnonzero(hit)
    started = journeys.started_at[seen.chosen[rows]]
    for row in rows[np.lexsort((-started, seen.value[rows]))][:_CASES].tolist():
        place = seen.chosen[row]
        yield Case(
            int(journeys.person[place]),
            int(journeys.started_at[place]),
            float(feature.value[row]),
            float(seen.value[row]),
        )
