"""Each map: its picture, the journeys lived on it, and what people said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from parcours.journey.drawing import draw_narrow, draw_wide, picture_tables
from parcours.signal.catalogue import channel_title, owner_title, title_of
from parcours.ui import charts
from parcours.web.report.lived import lived_part
from parcours.web.report.page import MapPage, Table, Voice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.ui import Language
    from parcours.web.report.gathering import Facts, MapPart, Quote, Said, Scores

_USUAL_TOP = 10  # of scores
_MOST_BARS = 12


def map_page(part: MapPart, language: Language) -> MapPage:
    """A map in one language."""
    key = part.drawn.map
    chips = tuple(
        replace(chip, href=f"#{language.code}-gap-{key}-{chip.promise}") for chip in part.lived.chips
    )
    columns = tuple(
        replace(column, owners=tuple(language.pick(owner_title(owner)) for owner in column.owners))
        for column in part.lived.columns
    )
    lived = replace(part.lived, chips=chips, columns=columns)
    return MapPage(
        key=key,
        title=language.pick(part.lived.title, key),
        why=language.pick(part.drawn.why),
        lead=language.count(
            part.lived.journeys, "{n} journey was lived on this map.", "{n} journeys were lived on this map."
        ),
        wide=draw_wide(lived, language, f"{language.code}-w-{key}"),
        narrow=draw_narrow(lived, language, f"{language.code}-n-{key}"),
        tables=tuple(picture_tables(lived, language)),
        journeys=lived_part(part.journeys, part.drawn, language),
        voices=_voices(part.said, language),
        scores_table=_scores_table(part.said, language),
    )


def _voices(said: Said, language: Language) -> tuple[Voice, ...]:
    """People let down, and others."""
    let_down = _answers(said.let_down), _mean(said.let_down)
    others = _answers(said.others), _mean(said.others)
    titles = (
        language.count(
            let_down[0],
            "A promise was broken: {n} answer, mean {mean}",
            "A promise was broken: {n} answers, mean {mean}",
            mean=language.number(let_down[1], 1),
        ),
        language.count(
            others[0],
            "No promise was seen broken: {n} answer, mean {mean}",
            "No promise was seen broken: {n} answers, mean {mean}",
            mean=language.number(others[1], 1),
        ),
    )
    scale = _scale(said)
    found = [
        Voice(title, _bars(scores, scale, title, kind), _quoted(quotes, language))
        for title, scores, quotes, kind in (
            (titles[0], said.let_down, said.quotes_let_down, "bad"),
            (titles[1], said.others, said.quotes_others, "ok"),
        )
        if scores
    ]
    return tuple(found)


def _answers(scores: Scores) -> int:
    return sum(count for _, count in scores)


def _mean(scores: Scores) -> float:
    return sum(score * count for score, count in scores) / _answers(scores) if scores else 0.0


def _scale(said: Said) -> range:
    """Whole scores to draw: from 0 to 10 where that holds them all; empty where there are too many to draw."""
    scores = [round(score) for score, _ in (*said.let_down, *said.others)]
    if not scores:
        return range(0)
    if min(scores) >= 0 and max(scores) <= _USUAL_TOP:
        return range(_USUAL_TOP + 1)
    span = range(min(scores), max(scores) + 1)
    return span if len(span) <= _MOST_BARS else range(0)


def _bars(scores: Scores, scale: range, title: str, kind: str) -> str:
    if not scale:
        return ""
    counts = dict.fromkeys(scale, 0)
    for score, count in scores:
        counts[round(score)] += count
    return charts.score_bars([(str(score), count) for score, count in counts.items()], label=title, kind=kind)


def _quoted(quotes: Sequence[Quote], language: Language) -> tuple[tuple[str, str], ...]:
    return tuple((text, _quote_detail(score, channel, language)) for text, score, channel in quotes)


def _quote_detail(score: float, channel: str | None, language: Language) -> str:
    said = language.text("score {score}", score=language.number(score))
    return f"{said} · {language.pick(channel_title(channel))}" if channel else said


def _scores_table(said: Said, language: Language) -> Table | None:
    let_down, others = dict(said.let_down), dict(said.others)
    scores = sorted({*let_down, *others})
    if not scores:
        return None
    return Table(
        language.text("Answers by score"),
        (
            language.text("score"),
            language.text("a promise was broken"),
            language.text("none was seen broken"),
        ),
        tuple(
            (
                language.number(score),
                language.number(let_down.get(score, 0)),
                language.number(others.get(score, 0)),
            )
            for score in scores
        ),
    )


def moves_table(facts: Facts, language: Language) -> Table | None:
    """Where people go, for a workspace without a map."""
    if not facts.graph:
        return None
    return Table(
        language.text("Where people go"),
        (language.text("from"), language.text("to"), language.text("times"), language.text("median wait")),
        tuple(
            (
                language.pick(title_of(row["source"])) if row["source"] else language.text("(start)"),
                language.pick(title_of(row["target"])) if row["target"] else language.text("(end)"),
                language.number(row["count"]),
                language.duration(row["wait_median_s"]),
            )
            for row in facts.graph[:30]
        ),
    )
