"""What a report tells, gathered from a published run: values, no words."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from parcours.gap.channels import hold_against_brand
from parcours.gap.deciding import measure_effects, read_decisions
from parcours.gap.drivers import find_drivers
from parcours.gap.finding import Findings, drawn_map, find
from parcours.gap.finding.worth import register_recorded
from parcours.gap.listening.capture import capture_gaps
from parcours.gap.listening.reading import hearing_of, place_names
from parcours.gap.mining.drift.telling import kept_drift
from parcours.gap.quoting import quotable
from parcours.gap.story import Story, tell
from parcours.gap.tables import VERDICT
from parcours.journey import JOURNEY, JOURNEY_STEP
from parcours.journey.lived import Terms, read_lived
from parcours.journey.picture import Chip, LivedMap
from parcours.kernel.clock import EPOCH
from parcours.signal import SIGNAL
from parcours.signal.catalogue import title_of
from parcours.web.report.drivers import gather_drivers
from parcours.web.report.lived import gather_lived, gather_ways
from parcours.web.report.money import gather_costs
from parcours.web.report.personas import gather_personas

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from parcours.gap.channels import BrandLived
    from parcours.gap.deciding import Decision, Effect
    from parcours.gap.finding import Finding
    from parcours.gap.listening import Hearing
    from parcours.gap.results import Results
    from parcours.identity.quality import Quality
    from parcours.journey import JourneyMap
    from parcours.web.report.drivers import DriverFacts
    from parcours.web.report.lived import LivedFacts, WayFacts
    from parcours.web.report.money import Costs
    from parcours.web.report.personas import PersonaReport

Row = dict[str, Any]  # rows of `Results`
Scores = tuple[tuple[float, int], ...]  # score, how many gave it; in the order of scores
Quote = tuple[str, float, str | None]  # masked text, score, channel
_QUOTES = 4  # of people let down, and of others
_READ_TEXTS = 400  # of each, to choose quotes from


@dataclass(frozen=True)
class Said:
    """Scores and words of one map's journeys.

    Attributes:
        let_down, others: Scores of people let down, and of others.
        quotes_let_down, quotes_others: The lowest of the former, the highest of the latter.
    """

    let_down: Scores
    others: Scores
    quotes_let_down: tuple[Quote, ...]
    quotes_others: tuple[Quote, ...]


@dataclass(frozen=True)
class Heard:
    """A source and when it was heard; `row` is as in `Results.coverage`."""

    title: Mapping[str, str]
    row: Row
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True)
class MapPart:
    """One map of the report."""

    drawn: JourneyMap
    lived: LivedMap
    said: Said
    journeys: LivedFacts


@dataclass(frozen=True)
class Facts:
    """All that a report tells.

    Attributes:
        name: Of the workspace.
        run_id, as_of: Of the run.
        counts: `received`, `accepted`, `people`, `journeys`, `verdicts`.
        refused: Reason to signals.
        intervals: By map and promise, the gap row that tells what leaves its share open.
        hearing: Streams of signals and their silences.
        places: Object id of a place to what it is called.
        unheard: What nobody listened to, as `capture_gaps` answers it.
        decisions: Of committees, with what came of them.
        recognition: How well people are recognised.
        brand: What each channel is there for, and lived as.
        graph: Moves between types of signals, where there is no map.
        costs: What broken promises cost.
        ways: How people come to a purchase across channels.
        drivers: What moves scores and repurchase.
        personas: Which kinds of customers there are; None: nobody can be grouped.
        moved: What has moved, as `kept_drift` answers it.
    """

    name: str
    run_id: int
    as_of: datetime
    counts: Mapping[str, int]
    refused: Mapping[str, int]
    findings: Findings
    decisions: tuple[tuple[Decision, Effect], ...]
    story: Story | None
    maps: tuple[MapPart, ...]
    sources: tuple[Heard, ...]
    intervals: Mapping[tuple[str, str], Row]
    hearing: Hearing
    places: Mapping[int, str]
    unheard: tuple[Row, ...]
    recognition: Quality
    brand: BrandLived
    graph: tuple[Row, ...]
    costs: Costs
    ways: WayFacts
    drivers: DriverFacts
    personas: PersonaReport | None
    moved: Row


def gather(
    results: Results, name: str, *, with_quotes: bool = True, told: Callable[[str], None] = lambda _: None
) -> Facts:
    """Gather a report.

    Args:
        results: The published run.
        name: Of the workspace.
        with_quotes: Show what people wrote, masked.
        told: Hears what is under way.
    """
    told("promises")
    findings, costs = find(results), gather_costs(results)
    lead = findings.lead
    told("story")
    story = tell(results, lead, with_texts=with_quotes) if lead else None
    coverage = results.coverage()
    heard_types = {kind for row in coverage if row["signals"] for kind in row["types"]}
    parts = []
    for map_name in results.maps:
        told(map_name)
        parts.append(_map_part(results, map_name, findings, heard_types, with_quotes=with_quotes))
    zone = ZoneInfo(results.zone)
    facts: Mapping[str, Any] = results.manifest.facts  # facts are JSON
    told("people")
    recognition, _ = results.quality()
    told("channels")
    brand = hold_against_brand(results)
    told("journeys")
    ways = gather_ways(results)
    told("sources")
    hearing = hearing_of(results)
    told("drivers")
    drivers = gather_drivers(results, find_drivers(results))
    told("personas")
    personas = gather_personas(results, with_quotes=with_quotes)
    told("what has moved")
    moved = kept_drift(results)
    return Facts(
        name=name,
        run_id=results.manifest.run_id,
        as_of=_moment(results.manifest.as_of, zone),
        counts={key: facts[key] for key in ("received", "accepted", "people", "journeys", "verdicts")},
        refused=facts["refused"],
        findings=findings,
        decisions=_decisions(results),
        story=story,
        maps=tuple(parts),
        sources=tuple(_heard(results, row) for row in coverage),
        hearing=hearing,
        places=place_names(results, hearing),
        unheard=tuple(capture_gaps(results, hearing)),
        intervals={(row["map"], row["promise"]): row for row in results.gaps(overall_only=True)},
        recognition=recognition,
        brand=brand,
        costs=costs,
        ways=ways,
        drivers=drivers,
        personas=personas,
        moved=moved,
        graph=() if parts else tuple(results.graph(map_name=None, by="type", per=None, quiet=None)),
    )


def _decisions(results: Results) -> tuple[tuple[Decision, Effect], ...]:
    decisions = read_decisions(results.vault)
    return tuple(zip(decisions, measure_effects(results, decisions), strict=True)) if decisions else ()


def _moment(instant_us: int, zone: ZoneInfo) -> datetime:
    return (EPOCH + timedelta(microseconds=instant_us)).astimezone(zone)


def _map_part(
    results: Results, name: str, findings: Findings, heard_types: Collection[str], *, with_quotes: bool
) -> MapPart:
    for spec in (VERDICT, JOURNEY, JOURNEY_STEP, SIGNAL):
        results.view(spec)
    results.see()
    register_recorded(results)
    drawn, code = drawn_map(results, name), results.vault.terms("map")[name]
    results.engine.make_table("parcours.gap", "let_down_journey", {"map_id": code})
    lived = read_lived(
        results.engine,
        drawn,
        code,
        Terms(*(results.vault.terms(kind) for kind in ("step", "type", "channel"))),
        heard_types=heard_types,
        type_title=title_of,
        quote_of=(lambda ids: _first_quote(results, ids)) if with_quotes else (lambda _: None),
    )
    chips = tuple(_chip(drawn, found) for found in findings.promises if found.map == name)
    order = [promise.promise for promise in drawn.promises]
    chips = tuple(sorted(chips, key=lambda chip: order.index(chip.promise)))
    said = _said(results, code, with_quotes=with_quotes)
    journeys = gather_lived(
        results, name
    )  # last: it looks at the map's tables again, journey group by journey group
    return MapPart(
        drawn=drawn,
        lived=dataclasses.replace(lived, chips=chips),
        said=said,
        journeys=journeys,
    )


def _chip(drawn: JourneyMap, found: Finding) -> Chip:
    promise = next(item for item in drawn.promises if item.promise == found.promise)
    return Chip(
        promise=found.promise,
        says=found.says,
        column=_stage_of(drawn, promise.target.signal, promise.trigger.signal if promise.trigger else None),
        kept_ratio=found.share.ratio,
        low=found.share.low,
        high=found.share.high,
        judged=found.share.judged,
        unobservable=found.share.unobservable,
        goal=found.goal,
    )


def _stage_of(drawn: JourneyMap, target: str, trigger: str | None) -> str:
    """Stage on which a promise is shown: where it is fulfilled, else where it is made, else the last."""
    for kind in (target, trigger):
        for stage in drawn.stages:
            if any(step.signal == kind for step in stage.steps):
                return stage.stage
    return drawn.stages[-1].stage


def _first_quote(results: Results, signal_ids: Sequence[int]) -> str | None:
    texts = results.texts(signal_ids)
    found = quotable(texts[item] for item in signal_ids if item in texts)
    return found[0] if found else None


def _said(results: Results, map_id: int, *, with_quotes: bool) -> Said:
    rows = results.engine.model("parcours.gap", "said_where", {"map_id": map_id}).to_pylist()
    parts = {
        is_let_down: [row for row in rows if row["is_let_down"] == is_let_down]
        for is_let_down in (True, False)
    }
    return Said(
        _scores(parts[True]),
        _scores(parts[False]),
        _quotes(results, parts[True], worst_first=True) if with_quotes else (),
        _quotes(results, parts[False], worst_first=False) if with_quotes else (),
    )


def _scores(rows: Sequence[Row]) -> Scores:
    counts: dict[float, int] = {}
    for row in rows:
        counts[row["score"]] = counts.get(row["score"], 0) + 1
    return tuple(sorted(counts.items()))


def _quotes(results: Results, rows: Sequence[Row], *, worst_first: bool) -> tuple[Quote, ...]:
    """The latest of the lowest, or highest, scores."""
    ranked = sorted(
        rows, key=lambda row: (row["score"] if worst_first else -row["score"], -row["occurred_at"])
    )
    chosen = ranked[:_READ_TEXTS]
    texts = results.texts([row["signal_id"] for row in chosen])
    found: dict[str, Quote] = {}
    for row in chosen:
        for said in quotable([texts[row["signal_id"]]]) if row["signal_id"] in texts else ():
            found.setdefault(said, (said, row["score"], row["channel"]))
        if len(found) == _QUOTES:
            break
    return tuple(found.values())


def _heard(results: Results, row: Row) -> Heard:
    def moment(text: str | None) -> datetime | None:
        return datetime.fromisoformat(text) if text else None

    return Heard(results.source_title(row["source"]), row, moment(row["first_at"]), moment(row["last_at"]))
