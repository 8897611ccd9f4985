"""Journeys as event logs for other tools: what a log tells of each signal, and what a case is called."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from parcours.gap.results import person_text
from parcours.journey import JOURNEY
from parcours.signal import OBJECT
from parcours.signal.logged import LoggedEvent, Value
from parcours.signal.ocel_writing import write_ocel
from parcours.signal.xes_writing import write_xes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from parcours.gap.mining.choice import Choice
    from parcours.gap.results import Results
    from parcours.signal.logged import Written

_OWN = ("type", "channel", "touchpoint", "source", "weight")
_TAKEN = {*_OWN, "person", "objects"}


def export_xes(results: Results, choice: Choice, path: Path) -> Written:
    """Write chosen journeys as XES, a trace each; see `write_xes`.

    Raises:
        Unknown: No such map or object.
        LogUnwritable: The file cannot be written.
    """
    return write_xes(path, _events(results, choice, "begins_at, journey, occurred_at, ordinal"))


def export_ocel(results: Results, choice: Choice, path: Path) -> Written:
    """Write the signals of chosen journeys as OCEL 2.0, each once; see `write_ocel`.

    Raises:
        Unknown: No such map or object.
        LogUnwritable: The file cannot be written.
    """
    by_itself = choice.map_name is not None or choice.quiet is not None or choice.per == "visit"
    return write_ocel(
        path, _events(results, choice, "occurred_at, ordinal, journey"), with_journeys=by_itself
    )


def _events(results: Results, choice: Choice, order: str) -> Iterator[LoggedEvent]:
    """Events of chosen journeys, in an order."""
    results.see()
    nodes = results.walk(choice.map_name, by=choice.by, per=choice.per, quiet=choice.quiet)
    results.view(OBJECT)
    objects = _objects(results)
    cases = _Cases({key: value for key, (_, value) in objects.items()}, _units(results, choice))
    results.engine.make_view(__package__, "logged_event")
    for batch in results.engine.batches(f"select * from logged_event order by {order}"):
        for row in batch.to_pylist():
            yield _event(row, cases, nodes, objects)


def _event(
    row: Mapping[str, Any],  # a row of `logged_event`
    cases: _Cases,
    nodes: Mapping[int, str],
    objects: Mapping[int, tuple[str, str]],
) -> LoggedEvent:
    attributes: dict[str, Value] = {name: row[name] for name in _OWN if row[name] is not None}
    for name, value in json.loads(row["properties"] or "{}").items():
        if value is not None:
            plain = value if isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False)
            attributes[f"property.{name}" if name in _TAKEN else name] = plain
    person = person_text(row["person_id"])
    return LoggedEvent(
        case=cases.name(row["journey"], person),
        activity=nodes[row["node"]],
        at_us=row["occurred_at"],
        id=person_text(row["signal_id"]) or "",
        attributes=attributes,
        objects=sorted({objects[key] for key in row["object_ids"] or () if key in objects}),
        person=person,
    )


def _objects(results: Results) -> dict[int, tuple[str, str]]:
    """Kind and value of every object; one whose value looks personal goes by its pseudonym."""
    kinds = {code: name for name, code in results.vault.terms("namespace").items()}
    rows = results.engine.rows(
        "select object_id, min(namespace_id), min(value) from object group by object_id"
    )
    return {
        key: (kinds[kind], person_text(key) or "" if value is None else value) for key, kind, value in rows
    }


def _units(results: Results, choice: Choice) -> dict[int, int]:
    """What each journey of a map is about: an object or a person."""
    if choice.map_name is None:
        return {}
    results.view(JOURNEY)
    code = results.vault.terms("map")[choice.map_name]
    return dict(
        results.engine.rows("select journey_id, unit_id from journey where map_id = $code", {"code": code})
    )


@dataclass
class _Cases:
    """Names of journeys, each given once: what it is about, with a number where that has several."""

    objects: Mapping[int, str]
    units: Mapping[int, int]
    named: dict[int, str] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)

    def name(self, journey: int, person: str | None) -> str:
        """The name of a journey, the same for all its events."""
        if journey not in self.named:
            about = self.units.get(journey, journey)
            base = name = self.objects.get(about) or person or person_text(about) or ""
            while name in self.used:
                self.used[base] += 1
                name = f"{base}/{self.used[base]}"
            self.used[name] = 1
            self.named[journey] = name
        return self.named[journey]
