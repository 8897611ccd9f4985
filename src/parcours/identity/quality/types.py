"""The figures of how well people are recognised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Identifiers of one namespace, or values told of one field, beyond which one person looks like several. Each is a reason to look, no proof.
PLAUSIBLE: dict[str, int] = {
    "account": 1,  # a second customer number or card: forgotten, or somebody else's
    "contact": 3,
    "device": 10,
    "birth_date": 1,
    "city": 3,
    "postcode": 3,
    "email": 3,
    "phone": 3,
}
SHARING = (
    3  # people with one address or number in common who may still be one; more are a switchboard or a shop
)
SIZES: tuple[tuple[int, int | None], ...] = ((1, 1), (2, 2), (3, 5), (6, 10), (11, None))
SILENCE_DAYS = 30  # ends a journey


@dataclass(frozen=True)
class Place:
    """Where signals come from, and how many of them can be given to somebody.

    Attributes:
        source: Which system; empty in a total.
        channel, touchpoint: Empty where the mapping names none, and in a total.
        signals: How many.
        identified: Of these, with an identifier.
        known: Of these, of people who have an account.
        elsewhere: Of these, of people whom another channel met too.
    """

    source: str
    channel: str
    touchpoint: str
    signals: int
    identified: int
    known: int
    elsewhere: int


@dataclass(frozen=True)
class Size:
    """People with so many identifiers.

    Attributes:
        least, most: Identifiers; most None: no bound.
        people: How many.
        known: Of these, with an account.
    """

    least: int
    most: int | None
    people: int
    known: int

    @property
    def name(self) -> str:
        """Such as `3-5`, or `11+`."""
        if self.most is None:
            return f"{self.least}+"
        return str(self.least) if self.least == self.most else f"{self.least}-{self.most}"


@dataclass(frozen=True)
class Crossing:
    """Journeys, and those that met more than one channel.

    Attributes:
        journeys: What was done without a silence of `SILENCE_DAYS`.
        journeys_crossing: Of these, over more than one channel.
        signals: In all journeys.
        signals_crossing: In journeys over more than one channel.
    """

    journeys: int = 0
    journeys_crossing: int = 0
    signals: int = 0
    signals_crossing: int = 0

    @property
    def share(self) -> float | None:
        """Of all journeys, those that cross; None where there is none."""
        return self.journeys_crossing / self.journeys if self.journeys else None

    @property
    def signal_share(self) -> float | None:
        """Of all signals, those in journeys that cross; None where there is none."""
        return self.signals_crossing / self.signals if self.signals else None


@dataclass(frozen=True)
class Pair:
    """Journeys that met two channels: of identifiers alone, and of people; a channel is empty where the mapping names none."""

    channel: str
    other_channel: str
    before: int
    after: int


@dataclass(frozen=True)
class Suspicion:
    """One reason to think that a person is several.

    Attributes:
        rule: A key of `PLAUSIBLE`.
        subject: The namespace, or the field.
        found: How many identifiers, or values, there are.
        plausible: How many one person may have.
    """

    rule: str
    subject: str
    found: int
    plausible: int


@dataclass(frozen=True)
class Suspect:
    """A person who may be several.

    Attributes:
        suspicions: Why, at least one.
        by_records: Records that are alike joined some of what they hold, which explains a second account.
    """

    person_id: int
    suspicions: tuple[Suspicion, ...]
    by_records: bool


@dataclass(frozen=True)
class Apart:
    """Two people of whom sources told one and the same address or number.

    Attributes:
        field: email or phone.
        shared: How many such values.
    """

    person_id: int
    other_person_id: int
    field: str
    shared: int


@dataclass(frozen=True)
class Quality:
    """How well the people of a run are recognised.

    Attributes:
        places: By source, channel and touchpoint, the largest first.
        sizes: People by how many identifiers they have; one for each of `SIZES`.
        largest: Identifiers of whoever has most; 0: there is nobody.
        before, after: Journeys of identifiers alone, and of people; over the same signals.
        pairs: By two channels, the most frequent after first.
        suspects: People who may be several: most reasons first, then those whom no records joined.
        apart: People who may be one: most in common first.
        waiting: Reason to items of the review queue on which nobody has decided.
    """

    places: tuple[Place, ...]
    sizes: tuple[Size, ...]
    largest: int
    before: Crossing
    after: Crossing
    pairs: tuple[Pair, ...]
    suspects: tuple[Suspect, ...]
    apart: tuple[Apart, ...]
    waiting: Mapping[str, int]

    @property
    def people(self) -> int:
        """How many there are."""
        return sum(size.people for size in self.sizes)

    @property
    def known(self) -> int:
        """People with an account."""
        return sum(size.known for size in self.sizes)

    @property
    def channels(self) -> tuple[Place, ...]:
        """Totals by channel, the largest first."""
        names = {place.channel for place in self.places}
        totals = [
            total_of((place for place in self.places if place.channel == name), channel=name)
            for name in names
        ]
        return tuple(sorted(totals, key=lambda place: (-place.signals, place.channel)))

    @property
    def rules(self) -> Mapping[str, int]:
        """Rule to the people it makes suspect; a person counts once for each rule."""
        found = [rule for suspect in self.suspects for rule in {item.rule for item in suspect.suspicions}]
        return {rule: found.count(rule) for rule in PLAUSIBLE if rule in found}


def total_of(places: Iterable[Place], channel: str = "") -> Place:
    """Several places as one.

    Example:
        >>> till, kiosk = Place("till", "store", "", 10, 4, 4, 1), Place("kiosk", "store", "", 5, 0, 0, 0)
        >>> total_of([till, kiosk], "store")
        Place(source='', channel='store', touchpoint='', signals=15, identified=4, known=4, elsewhere=1)
    """
    held = list(places)
    return Place(
        "",
        channel,
        "",
        sum(place.signals for place in held),
        sum(place.identified for place in held),
        sum(place.known for place in held),
        sum(place.elsewhere for place in held),
    )
