"""What stands out: where and since when promises are broken more, of what kind, what may be won back, and what works."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from parcours.cli.show.tables import count, heading, note, share, sheet
from parcours.gap.finding import Basis
from parcours.gap.finding.kinds import RULES
from parcours.gap.finding.week import ALL_DAY, WEEK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from rich.text import Text

    from parcours.cli.show.tables import Cell
    from parcours.gap.finding import Finding, Stake, Where

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BELOW = {
    "chance": "chance of it where there is nothing",
    "elsewhere": "elsewhere",
    "kind": "",
    "to win back a month": "to win back a month",
    "first three": "in the first three of resamples",
}


def found_lines(found: Sequence[Finding], at: str) -> Iterator[Text]:
    """What stands out of some promises, the first to treat first; then what works. Nothing where nothing does."""
    told = [(item, where) for item in found for where in item.explains if where.follows is None]
    if told:
        yield from heading("what stands out, the first to treat first")
        heads = [
            "promise",
            "where",
            "when",
            ">kept",
            ">of",
            ">elsewhere",
            "kind",
            ">to win back a month",
            ">first three",
            ">chance",
        ]
        yield from sheet(heads, [_line(item, where) for item, where in told], below=_BELOW, folds="where")
        first, where = told[0]
        yield from note(f"its rows: parcours verdicts{at} {rows_of(first.promise, where)}")
    yield from _following(found)
    works = [(item, where) for item in found for where in item.works]
    if works:
        yield from heading("what works, to copy it")
        heads = ["promise", "where", "when", ">kept", ">of", ">elsewhere"]
        yield from sheet(heads, [_line(item, where)[:6] for item, where in works], folds="where")
    kinds = {item.because: item.kind for item in found if item.because not in {None, "broken"}}
    for because, kind in kinds.items():
        names = ", ".join(item.promise for item in found if item.because == because)
        yield from note(f"{kind}: {names}: {RULES[because or '']}")


def _line(item: Finding, where: Where) -> list[Cell]:
    stake = item.stake
    return [
        item.promise,
        where_text(where),
        when_text(where),
        share(where.inside.ratio),
        count(where.inside.judged),
        share(where.rest.ratio),
        str(item.kind or ""),
        _amount(stake) if where.until is None else "over",
        "" if stake.stable is None else f"{stake.stable:.0%}",
        f"{where.chance:.1g}",
    ]


def _amount(stake: Stake) -> str:
    """What may be won back with its interval; where nobody can say, what the orders carry."""
    if stake.minor is not None and stake.low is not None and stake.high is not None and stake.cases:
        low, high = (f"{bound / 100:,.0f}" for bound in (stake.low, stake.high))
        part = ", in part" if stake.basis is Basis.PART else ""
        return f"{stake.minor / 100:,.0f} {stake.currency} ({low} to {high}{part})"
    return f"orders of {stake.carried / 100:,.0f} {stake.carried_currency}" if stake.carried else ""


def _following(found: Sequence[Finding]) -> Iterator[Text]:
    for item in found:
        for where in item.explains:
            if where.follows is not None:
                place_and_time = f"{where_text(where)}, {when_text(where)}"
                yield from note(
                    f"{item.promise} ({place_and_time}): mostly the people for whom {where.follows[1]} broke"
                )


def where_text(where: Where) -> str:
    """Group and part of the week: `store=Lyon sat 14-18`."""
    parts = [f"{name}={value}" for name, value in where.conditions]
    if where.days != WEEK:
        first, last = (_DAYS[day] for day in where.days)
        parts.append(first if first == last else f"{first}-{last}")
    if where.hours != ALL_DAY:
        parts.append(f"{where.hours[0]}-{where.hours[1]} h")
    return " ".join(parts) or "everywhere"


def when_text(where: Where) -> str:
    """From when to when, with the days that explain about as much."""
    if where.since and where.until:
        return f"{where.since} to {where.until}"
    if where.until:
        return f"until {where.until}{_between(where.until_between)}"
    return f"since {where.since}{_between(where.since_between)}" if where.since else "always"


def _between(span: tuple[date, date] | None) -> str:
    if span is None or span[0] == span[1]:
        return ""
    return f" ({span[0]:%d %b} to {span[1]:%d %b})"


def rows_of(promise: str, where: Where) -> str:
    """Options of `verdicts` that list the broken ones of a finding."""
    parts = ["--promise", promise, "--verdict broken"]
    parts += [f"--where {shlex.quote(f'{name}={value}')}" for name, value in where.conditions]
    if where.days != WEEK:
        first, last = (_DAYS[day] for day in where.days)
        parts.append(f"--days {first}" if first == last else f"--days {first}-{last}")
    if where.hours != ALL_DAY:
        parts.append(f"--hours {where.hours[0]}-{where.hours[1]}")
    parts += [f"--{name} {day}" for name, day in (("since", where.since), ("until", where.until)) if day]
    return " ".join(parts)
