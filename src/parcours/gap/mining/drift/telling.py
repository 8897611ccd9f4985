"""What moved, as rows that name it, date it, say for whom and how much, and open onto the journeys behind it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from parcours.gap.finding import drawn_map
from parcours.gap.listening import odd_days
from parcours.gap.mining.choice import Choice
from parcours.gap.mining.drift.counting import Counting, Key, What
from parcours.gap.mining.drift.happened import near
from parcours.gap.mining.drift.reviews import last_reviews
from parcours.gap.mining.drift.visits import dividing_of, read_visits
from parcours.gap.results import person_text
from parcours.journey.brand import Brand
from parcours.journey.drift.parting import causes
from parcours.journey.drift.scanning import window
from parcours.kernel.clock import format_instant
from parcours.kernel.errors import ParcoursError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from parcours.gap.mining.drift.counting import Cases
    from parcours.gap.mining.drift.happened import Happened, Near
    from parcours.gap.mining.drift.reviews import Review
    from parcours.gap.mining.drift.visits import Dividing, Visits
    from parcours.gap.results import Results
    from parcours.journey.drift.parting import Cause, Moved

Row = dict[str, Any]  # rows leave as JSON
_LOGIC = "1"  # raised when what is told, or the way to it, changes
_EPOCH = date(1970, 1, 1)
_NONE = 0.005  # ratio; a way that fewer take is none
_PEOPLE_SIGNALS = 0.5  # of signals must be somebody's for journeys to be people's
_FEWEST_EACH = 1.5  # signals an object has on average, to be what journeys are about
_HOLIDAYS, _BESIDE = 5, 2  # days a stretch around a holiday lasts at most, and how near it is
_LEAST_WAIT = 1.25  # times a median wait
_MOSTLY = 0.5  # of the time of a finding
_UNITS = {What.VOLUME: "journeys a day", What.WAIT: "seconds", What.SATISFACTION: "points"}


class NoFinding(ParcoursError, LookupError):
    """The journeys behind a finding were asked for that there is not."""

    code = "mining.no_finding"

    def __init__(self, number: int, known: int) -> None:
        fix = f"take one from 1 to {known}" if known else "nothing has moved; leave out --finding"
        super().__init__(f"there is no finding {number}", fix=fix)


@dataclass(frozen=True)
class Echo:
    """What moved with a finding, and says less."""

    what: str
    subject: str
    slice: dict[str, str]
    before: float
    after: float


@dataclass(frozen=True)
class Finding:
    """What moved.

    Attributes:
        finding: Its number, from 1, the clearest first.
        map: Of the journeys; None: no map's.
        what: `volume`, `mix`, `channel`, `share`, `new_branch`, `vanished_branch`, `abandonment`, `wait` or `satisfaction`.
        subject: Of what: a node, or one and where it leads.
        source, target: Nodes; None where journeys begin, or there is none.
        slice: For whom; empty: for everybody.
        since, until: First and last day; None: it goes on.
        before, after: Of the days it is held against (about it, where it has ended), and while it lasts; see `unit`.
        unit: `ratio`, `journeys a day`, `seconds` (a median) or `points` (a mean).
        cases_before, cases: Visits counted on the days it is held against, and while it lasts.
        people: Known people among those visits while it lasts; journeys where nobody is known.
        journeys: Journeys among them.
        strength: In standard deviations of what chance and habit do.
        silent: The source that fell silent then, which may be all there is to it; None: none did.
        echoes: What moved with it.
        near: Known events about then, the nearest first.
        edit: What to write into the map because of it; None: nothing.
        days: (day, cases, told) of all days looked at; not in the rows.
    """

    finding: int
    map: str | None
    what: str
    subject: str
    source: str | None
    target: str | None
    slice: dict[str, str]
    since: date
    until: date | None
    before: float
    after: float
    unit: str
    cases_before: int
    cases: int
    people: int
    journeys: int
    strength: float
    silent: str | None
    echoes: tuple[Echo, ...]
    near: tuple[Near, ...]
    edit: str | None
    days: tuple[tuple[date, float, float], ...] = field(repr=False)

    @property
    def weeks(self) -> list[tuple[str, float, float]]:
        """(first day, told, cases) of each seven days."""
        found = []
        for place in range(0, len(self.days), 7):
            week = self.days[place : place + 7]
            found.append(
                (str(week[0][0]), sum(told for *_, told in week), sum(cases for _, cases, _ in week))
            )
        return found

    @property
    def json(self) -> Row:
        """As a row of the answer."""
        row = {name: value for name, value in asdict(self).items() if name != "days"}
        return row | {"since": str(self.since), "until": None if self.until is None else str(self.until)}


@dataclass(frozen=True)
class Looked:
    """What was looked over, and what moved in it.

    Attributes:
        map: Whose journeys; None: no map's.
        per: What they are about.
        review: Against which; None: over the whole history.
        first_on, last_on: Days looked over; None: there is no journey.
        journeys: In the walk.
        each: One journey in so many was looked at.
        findings: The clearest first.
    """

    map: str | None
    per: str
    review: Review | None
    first_on: date | None
    last_on: date | None
    journeys: int
    each: int
    findings: tuple[Finding, ...]
    looker: _Looker = field(repr=False, compare=False)
    found: Sequence[tuple[Cause, _Counted]] = field(repr=False, compare=False)


def default_choices(results: Results) -> list[Choice]:
    """Journeys to look over where nobody says which: those of every map, else of people where most signals are somebody's, else of objects."""
    if results.maps:
        return [Choice(name) for name in results.maps]
    results.see()
    known, signals = results.engine.rows("select count(person_id), count(*) from seen")[0]
    if signals and known >= _PEOPLE_SIGNALS * signals:
        return [Choice(per="person")]
    names = {code: text for text, code in results.vault.terms("namespace").items()}
    held = results.engine.rows(
        "select o.namespace_id, count(*), count(distinct o.object_id) from (select unnest(objects) as o from seen) group by 1"
    )
    about = [(count, names[code]) for code, count, objects in held if count >= _FEWEST_EACH * objects]
    return [Choice(per=max(about)[1] if about else "person")]


def drift(results: Results, choices: Sequence[Choice], events: Sequence[Happened] = ()) -> list[Looked]:
    """Look over journeys for what has moved, against the last review of their map where there is one.

    Args:
        results: The published run.
        choices: Of journeys; the chance of a false alarm is shared among them.
        events: What is known to have happened.

    Raises:
        Unknown: No such map, or no such object.
    """
    reviews = last_reviews(results.vault)
    dividing = dividing_of(results)
    looked = [
        _look(results, choice, dividing, reviews.get(choice.map_name or ""), events, len(choices))
        for choice in choices
    ]
    order = sorted(
        ((number, place) for number, item in enumerate(looked) for place in range(len(item.findings))),
        key=lambda at: -abs(looked[at[0]].findings[at[1]].strength),
    )
    ranks = {at: number for number, at in enumerate(order, 1)}
    return [
        replace(
            item,
            findings=tuple(
                replace(one, finding=ranks[number, place]) for place, one in enumerate(item.findings)
            ),
        )
        for number, item in enumerate(looked)
    ]


def kept_drift(results: Results) -> Row:
    """What moved in the journeys that are looked over by default, computed by who asks first and kept beside the run.

    Returns:
        `looked`: `map, per, review, first_on, last_on, journeys, findings` (how many) of each; `findings`: rows with `weeks`, each (first day, told, cases).
    """
    reviews = json.dumps([review.json for review in last_reviews(results.vault).values()], sort_keys=True)

    def compute() -> Row:
        looked = drift(results, default_choices(results))
        return {
            "looked": [
                {
                    "map": item.map,
                    "per": item.per,
                    "review": None if item.review is None else item.review.json,
                    "first_on": None if item.first_on is None else str(item.first_on),
                    "last_on": None if item.last_on is None else str(item.last_on),
                    "journeys": item.journeys,
                    "findings": len(item.findings),
                }
                for item in looked
            ],
            "findings": [{**one.json, "weeks": one.weeks} for one in ranked(looked)],
        }

    answer: Row = results.kept.answer("drift", f"{_LOGIC} {reviews}", compute)
    return answer


def ranked(looked: Sequence[Looked]) -> list[Finding]:
    """Findings of all that was looked over, the clearest first."""
    return sorted((one for item in looked for one in item.findings), key=lambda one: one.finding)


def journeys_behind(looked: Sequence[Looked], number: int, limit: int) -> list[Row]:
    """Visits behind a finding: half of them while it lasts, half before.

    Returns:
        Rows `when` (during, before), `journey, person, at, node, told` (1 where it was so, or the score), `wait_s, file, row`.

    Raises:
        NoFinding: There is no such one.
    """
    for item in looked:
        for one, (cause, counted) in zip(item.findings, item.found, strict=True):
            if one.finding == number:
                return item.looker.behind(cause, counted, limit)
    raise NoFinding(number, len(ranked(looked)))


def _look(
    results: Results,
    choice: Choice,
    dividing: Dividing,
    review: Review | None,
    events: Sequence[Happened],
    shared: int,
) -> Looked:
    names = results.walk(choice.map_name, by=choice.by, per=choice.per, quiet=choice.quiet)
    per = results.maps[choice.map_name]["drawn"]["per"] if choice.map_name else choice.per or "person"
    endless = choice.map_name is None and choice.per in {None, "person"} and choice.quiet is None
    visits = read_visits(results, names, per, dividing, endless=endless)
    scores = None
    if choice.map_name and choice.by == "step" and len(visits.node) and np.isnan(visits.score).all():
        types = results.walk(choice.map_name, by="type", per=None, quiet=None)
        scores = read_visits(results, types, per, dividing, scored=True)
    looker = _Looker(results, choice, visits, scores)
    found = looker.causes(review, shared)
    counting = looker.counting
    holidays = _holidays(results)
    told = [(cause, own, looker.finding(cause, own, events)) for cause, own in found]
    told = [item for item in told if _is_worth(item[2], holidays)]
    return Looked(
        choice.map_name,
        per,
        review,
        _day(counting.first) if counting.days else None,
        _day(counting.last - 1) if counting.days else None,
        int(visits.starts.sum()) * visits.each,
        visits.each,
        tuple(one for *_, one in told),
        looker,
        tuple((cause, own) for cause, own, _ in told),
    )


class _Looker:
    """Journeys of one choice, counted, and findings read from the counts."""

    def __init__(self, results: Results, choice: Choice, visits: Visits, scores: Visits | None) -> None:
        self._results, self._choice = results, choice
        self.counting = Counting(visits, scores)
        self._scores = scores

    def causes(self, review: Review | None, shared: int) -> list[tuple[Cause, _Counted]]:
        """What moved, each with the counts it was found in."""
        since = 0
        if review is not None:
            since = max(0, (review.seen_on - _EPOCH).days + 1 - self.counting.first)
        counted = _Counted(self.counting)
        found = [(cause, counted) for cause in causes(counted.panels, since, shared)]
        # People who came in numbers for some days are told once; what they did, and what they did not do later, is not told again.
        came = [
            cause for cause, _ in found if counted.key(cause.lead).what is What.VOLUME and _is_crowd(cause)
        ]
        crowds = [cause for cause in came if counted.key(cause.lead).slice is not None]
        if not crowds:
            return found
        gone = np.concatenate([counted.journeys(cause) for cause in crowds])
        calm = Counting(self.counting.visits.without(gone), self._scores, self.counting.span)
        again = _Counted(calm)
        rest = [
            (cause, again)
            for cause in causes(again.panels, since, shared)
            if not any(
                _is_within(cause, crowd) for crowd in crowds
            )  # there the crowd's own days are missing now
        ]
        return sorted(
            [*((cause, counted) for cause in crowds), *rest], key=lambda item: -abs(item[0].lead.strength)
        )

    def finding(self, cause: Cause, counted: _Counted, events: Sequence[Happened]) -> Finding:
        """A cause in words and figures."""
        counting, key = counted.counting, counted.key(cause.lead)
        panel = counted.panels.panels[cause.lead.panel]
        first, end = cause.first, counting.days if cause.end is None else cause.end
        beside = window(panel, first, end)
        cases, told = panel.cases[cause.lead.row], panel.told[cause.lead.row]
        inside = slice(first, end)
        rows, wait = counted.rows(cause)
        before, after = (
            _ratio(told[days].sum(), cases[days].sum()) for days in (beside, np.arange(first, end))
        )
        if key.what is What.WAIT:
            before, after = counted.medians(key, beside), _median_s(wait)
        since, until = (
            _day(counting.first + first),
            None if cause.end is None else _day(counting.first + end - 1),
        )
        people = np.unique(counting.of(key).person[rows])
        journeys = len(np.unique(counting.of(key).journey[rows])) * counting.visits.each
        known = int((people != 0).sum()) * counting.visits.each
        slice_ = {} if key.slice is None else dict([key.slice])
        what = _what(key, before, after)
        silent = self._silent(key, since, until)
        return Finding(
            finding=0,
            map=self._choice.map_name,
            what=what,
            subject=self._subject(key),
            source=self._name(key, key.source),
            target=self._name(key, key.target),
            slice=slice_,
            since=since,
            until=until,
            before=before,
            after=after,
            unit=_UNITS.get(key.what, "ratio"),
            cases_before=round(float((told if key.what is What.VOLUME else cases)[beside].sum())),
            cases=round(float((told if key.what is What.VOLUME else cases)[inside].sum())),
            people=known or journeys,
            journeys=journeys,
            strength=round(cause.lead.strength, 2),
            silent=silent,
            echoes=tuple(self._echo(counted, moved) for moved in cause.echoes),
            near=near(events, since, until, slice_),
            edit=None if silent else self._edit(what, key),
            days=tuple(
                (_day(counting.first + number), float(all_), float(some))
                for number, (all_, some) in enumerate(zip(cases, told, strict=True))
            ),
        )

    def behind(self, cause: Cause, counted: _Counted, limit: int) -> list[Row]:
        """Visits behind a cause with their files and rows: as many while it lasts as before, the latest first."""
        key, counting = counted.key(cause.lead), counted.counting
        own, found = counting.of(key), counting.cases(key)
        day = own.day[found.rows] - counting.first
        end = counting.days if cause.end is None else cause.end
        beside = window(counted.panels.panels[cause.lead.panel], cause.first, end)
        chosen = []
        for when, days in (("during", np.arange(cause.first, end)), ("before", beside[beside < cause.first])):
            held = np.flatnonzero(counting.of_slice(key, found.rows) & np.isin(day, days))
            held = held[np.argsort(-own.at_us[found.rows[held]], kind="stable")]
            chosen += [
                (when, place)
                for place in held[: limit - limit // 2 if when == "during" else limit // 2].tolist()
            ]
        return self._opened(own, found, chosen)

    def _opened(self, own: Visits, found: Cases, chosen: Sequence[tuple[str, int]]) -> list[Row]:
        signals = [int(own.signal[found.rows[place]]) for _, place in chosen]
        rows = self._results.engine.model(
            "parcours.gap.mining", "drift_place", {"signal_ids": signals}
        ).to_pylist()
        files = {row["signal_id"]: (row["file_id"], row["source_row"]) for row in rows}
        places = self._results.places(list(files.values()))
        told = []
        for (when, place), signal in zip(chosen, signals, strict=True):
            row, wait = found.rows[place], int(found.wait_us[place])
            told.append(
                {
                    "when": when,
                    "journey": person_text(int(own.journey[row])),
                    "person": person_text(int(own.person[row])) if own.person[row] else None,
                    "at": format_instant(int(own.at_us[row]), self._results.zone),
                    "node": own.names[int(own.node[row])],
                    "told": float(found.told[place]),
                    "wait_s": wait / 1e6 if wait >= 0 else None,
                    **(places.get(files[signal]) or {} if signal in files else {}),
                }
            )
        return told

    def _echo(self, counted: _Counted, moved: Moved) -> Echo:
        key = counted.key(moved)
        slice_ = {} if key.slice is None else dict([key.slice])
        return Echo(
            _what(key, moved.before, moved.after), self._subject(key), slice_, moved.before, moved.after
        )

    def _name(self, key: Key, code: int | None) -> str | None:
        return None if code is None else self.counting.of(key).names[code]

    def _subject(self, key: Key) -> str:
        source, target = self._name(key, key.source), self._name(key, key.target)
        return "journeys begun" if source is None else source if target is None else f"{source} → {target}"

    def _edit(self, what: str, key: Key) -> str | None:
        """What the map should say now."""
        if self._choice.map_name is None or self._choice.by != "step":
            return None
        source, target = self._name(key, key.source), self._name(key, key.target)
        if what == "vanished_branch":
            return f"{target}: optional: true, or mend what leads from {source} to it"
        if what == "new_branch":
            return f"draw how {source} leads to {target}: parcours map review {self._choice.map_name} --look proposes steps and touchpoints"
        return None

    def _silent(self, key: Key, since: date, until: date | None) -> str | None:
        """A source of the finding's signals that was silent for most of that time."""
        told: Mapping[str, Any] = self._results.manifest.facts.get("listening") or {}  # type: ignore[assignment]  # facts are JSON
        types = {self._type(key, code) for code in (key.source, key.target) if code is not None}
        sources = {
            row["source"] for row in self._results.coverage() if not types or types.intersection(row["types"])
        }
        last = until or _day(self.counting.last - 1)
        low, high = (_us(day) for day in (since, last + timedelta(days=1)))
        for source, place, begins, ends, _, type_, _ in told.get("silences", ()):
            is_its_own = source in sources and place is None and (type_ is None or type_ in types)
            if is_its_own and min(high, ends) - max(low, begins) >= _MOSTLY * (high - low):
                return str(source)
        spans: Mapping[str, Sequence[int]] = self._results.manifest.facts["coverage"]  # type: ignore[assignment]  # facts are JSON
        ended = (
            name
            for name in sorted(sources & spans.keys())
            if high - max(low, spans[name][1]) >= _MOSTLY * (high - low)
        )
        return next(ended, None)

    def _type(self, key: Key, code: int) -> str:
        """Type of the signals of a node."""
        name = self.counting.of(key).names[code]
        if self._choice.map_name is None or self._choice.by != "step" or key.what is What.SATISFACTION:
            return name
        return next(
            (
                step.signal
                for step in drawn_map(self._results, self._choice.map_name).steps
                if step.step == name
            ),
            name,
        )


class _Counted:
    """Series of a choice, with what each tells."""

    def __init__(self, counting: Counting) -> None:
        self.counting = counting
        self.panels, self._keys = counting.panels()

    def key(self, moved: Moved) -> Key:
        """What a series tells."""
        return self._keys[moved.panel][moved.row]

    def rows(self, cause: Cause) -> tuple[Any, Any]:
        """Visits behind a cause while it lasts, and how long each waited."""
        key = self.key(cause.lead)
        end = self.counting.days if cause.end is None else cause.end
        return self._rows(key, np.arange(cause.first, end))

    def _rows(self, key: Key, days: Any) -> tuple[Any, Any]:
        found = self.counting.cases(key)
        chosen = self.counting.of_slice(key, found.rows)
        day = self.counting.of(key).day[found.rows] - self.counting.first
        chosen &= np.isin(day, days)
        return found.rows[chosen], found.wait_us[chosen]

    def medians(self, key: Key, days: Any) -> float:
        """Median wait on some days, seconds."""
        return _median_s(self._rows(key, days)[1])

    def journeys(self, cause: Cause) -> Any:
        """Journeys behind a cause."""
        return np.unique(self.counting.visits.journey[self.rows(cause)[0]])


def _holidays(results: Results) -> set[date]:
    """Public holidays, and days on which a calendar of the brand is closed or open as on no other."""
    facts: dict[str, Any] = dict(results.manifest.facts)  # facts are JSON
    spans = [span[:2] for span in facts["coverage"].values() if span[0] is not None]
    return odd_days(Brand.model_validate(facts["brand"]), results.region, spans)


def _is_worth(one: Finding, holidays: AbstractSet[date]) -> bool:
    """Not told: a wait whose middle hardly moved, what only weekdays make move, and what people do on the days around a holiday."""
    if (one.after > one.before) != (one.strength > 0) and one.what != What.WAIT:
        return False
    low, high = sorted((one.before, one.after))
    if one.what == What.WAIT and high < _LEAST_WAIT * low:
        return False
    days = 0 if one.until is None else (one.until - one.since).days + 1
    if not 0 < days <= _HOLIDAYS or one.what in {"volume", "mix", "channel"}:
        return True
    near_ = (one.since + timedelta(days=number) for number in range(-_BESIDE, days + _BESIDE))
    return holidays.isdisjoint(near_)


def _is_crowd(cause: Cause) -> bool:
    return cause.end is not None and cause.lead.strength > 0


def _is_within(cause: Cause, crowd: Cause) -> bool:
    """Most days of a cause are those of a crowd."""
    if cause.end is None or crowd.end is None:
        return False
    return min(cause.end, crowd.end) - max(cause.first, crowd.first) >= _MOSTLY * (cause.end - cause.first)


def _what(key: Key, before: float, after: float) -> str:
    """The word for what moved."""
    if key.what is What.SHARE and min(before, after) < _NONE:
        return "new_branch" if before < after else "vanished_branch"
    if key.what is What.MIX and key.slice is not None and key.slice[0] == "channel":
        return "channel"
    return str(key.what)


def _median_s(wait_us: Any) -> float:
    return float(np.median(wait_us)) / 1e6 if len(wait_us) else 0.0


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0


def _us(day: date) -> int:
    return (day - _EPOCH).days * 86_400_000_000


def _day(number: int) -> date:
    return _EPOCH + timedelta(days=number)
