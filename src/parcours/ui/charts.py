"""Small pictures of figures, as SVG that takes its colours from the page. Each says in words what it shows, or stands beside those words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.ui.language import Language

_MARGIN = 5.0


def svg(
    width: float, height: float, *parts: Any, label: str = "", kind: str = ""
) -> Any:  # lxml's elements have no types
    """A picture; without a label it is an ornament of the text beside it."""
    told = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true", "focusable": "false"}
    return shape(
        "svg",
        None,
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        class_=kind,
        **told,
    )


def shape(name: str, text: str | None = None, *parts: Any, **numbers: Any) -> Any:  # same
    """An element: numbers are rounded, underscores of names become dashes, `class_` is the class."""
    told = {_attribute(key): _written(value) for key, value in numbers.items() if value is not None}
    made = etree.Element(name, told)
    made.text = text
    made.extend(parts)
    return made


def _attribute(name: str) -> str:
    return name if name == "viewBox" else name.rstrip("_").replace("_", "-")


def written(picture: Any) -> str:  # same
    """A picture as text for a page."""
    return str(etree.tostring(picture, encoding="unicode"))


def _written(value: Any) -> str:  # numbers or text
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def interval_bar(
    ratio: float | None, low: float | None, high: float | None, goal: float | None, floor: float
) -> str:
    """A share on an axis from `floor` to 1, with its interval and the mark of its goal."""
    width, height = 140.0, 18.0
    middle = height / 2

    def across(share: float) -> float:
        return _MARGIN + (width - 2 * _MARGIN) * max(0.0, share - floor) / (1 - floor)

    parts = [shape("line", class_="axis", x1=_MARGIN, x2=width - _MARGIN, y1=middle, y2=middle)]
    missed = ratio is not None and goal is not None and ratio < goal
    if low is not None and high is not None:
        if low < floor:
            parts.append(shape("path", class_="iv open", d=f"M{_MARGIN + 3:.1f},{middle - 4:.1f} l-5,4 l5,4"))
        x1, x2 = across(low), max(across(high), across(low) + 1)
        parts.append(shape("line", class_="iv", x1=x1, x2=x2, y1=middle, y2=middle))
    if goal is not None:
        parts.append(
            shape("line", class_="goal", x1=across(goal), x2=across(goal), y1=middle - 7, y2=middle + 7)
        )
    if ratio is not None:
        x = across(ratio)
        mark = (
            shape("path", class_="pt", d=f"M{x - 4.6:.1f},{middle - 3.6:.1f} h9.2 l-4.6,8 z")
            if missed
            else shape("circle", class_="pt", cx=x, cy=middle, r=4.0)
        )
        parts.append(mark)
    return written(svg(width, height, *parts, kind="bar missed" if missed else "bar"))


def sparkline(shares: Sequence[float | None], since: int | None = None) -> str:
    """Shares over time; a missing one leaves a hole, the place since which it is worse has a tick."""
    width, height = 110.0, 30.0
    known = [share for share in shares if share is not None]
    if not known:
        return written(svg(width, height, kind="spark"))
    bottom, top = min(*known, 0.9), max(known)
    step = (width - 2 * _MARGIN) / max(1, len(shares) - 1)

    def place(number: int, share: float) -> tuple[float, float]:
        scale = (share - bottom) / (top - bottom) if top > bottom else 1.0
        return _MARGIN + number * step, height - _MARGIN - scale * (height - 2 * _MARGIN)

    parts = []
    if since is not None:
        x = _MARGIN + (since - 0.5) * step
        parts.append(shape("line", class_="tick", x1=x, x2=x, y1=2.0, y2=height - 2))
    for run in _runs(shares):
        points = [place(number, share) for number, share in run]
        if len(points) == 1:
            parts.append(shape("circle", class_="line-dot", cx=points[0][0], cy=points[0][1], r=1.6))
        parts.append(shape("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points)))
    last = max(number for number, share in enumerate(shares) if share is not None)
    x, y = place(last, shares[last] or 0.0)
    parts.append(shape("circle", class_="last", cx=x, cy=y, r=2.6))
    return written(svg(width, height, *parts, kind="spark"))


def moved_chart(figures: Sequence[float | None], first: float, last: float, *, label: str) -> str:
    """Figures over time, and the stretch in which they moved shaded; places count figures, a missing one leaves a hole."""
    width, height = 140.0, 34.0
    known = [figure for figure in figures if figure is not None]
    if not known:
        return written(svg(width, height, label=label, kind="spark moved"))
    bottom, top = min(known), max(known)
    step = (width - 2 * _MARGIN) / max(1, len(figures) - 1)
    left, right = (_MARGIN + max(0.0, min(place, len(figures) - 1.0)) * step for place in (first, last))
    parts = [shape("rect", class_="shade", x=left, width=max(right - left, 2.0), y=1.0, height=height - 2)]
    for run in _runs(figures):
        points = [
            (
                _MARGIN + number * step,
                height - _MARGIN - (figure - bottom) / ((top - bottom) or 1.0) * (height - 2 * _MARGIN),
            )
            for number, figure in run
        ]
        if len(points) == 1:
            parts.append(shape("circle", class_="line-dot", cx=points[0][0], cy=points[0][1], r=1.6))
        parts.append(shape("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points)))
    return written(svg(width, height, *parts, label=label, kind="spark moved"))


def _runs(shares: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for number, share in enumerate(shares):
        if share is None:
            runs.append([])
        else:
            runs[-1].append((number, share))
    return [run for run in runs if run]


def week_heat(
    language: Language,
    kept: Sequence[Sequence[int]],
    broken: Sequence[Sequence[int]],
    rest: float,
    *,
    days: tuple[int, int],
    hours: tuple[int, int],
    label: str,
) -> str:
    """Share kept by weekday and hour: number, shade and, inside the part of the week that stands out, a frame.

    Args:
        language: Of the days.
        kept: (7, 24) verdicts.
        broken: (7, 24) verdicts.
        rest: Share elsewhere, at which there is no shade.
        days: First and last weekday of the frame.
        hours: First hour of the frame, and the one after its last.
        label: What the picture says.
    """
    used = [hour for hour in range(24) if any(kept[day][hour] + broken[day][hour] for day in range(7))]
    if not used:
        return ""
    first, last = used[0], used[-1]
    cell, row, left, gap = 40.0, 32.0, 46.0, 3.0
    width, height = left + (last - first + 1) * cell, 7 * row + 24
    parts = []
    for day in range(7):
        y = day * row
        parts.append(
            shape(
                "text",
                language.weekday(day, short=True),
                class_="day",
                x=left - 8,
                y=y + 20,
                text_anchor="end",
            )
        )
        for hour in range(first, last + 1):
            x = left + (hour - first) * cell
            cases = kept[day][hour] + broken[day][hour]
            share = kept[day][hour] / cases if cases else None
            depth = 0.0 if share is None else min(1.0, max(0.0, (rest - share) / 0.35))
            box = shape(
                "rect",
                class_="cell" if cases else "cell none",
                x=x,
                y=y,
                width=cell - gap,
                height=row - gap,
                rx=4,
                style=f"--k:{depth:.2f}",
            )
            if cases:
                name = f"{language.weekday(day)} {hour} h: {language.percent(share)} ({cases})"
                box.append(shape("title", name))
            parts.append(box)
            if share is not None:
                sign = "▾" if depth > 0.3 else ""  # noqa: PLR2004 - from a tenth below the rest on
                strong = "deep" if depth > 0.55 else ""  # noqa: PLR2004 - where dark ink would fade
                parts.append(
                    shape(
                        "text",
                        f"{100 * share:.0f}{sign}",
                        class_=strong,
                        x=x + (cell - gap) / 2,
                        y=y + 19,
                        text_anchor="middle",
                    )
                )
    parts += [
        shape(
            "text",
            str(hour),
            class_="day",
            x=left + (hour - first) * cell + (cell - gap) / 2,
            y=height - 8,
            text_anchor="middle",
        )
        for hour in range(first, last + 1)
    ]
    start, end = max(hours[0], first), min(hours[1], last + 1)
    if (days, hours) != ((0, 6), (0, 24)) and start < end:
        parts.append(
            shape(
                "rect",
                class_="frame",
                x=left + (start - first) * cell - 2.5,
                y=days[0] * row - 2.5 + 3,
                width=(end - start) * cell + 2,
                height=(days[1] - days[0] + 1) * row - 1,
                rx=6,
            )
        )
    return written(svg(width + 4, height, *parts, label=label, kind="heat"))


def days_chart(
    language: Language,
    points: Sequence[tuple[Any, int, int]],  # (date, kept, broken)
    levels: Sequence[tuple[int, int, float, float, float]],
    rest: float,
    *,
    words: tuple[str, str],
    label: str,
) -> str:
    """A promise day by day in one place, with the level before and after it got worse.

    Args:
        language: Of the dates.
        points: (date, kept, broken) in the order of time; a dot's area is its cases.
        levels: (first point, one after the last, share, low, high) of each stretch.
        rest: Share elsewhere: a dotted line.
        words: What the dotted line and the step are called.
        label: What the picture says.
    """
    width, height, left, bottom, right, top = 560.0, 222.0, 40.0, 30.0, 12.0, 24.0
    cases = max((kept + broken for _, kept, broken in points), default=1)
    first, last = points[0][0].toordinal(), points[-1][0].toordinal()
    shares = [kept / (kept + broken) for _, kept, broken in points]
    floor = math.floor(10 * min(*shares, rest, *(level[3] for level in levels), 0.9)) / 10

    def across(day: Any) -> float:
        return float(
            left + 8 + (width - left - right - 16) * ((day.toordinal() - first) / max(1, last - first))
        )

    def up(share: float) -> float:
        return top + (height - bottom - top - 4) * (1 - (share - floor) / (1 - floor))

    parts = []
    for tenth in range(round(10 * floor), 11, 1 if floor >= 0.5 else 2):  # noqa: PLR2004 - lines stay apart
        y = up(tenth / 10)
        parts.append(shape("line", class_="grid", x1=left, x2=width - right, y1=y, y2=y))
        parts.append(
            shape("text", language.percent(tenth / 10), class_="day", x=left - 6, y=y + 4, text_anchor="end")
        )
    parts.append(shape("line", class_="rest", x1=left, x2=width - right, y1=up(rest), y2=up(rest)))
    for number, (start, end, share, low, high) in enumerate(levels):
        x1 = across(points[start][0]) - 6 if start else left
        x2 = across(points[end - 1][0]) + 6 if end < len(points) else width - right
        kind = "level after" if number else "level"
        parts.append(
            shape(
                "rect",
                class_=f"band {kind}",
                x=x1,
                y=up(high),
                width=x2 - x1,
                height=max(1.0, up(low) - up(high)),
            )
        )
        parts.append(shape("line", class_=kind, x1=x1, x2=x2, y1=up(share), y2=up(share)))
    for (day, kept, broken), share in zip(points, shares, strict=True):
        dot = shape(
            "circle", class_="dot", cx=across(day), cy=up(share), r=2 + 5 * math.sqrt((kept + broken) / cases)
        )
        dot.append(shape("title", f"{language.short_day(day)}: {language.percent(share)} ({kept + broken})"))
        parts.append(dot)
    parts += [
        shape(
            "text", language.short_day(day), class_="day", x=across(day), y=height - 8, text_anchor="middle"
        )
        for day in _some([point[0] for point in points], 5)
    ]
    parts.append(
        shape("text", words[0], class_="day halo", x=width - right - 2, y=up(rest) - 5, text_anchor="end")
    )
    if len(levels) > 1:
        x = (across(points[levels[1][0] - 1][0]) + across(points[levels[1][0]][0])) / 2
        parts.append(shape("line", class_="tick", x1=x, x2=x, y1=4.0, y2=height - bottom))
        parts.append(shape("text", words[1], class_="since halo", x=x + 5, y=12.0))
    return written(svg(width, height, *parts, label=label, kind="days"))


def _some(days: Sequence[Any], most: int) -> list[Any]:
    """First, last and some between."""
    if len(days) <= most:
        return list(days)
    step = (len(days) - 1) / (most - 1)
    return [days[round(number * step)] for number in range(most)]


def score_bars(counts: Sequence[tuple[str, int]], *, label: str, kind: str) -> str:
    """How many gave each score."""
    width, height, bottom = 260.0, 92.0, 18.0
    top = max((count for _, count in counts), default=0) or 1
    step = width / max(1, len(counts))
    parts = []
    for number, (score, count) in enumerate(counts):
        tall = (height - bottom - 14) * count / top
        x = number * step
        parts.append(
            shape(
                "rect", class_="score", x=x + 2, y=height - bottom - tall, width=step - 4, height=tall, rx=2
            )
        )
        parts.append(shape("text", score, class_="day", x=x + step / 2, y=height - 4, text_anchor="middle"))
        if count:
            parts.append(
                shape(
                    "text",
                    str(count),
                    class_="n",
                    x=x + step / 2,
                    y=height - bottom - tall - 3,
                    text_anchor="middle",
                )
            )
    return written(svg(width, height, *parts, label=label, kind=f"scores {kind}"))


_STRIP_COLUMNS = 150  # days of a longer time share a column


def heard_strip(
    heard: Sequence[float],
    expected: Sequence[float] | None,
    deaf: Sequence[tuple[float, float]],
    silent_from: float | None,
) -> str:
    """What a stream said day by day, beside what was to be expected; hatched where it was deaf, or silent to the end.

    Args:
        heard: Signals of each day of the whole period.
        expected: Signals that were to be expected; None: nobody knows.
        deaf: From where to where it was deaf, on the whole period from 0 to 1.
        silent_from: Where it fell silent for good; None: it did not.
    """
    width, height = 300.0, 28.0
    share = -(-len(heard) // _STRIP_COLUMNS) or 1
    bars, asked = _columns(heard, share), _columns(expected or (), share)
    tallest = max([*asked, *([] if asked else bars)], default=0.0) or 1.0
    step = width / (len(bars) or 1)
    parts = []
    for start, end in [*deaf, *([] if silent_from is None else [(silent_from, 1.0)])]:
        x, length = start * width, max((end - start) * width, 3.0)
        parts.append(shape("rect", class_="silent", x=x, y=1, width=length, height=height - 2, rx=2))
        parts += [
            shape("line", class_="hatch", x1=at, x2=at + min(8.0, length - 2), y1=height - 3, y2=3)
            for at in range(round(x) + 1, round(x + length - min(8.0, length - 2)), 5)
        ]
    parts.append(shape("line", class_="axis", x1=0, x2=width, y1=height - 2, y2=height - 2))
    across = max(step - (0.6 if step > 2 else 0.0), 0.8)  # noqa: PLR2004 - thinner bars have no room for a gap
    tall = [max(2.0, min(1.0, count / tallest) * (height - 5)) if count else 0.0 for count in bars]
    parts.append(
        shape(
            "path",
            class_="heard",
            stroke_width=across,
            d=" ".join(
                f"M{(number + 0.5) * step:.1f},{height - 2:g}v-{bar:.1f}"
                for number, bar in enumerate(tall)
                if bar
            ),
        )
    )
    if asked:
        line = "".join(
            f"{'M' if number == 0 else 'L'}{(number + 0.5) * step:.1f},{height - 2 - count / tallest * (height - 5):.1f}"
            for number, count in enumerate(asked)
        )
        parts.append(shape("path", class_="asked", d=line))
    return written(svg(width, height, *parts, kind="timeline"))


def _columns(figures: Sequence[float], share: int) -> list[float]:
    """Sums of so many days each, the last one of what is left, as if it were whole."""
    sums = [figures[start : start + share] for start in range(0, len(figures), share)]
    return [sum(part) * share / len(part) for part in sums]
