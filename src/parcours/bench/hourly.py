"""A retailer whose three systems each export a small file every hour, with a run after every hour.

`python -m parcours.bench.hourly FOLDER --first 0 --hours 50` goes on with the workspace in FOLDER and prints one JSON list,
an object an hour with the fields of `Hour`.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from parcours.bench.data import BEGINS_S, HOUR_S
from parcours.bench.retailer import PLACES
from parcours.bench.workspace import write_workspace
from parcours.gap.loop import run_workspace
from parcours.kernel.clock import SECOND_US, stopwatch
from parcours.kernel.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

# The channels that each system sees; together all of them.
SYSTEMS = {
    "shop": ("web", "app", "social"),
    "service": ("mail", "phone", "delivery"),
    "store": ("store",),
}
SIGNALS_PER_FILE = 20
PEOPLE = 2_000
KNOWN_SHARE = 0.6  # of signals, those that show their customer
COLUMNS = ("occurred_at", "device", "customer", "channel", "touchpoint", "type")


@dataclass(frozen=True)
class Hour:
    """What one run cost, and what the lake consists of after it.

    Attributes:
        seconds: Of the run alone, without the start of a process.
        data_files, log_files: Files below the lake's folder: those of its tables, and those of their logs.
        lake_bytes: What all of them hold.
    """

    seconds: float
    data_files: int
    log_files: int
    lake_bytes: int

    @property
    def files(self) -> int:
        """All files of the lake."""
        return self.data_files + self.log_files


def make_hourly(folder: Path, data: Path) -> Path:
    """Write the workspace, without data.

    Args:
        folder: Where.
        data: Folder with a folder of CSV files for each system.
    """
    return write_workspace(folder, {name: {"csv": str(data.resolve() / name / "*.csv")} for name in SYSTEMS})


def live(folder: Path, first: int, hours: int, memory: str) -> list[Hour]:
    """For each hour export its files, then run as of its end.

    Args:
        folder: Workspace of `make_hourly` over its own `data`.
        first: Hours that have passed already.
        hours: How many to go on.
        memory: Bound on the engine.
    """
    workspace = Workspace(folder)
    lived = []
    for hour in range(first, first + hours):
        write_hour(folder / "data", hour)
        clock = stopwatch()
        run_workspace(workspace, lambda *_: None, memory=memory, as_of=end_of(hour) * SECOND_US)
        seconds = clock()
        files = [file for file in workspace.lake.rglob("*") if file.is_file()]
        logs = sum("_delta_log" in file.parts for file in files)
        size = sum(file.stat().st_size for file in files)
        lived.append(Hour(seconds, len(files) - logs, logs, size))
    return lived


def end_of(hour: int) -> int:
    """The instant just after an hour, counted from 0; seconds since 1970."""
    return BEGINS_S + (hour + 1) * HOUR_S


def write_hour(data: Path, hour: int) -> None:
    """Export one hour of every system; the same hour gives the same files.

    In the first hour every place is seen once besides, so that each type of signal is known from then on.
    """
    for number, (name, channels) in enumerate(SYSTEMS.items()):
        rng = np.random.default_rng([hour, number])
        mine = [place for place in PLACES if place.channel in channels]
        popularity = np.array([place.popularity for place in mine])
        drawn = rng.choice(len(mine), SIGNALS_PER_FILE, p=popularity / popularity.sum())
        seen = [*(range(len(mine)) if hour == 0 else ()), *drawn]
        instants = np.sort(end_of(hour) - HOUR_S + rng.integers(HOUR_S, size=len(seen)))
        rows = []
        for place, instant in zip((mine[each] for each in seen), instants, strict=True):
            person = int(PEOPLE * rng.random() ** 1.2)
            device = f"d-{person:07}" if name == "shop" else ""
            customer = f"c-{person:07}" if rng.random() < KNOWN_SHARE else ""
            told = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(instant))).isoformat()
            rows.append((told, device, customer, place.channel, place.touchpoint, place.type))
        _write_csv(data / name / f"{hour:06}.csv", rows)


def _write_csv(path: Path, rows: Sequence[tuple[str, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])


def main() -> None:
    """Print what some hours cost."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--hours", type=int, default=50)
    parser.add_argument("--memory", default="8GB")
    wanted = parser.parse_args()
    lived = live(wanted.folder, wanted.first, wanted.hours, wanted.memory)
    json.dump([asdict(hour) for hour in lived], sys.stdout)


if __name__ == "__main__":
    main()
