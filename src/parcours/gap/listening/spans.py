"""Silences as spans of time: kept in a manifest, and compared with those of the run before."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class Silence(NamedTuple):
    """A time in which a source should have been heard and was not; its ends were still, or again, heard.

    Attributes:
        source: Its name.
        place: Object id of the place; None: everywhere.
        since: Last signal before it, microseconds UTC; of a place that was not heard yet, the first of its source.
        until: First signal after it; of a place that is silent to the end, the last of its source.
        missed: Signals that were to be expected, and did not come.
        type: The one type of signal that was not heard, while the source went on; None: all.
        heard: Signals that came all the same, of a time in which far too few did; 0: none.
    """

    source: str
    place: int | None
    since: int
    until: int
    missed: float
    type: str | None = None
    heard: float = 0.0


def changed_spans(
    before: Collection[tuple[int | None, int, int]], now: Collection[tuple[int | None, int, int]]
) -> list[tuple[int, int]]:
    """Times that lie in a span of one of two lists alone, place by place; (since, until).

    Example:
        >>> changed_spans([(7, 10, 20)], [(7, 10, 26), (None, 40, 50)])
        [(20, 26), (40, 50)]
    """
    places = {place for place, *_ in (*before, *now)}
    found: set[tuple[int, int]] = set()
    for place in places:
        old, new = (_ends(spans, place) for spans in (before, now))
        marks = sorted({mark for spans in (old, new) for span in spans for mark in span})
        found |= {
            (since, until)
            for since, until in pairwise(marks)
            if _holds(old, since, until) != _holds(new, since, until)
        }
    return sorted(found)


def _ends(spans: Iterable[tuple[int | None, int, int]], place: int | None) -> list[tuple[int, int]]:
    return [(since, until) for of, since, until in spans if of == place]


def _holds(spans: Iterable[tuple[int, int]], since: int, until: int) -> bool:
    return any(first <= since and until <= last for first, last in spans)
