"""What is planted into the retailer: gaps, systems that fall silent, drifts; read from a file, or the story of the demo."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal, Self

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from parcours.kernel.document import Document, Model, closest, read_document, validate
from parcours.kernel.errors import Fault, Faulty
from parcours.simulate.calendar import SATURDAY, Calendar, midnight
from parcours.simulate.columns import HOUR, Claims, Integers, Ratios
from parcours.simulate.promises import OF_STORES, PROMISES, READY_IN_2H, READY_IN_2H_FRANCHISE, kept_share

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from parcours.simulate.stores import Store

NOBODY = -1  # no planted gap is to blame
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHANNELS = ("web", "app", "phone", "chat", "mail", "store", "post")  # arrays name a channel by its place here
SHARED = (
    "stores",
    "tills",
    "kiosk",
)  # systems that several stores write into, each of which may fall silent alone
_SILENT_DAYS, _STORY_DAYS = 11, 64  # before the end: the franchise's till falls silent; the demo's gap opens


def _check_promise(name: str) -> str:
    plantable = [known for known, facts in PROMISES.items() if facts.kept is not None]
    if name not in plantable:
        raise ValueError(f"{name!r} is no promise that can be planted; {closest(name, plantable)}")
    return name


def _check_hours(text: str) -> str:
    found = re.fullmatch(r"(\d{1,2})-(\d{1,2})", text)
    if found is None or not 0 <= int(found[1]) < int(found[2]) <= 24:  # hours of a day
        raise ValueError(f"{text!r} is not a time of day; write it like 14-18")
    return text


class PlantedGap(Model):
    """A promise that is kept less often somewhere, sometimes."""

    gap: str
    promise: Annotated[str, AfterValidator(_check_promise)]
    kept: float = Field(ge=0, le=1)
    store: str | None = None
    channel: Literal["web", "app", "phone", "chat", "mail", "store", "post"] | None = None
    weekdays: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()
    hours: Annotated[str, AfterValidator(_check_hours)] | None = None
    since: date | None = None
    until: date | None = None
    cause: str = "not said"
    leaves: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise ValueError(f"it ends on {self.until}, before it begins; exchange `since` and `until`")
        return self


class SilentSource(Model):
    """A system of which nothing is heard for a time, or from then on; of one store alone, where stores share it."""

    source: Literal[
        "orders",
        "stores",
        "franchise",
        "tills",
        "carriers",
        "notices",
        "care",
        "returns",
        "repairs",
        "kiosk",
        "survey",
    ]
    since: datetime
    until: datetime | None = None
    store: str | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and (self.until.tzinfo is None) != (self.since.tzinfo is None):
            raise ValueError("one of `since` and `until` has an offset; write it for both, or for none")
        if self.until is not None and self.until <= self.since:
            raise ValueError(
                f"it ends at {self.until.isoformat()}, before it begins; exchange `since` and `until`"
            )
        if self.store is not None and self.source not in SHARED:
            raise ValueError(
                f"{self.source!r} is no system that stores share; leave `store` out, or silence one of {', '.join(SHARED)}"
            )
        return self


class Drift(Model):
    """A habit that changes on a day, or something that goes otherwise for a while."""

    drift: Literal["app-share", "lockers", "checkout-broken", "viral"]
    since: date
    until: date | None = None
    channel: Literal["web", "app"] | None = None
    share: float | None = Field(default=None, ge=0, le=1)
    times: float | None = Field(default=None, gt=1, le=100)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        wanted, other = ("times", "share") if self.drift == "viral" else ("share", "times")
        if getattr(self, wanted) is None or getattr(self, other) is not None:
            raise ValueError(f"{self.drift} is planted with `{wanted}`; write it, and no `{other}`")
        passes = self.drift in {"checkout-broken", "viral"}
        if not passes and (self.until is not None or self.channel is not None):
            raise ValueError(
                f"{self.drift} begins on a day for good and for all; leave out `until` and `channel`"
            )
        if passes and self.until is None:
            raise ValueError(f"{self.drift} passes; write `until`, its last day")
        if self.until is not None and self.until < self.since:
            raise ValueError(f"it ends on {self.until}, before it begins; exchange `since` and `until`")
        return self

    @property
    def part(self) -> float:
        """The share that it is planted with; 0 of what has none."""
        return self.share or 0.0

    def holds(self, at: Integers) -> Claims:
        """Instants within it."""
        claims: Claims = at >= midnight(self.since)
        if self.until is not None:
            claims &= at < midnight(self.until + timedelta(days=1))
        return claims


class Planting(Model):
    """All that is planted."""

    gaps: tuple[PlantedGap, ...] = ()
    silent: tuple[SilentSource, ...] = ()
    drifts: tuple[Drift, ...] = ()
    story: bool = False

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [gap.gap for gap in self.gaps]
        if len(names) != len(set(names)):
            raise ValueError("two gaps have one name; give each its own")
        return self

    def without(self, number: int) -> Planting:
        """The same, one gap less."""
        return self.model_copy(update={"gaps": self.gaps[:number] + self.gaps[number + 1 :]})


def read_planting(path: Path, stores: Sequence[Store]) -> Planting:
    """Read what is to be planted.

    Raises:
        Faulty: The file is wrong; every fault with its line.
    """
    document = read_document(path, path.name)
    if isinstance(document, Fault):
        raise Faulty([document])
    planting = validate(document, Planting)
    faults = (
        planting
        if isinstance(planting, list)
        else [
            *_unknown_stores(document, planting, stores),
            *_unknown_promises(document, planting, stores),
            *_unknown_systems(document, planting, stores),
        ]
    )
    if isinstance(planting, list) or faults:
        raise Faulty(faults)
    return planting


def _unknown_stores(document: Document, planting: Planting, stores: Sequence[Store]) -> list[Fault]:
    names = [store.name for store in stores]
    named = [("gaps", number, gap.store) for number, gap in enumerate(planting.gaps)]
    named += [("silent", number, item.store) for number, item in enumerate(planting.silent)]
    faults = [
        document.fault((part, number, "store"), f"there is no store {store!r}", closest(store, names))
        for part, number, store in named
        if store is not None and store not in names
    ]
    own = [store.name for store in stores if store.is_franchise]
    return faults + [
        document.fault(
            ("silent", number, "store"),
            f"{item.store!r} has a system of its own",
            "silence the source `franchise`",
        )
        for number, item in enumerate(planting.silent)
        if item.store in own and item.source != "kiosk"
    ]


def _unknown_promises(document: Document, planting: Planting, stores: Sequence[Store]) -> list[Fault]:
    made = {name for name, facts in PROMISES.items() if stores or facts.map not in OF_STORES}
    if not any(store.is_franchise for store in stores):
        made -= {READY_IN_2H_FRANCHISE}
    return [
        document.fault(
            ("gaps", number, "promise"),
            f"this retailer does not promise {gap.promise!r}",
            "remove it, or raise --stores",
        )
        for number, gap in enumerate(planting.gaps)
        if gap.promise not in made
    ]


def _unknown_systems(document: Document, planting: Planting, stores: Sequence[Store]) -> list[Fault]:
    absent = set() if stores else {"stores", "tills", "repairs", "kiosk"}
    absent |= set() if any(store.is_franchise for store in stores) else {"franchise"}
    faults = [
        document.fault(
            ("silent", number, "source"),
            f"this retailer has no system {item.source!r}",
            "remove it, or raise --stores",
        )
        for number, item in enumerate(planting.silent)
        if item.source in absent
    ]
    return faults + [
        document.fault(
            ("drifts", number, "drift"), "this retailer has no lockers", "remove it, or raise --stores"
        )
        for number, item in enumerate(planting.drifts)
        if item.drift == "lockers" and not stores
    ]


def story_planting(start: date, days: int, stores: Sequence[Store]) -> Planting:
    """What the demo finds: a store's Saturdays, two smaller gaps, a till gone deaf, an app that takes over.

    Days count from the end of the data, so that the story is there whatever the horizon; for data until 15 November 2026 the store's
    Saturdays begin on 12 September.
    """
    end = start + timedelta(days=days)
    opened = end - timedelta(days=_STORY_DAYS + 1)
    opened -= timedelta(days=(opened.weekday() - SATURDAY) % 7)
    gaps = [
        PlantedGap(
            gap="refunds-by-post", promise="refunded-in-5-days", channel="post", kept=0.8,
            since=end - timedelta(days=46), cause="backlog in the warehouse",
        ),
        PlantedGap(
            gap="slow-mail", promise="answered-in-a-day", channel="mail", kept=0.8,
            since=end - timedelta(days=70), until=end - timedelta(days=28), cause="two advisers on leave, mended since",
        ),
    ]  # fmt: skip
    if stores:
        saturdays = PlantedGap(
            gap="lyon-saturday", promise=READY_IN_2H, store=stores[0].name, weekdays=("sat",), hours="14-18", kept=0.71,
            since=opened, cause="one person at the desk for four hours of orders",
        )  # fmt: skip
        gaps.insert(0, saturdays)
    silent = [
        SilentSource(source="franchise", since=datetime.combine(end - timedelta(days=_SILENT_DAYS), _SIX_PM))
        for store in stores
        if store.is_franchise
    ]
    drifts = [Drift(drift="app-share", since=end - timedelta(days=42), share=0.55)]
    if stores:
        drifts.append(Drift(drift="lockers", since=end - timedelta(days=28), share=0.25))
    return Planting(gaps=tuple(gaps), silent=tuple(silent[:1]), drifts=tuple(drifts), story=bool(stores))


_SIX_PM = datetime(1970, 1, 1, 18).time()  # noqa: DTZ001 - a time of day


def breaks(
    promise: str,
    luck: Ratios,
    where: Where,
    planting: Planting,
) -> tuple[Claims, Integers]:
    """Which promises break, and which planted gap is to blame.

    The same luck breaks no fewer promises where more is planted, so that worlds with and without a gap can be compared one by one.

    Returns:
        Claims, and the place of the gap without which it would have been kept; `NOBODY` where it would have broken anyway.
    """
    ordinary = 1 - kept_share(promise)
    risk = np.full(len(luck), ordinary)
    blamed = np.full(len(luck), NOBODY, dtype=np.int64)
    for number, gap in enumerate(planting.gaps):
        if gap.promise != promise:
            continue
        worse = where.within(gap) & (1 - gap.kept > risk)
        risk[worse] = 1 - gap.kept
        blamed[worse] = number
    broken = luck < risk
    blamed[~broken | (luck < ordinary)] = NOBODY
    return broken, blamed


class Where:
    """Where and when promises are made.

    Args:
        calendar: To tell week-days and hours.
        stores: Names of the stores.
        store: Place of the store; -1 for none.
        channel: Place in `CHANNELS`.
        at: When.
    """

    def __init__(
        self, calendar: Calendar, stores: Sequence[Store], *, store: Integers, channel: Integers, at: Integers
    ) -> None:
        self._names = [item.name for item in stores]
        self._store, self._channel, self._at = store, channel, at
        self._calendar = calendar

    def within(self, gap: PlantedGap) -> Claims:
        """The gap covers it."""
        claims = np.ones(len(self._at), dtype=bool)
        if gap.store is not None:
            claims &= self._store == self._names.index(gap.store)
        if gap.channel is not None:
            claims &= self._channel == CHANNELS.index(gap.channel)
        if gap.since is not None:
            claims &= self._at >= midnight(gap.since)
        if gap.until is not None:
            claims &= self._at < midnight(gap.until + timedelta(days=1))
        if gap.weekdays:
            claims &= np.isin(self._calendar.weekday(self._at), [WEEKDAYS.index(day) for day in gap.weekdays])
        if gap.hours is not None:
            low, high = (int(part) for part in gap.hours.split("-"))
            second = self._calendar.wall(self._at) % (24 * HOUR)
            claims &= (second >= low * HOUR) & (second < high * HOUR)
        return claims
