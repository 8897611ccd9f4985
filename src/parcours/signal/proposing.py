"""A mapping guessed from a sample of a file's columns: values in, a proposal out, each guess with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from parcours.signal import headings
from parcours.signal.headings import word_set
from parcours.signal.reading import ROW
from parcours.signal.shapes import (
    ENOUGH,
    NULL_WORDS,
    Column,
    Profile,
    TimeShape,
    clock_formats,
    find_time,
    is_clock,
    is_number_kind,
    is_personal,
    profile,
)
from parcours.signal.tables import TRAITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FEW = 60  # different values of what is a category
_MOST_CATEGORIES, _ROWS_A_CATEGORY = 500, 20
_SHORT = 30  # rows below which counts of different values say nothing
_MOST_TYPES = 300
_MOST_PROPERTIES = 40
_MOST_SIGNALS = 16
_LONG_WORDS = 4.0  # mean words of free text
_MOST_SCORE = 100
_SHORT_HEADING = 2  # words
_WORDS_OF_A_PLACE = 3  # mean
_MOSTLY_CHANNELS = 0.6  # share of values that are names of channels
_ITEM_NUMBERS = 100  # identifiers below are places in a list
_SURE, _FAIR = 0.98, 0.9
_FRENCH = word_set(
    "date_ prenom nom ville commande livraison montant prix magasin heure jour adresse caisse canal achat retour avis numero achete facture"
)


class Sure(StrEnum):
    """How sure a guess is."""

    HIGH = "high"
    FAIR = "fair"
    LOW = "low"


@dataclass(frozen=True)
class Guess:
    """One line of a mapping.

    Attributes:
        key: Namespace, trait, property, or the mapping's key.
        value: SQL expression, or text where `is_text`.
        why: The reason, for people.
        sure: How sure.
        column: The heading it rests on; empty where it rests on none.
        others: What else it could be: expression and reason.
        is_text: `value` is a text, not an expression.
    """

    key: str
    value: str
    why: str
    sure: Sure
    column: str = ""
    others: tuple[tuple[str, str], ...] = ()
    is_text: bool = False


@dataclass(frozen=True)
class SignalGuess:
    """One kind of signal that a row gives.

    Attributes:
        type: What happened.
        at: When.
        when: Condition; None: every row.
    """

    type: Guess
    at: Guess
    when: str | None = None


@dataclass(frozen=True)
class Surroundings:
    """What a proposal needs to know that is not in the values.

    Attributes:
        source: Name of the source.
        zone: Time zone assumed for times without offset.
        zone_from: Where that zone comes from, for people.
        day: Day of the file's last change, `2026-09-12`: the time of rows that have none.
        whole: The sample is the whole file.
        decimal_comma: The file's delimiter suggests days first and decimal commas.
    """

    source: str
    zone: str = "UTC"
    zone_from: str = "the default"
    day: str = "2000-01-01"
    whole: bool = True
    decimal_comma: bool = False


@dataclass(frozen=True)
class Proposal:
    """A mapping proposed.

    Attributes:
        source: Name of the source.
        zone: Time zone of times without offset; None where there are none.
        has_time: A time was found; else all rows are given the file's day.
        looks_up: It looks like a table that others look up by this expression; None where it does not.
        left_out: Headings that went nowhere, with the reason.
        notes: What could not be decided, with the fix.
    """

    source: str
    signals: tuple[SignalGuess, ...]
    has_time: bool
    zone: Guess | None = None
    person: tuple[Guess, ...] = ()
    objects: tuple[Guess, ...] = ()
    channel: Guess | None = None
    touchpoint: Guess | None = None
    id: Guess | None = None
    text: Guess | None = None
    properties: tuple[Guess, ...] = ()
    traits: tuple[Guess, ...] = ()
    looks_up: str | None = None
    left_out: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class _Seen:
    """A column with all that is known of it; `used` once it has its place."""

    column: Column
    words: tuple[str, ...]
    found: Profile
    time: TimeShape | None = None
    used: bool = False

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def sql(self) -> str:
        return self.column.expression

    @property
    def unique(self) -> bool:
        return self.found.distinct == len(self.column.values) == self.found.filled > 0

    @property
    def few(self) -> bool:
        return 0 < self.found.distinct <= FEW and (
            self.found.distinct <= self.found.filled / 2 or self.found.filled <= _SHORT
        )

    @property
    def category(self) -> bool:
        """Few values for so many rows, none of them long."""
        many = self.found.distinct <= min(_MOST_CATEGORIES, self.found.filled / _ROWS_A_CATEGORY)
        return self.few or (many and self.found.words < _LONG_WORDS)

    @property
    def is_text(self) -> bool:
        return self.column.kind == "VARCHAR"

    @property
    def numeric(self) -> bool:
        return is_number_kind(self.column.kind) or (self.is_text and self.found.numbers >= _SURE)


@dataclass
class _Desk:
    """The work under way."""

    seen: list[_Seen]
    around: Surroundings
    rows: int
    left_out: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    time_notes: list[str] = field(default_factory=list)
    currency_told: bool = False

    def free(self) -> list[_Seen]:
        return [item for item in self.seen if not item.used]

    def leave(self, item: _Seen, why: str) -> None:
        item.used = True
        self.left_out.append((item.name, why))


def propose(columns: Sequence[Column], around: Surroundings) -> Proposal:
    """A mapping for a file of which these values were seen.

    Args:
        columns: A sample, all columns of the same length.
        around: What the values do not say.

    Returns:
        A proposal that a mapping can be written from, whatever the columns are; where no time was found, `has_time` is false and rows
        are given the file's day.
    """
    desk = _laid_out(columns, around)
    times, deadlines = _times(desk)
    activity = _activity(desk, times)
    traits = _traits(desk)
    person = _identifiers(desk, headings.PERSONS)
    objects = _identifiers(desk, headings.OBJECTS) + _other_identifiers(desk)
    if any(guess.key in {"given_name", "family_name"} for guess in traits) and {
        guess.key for guess in person
    } <= {"email", "phone"}:
        record, objects = _record_as_person(objects)
        person = [*record, *person]
    if not person:
        traits = _without_people(desk, traits)
    message_id = _message_id(desk, objects or person)
    objects = [
        guess
        for guess in objects
        if message_id is None or guess.column != message_id.column or not _only_message(guess)
    ]
    _leave_staff(desk)
    channel, touchpoint = _channel(desk), _touchpoint(desk)
    text = _text(desk)
    signals, properties = _signals(desk, times, activity, [*person, *objects], has_traits=bool(traits))
    properties += _deadline_properties(deadlines) + _properties(desk)
    taken: set[str] = set()
    named = [
        replace(guess, key=headings.name_of(guess.key, taken, f"property_{number}"))
        for number, guess in enumerate(properties, 1)
    ]
    for guess in named[_MOST_PROPERTIES:]:
        desk.left_out.append((guess.column, f"{_MOST_PROPERTIES} properties are proposed already"))
    return Proposal(
        source=around.source,
        signals=signals,
        has_time=bool(times),
        zone=_zone(around, [*times, *deadlines]),
        person=tuple(person),
        objects=tuple(objects),
        channel=channel,
        touchpoint=touchpoint,
        id=message_id,
        text=text,
        properties=tuple(named[:_MOST_PROPERTIES]),
        traits=tuple(traits),
        looks_up=next((item.sql for item in desk.seen if item.unique), None)
        if not (times or person or text)
        else None,
        left_out=tuple(desk.left_out),
        notes=tuple(desk.time_notes + desk.notes),
    )


def _laid_out(columns: Sequence[Column], around: Surroundings) -> _Desk:
    rows = max((len(column.values) for column in columns), default=0)
    seen = [_Seen(column, headings.words_of(column.name), profile(column)) for column in columns]
    desk = _Desk(seen, around, rows)
    french = any(set(item.words) & _FRENCH for item in seen)
    decided = _decided_order(seen)
    for item in seen:
        if item.name.lower() == ROW:
            desk.leave(item, "the import numbers rows under this name: rename it in the export")
            continue
        if item.found.filled == 0:
            desk.leave(item, "it is empty in all rows seen")
            continue
        hinted = (
            bool(set(item.words) & (headings.TIME_WORDS | headings.DEADLINE_WORDS))
            or headings.trait_of(item.words) == "birth_date"
        )
        day_first = decided if decided is not None else True
        item.time = find_time(item.column, hinted=hinted, day_first=day_first)
        if item.time and item.time.doubt.startswith("no day") and decided is not None:
            item.time = replace(item.time, doubt="")
        elif item.time and item.time.doubt.startswith("no day") and (french or around.decimal_comma):
            item.time = replace(item.time, doubt=f"{item.time.doubt}, as the file looks French")
    return desk


def _decided_order(seen: Iterable[_Seen]) -> bool | None:
    """Day first or not, as another column of the same file decides; None where none does."""
    for item in seen:
        shape = find_time(item.column, hinted=False, day_first=True)
        if shape and shape.what in {"day first", "month first"} and not shape.doubt:
            return shape.what == "day first"
    return None


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share in {0.0, 1.0} else f"{min(100 * share, 99.9):.1f} %"


def _surely(share: float) -> Sure:
    return Sure.HIGH if share >= _SURE else Sure.FAIR if share >= _FAIR else Sure.LOW


def _times(desk: _Desk) -> tuple[list[_Seen], list[_Seen]]:
    """Columns that say when something happened, the main one first; and deadlines."""
    found = [
        item
        for item in desk.free()
        if item.time is not None and headings.trait_of(item.words) != "birth_date"
    ]
    deadlines = [item for item in found if set(item.words) & headings.DEADLINE_WORDS]
    events = [
        item for item in found if item not in deadlines and not set(item.words) & {"naissance", "birth"}
    ]
    if not events and deadlines:
        events, deadlines = deadlines[:1], deadlines[1:]
        desk.time_notes.append(
            f"{_shown(events[0].name)} is the only time, and reads like a deadline: say with `at` when it really happened, if another file knows"
        )
    for item in [*events, *deadlines]:
        item.used = True
        if item.time and item.time.doubt:
            desk.time_notes.append(
                f"{_shown(item.name)}: {item.time.doubt}; change the format in `at` if that is wrong"
            )
    _join_clock(desk, events)
    return sorted(events, key=_time_rank), deadlines


def _join_clock(desk: _Desk, events: list[_Seen]) -> None:
    """A date in one column and the hour in the next are one time."""
    clock = next(
        (item for item in desk.free() if is_clock(item.column) and set(item.words) & headings.HOUR_WORDS),
        None,
    )
    dates = [item for item in events if item.time and item.time.dates_only]
    if clock is None or len(dates) != 1 or dates[0].time is None or not dates[0].is_text or not clock.is_text:
        return
    date, shape = dates[0], dates[0].time
    clock.used = True
    formats = tuple(
        f"{day} {hour}" for day in (shape.formats or ("%Y-%m-%d",)) for hour in clock_formats(clock.column)
    )
    joined = f"trim({date.sql}) || ' ' || trim({clock.sql})"
    date.column = replace(date.column, name=f"{date.name} + {clock.name}", expression=f"{joined}")
    date.time = replace(shape, formats=formats, dates_only=False)


def _time_rank(item: _Seen) -> tuple[float, int]:
    words = set(item.words)
    later = (
        ("case" in words) + bool(words & headings.BOOKKEEPING_WORDS) + (bool(words & {"end", "fin", "ended"}))
    )
    return (later - round(item.found.filled / max(len(item.column.values), 1), 2), len(item.words))


def _activity(desk: _Desk, times: list[_Seen]) -> _Seen | None:
    """The column that says what happened."""
    candidates = [
        item
        for item in desk.free()
        if item.words in headings.ACTIVITIES
        and item.is_text
        and item.found.distinct <= _MOST_TYPES
        and (item.found.distinct < item.found.filled / 2 or item.found.filled <= _SHORT)
        and not is_personal(item.found)
    ]
    if not candidates and len(times) == 1:
        repeated = any(
            headings.namespace_of(item.words, headings.OBJECTS)
            and item.found.distinct < 0.9 * item.found.filled
            for item in desk.free()
        )
        candidates = [
            item
            for item in desk.free()
            if repeated and item.is_text and item.few and set(item.words) & headings.STATUSES
        ]
    if not candidates:
        return None
    candidates[0].used = True
    return candidates[0]


def _traits(desk: _Desk) -> list[Guess]:
    guesses: dict[str, Guess] = {}
    for item in desk.free():
        trait = headings.trait_of(item.words)
        if trait is None or trait not in TRAITS or trait in guesses:
            continue
        if trait in {"email", "phone"}:  # also an identifier, below
            sound = item.found.emails >= ENOUGH if trait == "email" else item.found.phones >= ENOUGH
            if sound:
                guesses[trait] = Guess(trait, item.sql, f"values look like {trait}s", Sure.HIGH, item.name)
            continue
        if trait in {"given_name", "family_name"} and item.numeric:
            continue
        item.used = True
        guesses[trait] = Guess(trait, _trait_sql(trait, item), "from the heading", Sure.HIGH, item.name)
    if guesses.keys() <= {
        "email",
        "phone",
    }:  # identifiers already; beside other traits they help to tell people apart
        return []
    return [guesses[trait] for trait in TRAITS if trait in guesses]


def _trait_sql(trait: str, item: _Seen) -> str:
    if trait == "birth_date" and item.time is not None and item.time.formats:
        return f"strftime({item.time.expression(item.sql)}, '%Y-%m-%d')"
    return item.sql


def _without_people(desk: _Desk, traits: list[Guess]) -> list[Guess]:
    """Traits need somebody they are of."""
    for guess in traits:
        desk.left_out.append((guess.column, "it looks personal, and no column says whose it is"))
    return []


def _record_as_person(objects: list[Guess]) -> tuple[list[Guess], list[Guess]]:
    """A file of people whose key has an unknown name: the first unknown key is theirs."""
    for guess in objects:
        if guess.key not in headings.OBJECTS.values():
            why = f"the rows hold names of people, and {_shown(guess.column)} tells them apart"
            return [replace(guess, why=why, sure=Sure.FAIR)], [
                other for other in objects if other is not guess
            ]
    return [], objects


def _identifiers(desk: _Desk, known: dict[str, str]) -> list[Guess]:
    """Columns whose heading, or in people's case whose values, name an identifier."""
    guesses: dict[str, Guess] = {}
    for item in desk.free():
        namespace, why, sure = _namespace(item, known)
        if namespace is None or item.time is not None:
            continue
        item.used = True
        if namespace in guesses:
            first = guesses[namespace]
            guesses[namespace] = replace(
                first, others=(*first.others, (item.sql, f"also reads like {namespace}"))
            )
        else:
            guesses[namespace] = Guess(namespace, item.sql, why, sure, item.name)
    return list(guesses.values())


def _namespace(item: _Seen, known: dict[str, str]) -> tuple[str | None, str, Sure]:
    words = set(item.words)
    if known is headings.PERSONS:
        if item.found.emails >= ENOUGH:
            return "email", f"{_percent(item.found.emails)} of values look like e-mail addresses", Sure.HIGH
        if words & headings.PHONE_WORDS and item.found.phones >= ENOUGH:
            return "phone", f"{_percent(item.found.phones)} of values look like phone numbers", Sure.HIGH
        if words & headings.PHONE_WORDS and item.numeric and item.found.distinct > FEW and item.found.whole:
            return "phone", "from the heading; the values have lost their leading zero, perhaps", Sure.LOW
    namespace = headings.namespace_of(item.words, known)
    if namespace is None or _no_identifier(item, namespace):
        return None, "", Sure.LOW
    if known is headings.PERSONS and _mere_category(item):
        return None, "", Sure.LOW
    bare = not words & headings.ID_WORDS
    return namespace, "from the heading" + _repeats(item), Sure.FAIR if bare else Sure.HIGH


def _no_identifier(item: _Seen, namespace: str) -> bool:
    """The values are none, whatever the heading says: sentences, fractions, places in a list."""
    if item.found.words > _WORDS_OF_A_PLACE or item.column.kind in {"BOOLEAN", "FLOAT", "DOUBLE"}:
        return True
    if not item.numeric:
        return False
    small = item.found.high < _ITEM_NUMBERS and item.found.distinct < item.found.filled / 2
    in_list = (small and namespace not in {"store", "campaign"}) or (item.words == ("order",) and item.unique)
    return in_list or not item.found.whole


def _mere_category(item: _Seen) -> bool:
    return item.found.distinct <= 12 and item.found.filled > 10 * item.found.distinct  # noqa: PLR2004 - genders, segments


def _repeats(item: _Seen) -> str:
    if item.unique:
        return "; each row has its own"
    return f"; {item.found.distinct:,} different in {item.found.filled:,} rows"


def _other_identifiers(desk: _Desk) -> list[Guess]:
    """Headings that end in `id` and the like, of a kind nobody named before."""
    guesses = []
    taken: set[str] = set(headings.OBJECTS.values()) | set(headings.PERSONS.values())
    for item in desk.free():
        listed = item.column.kind.endswith("[]") and item.found.words <= _SHORT_HEADING
        strong = {"id", "ids", "uuid", "guid", "key", "identifiant", "identifier"}
        named = bool(set(item.words) & strong) and not headings.names_a_person(item.words)
        if (
            not (named or listed or item.found.uuids >= ENOUGH)
            or item.time is not None
            or item.found.words > _SHORT_HEADING
        ):
            continue
        rest = [word for word in item.words if word not in strong | {"unique"}]
        if not rest and not item.unique:
            continue
        if (item.few and not listed and item.found.filled > _SHORT) or item.column.kind in {
            "BOOLEAN",
            "FLOAT",
            "DOUBLE",
        }:
            continue
        item.used = True
        key = headings.name_of(
            "_".join(map(headings.singular, rest) if listed else rest) or "record", taken, "record"
        )
        guesses.append(Guess(key, item.sql, "from the heading" + _repeats(item), Sure.FAIR, item.name))
    return guesses


_MESSAGE_WORDS = word_set("event message row record line signal log transaction hit")


def _message_id(desk: _Desk, identifiers: Sequence[Guess]) -> Guess | None:
    """A key each row has for itself; only where that is known or its name says so."""
    by_name = {item.name: item for item in desk.seen}
    unique = [
        by_name[guess.column]
        for guess in identifiers
        if guess.column in by_name and by_name[guess.column].unique
    ]
    if len(unique) == 0 or desk.rows < 2:  # noqa: PLR2004 - one row is always unique
        return None
    unique.sort(key=lambda item: (not set(item.words) & _MESSAGE_WORDS, len(item.words)))
    best = unique[0]
    says_so = bool(set(best.words) & _MESSAGE_WORDS) or best.words in {("id",), ("uuid",), ("unique", "id")}
    if not desk.around.whole and not says_so:
        desk.notes.append(
            f"{_shown(best.name)} differs in all rows seen, not in all of the file: write `id: {best.sql}` if no two rows share it, so that a row sent twice counts once"
        )
        return None
    others = tuple((item.sql, "unique as well") for item in unique[1:4])
    why = "no two rows have the same; a row sent twice counts once"
    return Guess("id", best.sql, why, Sure.HIGH if says_so else Sure.FAIR, best.name, others)


def _only_message(guess: Guess) -> bool:
    """The key of a row that is about nothing but itself."""
    return (
        bool(set(headings.words_of(guess.column)) & (_MESSAGE_WORDS - {"transaction"}))
        or guess.key == "record"
    )


def _leave_staff(desk: _Desk) -> None:
    for item in desk.free():
        if headings.names_staff(item.words):
            desk.leave(
                item, "it seems to name employees: put it under `set` only if you may follow their work"
            )


def _channel(desk: _Desk) -> Guess | None:
    """A column of channels, by its heading or its values; else what the file's name says."""
    scored = []
    for item in desk.free():
        if not item.is_text or not item.few:
            continue
        texts = [headings.plain_letters(text) for text in item.found.examples]
        known = sum(text in headings.CHANNEL_WORDS for text in texts) / len(texts)
        by_name = bool(set(item.words) & headings.CHANNELS)
        if (
            known >= _MOSTLY_CHANNELS
            or (by_name and known > 0)
            or (by_name and "case" not in item.words and len(item.words) <= _SHORT_HEADING)
        ):
            scored.append((known + by_name, item, known))
    if not scored:
        return _channel_of_file(desk.around.source)
    _, best, known = max(scored, key=lambda entry: entry[0])
    best.used = not _folds(best)  # iOS and Android are both the app: then what it says is a property too
    others = tuple((item.sql, "also reads like a channel") for _, item, _ in scored if item is not best)
    why = f"{_percent(known)} of its values are names of channels"
    return Guess("channel", _channel_sql(best), why, _surely(known) if known else Sure.LOW, best.name, others)


def _channel_sql(item: _Seen) -> str:
    value = f"lower(trim({item.sql}))"
    cases: dict[str, list[str]] = {}
    for text in item.found.examples:
        word = headings.CHANNEL_WORDS.get(headings.plain_letters(text))
        if word is not None and word != text.lower():
            cases.setdefault(word, []).append(_text_literal(text.lower()))
    if not cases:
        return value
    whens = " ".join(
        f"when {value} in ({', '.join(dict.fromkeys(texts))}) then {_text_literal(word)}"
        for word, texts in cases.items()
    )
    return f"case {whens} else {value} end"


def _folds(item: _Seen) -> bool:
    """Some of its values become one channel."""
    texts = {headings.plain_letters(text) for text in item.found.examples}
    return len({headings.CHANNEL_WORDS.get(text, text) for text in texts}) < len(texts)


def _channel_of_file(source: str) -> Guess | None:
    word = next(
        (
            headings.FILE_CHANNELS[word]
            for word in headings.words_of(source)
            if word in headings.FILE_CHANNELS
        ),
        None,
    )
    return None if word is None else Guess("channel", word, "from the file's name", Sure.LOW, is_text=True)


def _text_literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _touchpoint(desk: _Desk) -> Guess | None:
    for item in desk.free():
        if (
            set(item.words) & headings.TOUCHPOINTS
            and item.is_text
            and item.few
            and len(item.words) <= _SHORT_HEADING
        ):
            item.used = True
            return Guess(
                "touchpoint",
                _sanitised(item.sql),
                "from the heading; few different values",
                Sure.FAIR,
                item.name,
            )
    return None


def _sanitised(sql: str) -> str:
    """SQL of a text as types are written: lower case, no accents, `.` kept, anything else `_`."""
    return f"trim(regexp_replace(lower(strip_accents({sql})), '[^a-z0-9.]+', '_', 'g'), '_')"


def _text(desk: _Desk) -> Guess | None:
    """The column of what people wrote."""
    scored: list[tuple[float, _Seen]] = []
    for item in desk.free():
        if not item.is_text or item.time is not None or item.numeric:
            continue
        words = set(item.words)
        varied = item.found.distinct > item.found.filled / 2
        if item.found.words >= _LONG_WORDS and (varied or words & headings.TEXTS):
            bonus = 6 if words & headings.FEELINGS else 3 if words & headings.TEXTS else 0
            scored.append((item.found.words + bonus - 3 * bool(words & headings.TITLES), item))
        elif words & headings.TEXTS and not item.few and item.found.words >= 1.5:  # noqa: PLR2004 - short comments
            scored.append((item.found.words - 3 * bool(words & headings.TITLES), item))
    if not scored:
        return None
    scored.sort(key=lambda entry: -entry[0])
    best = scored[0][1]
    for _, item in scored:
        item.used = True
    others = tuple((item.sql, "also free text; join both with concat_ws") for _, item in scored[1:])
    desk.left_out.extend(
        (item.name, "it is free text as well; only one column can be `text`") for _, item in scored[1:]
    )
    why = f"free text, {best.found.words:.0f} words on average"
    return Guess(
        "text", best.sql, why, Sure.HIGH if best.found.words >= _LONG_WORDS else Sure.FAIR, best.name, others
    )


def _signals(
    desk: _Desk, times: list[_Seen], activity: _Seen | None, identifiers: Sequence[Guess], *, has_traits: bool
) -> tuple[tuple[SignalGuess, ...], list[Guess]]:
    """What a row gives; and times that became properties."""
    about = _about(desk.around.source, identifiers)
    if not times:
        kind = _file_type(desk.around.source, has_traits=has_traits)
        at = Guess("at", f"timestamp '{desk.around.day} 00:00:00'", "NO TIME FOUND", Sure.LOW)
        return (SignalGuess(_typed(activity, about) if activity else kind, at),), []
    if activity is not None:
        main, rest = times[0], times[1:]
        others = tuple((_at_sql(item), _time_why(item)) for item in rest)
        at = replace(_at(main), others=others)
        return (SignalGuess(_typed(activity, about), at, _when(main, alone=True)),), _deadline_properties(
            rest
        )
    kept = [item for item in times if not set(item.words) & headings.BOOKKEEPING_WORDS] or times[:1]
    others = tuple(
        (_at_sql(item), f"{_time_why(item)}; reads like bookkeeping") for item in times if item not in kept
    )
    for item in kept[_MOST_SIGNALS:]:
        desk.left_out.append((item.name, f"{_MOST_SIGNALS} signals are proposed already"))
    signals, taken = [], set[str]()
    for item in kept[:_MOST_SIGNALS]:
        kind = _type_of_time(item, about, desk.around.source, alone=len(kept) == 1, has_traits=has_traits)
        while kind.value in taken:
            kind = replace(kind, value=f"{kind.value}_{'_'.join(item.words) or len(taken)}")
            if kind.value in taken:
                kind = replace(kind, value=f"{kind.value}_{len(taken)}")
        taken.add(kind.value)
        signals.append(SignalGuess(kind, _at(item), _when(item, alone=len(kept) == 1)))
    if others:
        signals[0] = replace(signals[0], at=replace(signals[0].at, others=others))
    return tuple(signals), []


def _typed(activity: _Seen, about: str) -> Guess:
    why = f"{_shown(activity.name)} says what happened; {activity.found.distinct:,} different"
    if activity.words not in headings.ACTIVITIES:  # a status: of what, its values do not say
        return Guess("type", f"'{about}.' || {_sanitised(activity.sql)}", why, Sure.FAIR, activity.name)
    return Guess("type", _sanitised(activity.sql), why, Sure.HIGH, activity.name)


def _about(source: str, identifiers: Sequence[Guess]) -> str:
    keys = {guess.key for guess in identifiers}
    by_file = next(
        (headings.OBJECTS[word] for word in headings.words_of(source) if word in headings.OBJECTS), None
    )
    preferred = (
        "order",
        "ticket",
        "return",
        "complaint",
        "parcel",
        "receipt",
        "invoice",
        "review",
        "case",
        "session",
        "basket",
    )
    return by_file or next((key for key in preferred if key in keys), "row")


def _file_type(source: str, *, has_traits: bool) -> Guess:
    words = headings.words_of(source)
    found = next((headings.FILE_TYPES[word] for word in reversed(words) if word in headings.FILE_TYPES), None)
    if found is not None and (found != "person.identified" or has_traits):
        return Guess("type", found, "from the file's name", Sure.LOW, is_text=True)
    if has_traits:
        return Guess("type", "person.identified", "the rows say who people are", Sure.FAIR, is_text=True)
    stem = "_".join(words) or "row"
    return Guess(
        "type", f"{stem}.recorded", "nothing says what happened: write `object.verb`", Sure.LOW, is_text=True
    )


def _type_of_time(item: _Seen, about: str, source: str, *, alone: bool, has_traits: bool) -> Guess:
    kind = headings.type_of(item.words, about)
    generic = kind is None or (kind.endswith((".created", ".started")) and len(item.words) <= _SHORT_HEADING)
    by_file = _file_type(source, has_traits=has_traits)
    if (
        alone
        and generic
        and (by_file.sure is not Sure.LOW or by_file.why == "from the file's name" or kind is None)
    ):
        return by_file
    if (
        alone
        and kind is not None
        and kind.endswith(".placed")
        and not kind.startswith("order.")
        and by_file.why == "from the file's name"
    ):
        return by_file
    if set(item.words) & headings.DEADLINE_WORDS:
        return Guess(
            "type",
            f"{about}.due",
            "the time reads like a deadline: write `object.verb`",
            Sure.LOW,
            is_text=True,
        )
    if kind is not None and kind.startswith("review.") and kind.endswith((".created", ".placed")):
        return Guess(
            "type", "feedback.given", f"a review, dated by {_shown(item.name)}", Sure.FAIR, is_text=True
        )
    if kind is not None:
        return Guess("type", kind, f"from the heading {_shown(item.name)}", Sure.FAIR, is_text=True)
    rest = (
        "_".join(word for word in item.words if word not in headings.TIME_WORDS)
        or "_".join(item.words)
        or "recorded"
    )
    return Guess(
        "type",
        f"{about}.{rest}",
        f"from the heading {_shown(item.name)}: write `object.verb`",
        Sure.LOW,
        is_text=True,
    )


def _at_sql(item: _Seen) -> str:
    return item.time.expression(item.sql) if item.time else item.sql


def _at(item: _Seen) -> Guess:
    share = item.time.share if item.time else 0.0
    doubtful = bool(item.time and item.time.doubt)
    return Guess("at", _at_sql(item), _time_why(item), Sure.LOW if doubtful else _surely(share), item.name)


def _time_why(item: _Seen) -> str:
    if item.time is None:
        return ""
    dates = ", without an hour" if item.time.dates_only else ""
    doubt = f"; {item.time.doubt}" if item.time.doubt else ""
    return f"{_percent(item.time.share)} of values: {item.time.what}{dates}{doubt}"


def _when(item: _Seen, *, alone: bool) -> str | None:
    nulls = item.time.nulls if item.time else ()
    if nulls:
        return f"{item.sql} not in ({', '.join(_text_literal(text) for text in nulls)})"
    if alone and item.found.filled == len(item.column.values):
        return None
    if " || " in item.sql:
        return f"({item.sql}) is not null"
    return f"{item.sql} is not null"


def _deadline_properties(items: Iterable[_Seen]) -> list[Guess]:
    guesses = []
    for item in items:
        sql = item.time.expression(item.sql) if item.time else item.sql
        guesses.append(Guess(item.name, sql, f"a time: {_time_why(item)}", Sure.FAIR, item.name))
    return guesses


def _properties(desk: _Desk) -> list[Guess]:
    guesses: list[Guess] = []
    for item in desk.free():
        if item.column.kind.endswith("]") or item.column.kind.startswith(("STRUCT", "MAP", "BLOB")):
            desk.leave(
                item,
                f"its type is {item.column.kind.split('(')[0].lower()}: name a field of it, or use it under `objects` if it lists identifiers",
            )
        elif (
            item.words[:1] in {("column",), ("field",)}
            and item.is_text
            and not item.numeric
            and item.time is None
        ):
            desk.leave(
                item,
                f"it has no heading, so it may be personal: write `set: {{name: {item.sql}}}` if it is not",
            )
        elif headings.names_a_person(item.words) or is_personal(item.found):
            desk.leave(item, "it looks personal: use it under `person` or `traits`, or leave it")
        elif item.time is not None:
            guesses += _deadline_properties([item])
        elif (guess := _number_or_category(item)) is not None:
            item.used = True
            guesses.append(guess)
            guesses += _currency(item, guess, desk)
        else:
            desk.leave(
                item,
                f"{item.found.distinct:,} different texts: write `set: {{name: {item.sql}}}` if you need it",
            )
    return guesses


def _number_or_category(item: _Seen) -> Guess | None:
    words = set(item.words)
    found = item.found
    amount = headings.names_an_amount(item.words)
    if (
        amount
        and item.column.kind != "BOOLEAN"
        and (item.numeric or found.money >= ENOUGH)
        and any(sign.isdigit() for sign in "".join(found.examples))
    ):
        return Guess(
            f"{item.name} minor", _minor(item), "reads like an amount; in hundredths", Sure.FAIR, item.name
        )
    if item.numeric and item.is_text:
        return _number(item)
    if is_number_kind(item.column.kind):
        why = "reads like a score" if words & headings.SCORES else "a number"
        return Guess(item.name, item.sql, why, Sure.HIGH, item.name)
    if item.column.kind == "BOOLEAN" or item.category:
        why = "the same value in all rows" if found.distinct == 1 else f"{found.distinct} different values"
        return Guess(item.name, item.sql, why, Sure.HIGH, item.name)
    return None


def _number(item: _Seen) -> Guess:
    found = item.found
    leading_zeros = any(len(text) > 1 and text.startswith("0") and text.isdigit() for text in found.examples)
    if leading_zeros:
        return Guess(item.name, item.sql, "digits with leading zeros: kept as text", Sure.FAIR, item.name)
    score = bool(set(item.words) & headings.SCORES) and abs(found.high) <= _MOST_SCORE
    why = f"reads like a score from {found.low:g} to {found.high:g}" if score else "a number"
    plain = f"replace({item.sql}, ',', '.')" if found.decimal_comma else item.sql
    kind = "bigint" if found.whole and not found.decimal_comma and abs(found.high) < 1e15 else "double"  # noqa: PLR2004 - whole numbers a double can hold
    return Guess(item.name, f"try_cast(trim({plain}) as {kind})", why, Sure.HIGH, item.name)


def _minor(item: _Seen) -> str:
    """SQL of an amount in hundredths, whatever its sign of currency, thousands and decimals."""
    if not item.is_text:
        return f"cast(round({item.sql} * 100) as bigint)"
    if item.numeric and not item.found.decimal_comma:
        return f"cast(round(try_cast({item.sql} as double) * 100) as bigint)"
    comma = any(re.search(r",\d{1,2}\D*$", text) for text in item.found.examples)
    bare = f"regexp_replace({item.sql}, '[^0-9,.-]', '', 'g')"
    sign = f"replace(replace({bare}, '.', ''), ',', '.')" if comma else f"replace({bare}, ',', '')"
    return f"cast(round(try_cast({sign} as double) * 100) as bigint)"


def _currency(item: _Seen, guess: Guess, desk: _Desk) -> list[Guess]:
    """The currency of an amount, where its values or heading say it; once."""
    if not guess.key.endswith(" minor"):
        return []
    if any(set(other.words) & {"currency", "devise", "monnaie"} for other in desk.seen):
        return []
    text = " ".join((*item.found.examples, *item.words))
    signs = {"€": "EUR", "eur": "EUR", "euro": "EUR", "$": "USD", "dollar": "USD", "£": "GBP", "gbp": "GBP"}
    found = next((code for sign, code in signs.items() if sign in text.lower()), None)
    note = "no column says the currency of the amounts: write `currency: \"'EUR'\"` under `set`, with the right one"
    if found is None:
        if note not in desk.notes:
            desk.notes.append(note)
        return []
    if desk.currency_told:
        return []
    desk.currency_told = True
    return [
        Guess("currency", _text_literal(found), "from the amount's sign or heading", Sure.FAIR, item.name)
    ]


def _zone(around: Surroundings, items: Sequence[_Seen]) -> Guess | None:
    if not any(item.time and item.time.naive for item in items):
        return None
    why = f"times have no offset; {around.zone_from} is assumed"
    return Guess("time_zone", around.zone, why, Sure.LOW, is_text=True)


def _shown(name: str) -> str:
    """A heading inside a sentence."""
    return f"'{name}'" if len(name) <= FEW else f"'{name[:FEW]}…'"


__all__ = ["NULL_WORDS", "Column", "Guess", "Proposal", "SignalGuess", "Sure", "Surroundings", "propose"]
