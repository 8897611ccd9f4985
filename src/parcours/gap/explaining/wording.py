"""An explanation in words of one language: a few steps, each with a heading and short lines. English is what the code says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from parcours.gap.explaining.messages import (
    ASKED,
    AT_FIRST,
    CAUSES,
    CHANGES,
    HUNG_ON_SILENCE,
    TIMED,
    VERDICTS,
    WHY,
    WOULD,
)
from parcours.gap.explaining.types import Cause, Counting, Otherwise, Why
from parcours.kernel.clock import EPOCH, SECOND_US
from parcours.signal.catalogue import owner_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from parcours.gap.explaining.types import Candidate, Change, Explanation, Proof, Skipped
    from parcours.ui import Language

_UNIT = re.compile(r"(\d) ?([a-z]+)")  # of a duration as maps write it
_HOURS_TOLD = 36 * 3_600
_SECONDS_TOLD = 3_600  # up to an hour, seconds are told where clocks show them


@dataclass(frozen=True)
class Step:
    """One step of an explanation; `kind` is trigger, promise, due, sought, found, verdict or change."""

    kind: str
    title: str
    lines: tuple[str, ...]


def steps_of(explanation: Explanation, language: Language) -> tuple[Step, ...]:
    """An explanation, step by step, in words."""
    words = _Words(explanation, language)
    told = (
        ("trigger", language.text("What started it"), words.trigger()),
        ("promise", language.text("What was promised"), words.promise()),
        ("due", language.text("Since when" if words.looks_back else "By when"), words.due()),
        ("sought", language.text("What was looked for"), words.sought()),
        ("found", language.text("What was found"), words.found()),
        ("verdict", language.text("Verdict"), words.verdict()),
        ("change", language.text("What would have changed it"), words.changes()),
    )
    return tuple(Step(kind, title, lines) for kind, title, found in told if (lines := tuple(found)))


def verdict_line(explanation: Explanation, language: Language) -> str:
    """The verdict and why, in one line."""
    return next(iter(_Words(explanation, language).verdict()))


def counted_line(explanation: Explanation, language: Language) -> str:
    """By when it was due and how that was found, in one line; empty where nothing was due at a time."""
    return next(iter(_Words(explanation, language).due()), "")


@dataclass(frozen=True)
class _Words:
    """Says the parts of one explanation."""

    told: Explanation
    language: Language

    @property
    def looks_back(self) -> bool:
        """The promise is judged by what came before its trigger."""
        return self.told.sought.pattern in {"preceded_by", "since"}

    # Steps ------------------------------------------------------------------------------------------------

    def trigger(self) -> Iterator[str]:
        told = self.told
        zone = self._text("clock of {zone}", zone=told.zone)
        yield f"{self._title(told.trigger)}, {self._day_at(told.trigger.at, year=True)} ({zone})"
        yield self._proof(told.trigger)

    def promise(self) -> Iterator[str]:
        told = self.told
        said = self._quoted(told.says)
        yield f"{said}, {self._text('said in: {place}', place=told.made_in)}" if told.made_in else said
        about = [] if told.unit is None else [self._text("about {unit}", unit=told.unit)]
        about += [] if told.sought.part is None else [self._text("part {part}", part=told.sought.part)]
        owner = None if told.owner is None else self.language.pick(owner_title(told.owner))
        about += [] if owner is None else [self._text("answered for by {owner}", owner=owner)]
        if about:
            yield ", ".join(about)

    def due(self) -> Iterator[str]:
        due = self.told.due
        if due.counting in {Counting.OPENING, Counting.WORKING_DAYS}:
            yield from self._on_calendar()
        elif said := self._plainly():
            yield said
        for revision in due.revisions:
            given = "–" if revision.deadline_at is None else self._moment(revision.deadline_at)  # noqa: RUF001 - a dash
            message = (
                "{what}, {when}: moved to {given}"
                if revision.counts
                else "{what}, {when}: would have moved it to {given}, does not count"
            )
            yield self._text(
                message, what=self._title(revision.by), when=self._moment(revision.by.at), given=given
            )
        if due.original_verdict is not None:
            at = "–" if due.original_deadline_at is None else self._moment(due.original_deadline_at)  # noqa: RUF001 - a dash
            yield self._text(AT_FIRST[due.original_verdict], at=at)

    def sought(self) -> Iterator[str]:
        sought = self.told.sought
        parts = [self.language.pick(sought.title)]
        if sought.where:
            parts.append(self._text("where {where}", where=sought.where))
        parts += [
            self._text("with {name} = {value}", name=name, value="?" if value is None else value)
            for name, value in sought.match
        ]
        if sought.part is not None:
            parts.append(self._text("about {unit}", unit=sought.part))
        yield self._text(ASKED[sought.pattern], what=", ".join(parts), **self._bounds())
        for hearing in self.told.hearings:
            yield self._hearing(hearing.title, hearing.first_at, hearing.last_at, covers=hearing.covers)

    def found(self) -> Iterator[str]:
        as_of = self.told.as_of_at
        seen_until = as_of if self._is_end_of_day(as_of) else as_of - as_of % SECOND_US
        if self.told.cause is Cause.UNDATED:
            yield self._text("one about it, at a time that nobody can read")
        elif not self.told.found:
            yield self._text("nothing of the kind about it, up to {at}", at=self._moment(seen_until))
        for item in self.told.found:
            yield self._text(
                "{what}, {when}: {why} ({file})",
                what=self._title(item.by),
                when=f"{self._moment(item.by.at)}{self._value(item)}",
                why=self._why(item),
                file=self._file(item.by),
            )
        if self.told.left_out:
            yield self.language.count(
                self.told.left_out, "and {n} more of the kind", "and {n} more of the kind"
            )
        for message, signal in (
            ("Released by {what}, {when}", self.told.waived_by),
            ("Denied by {what}, {when}", self.told.denied_by),
        ):
            if signal is not None:
                words = self._text(message, what=self._title(signal), when=self._moment(signal.at))
                yield f"{words} ({self._file(signal)})"

    def verdict(self) -> Iterator[str]:
        told = self.told
        verdict, why = self._text(VERDICTS[told.verdict]), self._text(CAUSES[told.cause])
        words = self._text("{verdict}: {why}", verdict=verdict, why=why)
        missed = next((item for item in told.found if item.why in {Why.LATE, Why.EARLY, Why.TOO_OLD}), None)
        misses = {Cause.TOO_LATE, Cause.TOO_EARLY, Cause.SILENT}
        if told.cause in misses and missed is not None and missed.apart_s is not None:
            words += self._text(", by {apart}", apart=self._lapse(missed.apart_s))
        yield f"{words}."

    def changes(self) -> Iterator[str]:
        for change in self.told.changes:
            yield self._change(change)

    # Deadlines --------------------------------------------------------------------------------------------

    def _plainly(self) -> str:
        """By when, where no calendar counts."""
        due, trigger = self.told.due, self.told.trigger
        facts = {
            "start": self._moment(due.start_at),
            "wait": self._wait() + (f" ({due.calendar})" if due.calendar else ""),
            "end": "" if due.deadline_at is None else self._moment(due.deadline_at),
            "since": "" if due.from_at is None else self._moment(due.from_at),
            "names": self._properties(),
            "until": self._quoted(self.told.sought.until),
            "what": "" if due.ended_by is None else self._title(due.ended_by),
            "trigger": self._title(trigger),
        }
        return self._text(self._plain_message(), **facts)

    def _plain_message(self) -> str:  # noqa: C901, PLR0911 - one sentence a form of window
        due = self.told.due
        is_known = due.deadline_at is not None
        match due.counting:
            case Counting.ELAPSED if (
                self.told.sought.pattern == "every" and not due.closed_at and not due.ended_by
            ):
                return "{start} + {wait} = {end}: the next was due by then"
            case Counting.ELAPSED if self.told.sought.pattern != "every":
                return "{start} + {wait} = {end}"
            case Counting.NAMED:
                return (
                    "{names}: until {end}"
                    if is_known
                    else "{names}: no time that can be read, so nobody can say"
                )
            case Counting.SLOT:
                return (
                    "{names}: from {since} to {end}"
                    if is_known
                    else "{names}: no slot that can be read, so nobody can say"
                )
            case Counting.BACK:
                return "{end} − {wait} = {since}: looked back to then"  # noqa: RUF001 - a minus
            case Counting.EVER:
                return "looked back to the first that is known, {since}"
            case Counting.LAST_WORD:
                if due.wait and due.from_at is None:
                    return "compared with the last word before {end}, not older than {wait}"
                if due.wait:
                    return "compared with the last word, {since}, not older than {wait}"
                return (
                    "compared with the last word, {since}"
                    if due.from_at is not None
                    else "compared with the last word before {end}"
                )
            case Counting.SPAN:
                return "from {since} to {end}"
        if due.ended_by is not None:
            return "until {until}: {end}"
        if due.closed_at is not None:
            return "until the journey closed: {end}"
        return (
            "until {until}, or the journey closes: neither has come"
            if self.told.sought.until
            else "as long as the journey lasts"
        )

    def _properties(self) -> str:
        """What says by when; what it says is told where nobody can read it."""
        named = self.told.due.properties
        if self.told.due.deadline_at is not None:
            return ", ".join(name for name, _ in named)
        return ", ".join(f"{name} = {'–' if value is None else value}" for name, value in named)  # noqa: RUF001 - a dash

    def _on_calendar(self) -> Iterator[str]:
        """Opening time and working days: what was counted, what was skipped, and where that ends."""
        due = self.told.due
        hours = due.calendar or ""
        hours += "" if due.place is None else f", {due.place}"
        wait = self._wait()
        if due.deadline_at is None or (self.told.sought.pattern == "preceded_by" and due.from_at is None):
            yield self._text("{wait} of {hours}: it does not open, so nobody can say", wait=wait, hours=hours)
            return
        ends = due.from_at if self.looks_back and due.from_at is not None else due.deadline_at
        message = (
            "{wait} of {hours}, looked back to {end}"
            if self.looks_back
            else "{wait} of {hours}, from {start}: until {end}"
        )
        yield self._text(
            message, wait=wait, hours=hours, start=self._moment(due.start_at), end=self._moment(ends)
        )
        if due.cut_off is not None and due.counts_as is not None:
            day = _short_day(due.counts_as, self.language)
            yield self._text("after {clock} it counts as of {day}", clock=due.cut_off, day=day)
        elif due.counts_as is not None and not self.looks_back:
            yield self._text(
                "closed that day, so it counts as of {day}", day=_short_day(due.counts_as, self.language)
            )
        if due.counted:
            yield self._text("counted: {parts}", parts=", ".join(self._stretches()))
        if due.skipped:
            yield self._text("not counted: {days}", days=", ".join(_skipped(due.skipped, self.language)))

    def _wait(self) -> str:
        wait = self.told.due.wait or ""
        number = wait.split(" ")[0]
        if self.told.due.counting is not Counting.WORKING_DAYS or not number.isdigit():
            return _UNIT.sub(lambda part: f"{part[1]} {self._text(part[2])}", wait)
        return self.language.count(int(number), "{n} working day", "{n} working days")

    def _stretches(self) -> Iterator[str]:
        due = self.told.due
        if due.counting is Counting.WORKING_DAYS:
            yield from (_short_day(self._local(part.from_at), self.language) for part in due.counted)
            return
        for day, parts in groupby(due.counted, key=lambda part: self._local(part.from_at).date()):
            spans = (
                f"{self._clock(part.from_at)}–{self._clock(part.until_at)} ({self._lapse(part.seconds)})"  # noqa: RUF001 - a span
                for part in parts
            )
            yield f"{_short_day(day, self.language)} {', '.join(spans)}"

    # What was looked for and found --------------------------------------------------------------------------

    def _bounds(self) -> dict[str, str]:
        sought = self.told.sought
        facts = {
            "n": "" if sought.asked is None else _figure(sought.asked, self.language),
            "wait": self._wait(),
        }
        facts["found"] = "" if sought.found is None else _figure(sought.found, self.language)
        facts["bound"] = ""
        if sought.bound is not None:
            name, side, limit = sought.bound
            facts["bound"] = f"{name} {'≥' if side == 'at_least' else '≤'} {_figure(limit, self.language)}"
        facts["same"] = ", ".join(
            f"{name} = {'?' if value is None else value}" for name, value, _ in sought.same
        )
        return facts

    def _hearing(self, title: Mapping[str, str], first: int | None, last: int | None, *, covers: bool) -> str:
        name = self.language.pick(title)
        if first is None or last is None:
            return self._text("{name} would show it: never heard", name=name)
        message = "shown by {name}, heard from {first} to {last}"
        if self.told.cause in HUNG_ON_SILENCE and covers:
            message = "{name} shows it: heard from {first} to {last}, so all the time"
        elif self.told.cause is Cause.UNHEARD:
            message = "{name} would show it: heard from {first} to {last} only"
            if covers:
                message = "{name} would show it: heard from {first} to {last}, but not all the time"
        return self._text(message, name=name, first=self._day_at(first), last=self._day_at(last))

    def _why(self, item: Candidate) -> str:
        sought = self.told.sought
        if item.why is Why.COUNTED and sought.bound is not None and isinstance(item.value, float):
            _, side, limit = sought.bound
            holds = item.value >= limit if side == "at_least" else item.value <= limit
            return self._text("holds" if holds else "fails")
        if item.why is Why.COUNTED and sought.pattern == "expect":
            return self._text("it came")
        if item.why is Why.DECIDES and sought.pattern == "never":
            return self._text("this must not come")
        if item.why is Why.DECIDES and sought.pattern == "of":
            return self._text("one too many")
        where = sought.where or ""
        names = ", ".join(name for name, _ in sought.match)
        apart = "" if item.apart_s is None else self._lapse(item.apart_s)
        return self._text(WHY[item.why], apart=apart, where=where, match=names, part=sought.part or "")

    def _value(self, item: Candidate) -> str:
        """What a signal said of what is compared, added up or measured."""
        sought, shown = self.told.sought, []
        if sought.bound is not None and item.value is not None:
            shown.append(f"{sought.bound[0]} {_figure(item.value, self.language)}")
        elif item.value is not None:
            shown.append(_figure(item.value, self.language))
        if item.why in {Why.OTHER, Why.UNMATCHED} or sought.same:
            names = [name for name, _ in sought.match] + [theirs for *_, theirs in sought.same]
            names = names if item.why is not Why.OTHER else list(item.by.said)
            shown += [f"{name} = {item.by.said.get(name, '–')}" for name in names]  # noqa: RUF001 - a dash
        return f", {', '.join(shown)}" if shown else ""

    def _change(self, change: Change) -> str:
        told = self.told
        facts = {
            "what": self._quoted(told.sought.title),
            "by": "" if change.by_at is None else self._moment(change.by_at),
            "value": "" if change.value is None else _figure(change.value, self.language),
            "unless": self._quoted(told.sought.unless),
            "revised": self._quoted(told.sought.revised_by),
            "sources": ", ".join(self.language.pick(title) for title in change.sources),
        }
        message = CHANGES[change.what]
        if change.what is Otherwise.HEARD and not change.sources:
            message = "had whoever shows it been heard all the time, it could be judged"
        if change.what is Otherwise.DEADLINE and change.value is None:
            message = "were it known by when, it could be judged"
        if change.by_at is None and change.what in TIMED:
            message = TIMED[change.what]
        words = self._text(message, **facts)
        if change.to is None:
            return f"{words[:1].upper()}{words[1:]}."
        return self._text(WOULD[change.to], words=words)

    # Instants -----------------------------------------------------------------------------------------------

    def _text(self, message: str, **facts: object) -> str:
        return self.language.text(message, **facts)

    def _local(self, at: int) -> datetime:
        return (EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(self.told.zone))

    def _moment(self, at: int) -> str:
        """An instant; its day is told where it is not that of the trigger."""
        if self._local(at).date() == self._local(self.told.trigger.at).date() and not self._is_end_of_day(at):
            return self._clock(at)
        return self._day_at(at)

    def _day_at(self, at: int, *, year: bool = False) -> str:
        moment = self._local(at)
        day = self.language.day(moment, weekday=True, year=year or self._is_other_year(moment))
        if self._is_end_of_day(at):
            return self._text("the end of {day}", day=day)
        return self._text("{day} at {clock}", day=day, clock=self._clock(at))

    def _is_other_year(self, moment: datetime) -> bool:
        return moment.year != self._local(self.told.trigger.at).year

    def _is_end_of_day(self, at: int) -> bool:
        moment = self._local(at)
        return (moment + timedelta(microseconds=1)).date() != moment.date()

    def _clock(self, at: int) -> str:
        moment = self._local(at)
        if moment.microsecond and not self._is_end_of_day(at):
            return f"{moment:%H:%M:%S.%f}".rstrip("0")
        return f"{moment:%H:%M:%S}" if moment.second else self.language.clock(moment)

    def _lapse(self, seconds: float) -> str:
        """How long, to the second up to an hour."""
        whole = round(seconds)
        if whole < 1 and seconds:
            return self._text("less than a second")
        minutes, rest = divmod(whole, 60)
        if rest and minutes and whole < _SECONDS_TOLD:
            return f"{minutes} min {rest:02d}"
        if _SECONDS_TOLD <= whole < _HOURS_TOLD:
            hours, minutes = divmod(round(whole / 60), 60)
            return f"{hours} h {minutes:02d}" if minutes else f"{hours} h"
        return self.language.duration(whole)

    # Proof -----------------------------------------------------------------------------------------------

    def _title(self, proof: Proof) -> str:
        return self.language.pick(proof.title)

    def _quoted(self, title: Mapping[str, str] | None) -> str:
        return "" if title is None else self._text("“{says}”", says=self.language.pick(title))

    def _proof(self, proof: Proof) -> str:
        title = self.language.pick(proof.source_title)
        return title if proof.file is None and not proof.source else f"{title}, {self._file(proof)}"

    def _file(self, proof: Proof) -> str:
        return self._text("{file} row {row}", file=proof.file or "?", row=proof.row)


def _figure(value: float | str, language: Language) -> str:
    """A number with as many digits as it has; a text as it is."""
    if isinstance(value, str):
        return value
    digits = len(f"{value:.6f}".rstrip("0").partition(".")[2])
    return language.number(value, digits)


def _short_day(moment: date | datetime, language: Language) -> str:
    return f"{language.weekday(moment.weekday(), short=True)} {language.short_day(moment)}"


def _skipped(days: Sequence[Skipped], language: Language) -> Iterator[str]:
    """Days on which nothing counts; those that follow one another together, holidays by their names."""
    runs: list[list[Skipped]] = []
    for item in days:
        before = runs[-1][-1] if runs else None
        follows = before is not None and item.day - before.day == timedelta(days=1)
        if follows and before is not None and before.holiday is None and item.holiday is None:
            runs[-1].append(item)
        else:
            runs.append([item])
    for run in runs:
        first, last = (_short_day(item.day, language) for item in (run[0], run[-1]))
        name = language.pick(run[0].holiday) if run[0].holiday else language.text("closed")
        yield f"{first} ({name})" if len(run) == 1 else f"{first} – {last} ({name})"  # noqa: RUF001 - a span
