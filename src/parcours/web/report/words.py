"""Sentences that several parts of a report share: places, hours, days, shares."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from parcours.gap.finding.week import ALL_DAY, WEEK
from parcours.signal.catalogue import channel_title, slice_title

if TYPE_CHECKING:
    from parcours.gap.finding import Share, Where
    from parcours.ui import Language

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WORKING_DAYS, _WEEKEND = (0, 4), (5, 6)
_JOINED = "_"  # in the name of a slice that joins two, whose value says both
_PLACES = {"store", "city", "region", "state"}  # slices whose value needs no name beside it


def place_words(language: Language, dimension: str | None, value: str | None) -> str:
    """A value of a slice, as said in a sentence."""
    if dimension is None or value is None:
        return language.text("everywhere")
    if dimension in _PLACES or _JOINED in dimension:
        return value
    shown = language.pick(channel_title(value)) if dimension == "channel" else value
    return language.text("{name} {value}", name=language.pick(slice_title(dimension)), value=shown)


def time_words(language: Language, where: Where) -> str:
    """A part of the week, as said in a sentence; empty where it is all of it."""
    days = ""
    if where.days == _WORKING_DAYS:
        days = language.text("Monday to Friday")
    elif where.days == _WEEKEND:
        days = language.text("at week-ends")
    elif where.days != WEEK:
        days = language.text("on {day}s", day=language.weekday(where.days[0]))
    hours = ""
    if where.hours != ALL_DAY:
        hours = language.text("from {start} to {end} h", start=where.hours[0], end=where.hours[1])
    return " ".join(part for part in (days, hours) if part)


def where_words(language: Language, where: Where) -> str:
    """Place and part of the week together."""
    said = place_and_time(language, where) or language.text("everywhere")
    return said[:1].upper() + said[1:]


def place_and_time(language: Language, where: Where) -> str:
    """Place and part of the week inside a sentence; empty where it is everything at all times of the week."""
    parts = [place_words(language, name, value) for name, value in where.conditions]
    return ", ".join(part for part in (*parts, time_words(language, where)) if part)


def dates_words(language: Language, where: Where) -> str:
    """From when to when it was so."""
    if where.since and where.until:
        return language.text(
            "from {since} to {until}", since=language.day(where.since), until=language.day(where.until)
        )
    if where.until:
        return language.text("until {day}", day=language.day(where.until))
    if where.since:
        return language.text("since {day}", day=language.day(where.since))
    return language.text("always")


def rows_command(promise: str, where: Where | None) -> str:
    """The command that lists the broken verdicts of a promise, where it stands out since it does."""
    parts = ["parcours verdicts", "--promise", promise, "--verdict broken"]
    if where is not None:
        parts += [f"--where {shlex.quote(f'{name}={value}')}" for name, value in where.conditions]
        if where.days != WEEK:
            first, last = (DAYS[day] for day in where.days)
            parts.append(f"--days {first}" if first == last else f"--days {first}-{last}")
        if where.hours != ALL_DAY:
            parts.append(f"--hours {where.hours[0]}-{where.hours[1]}")
        if where.since is not None:
            parts.append(f"--since {where.since}")
        if where.until is not None:
            parts.append(f"--until {where.until}")
    return " ".join(parts)


def span_words(share: Share, language: Language) -> str:
    """The interval of a share."""
    return language.span(share.low, share.high)
