"""Measures of many journeys in a few figures, all together or group by group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from parcours.journey.life.reading import Lives

UNITS: Mapping[str, str] = {
    "duration_s": "seconds",
    "duration_open_s": "seconds of opening time",
    "wait_longest_s": "seconds",
    "wait_longest_open_s": "seconds of opening time",
    "signals": "signals",
    "steps": "steps of the map",
    "channels": "channels",
    "switches": "changes of channel",
    "ping_pong": "times sent back",
    "contacts": "contacts",
    "repeats": "contacts",
    "rework": "steps gone through again",
    "effort": "acts",
    "score": "points",
    "value_minor": "hundredths of the currency",
}


def measured_columns(lives: Lives) -> dict[str, NDArray[np.float64]]:
    """Every measure (n,) float64; NaN where a journey has none."""
    own = {
        "duration_s": (lives.column("ended_at") - lives.column("started_at")) / 1e6,
        "duration_open_s": lives.duration_open_s,
        "wait_longest_s": lives.column("wait_longest_us") / 1e6,
        "wait_longest_open_s": lives.longest_open_s,
        "effort": lives.effort_points,
    }
    return {name: own[name] if name in own else lives.column(name) for name in UNITS}


def summed(lives: Lives, groups: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """One row per group and measure that some journey has: journeys, mean, median and the 90th percentile, interpolated.

    Args:
        lives: Journeys.
        groups: (n,) group of each journey; None: all are one, told as None.
    """
    columns = measured_columns(lives)
    names = np.array(groups if groups is not None else [""] * len(lives.outcomes), object)
    rows = []
    for group in sorted({*names.tolist()}):
        own = names == group
        for measure, column in columns.items():
            told = column[own & ~np.isnan(column)]
            if len(told):
                median, high = np.quantile(told, [0.5, 0.9])
                unit = (
                    "points of effort answers"
                    if measure == "effort" and lives.effort.is_calibrated
                    else UNITS[measure]
                )
                rows.append(
                    {
                        "group": group if groups is not None else None,
                        "measure": measure,
                        "unit": unit,
                        "journeys": len(told),
                        "mean": float(told.mean()),
                        "median": float(median),
                        "p90": float(high),
                    }
                )
    return rows
