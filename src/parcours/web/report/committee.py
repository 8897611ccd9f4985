"""What a committee decides on: each gap with its place, kind, what may be won back, owner, and what was decided; and what nobody promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.gap.deciding import Choice, State
from parcours.gap.finding import Basis, Kind
from parcours.signal.catalogue import owner_title
from parcours.web.report.page import CommitteeLine, CommitteePart, Table
from parcours.web.report.words import dates_words, place_and_time, rows_command, where_words

if TYPE_CHECKING:
    from parcours.gap.deciding import Decision, Effect
    from parcours.gap.finding import Finding, Stake, Unpromised, Where
    from parcours.ui import Language
    from parcours.web.report.gathering import Facts

_KINDS = {
    Kind.KNOWLEDGE: "knowledge",
    Kind.DESIGN: "design",
    Kind.DELIVERY: "execution",
    Kind.COMMUNICATION: "communication",
    Kind.PERCEPTION: "perception",
}
_EASE = {"one place": "in one place", "some places": "in some places", "everywhere": "everywhere"}
_CHOICES = {Choice.MEND: "mend it", Choice.CHANGE: "change the promise", Choice.ACCEPT: "accept it"}
_MOST = 12


def committee_part(facts: Facts, language: Language) -> CommitteePart | None:
    """What is to be decided; None where nothing was promised."""
    if not facts.findings.promises:
        return None
    lines = tuple(
        _line(found, where, facts, language)
        for found in facts.findings.promises
        for where in _places(found)
        if where is not None or found.stake.cases
    )[:_MOST]
    return CommitteePart(
        lines=lines,
        unpromised=tuple(_unpromised(item, language) for item in facts.findings.unpromised),
        decisions=_decisions(facts, language),
        how=_how(language),
    )


def _places(found: Finding) -> list[Where | None]:
    """Where it stands out on its own; one None where it stands out nowhere."""
    told: list[Where | None] = [where for where in found.explains if where.follows is None]
    return told or [None]


def kind_words(kind: Kind | None, language: Language) -> str:
    """A kind of gap, as said; empty where there is none."""
    return "" if kind is None else language.text(_KINDS[kind])


def _line(found: Finding, where: Where | None, facts: Facts, language: Language) -> CommitteeLine:
    stake = found.stake
    is_over = where is not None and where.until is not None
    is_first = where is None or where is next(iter(_places(found)))
    money, span = win_back_words(stake, language) if is_first and not is_over else ("", "")
    inside = found.share if where is None else where.inside
    return CommitteeLine(
        rank=stake.rank,
        says=language.pick(found.says),
        where=language.text("below its goal, everywhere") if where is None else where_words(language, where),
        since="" if where is None else dates_words(language, where),
        kept=language.percent(inside.ratio, 1),
        elsewhere=language.text("goal {share}", share=language.percent(found.goal))
        if where is None
        else language.text("elsewhere {share}", share=language.percent(where.rest.ratio, 1)),
        kind=kind_words(found.kind, language),
        money=language.text("over") if is_over else money,
        span=span,
        people=language.count(round(stake.people), "{n} person a month", "{n} people a month"),
        ease=language.text("in one place" if where is not None and where.conditions else _EASE[stake.ease]),
        stable=language.text("first three in {share} of draws", share=language.percent(stake.stable))
        if stake.stable is not None and is_first
        else "",
        owner=language.pick(owner_title(found.owner)) if found.owner else "",
        decided="; ".join(
            _decided(decision, effect, language)
            for decision, effect in facts.decisions
            if (decision.map, decision.promise) == (found.map, found.promise)
        ),
        command=rows_command(found.promise, where),
    )


def win_back_words(stake: Stake, language: Language) -> tuple[str, str]:
    """What may be won back a month, and its interval; where nobody can say, what the orders carry, without one."""
    if not stake.cases:
        return "", ""
    if stake.minor is not None and stake.currency is not None:
        low, high = (language.money(bound or 0.0, stake.currency) for bound in (stake.low, stake.high))
        span = language.text("{low} to {high}", low=low, high=high)
        if stake.basis is Basis.PART:
            span = language.text("{span}, in part: the rest is not estimable", span=span)
        return language.money(stake.minor, stake.currency), span
    if not stake.carried or stake.carried_currency is None:
        return "", ""
    orders = language.money(stake.carried, stake.carried_currency)
    return language.text("orders of {money}", money=orders), language.text("what they lose is not estimable")


def _decided(decision: Decision, effect: Effect, language: Language) -> str:
    return language.text(
        "{choice}: {who}, by {day} ({outcome})",
        choice=language.text(_CHOICES[decision.choice]),
        who=decision.who,
        day=language.day(decision.due_on),
        outcome=outcome_words(effect, language),
    )


def outcome_words(effect: Effect, language: Language) -> str:
    """What came of a decision, in a few words."""
    if effect.points is None or effect.low is None or effect.high is None:
        return language.text("too early" if effect.state is State.TOO_EARLY else "not measurable")
    low, high = (language.number(100 * bound) for bound in (effect.low, effect.high))
    if effect.state is State.NO_CHANGE:
        return language.text("no change seen ({low} to {high} points)", low=low, high=high)
    said = "kept {points} points more ({low} to {high})"
    if effect.state is State.WORSE:
        said = "kept {points} points less ({low} to {high})"
        low, high = (language.number(-100 * bound) for bound in (effect.high, effect.low))
    return language.text(said, points=language.number(abs(100 * effect.points)), low=low, high=high)


def _unpromised(item: Unpromised, language: Language) -> str:
    heard = (
        language.text(
            "score {score} of {n} answers",
            score=language.number(item.score, 1),
            n=language.number(item.answers),
        )
        if item.score is not None
        else language.text("nobody was asked")
    )
    if item.kind is Kind.DESIGN:
        return language.text(
            "{step}: customers expect “{says}”, and nothing is promised ({heard}).",
            step=language.pick(item.title),
            says=language.pick(item.says),
            heard=heard,
        )
    return language.text(
        "{step}: disliked, expected by no map and promised by nobody ({heard}).",
        step=language.pick(item.title),
        heard=heard,
    )


def _decisions(facts: Facts, language: Language) -> Table:
    says = {(found.map, found.promise): found.says for found in facts.findings.promises}
    return Table(
        language.text("What was decided"),
        tuple(
            language.text(head)
            for head in ("promise", "where", "decision", "who", "by", "what came of it", "why")
        ),
        tuple(
            (
                language.pick(says.get((decision.map, decision.promise), {"en": decision.promise})),
                ", ".join(value for _, value in decision.where) or language.text("everywhere"),
                language.text(_CHOICES[decision.choice]),
                decision.who,
                language.day(decision.due_on, year=True),
                outcome_words(effect, language),
                decision.because,
            )
            for decision, effect in facts.decisions
        ),
    )


def _how(language: Language) -> tuple[str, ...]:
    """How it was computed."""
    return tuple(
        language.text(sentence)
        for sentence in (
            "What stands out: every value of every attribute known when the promise was made, and every two together, at all hours and days and over every stretch of time, held against the rest. Told only where chance alone would show as much in fewer than 1 of 100 such reports.",
            "To win back a month: broken promises beyond what the rest keeps or, where nothing stands out, beyond the goal, times what a broken promise costs. Where that is not estimable, the orders behind them are named, and for the order alone it counts like the mean of the others. The 95 % interval, and how often a promise stays among the first three, come from drawing the days, and the cost within its own interval, anew 400 times.",
            "Kind: “communication” where even the best places stay below the goal, “perception” where it is kept and customers deny or dislike it, “design” where something is expected and nothing promised, “knowledge” where nobody knew that it is expected; the rest is execution.",
            "What came of a decision: kept since its day, against the eight weeks before it moved as the rest of the promise moved.",
        )
    )


def works_words(found: Finding, where: Where, language: Language) -> str:
    """A place that keeps a promise better than the rest."""
    return language.text(
        "“{promise}” is kept better here: {where}, {share} of {n}, elsewhere {rest}. Ask how they do it.",
        promise=language.pick(found.says),
        where=place_and_time(language, where) or dates_words(language, where),
        share=language.percent(where.inside.ratio, 1),
        n=language.number(where.inside.judged),
        rest=language.percent(where.rest.ratio, 1),
    )
