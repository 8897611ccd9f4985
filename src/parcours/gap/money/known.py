"""What was known of a person when a promise was made, as columns; nothing of what came later."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from parcours.gap.money.lives import DAY_US, Events
from parcours.gap.value import Buying, NotEstimable, Spending

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from parcours.gap.money.lives import Integers, Ratios

    Claims = NDArray[np.bool_]

WEEK_US = 7 * DAY_US
_MONTH_US, _QUARTER_US = 30 * DAY_US, 90 * DAY_US
_CHANNELS = 3  # whose share of somebody's purchases is looked at: the most common ones
_LEVELS = 20  # values of a slice that are told apart; the rarer ones are one
_FEWEST = 40  # promises of a value that is told apart
_PERIODS = 10  # parts of the time of the data, of as many promises each
_SIX_HOURS, _WEEKDAYS = 4, 7


@dataclass(frozen=True)
class Units:
    """Promises made to known people, one row each.

    Attributes:
        person: (n,) int64, row of the person.
        moment: (n,) int64, when it was made, microseconds UTC.
        broken: (n,) bool.
        hour, weekday: (n,) int64, in the workspace's time zone.
        slices: Values of each slice of the map, (n,) objects; None where nobody says.
    """

    person: Integers
    moment: Integers
    broken: Claims
    hour: Integers
    weekday: Integers
    slices: dict[str, Sequence[str | None]]

    def __len__(self) -> int:
        return len(self.person)


@dataclass(frozen=True)
class Lives:
    """What all people looked at did, and what their purchases say of those to come.

    Attributes:
        ids: (n_person,) int64, ascending.
        first_at: (n_person,) int64, when each was first seen.
        purchases, contacts, scores, breaks: What they did, and promises broken to them.
        buying, spending: Fitted models; the reason where the data do not tell.
    """

    ids: Integers
    first_at: Integers
    purchases: Events
    contacts: Events
    scores: Events
    breaks: Events
    buying: Buying | NotEstimable
    spending: Spending | NotEstimable

    @cached_property
    def by_channel(self) -> tuple[Events, ...]:
        """Purchases of each of the most common channels."""
        bought = self.purchases
        parts = (bought.channel == channel for channel in _common(bought.channel))
        return tuple(
            Events(bought.person[own], bought.moment[own], bought.amount[own], bought.channel[own])
            for own in parts
        )

    def rows_of(self, ids: Integers) -> Integers:
        """Row of each person; -1 of who is not looked at."""
        if not len(self.ids):
            return np.full(len(ids), -1)
        place = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[place] == ids, place, -1)

    def expected(self, person: Integers, moment: Integers, weeks: float) -> tuple[Ratios, Ratios]:
        """(purchases, hundredths) expected of each (n,) in the weeks after a moment; 0 of who never bought."""
        nothing = np.zeros(len(person))
        if isinstance(self.buying, NotEstimable) or not len(self.purchases.person):
            return nothing, nothing
        start, end = self.purchases.start(person), self.purchases.before(person, moment, or_at=True)
        bought = np.flatnonzero(end > start)
        first, last = (
            self.purchases.moment[start[bought]],
            self.purchases.moment[end[bought] - 1],
        )
        repeats = end[bought] - start[bought] - 1
        count = nothing.copy()
        age = (moment[bought] - first) / WEEK_US
        count[bought] = self.buying.expected(repeats, (last - first) / WEEK_US, age, weeks)
        if isinstance(self.spending, NotEstimable):
            return count, nothing
        total = self.purchases.total(person[bought], first, moment[bought])
        mean = np.divide(np.maximum(total, 0.0), repeats, out=np.zeros(len(bought)), where=repeats > 0)
        spent = nothing.copy()
        spent[bought] = count[bought] * self.spending.expected(repeats, mean)
        return count, spent


def tell_known(units: Units, lives: Lives, moment: Integers, weeks: float) -> Ratios:
    """What was known at a moment, (n, k) float64, without columns in which everybody is alike.

    Args:
        units: The promises.
        lives: Of all people.
        moment: (n,) int64: when the promise was made, or earlier for a placebo.
        weeks: How far ahead purchases are expected.
    """
    columns = np.column_stack([*_history(units, lives, moment, weeks), *_circumstances(units, lives)])
    differs: Ratios = columns[:, np.ptp(columns, axis=0) > 0] if len(columns) else columns
    return differs


def _history(units: Units, lives: Lives, moment: Integers, weeks: float) -> Iterator[Ratios]:
    """What they had bought, asked, said and lived by then."""
    person, just_before = units.person, moment - 1
    yield from _purchases(lives.purchases, person, moment)
    yield np.log1p(np.maximum(moment - lives.first_at[person], 0) / DAY_US)
    for part in lives.by_channel:
        yield np.log1p((part.before(person, moment) - part.start(person)).astype(np.float64))
    asked = lives.contacts.before(person, moment)
    yield np.log1p((asked - lives.contacts.start(person)).astype(np.float64))
    yield (asked - lives.contacts.before(person, moment - _MONTH_US, or_at=True)).astype(np.float64)
    yield lives.breaks.count(person, moment - _QUARTER_US, just_before)
    scored_at, score = lives.scores.last_before(person, moment)
    yield (scored_at < 0).astype(np.float64)
    yield score
    count, spent = lives.expected(person, just_before, weeks)
    yield count
    yield spent / 100
    yield np.log1p(count)


def _purchases(bought: Events, person: Integers, moment: Integers) -> Iterator[Ratios]:
    """How many, for how much, how lately; each place among the events is looked up once."""
    begin, now = bought.start(person), bought.before(person, moment)
    last_at, last_paid = bought.last(begin, now)
    yield np.log1p((now - begin).astype(np.float64))
    yield np.log1p(np.maximum(bought.sum(begin, now), 0.0) / 100)
    yield np.log1p(np.maximum(last_paid, 0.0) / 100)
    yield (last_at < 0).astype(np.float64)
    yield np.where(last_at < 0, 0.0, np.log1p((moment - last_at) / DAY_US))
    for span in (_MONTH_US, _QUARTER_US):
        since = bought.before(person, moment - span, or_at=True)
        yield (now - since).astype(np.float64)
        yield bought.sum(since, now) / 100


def _circumstances(units: Units, lives: Lives) -> Iterator[Ratios]:
    """Where, when and about how much the promise was made."""
    paid = lives.purchases.at(units.person, units.moment)
    yield np.log1p(np.maximum(paid, 0.0) / 100)
    yield (paid > 0).astype(np.float64)
    period = np.searchsorted(np.quantile(units.moment, np.arange(1, _PERIODS) / _PERIODS), units.moment)
    yield from _told_apart(period)
    yield (units.moment - units.moment.min()) / WEEK_US
    yield from _told_apart(units.hour // (24 // _SIX_HOURS))
    yield from _told_apart(units.weekday)
    for values in units.slices.values():
        yield from _told_apart(np.array(["" if value is None else value for value in values]))


def _told_apart(values: NDArray[Any]) -> Iterator[Ratios]:
    """One column a value, the most common first; rare values have none."""
    names, counts = np.unique(values, return_counts=True)
    common = np.argsort(-counts, kind="stable")[:_LEVELS]
    for place in common:
        if counts[place] >= _FEWEST:
            yield (values == names[place]).astype(np.float64)


def _common(channels: Integers) -> list[int]:
    names, counts = np.unique(channels, return_counts=True)
    return [int(name) for name in names[np.argsort(-counts, kind="stable")[:_CHANNELS]]]
