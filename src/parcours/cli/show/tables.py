"""Aligned lines for terminals and pipes: what does not fit beside goes below its row, and nothing is ever cut.

Two colours have a meaning, and each has its sign: cyan ✓ is good, red ✗ is bad. All else is plain or dim.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Row = dict[str, Any]  # rows as the features answer them
Cell = str | Text
GOOD, BAD, FAINT = "cyan", "bold red", "dim"
SIGNS = {"kept": "✓", "broken": "✗", "pending": "○", "unobservable": "?", "waived": "–", "contested": "!"}  # noqa: RUF001 - a dash
STYLES = {"kept": GOOD, "broken": BAD, "unobservable": FAINT, "waived": FAINT}
ENDLESS = 1_000_000  # columns of a pipe
_MINUTE_S = 60
_DAY_H = 24
_MANY_DAYS = 10  # beyond, hours say nothing
_PIPE_WIDTH = 160  # of what rich itself lays out; lines of ours are as long as it takes
_GUTTER = 2
_INDENT = 4
_NARROWEST = 16  # of a column that folds


def console() -> Console:
    """The console of standard output; coloured on a terminal, and where FORCE_COLOR or CLICOLOR_FORCE ask for it."""
    forced = os.environ.get("CLICOLOR_FORCE", "0") not in {"", "0"}
    columns = os.environ.get("COLUMNS", "")
    if not columns.isdigit():
        return _console(forced, None if sys.stdout.isatty() else _PIPE_WIDTH)
    return _console(forced, int(columns))


@cache
def _console(forced: bool, width: int | None) -> Console:
    return Console(highlight=False, force_terminal=True if forced else None, width=width)


def width() -> int:
    """Columns there are: the terminal's, or what COLUMNS says; a pipe has as many as it takes."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit():
        return console().width
    return ENDLESS


def write(lines: Iterable[Cell]) -> None:
    """Print lines as they are."""
    for line in lines:
        console().print(line, soft_wrap=True, markup=False, emoji=False)


def sheet(
    heads: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    below: Mapping[str, str] | None = None,
    folds: str | None = None,
    headed: bool = True,
) -> Iterator[Text]:
    """A table as lines, without columns that say nothing.

    Args:
        heads: One a column; those that begin with > are of numbers, set to the right.
        rows: Cells of each row.
        below: Columns that move below their row where the width asks for it, the first first, and the words said before them there.
        folds: The column of text that takes several lines where nothing is left to move.
        headed: Begin with a line of headings.
    """
    cells = [[_clean(cell) for cell in row] for row in rows]
    names = [head.lstrip(">") for head in heads]
    shown = [place for place in range(len(heads)) if any(_speaks(row[place]) for row in cells)]
    widths = {place: max(cell_len(names[place]), *(row[place].cell_len for row in cells)) for place in shown}
    moved: list[int] = []
    for name in below or ():
        if _taken(widths, shown) <= width():
            break
        if (place := names.index(name)) in shown:
            shown.remove(place)
            moved.append(place)
    if folds in names and names.index(folds) in shown:
        over = max(0, _taken(widths, shown) - width())
        place = names.index(folds)
        widths[place] = max(min(_NARROWEST, widths[place]), widths[place] - over)
    if headed and shown:
        yield _line([Text(names[place], style="bold") for place in shown], heads, shown, widths)
    for row in cells:
        yield from _row([row[place] for place in shown], heads, shown, widths)
        words = below or {}
        yield from note(*(_told(words[names[place]], row[place]) for place in sorted(moved)), indent=_INDENT)


def note(*parts: Cell, indent: int = 0) -> Iterator[Text]:
    """Remarks in one paragraph, dim, broken between words where the width asks for it."""
    said = [_clean(part) for part in parts if _speaks(_clean(part))]
    text = Text(" · ", style=FAINT).join(said)
    text.style = FAINT
    if said:
        yield from paragraph(text, indent=indent)


def paragraph(text: Cell, *, indent: int = 0) -> Iterator[Text]:
    """A text broken between words where the width asks for it."""
    for line in _folded(_clean(text), width() - indent):
        yield Text(" " * indent) + line


def heading(text: str) -> Iterator[Text]:
    """An empty line and a title."""
    yield Text("")
    yield Text(text, style="bold")


def bar(share: float, length: int) -> str:
    """A share of a length, to an eighth of a character; what is there at all is seen."""
    eighths = max(round(share * length * 8), int(share > 0))
    full, rest = divmod(eighths, 8)
    return "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")


def count(number: int) -> Text:
    """A number, or a point where there is none."""
    return Text(f"{number:,}") if number else Text("·", style=FAINT)


def verdict_text(verdict: str) -> Text:
    """A verdict with its sign."""
    return Text(f"{SIGNS.get(verdict, ' ')} {verdict}", style=STYLES.get(verdict, ""))


def share(ratio: float | None) -> str:
    """`93.9%`; what is not all or none is never rounded to it."""
    return "-" if ratio is None else f"{ratio if ratio in {0, 1} else min(max(ratio, 0.001), 0.999):.1%}"


def interval(low: float | None, high: float | None) -> str:
    """`93.1% to 94.7%`."""
    return "" if low is None or high is None else f"{low:.1%} to {high:.1%}"


def moment(text: str | None, *, seconds: bool = False) -> str:
    """An instant as it reads best, to the minute or second, in the zone it is told in."""
    return "" if text is None else text[: 19 if seconds else 16].replace("T", " ")


def lapse(seconds: float | None) -> str:
    """A wait in its two largest units: `45 s`, `13 min`, `2 h 13`, `6 d 4 h`, `24 d`."""
    if seconds is None:
        return ""
    if seconds < _MINUTE_S:
        return f"{seconds:.0f} s"
    minutes = round(seconds / _MINUTE_S)
    hours, minutes = divmod(minutes, 60)
    if hours == 0:
        return f"{minutes} min"
    if hours < _DAY_H:
        return f"{hours} h {minutes:02d}"
    days, hours = divmod(round(seconds / 3_600), _DAY_H)
    return f"{days} d {hours} h" if hours and days < _MANY_DAYS else f"{days} d"


def seconds_between(earlier: str, later: str) -> float:
    """From one instant to another, both as ISO 8601 texts."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


def proof(trigger: Row | None, target: Row | None = None) -> str:
    """The rows of the files behind a verdict, the file said once; a birthday is in no file."""
    if trigger is None:
        return f"birthday → {proof(target)}" if target else "birthday"
    first = f"{trigger['file']} row {trigger['row']}"
    if not target:
        return first
    return f"{first} → {target['row'] if target['file'] == trigger['file'] else proof(target)}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """`1 signal`, `2 signals`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _taken(widths: Mapping[int, int], places: Sequence[int]) -> int:
    return sum(widths[place] + _GUTTER for place in places) - _GUTTER


def _row(
    cells: Sequence[Text], heads: Sequence[str], places: Sequence[int], widths: Mapping[int, int]
) -> Iterator[Text]:
    """A row on as many lines as its tallest cell."""
    parts = [_folded(cell, widths[place]) for cell, place in zip(cells, places, strict=True)]
    for number in range(max((len(part) for part in parts), default=0)):
        yield _line(
            [part[number] if number < len(part) else Text("") for part in parts], heads, places, widths
        )


def _line(
    cells: Sequence[Text], heads: Sequence[str], places: Sequence[int], widths: Mapping[int, int]
) -> Text:
    line = Text("")
    for cell, place in zip(cells, places, strict=True):
        gap = " " * (widths[place] - cell.cell_len)
        line += Text("").join([Text(gap), cell] if heads[place].startswith(">") else [cell, Text(gap)])
        line.append(" " * _GUTTER)
    line.rstrip()
    return line


def _folded(text: Text, columns: int) -> list[Text]:
    if text.cell_len <= columns:
        return [text]
    lines = text.wrap(console(), max(columns, 1), overflow="fold")
    for line in lines:
        line.rstrip()
    return list(lines)


def _told(words: str, cell: Text) -> Text:
    return Text(f"{words} ") + cell if words and _speaks(cell) else cell


def _clean(cell: Cell) -> Text:
    """A cell without signs that would move the cursor, ring, or turn the line round: data is shown, never obeyed."""
    text = cell if isinstance(cell, Text) else Text(cell)
    if text.plain.isprintable():
        return text
    return Text("".join(sign if sign.isprintable() else " " for sign in text.plain), style=text.style)


def _speaks(cell: Text) -> bool:
    return cell.plain not in {"", "·"}
