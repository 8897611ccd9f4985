"""Findings as rows of JSON: what `gaps --format json` adds to its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.gap.finding.kinds import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.gap.finding.types import Finding, Findings, Share, Where

Row = dict[str, Any]  # leaves as JSON


def add_findings(rows: Sequence[Row], findings: Findings) -> None:
    """Add what was found to gap rows: all of it to rows of promises, from when to when to rows of slices that stand out."""
    found = {(item.map, item.promise): item for item in findings.promises}
    for row in rows:
        item = found.get((row["map"], row["promise"]))
        if item is None or row["period"] is not None:
            continue
        if not row["slice"]:
            row.update(told_finding(item))
            continue
        own = tuple(row["slice"].items())
        where = next((where for where in item.explains if where.conditions == own), None)
        if where is not None:
            row.update({"since": _day(where.since), "until": _day(where.until)})


def add_decisions(rows: Sequence[Row], decisions: Sequence[Row]) -> None:
    """Add to rows of promises what was decided on them, oldest first."""
    by_promise: dict[tuple[str, str], list[Row]] = {}
    for decision in decisions:
        by_promise.setdefault((decision["map"], decision["promise"]), []).append(decision)
    for row in rows:
        if not row["slice"] and row["period"] is None:
            row.update({"decisions": by_promise.get((row["map"], row["promise"]), [])})


def told_finding(found: Finding) -> Row:
    """What is known of one promise beyond its counts."""
    where, stake = found.where, found.stake
    return {
        "kind": found.kind,
        "because": None if found.because is None else RULES[found.because],
        "since": _day(where.since) if where else None,
        "until": _day(where.until) if where else None,
        "rank": stake.rank,
        "stable": stake.stable,
        "to_win_back": {
            "cases_month": stake.cases,
            "minor_month": stake.minor,
            "low": stake.low,
            "high": stake.high,
            "currency": stake.currency,
            "basis": stake.basis,
            "carried_minor_month": stake.carried,
            "carried_currency": stake.carried_currency,
        },
        "people_month": stake.people,
        "ease": stake.ease,
        "explains": [told_where(where) for where in found.explains],
        "works": [told_where(where) for where in found.works],
    }


def told_where(where: Where) -> Row:
    """A group of cases, part of the week and time, with what it is held against."""
    return {
        "where": dict(where.conditions),
        "days": list(where.days),
        "hours": list(where.hours),
        "since": _day(where.since),
        "until": _day(where.until),
        "since_between": _days(where.since_between),
        "until_between": _days(where.until_between),
        **_share(where.inside),
        "elsewhere": _share(where.rest),
        "before": where.before and _share(where.before),
        "since_ended": where.since_ended and _share(where.since_ended),
        "evidence": where.evidence,
        "chance": where.chance,
        "follows": None if where.follows is None else {"map": where.follows[0], "promise": where.follows[1]},
    }


def _share(share: Share) -> Row:
    return {
        "kept": share.kept,
        "broken": share.broken,
        "unobservable": share.unobservable,
        "kept_ratio": share.ratio,
        "low": share.low,
        "high": share.high,
    }


def _day(day: object) -> str | None:
    return None if day is None else str(day)


def _days(span: tuple[object, object] | None) -> list[str] | None:
    return None if span is None else [str(day) for day in span]
