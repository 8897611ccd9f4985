"""One customer told step by step, beside what each system saw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.gap.explaining.wording import steps_of
from parcours.web.report.page import StoryLine, StoryPart, WhyStep

if TYPE_CHECKING:
    from datetime import datetime

    from parcours.gap.explaining import Explanation
    from parcours.gap.story import Witness
    from parcours.ui import Language
    from parcours.web.report.gathering import Facts


def story_part(facts: Facts, language: Language) -> StoryPart | None:
    """The most telling story; None where there is none."""
    story = facts.story
    if story is None or not story.moments:
        return None
    lines = []
    told: set[str] = set()
    due_told = story.due_at is None
    for moment in story.moments:
        if not due_told and story.due_at and moment.at > story.due_at:
            lines.append(_due_line(facts, language))
            due_told = True
        witness = next((item for item in story.witnesses if item.source == moment.source), None)
        first = witness is not None and moment.source not in told
        told.add(moment.source)
        words = language.pick(moment.title)
        facts_told = []
        if moment.amount_minor and moment.currency:
            facts_told.append(language.money(moment.amount_minor, moment.currency))
        if moment.score is not None:
            facts_told.append(language.text("score {score}", score=language.number(moment.score)))
        if moment.is_late and story.due_at:
            facts_told.append(
                language.text(
                    "{wait} too late", wait=language.duration((moment.at - story.due_at).total_seconds())
                )
            )
        low = moment.score is not None and moment.score <= 4  # noqa: PLR2004 - below the middle of any scale of ten
        lines.append(
            StoryLine(
                kind="late" if moment.is_late else "low" if low else "seen",
                time=_moment_words(moment.at, story.made_at, language),
                system=language.pick(witness.title) if witness else moment.source,
                words=" · ".join([words, *facts_told]),
                quote=moment.text or "",
                witness=_witness_words(witness, story.made_at.weekday(), language)
                if first and witness
                else "",
                is_usual=witness.is_usual if witness else None,
                proof=moment.proof,
            )
        )
    if not due_told:
        lines.append(_due_line(facts, language))
    if story.silent_days:
        lines.append(_gone_line(story.silent_days, story.earlier, language))
    return StoryPart(
        title=language.text("One customer, {day}", day=language.day(story.made_at, weekday=True)),
        lead=language.text(
            "“{promise}”, as one person lived it across {n} systems, each of which saw its own part alone.",
            promise=language.pick(story.finding.says),
            n=len(story.witnesses),
        ),
        lines=tuple(lines),
        why=() if story.explanation is None else _why(story.explanation, language),
        command=f"parcours person {story.person}",
    )


def _why(explanation: Explanation, language: Language) -> tuple[WhyStep, ...]:
    return tuple(WhyStep(step.kind, step.title, step.lines) for step in steps_of(explanation, language))


def _moment_words(at: datetime, made_at: datetime, language: Language) -> str:
    days = (at.date() - made_at.date()).days
    return language.clock(at) if not days else f"+{days} {language.text('d')} {language.clock(at)}"


def _due_line(facts: Facts, language: Language) -> StoryLine:
    story = facts.story
    assert story is not None  # noqa: S101 - only called while telling it
    assert story.due_at is not None  # noqa: S101 - same
    return StoryLine(
        kind="due",
        time=_moment_words(story.due_at, story.made_at, language),
        system="",
        words=language.text("The promise is due, and broken."),
        quote="",
        witness="",
        is_usual=None,
        proof="",
    )


def _gone_line(silent_days: int, earlier: int, language: Language) -> StoryLine:
    words = language.count(
        silent_days, "Nothing since: {n} day of silence.", "Nothing since: {n} days of silence."
    )
    if earlier:
        words += " " + language.count(
            earlier, "Had been a customer once before.", "Had been a customer {n} times before."
        )
    return StoryLine("gone", f"+{silent_days} {language.text('d')}", "", words, "", "", None, "")


def _witness_words(witness: Witness, weekday: int, language: Language) -> str:
    counted = language.count(witness.day_count, "{n} signal that day", "{n} signals that day")
    if witness.usual is None:
        return counted
    least, _, most = witness.usual
    span = f"{language.number(least)}–{language.number(most)}"  # noqa: RUF001 - a range
    if witness.is_usual:
        return language.text(
            "{counted}: a {day} like any other ({span})",
            counted=counted,
            day=language.weekday(weekday),
            span=span,
        )
    return language.text(
        "{counted}; other {day}s {span}", counted=counted, day=language.weekday(weekday), span=span
    )
