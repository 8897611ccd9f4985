"""Measures of each journey of a map, one row a journey; definitions: docs/explanation/lived-journeys.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from parcours.journey.life.effort import ACTS, Effort, weigh_effort
from parcours.journey.life.opened import opened_between
from parcours.journey.lived import FAMILIES
from parcours.journey.measures import CONTACTS, REPEAT_WITHIN
from parcours.kernel.clock import duration_us

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from parcours.journey.life.ways import Words
    from parcours.journey.opening import Timetable
    from parcours.lake import Engine

OPEN, QUIET = "open", "quiet"
PASSIVE = frozenset(
    channel for family in ("messages", "delivery", "backstage", "device") for channel in FAMILIES[family][1]
)
"""Channels that reach customers and take them nowhere, unless they ask there."""
NOTICES = ("notice.sent", "message.sent")
"""Types that do so on any channel: a text message comes by phone, and nobody has called."""


@dataclass(frozen=True)
class Lives:
    """Journeys of a map.

    Attributes:
        table: Rows of the model `journey_life`, the oldest first.
        effort: How acts weigh.
        effort_points: (n,) effort of each.
        duration_open_s, longest_open_s: (n,) opening time from first to last signal, and within the longest wait; NaN: no calendar was
            asked for, or nobody knows.
        outcomes: Type of the signal that ended each; `quiet` where time ran out, `open` where it may go on.
    """

    table: pa.Table
    effort: Effort
    effort_points: NDArray[np.float64]
    duration_open_s: NDArray[np.float64]
    longest_open_s: NDArray[np.float64]
    outcomes: Sequence[str]

    def column(self, name: str) -> NDArray[np.float64]:
        """A column of numbers (n,) float64; NaN where there is none."""
        return np.asarray(self.table[name].cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def read_lives(
    engine: Engine,
    map_id: int,
    words: Words,
    ends: Collection[str],
    *,
    timetable: Timetable | None = None,
    place_namespace: int | None = None,
    place_names: Mapping[int, str] | None = None,
) -> Lives:
    """Read the measures of a map's journeys.

    Args:
        engine: Holds `journey`, `journey_step`, `signal`.
        map_id: Code of the map.
        words: Of the run.
        ends: Types of signals that end a journey of the map.
        timetable: Calendar for opening time; None: none is counted.
        place_namespace: Code of the objects by which the calendar tells places; None: all places are alike.
        place_names: Object to its name.
    """
    asked = {
        "map_id": map_id,
        "contacts": [words.types[kind] for kind in CONTACTS if kind in words.types] or [-1],
        "ends": [words.types[kind] for kind in ends if kind in words.types] or [-1],
        "passive": [code for name, code in words.channels.items() if name in PASSIVE] or [-1],
        "notices": [words.types[kind] for kind in NOTICES if kind in words.types] or [-1],
        "within": duration_us(REPEAT_WITHIN),
    }
    table = engine.model(__package__, "journey_life", asked)
    acts = np.column_stack([table[name].to_numpy().astype(np.float64) for name in ACTS])
    said = table["effort_said"].to_numpy(zero_copy_only=False).astype(np.float64)
    effort = weigh_effort(acts, said)
    whole, longest = _opened(engine, table, map_id, timetable, place_namespace, place_names or {})
    names = {code: text for text, code in words.types.items()}
    return Lives(table, effort, effort.of(acts), whole, longest, _outcomes(table, names))


def _outcomes(table: pa.Table, names: Mapping[int, str]) -> list[str]:
    pairs: list[tuple[Any, Any]] = list(  # any SQL type
        zip(table["end_id"].to_pylist(), table["closed_at"].to_pylist(), strict=True)
    )
    return [OPEN if closed is None else QUIET if end is None else names[end] for end, closed in pairs]


def _opened(
    engine: Engine,
    table: pa.Table,
    map_id: int,
    timetable: Timetable | None,
    place_namespace: int | None,
    place_names: Mapping[int, str],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Opening time of whole journeys, and of their longest waits, seconds."""
    nothing = np.full(len(table), np.nan)
    if timetable is None or not len(table):
        return nothing, nothing
    places: list[str | None] = [None] * len(table)
    if place_namespace is not None:
        asked = {"map_id": map_id, "namespace_id": place_namespace}
        rows = engine.model(__package__, "journey_place", asked).to_pylist()
        named = {row["journey_id"]: place_names.get(row["place_id"]) for row in rows}
        places = [named.get(journey) for journey in table["journey_id"].to_pylist()]
    started, ended = (table[name].to_numpy() for name in ("started_at", "ended_at"))
    waited = np.asarray(table["wait_longest_us"].to_numpy(zero_copy_only=False), np.float64)
    until = np.asarray(table["waited_until_us"].fill_null(0).to_numpy())
    longest = nothing.copy()
    some = np.flatnonzero(~np.isnan(waited))
    if len(some):
        since = until[some] - waited[some].astype(np.int64)
        longest[some] = opened_between(timetable, [places[place] for place in some], since, until[some])
    return opened_between(timetable, places, started, ended), longest
