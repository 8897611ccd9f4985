"""Gaps in signal capture: what nobody listens to, and what each of these gaps hides."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from parcours.gap.finding import drawn_map
from parcours.gap.listening.hearing import quiet_since
from parcours.gap.listening.reading import FAR, hidden_by, place_names
from parcours.gap.listening.spans import Silence
from parcours.gap.tables import VERDICT
from parcours.journey import JOURNEY, JOURNEY_STEP
from parcours.kernel.clock import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.gap.listening.hearing import Hearing
    from parcours.gap.results import Results
    from parcours.journey import JourneyMap

Row = dict[str, Any]  # rows leave as JSON
_LIVED_SHARE = 0.002  # of a map's journeys; a touchpoint that is lived more rarely is no gap, but chance


class Kind(StrEnum):
    """What nobody listens to. Closed list; in the order in which gaps are told."""

    QUIET_SOURCE = "quiet_source"
    DEAF_SOURCE = "deaf_source"
    DEAF_PLACE = "deaf_place"
    DEAF_TYPE = "deaf_type"
    THIN = "thin"
    UNHEARD_STEP = "unheard_step"
    UNHEARD_TOUCHPOINT = "unheard_touchpoint"
    UNKNOWN_TOUCHPOINT = "unknown_touchpoint"


def capture_gaps(results: Results, hearing: Hearing) -> list[Row]:
    """Sources gone quiet; sources, places and types that were deaf, or thin; steps and touchpoints nobody listens to, touchpoints that no map knows.

    Returns:
        Rows `kind, what, map, place, type, since, until, promises, verdicts, journeys`: the promises, verdicts and journeys that a gap
        hides; of a touchpoint that no map knows, the journeys that lived it.
    """
    found = [*_silent(results, hearing), *_unheard(results), *_unknown(results)]
    order = list(Kind)
    return sorted(
        found, key=lambda row: (order.index(row["kind"]), -row["verdicts"], -row["journeys"], row["what"])
    )


def _gap(kind: Kind, what: str, **more: object) -> Row:
    return {
        "kind": kind.value,
        "what": what,
        **dict.fromkeys(("map", "place", "type", "since", "until")),
        "promises": [],
        "verdicts": 0,
        "journeys": 0,
        **more,
    }


def _silent(results: Results, hearing: Hearing) -> Iterator[Row]:
    names = place_names(results, hearing)
    whole = [stream for stream in hearing.streams if stream.place is None]
    newest = max((stream.last_at for stream in whole), default=0)
    quiet = [
        (stream.source, since)
        for stream in whole
        if (since := quiet_since(stream, newest, results.zone)) is not None
    ]
    times = [Silence(source, None, since, FAR, 0.0) for source, since in quiet]
    for (source, since), hides in zip(quiet, hidden_by(results, times), strict=True):
        yield _gap(Kind.QUIET_SOURCE, source, since=format_instant(since, results.zone), **hides)
    silences = hearing.silences
    for item, hides in zip(silences, hidden_by(results, silences), strict=True):
        yield _gap(
            _kind_of(item),
            item.source,
            type=item.type,
            place=None if item.place is None else names[item.place],
            since=format_instant(item.since, results.zone),
            until=format_instant(item.until, results.zone),
            **hides,
        )


def _kind_of(silence: Silence) -> Kind:
    if silence.heard:
        return Kind.THIN
    if silence.type is not None:
        return Kind.DEAF_TYPE
    return Kind.DEAF_SOURCE if silence.place is None else Kind.DEAF_PLACE


def _unheard(results: Results) -> Iterator[Row]:
    """Steps whose signal no source emits, and touchpoints of steps that nothing was heard from."""
    for spec in (VERDICT, JOURNEY):
        results.view(spec)
    heard = {kind for row in results.coverage() if row["signals"] for kind in row["types"]}
    lived = set(results.vault.terms("touchpoint"))
    for name in results.maps:
        drawn = drawn_map(results, name)
        for step in drawn.steps:
            if step.ref.signal not in heard:
                yield _gap(
                    Kind.UNHEARD_STEP, step.step, map=name, **_hangs_on(results, drawn, step.ref.signal or "")
                )
                continue
            for touchpoint in step.touchpoints:
                if touchpoint not in lived:
                    yield _gap(Kind.UNHEARD_TOUCHPOINT, touchpoint, map=name)


def _hangs_on(results: Results, drawn: JourneyMap, signal: str) -> Row:
    """Promises that speak of a signal, and what is not observable of them; all journeys of the map miss it."""
    told = [promise.promise for promise in drawn.promises if _speaks_of(promise, signal)]
    codes = results.vault.terms("promise")
    ids = [codes[f"{drawn.map}/{promise}"] for promise in told]
    listed = ", ".join(str(code) for code in ids) or "-1"
    verdicts = f"select count(*) from verdict where verdict = 'unobservable' and promise_id in ({listed})"
    journeys = "select count(*) from journey where map_id = $map_id"
    return {
        "promises": [f"{drawn.map}/{promise}" for promise in told],
        "verdicts": results.engine.value(verdicts),
        "journeys": results.engine.value(journeys, {"map_id": results.vault.terms("map")[drawn.map]}),
    }


def _speaks_of(promise: Any, signal: str) -> bool:  # a promise of any pattern
    refs = (promise.trigger, promise.target, promise.until)
    return any(ref is not None and ref.signal == signal for ref in refs)


def _unknown(results: Results) -> Iterator[Row]:
    """Touchpoints that journeys of a map went through and no step of any map names."""
    if not results.maps:
        return
    for spec in (JOURNEY, JOURNEY_STEP):
        results.view(spec)
    results.see()
    steps = [(name, step) for name in results.maps for step in drawn_map(results, name).steps]
    codes, maps = (
        results.vault.terms("step"),
        {code: name for name, code in results.vault.terms("map").items()},
    )
    named = [
        (codes[f"{name}/{step.step}"], touchpoint)
        for name, step in steps
        for touchpoint in step.touchpoints
        if f"{name}/{step.step}" in codes
    ]
    columns = [
        pa.array(column, kind)
        for column, kind in zip(
            zip(*named, strict=True) if named else ((), ()), (pa.int32(), pa.string()), strict=True
        )
    ]
    results.engine.register("step_touchpoint", pa.table(columns, ["step_id", "touchpoint"]))
    known = {touchpoint for _, touchpoint in named}
    totals = dict(results.engine.rows("select map_id, count(*) from journey group by map_id"))
    for row in results.engine.model("parcours.gap", "lived_touchpoint").to_pylist():
        is_lived = row["journeys"] >= _LIVED_SHARE * totals[row["map_id"]]
        if row["touchpoint"] not in known and is_lived and row["map_id"] in maps:
            yield _gap(
                Kind.UNKNOWN_TOUCHPOINT, row["touchpoint"], map=maps[row["map_id"]], journeys=row["journeys"]
            )
