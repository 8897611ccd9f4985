"""Sources, when each was heard, and what could not be observed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from parcours.gap.listening import quiet_since
from parcours.kernel.clock import EPOCH
from parcours.signal.catalogue import refusal_title, title_of
from parcours.ui import charts
from parcours.web.report.page import SourceLine, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

    from parcours.gap.listening import Stream
    from parcours.ui import Language
    from parcours.web.report.gathering import Facts, Heard

_DAY = timedelta(days=1)
_MANY_LIVED = 6  # touchpoints no map knows that are told one by one


def silent_days(source: Heard, facts: Facts) -> int:
    """Days for which a source has been silent, longer than in health, at the end of what all sources saw; 0: it is not."""
    stream = next((item for item in _whole(facts) if item.source == source.row["source"]), None)
    newest = max((item.last_at for item in _whole(facts)), default=0)
    if stream is None or quiet_since(stream, newest, str(facts.as_of.tzinfo)) is None:
        return 0
    return timedelta(microseconds=newest - stream.last_at) // _DAY


def _whole(facts: Facts) -> list[Stream]:
    return [stream for stream in facts.hearing.streams if stream.place is None]


@dataclass(frozen=True)
class _Scale:
    """The days that strips show: from the first day on which anything was heard to the last."""

    first_day: int
    days: int
    zone: ZoneInfo

    @classmethod
    def of(cls, facts: Facts) -> _Scale:
        """The scale of all sources."""
        zone = facts.as_of.tzinfo
        ends = [(stream.first_at, stream.last_at) for stream in _whole(facts)]
        days = [_local(at, zone).date() - EPOCH.date() for pair in ends for at in pair]  # type: ignore[arg-type]  # the zone of a run
        first = min(days, default=timedelta()) // _DAY
        return cls(first, max(days, default=timedelta()) // _DAY - first + 1, zone)  # type: ignore[arg-type]  # same

    def place(self, at: int) -> float:
        """Where an instant lies, from 0 to 1."""
        local = _local(at, self.zone).replace(tzinfo=None) - EPOCH.replace(tzinfo=None)
        return min(1.0, max(0.0, (local / _DAY - self.first_day) / self.days))

    def cut(self, stream: Stream, figures: Sequence[float]) -> list[float]:
        """A stream's days on the scale."""
        begins = stream.first_day - self.first_day
        at = {begins + number: float(figure) for number, figure in enumerate(figures)}
        return [at.get(number, 0.0) for number in range(self.days)]


def _local(at: int, zone: ZoneInfo) -> datetime:
    return (EPOCH + timedelta(microseconds=at)).astimezone(zone)


def source_lines(facts: Facts, language: Language) -> tuple[SourceLine, ...]:
    """One line a source, and one for each place of it that was deaf: when it was heard, and what was refused."""
    scale = _Scale.of(facts)
    found: list[SourceLine] = []
    for source in facts.sources:
        mine = [stream for stream in facts.hearing.streams if stream.source == source.row["source"]]
        deaf = {item.place for item in facts.hearing.silences if item.source == source.row["source"]}
        shown: list[Stream | None] = [
            stream for stream in mine if stream.place is None or stream.place in deaf
        ]
        found += [_line(source, stream, facts, scale, language) for stream in shown or [None]]
    return tuple(found)


def _line(
    source: Heard, stream: Stream | None, facts: Facts, scale: _Scale, language: Language
) -> SourceLine:
    is_place = stream is not None and stream.place is not None
    silent = 0 if is_place else silent_days(source, facts)
    notes = [language.count(silent, "silent for {n} day", "silent for {n} days")] if silent else []
    line, heard = "", language.text("never heard")
    if stream is not None:
        spans = [
            item
            for item in facts.hearing.silences
            if (item.source, item.place, item.type) == (stream.source, stream.place, None)
        ]
        notes += [_lasting(sum(item.until - item.since for item in spans), language)] if spans else []
        line = charts.heard_strip(
            scale.cut(stream, list(stream.heard)),
            None if stream.expected is None else scale.cut(stream, list(stream.expected)),
            [(scale.place(item.since), scale.place(item.until)) for item in spans],
            scale.place(stream.last_at) if silent else None,
        )
        first, last = (_local(at, scale.zone) for at in (stream.first_at, stream.last_at))
        heard = language.text(
            "{start} to {end}", start=language.short_day(first), end=language.short_day(last)
        )
    refused = ", ".join(
        f"{language.number(count)} {language.pick(refusal_title(reason))}"
        for reason, count in source.row["refused"].items()
    )
    return SourceLine(
        title=language.pick(source.title),
        place=facts.places[stream.place] if stream is not None and stream.place is not None else "",
        name=source.row["source"],
        line=line,
        heard=heard,
        signals=language.number(source.row["signals"] if stream is None else stream.signals),
        refused="" if is_place else refused or language.text("none"),
        note=", ".join(notes),
    )


def _lasting(lasted_us: int, language: Language) -> str:
    """How long a stream was deaf."""
    hours = round(timedelta(microseconds=lasted_us) / timedelta(hours=1))
    if timedelta(hours=hours) < 2 * _DAY:
        return language.count(hours, "deaf for {n} hour", "deaf for {n} hours")
    return language.count(round(hours / 24), "deaf for {n} day", "deaf for {n} days")


_NOT_HEARD = {"quiet_source", "deaf_source", "deaf_place", "deaf_type", "thin"}


def silence_table(facts: Facts, language: Language) -> Table | None:
    """What the strips hatch: each silence with its ends, what was missed and what it hides; None where nobody was deaf."""
    titles = {source.row["source"]: source.title for source in facts.sources}
    rows = [row for row in facts.unheard if row["kind"] in _NOT_HEARD]
    if not rows:
        return None
    return Table(
        language.text("Who was deaf, and what that hides"),
        (
            language.text("system"),
            language.text("where"),
            language.text("last heard"),
            language.text("heard again"),
            language.text("not verifiable"),
        ),
        tuple(
            (
                language.pick(titles[row["what"]]),
                row["place"]
                or (language.pick(title_of(row["type"])) if row["type"] else language.text("everywhere")),
                _when(row["since"], language),
                _when(row["until"], language) if row["until"] else language.text("no more"),
                language.number(row["verdicts"]),
            )
            for row in rows
        ),
    )


def _when(text: str, language: Language) -> str:
    moment = datetime.fromisoformat(text)
    return f"{language.short_day(moment)} {language.clock(moment)}"


def blind_lines(facts: Facts, language: Language) -> tuple[str, ...]:
    """What could not be observed, in sentences."""
    return (*_unverified(facts, language), *_unheard(facts, language), *_unknown(facts, language))


def _unverified(facts: Facts, language: Language) -> Iterator[str]:
    for found in facts.findings.promises:
        if found.share.unobservable:
            yield language.count(
                found.share.unobservable,
                "“{promise}”: {n} promise could not be verified ({share} of those due).",
                "“{promise}”: {n} promises could not be verified ({share} of those due).",
                promise=language.pick(found.says),
                share=language.percent(
                    found.share.unobservable / (found.share.judged + found.share.unobservable)
                ),
            )


def _unheard(facts: Facts, language: Language) -> Iterator[str]:
    for part in facts.maps:
        for place in part.lived.places:
            if not place.heard:
                yield language.text(
                    "“{step}” is on the map, but no system that was heard could show it.",
                    step=language.pick(place.title),
                )
    for row in facts.unheard:
        if row["kind"] == "unheard_touchpoint":
            yield language.text(
                "“{touchpoint}” is on a map, and nothing was ever heard from there.", touchpoint=row["what"]
            )


def _unknown(facts: Facts, language: Language) -> Iterator[str]:
    """Touchpoints that no map knows, those most lived one by one."""
    lived: dict[str, int] = {}
    for row in facts.unheard:
        if row["kind"] == "unknown_touchpoint":
            lived[row["what"]] = lived.get(row["what"], 0) + row["journeys"]
    ranked = sorted(lived, key=lambda name: (-lived[name], name))
    for name in ranked[:_MANY_LIVED]:
        yield language.count(
            lived[name],
            "“{touchpoint}” is on no map, and {n} journey went through it.",
            "“{touchpoint}” is on no map, and {n} journeys went through it.",
            touchpoint=name,
        )
    if more := ranked[_MANY_LIVED:]:
        yield language.count(
            len(more),
            "And {n} more touchpoint that no map knows.",
            "And {n} more touchpoints that no map knows.",
        )
