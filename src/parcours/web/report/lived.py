"""What people live: the few journeys that stand for most, each drawn as its map; what journeys are like; mixed journeys and stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parcours.gap.mining.choice import Choice
from parcours.gap.mining.lives import lives_of, measure_rows
from parcours.gap.mining.typical import lived_as, representatives
from parcours.gap.mining.ways import mixed_share, store_rows, way_rows
from parcours.gap.mining.ways_through import ShortFunnel, funnel_rows, loop_rows
from parcours.journey.drawing import draw_wide
from parcours.journey.life.ways import UNKNOWN, WAYS
from parcours.signal.catalogue import title_of
from parcours.web.report.page import LivedPart, Table, TypicalLine, WayPart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parcours.gap.mining.typical import Representatives
    from parcours.gap.results import Results
    from parcours.journey import JourneyMap
    from parcours.journey.picture import LivedMap
    from parcours.ui import Language

Row = dict[str, Any]  # rows of `gap.mining`
_SHOWN = 6  # typical journeys
_DRAWN = 3
_SHOWN_LOOPS = 5
_TRUSTED = 0.05
_TOLD = ("duration_s", "duration_open_s", "wait_longest_s", "wait_longest_open_s", "switches", "ping_pong", "contacts", "repeats", "rework", "effort")  # fmt: skip


@dataclass(frozen=True)
class LivedFacts:
    """What was lived on one map.

    Attributes:
        typical: The few journeys that stand for most.
        pictures: The first of them, laid over the map.
        measures, funnel, loops: Rows of `gap.mining`.
    """

    typical: Representatives
    pictures: tuple[LivedMap, ...]
    measures: tuple[Row, ...]
    funnel: tuple[Row, ...]
    loops: tuple[Row, ...]


@dataclass(frozen=True)
class WayFacts:
    """How people come to a purchase, and what stores contribute; rows of `gap.mining`."""

    ways: tuple[Row, ...]
    mixed: float | None
    stores: tuple[Row, ...]


def gather_lived(results: Results, map_name: str) -> LivedFacts:
    """What was lived on a map of a published run."""
    choice = Choice(map_name)
    typical = representatives(results, choice)
    pictures = tuple(lived_as(results, map_name, number) for number in range(min(_DRAWN, len(typical.rows))))
    try:
        funnel = tuple(funnel_rows(results, choice, ()))
    except ShortFunnel:
        funnel = ()  # of a map with one step that is not optional
    return LivedFacts(
        typical,
        pictures,
        tuple(measure_rows(results, lives_of(results, map_name))),
        funnel,
        tuple(loop_rows(results, choice)[:_SHOWN_LOOPS]),
    )


def gather_ways(results: Results) -> WayFacts:
    """Mixed journeys and stores of a published run."""
    rows = way_rows(results)
    return WayFacts(tuple(rows), mixed_share(rows), tuple(store_rows(results)))


def lived_part(found: LivedFacts, drawn: JourneyMap, language: Language) -> LivedPart | None:
    """What was lived on a map, in one language; None: nothing was."""
    typical = found.typical
    if not typical.rows:
        return None
    titles = {step.step: step.title or {"en": step.step} for step in drawn.steps}
    note = language.count(
        len(typical.rows),
        "{n} of {all} different journeys stands for {share} of them: each of these is at most a quarter away from it.",
        "{n} of {all} different journeys stand for {share} of them: each of these is at most a quarter away from one.",
        all=language.number(typical.variants),
        share=language.percent(typical.covered),
    )
    key = f"{language.code}-t-{drawn.map}"
    return LivedPart(
        note=f"{note} {language.text('No fewer can.') if typical.is_fewest else ''}".strip(),
        lines=tuple(
            TypicalLine(
                journeys=language.number(row["journeys"]),
                share=language.percent(row["share"]),
                ratio=row["share"],
                steps=_steps(row, titles, language),
                detail=_detail(row, language),
                drawing=draw_wide(found.pictures[number], language, f"{key}-{number}")
                if number < len(found.pictures)
                else "",
            )
            for number, row in enumerate(typical.rows[:_SHOWN])
        ),
        tables=tuple(
            table
            for table in (
                _measures(found.measures, language),
                _funnel(found.funnel, titles, language),
                _loops(found.loops, titles, language),
            )
            if table.rows
        ),
        command=f"parcours journeys walk --map {drawn.map}",
    )


def _steps(
    row: Row, titles: Mapping[str, Mapping[str, str]], language: Language
) -> tuple[tuple[str, str], ...]:
    """Each step with the wait that leads to it."""
    waits = ["", *(language.duration(wait) for wait in row["waits_median_s"])]
    return tuple(
        (wait, language.pick(titles[step], step)) for wait, step in zip(waits, row["path"], strict=True)
    )


def _detail(row: Row, language: Language) -> str:
    parts = [
        language.count(row["exactly"], "{n} exactly so", "{n} exactly so"),
        language.text("half within {time}", time=language.duration(row["duration_median_s"])),
    ]
    if row["let_down"]:
        parts.append(
            language.text(
                "a promise broken on {share}", share=language.percent(row["let_down"] / row["journeys"])
            )
        )
    if row["scores"]:
        parts.append(language.text("mean score {mean}", mean=language.number(row["score"], 1)))
    return " · ".join(parts)


def _measure_titles(language: Language) -> dict[str, str]:
    return {
        "duration_s": language.text("how long it took"),
        "duration_open_s": language.text("how long it took, opening time"),
        "wait_longest_s": language.text("longest wait"),
        "wait_longest_open_s": language.text("longest wait, opening time"),
        "switches": language.text("changes of channel"),
        "ping_pong": language.text("sent back to the channel before"),
        "contacts": language.text("contacts"),
        "repeats": language.text("repeated contacts"),
        "rework": language.text("steps gone through again"),
        "effort": language.text("effort"),
    }


def _measures(rows: Sequence[Row], language: Language) -> Table:
    titles = _measure_titles(language)
    known = {row["measure"]: row for row in rows}
    return Table(
        language.text("What a journey takes"),
        (
            language.text("measure"),
            language.text("mean"),
            language.text("median"),
            language.text("nine in ten below"),
        ),
        tuple(
            (
                titles[name],
                *(_figure(name, known[name][part], language) for part in ("mean", "median", "p90")),
            )
            for name in _TOLD
            if name in known
        ),
        (1, 2, 3),
    )


def _figure(name: str, value: float, language: Language) -> str:
    return language.duration(value) if name.endswith("_s") else language.number(value, 2)


def _funnel(rows: Sequence[Row], titles: Mapping[str, Mapping[str, str]], language: Language) -> Table:
    return Table(
        language.text("How far journeys get"),
        (
            language.text("step"),
            language.text("journeys"),
            language.text("of those of the step before"),
            language.text("median wait"),
            language.text("where those go that never reach the next one"),
        ),
        tuple(
            (
                language.pick(titles[row["node"]], row["node"]),
                language.number(row["journeys"]),
                "" if row["from_before"] is None else language.percent(row["from_before"], 1),
                "" if row["wait_median_s"] is None else language.duration(row["wait_median_s"]),
                _gone(row, titles, language),
            )
            for row in rows
            if rows[0]["journeys"]
        ),
        (1, 2, 3),
    )


def _gone(row: Row, titles: Mapping[str, Mapping[str, str]], language: Language) -> str:
    ways = [way for way in row["ways"] if row["dropped"] and way["dropped"]][:3]
    return ", ".join(
        f"{language.pick(titles[way['target']], way['target']) if way['target'] else language.text('(end)')} {language.number(way['dropped'])}"
        for way in ways
    )


def _loops(rows: Sequence[Row], titles: Mapping[str, Mapping[str, str]], language: Language) -> Table:
    return Table(
        language.text("What is gone through again"),
        (
            language.text("step"),
            language.text("times"),
            language.text("journeys"),
            language.text("median time away"),
        ),
        tuple(
            (
                language.pick(titles[row["node"]], row["node"]),
                language.number(row["again"]),
                f"{language.number(row['again_journeys'])} ({language.percent(row['share'], 1)})",
                language.duration(row["away_median_s"]),
            )
            for row in rows
        ),
        (1, 2, 3),
    )


def way_part(found: WayFacts, language: Language) -> WayPart | None:
    """Mixed journeys, in one language; None: nothing was bought."""
    if not found.ways:
        return None
    lead = (
        ""
        if found.mixed is None
        else language.text(
            "{share} of purchases whose way is known go across web and store.",
            share=language.percent(found.mixed, 1),
        )
    )
    return WayPart(
        lead=lead,
        table=Table(
            language.text("Ways to a purchase"),
            (
                language.text("way"),
                language.text("purchases"),
                language.text("share"),
                language.text("interval"),
                language.text("from month to month"),
                language.text("worth"),
            ),
            tuple(_way(row, language) for row in found.ways),
            (1, 2),
        ),
        stores=Table(
            language.text("What each store contributes"),
            (
                language.text("store"),
                language.text("purchases"),
                language.text("begun online, finished here"),
                language.text("seen here, finished online"),
                language.text("done here, about no order"),
            ),
            tuple(_store(row, language) for row in found.stores),
            (1, 2, 3),
        ),
        command="parcours journeys mixed",
    )


def _way(row: Row, language: Language) -> tuple[str, ...]:
    is_known = row["way"] != UNKNOWN
    return (
        language.pick(WAYS[row["way"]]),
        language.number(row["purchases"]),
        language.percent(row["share"], 1) if is_known else "",
        language.span(row["low"], row["high"], 1) if is_known else "",
        _trend(row, language),
        ", ".join(language.money(minor, currency) for currency, minor in row["values"].items()),
    )


def _trend(row: Row, language: Language) -> str:
    if row["slope"] is None:
        return ""
    if row["chance"] >= _TRUSTED:
        return language.text("steady")
    points = language.number(abs(row["slope"]) * 100, 1)
    return (
        language.text("up {n} points", n=points)
        if row["slope"] > 0
        else language.text("down {n} points", n=points)
    )


def _store(row: Row, language: Language) -> tuple[str, ...]:
    return (
        row["store"] or "",
        language.number(row["purchases"]),
        language.number(row["begun_online"]),
        language.number(row["finished_online"]),
        ", ".join(
            f"{language.pick(title_of(kind))} {language.number(count)}"
            for kind, count in list(row["acts"].items())[:3]
        ),
    )
