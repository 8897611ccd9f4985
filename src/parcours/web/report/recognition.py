"""How well customers are recognised: who the signals are of, how large people are, what joining them brings, where to look for mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.identity.explaining import hexadecimal
from parcours.identity.quality import total_of
from parcours.identity.quality.types import SILENCE_DAYS
from parcours.identity.wording import DECISIONS, FIELDS, RULES, called, suspicion_words
from parcours.signal.catalogue import channel_title
from parcours.web.report.page import (
    Doubt,
    DoubtRow,
    LeapLine,
    RecognisedLine,
    RecognitionPart,
    SizeLine,
    Table,
)

if TYPE_CHECKING:
    from parcours.identity.quality import Place, Quality
    from parcours.ui import Language

_ROWS = 5  # of people to look at
_PAIRS = 5  # of channels
_TABLED_PAIRS = 12


def recognition_part(found: Quality, language: Language) -> RecognitionPart:
    """The part of a report on who is recognised; without figures, what is missing."""
    whole = total_of(found.places)
    note = ""
    if not whole.signals:
        note = language.text("No signal was seen, so nobody can be recognised yet.")
    elif not found.people:
        note = language.text("No signal carries an identifier; mappings name one under “person”.")
    return RecognitionPart(
        note=note,
        lead=_lead(found, language) if found.people else "",
        channels=tuple(_channel_line(place, language) for place in found.channels),
        sizes=_size_lines(found, language) if found.people else (),
        sizes_note=language.text("the largest has {n}", n=language.number(found.largest)),
        before=language.percent(found.before.signal_share),
        after=language.percent(found.after.signal_share),
        leap_note=_leap_note(found, language),
        pairs=_pair_lines(found, language),
        doubts=(_several(found, language), _one(found, language)) if found.people else (),
        tables=_tables(found, language) if whole.signals else (),
        command="parcours identity quality",
    )


def _lead(found: Quality, language: Language) -> str:
    whole = total_of(found.places)
    return language.text(
        "{share} of {signals} signals carry an identifier. Joined, these make {people} people, {known} of them with an account.",
        share=language.percent(whole.identified / whole.signals),
        signals=language.number(whole.signals),
        people=language.number(found.people),
        known=language.number(found.known),
    )


def _channel(name: str, language: Language) -> str:
    return language.pick(channel_title(name)) if name else language.text("(no channel)")


def _channel_line(place: Place, language: Language) -> RecognisedLine:
    return RecognisedLine(
        title=_channel(place.channel, language),
        share=language.percent(place.identified / place.signals),
        detail=language.count(place.signals, "of {n} signal", "of {n} signals"),
        known=place.known / place.signals,
        rest=(place.identified - place.known) / place.signals,
        said=language.text("{share} of an account", share=language.percent(place.known / place.signals)),
    )


def _size_lines(found: Quality, language: Language) -> tuple[SizeLine, ...]:
    top = max(size.people for size in found.sizes)
    return tuple(
        SizeLine(
            title=size.name,
            people=language.number(size.people),
            known=size.known / top,
            rest=(size.people - size.known) / top,
            said=language.text("{n} with an account", n=language.number(size.known)),
        )
        for size in found.sizes
    )


def _leap_note(found: Quality, language: Language) -> str:
    return language.text(
        "of signals lie in journeys over several channels: identifier by identifier, then joined. A journey here is what one does without {n} days of silence; {before} of {befores} cross before, {after} of {afters} after.",
        n=language.number(SILENCE_DAYS),
        before=language.number(found.before.journeys_crossing),
        befores=language.number(found.before.journeys),
        after=language.number(found.after.journeys_crossing),
        afters=language.number(found.after.journeys),
    )


def _pair_lines(found: Quality, language: Language) -> tuple[LeapLine, ...]:
    """The channels that joining brings together most."""
    gains = sorted(found.pairs, key=lambda pair: pair.before - pair.after)[:_PAIRS]
    shown = [pair for pair in gains if pair.after > pair.before]
    top = max((pair.after for pair in shown), default=1)
    return tuple(
        LeapLine(
            title=f"{_channel(pair.channel, language)} + {_channel(pair.other_channel, language)}",
            figures=f"{language.number(pair.before)} → {language.number(pair.after)}",
            was=pair.before / top,
            gain=(pair.after - pair.before) / top,
        )
        for pair in shown
    )


def _several(found: Quality, language: Language) -> Doubt:
    alike = sum(suspect.by_records for suspect in found.suspects)
    lines = [(language.number(count), called(RULES, rule, language)) for rule, count in found.rules.items()]
    if alike:
        lines.append((language.number(alike), language.text("hold what records that are alike have joined")))
    if not found.suspects:
        lines.append(("", language.text("nobody has more than one person plausibly has")))
    return Doubt(
        title=language.count(len(found.suspects), "{n} person may be several", "{n} people may be several"),
        lines=tuple(lines),
        rows=tuple(
            DoubtRow(
                why=" · ".join(suspicion_words(item, language) for item in suspect.suspicions),
                command=f"parcours identity explain {hexadecimal(suspect.person_id)}",
            )
            for suspect in found.suspects[:_ROWS]
        ),
        command="parcours identity quality --show several" if found.suspects else "",
    )


def _one(found: Quality, language: Language) -> Doubt:
    pairs = language.text("pairs with an address or a number in common")
    commands = {
        "parcours identity quality --show one": found.apart,
        "parcours identity review": found.waiting,
    }
    return Doubt(
        title=language.text("People who may be one"),
        lines=(
            (language.number(len(found.apart)), pairs),
            *(
                (
                    language.number(count),
                    language.text("waiting: {why}", why=called(DECISIONS, why, language)),
                )
                for why, count in found.waiting.items()
            ),
        ),
        rows=tuple(
            DoubtRow(
                why=language.text("in common: {field}", field=called(FIELDS, item.field, language)),
                command=f"parcours identity explain {hexadecimal(item.person_id)} {hexadecimal(item.other_person_id)}",
            )
            for item in found.apart[:_ROWS]
        ),
        command=next((command for command, rows in commands.items() if rows), ""),
    )


def _tables(found: Quality, language: Language) -> tuple[Table, ...]:
    """What the bars show, as tables."""
    of, number = language.text, language.number
    coverage = Table(
        of("Signals that can be given to somebody"),
        (
            of("channel"),
            of("signals"),
            of("with an identifier"),
            of("of an account"),
            of("met on another channel too"),
        ),
        tuple(
            (
                _channel(place.channel, language),
                *(number(count) for count in (place.signals, place.identified, place.known, place.elsewhere)),
            )
            for place in found.channels
        ),
        (1, 2, 3, 4),
    )
    sizes = Table(
        of("Identifiers of a person"),
        (of("identifiers"), of("people"), of("with an account")),
        tuple((size.name, number(size.people), number(size.known)) for size in found.sizes),
        (1, 2),
    )
    pairs = Table(
        of("Journeys that met both channels"),
        (of("both channels"), of("each identifier alone"), of("joined")),
        tuple(
            (
                f"{_channel(pair.channel, language)} + {_channel(pair.other_channel, language)}",
                number(pair.before),
                number(pair.after),
            )
            for pair in found.pairs[:_TABLED_PAIRS]
        ),
        (1, 2),
    )
    return (coverage, sizes, pairs) if found.people else (coverage,)
