"""Daily counts of what may move: who comes, where they go from each node, how long it takes, what they say; for all and for each slice."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from parcours.journey.drift.panel import Family, panel_of
from parcours.journey.drift.parting import Panels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from parcours.gap.mining.drift.visits import Integers, Slice, Visits

    Figures = NDArray[np.float64]

_NODES = 24  # looked at, the most visited in their best month first
_MONTH = 28
_FEWEST = 100  # cases of a series
_FEWEST_YES = 20  # of them that did it, and, of a share, somewhere that did not
_WINDOW, _OFTEN_ONCE = 14, 0.02  # days, and share of cases in them, from which a way is looked at
_WAITED = 0.95  # of waits, within which what comes counts
_LONGEST_US = 30 * 86_400 * 1_000_000
_OF_HISTORY = 8  # a wait counts up to this part of the history
_AFRESH = 0.3  # of those who come to a node, who first began anew
_DIRECT = 0.5  # of those who come from one node to another, without any between
_INDIRECT = 0.85  # how readily a way with something between is told
_SLOW = 0.75  # quantile of waits
_PLACES = ("channel", "touchpoint")
_OWN = 0.05  # of a node's visits; a second channel so frequent is the node's own
_KNOWN = 0.5  # of visits must know a slice
_DAY_US = 86_400 * 1_000_000


class What(StrEnum):
    """What may move."""

    VOLUME = "volume"  # journeys that begin a day
    MIX = "mix"  # share of those that begin, or come by a node, which are of a slice
    SHARE = "share"  # of those at a node that come to another
    ABANDONMENT = "abandonment"  # of those at a node after which nothing follows
    WAIT = "wait"  # from one node to another
    SATISFACTION = "satisfaction"  # scores given


@dataclass(frozen=True)
class Key:
    """What a series tells, and of whom.

    Attributes:
        what: May move.
        source: Node; None: where journeys begin.
        target: Node; None: none.
        slice: (name, value); None: everybody.
    """

    what: What
    source: int | None
    target: int | None
    slice: tuple[str, str] | None


@dataclass(frozen=True)
class Cases:
    """Visits that a series counts.

    Attributes:
        rows: (n,) of the visits.
        told: (n,) float64: 1 where it was so, or the score.
        wait_us: (n,) how long it took; -1: no wait.
    """

    rows: Integers
    told: Figures
    wait_us: Integers


class Counting:
    """Counts visits by day; what it is asked for twice it counts twice, since a history may be large.

    Args:
        visits: Of the nodes that are looked at.
        scores: Signals that carry scores, where the nodes carry none; their nodes are types.
        span: First day, and the first no more looked at; None: all of the record.
    """

    def __init__(
        self, visits: Visits, scores: Visits | None = None, span: tuple[int, int] | None = None
    ) -> None:
        self.visits = visits
        self._scores = visits if scores is None else scores
        self.span = self.first, self.last = span or visits.span
        self.days = max(0, self.last - self.first)
        self._end_us = int(visits.at_us.max()) if len(visits.at_us) else 0
        self._limit = min(_LONGEST_US, self.days * _DAY_US // _OF_HISTORY)
        self.nodes = self._frequent()
        self._places = {node: np.flatnonzero(visits.node == node) for node in self.nodes}
        self._entered = visits.begun
        self._onward = self._next_other()

    def cases(self, key: Key) -> Cases:
        """The visits behind a series, of all slices."""
        if key.what in {What.VOLUME, What.MIX}:
            rows = self._begun() if key.source is None else self._within(self.visits.firsts([key.source]))
            return Cases(rows, np.ones(len(rows)), np.full(len(rows), -1))
        assert key.source is not None  # noqa: S101 - all others start at a node
        if key.what is What.SATISFACTION:
            own = self._scores
            rows = np.flatnonzero((own.node == key.source) & ~np.isnan(own.score))
            rows = rows[(own.day[rows] >= self.first) & (own.day[rows] < self.last)]
            return Cases(rows, own.score[rows], np.full(len(rows), -1))
        rows = self._within(self.visits.firsts([key.source]))
        again = self._again(rows)
        if key.what is What.ABANDONMENT:
            wait = self._onward[rows]
            if self.visits.endless:  # coming anew is nothing that follows
                fresh = self._wait_among(rows, self._entered)
                again = np.where(fresh >= 0, np.minimum(again, fresh), again)
        else:
            assert key.target is not None  # noqa: S101 - shares and waits have one
            wait = self._wait(rows, key.target)
            if self._is_afresh(rows, wait):
                return Cases(rows[:0], np.zeros(0), wait[:0])
        wait = np.where((wait >= 0) & (wait < again), wait, -1)
        horizon = self._horizon(wait)
        known = self.visits.at_us[rows] <= self._end_us - horizon
        rows, wait = rows[known], wait[known]
        came = (wait >= 0) & (wait <= horizon)
        if key.what is What.ABANDONMENT:
            return Cases(rows, (~came).astype(float), wait)
        if key.what is What.SHARE:
            return Cases(rows, came.astype(float), np.where(came, wait, -1))
        rows, wait = rows[came], wait[came]
        slow = float(np.quantile(wait, _SLOW)) if len(wait) else 0.0
        return Cases(rows, (wait > slow).astype(float), wait)

    def of(self, key: Key) -> Visits:
        """The visits that rows of a series are rows of."""
        return self._scores if key.what is What.SATISFACTION else self.visits

    def of_slice(self, key: Key, rows: Integers) -> NDArray[np.bool_]:
        """(n,) bool: rows of the slice of a series."""
        if key.slice is None:
            return np.ones(len(rows), np.bool_)
        found = self.of(key).slice_of(key.slice[0])
        return np.asarray(self._codes(self.of(key), found, rows) == found.values.index(key.slice[1]))

    def panels(self) -> tuple[Panels, list[list[Key]]]:
        """Every series, and what each tells."""
        made: dict[Family, _Series] = {family: _Series() for family in Family}
        if self.days:
            self._count_begun(made)
            for source in self.nodes:
                self._count_places(made[Family.SHARE], source)
                for key in (
                    Key(What.ABANDONMENT, source, None, None),
                    *(Key(What.SHARE, source, target, None) for target in self.nodes if target != source),
                ):
                    self._count_share(made[Family.SHARE], key)
            for source in np.unique(self._scores.node[~np.isnan(self._scores.score)]).tolist():
                self._count_scores(made[Family.MEAN], source)
        panels, plain, comes, keys = [], [], [], []
        for family, series in made.items():
            if series.keys:
                squares = np.array(series.squares) if family is Family.MEAN else None
                panels.append(
                    panel_of(family, np.array(series.cases), np.array(series.told), squares, series.groups)
                )
                plain.append(
                    np.array(
                        [
                            _plain(key) * factor
                            for key, factor in zip(series.keys, series.factors, strict=True)
                        ]
                    )
                )
                comes.append(np.array([key.source is None for key in series.keys]))
                keys.append(series.keys)
        return Panels(tuple(panels), tuple(plain), tuple(comes)), keys

    def _count_begun(self, made: dict[Family, _Series]) -> None:
        begun = self.cases(Key(What.VOLUME, None, None, None))
        everybody = self._daily(begun.rows, np.ones(len(begun.rows)))
        made[Family.RATE].add(Key(What.VOLUME, None, None, None), np.ones(self.days), everybody)
        for item, codes in self._sliced(self.visits, begun.rows):
            known = self._daily(begun.rows[codes >= 0], np.ones(int((codes >= 0).sum())))
            each = self._by_value(begun.rows, codes, len(item.values), np.ones(len(begun.rows)))
            for value, daily in zip(item.values, each, strict=True):
                if daily.sum() >= _FEWEST:
                    made[Family.RATE].add(
                        Key(What.VOLUME, None, None, (item.name, value)), np.ones(self.days), daily
                    )
                    made[Family.SHARE].add(Key(What.MIX, None, None, (item.name, value)), known, daily)

    def _count_places(self, series: _Series, source: int) -> None:
        """In which channel and at which touchpoint people come by a node."""
        rows = self._within(self.visits.firsts([source]))
        for item in self.visits.slices:
            codes = item.codes[rows]
            known = codes >= 0
            if item.name not in _PLACES or not known.any() or codes[known].min() == codes[known].max():
                continue
            all_ = self._daily(rows[known], np.ones(int(known.sum())))
            each = self._by_value(rows, codes, len(item.values), np.ones(len(rows)))
            for value, daily in zip(item.values, each, strict=True):
                if daily.sum() >= _FEWEST:
                    series.add(Key(What.MIX, source, None, (item.name, value)), all_, daily)

    def _count_share(self, series: _Series, key: Key) -> None:
        found = self.cases(key)
        if len(found.rows) < _FEWEST or found.told.sum() < _FEWEST_YES:
            return
        cases, told = self._daily(found.rows, np.ones(len(found.rows))), self._daily(found.rows, found.told)
        if key.what is What.SHARE and not _is_often_once(cases, told):
            return
        is_direct = key.what is What.SHARE and self._is_direct(found)
        self._add(
            series, key, found, cases, told, 1.0 if is_direct or key.what is not What.SHARE else _INDIRECT
        )
        if is_direct:
            waits = Key(What.WAIT, key.source, key.target, None)
            slow = self.cases(waits)
            if len(slow.rows) >= _FEWEST and slow.told.sum() >= _FEWEST_YES:
                self._add(
                    series, waits, slow,
                    self._daily(slow.rows, np.ones(len(slow.rows))), self._daily(slow.rows, slow.told), 1.0,
                )  # fmt: skip

    def _count_scores(self, series: _Series, source: int) -> None:
        key = Key(What.SATISFACTION, source, None, None)
        found = self.cases(key)
        if len(found.rows) >= _FEWEST:
            own = self._scores
            daily = [
                self._daily(found.rows, weights, own) for weights in (np.ones(len(found.rows)), found.told)
            ]
            self._add(series, key, found, daily[0], daily[1], 1.0)

    def _add(
        self, series: _Series, key: Key, found: Cases, cases: Figures, told: Figures, factor: float
    ) -> None:
        """The series of everybody and of each value of each slice."""
        series.add(key, cases, told, factor, float((found.told**2).sum()))
        ones = np.ones(len(found.rows))
        for item, codes in self._sliced(self.of(key), found.rows):
            size = len(item.values)
            each = [
                self._by_value(found.rows, codes, size, weights, self.of(key))
                for weights in (ones, found.told)
            ]
            known = codes >= 0
            squares = np.bincount(codes[known], weights=found.told[known] ** 2, minlength=size)
            for place, value in enumerate(item.values):
                if each[0][place].sum() >= _FEWEST:
                    own = Key(key.what, key.source, key.target, (item.name, value))
                    series.add(own, each[0][place], each[1][place], factor, float(squares[place]))

    def _sliced(self, visits: Visits, rows: Integers) -> Iterator[tuple[Slice, NDArray[np.int32]]]:
        """Slices that most of some visits know, and that divide them."""
        for item in visits.slices:
            codes = self._codes(visits, item, rows)
            known = codes[codes >= 0]
            if len(known) >= _KNOWN * len(rows) and len(known) and known.min() != known.max():
                yield item, codes

    def _codes(self, visits: Visits, item: Slice, rows: Integers) -> NDArray[np.int32]:
        """Codes of visits; where all visits of a node are in one channel, it is the channel in which their journey began that divides them."""
        own = item.codes[rows]
        if visits is not self.visits or item.name not in _PLACES or not len(rows):
            return own
        held = np.sort(np.bincount(own[own >= 0], minlength=2))
        return own if held[-2] >= _OWN * len(rows) else self._begun_in(item)[rows]

    def _begun_in(self, item: Slice) -> NDArray[np.int32]:
        """(all rows,) code of the latest entry in the same journey."""
        visits = self.visits
        rows = np.arange(len(visits.node))
        at = np.isin(visits.node, np.array(visits.entries, np.int32)) | visits.starts
        last = np.maximum.accumulate(np.where(at, rows, 0))
        return np.where(visits.at_us - visits.at_us[last] <= _LONGEST_US, item.codes[last], -1).astype(
            np.int32
        )

    def _begun(self) -> Integers:
        return self._within(self.visits.begun)

    def _within(self, rows: Integers) -> Integers:
        day = self.visits.day[rows]
        return rows[(day >= self.first) & (day < self.last)]

    def _frequent(self) -> list[int]:
        """Nodes that many came by, be it only for a month."""
        visits, counts = self.visits, {}
        for node in np.unique(visits.node).tolist():
            days = visits.day[visits.firsts([node])]
            counts[node] = (
                int(np.bincount((days - days.min()) // _MONTH).max()) if len(days) >= _FEWEST // 2 else 0
            )
        order = sorted((node for node in counts if counts[node]), key=lambda node: (-counts[node], node))
        return order[:_NODES]

    def _next_other(self) -> Integers:
        """(all rows,) wait until something else follows in the journey, microseconds; -1: nothing does."""
        visits = self.visits
        many = len(visits.node)
        turns = np.ones(many, np.bool_)
        turns[1:] = (visits.node[1:] != visits.node[:-1]) | (visits.journey[1:] != visits.journey[:-1])
        following = np.full(many + 1, many, np.int64)
        rows = np.where(turns, np.arange(many), many)
        following[:many] = np.minimum.accumulate(rows[::-1])[::-1]
        nxt = following[1:]
        safe = np.minimum(nxt, max(many - 1, 0))
        same = (nxt < many) & (visits.journey[safe] == visits.journey) if many else np.zeros(0, np.bool_)
        return np.where(same, visits.at_us[safe] - visits.at_us, -1)

    def _wait(self, rows: Integers, target: int) -> Integers:
        """(n,) wait from visits until the target follows in the journey, microseconds; -1: it does not."""
        return self._wait_among(rows, self._places[target])

    def _wait_among(self, rows: Integers, places: Integers) -> Integers:
        """(n,) wait from visits until one of some rows follows in the journey."""
        if not len(places):
            return np.full(len(rows), -1)
        visits = self.visits
        nxt = np.searchsorted(places, rows, "right")
        safe = places[np.minimum(nxt, len(places) - 1)]
        same = (nxt < len(places)) & (visits.journey[safe] == visits.journey[rows])
        return np.where(same, visits.at_us[safe] - visits.at_us[rows], -1)

    def _is_afresh(self, rows: Integers, wait: Integers) -> bool:
        """It is the next time that people come and not what follows: many begin anew on another day before it."""
        came = wait >= 0
        if not came.any():
            return False
        fresh = self._wait_among(rows[came], self._entered)
        return bool(((fresh >= 0) & (fresh <= wait[came])).mean() >= _AFRESH)

    def _again(self, rows: Integers) -> Integers:
        """(n,) wait until the journey comes by on another day, microseconds; what follows that belongs to that visit."""
        visits, far = self.visits, np.iinfo(np.int64).max
        wait = np.full(len(rows), far)
        if len(rows) > 1:
            same = visits.journey[rows[1:]] == visits.journey[rows[:-1]]
            wait[:-1][same] = (visits.at_us[rows[1:]] - visits.at_us[rows[:-1]])[same]
        return wait

    def _horizon(self, wait: Integers) -> int:
        came = wait[wait >= 0]
        return min(self._limit, int(np.quantile(came, _WAITED))) if len(came) else self._limit

    def _is_direct(self, found: Cases) -> bool:
        """Most who come there come without anything between."""
        came = found.wait_us >= 0
        return bool(came.any() and (found.wait_us[came] <= self._onward[found.rows[came]]).mean() >= _DIRECT)

    def _daily(self, rows: Integers, weights: Figures, visits: Visits | None = None) -> Figures:
        day = (visits or self.visits).day[rows]
        return np.asarray(np.bincount(day - self.first, weights=weights, minlength=self.days), np.float64)

    def _by_value(
        self,
        rows: Integers,
        codes: NDArray[np.int32],
        size: int,
        weights: Figures,
        visits: Visits | None = None,
    ) -> Figures:
        known = codes >= 0
        day = (visits or self.visits).day[rows[known]]
        cell = codes[known].astype(np.int64) * self.days + day - self.first
        found = np.bincount(cell, weights=weights[known], minlength=size * self.days)
        return np.asarray(found, np.float64).reshape(size, self.days)


class _Series:
    """Series of one family as they are counted; two that count the same are one."""

    def __init__(self) -> None:
        self.keys: list[Key] = []
        self.cases: list[Figures] = []
        self.told: list[Figures] = []
        self.factors: list[float] = []
        self.squares: list[float] = []
        self._known: set[int] = set()

    @property
    def groups(self) -> NDArray[np.int64]:
        """(series,) a number for all that tell the same of different slices."""
        told = [(key.what, key.source, key.target) for key in self.keys]
        return np.unique([str(item) for item in told], return_inverse=True)[1]

    def add(self, key: Key, cases: Figures, told: Figures, factor: float = 1.0, squares: float = 0.0) -> None:
        """Take a series that nothing has told yet."""
        print_ = hash((key.what in {What.VOLUME, What.MIX}, cases.tobytes(), told.tobytes()))
        if print_ in self._known:
            return
        self._known.add(print_)
        self.keys.append(key)
        self.cases.append(cases)
        self.told.append(told)
        self.factors.append(factor)
        self.squares.append(squares)


def _plain(key: Key) -> float:
    """How readily a series tells what moved where another moved as much: everybody before a slice, where they go before that they left."""
    by_slice = 1.0 if key.slice is None else {"touchpoint": 0.96, "source": 0.95}.get(key.slice[0], 0.98)
    return by_slice * {What.ABANDONMENT: 0.9, What.MIX: 0.99}.get(key.what, 1.0)


def _is_often_once(cases: Figures, told: Figures) -> bool:
    """Some fortnight has enough of it."""
    window = np.ones(min(_WINDOW, len(cases)))
    some, all_ = np.convolve(told, window, "valid"), np.convolve(cases, window, "valid")
    return bool((some >= np.maximum(_OFTEN_ONCE * all_, _FEWEST_YES / 2)).any())
