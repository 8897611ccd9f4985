"""What is priced, at which prices, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parcours.kernel.clock import duration_us
from parcours.kernel.money import Amount, read_amount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.gap.money.effect import Effect
    from parcours.journey.brand import Brand


@dataclass(frozen=True)
class Money:
    """What the broken promises of one kind cost, over all the data.

    Amounts are in hundredths of `currency`. None: nobody can say; `why` tells the reason.

    Attributes:
        direct_minor: What the map says a broken promise costs, times how often it was broken.
        contacts: Contacts that would not have happened; below 0 where fewer did.
        contacts_minor: What these cost; None also where no cost of a contact is given.
        sales_minor: Sales lost in the `days` after a promise was broken.
        retention_minor: Sales lost after these, because people stay away.
        total_minor: Of what is known above; of sales the margin, where `brand.yaml` gives one.
        low_minor, high_minor: 90 % interval of the total.
        currency: Three letters; None where nothing carries an amount.
        days: Days after the promise was made in which people are looked at.
        broken: Broken promises that these amounts are of, cases of the population.
        estimable: The effect on contacts and sales could be estimated and its checks hold.
        why: Why it could not, in words; empty where it could.
    """

    direct_minor: int | None
    contacts: float | None
    contacts_minor: int | None
    sales_minor: int | None
    retention_minor: int | None
    total_minor: int | None
    low_minor: int | None
    high_minor: int | None
    currency: str | None
    days: int
    broken: float
    estimable: bool
    why: str


@dataclass(frozen=True)
class Prices:
    """What things cost, as `brand.yaml` says; hundredths of `currency`.

    Attributes:
        purchases, contacts: Types of signals; empty: well-known ones.
        contact_costs: Channel to the cost of a contact; empty: not known.
        switch_minor, repeat_minor: Of a change of channel, of a repeated contact; None: not known.
        currency: Of these costs, else the brand's; None: nobody says.
        margin: Part of sales that is lost with them; None: sales are told as they are.
        contacts_us: How long after a promise contacts count as caused by it; not longer than `horizon_us`.
        horizon_us: How long after a promise people are looked at.
        retention_us: How far ahead lost customers are priced, from the promise on.
    """

    purchases: tuple[str, ...]
    contacts: tuple[str, ...]
    contact_costs: Mapping[str, int]
    switch_minor: int | None
    repeat_minor: int | None
    currency: str | None
    margin: float | None
    contacts_us: int
    horizon_us: int
    retention_us: int

    @classmethod
    def of(cls, brand: Brand) -> Prices:
        """The prices of a brand."""
        told = brand.money

        def minor(text: str | None) -> int | None:
            return None if text is None else read_amount(text).minor

        texts = [*told.contact_cost.values(), told.switch_cost, told.repeat_cost]
        currencies = [read_amount(text).currency for text in texts if text is not None]
        return cls(
            purchases=told.purchases,
            contacts=told.contacts,
            contact_costs={name: read_amount(text).minor for name, text in told.contact_cost.items()},
            switch_minor=minor(told.switch_cost),
            repeat_minor=minor(told.repeat_cost),
            currency=currencies[0] if currencies else brand.currency,
            margin=told.margin,
            contacts_us=duration_us(told.contacts_within),
            horizon_us=duration_us(told.horizon),
            retention_us=duration_us(told.retention),
        )


@dataclass(frozen=True)
class Asked:
    """A promise to be priced.

    Attributes:
        promise_id, map_id: Codes.
        map: Name of its map.
        slices: Names of the map's slices, in their order.
        is_opinion: It is judged by what people say or by what is measured, not by what was done.
        direct: Cost of a broken one, as the map says.
        kept, broken: Verdicts.
        weight_broken: Cases of the population that the broken stand for.
        is_sample: Weights say that the data are a part of the population.
    """

    promise_id: int
    map_id: int
    map: str
    slices: tuple[str, ...]
    is_opinion: bool
    direct: Amount | None
    kept: int
    broken: int
    weight_broken: float
    is_sample: bool


@dataclass(frozen=True)
class Figure:
    """A mean per broken promise with its 90 % interval."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, effect: Effect) -> Figure:
        """An effect without what it was made from."""
        return cls(effect.mean, effect.mean - effect.margin, effect.mean + effect.margin)


@dataclass(frozen=True)
class Reason:
    """Why something could not be estimated: a code of `wording.WHY`, and the facts of its sentence."""

    code: str
    facts: Mapping[str, Any]  # numbers and names


@dataclass(frozen=True)
class PartEffect:
    """What a broken promise does in one place, channel or part of the week.

    Attributes:
        slice: Name and value, as options of `verdicts` take them.
        broken, kept: Promises compared there.
        effects: Outcome to its mean per broken promise, as over everything; empty: nobody can say.
        loss: Contacts and sales in one amount; None: nobody can say.
        why: Why not; None: it can be told.
    """

    slice: Mapping[str, str]
    broken: int
    kept: int
    effects: Mapping[str, Figure]
    loss: Figure | None
    why: Reason | None
