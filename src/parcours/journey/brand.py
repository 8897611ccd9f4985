"""What all maps inherit, as read from `brand.yaml`: posture, values, roles of channels, currency, owners, and calendars.

A calendar says when time counts: opening hours of stores, of care, of banks. What it means for a deadline is in `opening`.
"""

from __future__ import annotations

import re
from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from parcours.journey.measures import unknown_measures
from parcours.kernel.clock import UnreadableDuration, duration_us
from parcours.kernel.document import Model, Text, Translations, closest, read_document, validate
from parcours.kernel.errors import Fault
from parcours.kernel.money import read_amount
from parcours.kernel.workspace import Zone
from parcours.signal.mapping import Name

if TYPE_CHECKING:
    from parcours.kernel.workspace import Workspace

FILE = "brand.yaml"
HOLIDAYS_KNOWN = version("holidays")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOSED, NONE = "closed", "none"
_DAY_MINUTES = 24 * 60
_DAY_US = 24 * 60 * 60 * 1_000_000
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)")

Spans = tuple[tuple[int, int], ...]
"""From and until of what is open, minutes of the clock on the wall since midnight, ascending, apart."""


def minutes_of(text: str) -> int:
    """Minutes since midnight of a clock such as `09:30`.

    Raises:
        ValueError: It is none between 00:00 and 24:00.

    Example:
        >>> minutes_of("09:30"), minutes_of("24:00")
        (570, 1440)
    """
    found = _CLOCK.fullmatch(text.strip())
    minutes = int(found[1]) * 60 + int(found[2]) if found else _DAY_MINUTES + 1
    if minutes > _DAY_MINUTES:
        raise ValueError(f"{text!r} is no time of the clock; write it like 09:30")
    return minutes


def read_spans(text: str) -> Spans:
    """What is open on a day.

    Raises:
        ValueError: It cannot be read, or a span ends before it begins or before the one ahead of it ends.

    Example:
        >>> read_spans("09:30-12:00, 14:00-19:30"), read_spans("closed")
        (((570, 720), (840, 1170)), ())
    """
    if text.strip() == CLOSED:
        return ()
    spans: list[tuple[int, int]] = []
    for part in text.split(","):
        begins, dash, ends = part.partition("-")
        if not dash:
            raise ValueError(f"{text!r} are no hours; write them like 09:30-12:00, 14:00-19:30, or closed")
        spans.append((minutes_of(begins), minutes_of(ends)))
    ahead = 0
    for begins_at, ends_at in spans:
        if not ahead <= begins_at < ends_at:
            raise ValueError(
                f"the hours {text!r} do not follow each other; a span past midnight is two, up to 24:00 and from 00:00 on"
            )
        ahead = ends_at
    return tuple(spans)


def read_days(text: str) -> tuple[int, ...]:
    """Weekdays, Monday 0, of a text such as `mon-thu, sat`.

    Raises:
        ValueError: It names no weekdays.

    Example:
        >>> read_days("fri-sun"), read_days("mon, wed")
        ((4, 5, 6), (0, 2))
    """
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = (word.strip() for word in part.partition("-"))
        if first not in WEEK or (dash and (last not in WEEK or WEEK.index(last) < WEEK.index(first))):
            raise ValueError(
                f"{text!r} are no days of the week; write them like mon-sat or {', '.join(WEEK)}"
            )
        found += range(WEEK.index(first), WEEK.index(last if dash else first) + 1)
    return tuple(found)


def _check_spans(text: str) -> str:
    read_spans(text)
    return text


def _check_days(text: str) -> str:
    read_days(text)
    return text


def _check_clock(text: str) -> str:
    minutes_of(text)
    return text


def _check_country(text: str) -> str:
    if text != NONE:
        public_holidays(text, 2026)
    return text


def public_holidays(country: str, year: int) -> frozenset[date]:
    """Public holidays of a country, or of a part of it, in a year.

    Args:
        country: Two letters, such as `FR`; with a part, `FR-57`.
        year: Of the calendar.

    Raises:
        ValueError: No such country or part is known.
    """
    import holidays  # noqa: PLC0415 - a fifth of a second at import, needed where a calendar names a country

    name, _, part = country.partition("-")
    known = holidays.list_supported_countries()
    if name not in known:
        raise ValueError(f"{country!r} is no country whose holidays are known; use two letters such as FR")
    if part and part not in known[name]:
        raise ValueError(f"{country!r} is no part of a country; {closest(part, known[name])}")
    return frozenset(holidays.country_holidays(name, subdiv=part or None, years=year))


def holiday_title(country: str | None, day: date) -> dict[str, str] | None:
    """What a public holiday is called, by language; None: the day is none there. English and French where the library has them."""
    import holidays  # noqa: PLC0415 - as above

    if country is None or day not in public_holidays(country, day.year):
        return None
    name, _, part = country.partition("-")
    spoken = getattr(holidays, name).supported_languages
    found = {"": str(holidays.country_holidays(name, subdiv=part or None, years=day.year)[day])}
    for code, language in (("en", "en_US"), ("fr", "fr")):
        if language in spoken:
            calendar = holidays.country_holidays(name, subdiv=part or None, years=day.year, language=language)
            found[code] = str(calendar[day])
    own = found.pop("")
    return found or {"en": own}


def _as_day(value: object) -> object:
    if isinstance(value, date) or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)):
        return value
    raise ValueError(f"{value!r} is no date; write it like 2026-12-25")


def _as_spans(value: object) -> object:
    return ", ".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value


_DATE: dict[str, Any] = {"type": "string", "format": "date"}
_HOURS: dict[str, Any] = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
Day = Annotated[date, BeforeValidator(_as_day), WithJsonSchema(_DATE)]
Weekdays = Annotated[Text, AfterValidator(_check_days)]
OpenSpans = Annotated[Text, BeforeValidator(_as_spans), AfterValidator(_check_spans), WithJsonSchema(_HOURS)]
Clock = Annotated[Text, AfterValidator(_check_clock)]
Country = Annotated[Text, AfterValidator(_check_country)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Hours(Model):
    """When time counts at one place, or at all places of a calendar; what a place does not say, its calendar says."""

    zone: Zone | None = None
    open: dict[Weekdays, OpenSpans] | None = None
    working_days: bool = False
    holidays: Country | None = None
    closed: tuple[Day, ...] = ()
    opened: dict[Day, OpenSpans] = Field(default_factory=dict)
    cut_off: Clock | None = None

    @model_validator(mode="after")
    def _says_each_day_once(self) -> Self:
        if self.open is not None and self.working_days:
            raise ValueError("`open` and `working_days` say the same; write one of them")
        named = [day for days in self.open or {} for day in read_days(days)]
        for day in named:
            if named.count(day) > 1:
                raise ValueError(f"`open` names {WEEK[day]} twice; name each day once")
        for day_ in self.closed:
            if day_ in self.opened:
                raise ValueError(f"{day_} is both `closed` and `opened`; say one of them")
        return self


class Calendar(Hours):
    """When time counts: opening hours or working days, place by place where places differ."""

    by: Name | None = None
    places: dict[Text, Hours] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if self.open is None and not self.working_days and not self.places:
            raise ValueError(
                "the calendar never opens; write `open: {mon-sat: 09:30-19:30}` or `working_days: true`"
            )
        if self.places and self.by is None:
            raise ValueError("`places` has no `by`; name what signals carry, such as `by: store`")
        if self.by is not None and not self.places:
            raise ValueError("`by` has no `places`; write the hours of each, or take `by` out")
        return self


class Keep(Model):
    """A bound that a channel's measure is to keep."""

    at_most: float | None = None
    at_least: float | None = None

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("a measure has one bound; write `at_most: 0.1` or `at_least: 0.9`")
        return self


class Channel(Model):
    """What a channel is there for, and the measures that tell whether it is."""

    role: Translations
    keep: dict[Name, Keep] = Field(default_factory=dict)


class Owner(Model):
    """Who can mend what breaks."""

    title: Translations


def _check_amount(text: str) -> str:
    read_amount(text)
    return text


def _check_days_ahead(text: str) -> str:
    try:
        ahead_us = duration_us(text)
    except UnreadableDuration as problem:
        raise ValueError(str(problem)) from None
    if ahead_us < _DAY_US:
        raise ValueError(f"{text!r} is less than a day; write it like 60d")
    return text


Price = Annotated[Text, AfterValidator(_check_amount)]
DaysAhead = Annotated[Text, AfterValidator(_check_days_ahead)]


class Pricing(Model):
    """What turns broken promises into money: which signals are purchases and contacts, and what things cost."""

    purchases: tuple[Text, ...] = ()
    contacts: tuple[Text, ...] = ()
    contact_cost: dict[Name, Price] = Field(default_factory=dict)
    switch_cost: Price | None = None
    repeat_cost: Price | None = None
    margin: float | None = Field(default=None, gt=0, le=1)
    contacts_within: DaysAhead = "14d"
    horizon: DaysAhead = "60d"
    retention: DaysAhead = "365d"

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        costs = [*self.contact_cost.values(), self.switch_cost, self.repeat_cost]
        currencies = sorted({read_amount(cost).currency for cost in costs if cost is not None})
        if len(currencies) > 1:
            raise ValueError(f"costs are in {' and '.join(currencies)}; write all of them in one currency")
        if duration_us(self.retention) < duration_us(self.horizon):
            raise ValueError(
                f"`retention` ({self.retention}) ends before `horizon` ({self.horizon}); write a longer one"
            )
        return self


class Brand(Model):
    """What `brand.yaml` may say."""

    brand: Text | None = None
    posture: Translations | None = None
    values: tuple[Translations, ...] = ()
    currency: Currency | None = None
    channels: dict[Name, Channel] = Field(default_factory=dict)
    calendars: dict[Name, Calendar] = Field(default_factory=dict)
    owners: dict[Name, Owner] = Field(default_factory=dict)
    money: Pricing = Field(default_factory=Pricing)


def read_brand(workspace: Workspace) -> tuple[Brand, list[Fault]]:
    """Read a workspace's `brand.yaml` and every fault of its form; without the file, a brand that says nothing."""
    path = workspace.folder / FILE
    if not path.exists():
        return Brand(), []
    document = read_document(path, FILE)
    if isinstance(document, Fault):
        return Brand(), [document]
    found = validate(document, Brand)
    if isinstance(found, list):
        return Brand(), found
    return found, [
        document.fault(("channels", name, "keep", measure), f"channel {name!r}: {what}", fix)
        for name, channel in found.channels.items()
        for measure, what, fix in unknown_measures(channel.keep)
    ]


def json_schema() -> dict[str, Any]:  # a JSON document
    """JSON Schema of `brand.yaml`, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Brand.model_json_schema(by_alias=True),
    }
