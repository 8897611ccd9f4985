"""The power of the search for gaps, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.bench.pictures import Panel, document
from parcours.ui.charts import shape

if TYPE_CHECKING:
    from collections.abc import Sequence

_MARKS = ("", "9 3", "2 4")  # of lines, so that they can be told apart without colour
_LEFT, _TOP, _WIDTH, _HEIGHT = 60.0, 50.0, 560.0, 220.0


def draw_power(power: Sequence[tuple[int, float, float]]) -> str:
    """Share of gaps found by how much less is kept, a line for each size.

    Args:
        power: (promises in the slice, depth as a ratio, share found).
    """
    depths = [depth for _, depth, _ in power]
    panel = Panel(_LEFT, _TOP, _WIDTH, _HEIGHT, 0, max(depths), 1.0)
    parts = panel.frame("Gaps found, by how much less is kept inside (share of draws)")
    parts += panel.bound(0.9, "9 in 10")
    for depth in sorted(set(depths)):
        parts.append(panel.below(depth, f"{depth * 100:.0f}"))
    words = "points less kept, in one of ten places"
    parts.append(shape("text", words, x=_LEFT + _WIDTH / 2, y=_TOP + _HEIGHT + 34, text_anchor="middle"))
    for number, size in enumerate(sorted({size for size, _, _ in power})):
        points = [(depth, share) for own, depth, share in power if own == size]
        line = panel.line(points, "ours")
        line.set("style", f"stroke-dasharray: {_MARKS[number % len(_MARKS)] or 'none'}")
        parts += [line, *panel.dots(points, "ours-dot")]
        place = _TOP + 16.0 * number + 80
        parts.append(
            shape("line", class_="ours", x1=_LEFT + _WIDTH + 8, x2=_LEFT + _WIDTH + 36, y1=place - 4, y2=place - 4,
                  style=f"stroke-dasharray: {_MARKS[number % len(_MARKS)] or 'none'}")
        )  # fmt: skip
        parts.append(shape("text", f"{size:,} promises", x=_LEFT + _WIDTH + 42, y=place))
    return document(_TOP + _HEIGHT + 48, parts, "Share of planted gaps that the search finds")
