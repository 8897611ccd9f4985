"""Figures of gap rows drawn in characters: the kept share with its interval and goal, and the weeks."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rich.text import Text

from parcours.cli.show.tables import BAD, FAINT, GOOD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from parcours.cli.show.tables import Row

LENGTH = 20  # of a drawn interval
WEEKS = 26
_SPARKS = "▁▂▃▄▅▆▇█"
_JUDGED = ("kept", "broken", "unobservable")


def is_weighted(row: Row) -> bool:
    """Its cases stand for more, or fewer, than themselves."""
    return any(abs(row["population"][verdict] - row[verdict]) > 1e-6 for verdict in _JUDGED)  # noqa: PLR2004 - rounding


def axis_start(rows: Iterable[Row]) -> float:
    """Where the drawn scale begins: the tenth below the lowest share and goal."""
    points = [
        value for row in rows for value in (row["population"]["kept_ratio"], row["goal"]) if value is not None
    ]
    return min(0.9, math.floor(min(points, default=0.0) * 10) / 10)


def axis_head(start: float) -> str:
    """The scale as a heading, as long as what is drawn below it."""
    left = f"{start:.0%}"
    return f"{left}{'100%':>{LENGTH - len(left)}}"


def whisker(row: Row, start: float, style: str | None = None) -> Text:
    """`◂` or `├`, `─`, `┤` for the interval, `●` for the share, `◇` for the goal."""
    told = row["population"]
    if told["low"] is None:
        return Text("")
    signs = [" "] * LENGTH
    left, right = _place(told["low"], start), _place(told["high"], start)
    for place in range(max(left, 0), right + 1):
        signs[place] = "─"
    signs[max(left, 0)] = "├" if left >= 0 else "◂"
    signs[right] = "┤"
    if told["kept_ratio"] is not None:
        signs[_place(told["kept_ratio"], start)] = "●"
    drawn, style = "".join(signs), _style(row) if style is None else style
    if row["goal"] is None:
        return Text(drawn, style=style)
    place = _place(row["goal"], start)
    goal = "◈" if signs[place] == "●" else "◇"
    return Text("").join(
        [Text(drawn[:place], style=style), Text(goal), Text(drawn[place + 1 :], style=style)]
    )


def goal_text(row: Row) -> Text:
    """The goal, and whether it is missed or reached for sure."""
    if row["goal"] is None:
        return Text("")
    sign = {BAD: "✗", GOOD: "✓"}.get(_style(row), "○")
    return Text(f"{sign} {row['goal']:.1%}", style=_style(row))


def sparks(rows: Sequence[Row], weeks: Sequence[str], start: float) -> Text:
    """The kept share week by week on the scale of intervals; `?` nobody could see, `·` nothing to judge."""
    by_week = {row["period"]: row for row in rows}
    if not by_week:
        return Text("")
    return Text("").join(_spark(by_week.get(week), start) for week in weeks)


def last_weeks(rows: Iterable[Row]) -> list[str]:
    """The last ISO weeks that rows tell of, none left out between the first and the last of them."""
    found = sorted({row["period"] for row in rows if row["period"]})
    if not found:
        return []
    day, end = _monday(found[0]), _monday(found[-1])
    weeks = []
    while day <= end:
        year, week, _ = day.isocalendar()
        weeks.append(f"{year}-W{week:02d}")
        day += timedelta(weeks=1)
    return weeks[-WEEKS:]


def _monday(week: str) -> date:
    return date.fromisocalendar(int(week[:4]), int(week[6:]), 1)


def _spark(row: Row | None, start: float) -> Text:
    """What the scale begins with, or less, is the lowest mark, all kept alone the highest."""
    ratio = None if row is None else row["population"]["kept_ratio"]
    if row is None or ratio is None:
        return Text("?" if row and row["unobservable"] else "·", style=FAINT)
    return Text(_SPARKS[max(0, int((ratio - start) / (1 - start) * (len(_SPARKS) - 1) + 1e-9))])


def _place(ratio: float, start: float) -> int:
    return round((ratio - start) / (1 - start) * (LENGTH - 1))


def _style(row: Row) -> str:
    told = row["population"]
    if row["goal"] is None or told["low"] is None:
        return ""
    return BAD if told["high"] < row["goal"] else GOOD if told["low"] >= row["goal"] else ""
