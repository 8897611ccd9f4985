"""Who came by which node, on which day, in which slices: a walk as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcours.gap.finding.attributes import NAMESPACES, PROPERTIES, look_at
from parcours.signal import OBJECT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from parcours.gap.results import Results

    Integers = NDArray[np.int64]
    Codes = NDArray[np.int32]

MOST_ROWS = 4_000_000  # of more, one journey in so many is looked at
_TYPES_LOOKED_AT = 24  # for what their signals carry, the most frequent first
_MOST_VALUES = 60  # of a slice
_ENTRIES, _MOST_ENTRIES = (
    0.8,
    3,
)  # share of journeys whose first node is an entry, and how many entries at most
_EMPTY, _BEGUN = 0.1, 0.2  # of a usual day's entries: below, the record has ended, or has not begun
_PASSING = 0.3  # of the history; a value most of whose visits lie closer together comes and goes
_MIDDLE = (0.05, 0.95)  # quantiles of its days
_FEWEST = 20
PERSONA = "persona"


@dataclass(frozen=True)
class Slice:
    """What divides visits: a code for each, -1 where nobody knows."""

    name: str
    values: tuple[str, ...]
    codes: Codes


@dataclass(frozen=True)
class Dividing:
    """Names of what signals carry and that may divide people, the most widely carried first."""

    properties: tuple[str, ...]
    namespaces: tuple[str, ...]


@dataclass(frozen=True)
class Visits:
    """Rows of a walk, in the order of journey and time.

    Attributes:
        journey: (n,) which one; equal numbers stand together.
        person: (n,) 0: nobody is known.
        node: (n,) its code.
        at_us: (n,) microseconds UTC.
        day: (n,) days since 1970-01-01 on the clock of the zone.
        signal: (n,) its id.
        score: (n,) given there; NaN: none.
        slices: What divides them.
        names: Code to name of nodes.
        each: One journey in so many is here.
        endless: A journey is all that somebody did, so that coming again begins nothing new: whoever comes by an entry begins.
    """

    journey: Integers
    person: Integers
    node: Codes
    at_us: Integers
    day: Integers
    signal: Integers
    score: NDArray[np.float64]
    slices: tuple[Slice, ...]
    names: Mapping[int, str]
    each: int
    endless: bool

    @cached_property
    def starts(self) -> NDArray[np.bool_]:
        """(n,) bool: the first row of its journey."""
        return (
            np.concatenate([[True], self.journey[1:] != self.journey[:-1]])
            if len(self.journey)
            else np.zeros(0, np.bool_)
        )

    @cached_property
    def entries(self) -> tuple[int, ...]:
        """Nodes with which most journeys begin."""
        codes, counts = np.unique(self.node[self.starts], return_counts=True)
        order = np.argsort(-counts, kind="stable")[:_MOST_ENTRIES]
        enough = int(np.searchsorted(counts[order].cumsum(), _ENTRIES * counts.sum())) + 1
        return tuple(int(code) for code in codes[order][:enough])

    @cached_property
    def span(self) -> tuple[int, int]:
        """First day of the record, and the first no more in it.

        The day on which it begins and the one on which it ends are not whole. Where journeys still go on but none begins any more, the
        record was cut by when journeys begin, which is nothing that happened to them.
        """
        came = self.begun
        if not len(came):
            return 0, 0
        low = int(self.day.min())
        daily = np.bincount(self.day[came] - low, minlength=int(self.day.max()) - low + 1).astype(float)
        week = np.convolve(daily, np.ones(7) / 7, "same")
        usual = float(np.median(daily[daily > 0]))
        busy = np.flatnonzero(week >= _BEGUN * usual)
        first = int(busy[0]) if len(busy) else 0
        last = int(np.flatnonzero(daily >= _EMPTY * usual)[-1])
        return low + max(first, 1), low + last

    @cached_property
    def begun(self) -> Integers:
        """Rows with which something begins."""
        return self.firsts(self.entries) if self.endless else np.flatnonzero(self.starts)

    def firsts(self, nodes: Sequence[int]) -> Integers:
        """Rows at which a journey comes by one of some nodes for the first time on a day."""
        at = np.flatnonzero(np.isin(self.node, np.array(nodes, np.int32)))
        if not len(at):
            return at
        journey, day = self.journey[at], self.day[at]
        fresh = np.concatenate([[True], (journey[1:] != journey[:-1]) | (day[1:] != day[:-1])])
        return np.asarray(at[fresh])

    def without(self, journeys: Integers) -> Visits:
        """The same, without some journeys."""
        kept = ~np.isin(self.journey, journeys)
        return Visits(
            self.journey[kept],
            self.person[kept],
            self.node[kept],
            self.at_us[kept],
            self.day[kept],
            self.signal[kept],
            self.score[kept],
            tuple(Slice(item.name, item.values, item.codes[kept]) for item in self.slices),
            self.names,
            self.each,
            self.endless,
        )

    def slice_of(self, name: str) -> Slice:
        """A slice by its name."""
        return next(item for item in self.slices if item.name == name)


def read_visits(
    results: Results,
    names: Mapping[int, str],
    about: str | None,
    dividing: Dividing,
    personas: Mapping[int, str] | None = None,
    *,
    endless: bool = False,
    scored: bool = False,
) -> Visits:
    """Read the view `walk` with what its signals carry.

    Args:
        results: The published run, whose `walk` was chosen.
        names: Code to name of nodes.
        about: Namespace of what journeys are about, which is no slice of theirs.
        dividing: What signals carry, as `dividing_of` tells it.
        personas: Person to the persona they are like; None: nobody has looked.
        endless: Journeys are all that somebody did.
        scored: Only signals that carry a score.
    """
    results.see()
    results.view(OBJECT)
    engine = results.engine
    rows = int(engine.value("select count(*) from walk"))
    each = max(1, -(-rows // MOST_ROWS))
    properties = dividing.properties[:PROPERTIES]
    namespaces = tuple(name for name in dividing.namespaces if name != about)[:NAMESPACES]
    codes = results.vault.terms("namespace")
    bound: dict[str, Any] = {
        "zone": results.zone,
        "each": each,
        "scored": scored,
        **{f"property_{number}": None for number in range(PROPERTIES)},
        **{f"namespace_{number}": -1 for number in range(NAMESPACES)},
        **{f"property_{number}": name for number, name in enumerate(properties)},
        **{f"namespace_{number}": codes[name] for number, name in enumerate(namespaces)},
    }
    table = engine.model("parcours.gap.mining", "drift_visit", bound)
    journey = _integers(table, "journey")
    starts = np.concatenate([[True], journey[1:] != journey[:-1]]) if len(journey) else np.zeros(0, np.bool_)
    slices = [_built_in(results, table, name) for name in ("channel", "touchpoint", "source")]
    for number, name in enumerate(properties):
        slices.append(_carried_on(_encoded(name, table[f"property_{number}"]), starts))
    for number, name in enumerate(namespaces):
        slices.append(_carried_on(_objects(results, name, table[f"object_{number}"]), starts))
    person, day = _integers(table, "person"), table["day"].cast(pa.int32()).to_numpy().astype(np.int64)
    if personas:
        told = pa.chunked_array([pa.array([personas.get(item) for item in person.tolist()], pa.string())])
        slices.append(_encoded(PERSONA, told))
    return Visits(
        journey,
        person,
        _integers(table, "node").astype(np.int32),
        _integers(table, "at_us"),
        day,
        _integers(table, "signal_id"),
        pc.fill_null(table["score"].cast(pa.float64()), float("nan")).to_numpy(),
        tuple(item for item in slices if len(item.values) > 1 and not _only_says_when(item, day)),
        names,
        each,
        endless,
    )


def dividing_of(results: Results) -> Dividing:
    """Properties and namespaces with few values that most signals of frequent types carry."""
    results.see()
    counts = results.engine.rows("select type_id, count(*) from seen group by type_id order by 2 desc, 1")
    properties: dict[str, int] = {}
    namespaces: dict[str, int] = {}
    for type_id, count in counts[:_TYPES_LOOKED_AT]:
        carried = look_at(results, type_id)
        for name in carried.properties:
            properties[name] = properties.get(name, 0) + count
        for name in carried.namespaces:
            namespaces[name] = namespaces.get(name, 0) + count
    return Dividing(_most(properties), _most(namespaces))


def _most(counts: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))


def _integers(table: pa.Table, name: str) -> Integers:
    return np.asarray(pc.fill_null(table[name].cast(pa.int64()), 0).to_numpy())


def _encoded(name: str, column: pa.ChunkedArray) -> Slice:
    """The most frequent values of a column; the others are not known."""
    encoded = column.combine_chunks().dictionary_encode()
    told = encoded.dictionary.to_pylist()
    codes = np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)).astype(np.int32)
    held = np.bincount(codes[codes >= 0], minlength=len(told))
    kept = sorted(np.argsort(-held, kind="stable")[:_MOST_VALUES].tolist(), key=lambda code: str(told[code]))
    place = np.full(len(told) + 1, -1, np.int32)
    place[kept] = np.arange(len(kept))
    return Slice(name, tuple(str(told[code]) for code in kept), place[codes])


def _built_in(results: Results, table: pa.Table, name: str) -> Slice:
    found = _encoded(name, table[f"{name}_id"])
    terms = {str(code): text for text, code in results.vault.terms(name).items()}
    return Slice(name, tuple(terms[value] for value in found.values), found.codes)


def _objects(results: Results, name: str, column: pa.ChunkedArray) -> Slice:
    found = _encoded(name, column)
    told = results.object_names([int(value) for value in found.values])
    values = (told.get(int(value), "").partition(":")[2] or value for value in found.values)
    return Slice(name, tuple(values), found.codes)


def _carried_on(told: Slice, starts: NDArray[np.bool_]) -> Slice:
    """What a signal does not carry is as it last was in its journey."""
    rows = np.arange(len(told.codes))
    last = np.maximum.accumulate(np.where((told.codes >= 0) | starts, rows, 0)) if len(rows) else rows
    return Slice(told.name, told.values, told.codes[last])


def _only_says_when(told: Slice, day: Integers) -> bool:
    """Most values come and go, as the numbers of a newsletter do: days say it better."""
    spans = []
    for code in range(len(told.values)):
        own = day[told.codes == code]
        if len(own) >= _FEWEST:
            low, high = np.quantile(own, _MIDDLE)
            spans.append(float(high - low))
    return bool(spans) and float(np.median(spans)) < _PASSING * float(day.max() - day.min())
