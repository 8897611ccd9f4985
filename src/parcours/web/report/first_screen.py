"""The first screen of a report: one sentence and four figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.web.report.blind_spots import silent_days
from parcours.web.report.page import Figure
from parcours.web.report.words import dates_words, span_words, where_words

if TYPE_CHECKING:
    from parcours.gap.finding import Findings
    from parcours.ui import Language
    from parcours.web.report.gathering import Facts


def subtitle(facts: Facts, language: Language) -> str:
    """What the report is about: period, journeys, customers, signals."""
    parts = [language.text("Promised and lived")]
    if facts.findings.first_day and facts.findings.last_day:
        parts.append(
            language.text(
                "{start} to {end}",
                start=language.day(facts.findings.first_day),
                end=language.day(facts.findings.last_day, year=True),
            )
        )
    parts += [
        language.count(facts.counts["journeys"], "{n} journey", "{n} journeys"),
        language.count(facts.counts["people"], "{n} customer", "{n} customers"),
        language.count(facts.counts["accepted"], "{n} signal", "{n} signals"),
    ]
    return " · ".join(parts)


def headline(facts: Facts, language: Language) -> str:
    """The one sentence that matters most, whatever was found."""
    lead = facts.findings.lead
    if not facts.findings.promises:
        return language.text("No promise has been written down yet: here is what your systems saw.")
    if lead is None:
        if facts.findings.share.judged:
            return language.text("Every promise that could be verified was kept.")
        return language.text(
            "No promise could be verified yet: nothing proves that one was kept, or that one was broken."
        )
    says = language.pick(lead.says)
    if lead.where is None:
        return language.text(
            "“{promise}” is kept {share} of the time; no place and no hour stands out.",
            promise=says,
            share=language.percent(lead.share.ratio),
        )
    return language.text(
        "{where}: “{promise}” is kept {share} of the time.",
        where=where_words(language, lead.where),
        promise=says,
        share=language.percent(lead.where.inside.ratio),
    )


def headline_detail(facts: Facts, language: Language) -> str:
    """What to hold the headline against; empty where there is nothing."""
    lead = facts.findings.lead
    if lead is None or lead.where is None:
        return ""
    said = language.text("Everywhere else: {rest}.", rest=language.percent(lead.where.rest.ratio))
    where = lead.where
    if where.since and where.before:
        said += " " + language.text(
            "Since {day}; before that, {before}.",
            day=language.day(where.since),
            before=language.percent(where.before.ratio),
        )
    if where.until and where.since_ended:
        said += " " + language.text(
            "Until {day}; after that, {share}.",
            day=language.day(where.until),
            share=language.percent(where.since_ended.ratio),
        )
    return said


def figures(facts: Facts, language: Language) -> tuple[Figure, ...]:
    """Four figures, each with what makes it honest; none where nothing was promised."""
    if not facts.findings.promises:
        return ()
    return (
        _kept_figure(facts.findings, language),
        _stake_figure(facts.findings, language),
        _since_figure(facts.findings, language),
        _unseen_figure(facts, language),
    )


def _kept_figure(findings: Findings, language: Language) -> Figure:
    goals = [found for found in findings.promises if found.goal is not None]
    met = sum(found.share.ratio is not None and found.share.ratio >= (found.goal or 0) for found in goals)
    details = [
        language.text("weighted share of {judged} cases", judged=language.number(findings.share.judged))
        if findings.is_weighted
        else language.text(
            "{kept} of {judged} that could be verified",
            kept=language.number(findings.share.kept),
            judged=language.number(findings.share.judged),
        ),
        language.text(
            "{low} to {high} with what could not",
            low=language.percent(findings.share.low),
            high=language.percent(findings.share.high),
        ),
    ]
    if goals:
        details.append(language.text("goals met: {met} of {goals}", met=met, goals=len(goals)))
    return Figure(language.text("Promises kept"), language.percent(findings.share.ratio, 1), tuple(details))


def _stake_figure(findings: Findings, language: Language) -> Figure:
    worths = list(findings.worth.values())
    journeys, unseen = sum(worth.journeys for worth in worths), sum(worth.unseen_journeys for worth in worths)
    months = findings.months
    currencies = {worth.currency for worth in worths if worth.currency}
    label = language.text("At stake each month") if months else language.text("At stake")
    per = months or 1.0
    orders = language.count(
        round(journeys / per), "{n} journey met a broken promise", "{n} journeys met a broken promise"
    )
    if len(currencies) != 1:
        return Figure(
            label,
            language.count(round(journeys / per), "{n} journey", "{n} journeys"),
            (language.text("with a broken promise"),) if journeys else (),
        )
    currency = currencies.pop()
    minor, unseen_minor = sum(worth.minor for worth in worths), sum(worth.unseen_minor for worth in worths)
    details = [language.text("value of orders that met a broken promise"), orders]
    if unseen:
        details.append(
            language.text(
                "up to {money} more could not be verified", money=language.money(unseen_minor / per, currency)
            )
        )
    return Figure(label, language.money(minor / per, currency), tuple(details))


def _since_figure(findings: Findings, language: Language) -> Figure:
    lead = findings.lead
    label = language.text("Since when")
    if lead is None:
        return Figure(label, "–", (language.text("nothing was broken"),))  # noqa: RUF001 - the sign for no figure
    where = lead.where
    if where is None or where.after is None:
        return Figure(label, language.text("always"), (language.text("no turning point in what was seen"),))
    parts = (
        ("{share} before ({span})", where.before),
        ("{share} in that time ({span})" if where.until else "{share} since ({span})", where.after),
        ("{share} afterwards ({span})", where.since_ended),
    )
    details = [
        language.text(said, share=language.percent(share.ratio), span=span_words(share, language))
        for said, share in parts
        if share is not None
    ]
    if where.since_between and where.since_between[0] != where.since_between[1]:
        first, last = (language.day(day) for day in where.since_between)
        details.append(language.text("or from some day between {first} and {last}", first=first, last=last))
    value = dates_words(language, where) if where.until or where.since is None else language.day(where.since)
    return Figure(label, value, tuple(details))


def _unseen_figure(facts: Facts, language: Language) -> Figure:
    """What no system could show, apart from opinions that nobody gave."""
    asked = {
        (part.drawn.map, promise.promise)
        for part in facts.maps
        for promise in part.drawn.promises
        if promise.pattern == "measure"
    }
    recorded = [found.share for found in facts.findings.promises if (found.map, found.promise) not in asked]
    unseen = sum(share.unobservable for share in recorded)
    total = unseen + sum(share.judged for share in recorded)
    details = [language.count(unseen, "{n} promise: nobody is accused", "{n} promises: nobody is accused")]
    details += [
        language.text(
            "{source} silent since {day}",
            source=language.pick(source.title),
            day=language.day(source.last_at),
        )
        for source in facts.sources
        if source.last_at and silent_days(source, facts)
    ][:2]
    if silent_people := facts.findings.share.unobservable - unseen:
        details.append(
            language.count(silent_people, "and {n} opinion not given", "and {n} opinions not given")
        )
    return Figure(
        language.text("Not verifiable"),
        language.percent(unseen / total if total else None, 1),
        tuple(details),
    )
