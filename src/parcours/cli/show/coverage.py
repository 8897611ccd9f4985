"""What each source let us see: its time on one scale, when it was deaf, why rows were refused; and what nobody listens to."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from rich.text import Text

from parcours.cli.show.tables import (
    BAD,
    FAINT,
    GOOD,
    heading,
    lapse,
    moment,
    note,
    seconds_between,
    sheet,
)

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
KINDS = {  # kinds of gaps in capture: words and colour
    "quiet_source": ("✗ gone quiet", BAD),
    "deaf_source": ("✗ deaf", BAD),
    "deaf_place": ("✗ deaf there", BAD),
    "deaf_type": ("✗ type not heard", BAD),
    "thin": ("✗ far too few", BAD),
    "unheard_step": ("░ step nobody listens to", ""),
    "unheard_touchpoint": ("░ touchpoint nobody listens to", ""),
    "unknown_touchpoint": ("◌ lived, on no map", ""),
}
_LENGTH = 32  # of the scale of time


def refused_words(refused: Mapping[str, int]) -> str:
    """Counts of refused signals with what each reason means."""
    return ", ".join(
        f"{count:,} {reason} ({REASONS[reason]})" if reason in REASONS else f"{count:,} {reason}"
        for reason, count in sorted(refused.items(), key=lambda pair: (-pair[1], pair[0]))
    )


def coverage_lines(rows: Sequence[Row], gaps: Sequence[Row]) -> Iterator[Text]:
    """Sources on one scale of time, the silences in it, and what nobody listens to.

    Args:
        rows: As `coverage_rows` answers them.
        gaps: As `capture_gaps` answers them.
    """
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
        "a silence tells after",
    ]
    lines: list[list[Cell]] = [
        [
            row["source"],
            _timeline(row, first, last),
            _state(row, last),
            f"{row['signals']:,}",
            refused_words(row["refused"]) or "·",
            moment(row["first_at"]),
            moment(row["last_at"]),
            str(row["files"]),
            f"{row['received']:,}",
            _patience(row),
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
        "a silence tells after": "a silence tells after",
        "refused": "refused",
    }
    yield from sheet([*heads, "types"], lines, below=below, folds="source")
    yield Text("")
    yield from note(
        "━ heard, ░ not yet, or silent since, ▞ deaf: what a silent source should prove is then not observable",
        "refused rows are kept with file, line and reason",
    )
    if gaps:
        yield from _gap_lines(gaps)


def _gap_lines(gaps: Sequence[Row]) -> Iterator[Text]:
    """What nobody listens to, and what that hides."""
    yield from heading("Gaps in signal capture: what nobody listens to, and what that hides")
    lines: list[list[Cell]] = []
    for row in gaps:
        word, style = KINDS[row["kind"]]
        where = " · ".join(part for part in (row["what"], row["place"], row["type"]) if part)
        hides = [f"{row['verdicts']:,} not observable"] if row["verdicts"] else []
        if row["kind"] == "unknown_touchpoint" or (row["journeys"] and not row["verdicts"]):
            hides.append(f"{row['journeys']:,} journeys")
        lines.append(
            [
                Text(word, style=style),
                where,
                _span(row),
                ", ".join(hides) or "·",
                row["map"] or "",
                ", ".join(row["promises"]),
            ]
        )
    heads = ["what", "where", "from, to", "hides", "map", "promises"]
    yield from sheet(
        heads, lines, below={"promises": "promises", "map": "map", "from, to": ""}, folds="where"
    )


def _span(row: Row) -> str:
    if row["since"] is None:
        return ""
    if row["until"] is None:
        return f"since {moment(row['since'])}"
    return f"{moment(row['since'])} to {moment(row['until'])}, {lapse(seconds_between(row['since'], row['until']))}"


def _timeline(row: Row, first: str | None, last: str | None) -> Text:
    """Where on the scale a source was heard, and where it was deaf everywhere."""
    if first is None or last is None or not row["last_at"]:
        return Text("░" * _LENGTH if first else "", style=FAINT)
    whole = seconds_between(first, last) or 1.0

    def place(at: str) -> int:
        return round(seconds_between(first, at) / whole * (_LENGTH - 1))

    start, end = place(row["first_at"]), place(row["last_at"])
    signs = ["━" if start <= number <= end else "░" for number in range(_LENGTH)]
    for deaf in row["deaf"]:
        if deaf["place"] is None and deaf["type"] is None:
            for number in range(place(deaf["since"]), place(deaf["until"]) + 1):
                signs[number] = "▞"
    styles = {"━": GOOD, "░": FAINT, "▞": BAD}
    return Text("").join([Text(sign, style=styles[sign]) for sign in signs])


def _state(row: Row, last: str | None) -> Text:
    """Whether a source is still heard where the others are, and whether it was deaf in between."""
    if row["state"] == "never" or last is None:
        return Text("✗ never heard", style=BAD)
    said = []
    if row["state"] == "quiet":
        said.append(f"✗ silent for {lapse(seconds_between(row['quiet_since'], last))}")
    whole = [deaf for deaf in row["deaf"] if deaf["place"] is None and deaf["type"] is None]
    for word, times in (
        ("deaf", [deaf for deaf in whole if not deaf["heard"]]),
        ("far too few", [deaf for deaf in whole if deaf["heard"]]),
    ):
        if times:
            said.append(f"✗ {word} for {lapse(sum(deaf['hours'] for deaf in times) * 3600)}")
    places = {deaf["place"] for deaf in row["deaf"]} - {None}
    if places:
        said.append(
            f"✗ deaf at {', '.join(sorted(places))}"
            if len(places) == 1
            else f"✗ deaf at {len(places)} places"
        )
    types = {deaf["type"] for deaf in row["deaf"]} - {None}
    if types:
        said.append(
            f"✗ without {', '.join(sorted(types))}" if len(types) == 1 else f"✗ without {len(types)} types"
        )
    return Text(", ".join(said), style=BAD) if said else Text("to the end")


def _patience(row: Row) -> str:
    return "cannot tell" if row["tells_within_h"] is None else lapse(row["tells_within_h"] * 3600)
