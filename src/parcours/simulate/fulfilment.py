"""What becomes of a purchase: collected, delivered, returned, repaired; when, how late, and whether it hurt.

Service times within what is promised follow load and staffing; whether a promise breaks follows `promises` and what is planted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from parcours.simulate.columns import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    Claims,
    Columns,
    Integers,
    Ratios,
    between,
    waits_s,
)
from parcours.simulate.demand import COLLECT, DELIVER, TILL, Luck, Purchases
from parcours.simulate.planted import CHANNELS, NOBODY, Where, breaks
from parcours.simulate.promises import (
    BY_THE_DATE,
    IN_STOCK,
    READY_AS_SAID,
    READY_IN_2H,
    READY_IN_2H_FRANCHISE,
    REFUNDED,
    REPAIRED,
    TOLD_WHEN_READY,
    kept_share,
)

if TYPE_CHECKING:
    from parcours.simulate.calendar import Calendar
    from parcours.simulate.planted import Planting
    from parcours.simulate.stores import Store

Array = np.ndarray[Any, Any]  # integers, claims or ratios
TWO_HOURS = 2 * HOUR
NOTICE_WITHIN, REFUND_WITHIN = 15 * MINUTE, 5 * DAY
COLLECTED, DELIVERED, NO_STOCK, GIVEN_UP, LOST, BOUGHT = range(6)
OUTCOMES = ("collected", "delivered", "cancelled_no_stock", "cancelled_by_customer", "lost", "bought")
POST, STORE = CHANNELS.index("post"), CHANNELS.index("store")
DELIVERY_DAYS = 3  # working days promised
_REPAIR_DAYS = 10
_HURTS_LATE, _HURTS_PARCEL, HURTS_REFUND, HURTS_REPAIR = (
    0.25,
    0.6,
    0.5,
    0.4,
)  # of finding nothing at the counter
_RETURNED = {TILL: 0.03, COLLECT: 0.07, DELIVER: 0.13}
_REPAIRED_SHARE = 0.02


@dataclass(frozen=True)
class Fates(Columns):
    """One row a purchase; instants are `NEVER` where something does not happen.

    Attributes:
        outcome: int64, place in `OUTCOMES`.
        two_hours: bool, the shop promised two hours; else it named a time.
        ready_by: int64, the time promised for a collection.
        ready_at, noticed_at, arrives_at, collected_at, cancelled_at: int64, collection.
        promised_day: int64, day promised for a delivery, days since 1970; 0 without.
        shipped_at, missed_at, delivered_at: int64, delivery.
        return_way: int64, place in `CHANNELS`: store or post; -1 without return.
        asked_back_at, received_at, refunded_at: int64, return.
        repair_at, repair_day, repaired_at: int64, after-sales repair: brought, day promised, given back.
        ready_broken, stock_broken, notice_broken, parcel_broken, refund_broken, repair_broken: bool.
        ready_blame, stock_blame, notice_blame, parcel_blame, refund_blame, repair_blame: int64, planted gap, or `NOBODY`.
        found_nothing: bool, the customer stood at the counter in vain.
        service_hurt: float64 in [0, 1]: how much collection or delivery hurt; 1 is finding nothing at the counter.
        hurt_at: int64, when that was felt; `NEVER` where it did not hurt.
    """

    outcome: Integers
    two_hours: Claims
    ready_by: Integers
    ready_at: Integers
    noticed_at: Integers
    arrives_at: Integers
    collected_at: Integers
    cancelled_at: Integers
    promised_day: Integers
    shipped_at: Integers
    missed_at: Integers
    delivered_at: Integers
    return_way: Integers
    asked_back_at: Integers
    received_at: Integers
    refunded_at: Integers
    repair_at: Integers
    repair_day: Integers
    repaired_at: Integers
    ready_broken: Claims
    ready_blame: Integers
    stock_broken: Claims
    stock_blame: Integers
    notice_broken: Claims
    notice_blame: Integers
    parcel_broken: Claims
    parcel_blame: Integers
    refund_broken: Claims
    refund_blame: Integers
    repair_broken: Claims
    repair_blame: Integers
    found_nothing: Claims
    service_hurt: Ratios
    hurt_at: Integers

    @property
    def had_at(self) -> Integers:
        """When the customer had the goods; `NEVER` where they never did. Purchases at the till are had when paid."""
        return np.minimum(self.collected_at, self.delivered_at)

    @property
    def refund_hurt(self) -> Ratios:
        """How much waiting for the money hurt."""
        return np.where(self.refund_broken, HURTS_REFUND, 0.0)

    @property
    def repair_hurt(self) -> Ratios:
        """How much waiting for the repair hurt."""
        return np.where(self.repair_broken, HURTS_REPAIR, 0.0)

    @property
    def hurt(self) -> Ratios:
        """All of it, in [0, 1]."""
        return np.minimum(self.service_hurt + self.refund_hurt + self.repair_hurt, 1.0)


def fulfil(purchases: Purchases, planting: Planting, calendar: Calendar, stores: tuple[Store, ...]) -> Fates:
    """What becomes of each purchase.

    Args:
        purchases: All that could happen.
        planting: What is planted in this world.
        calendar: Opening hours, working days.
        stores: The stores.
    """
    columns: dict[str, Array] = _nothing(len(purchases))
    world = _World(planting, calendar, stores)
    for way, live in ((COLLECT, _collect), (DELIVER, _deliver), (TILL, _buy)):
        rows = np.flatnonzero(purchases.way == way)
        if len(rows):
            _fill(columns, rows, live(purchases.take(rows), world))
    had_at = np.minimum(columns["collected_at"], columns["delivered_at"])
    had_at = np.where(purchases.way == TILL, purchases.paid_at, had_at)
    _fill(columns, slice(None), _bring_back(purchases, had_at, world))
    _fill(columns, slice(None), _have_repaired(purchases, had_at, columns["return_way"], world))
    return Fates(**columns)


@dataclass(frozen=True)
class _World:
    planting: Planting
    calendar: Calendar
    stores: tuple[Store, ...]

    def breaks(
        self, promise: str, luck: Ratios, *, store: Integers, channel: Integers, at: Integers
    ) -> tuple[Claims, Integers]:
        where = Where(self.calendar, self.stores, store=store, channel=channel, at=at)
        return breaks(promise, luck, where, self.planting)


_INSTANTS = (
    "ready_by", "ready_at", "noticed_at", "arrives_at", "collected_at", "cancelled_at", "shipped_at", "missed_at", "delivered_at",
    "hurt_at", "asked_back_at", "received_at", "refunded_at", "repair_at", "repaired_at",
)  # fmt: skip
_PROMISES = ("ready", "stock", "notice", "parcel", "refund", "repair")


def _nothing(count: int) -> dict[str, Array]:
    columns: dict[str, Array] = {name: np.full(count, NEVER) for name in _INSTANTS}
    columns |= {f"{name}_broken": np.zeros(count, dtype=bool) for name in _PROMISES}
    columns |= {f"{name}_blame": np.full(count, NOBODY, dtype=np.int64) for name in _PROMISES}
    columns |= {name: np.zeros(count, dtype=np.int64) for name in ("promised_day", "repair_day")}
    columns |= {name: np.zeros(count, dtype=bool) for name in ("two_hours", "found_nothing")}
    return columns | {
        "outcome": np.full(count, BOUGHT, dtype=np.int64),
        "return_way": np.full(count, -1, dtype=np.int64),
        "service_hurt": np.zeros(count),
    }


def _fill(columns: dict[str, Array], rows: Integers | slice, values: dict[str, Array]) -> None:
    for name, value in values.items():
        columns[name][rows] = value


# Click and collect ------------------------------------------------------------------------------------------


def _collect(bought: Purchases, world: _World) -> dict[str, Array]:
    luck, store, paid_at = bought.luck, bought.store, bought.paid_at
    calendar = world.calendar
    is_open = calendar.is_open(store, paid_at)
    two_hours = is_open & (calendar.seconds_to_closing(store, paid_at) > TWO_HOURS)
    opening = calendar.opening_after(store, paid_at)
    starts_at = np.where(two_hours, paid_at, opening)
    ready_by = starts_at + TWO_HOURS
    late, blame = _lateness(bought, world, two_hours)
    short, short_blame = world.breaks(
        IN_STOCK, luck[:, Luck.STOCK], store=store, channel=bought.channel, at=paid_at
    )
    load = calendar.busy(paid_at, store + 1)
    quick = starts_at + between(
        luck[:, Luck.SPEED] ** (2.4 / (1 + np.minimum(load, 4) / 4)), 12 * MINUTE, 116 * MINUTE
    )
    slow = ready_by + 5 * MINUTE + waits_s(luck[:, Luck.LATENESS], 80 * MINUTE)
    slow = np.maximum(calendar.open_time(store, slow), ready_by + MINUTE)
    ready_at = np.where(late, slow, quick)
    arrives_at = _arrivals(bought, ready_by, two_hours, calendar)
    cancelled_at = calendar.open_time(
        store, starts_at + between(luck[:, Luck.SPEED], 50 * MINUTE, 200 * MINUTE)
    )
    lives = _at_the_counter(bought, calendar, ready_at, arrives_at, short=short, cancelled_at=cancelled_at)
    noticed_at, notice_broken, notice_blame = _notices(bought, np.where(short, NEVER, ready_at), world)
    blame = np.where(short & ~late, short_blame, blame)
    blame = np.where(short & (short_blame == NOBODY), NOBODY, blame)
    return lives | {
        "two_hours": two_hours,
        "ready_by": ready_by,
        "ready_at": np.where(short, NEVER, ready_at),
        "noticed_at": noticed_at,
        "ready_broken": late | short,
        "ready_blame": blame,
        "stock_broken": short,
        "stock_blame": short_blame,
        "notice_broken": notice_broken,
        "notice_blame": notice_blame,
        "service_hurt": np.where(lives["found_nothing"] | short, 1.0, np.where(late, _HURTS_LATE, 0.0)),
        "hurt_at": np.select(
            [lives["found_nothing"], short, late],
            [lives["arrives_at"], lives["cancelled_at"], ready_by],
            NEVER,
        ),
    }


def _lateness(bought: Purchases, world: _World, two_hours: Claims) -> tuple[Claims, Integers]:
    """Who is late, by what was promised to whom: two hours by us, two hours by the franchise, or a named time.

    An order without stock is late too; so that both together keep the share that is asked, luck is stretched.
    """
    franchise = np.array([store.is_franchise for store in world.stores])[bought.store]
    kinds = np.where(~two_hours, 2, np.where(franchise, 1, 0))
    late, blame = np.zeros(len(bought), dtype=bool), np.full(len(bought), NOBODY, dtype=np.int64)
    luck = 1 - (1 - bought.luck[:, Luck.LATE]) * kept_share(IN_STOCK)
    for kind, promise in enumerate((READY_IN_2H, READY_IN_2H_FRANCHISE, READY_AS_SAID)):
        broken, blamed = world.breaks(
            promise, luck, store=bought.store, channel=bought.channel, at=bought.paid_at
        )
        late = np.where(kinds == kind, broken, late)
        blame = np.where(kinds == kind, blamed, blame)
    return late, blame


def _arrivals(bought: Purchases, ready_by: Integers, two_hours: Claims, calendar: Calendar) -> Integers:
    """When customers come: two thirds soon after the time promised, the others on another day."""
    luck = bought.luck
    soon = (
        ready_by + 2 * MINUTE + waits_s(luck[:, Luck.ARRIVES_WHEN], np.where(two_hours, 25.0, 150.0) * MINUTE)
    )
    later_day = (
        calendar.day(ready_by) + 1 + np.floor(-np.log1p(-luck[:, Luck.ARRIVES_WHEN]) * 1.2).astype(np.int64)
    )
    other_day = calendar.instant(later_day, 9 * HOUR + between(luck[:, Luck.DESK], 5 * MINUTE, 620 * MINUTE))
    return calendar.open_time(bought.store, np.where(luck[:, Luck.ARRIVES] < 0.66, soon, other_day))


def _at_the_counter(
    bought: Purchases,
    calendar: Calendar,
    ready_at: Integers,
    arrives_at: Integers,
    *,
    short: Claims,
    cancelled_at: Integers,
) -> dict[str, Array]:
    """The customer comes: the order is there, or not yet, or never will be."""
    luck, store = bought.luck, bought.store
    comes = ~short | (arrives_at < cancelled_at)
    vain = comes & ((arrives_at < ready_at) | short)
    gives_up = vain & ~short & (luck[:, Luck.GIVES_UP] < 0.25)
    wait = between(luck[:, Luck.PICKS_UP], 1 * HOUR, 30 * HOUR)
    again_at = calendar.open_time(store, np.maximum(ready_at, arrives_at) + wait)
    desk = MINUTE + waits_s(luck[:, Luck.DESK], 3.5 * MINUTE)
    collected_at = np.where(short | gives_up, NEVER, np.where(vain, again_at, arrives_at) + desk)
    given_up_at = calendar.open_time(
        store, np.maximum(ready_at, arrives_at) + 14 * HOUR + between(luck[:, Luck.PICKS_UP], 0, 2 * DAY)
    )
    outcome = np.where(short, NO_STOCK, np.where(gives_up, GIVEN_UP, COLLECTED))
    return {
        "outcome": outcome,
        "arrives_at": np.where(comes, arrives_at, NEVER),
        "collected_at": collected_at,
        "cancelled_at": np.where(short, cancelled_at, np.where(gives_up, given_up_at, NEVER)),
        "found_nothing": vain,
    }


def _notices(bought: Purchases, ready_at: Integers, world: _World) -> tuple[Integers, Claims, Integers]:
    """The message that it is ready: within minutes, or late, or never."""
    luck = bought.luck[:, Luck.NOTICE]
    broken, blame = world.breaks(
        TOLD_WHEN_READY,
        luck,
        store=bought.store,
        channel=bought.channel,
        at=np.minimum(ready_at, world.calendar.horizon),
    )
    is_ready = ready_at < NEVER
    wait = bought.luck[:, Luck.NOTICE_WAIT]
    in_time = ready_at + between(wait, 30, 9 * MINUTE)
    late = np.where(
        wait < 0.4, NEVER, ready_at + between(wait, 16 * MINUTE, 95 * MINUTE)
    )  # of the late, never sent
    broken &= is_ready
    return np.where(is_ready, np.where(broken, late, in_time), NEVER), broken, np.where(broken, blame, NOBODY)


# Home delivery ----------------------------------------------------------------------------------------------


def _deliver(bought: Purchases, world: _World) -> dict[str, Array]:
    luck, calendar, paid_at = bought.luck, world.calendar, bought.paid_at
    broken, blame = world.breaks(
        BY_THE_DATE, luck[:, Luck.LATE], store=bought.store, channel=bought.channel, at=paid_at
    )
    promised_day = calendar.working_days_later(paid_at, DELIVERY_DAYS)
    before = np.maximum(calendar.working_days_later(paid_at, DELIVERY_DAYS - 1), calendar.day(paid_at) + 1)
    in_time = np.where(luck[:, Luck.SPEED] < 0.45, before, promised_day)
    days_late = 1 + np.floor(-np.log1p(-luck[:, Luck.LATENESS]) * 2.2).astype(np.int64)
    day = np.where(broken, promised_day + days_late, in_time)
    delivered_at = calendar.instant(day, 8 * HOUR + between(luck[:, Luck.ARRIVES_WHEN], 0, 11 * HOUR))
    lost = broken & (luck[:, Luck.LOST] < 0.06)  # of the late, never found
    missed = (luck[:, Luck.MISSED] < 0.06) & (day - calendar.day(paid_at) > 1) & ~lost
    shipped_day = np.maximum(calendar.working_days_later(paid_at, 1), calendar.day(paid_at))
    shipped_at = calendar.instant(
        np.minimum(shipped_day, day - 1), 14 * HOUR + between(luck[:, Luck.DESK], 0, 5 * HOUR)
    )
    shipped_at = np.maximum(shipped_at, paid_at + 20 * MINUTE)
    return {
        "outcome": np.where(lost, LOST, DELIVERED),
        "promised_day": promised_day,
        "shipped_at": shipped_at,
        "missed_at": np.where(missed, np.maximum(delivered_at - DAY, shipped_at + 2 * HOUR), NEVER),
        "delivered_at": np.where(lost, NEVER, np.maximum(delivered_at, shipped_at + 4 * HOUR)),
        "parcel_broken": broken,
        "parcel_blame": blame,
        "service_hurt": np.where(lost, 1.0, np.where(broken, _HURTS_PARCEL, 0.0)),
        "hurt_at": np.where(
            broken, calendar.instant(promised_day + 1, np.zeros(len(bought), dtype=np.int64)), NEVER
        ),
    }


def _buy(bought: Purchases, _world: _World) -> dict[str, Array]:
    """A purchase at the till holds no promise of its own."""
    return {"outcome": np.full(len(bought), BOUGHT, dtype=np.int64)}


# Afterwards -------------------------------------------------------------------------------------------------


def _bring_back(bought: Purchases, had_at: Integers, world: _World) -> dict[str, Array]:
    """Returns, in store or by post, and when the money comes."""
    luck, calendar = bought.luck, world.calendar
    share = np.array([_RETURNED[TILL], _RETURNED[COLLECT], _RETURNED[DELIVER]])[bought.way]
    returns = (had_at < NEVER) & (luck[:, Luck.RETURNS] < share)
    asked_at = np.where(returns, had_at + 4 * HOUR + waits_s(luck[:, Luck.RETURN_WAIT], 5 * DAY), NEVER)
    in_store = bought.store >= 0
    if world.stores:
        in_store |= luck[:, Luck.RETURN_WAY] < 0.45  # of what was delivered
        desk = np.where(bought.store >= 0, bought.store, 0)
        brought = calendar.open_time(
            desk, np.minimum(asked_at, calendar.horizon) + between(luck[:, Luck.REFUND_WAIT], HOUR, 40 * HOUR)
        )
    else:
        brought = asked_at
    posted = np.minimum(asked_at, calendar.horizon) + 2 * DAY + between(luck[:, Luck.REFUND_WAIT], 0, 4 * DAY)
    received_at = np.where(returns, np.where(in_store, brought, posted), NEVER)
    way = np.where(in_store, STORE, POST)
    broken, blame = world.breaks(
        REFUNDED,
        luck[:, Luck.REFUND],
        store=bought.store,
        channel=way,
        at=np.minimum(received_at, calendar.horizon),
    )
    broken &= returns
    wait = luck[:, Luck.RETURN_WAIT]
    in_time = between(wait, 5 * MINUTE, np.where(in_store, 20 * MINUTE, 4.8 * DAY))
    refunded_at = received_at + np.where(broken, REFUND_WITHIN + between(wait, HOUR, 9 * DAY), in_time)
    return {
        "return_way": np.where(returns, way, -1),
        "asked_back_at": asked_at,
        "received_at": received_at,
        "refunded_at": np.where(returns, refunded_at, NEVER),
        "refund_broken": broken,
        "refund_blame": np.where(broken, blame, NOBODY),
    }


def _have_repaired(
    bought: Purchases, had_at: Integers, return_way: Integers, world: _World
) -> dict[str, Array]:
    """Repairs at the store's desk, with a day promised."""
    luck, calendar = bought.luck, world.calendar
    needs = (
        (had_at < NEVER) & (return_way < 0) & (bought.store >= 0) & (luck[:, Luck.REPAIR] < _REPAIRED_SHARE)
    )
    store = np.maximum(bought.store, 0)
    repair_at = had_at + 2 * DAY + waits_s(luck[:, Luck.REPAIR_WAIT], 12 * DAY)
    repair_at = np.minimum(repair_at, calendar.horizon)
    repair_at = calendar.open_time(store, repair_at) if world.stores else repair_at
    broken, blame = world.breaks(
        REPAIRED, luck[:, Luck.REPAIR_LATE], store=bought.store, channel=bought.channel, at=repair_at
    )
    day = calendar.day(repair_at) + _REPAIR_DAYS
    done = np.where(
        broken, day + 1 + between(luck[:, Luck.LATENESS], 0, 8), day - between(luck[:, Luck.SPEED], 0, 7)
    )
    return {
        "repair_at": np.where(needs, repair_at, NEVER),
        "repair_day": np.where(needs, day, 0),
        "repaired_at": np.where(
            needs, calendar.instant(done, 10 * HOUR + between(luck[:, Luck.DESK], 0, 8 * HOUR)), NEVER
        ),
        "repair_broken": broken & needs,
        "repair_blame": np.where(broken & needs, blame, NOBODY),
    }
