"""Verdicts with what may explain them, as arrays: one place for each verdict of a promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcours.gap.finding.attributes import (
    BUILT_IN,
    NAMESPACES,
    PROPERTIES,
    asked_of,
    is_of_staff,
    is_told_before,
    look_at,
    started_by,
)
from parcours.gap.finding.scanning import FEWEST_CASES, Cases

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from parcours.gap.finding.attributes import Carried
    from parcours.gap.results import Results
    from parcours.journey import JourneyMap
    from parcours.journey.map import Promise

_KNOWN_FOR = 0.9  # share of verdicts that must hold a slice which the trigger does not carry: it may follow from what became of it
_TIME_CELLS = 3  # verdicts an hour of the week, to tell that an attribute only says when
_ALIKE, _UNLIKE = 1.02, 1.2
_SEED = 20260912


@dataclass(frozen=True)
class PromiseCases:
    """All verdicts of one promise that were kept, broken, or could not be observed.

    Attributes:
        names: Of the attributes.
        values: Texts of each attribute's codes.
        codes: (attributes, n) int32; -1: not known.
        day: (n,) int64, days since 1970-01-01 on the clock of the zone.
        hour: (n,) int64.
        is_broken, is_unseen: (n,) bool.
        trigger: (n,) int64, signals that started it.
        journey, person: (n,) int64; 0: none.
    """

    names: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    codes: NDArray[np.int32]
    day: NDArray[np.int64]
    hour: NDArray[np.int64]
    is_broken: NDArray[np.bool_]
    is_unseen: NDArray[np.bool_]
    trigger: NDArray[np.int64]
    journey: NDArray[np.int64]
    person: NDArray[np.int64]

    @property
    def weekday(self) -> NDArray[np.int64]:
        """(n,) int64, 0 is Monday; 1 January 1970 was a Thursday."""
        return (self.day + 3) % 7

    def searched(self) -> Cases:
        """The attributes that may explain it, for all verdicts."""
        sizes = tuple(len(values) for values in self.values)
        return Cases(self.codes, sizes, self.day, self.hour, self.is_broken)

    def holding(self, conditions: Sequence[tuple[str, str]]) -> NDArray[np.bool_]:
        """(n,) bool: those that hold each value of its attribute."""
        held = np.ones(len(self.day), np.bool_)
        for name, value in conditions:
            texts, codes = self.of_attribute(name) or ((), np.zeros(len(self.day)))
            held &= codes == (texts.index(value) if value in texts else len(texts))
        return held

    def of_attribute(self, name: str) -> tuple[tuple[str, ...], NDArray[np.int32]] | None:
        """Values and codes of one attribute; None: it is not among them."""
        if name not in self.names:
            return None
        place = self.names.index(name)
        return self.values[place], self.codes[place]


def read_cases(results: Results, drawn: JourneyMap) -> dict[str, PromiseCases]:
    """Verdicts of a map's promises; those of which there is none are left out."""
    found: dict[str, PromiseCases] = {}
    types, promise_ids = results.vault.terms("type"), results.vault.terms("promise")
    by_type: dict[str, list[Promise]] = {}
    for promise in drawn.promises:
        by_type.setdefault(started_by(promise), []).append(promise)
    for kind, promises in by_type.items():
        if kind not in types:
            continue
        carried = look_at(results, types[kind])
        asked = asked_of(drawn, carried)
        rows = _read(
            results,
            drawn,
            types[kind],
            [promise_ids[f"{drawn.map}/{item.promise}"] for item in promises],
            asked,
        )
        codes = rows["promise_id"].to_numpy()
        for promise in promises:
            code = promise_ids[f"{drawn.map}/{promise.promise}"]
            start, end = (int(np.searchsorted(codes, code, side)) for side in ("left", "right"))
            if end > start:
                own = rows.slice(start, end - start)
                found[promise.promise] = _shaped(results, drawn, promise, own, asked, carried)
    return found


def _read(
    results: Results,
    drawn: JourneyMap,
    type_id: int,
    promise_ids: Sequence[int],
    asked: tuple[tuple[str, ...], ...],
) -> pa.Table:
    properties, namespaces = asked
    namespace_ids = results.vault.terms("namespace")
    bound: dict[str, Any] = {
        "map_id": results.vault.terms("map")[drawn.map],
        "promise_ids": list(promise_ids),
        "type_id": type_id,
        "zone": results.zone,
        **{f"property_{number}": None for number in range(PROPERTIES)},
        **{f"namespace_{number}": -1 for number in range(NAMESPACES)},
        **{f"property_{number}": name for number, name in enumerate(properties)},
        **{f"namespace_{number}": namespace_ids[name] for number, name in enumerate(namespaces)},
    }
    return results.engine.model("parcours.gap", "verdict_case", bound)


def _shaped(
    results: Results,
    drawn: JourneyMap,
    promise: Promise,
    rows: pa.Table,
    asked: tuple[tuple[str, ...], ...],
    carried: Carried,
) -> PromiseCases:
    day = rows["day"].cast(pa.int32()).to_numpy().astype(np.int64)
    hour = rows["hour"].to_numpy().astype(np.int64)
    names: list[str] = []
    values: list[tuple[str, ...]] = []
    codes: list[NDArray[np.int32]] = []
    for name, column in _columns(drawn, promise, asked):
        texts, own = _encoded(results, name, rows[column])
        if name not in carried.everything and (own >= 0).mean() < _KNOWN_FOR:
            continue
        if column.startswith("property_") and _settles(own, len(texts), rows["verdict"].combine_chunks()):
            continue
        if len(texts) > 1 and not any(np.array_equal(own, other) for other in codes):
            names.append(name)
            values.append(texts)
            codes.append(own)
    kept = [number for number in range(len(names)) if not _only_says_when(number, codes, day, hour)]
    verdict = rows["verdict"]
    return PromiseCases(
        tuple(names[number] for number in kept),
        tuple(values[number] for number in kept),
        np.array([codes[number] for number in kept], np.int32).reshape(len(kept), rows.num_rows),
        day,
        hour,
        _is(verdict.combine_chunks(), "broken"),
        _is(verdict.combine_chunks(), "unobservable"),
        *(pc.fill_null(rows[name], 0).to_numpy() for name in ("trigger_id", "journey_id", "person_id")),
    )


def _columns(
    drawn: JourneyMap, promise: Promise, asked: tuple[tuple[str, ...], ...]
) -> Iterator[tuple[str, str]]:
    """Name and column of each attribute, the map's own slices first."""
    for number, name in enumerate(drawn.slices):
        if not is_of_staff(name):
            yield name, f"slice_{number}"
    for name in BUILT_IN:
        if name not in drawn.slices:
            yield name, f"{name}_id"
    if not is_told_before(promise):
        return  # what starts it is what decides it, or comes after
    properties, namespaces = asked
    compared = {*promise.match, *promise.same, *(promise.sum or ())}
    yield from (
        (name, f"property_{number}") for number, name in enumerate(properties) if name not in compared
    )
    yield from ((name, f"object_{number}") for number, name in enumerate(namespaces))


def _encoded(results: Results, name: str, column: Any) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Texts in order and (n,) their codes, -1 for none; pyarrow ships no types."""
    encoded = column.combine_chunks().dictionary_encode()
    told = encoded.dictionary.to_pylist()
    if name in BUILT_IN and told and isinstance(told[0], int):
        terms = {code: text for text, code in results.vault.terms(name).items()}
        told = [terms[code] for code in told]
    elif told and isinstance(told[0], int):
        named = results.object_names(told)
        told = [named.get(item, "").partition(":")[2] or str(item) for item in told]
    order = np.argsort(np.array(told, dtype=object), kind="stable") if told else np.zeros(0, np.int64)
    place = np.full(len(told) + 1, -1, np.int32)
    place[order] = np.arange(len(told))
    codes = place[pc.fill_null(encoded.indices, len(told)).to_numpy(zero_copy_only=False)]
    return tuple(told[number] for number in order), codes


def _settles(codes: NDArray[np.int32], size: int, verdict: Any) -> bool:
    """Some value with cases enough was never kept: it looks like what became of it, not like what led to it."""
    known, broken = codes >= 0, _is(verdict, "broken")
    judged = known & (broken | _is(verdict, "kept"))
    held = np.bincount(codes[judged], minlength=size)
    return bool(
        ((held >= FEWEST_CASES) & (np.bincount(codes[judged & broken], minlength=size) == held)).any()
    )


def _is(verdict: Any, name: str) -> NDArray[np.bool_]:
    """(n,) bool; pyarrow ships no types."""
    return np.asarray(pc.equal(verdict, name).to_numpy(zero_copy_only=False))


def _only_says_when(
    number: int, codes: Sequence[NDArray[np.int32]], day: NDArray[np.int64], hour: NDArray[np.int64]
) -> bool:
    """Given another attribute, or none, the hour of the week decides its value: parts of the week say it better.

    So it is with `Saturday 14-18` and with `Lyon Saturday 14-18`; chance is told apart by dealing the values anew.
    """
    own = codes[number].astype(np.int64)
    size = int(own.max()) + 2
    dealt = np.random.default_rng(_SEED).permutation(own)
    moment = ((day + 3) % 7) * 24 + hour
    nothing = np.zeros(len(own), np.int64)
    for other, given in enumerate([*(item.astype(np.int64) for item in codes), nothing]):
        if other == number or int(given.max()) >= size - 1 > 1:
            continue  # a finer one says more than the hour
        if len(np.unique((given + 1) * size + own)) <= _ALIKE * len(np.unique(given)):
            continue  # it says what the other says
        cells = (given + 1) * 168 + moment
        many = len(np.unique(cells))
        if len(own) < min(_TIME_CELLS * many, FEWEST_CASES * size):
            continue
        joint, chance = (len(np.unique(cells * size + values + 1)) for values in (own, dealt))
        if joint <= _ALIKE * many and chance >= _UNLIKE * many:
            return True
    return False


def hours_of(cases: PromiseCases, dimension: str | None) -> Mapping[str | None, NDArray[np.int64]]:
    """Verdicts by weekday and hour: of all places under None and, by value, of one attribute; values with few are left out.

    Returns:
        (2, 7, 24) int64 each: kept, then broken.
    """
    judged = ~cases.is_unseen
    cell = (cases.weekday * 24 + cases.hour) * 2 + cases.is_broken
    found: dict[str | None, NDArray[np.int64]] = {None: _week_of(cell[judged])}
    attribute = None if dimension is None else cases.of_attribute(dimension)
    if attribute is not None:
        texts, codes = attribute
        held = np.bincount(codes[judged & (codes >= 0)], minlength=len(texts))
        for place in np.flatnonzero(held >= FEWEST_CASES // 4).tolist():
            found[texts[place]] = _week_of(cell[judged & (codes == place)])
    return found


def _week_of(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    counts = np.bincount(cells, minlength=7 * 24 * 2).reshape(7, 24, 2)
    return np.moveaxis(counts, 2, 0)
