"""Measures of what channels are there for: a closed list, each a number over a number, counted from what was lived.

Definitions: docs/reference/brand.md.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from parcours.kernel.document import closest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CONTACTS = ("ticket.opened", "call.received")
ORDERS = ("order.placed",)
SALES = ("order.placed", "sale.paid", "receipt.printed")
REPEAT_WITHIN = "7d"


@dataclass(frozen=True)
class Counts:
    """What was counted of a channel, of a map or of everything; weighted where the data are a sample.

    Attributes:
        journeys: That came by.
        contacts, orders, sales: Signals of the types above.
        switches: Arrivals from another channel within a journey.
        repeats: Contacts that follow another of the same journey, or person, within `REPEAT_WITHIN`.
    """

    journeys: float = 0
    contacts: float = 0
    orders: float = 0
    sales: float = 0
    switches: float = 0
    repeats: float = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, item.name) + getattr(other, item.name) for item in fields(self)))

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Counts:
        """A row of a model; what it does not have is nought."""
        return cls(**{item.name: float(row.get(item.name) or 0) for item in fields(cls)})


@dataclass(frozen=True)
class Measure:
    """A number over a number.

    Attributes:
        title: English words; the other languages are in the catalogue of messages.
        over: What of the channel is counted.
        under: What it is held against.
        of_all: `under` is of all channels together, not of the channel.
        is_share: It is a ratio in [0, 1].
    """

    title: str
    over: str
    under: str
    of_all: bool = True
    is_share: bool = False

    @property
    def needs_channel(self) -> bool:
        """Of all channels together it is always 1."""
        return self.of_all and self.over == self.under

    def counted(self, own: Counts, whole: Counts) -> tuple[float, float]:
        """Number and what it is held against."""
        return getattr(own, self.over), getattr(whole if self.of_all else own, self.under)


MEASURES: Mapping[str, Measure] = {
    "contacts_per_order": Measure("contacts per order", "contacts", "orders"),
    "journeys_share": Measure("journeys that come by", "journeys", "journeys", is_share=True),
    "switches_per_journey": Measure("switches per journey", "switches", "journeys"),
    "sales_share": Measure("share of sales", "sales", "sales", is_share=True),
    "repeat_contacts_share": Measure("repeated contacts", "repeats", "contacts", of_all=False, is_share=True),
}


@dataclass(frozen=True)
class Measured:
    """A measure as lived, held against its bound.

    Attributes:
        numerator, denominator: Counted.
        at_most, at_least: The bound; None: not that one.
    """

    measure: str
    numerator: float
    denominator: float
    at_most: float | None = None
    at_least: float | None = None

    @property
    def value(self) -> float | None:
        """None: there is nothing to hold it against."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def holds(self) -> bool | None:
        """The bound is kept; None: there is none, or nobody can say."""
        if self.value is None or (self.at_most is None and self.at_least is None):
            return None
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )


def unknown_measures(names: Iterable[str]) -> Iterable[tuple[str, str, str]]:
    """Each name that is no measure, with what is wrong and the fix."""
    for name in names:
        if name not in MEASURES:
            yield name, f"{name!r} is no measure", closest(name, MEASURES)
