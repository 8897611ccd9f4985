"""How much room words take, without knowing the reader's typeface: as much as in the widest of the usual ones."""

from __future__ import annotations

import unicodedata
from functools import cache

# Advance widths in ems of DejaVu Sans, rounded up; Inter, Segoe UI, Roboto, Helvetica and Arial are narrower.
_CLASSES = (
    (0.3, "'IJijlÌÍÎÏìíîï\u202f"),
    (0.35, " ,./:;\\f|\u00a0¦·\u2019"),
    (0.4, "!()-[]t°²"),
    (0.45, '"r'),
    (0.5, "*_`§«»\u2013"),
    (0.55, "?Lcsz¿ç“”"),
    (0.6, "FPkvxyÿ"),
    (0.65, "$0123456789EKSTYabdeghnopqu{}ÈÉÊËàáâãäåèéêëñòóôõöøùúûü€"),
    (0.7, "ABCRVXZÀÁÂÃÄÅÇ"),
    (0.75, "HNUÙÚÛÜ"),
    (0.8, "&DGOQÒÓÔÕÖØ▲▼"),
    (0.85, "#+<=>w~±\u00d7÷←→↓↑"),
    (0.95, "%M"),
    (1.05, "@Wm—…œŒæÆ"),
)
_WIDTHS = {char: width for width, chars in _CLASSES for char in chars}
_UNKNOWN = 0.85
_WIDE = 1.05
_BOLD = 1.12
_CUT = "…"


@cache
def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a line of text, user units; an upper bound in usual typefaces.

    Example:
        >>> round(width_of("mil", 10), 3)
        16.5
    """
    ems = sum(_WIDTHS.get(char) or _unknown(char) for char in text)
    return ems * size * (_BOLD if bold else 1)


def fold(text: str, size: float, width: float, lines: int, *, bold: bool = False) -> tuple[str, ...]:
    """Text in at most so many lines, as even as can be; what does not fit is cut with an ellipsis.

    Example:
        >>> fold("ready in two hours", 10, 70, 2), fold("unforeseeable", 10, 50, 1)
        (('ready in', 'two hours'), ('unfores…',))
    """
    broken = _broken(text, size, width, bold=bold)
    if len(broken) > lines:
        kept = broken[: lines - 1]
        rest = " ".join(broken[lines - 1 :])
        return (*kept, _cut(rest, size, width, bold=bold))
    return tuple(_evened(broken, size, width, bold=bold))


def widest(lines: tuple[str, ...], size: float, *, bold: bool = False) -> float:
    """Width of the longest line, user units."""
    return max((width_of(line, size, bold=bold) for line in lines), default=0)


def _broken(text: str, size: float, width: float, *, bold: bool) -> list[str]:
    """Lines filled one after the other; a word longer than a line is cut."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(_cut(word, size, width, bold=bold))
    return lines


def _evened(lines: list[str], size: float, width: float, *, bold: bool) -> list[str]:
    """The same number of lines, in the narrowest shape."""
    text, best = " ".join(lines), lines
    while len(lines) > 1:
        narrower = widest(tuple(best), size, bold=bold) - 0.01
        if any(width_of(word, size, bold=bold) > narrower for word in text.split(" ")):
            break
        lines = _broken(text, size, min(width, narrower), bold=bold)
        if len(lines) > len(best):
            break
        best = lines
    return best


def _cut(text: str, size: float, width: float, *, bold: bool) -> str:
    if width_of(text, size, bold=bold) <= width:
        return text
    kept = text
    while len(kept) > 1 and width_of(kept + _CUT, size, bold=bold) > width:
        kept = kept[:-1]
    return kept.rstrip() + _CUT


def _unknown(char: str) -> float:
    if unicodedata.combining(char):
        return 0.01
    return _WIDE if unicodedata.east_asian_width(char) in "WF" else _UNKNOWN
