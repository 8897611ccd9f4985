"""Measurements as if a machine had made them."""

from __future__ import annotations

from typing import Any

from parcours.bench.child import Outcome
from parcours.bench.hourly import Hour
from parcours.bench.pipeline import Measured


def measured(signals: int, scale: float, peak_gb: float = 1.0) -> Measured:
    """A size on which `run` took 10 times `scale` seconds, `gaps` 2 times, the floor 4 and a graph besides.

    Of the run, 6 are import and 3 journeys.
    """
    stages = [
        {"stage": name, "seconds": seconds * scale, "rows": 1}
        for name, seconds in (("import", 6.0), ("journeys", 3.0))
    ]
    gap: dict[str, Any] = {"promise": "p01", "slice": {}, "period": None, "eligible": 5, "kept": 2}
    floor = {"stages": {"graph": 1.0 * scale}, "promises": {"p01": {"triggers": 5, "kept": 2}}}
    peak = round(peak_gb * 1e9)
    return Measured(
        signals,
        run=Outcome({"stages": stages}, 10.0 * scale, peak, 3_000),
        gaps=Outcome([gap], 2.0 * scale, peak // 2, 0),
        floor=Outcome(floor, 5.0 * scale, peak // 4, 1_000),
        file_bytes=100,
        state_bytes=400,
    )


def hours(count: int, files_a_run: int, seconds: float = 0.5) -> list[Hour]:
    """Runs after the first of which the lake has 60 files and 40 of logs, and `files_a_run` more with each that follows."""
    return [Hour(seconds, 60 + files_a_run * number, 40, 1_000) for number in range(count)]
