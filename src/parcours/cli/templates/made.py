"""What the modules of all templates share: ten weeks in Paris, random choices that repeat, customers who ask, files in several shapes."""

from __future__ import annotations

import csv
import json
import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

T = TypeVar("T")
Row = dict[str, Any]  # cells of an export, as the system that exports likes them
PARIS = ZoneInfo("Europe/Paris")
FIRST_DAY, DAYS = date(2026, 9, 7), 70
LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)
END = datetime.combine(LAST_DAY + timedelta(days=1), time())
OPENS = time(9)
SATURDAY, SUNDAY = 5, 6
LOST_CLOCK = "0000-00-00 00:00:00"  # what a device writes whose battery ran out
RESENT = 37  # events that a system sends twice, one after the other
_LAST_MINUTES = time(19, 50)
_CONTENT_FROM = 7  # the score from which words are kind


class Planted(NamedTuple):
    """The gap a template carries: what a reader should find, and tests do.

    Attributes:
        promise: Name of the promise that breaks.
        slice: Name of the slice that shows where.
        place: Value of the slice.
        since: First day on which it breaks more than before.
        deaf: Name of a promise that nobody can judge at the end, its source having fallen silent.
    """

    promise: str
    slice: str
    place: str
    since: date
    deaf: str


class Dice:
    """Random choices, the same for the same seed on every machine."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - an invented shop keeps no secret

    def happens(self, probability: float) -> bool:
        """True in this share of cases."""
        return self._random.random() < probability

    def between(self, low: float, high: float) -> float:
        """Any number between two, all alike."""
        return self._random.uniform(low, high)

    def around(self, low: float, high: float, peak: float) -> float:
        """A number between two, most often near the peak."""
        return self._random.triangular(low, high, peak)

    def wait(self, mean: float) -> float:
        """A waiting time that is mostly short and sometimes long."""
        return self._random.expovariate(1 / mean)

    def one_of(self, things: Sequence[T]) -> T:
        """One of some things, all alike."""
        return things[int(self._random.random() * len(things))]

    def weighted(self, things: Sequence[T], weights: Sequence[float]) -> T:
        """One of some things, by weight."""
        return self._random.choices(things, weights)[0]

    def drawn(self, shares: Mapping[str, float]) -> str:
        """One of some words, each with its share."""
        return self.weighted(list(shares), list(shares.values()))

    def score(self, mean: float) -> int:
        """A score from 0 to 10, near a mean."""
        return min(10, max(0, round(mean + self.around(-3, 3, 0))))

    def comment(self, score: int, content: Sequence[str], let_down: Sequence[str]) -> str:
        """Words that go with a score; empty where nobody wrote any."""
        return self.one_of(content if score >= _CONTENT_FROM else let_down)


# Customers --------------------------------------------------------------------------------------------------


@dataclass
class Person:
    """A customer, and whether they still like to come.

    Attributes:
        number: Four digits.
        calls: They phone rather than write.
    """

    number: int
    calls: bool
    was_let_down: bool = False

    @property
    def name(self) -> str:
        """Identifier of the web shop."""
        return f"C{self.number:04d}"

    @property
    def email(self) -> str:
        """An address of a domain that nobody can own (RFC 2606)."""
        return f"c{self.number:04d}@example.org"

    @property
    def phone(self) -> str:
        """A number of the range that Arcep keeps for fiction."""
        return f"+3363998{self.number:04d}"

    @property
    def spoken_phone(self) -> str:
        """The same number as people write it."""
        digits = "0" + self.phone.removeprefix("+33")
        return " ".join(digits[place : place + 2] for place in range(0, 10, 2))


def some_people(dice: Dice, count: int) -> list[Person]:
    """Customers of a shop without regulars."""
    return [Person(number, calls=dice.happens(0.6)) for number in range(1_000, 1_000 + count)]


def who_comes(dice: Dice, people: Sequence[Person]) -> Person:
    """Any of them; who was let down before is drawn again, as most do not come back."""
    person = dice.one_of(people)
    while person.was_let_down and dice.happens(0.7):
        person = dice.one_of(people)
    return person


class Contact(NamedTuple):
    """One question of a customer; `answered_at` is None where nobody ever answered."""

    asked_at: datetime
    channel: str
    answered_at: datetime | None


def contacts(dice: Dice, person: Person, moment: datetime, insists: float) -> Iterator[Contact]:
    """A customer asks; some have to ask again about the same, with the probability `insists`."""
    asked_at = moment
    while True:
        channel = "phone" if person.calls else dice.one_of(("mail", "chat"))
        asked_at = open_time(asked_at) if channel == "phone" else asked_at
        yield Contact(asked_at, channel, _answer(dice, asked_at, channel))
        if not dice.happens(insists):
            return
        asked_at, insists = later(asked_at, 10 + dice.wait(900)), insists / 3


def ticket(person: Person, contact: Contact, reason: str, about: Row, subject: str) -> Row:
    """A question as a call centre keeps it: it knows the number that called or the address that wrote."""
    by_phone = contact.channel == "phone"
    return {
        "opened_at": with_offset(contact.asked_at),
        "first_answer_at": with_offset_if_past(contact.answered_at),
        "channel": contact.channel,
        "reason": reason,
        **about,
        "phone": person.phone if by_phone else "",
        "email": "" if by_phone else person.email,
        "subject": subject,
    }


def _answer(dice: Dice, asked_at: datetime, channel: str) -> datetime | None:
    """At once on the phone; in writing after hours, after the Sunday, or never."""
    if channel == "phone" and dice.happens(0.93):
        return later(asked_at, 2 + dice.wait(5))
    if dice.happens(0.05):
        return None
    return open_time(later(asked_at, 30 + dice.wait(600)))


# Time -------------------------------------------------------------------------------------------------------


def paris(month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A moment of 2026 as the clocks in Paris show it; all times of templates are such."""
    return datetime.combine(date(2026, month, day), time(hour, minute, second))


def later(moment: datetime, minutes: float) -> datetime:
    """So many minutes later, to the second."""
    return moment + timedelta(seconds=round(60 * minutes))


def days_later(moment: datetime, days: float) -> datetime:
    """So many days later, to the second."""
    return later(moment, 24 * 60 * days)


def working_days_later(day: date, count: int) -> date:
    """So many days later that are no Sundays."""
    for _ in range(count):
        day += timedelta(days=2 if day.weekday() == SATURDAY else 1)
    return day


def at_hour(dice: Dice, day: date, first: float, last: float) -> datetime:
    """A moment of a day between two hours."""
    return later(datetime.combine(day, time()), 60 * dice.between(first, last))


def open_time(moment: datetime) -> datetime:
    """The moment itself while stores are open; else some minutes after the next opening."""
    shift = (moment.minute + moment.second) % 50
    if moment.time() > _LAST_MINUTES:
        moment = datetime.combine(moment.date() + timedelta(days=1), OPENS) + timedelta(minutes=shift)
    elif moment.time() < OPENS:
        moment = datetime.combine(moment.date(), OPENS) + timedelta(minutes=shift)
    return moment + timedelta(days=1) if moment.weekday() == SUNDAY else moment


def any_moment(dice: Dice) -> datetime:
    """A moment of the ten weeks at which people sit at a screen: most often in the evening."""
    day = FIRST_DAY + timedelta(days=int(dice.between(0, DAYS)))
    return later(datetime.combine(day, time(7)), 60 * dice.around(0, 16.5, 13))


def utc(local: datetime) -> datetime:
    """The instant at which the clocks in Paris show this."""
    return local.replace(tzinfo=PARIS).astimezone(UTC)


def utc_text(local: datetime) -> str:
    """Paris time as UTC text with a Z."""
    return utc(local).strftime("%Y-%m-%dT%H:%M:%SZ")


def epoch_s(local: datetime) -> int:
    """Paris time as seconds since 1970."""
    return int(utc(local).timestamp())


def with_offset(local: datetime) -> str:
    """Paris time as ISO text with its offset."""
    return local.replace(tzinfo=PARIS).isoformat()


def with_offset_if_past(local: datetime | None) -> str:
    """The same as exports of the last evening show it: empty where it had not happened then, or never did."""
    return "" if local is None or local >= END else with_offset(local)


def wall_clock(local: datetime) -> str:
    """Paris time as text without an offset."""
    return local.strftime("%Y-%m-%d %H:%M:%S")


def french(local: datetime) -> str:
    """Paris time as a French spreadsheet shows it."""
    return local.strftime("%d/%m/%Y %H:%M:%S")


def euros(cents: int) -> str:
    """An amount with a decimal comma."""
    return f"{cents // 100},{cents % 100:02d}"


# Exports ----------------------------------------------------------------------------------------------------


class Exports:
    """The retailer's systems filling up: each event with its local time, in the shape of its export."""

    def __init__(self) -> None:
        self._noted: defaultdict[str, list[tuple[datetime, Row]]] = defaultdict(list)

    def note(self, system: str, moment: datetime, row: Row) -> None:
        """A system notes what happened."""
        self._noted[system].append((moment, row))

    def rows(self, system: str) -> list[Row]:
        """Rows up to the last day, in the order of time."""
        return [
            row for moment, row in sorted(self._noted[system], key=lambda noted: noted[0]) if moment < END
        ]


def tickets_of(exports: Exports) -> Iterator[Row]:
    """Tickets of the call centre with their numbers."""
    return ({"ticket": f"T{number}", **row} for number, row in enumerate(exports.rows("tickets"), 5_001))


class Shop(NamedTuple):
    """The retailer: what may happen, and what its systems note."""

    dice: Dice
    exports: Exports

    @classmethod
    def opened(cls, seed: int) -> Shop:
        """A retailer on the morning of the first day."""
        return cls(Dice(seed), Exports())


def numbered(rows: list[Row], resent_from: int) -> Iterator[Row]:
    """Events with their id; from a number on, some are sent a second time."""
    for number, row in enumerate(rows, 1):
        yield {"id": f"e-{number:06d}", **row}
        if resent_from <= number < resent_from + RESENT:
            yield {"id": f"e-{number:06d}", **row}


def write_csv(path: Path, rows: Iterable[Row], delimiter: str = ",") -> None:
    """Write rows with the headings of the first one."""
    kept = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(kept[0]), delimiter=delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)


def write_lines(path: Path, rows: Iterable[Row]) -> None:
    """Write one JSON object a line."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
