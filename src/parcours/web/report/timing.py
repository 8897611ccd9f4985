"""When the leading promise breaks: by weekday and hour, and day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.ui import charts
from parcours.web.report.page import Table, WhenPart
from parcours.web.report.words import dates_words, place_words, rows_command, where_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.gap.finding import Finding, Share, Where
    from parcours.ui import Language


def when_part(lead: Finding | None, language: Language) -> WhenPart | None:
    """When the leading promise breaks; None where no place or hour stands out."""
    if lead is None or lead.where is None:
        return None
    where = lead.where
    counts = lead.hours.get(where.value, lead.hours.get(None))
    if counts is None or len(where.by_day) < 2:  # noqa: PLR2004 - one day is no course
        return None
    kept, broken = counts.tolist()
    place = place_words(language, where.dimension, where.value)
    rest = where.rest.ratio or 0.0
    title = language.text("“{promise}”, {place}", promise=language.pick(lead.says), place=place)
    command = rows_command(lead.promise, where)
    return WhenPart(
        title=title,
        heat=charts.week_heat(
            language,
            kept,
            broken,
            rest,
            days=where.days,
            hours=where.hours,
            label=language.text(
                "Share kept by weekday and hour at which the promise was made. {title}", title=title
            ),
        ),
        heat_table=_heat_table(kept, broken, language),
        days=charts.days_chart(
            language,
            where.by_day,
            _levels(where),
            rest,
            words=(
                language.text("everywhere else {share}", share=language.percent(rest)),
                dates_words(language, where) if where.since or where.until else "",
            ),
            label=language.text("Share kept day by day. {where}", where=where_words(language, where)),
        ),
        days_note=where_words(language, where),
        days_table=_days_table(where, language),
        command=command,
    )


def _levels(where: Where) -> list[tuple[int, int, float, float, float]]:
    """(first point, one after the last, share, low, high) of the stretch before, of the one inside, and the one after."""
    if where.after is None:
        return [(0, len(where.by_day), *_bounds(where.share))]
    days = [day for day, _, _ in where.by_day]
    start = 0 if where.since is None else days.index(where.since)
    end = len(days) if where.until is None else days.index(where.until) + 1
    parts = ((0, start, where.before), (start, end, where.after), (end, len(days), where.since_ended))
    return [
        (first, last, *_bounds(share)) for first, last, share in parts if share is not None and first < last
    ]


def _bounds(share: Share) -> tuple[float, float, float]:
    return share.ratio or 0.0, share.low or 0.0, share.high or 0.0


def _days_table(where: Where, language: Language) -> Table:
    return Table(
        language.text("Day by day: {where}", where=where_words(language, where)),
        (language.text("day"), language.text("kept"), language.text("broken"), language.text("judged")),
        tuple(
            (
                language.day(day, year=True),
                language.percent(kept / (kept + broken)),
                language.number(broken),
                language.number(kept + broken),
            )
            for day, kept, broken in where.by_day
        ),
        (1, 2, 3),
    )


def _heat_table(kept: Sequence[Sequence[int]], broken: Sequence[Sequence[int]], language: Language) -> Table:
    used = [hour for hour in range(24) if any(kept[day][hour] + broken[day][hour] for day in range(7))]
    hours = range(used[0], used[-1] + 1) if used else range(0)
    return Table(
        language.text("Kept of judged, by weekday and hour"),
        (language.text("day"), *(f"{hour} h" for hour in hours)),
        tuple(
            (
                language.weekday(day),
                *(
                    f"{kept[day][hour]}/{kept[day][hour] + broken[day][hour]}"
                    if kept[day][hour] + broken[day][hour]
                    else ""
                    for hour in hours
                ),
            )
            for day in range(7)
        ),
    )
