"""Measures of the journeys of a map, all together, by group, or each for itself."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from parcours.gap.finding import drawn_map
from parcours.gap.results import Unknown, person_text
from parcours.journey import JOURNEY, JOURNEY_STEP
from parcours.journey.brand import Brand
from parcours.journey.life import Lives, read_lives, summed
from parcours.journey.life.summing import measured_columns
from parcours.journey.life.ways import Words
from parcours.journey.opening import timetable_of
from parcours.kernel.clock import format_instant
from parcours.signal import OBJECT, SIGNAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.gap.results import Results
    from parcours.journey import JourneyMap
    from parcours.journey.opening import Timetable

Row = dict[str, Any]  # rows leave as JSON
GROUPS = ("outcome", "month")


def lives_of(results: Results, map_name: str, calendar: str | None = None) -> Lives:
    """Measures of the journeys of a map.

    Args:
        results: The published run.
        map_name: Which map.
        calendar: In whose opening time waits are told too; None: the one that the map's promises name first, if any.

    Raises:
        Unknown: No such map or calendar.
    """
    if map_name not in results.maps:
        raise Unknown("map", map_name, results.maps)
    for spec in (JOURNEY, JOURNEY_STEP, SIGNAL, OBJECT):
        results.view(spec)
    drawn = drawn_map(results, map_name)
    timetable = _timetable(results, drawn, calendar)
    by = (
        None
        if timetable is None or timetable.by is None
        else results.vault.terms("namespace").get(timetable.by)
    )
    return read_lives(
        results.engine,
        results.vault.terms("map")[map_name],
        Words(*(results.vault.terms(kind) for kind in ("type", "channel", "namespace"))),
        [ref.signal for ref in (drawn.ends.any_ if drawn.ends else ()) if ref.signal],
        timetable=timetable,
        place_namespace=by,
        place_names=None if by is None else _names(results, by),
    )


def _timetable(results: Results, drawn: JourneyMap, calendar: str | None) -> Timetable | None:
    brand = Brand.model_validate(results.manifest.facts["brand"])
    name = calendar or next((promise.calendar for promise in drawn.promises if promise.calendar), None)
    if name is None:
        return None
    if name not in brand.calendars:
        raise Unknown("calendar", name, brand.calendars)
    return timetable_of(brand.calendars[name], results.zone)


def _names(results: Results, namespace_id: int) -> dict[int, str]:
    rows = results.engine.rows(
        "select object_id, min(value) from object where namespace_id = $namespace_id group by object_id",
        {"namespace_id": namespace_id},
    )
    return dict(rows)


def measure_rows(results: Results, lives: Lives, by: str | None = None) -> list[Row]:
    """Each measure in a few figures, all journeys together or group by group.

    Args:
        results: The published run.
        lives: Measured journeys.
        by: `outcome` or `month`; None: all together.

    Raises:
        Unknown: Journeys are not grouped by this.
    """
    if by is None:
        return summed(lives)
    if by not in GROUPS:
        raise Unknown("group", by, GROUPS)
    return summed(lives, lives.outcomes if by == "outcome" else _months(results, lives))


def _months(results: Results, lives: Lives) -> Sequence[str]:
    started = lives.table["started_at"].to_pylist()
    return [(format_instant(at, results.zone) or "")[:7] for at in started]


def journey_rows(results: Results, lives: Lives, map_name: str) -> list[Row]:
    """One row per journey with all its measures, the oldest first."""
    steps = {code: text.partition("/")[2] for text, code in results.vault.terms("step").items()}
    columns = {name: column.tolist() for name, column in measured_columns(lives).items()}
    rows = lives.table.select(
        ["journey_id", "person_id", "started_at", "ended_at", "currency", "path"]
    ).to_pylist()
    return [
        {
            "map": map_name,
            "journey": person_text(row["journey_id"]),
            "person": person_text(row["person_id"]),
            "started_at": format_instant(row["started_at"], results.zone),
            "ended_at": format_instant(row["ended_at"], results.zone),
            "outcome": lives.outcomes[number],
            "path": [steps[step] for step in row["path"] or ()],
            "currency": row["currency"],
            **{name: _plain(column[number]) for name, column in columns.items()},
        }
        for number, row in enumerate(rows)
    ]


def effort_row(lives: Lives) -> Row:
    """How effort was computed."""
    found = lives.effort
    return {
        "is_calibrated": found.is_calibrated,
        "answers": found.answers,
        "agreement": found.agreement,
        "weights": dict(found.weights),
        "base": found.base,
        "journeys_without_any": int(np.count_nonzero(lives.effort_points == 0)),
    }


def _plain(value: float) -> float | int | None:
    """A number as JSON has it: whole where it is whole, null where there is none."""
    if math.isnan(value):
        return None
    return int(value) if value == int(value) else value
