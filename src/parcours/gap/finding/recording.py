"""Findings as JSON that is read back as it was: so they are kept beside the run they were found in."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from parcours.gap.finding.types import Basis, Finding, Findings, Kind, Share, Stake, Unpromised, Where, Worth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Row = dict[str, Any]  # JSON


def record_findings(findings: Findings) -> Row:
    """What JSON can hold of findings: all of it."""
    return {
        **_plain(asdict(replace(findings, promises=()))),
        "promises": [*map(_recorded, findings.promises)],
    }


def _recorded(item: Finding) -> Row:
    hours = [[name, counts.tolist()] for name, counts in item.hours.items()]  # JSON has no key None
    return {**_plain(asdict(replace(item, hours={}))), "hours": hours}


def _plain(value: Any) -> Any:  # what a dataclass holds; what JSON holds
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def read_findings(row: Row) -> Findings:
    """What `record_findings` wrote."""
    return Findings(
        promises=tuple(_finding(item) for item in row["promises"]),
        share=Share(**row["share"]),
        unpromised=tuple(Unpromised(**{**item, "kind": Kind(item["kind"])}) for item in row["unpromised"]),
        worth={name: Worth(**worth) for name, worth in row["worth"].items()},
        first_day=_day(row["first_day"]),
        last_day=_day(row["last_day"]),
        is_weighted=row["is_weighted"],
    )


def _finding(row: Row) -> Finding:
    read = {
        "share": Share(**row["share"]),
        "weeks": tuple((week, Share(**share)) for week, share in row["weeks"]),
        "slices": tuple(row["slices"]),
        "explains": tuple(_where(where) for where in row["explains"]),
        "works": tuple(_where(where) for where in row["works"]),
        "kind": None if row["kind"] is None else Kind(row["kind"]),
        "hours": _hours(row["hours"]),
        "worth": Worth(**row["worth"]),
        "stake": Stake(**{**row["stake"], "basis": Basis(row["stake"]["basis"])}),
    }
    return Finding(**{**row, **read})


def _hours(pairs: list[tuple[str | None, list[Any]]]) -> Mapping[str | None, NDArray[np.int64]]:
    return {name: np.array(hours, np.int64) for name, hours in pairs}


def _where(row: Row) -> Where:
    read: Row = {
        "conditions": tuple((name, value) for name, value in row["conditions"]),
        "days": tuple(row["days"]),
        "hours": tuple(row["hours"]),
        "since": _day(row["since"]),
        "until": _day(row["until"]),
        "since_between": _days(row["since_between"]),
        "until_between": _days(row["until_between"]),
        "by_day": tuple((date.fromisoformat(day), kept, broken) for day, kept, broken in row["by_day"]),
        "follows": None if row["follows"] is None else tuple(row["follows"]),
    }
    shares = {name: _share(row[name]) for name in ("share", "rest", "before", "after", "since_ended")}
    return Where(**{**row, **read, **shares})


def _share(row: Row | None) -> Share | None:
    return None if row is None else Share(**row)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _days(pair: tuple[str, str] | None) -> tuple[date, date] | None:
    return None if pair is None else (date.fromisoformat(pair[0]), date.fromisoformat(pair[1]))
