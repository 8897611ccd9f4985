"""Measured ratios against peers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from parcours.cli.show.tables import BAD, GOOD, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.cli.show.tables import Cell, Row

_HOLDS = {None: Text(""), True: Text("✓ yes", style=GOOD), False: Text("✗ no", style=BAD)}
_NUMBERS = ("ours", "peer", "ratio", "target")
_BYTES = "bytes"


def bench_lines(rows: Sequence[Row]) -> Iterator[Text]:
    """Benches with their ratios, and whether each target holds."""
    heads = ["bench", "case", "metric", ">ours", ">peer", ">ratio", ">target", "holds", "peer's name"]
    lines: list[list[Cell]] = [
        [
            row["bench"],
            row["case"],
            f"{row['metric']} ({'MB' if row['unit'] == _BYTES else row['unit']})",
            *(_told(row, key) for key in _NUMBERS),
            _HOLDS[row["holds"]],
            row["peer_name"] or "",
        ]
        for row in rows
    ]
    yield from sheet(
        heads, lines, below={"peer's name": "against", "metric": "", "target": "target"}, folds="case"
    )


def _told(row: Row, key: str) -> str:
    """Three digits, or all before the point; bytes as megabytes, but for a ratio and its bound."""
    value = row[key]
    if value is None:
        return ""
    is_size = row["unit"] == _BYTES and (
        key in {"ours", "peer"} or (key == "target" and row["ratio"] is None)
    )
    shown = value / 1e6 if is_size else value
    return f"{shown:,.0f}" if abs(shown) >= 100 else f"{shown:.3g}"  # noqa: PLR2004 - three digits are enough
