"""Walk one journey again, moment by moment: what was promised, what happened, what was said, and how long it took.

The journey is a real one under its pseudonym. A promise whose time runs out while nothing comes is a moment too: nobody sees it in any system.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from parcours.gap.finding import drawn_map
from parcours.gap.mining.choice import Choice
from parcours.gap.mining.typical import representatives
from parcours.gap.quoting import quotable
from parcours.gap.results import Unknown, person_text
from parcours.gap.tables import VERDICT
from parcours.identity.explaining import number_of
from parcours.journey import JOURNEY, JOURNEY_STEP
from parcours.kernel.clock import format_instant
from parcours.kernel.errors import ParcoursError
from parcours.signal.catalogue import title_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parcours.gap.results import Results
    from parcours.journey import JourneyMap

Row = dict[str, Any]  # rows leave as JSON
_DECIDED = {"kept", "broken", "contested"}


class NoJourney(ParcoursError, LookupError):
    """A journey was to be walked that is not on the map."""

    code = "mining.no_journey"

    def __init__(self, map_name: str) -> None:
        super().__init__(
            f"there is no such journey on the map {map_name!r}",
            fix=f"take one that `parcours journeys representative --map {map_name}` tells, or a person who has one, or leave the choice out",
        )


@dataclass(frozen=True)
class Told:
    """A promise at a moment.

    Attributes:
        due_by: Until when; None: no window, or nobody can say.
        verdict: What became of it in the end.
        late_s: How long after `due_by` what was promised came, seconds; negative: before; None: it did not, or there is no window.
    """

    promise: str
    says: Mapping[str, str]
    due_by: str | None
    verdict: str
    late_s: float | None


@dataclass(frozen=True)
class Moment:
    """A signal of the journey, or the end of a window in which nothing came (`signal` None).

    Attributes:
        at: Local time, ISO 8601.
        wait_s: Since the moment before, seconds; None: the first one.
        title: Words for it by language; empty where no signal came.
        step: Of the map; None: on no step.
        promised: Promises made here.
        happened: Promises decided here: what was promised came, in time or late.
        missed: Promises whose time runs out here while nothing has come.
        score: Given here.
        said: What was written, with names masked.
        proof: File and row.
    """

    at: str | None
    wait_s: float | None
    title: Mapping[str, str]
    signal: str | None
    step: str | None
    channel: str | None
    touchpoint: str | None
    promised: tuple[Told, ...]
    happened: tuple[Told, ...]
    missed: tuple[Told, ...]
    score: float | None
    said: str | None
    proof: str | None


@dataclass(frozen=True)
class Walk:
    """A journey, moment by moment.

    Attributes:
        why: How it was chosen.
        not_reached: Steps of the map that it did not go through and that are not optional.
        duration_s: From the first signal to the last, seconds.
    """

    map: str
    journey: str
    person: str | None
    why: str
    duration_s: float
    moments: tuple[Moment, ...]
    not_reached: tuple[str, ...]

    @property
    def json(self) -> Row:
        """As one document."""
        return asdict(self)


def walk(
    results: Results,
    map_name: str,
    *,
    journey: str | None = None,
    person: str | None = None,
    typical: int = 1,
    with_texts: bool = True,
) -> Walk:
    """Walk one journey of a map.

    Args:
        results: The published run.
        map_name: Which map.
        journey: Its pseudonym, as `representatives` and `measures` tell it.
        person: Whose latest journey; an id or an identifier. Neither: an example of a typical journey.
        typical: Of which one, from 1.
        with_texts: Show what was written, masked.

    Raises:
        NoJourney: There is none, or no such one.
        Unknown: No such map.
        UnknownPerson: Nobody is known under `person`.
    """
    if map_name not in results.maps:
        raise Unknown("map", map_name, results.maps)
    chosen, why = _choose(results, map_name, journey, person, typical)
    results.see()
    for spec in (JOURNEY, JOURNEY_STEP, VERDICT):
        results.view(spec)
    asked = {"map_id": results.vault.terms("map")[map_name], "journey_id": chosen}
    rows = results.engine.model(__package__ or "", "walked_signal", asked).to_pylist()
    if not rows:
        raise NoJourney(map_name)
    verdicts = results.engine.model(__package__ or "", "walked_verdict", asked).to_pylist()
    drawn = drawn_map(results, map_name)
    reached = {row["step_id"] for row in rows}
    codes = results.vault.terms("step")
    return Walk(
        map=map_name,
        journey=person_text(chosen) or "",
        person=_person(results, asked),
        why=why,
        duration_s=(rows[-1]["occurred_at"] - rows[0]["occurred_at"]) / 1e6,
        moments=_moments(results, drawn, rows, verdicts, with_texts=with_texts),
        not_reached=tuple(
            step.step
            for step in drawn.steps
            if not step.optional and codes.get(f"{map_name}/{step.step}") not in reached
        ),
    )


def _choose(
    results: Results, map_name: str, journey: str | None, person: str | None, typical: int
) -> tuple[int, str]:
    """The journey's number, and why it is this one."""
    if journey is not None:
        number = number_of(journey)
        if number is None:
            raise NoJourney(map_name)
        return number, "the journey asked for"
    if person is not None:
        asked = {"person_id": results.person_id(person), "map_id": results.vault.terms("map")[map_name]}
        results.view(JOURNEY)
        found = results.engine.value(
            "select max_by(journey_id, started_at) from journey where person_id = $person_id and map_id = $map_id",
            asked,
        )
        if found is None:
            raise NoJourney(map_name)
        return int(found), "the latest journey of this person"
    rows = representatives(results, Choice(map_name)).rows
    if not 1 <= typical <= len(rows):
        raise NoJourney(map_name)
    row = rows[typical - 1]
    number = number_of(row["example"])
    assert number is not None  # noqa: S101 - written by us
    return (
        number,
        f"an example of typical journey {typical}, which stands for {row['share']:.1%} of {map_name}",
    )


def _person(results: Results, asked: Mapping[str, object]) -> str | None:
    found = results.engine.value(
        "select person_id from journey where map_id = $map_id and journey_id = $journey_id", asked
    )
    return person_text(found)


def _moments(
    results: Results, drawn: JourneyMap, rows: Sequence[Row], verdicts: Sequence[Row], *, with_texts: bool
) -> tuple[Moment, ...]:
    titles = {step.step: step.title or {"en": step.step} for step in drawn.steps}
    steps = {code: text.partition("/")[2] for text, code in results.vault.terms("step").items()}
    texts = results.texts([row["signal_id"] for row in rows]) if with_texts else {}
    places = results.places([(row["file_id"], row["source_row"]) for row in rows])
    told = _told(results, drawn, verdicts)
    events: list[tuple[int, Row | None]] = [(row["occurred_at"], row) for row in rows]
    events += [(at, None) for at in sorted({row["deadline_at"] for row, _ in told if _is_missed(row)})]
    events.sort(key=lambda event: event[0])  # stable: at the instant of a deadline the signal comes first
    found: list[Moment] = []
    before: int | None = None
    for at, row in events:
        step = None if row is None else steps.get(row["step_id"])
        place = None if row is None else places[row["file_id"], row["source_row"]]
        written = None if row is None else texts.get(row["signal_id"])
        quote = quotable([written]) if written else []
        found.append(
            Moment(
                at=format_instant(at, results.zone),
                wait_s=None if before is None else (at - before) / 1e6,
                title={} if row is None else titles.get(step or "") or title_of(row["type"]),
                signal=None if row is None else row["type"],
                step=step,
                channel=None if row is None else row["channel"],
                touchpoint=None if row is None else row["touchpoint"],
                promised=tuple(
                    item for verdict, item in told if row and verdict["trigger_id"] == row["signal_id"]
                ),
                happened=tuple(
                    item
                    for verdict, item in told
                    if row and verdict["target_id"] == row["signal_id"] and verdict["verdict"] in _DECIDED
                ),
                missed=tuple(
                    item
                    for verdict, item in told
                    if row is None and _is_missed(verdict) and verdict["deadline_at"] == at
                ),
                score=None if row is None else _score(results.properties(row["properties"])),
                said=quote[0] if quote else None,
                proof=None if place is None else f"{place['file']} row {place['row']}",
            )
        )
        before = at
    return tuple(found)


def _is_missed(verdict: Row) -> bool:
    """Its window ended, and what was promised had not come: what breaks a promise by coming is a signal of its own."""
    due, target = verdict["deadline_at"], verdict["target_at"]
    return verdict["verdict"] == "broken" and due is not None and (target is None or target > due)


def _told(results: Results, drawn: JourneyMap, verdicts: Sequence[Row]) -> list[tuple[Row, Told]]:
    names = {code: text.partition("/")[2] for text, code in results.vault.terms("promise").items()}
    says = {promise.promise: promise.says or {"en": promise.promise} for promise in drawn.promises}
    found = []
    for row in verdicts:
        due, target = row["deadline_at"], row["target_at"]
        late = None if due is None or target is None else (target - due) / 1e6
        name = names[row["promise_id"]]
        found.append(
            (
                row,
                Told(
                    name,
                    says.get(name, {"en": name}),
                    format_instant(due, results.zone),
                    row["verdict"],
                    late,
                ),
            )
        )
    return found


def _score(facts: Mapping[str, object]) -> float | None:
    try:
        number = float(str(facts["score"]))
    except (KeyError, ValueError):
        return None
    return number if math.isfinite(number) else None
