"""Journeys as an event log in XES."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from parcours.kernel.clock import format_instant
from parcours.signal.logged import LoggedEvent, Value, Written, legible, new_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2023" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
\t<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
\t<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
\t<extension name="Identity" prefix="identity" uri="http://www.xes-standard.org/identity.xesext"/>
\t<global scope="trace">
\t\t<string key="concept:name" value="unknown"/>
\t</global>
\t<global scope="event">
\t\t<string key="concept:name" value="unknown"/>
\t\t<date key="time:timestamp" value="1970-01-01T00:00:00+00:00"/>
\t\t<id key="identity:id" value="0000000000000000"/>
\t</global>
\t<classifier name="Activity" keys="concept:name"/>
"""
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)
_MOST = 1 << 63


def write_xes(path: Path, events: Iterable[LoggedEvent]) -> Written:
    """Write a log, a trace for each case.

    Args:
        path: The file, packed where its name ends in `.gz`; replaced whole, or left as it was.
        events: Those of a case follow each other, in the order they were lived, which is the order of the log.

    Returns:
        What was written. A log without events is a log without traces.

    Raises:
        LogUnwritable: The file cannot be written.

    Source:
        IEEE 1849-2023.
    """
    written = Written()
    with new_file(path) as file:
        file.write(_HEAD)
        for case, lived in groupby(events, key=lambda event: event.case):
            written.cases += 1
            file.write(f"\t<trace>\n\t\t{_attribute('concept:name', case, written)}\n")
            for event in lived:
                written.events += 1
                file.write("".join(_lines(event, written)))
            file.write("\t</trace>\n")
        file.write("</log>\n")
    return written


def _lines(event: LoggedEvent, written: Written) -> Iterator[str]:
    yield "\t\t<event>\n"
    yield f"\t\t\t{_attribute('concept:name', event.activity, written)}\n"
    yield f'\t\t\t<date key="time:timestamp" value="{format_instant(event.at_us)}"/>\n'
    yield f'\t\t\t<id key="identity:id" value="{event.id}"/>\n'
    if event.person is not None:
        yield f'\t\t\t<id key="person" value="{event.person}"/>\n'
    for key, value in event.attributes.items():
        yield f"\t\t\t{_attribute(key, value, written)}\n"
    if event.objects:
        members = "".join(_attribute(kind, value, written) for kind, value in event.objects)
        yield f'\t\t\t<list key="objects"><values>{members}</values></list>\n'
    yield "\t\t</event>\n"


def _attribute(key: str, value: Value, written: Written) -> str:
    tag, text = "string", value
    if isinstance(value, bool):
        tag, text = "boolean", "true" if value else "false"
    elif isinstance(value, int) and -_MOST <= value < _MOST:
        tag = "int"
    elif isinstance(value, float):
        tag = "float"
    return f'<{tag} key="{_escaped(key, written)}" value="{_escaped(str(text), written)}"/>'


def _escaped(text: str, written: Written) -> str:
    return legible(text, written).translate(_ESCAPES)
