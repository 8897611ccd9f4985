"""What each source let us see: its time on one scale, what it offered, and why some of it was refused."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from rich.text import Text

from parcours.cli.show.tables import BAD, FAINT, GOOD, lapse, moment, note, seconds_between, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from parcours.cli.show.tables import Cell, Row

REASONS = {
    "unreadable_line": "the line is no row",
    "unreadable_condition": "`when` cannot be computed",
    "missing_time": "there is no time",
    "unreadable_time": "the time cannot be read",
    "time_out_of_range": "the time is before 1900 or after 2199",
    "missing_type": "there is no type",
    "personal_type": "the type looks like a name or number of somebody",
    "missing_id": "there is no id",
    "unreadable_weight": "the weight is no number",
    "erased": "who was erased stays away",
    "duplicate_id": "the id was there already",
}
_LENGTH = 32  # of the scale of time
_SILENT_S = 2 * 86_400


def refused_words(refused: Mapping[str, int]) -> str:
    """Counts of refused signals with what each reason means."""
    return ", ".join(
        f"{count:,} {reason} ({REASONS[reason]})" if reason in REASONS else f"{count:,} {reason}"
        for reason, count in sorted(refused.items(), key=lambda pair: (-pair[1], pair[0]))
    )


def coverage_lines(rows: Sequence[Row]) -> Iterator[Text]:
    """Sources on one scale of time."""
    heard = [row for row in rows if row["last_at"]]
    first = min((row["first_at"] for row in heard), default=None, key=datetime.fromisoformat)
    last = max((row["last_at"] for row in heard), default=None, key=datetime.fromisoformat)
    scale = "" if first is None or last is None else f"{first[:10]}{last[:10]:>{_LENGTH - 10}}"
    heads = [
        "source",
        scale,
        "heard",
        ">signals",
        "refused",
        "first signal",
        "last signal",
        ">files",
        ">received",
    ]
    lines: list[list[Cell]] = [
        [
            row["source"],
            _timeline(row, first, last),
            _silence(row, last),
            f"{row['signals']:,}",
            refused_words(row["refused"]) or "·",
            moment(row["first_at"]),
            moment(row["last_at"]),
            str(row["files"]),
            f"{row['received']:,}",
            ", ".join(row["types"]),
        ]
        for row in rows
    ]
    below = {
        "types": "types",
        "received": "received",
        "files": "files",
        "first signal": "first",
        "last signal": "last",
        "refused": "refused",
    }
    yield from sheet([*heads, "types"], lines, below=below, folds="source")
    yield Text("")
    yield from note(
        "━ heard, ░ not yet, or silent since: what a silent source should prove is then not observable",
        "refused rows are kept with file, line and reason",
    )


def _timeline(row: Row, first: str | None, last: str | None) -> Text:
    """Where on the scale a source was heard."""
    if first is None or last is None or not row["last_at"]:
        return Text("░" * _LENGTH if first else "", style=FAINT)
    whole = seconds_between(first, last) or 1.0
    start, end = (
        round(seconds_between(first, at) / whole * (_LENGTH - 1)) for at in (row["first_at"], row["last_at"])
    )
    return Text("").join(
        [
            Text("░" * start, style=FAINT),
            Text("━" * (end - start + 1), style=GOOD),
            Text("░" * (_LENGTH - 1 - end), style=FAINT),
        ]
    )


def _silence(row: Row, last: str | None) -> Text:
    """Whether a source is still heard where the others are."""
    if last is None or not row["last_at"]:
        return Text("✗ never heard", style=BAD)
    silent = seconds_between(row["last_at"], last)
    return Text(f"✗ silent for {lapse(silent)}", style=BAD) if silent >= _SILENT_S else Text("to the end")
