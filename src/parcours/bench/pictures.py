"""Pictures of measurements: SVG files that stand alone, for light and dark screens and for print without colour."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

from parcours.ui.charts import shape, svg, written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from parcours.bench.hourly import Hour
    from parcours.bench.pipeline import Measured

    Parts = list[Any]  # lxml's elements have no types
    Points = Sequence[tuple[float, float]]

GIGABYTE = 1e9
WIDTH = 760.0
LINE = 15.0  # height of a line of words
# In the order of the stack; a stage beyond the last takes the colours from the start.
LIGHT = ("#0b6e99", "#e0a020", "#3a8f6a", "#c2571a", "#7b5ea7", "#a3adb7", "#5d6b78", "#b5547a")
DARK = ("#58b6dd", "#f0c45c", "#6cc49c", "#f09a68", "#b39ddb", "#5c6873", "#94a3b0", "#e391b3")
STYLE = """
  svg { --paper: #ffffff; --ink: #24323f; --line: #d5dce3; --ours: #0b6e99; --bound: #b0470f }
  text { font: 12px system-ui, sans-serif; fill: var(--ink) }
  .paper { fill: var(--paper) } .title { font-weight: 600 } .halo { stroke: var(--paper); stroke-width: 3; paint-order: stroke }
  .grid { stroke: var(--line) } .base, .leader { stroke: var(--ink); stroke-width: .8 } .leader { fill: none; opacity: .5 }
  .bound { stroke: var(--bound); stroke-dasharray: 6 4 } .stage { stroke: var(--paper); stroke-width: 1 }
  .ours { stroke: var(--ours); stroke-width: 2; fill: none } .theirs { stroke: var(--ink); stroke-width: 2; fill: none; stroke-dasharray: 3 3 }
  .ours-dot { fill: var(--ours) } .theirs-dot { fill: var(--paper); stroke: var(--ink); stroke-width: 2 }
  .cloud { stroke: var(--ours); stroke-width: 2.4; stroke-linecap: round; fill: none; opacity: .5 }
"""
STYLE_DARK = "svg { --paper: #12181f; --ink: #dfe7ee; --line: #303b46; --ours: #58b6dd; --bound: #f09a68 }"


@dataclass(frozen=True)
class Panel:
    """A rectangle with axes.

    Attributes:
        left, top, width, height: Of the area between the axes.
        low, high: What the ends of the horizontal axis stand for.
        most: What the top of the vertical axis stands for; its foot is 0.
        scale: Makes a value of the horizontal axis a length, as `math.log10`.
    """

    left: float
    top: float
    width: float
    height: float
    low: float
    high: float
    most: float
    scale: Callable[[float], float] = float

    @property
    def foot(self) -> float:
        """Where 0 is."""
        return self.top + self.height

    @property
    def right(self) -> float:
        """Where the area ends."""
        return self.left + self.width

    def across(self, value: float) -> float:
        """Place of a value of the horizontal axis."""
        low, high = self.scale(self.low), self.scale(self.high)
        return self.left + self.width * ((self.scale(value) - low) / (high - low) if high > low else 0.5)

    def up(self, value: float) -> float:
        """Place of a value of the vertical axis."""
        return self.foot - self.height * value / self.most

    def frame(self, title: str) -> Parts:
        """Title, grid and numbers of the vertical axis, base line."""
        parts = [shape("text", title, class_="title", x=self.left, y=self.top - 14)]
        for number in _round_numbers(self.most):
            y = self.up(number)
            parts.append(
                shape("line", class_="grid" if number else "base", x1=self.left, x2=self.right, y1=y, y2=y)
            )
            parts.append(shape("text", f"{number:,g}", x=self.left - 6, y=y + 4, text_anchor="end"))
        return parts

    def below(self, value: float, words: str) -> Any:
        """Words under a value of the horizontal axis."""
        return shape("text", words, x=self.across(value), y=self.foot + 16, text_anchor="middle")

    def line(self, points: Points, kind: str) -> Any:
        """A line through points."""
        path = " ".join(f"{self.across(x):.1f},{self.up(y):.1f}" for x, y in points)
        return shape("polyline", class_=kind, points=path)

    def dots(self, points: Points, kind: str) -> Parts:
        """A mark on each point."""
        return [shape("circle", class_=kind, cx=self.across(x), cy=self.up(y), r=4.0) for x, y in points]

    def bound(self, value: float, words: str) -> Parts:
        """A line that is not to be crossed; none where it lies beyond the picture."""
        if value > self.most:
            return []
        y = self.up(value)
        return [
            shape("line", class_="bound", x1=self.left, x2=self.right, y1=y, y2=y),
            shape("text", words, class_="halo", x=self.left + 6, y=y - 5),
        ]


def draw_sizes(measured: Sequence[Measured], at_most_bytes: float) -> str:
    """The batch loop by size: seconds by stage, the same per million signals, peak memory.

    Args:
        measured: One of each size, ascending.
        at_most_bytes: Bound of memory; bytes.

    Returns:
        An SVG document. Sizes are on a logarithmic axis.
    """
    sizes = [done.signals for done in measured]
    stages = [(done.signals, done.stages_s) for done in measured]
    per_million = [
        (done.signals, {name: 1e6 * value / done.signals for name, value in done.stages_s.items()})
        for done in measured
    ]
    floor_million = [(done.signals, 1e6 * done.floor_s / done.signals) for done in measured]
    ours_gb = [(done.signals, done.peak_bytes / GIGABYTE) for done in measured]
    floor_gb = [(done.signals, done.floor.peak_bytes / GIGABYTE) for done in measured]
    most_s = max(done.wall_s for done in measured)
    most_million_s = max(done.million_s for done in measured)
    most_gb = max(at_most_bytes / GIGABYTE, *(value for _, value in (*ours_gb, *floor_gb)))

    whole = _by_size(sizes, 56.0, 40.0, 440.0, 230.0, 1.08 * most_s)
    cost = _by_size(sizes, 56.0, 346.0, 280.0, 170.0, 1.12 * most_million_s)
    memory = _by_size(sizes, 410.0, 346.0, 280.0, 170.0, 1.12 * most_gb)
    ends = _apart([(memory.up(ours_gb[-1][1]), "parcours"), (memory.up(floor_gb[-1][1]), "by hand")], memory)
    parts = [
        *whole.frame("Seconds from Parquet to gaps, by stage"),
        *_stack(whole, stages),
        *_names(whole, stages),
        *cost.frame("Seconds per million signals"),
        *_stack(cost, per_million),
        *cost.dots(floor_million, "theirs-dot"),
        *memory.frame("Peak memory, GB"),
        *memory.bound(at_most_bytes / GIGABYTE, f"bound {at_most_bytes / GIGABYTE:g} GB"),
        memory.line(floor_gb, "theirs"),
        memory.line(ours_gb, "ours"),
        *memory.dots(floor_gb, "theirs-dot"),
        *memory.dots(ours_gb, "ours-dot"),
        *(shape("text", words, x=memory.across(sizes[-1]) + 10, y=y + 4) for y, words in ends),
        shape("circle", class_="theirs-dot", cx=cost.left + 6, cy=cost.foot + 34, r=4.0),
        shape("text", "written by hand, without lake or evidence", x=cost.left + 16, y=cost.foot + 38),
        *(panel.below(size, _short(size)) for panel in (whole, cost, memory) for size in sizes),
    ]
    label = "; ".join(
        f"{done.case}: {done.wall_s:.1f} s, {done.million_s:.2f} s per million, {done.peak_bytes / GIGABYTE:.2f} GB"
        for done in measured
    )
    return document(568.0, parts, label)


def draw_hours(hours: Sequence[Hour], at_most_files: int) -> str:
    """Many small runs: files of the lake and seconds of a run, as runs go by.

    Args:
        hours: What each run cost, in order; one at least.
        at_most_files: Bound of files.

    Returns:
        An SVG document.
    """
    count = len(hours)
    total = [(number, hour.files) for number, hour in enumerate(hours, start=1)]
    logs = [(number, hour.log_files) for number, hour in enumerate(hours, start=1)]
    seconds = [(number, hour.seconds) for number, hour in enumerate(hours, start=1)]
    most_files = 1.1 * max(at_most_files, *(value for _, value in total))
    most_s = 1.1 * max(value for _, value in seconds)
    lake = Panel(62.0, 40.0, 300.0, 200.0, 1, count, most_files)
    times = Panel(446.0, 40.0, 290.0, 200.0, 1, count, most_s)
    ends = _apart([(lake.up(total[-1][1]), "all"), (lake.up(logs[-1][1]), "log")], lake)
    dots = "".join(f"M{times.across(x):.1f},{times.up(y):.1f}h0" for x, y in seconds)
    parts = [
        *lake.frame("Files of the lake"),
        *lake.bound(at_most_files, f"bound {at_most_files:,}"),
        lake.line(logs, "theirs"),
        lake.line(total, "ours"),
        *(shape("text", words, x=lake.right + 6, y=y + 4) for y, words in ends),
        *times.frame("Seconds of a run, and the median around it"),
        shape("path", class_="cloud", d=dots),
        times.line(_smooth(seconds), "ours"),
    ]
    parts += [
        panel.below(run, f"{run:,}")
        for panel in (lake, times)
        for run in sorted({1, *(int(number) for number in _round_numbers(count) if number >= 1)})
        if run in {1, count} or run > count / 12
    ]
    parts += [
        shape("text", "runs", x=panel.left + panel.width / 2, y=panel.foot + 34, text_anchor="middle")
        for panel in (lake, times)
    ]
    label = f"{count:,} runs: at most {max(value for _, value in total):,} files, {median(value for _, value in seconds):.2f} s a run"
    return document(290.0, parts, label)


def _by_size(
    sizes: Sequence[int], left: float, top: float, width: float, height: float, most: float
) -> Panel:
    """A panel whose horizontal axis is sizes, with room for half a bar at both ends."""
    return Panel(left, top, width, height, sizes[0] / 1.5, sizes[-1] * 1.5, most, math.log10)


def _stack(panel: Panel, columns: Sequence[tuple[int, Mapping[str, float]]]) -> Parts:
    """A bar of stages on each size, with its sum above."""
    width = _bar_width(panel, [size for size, _ in columns])
    parts = []
    for size, values in columns:
        place, foot = panel.across(size), 0.0
        for number, (name, value) in enumerate(values.items()):
            bar = shape(
                "rect",
                class_=f"stage s{number % len(LIGHT)}",
                x=place - width / 2,
                y=panel.up(foot + value),
                width=width,
                height=panel.up(foot) - panel.up(foot + value),
            )
            bar.append(shape("title", f"{name}: {value:.2f} s"))
            parts.append(bar)
            foot += value
        told = f"{foot:.3g}" if foot < 100 else f"{foot:,.0f}"  # noqa: PLR2004 - three digits are enough
        parts.append(
            shape("text", told, class_="title halo", x=place, y=panel.up(foot) - 5, text_anchor="middle")
        )
    return parts


def _bar_width(panel: Panel, sizes: Sequence[int]) -> float:
    places = [panel.across(size) for size in sizes]
    return 0.72 * min([80.0, *(after - before for before, after in pairwise(places))])


def _names(panel: Panel, columns: Sequence[tuple[int, Mapping[str, float]]]) -> Parts:
    """What each part of the last bar is, beside it, with a line that leads to it."""
    size, values = columns[-1]
    middles, foot = [], 0.0
    for name, value in values.items():
        middles.append((panel.up(foot + value / 2), f"{name} {value:.1f} s"))
        foot += value
    edge = panel.across(size) + _bar_width(panel, [each for each, _ in columns]) / 2 + 2
    left = panel.right + 24
    parts = []
    for number, ((middle, _), (y, words)) in enumerate(zip(middles, _apart(middles, panel), strict=True)):
        parts.append(
            shape(
                "path",
                class_="leader",
                d=f"M{edge:.1f},{middle:.1f} L{left - 12:.1f},{y:.1f} H{left - 4:.1f}",
            )
        )
        kind = f"stage s{number % len(LIGHT)}"
        parts.append(shape("rect", class_=kind, x=left, y=y - 5, width=10, height=10))
        parts.append(shape("text", words, x=left + 15, y=y + 4))
    return parts


def _apart(words: Sequence[tuple[float, str]], panel: Panel) -> list[tuple[float, str]]:
    """Heights of words beside a panel, moved so far that no two overlap; in the order given."""
    order = sorted(range(len(words)), key=lambda number: -words[number][0])
    placed: dict[int, float] = {}
    lowest = panel.foot + LINE / 2
    for number in order:
        lowest = min(words[number][0], lowest - LINE)
        placed[number] = lowest
    above = max(0.0, panel.top - lowest)  # a pile that grew past the top slides down again
    return [(placed[number] + above, text) for number, (_, text) in enumerate(words)]


def _smooth(points: Points, around: int = 10) -> Points:
    """Each value replaced by the median of its neighbours."""
    values = [value for _, value in points]
    return [
        (x, median(values[max(0, number - around) : number + around + 1]))
        for number, (x, _) in enumerate(points)
    ]


def _round_numbers(most: float) -> list[float]:
    """Three to seven round numbers from 0 up to `most`.

    Example:
        >>> _round_numbers(236.0)
        [0.0, 50.0, 100.0, 150.0, 200.0]
    """
    power = 10.0 ** math.floor(math.log10(most / 3))
    step = max(part * power for part in (1.0, 2.0, 5.0) if part * power <= most / 3)
    return [number * step for number in range(int(most / step) + 1)]


def _short(size: int) -> str:
    """A size as axes write it.

    Example:
        >>> _short(50_000_000), _short(250_000), _short(999)
        ('50 M', '250 k', '999')
    """
    if size >= 1_000_000:  # noqa: PLR2004 - a million
        return f"{size / 1e6:g} M"
    return f"{size / 1e3:g} k" if size >= 1_000 else str(size)  # noqa: PLR2004 - a thousand


def document(height: float, parts: Parts, label: str) -> str:
    """An SVG file of its own: paper, styles of both themes, parts."""
    colours = [
        "".join(f".s{number} {{ fill: {colour} }} " for number, colour in enumerate(palette))
        for palette in (LIGHT, DARK)
    ]
    dark = f"@media (prefers-color-scheme: dark) {{ {STYLE_DARK} {colours[1]} }}"
    paper = shape("rect", class_="paper", width=WIDTH, height=height, rx=8)
    picture = svg(WIDTH, height, shape("style", f"{STYLE}{colours[0]}\n{dark}\n"), paper, *parts, label=label)
    return written(picture) + "\n"
