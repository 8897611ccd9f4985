"""Signals as an object-centric event log, OCEL 2.0 in JSON."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from parcours.kernel.clock import format_instant
from parcours.signal.logged import LoggedEvent, Value, Written, new_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

PERSON, JOURNEY = "person", "journey"
_Object = tuple[str, str]  # type and value


def write_ocel(path: Path, events: Iterable[LoggedEvent], *, with_journeys: bool) -> Written:
    """Write a log: every signal once, related to all it is about and to its person.

    Args:
        path: The file, packed where its name ends in `.gz`; replaced whole, or left as it was.
        events: In the order of time; those of one signal, one for each of its journeys, follow each other.
        with_journeys: Journeys are objects too, of the type `journey`, where no other object stands for them.

    Returns:
        What was written. The qualifier of a relation is the object's type. An object is called by its value, where two types share one, by
        `type:value`.

    Raises:
        LogUnwritable: The file cannot be written.

    Source:
        Berti et al. (2024), OCEL 2.0 specification, JSON.
    """
    written, cases = Written(), set[str]()
    objects: dict[_Object, None] = {}
    kinds: dict[str, dict[str, str]] = {}
    told: list[bytes] = []
    encode = msgspec.json.Encoder().encode
    for _, same in groupby(events, key=lambda event: event.id):
        lived = list(same)
        event = lived[0]
        about: dict[_Object, None] = dict.fromkeys(event.objects)
        if event.person is not None:
            about[PERSON, event.person] = None
        if with_journeys:
            about |= {(JOURNEY, one.case): None for one in lived}
        cases |= {one.case for one in lived}
        objects |= about
        _declare(kinds.setdefault(event.activity, {}), event.attributes)
        written.events += 1
        told.append(encode((event.id, event.activity, event.at_us, dict(event.attributes), list(about))))
    names = _names(objects)
    written.cases = len(cases)
    with new_file(path) as file:
        file.write('{"objectTypes":')
        file.write(
            _json([{"name": kind, "attributes": []} for kind in dict.fromkeys(kind for kind, _ in objects)])
        )
        file.write(',\n"eventTypes":')
        file.write(_json([_event_type(activity, declared) for activity, declared in kinds.items()]))
        file.write(',\n"objects":')
        file.write(_json([{"id": name, "type": kind} for (kind, _), name in names.items()]))
        file.write(',\n"events":[')
        for number, line in enumerate(told):
            file.write(",\n" if number else "\n")
            file.write(_event(line, names))
        file.write("\n]}\n")
    return written


def _declare(declared: dict[str, str], attributes: Mapping[str, Value]) -> None:
    """The type of each attribute; text where its values do not agree."""
    for name, value in attributes.items():
        kind = _type(value)
        before = declared.setdefault(name, kind)
        if before != kind:
            declared[name] = "float" if {before, kind} == {"integer", "float"} else "string"


def _type(value: Value) -> str:
    if isinstance(value, bool):
        return "boolean"
    return {int: "integer", float: "float"}.get(type(value), "string")


def _event_type(activity: str, declared: Mapping[str, str]) -> dict[str, object]:
    return {"name": activity, "attributes": [{"name": name, "type": kind} for name, kind in declared.items()]}


def _names(objects: Iterable[_Object]) -> dict[_Object, str]:
    """Ids, unique over all types."""
    holders: dict[str, int] = {}
    listed = list(objects)
    for _, value in listed:
        holders[value] = holders.get(value, 0) + 1
    return {(kind, value): value if holders[value] == 1 else f"{kind}:{value}" for kind, value in listed}


def _event(line: bytes, names: Mapping[_Object, str]) -> str:
    identity, activity, at_us, attributes, about = msgspec.json.decode(line)
    return _json(
        {
            "id": identity,
            "type": activity,
            "time": format_instant(at_us),
            "attributes": [{"name": name, "value": value} for name, value in attributes.items()],
            "relationships": [{"objectId": names[kind, value], "qualifier": kind} for kind, value in about],
        }
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
