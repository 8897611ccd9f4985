"""Promises in the order of what to mend first, each with its places and weeks; and what works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.signal.catalogue import owner_title
from parcours.ui import charts
from parcours.web.report.committee import kind_words, win_back_words, works_words
from parcours.web.report.page import GapLine, Table
from parcours.web.report.words import dates_words, place_words, rows_command, span_words, where_words

if TYPE_CHECKING:
    from parcours.gap.finding import Finding, Findings, Where
    from parcours.ui import Language
    from parcours.web.report.gathering import Facts

_SLICES_SHOWN = 12
_FLOOR = 0.5  # least share on the axes of intervals, unless a share is below
_SMALL_WEEK = 5  # judged promises; a week with fewer is a hole in the line


def gap_line(found: Finding, rank: int, facts: Facts, language: Language, floor: float) -> GapLine:
    """One promise of the list."""
    stake, detail = _stake(found, facts.findings.months, language)
    return GapLine(
        key=f"{found.map}-{found.promise}",
        rank=rank,
        says=language.pick(found.says),
        where=_where_line(found, language),
        kept=language.percent(found.share.ratio, 1),
        span=span_words(found.share, language) if found.share.low is not None else "",
        bar=charts.interval_bar(found.share.ratio, found.share.low, found.share.high, found.goal, floor),
        spark=charts.sparkline(
            [share.ratio if share.judged >= _SMALL_WEEK else None for _, share in found.weeks]
        ),
        since=since_words(found.where, language),
        kind=kind_words(found.kind, language),
        stake=stake,
        stake_detail=detail,
        owner=language.pick(owner_title(found.owner)) if found.owner else "",
        is_missed=found.is_missed,
        tables=tuple(
            table
            for table in (
                _interval_table(found, facts, language),
                _found_table(found, language),
                _slice_table(found, language),
                _week_table(found, language),
            )
            if table.rows
        ),
        command=rows_command(found.promise, None),
    )


def _where_line(found: Finding, language: Language) -> str:
    if found.share.ratio is None:
        return language.text("not verifiable")
    if not found.share.broken:
        return language.text("never broken")
    if found.where is None:
        return language.text("no place and no hour stands out")
    return language.text(
        "{where}: {share}",
        where=where_words(language, found.where),
        share=language.percent(found.where.inside.ratio),
    )


def since_words(where: Where | None, language: Language) -> str:
    """From when to when it is kept less; empty where no place stands out."""
    return "" if where is None else dates_words(language, where)


def _stake(found: Finding, months: float | None, language: Language) -> tuple[str, str]:
    if not found.share.broken:
        return "", ""
    back, span = win_back_words(found.stake, language)
    if back:
        return language.text("{money} a month", money=back), language.text("to win back: {span}", span=span)
    let_down = language.count(found.share.broken, "{n} broken", "{n} broken")
    if not found.worth.currency or not found.worth.minor:
        return let_down, ""
    return _worth_words(found, months, language), language.text("at stake, {broken}", broken=let_down)


def _worth_words(found: Finding, months: float | None, language: Language) -> str:
    money = language.money(found.worth.minor / (months or 1.0), found.worth.currency or "")
    return language.text("{money} a month", money=money) if months else money


def _found_table(found: Finding, language: Language) -> Table:
    return Table(
        language.text("What stands out"),
        tuple(
            language.text(head)
            for head in ("where", "when", "kept", "95 % interval", "judged", "elsewhere", "chance alone")
        ),
        tuple(
            (
                where_words(language, where),
                dates_words(language, where),
                language.percent(where.inside.ratio, 1),
                span_words(where.inside, language),
                language.number(where.inside.judged),
                language.percent(where.rest.ratio, 1),
                language.text("follows from another promise")
                if where.follows
                else language.percent(where.chance, 2),
            )
            for where in found.explains
        ),
        (2, 4, 5, 6),
    )


def _interval_table(found: Finding, facts: Facts, language: Language) -> Table:
    """What the interval is made of: chance, and what nobody saw."""
    nothing = {"low": None, "high": None}  # nobody was promised anything yet
    told = facts.intervals.get((found.map, found.promise), {"sampling": nothing, "observability": nothing})
    lines = (
        (
            "sampling",
            language.text("chance alone (sampling interval)"),
            found.share.judged,
            language.text("judged"),
        ),
        (
            "observability",
            language.text("silence alone (observability interval)"),
            found.share.unobservable,
            language.text("not verifiable"),
        ),
    )
    return Table(
        language.text("Where the interval comes from"),
        (language.text("what leaves the share open"), language.text("interval"), language.text("promises")),
        tuple(
            (
                words,
                language.span(told[name]["low"], told[name]["high"], 1),
                f"{language.number(count)} {kind}",
            )
            for name, words, count, kind in lines
            if told[name]["low"] is not None
        ),
    )


def _slice_table(found: Finding, language: Language) -> Table:
    rows = sorted(
        (row for row in found.slices if row["kept"] + row["broken"]),
        key=lambda row: (row["high"], -row["broken"]),
    )[:_SLICES_SHOWN]
    return Table(
        language.text("Where it is kept least"),
        (
            language.text("where"),
            language.text("kept"),
            language.text("95 % interval"),
            language.text("broken"),
            language.text("judged"),
            language.text("not verifiable"),
        ),
        tuple(
            (
                place_words(language, *next(iter(row["slice"].items()))),
                language.percent(row["kept_ratio"], 1),
                language.span(row["low"], row["high"]),
                language.number(row["broken"]),
                language.number(row["kept"] + row["broken"]),
                language.number(row["unobservable"]),
            )
            for row in rows
        ),
    )


def _week_table(found: Finding, language: Language) -> Table:
    return Table(
        language.text("Week by week"),
        (
            language.text("week"),
            language.text("kept"),
            language.text("95 % interval"),
            language.text("broken"),
            language.text("judged"),
            language.text("not verifiable"),
        ),
        tuple(
            (
                week,
                language.percent(share.ratio, 1),
                span_words(share, language),
                language.number(share.broken),
                language.number(share.judged),
                language.number(share.unobservable),
            )
            for week, share in found.weeks
        ),
    )


def axis_floor(findings: Findings) -> float:
    """Where the axes of shares begin: at a half, unless promises are kept less."""
    ratios = [found.share.ratio for found in findings.promises if found.share.ratio is not None]
    return _FLOOR if not ratios or min(ratios) >= _FLOOR else 0.0


def works_lines(findings: Findings, language: Language) -> tuple[str, ...]:
    """What is worth copying: places that keep a promise better than the rest, promises above their goal, the best place of the leading one."""
    said = [works_words(found, where, language) for found in findings.promises for where in found.works]
    said += [
        language.text(
            "“{promise}” is kept {share} of the time, above its goal of {goal}.",
            promise=language.pick(found.says),
            share=language.percent(found.share.ratio, 1),
            goal=language.percent(found.goal),
        )
        for found in findings.promises
        if found.goal is not None and found.share.low is not None and found.share.low >= found.goal
    ]
    lead = findings.lead
    if lead and lead.where and lead.where.dimension:
        rows = [
            row
            for row in lead.slices
            if lead.where.dimension in row["slice"] and row["low"] is not None and row["kept"] + row["broken"]
        ]
        best = max(rows, key=lambda row: row["low"], default=None)
        if best and best["slice"][lead.where.dimension] != lead.where.value:
            said.append(
                language.text(
                    "“{promise}” is kept best here: {where}, {share} of {n}. Ask how they do it.",
                    promise=language.pick(lead.says),
                    where=place_words(language, *next(iter(best["slice"].items()))),
                    share=language.percent(best["kept_ratio"], 1),
                    n=language.number(best["kept"] + best["broken"]),
                )
            )
    best_promise = max(
        (found for found in findings.promises if found.share.low is not None),
        key=lambda found: found.share.low or 0,
        default=None,
    )
    if best_promise:
        said.append(
            language.text(
                "The promise kept best: “{promise}”, {share} ({span}).",
                promise=language.pick(best_promise.says),
                share=language.percent(best_promise.share.ratio, 1),
                span=span_words(best_promise.share, language),
            )
        )
    return tuple(said)
