"""One customer's way through a broken promise, beside what each system saw of it on its own."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from parcours.gap.finding import drawn_map, within
from parcours.gap.finding.cases import read_cases
from parcours.gap.naming import register_terms
from parcours.gap.quoting import quotable
from parcours.gap.results import person_text
from parcours.gap.tables import VERDICT
from parcours.journey import JOURNEY_STEP
from parcours.kernel.clock import EPOCH
from parcours.signal import OBJECT
from parcours.signal.catalogue import title_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.gap.explaining import Explanation
    from parcours.gap.finding import Finding
    from parcours.gap.results import Results

WINDOW = timedelta(days=5)  # told after the promise was made
_MOST_MOMENTS = 14
_DAY_US = 86_400 * 1_000_000
_SOME_DAYS = 3  # of the same weekday, to say what is usual
Row = dict[str, Any]  # a row of a model


@dataclass(frozen=True)
class Moment:
    """Something that happened to the customer.

    Attributes:
        at: In the workspace's time zone.
        title: Words by language.
        source: System that saw it.
        score: Given then; None: none.
        text: What they said, masked; None: nothing.
        is_late: It is what was promised to them, and came after its time.
        proof: File and row.
    """

    at: datetime
    title: Mapping[str, str]
    channel: str | None
    source: str
    score: float | None
    amount_minor: float | None
    currency: str | None
    text: str | None
    is_late: bool
    proof: str


@dataclass(frozen=True)
class Witness:
    """A system, with what it saw of the customer and of its own day.

    Attributes:
        title: Words by language.
        moments: Signals of this customer's story.
        day_count: Signals it sent on that day, from all customers.
        usual: Least, median and most of the same weekday; None: too few such days to say.
    """

    source: str
    title: Mapping[str, str]
    moments: int
    day_count: int
    usual: tuple[int, float, int] | None

    @property
    def is_usual(self) -> bool | None:
        """Its day looked as any other; None: nobody can say."""
        return None if self.usual is None else self.usual[0] <= self.day_count <= self.usual[2]


@dataclass(frozen=True)
class Story:
    """One broken promise as lived.

    Attributes:
        person: Id as shown; it opens with `parcours person`.
        made_at, due_at: Of the promise; None: it had no time.
        moments: In order.
        witnesses: Systems that saw a part, in the order in which they did.
        earlier: Signals of the same kind as the promise's trigger before it: earlier orders, mostly.
        explanation: Why the promise is broken; nobody is named in it.
        silent_days: Whole days from the last sign of the customer to the last signal of any source; None: they did come back.
    """

    person: str
    finding: Finding
    made_at: datetime
    due_at: datetime | None
    moments: tuple[Moment, ...]
    witnesses: tuple[Witness, ...]
    earlier: int
    silent_days: int | None
    explanation: Explanation | None


def tell(results: Results, finding: Finding, *, with_texts: bool = True) -> Story | None:
    """The most telling story behind a finding; None where nobody is known by name of any kind.

    Args:
        results: A published run.
        finding: Its promise; where it stands out, the story is from there.
        with_texts: Quote what the customer wrote.
    """
    results.see()
    for spec in (VERDICT, JOURNEY_STEP, OBJECT):
        results.view(spec)
    chosen = _choose(results, finding)
    if chosen is None:
        return None
    zone = ZoneInfo(results.zone)
    asked = {
        "person_id": chosen["person_id"],
        "map_id": results.vault.terms("map")[finding.map],
        "journey_id": chosen["journey_id"],
    }
    rows = results.engine.model("parcours.gap", "story_signal", asked).to_pylist()
    made_us = chosen["trigger_at"]
    end_us = max(made_us, chosen["deadline_at"] or made_us) + WINDOW // timedelta(microseconds=1)
    told = _told(results, [row for row in rows if made_us <= row["occurred_at"] < end_us], chosen)
    last_us = max(row["occurred_at"] for row in rows)
    moments = _moments(results, finding, told, chosen, zone, with_texts=with_texts)
    return Story(
        person=person_text(chosen["person_id"]) or "",
        finding=finding,
        made_at=_local(made_us, zone),
        due_at=None if chosen["deadline_at"] is None else _local(chosen["deadline_at"], zone),
        moments=moments,
        witnesses=_witnesses(results, moments, _local(made_us, zone)),
        earlier=chosen["earlier"],
        silent_days=None if chosen["later"] else (_seen_until(results) - last_us) // _DAY_US,
        explanation=_explain(results, finding, chosen),
    )


def _explain(results: Results, finding: Finding, chosen: Row) -> Explanation | None:
    """Why the promise is broken, without the name of what it is about."""
    code = results.vault.terms("promise")[f"{finding.map}/{finding.promise}"]
    asked = {"person_id": chosen["person_id"]}
    rows = results.engine.model("parcours.gap", "person_verdict", asked).to_pylist()
    wanted = (code, chosen["trigger_id"], "broken")
    mine = [row for row in rows if (row["promise_id"], row["trigger_id"], row["verdict"]) == wanted]
    found = results.explanations([(finding.map, finding.promise, None, row) for row in mine[:1]])
    return next((replace(item, sought=replace(item.sought, part=None)) for item in found), None)


def _choose(results: Results, finding: Finding) -> Row | None:
    register_terms(results.engine, results.vault)
    cases = read_cases(results, drawn_map(results, finding.map)).get(finding.promise)
    if cases is None:
        return None
    chosen = cases.trigger if finding.where is None else cases.trigger[within(cases, finding.where)]
    results.engine.register("chosen_case", pa.table({"trigger_id": pa.array(chosen)}))
    code = results.vault.terms("promise")[f"{finding.map}/{finding.promise}"]
    results.engine.make_table("parcours.gap", "let_down", {"promise_id": code})
    asked = {
        "map_id": results.vault.terms("map")[finding.map],
        "window": WINDOW // timedelta(microseconds=1),
        "seen_until": _seen_until(results),
    }
    found: list[Row] = results.engine.model("parcours.gap", "story_candidate", asked).to_pylist()
    return found[0] if found else None


def _seen_until(results: Results) -> int:
    """The last that any source sent, microseconds UTC: a run as of today does not see what files of last year cannot hold."""
    spans: Mapping[str, list[int]] = results.manifest.facts["coverage"]  # type: ignore[assignment]  # facts are JSON
    return max((last for _, last, _ in spans.values()), default=results.manifest.as_of)


def _told(results: Results, rows: list[Row], chosen: Row) -> list[Row]:
    """The moments that are told, in order: those of the journey, and what the customer said then.

    Of many the promise and what became of it, what was said, then the first ones.
    """
    decisive = {chosen["trigger_id"], chosen["target_id"]}
    said = results.texts([row["signal_id"] for row in rows])
    rows = [row for row in rows if row["is_of_journey"] or row["signal_id"] in {*said, *decisive}]
    if len(rows) <= _MOST_MOMENTS:
        return rows
    by_weight = sorted(
        rows, key=lambda row: 0 if row["signal_id"] in decisive else 1 if row["signal_id"] in said else 2
    )
    told = {row["signal_id"] for row in by_weight[:_MOST_MOMENTS]}
    return [row for row in rows if row["signal_id"] in told]


def _moments(
    results: Results,
    finding: Finding,
    rows: list[Row],
    chosen: Row,
    zone: ZoneInfo,
    *,
    with_texts: bool,
) -> tuple[Moment, ...]:
    drawn = drawn_map(results, finding.map)
    titles = {step.step: step.title or {"en": step.step} for step in drawn.steps}
    steps = _steps(results, finding.map, [row["signal_id"] for row in rows])
    texts = results.texts([row["signal_id"] for row in rows]) if with_texts else {}
    places = results.places([(row["file_id"], row["source_row"]) for row in rows])
    found = []
    for row in rows:
        facts = results.properties(row["properties"])
        said = quotable([texts[row["signal_id"]]]) if row["signal_id"] in texts else []
        place = places[row["file_id"], row["source_row"]]
        late = row["signal_id"] == chosen["target_id"] and _is_after(
            row["occurred_at"], chosen["deadline_at"]
        )
        found.append(
            Moment(
                at=_local(row["occurred_at"], zone),
                title=titles.get(steps.get(row["signal_id"], "")) or title_of(row["type"]),
                channel=row["channel"],
                source=row["source"],
                score=_number(facts.get("score")),
                amount_minor=_number(facts.get("amount_minor")),
                currency=None if facts.get("currency") is None else str(facts["currency"]),
                text=said[0] if said else None,
                is_late=late,
                proof=f"{place['file']} {place['row']}",
            )
        )
    return tuple(found)


def _is_after(instant_us: int, deadline_us: int | None) -> bool:
    return deadline_us is not None and instant_us > deadline_us


def _number(value: object) -> float | None:
    """A property as a number; None where it is none that is finite."""
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever a file holds
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _steps(results: Results, map_name: str, signal_ids: list[int]) -> dict[int, str]:
    names = {code: text.partition("/")[2] for text, code in results.vault.terms("step").items()}
    rows = results.engine.rows(
        "select signal_id, min(step_id) from journey_step "
        "where map_id = $map_id and list_contains($ids, signal_id) and step_id is not null group by signal_id",
        {"ids": signal_ids, "map_id": results.vault.terms("map")[map_name]},
    )
    return {signal_id: names[step_id] for signal_id, step_id in rows}


def _witnesses(results: Results, moments: tuple[Moment, ...], made_at: datetime) -> tuple[Witness, ...]:
    bound = {"zone": results.zone, "isodow": made_at.isoweekday()}
    days: dict[str, dict[Any, int]] = {}
    for row in results.engine.model("parcours.gap", "source_day", bound).to_pylist():
        by_day = days.setdefault(row["source"], {})
        by_day[row["day"]] = by_day.get(row["day"], 0) + row["signals"]
    found = []
    for source in dict.fromkeys(moment.source for moment in moments):
        counts = days.get(source, {})
        others = [count for day, count in counts.items() if day != made_at.date()]
        usual = (min(others), median(others), max(others)) if len(others) >= _SOME_DAYS else None
        own = sum(moment.source == source for moment in moments)
        found.append(Witness(source, results.source_title(source), own, counts.get(made_at.date(), 0), usual))
    return tuple(found)


def _local(instant_us: int, zone: ZoneInfo) -> datetime:
    return (EPOCH + timedelta(microseconds=instant_us)).astimezone(zone)
