"""What truly became of each promise, whatever systems were heard; and how each planted gap's slice did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from parcours.simulate import naming
from parcours.simulate.cells import is_silenced, person_name, stamps
from parcours.simulate.columns import NEVER, Claims, Integers
from parcours.simulate.contacts import ANSWER_WITHIN, REPEAT_WITHIN
from parcours.simulate.fulfilment import NOTICE_WITHIN, REFUND_WITHIN, TWO_HOURS
from parcours.simulate.planted import CHANNELS, NOBODY, PlantedGap, Where
from parcours.simulate.promises import (
    ANSWERED,
    BY_THE_DATE,
    CONTENT,
    IN_STOCK,
    NO_REPEAT,
    PROMISES,
    READY_AS_SAID,
    READY_IN_2H,
    READY_IN_2H_FRANCHISE,
    REFUNDED,
    REPAIRED,
    TOLD_WHEN_READY,
)
from parcours.simulate.voice import CONTENT_FROM, CONTENT_WITHIN, asked, satisfaction

if TYPE_CHECKING:
    from parcours.simulate.part import Part


@dataclass(frozen=True)
class Slice:
    """True counts of one planted gap's promise, inside its slice and in the whole network."""

    eligible: int = 0
    kept: int = 0
    network_eligible: int = 0
    network_kept: int = 0

    def __add__(self, other: Slice) -> Slice:
        return Slice(
            self.eligible + other.eligible,
            self.kept + other.kept,
            self.network_eligible + other.network_eligible,
            self.network_kept + other.network_kept,
        )


@dataclass(frozen=True)
class _Made:
    """Promises of one kind: rows of purchases (or tickets), and what became of them."""

    promise: str
    unit: Any
    person: Integers
    trigger_at: Integers
    deadline_at: Integers
    target_at: Integers
    broken: Claims
    blame: Integers
    store: Integers
    channel: Integers
    proof: tuple[str, ...]  # systems that would show the target
    unseen: Claims  # the system that shows the trigger had fallen silent


def verdicts(part: Part) -> tuple[Any, dict[int, Slice]]:
    """Every promise made to these people, and of each planted gap (by its place) how its slice did."""
    made = [*_of_collections(part), *_of_deliveries(part), *_of_tickets(part)]
    slices = {
        number: _slice(part, gap, item)
        for number, gap in enumerate(part.plan.planting.gaps)
        for item in made
        if item.promise == gap.promise
    }
    return pa.concat_tables([_verdict_table(part, item) for item in made]).combine_chunks(), slices


def _slice(part: Part, gap: PlantedGap, made: _Made) -> Slice:
    where = Where(part.calendar, part.plan.stores, store=made.store, channel=made.channel, at=made.trigger_at)
    within = where.within(gap)
    return Slice(
        int(within.sum()), int((within & ~made.broken).sum()), len(made.broken), int((~made.broken).sum())
    )


def _verdict_table(part: Part, made: _Made) -> Any:
    plan, ends_at = part.plan, part.calendar.ends_at
    known = PROMISES[made.promise]
    stores = (*(store.name for store in plan.stores), "")
    names = (*(gap.gap for gap in plan.planting.gaps), "")
    count = len(made.broken)
    in_time = made.target_at <= made.deadline_at
    from_at = np.where(in_time, made.target_at, made.trigger_at)
    to_at = np.where(in_time, made.target_at, np.maximum(made.deadline_at, made.trigger_at))
    unproved = np.any(
        [is_silenced(plan, source, from_at, to_at, made.store) for source in made.proof], axis=0
    )
    return pa.table(
        {
            "map": pa.array([known.map] * count, pa.string()),
            "promise": pa.array([made.promise] * count, pa.string()),
            "namespace": pa.array(["ticket" if known.unit == "person" else known.unit] * count, pa.string()),
            "identifier": made.unit,
            "person": person_name(made.person),
            "store": naming.words(stores, np.where(made.store >= 0, made.store, len(stores) - 1)),
            "channel": naming.words(CHANNELS, made.channel),
            "trigger_at": stamps(made.trigger_at),
            "deadline_at": stamps(made.deadline_at),
            "target_at": stamps(made.target_at),
            "verdict": naming.words(("kept", "broken"), made.broken.astype(np.int64)),
            "gap": naming.words(names, np.where(made.blame >= 0, made.blame, len(names) - 1)),
            "settled": pa.array(made.deadline_at < ends_at),
            "silent": pa.array(unproved | made.unseen),
        }
    )


def _of_collections(part: Part) -> list[_Made]:
    bought, fates = part.bought, part.fates
    own, promised = part.is_collected & ~part.franchise, fates.two_hours
    ready = (fates.ready_at, fates.ready_broken, fates.ready_blame)
    paid = bought.paid_at
    made = [
        _made(part, READY_IN_2H, own & promised, paid, paid + TWO_HOURS, *ready, ("stores",)),
        _made(part, READY_IN_2H_FRANCHISE, part.is_collected & part.franchise & promised, paid, paid + TWO_HOURS, *ready, ("franchise",)),
        _made(part, READY_AS_SAID, own & ~promised, paid, fates.ready_by, *ready, ("stores",)),
        _made(
            part, IN_STOCK, own, paid, np.minimum(fates.collected_at, fates.cancelled_at),
            np.where(fates.stock_broken, fates.cancelled_at, NEVER), fates.stock_broken, fates.stock_blame, ("stores",),
        ),
        _made(
            part, TOLD_WHEN_READY, part.is_collected & part.shown(fates.ready_at), fates.ready_at, fates.ready_at + NOTICE_WITHIN,
            fates.noticed_at, fates.notice_broken, fates.notice_blame, ("notices",),
        ),
    ]  # fmt: skip
    _, _, hurt = asked(bought, fates, part.contacts, part.people)
    _, score = satisfaction(bought, hurt)
    nobody = np.full(len(bought), NOBODY, dtype=np.int64)
    collected = part.is_collected & part.shown(fates.collected_at)
    return [
        *made,
        _made(
            part, CONTENT, collected, fates.collected_at, fates.collected_at + CONTENT_WITHIN, np.full(len(bought), NEVER),
            score < CONTENT_FROM, nobody, ("kiosk", "survey"),
        ),
    ]  # fmt: skip


def _of_deliveries(part: Part) -> list[_Made]:
    """Deliveries, returns and repairs. A day promised lasts to its end in Paris."""
    bought, fates, calendar = part.bought, part.fates, part.calendar
    due = calendar.instant(np.maximum(fates.promised_day, 1) + 1, np.zeros(len(bought), dtype=np.int64)) - 1
    repair_due = (
        calendar.instant(np.maximum(fates.repair_day, 1) + 1, np.zeros(len(bought), dtype=np.int64)) - 1
    )
    return [
        _made(
            part, BY_THE_DATE, part.is_delivered, bought.paid_at, due, fates.delivered_at, fates.parcel_broken,
            fates.parcel_blame, ("carriers",),
        ),
        _made(
            part, REFUNDED, (part.back >= 0) & part.shown(fates.received_at), fates.received_at, fates.received_at + REFUND_WITHIN,
            fates.refunded_at, fates.refund_broken, fates.refund_blame, ("returns",), channel=fates.return_way,
            unit=naming.label("A", part.back, 6),
        ),
        _made(
            part, REPAIRED, part.repair >= 0, fates.repair_at, repair_due, fates.repaired_at, fates.repair_broken,
            fates.repair_blame, ("repairs",), unit=naming.label("SAV", part.repair, 5),
        ),
    ]  # fmt: skip


def _made(  # noqa: PLR0913, PLR0917 - the columns of a verdict
    part: Part,
    promise: str,
    which: Claims,
    trigger_at: Integers,
    deadline_at: Integers,
    target_at: Integers,
    broken: Claims,
    blame: Integers,
    proof: tuple[str, ...],
    channel: Integers | None = None,
    unit: Any = None,
) -> _Made:
    rows = np.flatnonzero(which)
    names = naming.label("W", part.order, 6) if unit is None else unit
    unseen = _is_unseen(part, promise, trigger_at)
    if promise == REFUNDED:  # a return that was asked for in silence has no row
        asked_at = part.fates.asked_back_at
        unseen |= is_silenced(part.plan, "returns", asked_at, asked_at)
    return _Made(
        promise,
        names.take(pa.array(rows)),
        part.person[rows],
        trigger_at[rows],
        deadline_at[rows],
        target_at[rows],
        broken[rows],
        np.where(broken, blame, NOBODY)[rows],
        part.bought.store[rows],
        (part.bought.channel if channel is None else channel)[rows],
        proof,
        unseen[rows],
    )


def _is_unseen(part: Part, promise: str, trigger_at: Integers) -> Claims:
    """Whose trigger no system told: it had fallen silent by then."""
    if promise in {TOLD_WHEN_READY, CONTENT}:
        told = [
            is_silenced(part.plan, source, trigger_at, trigger_at, part.bought.store)
            for source in ("franchise", "stores")
        ]
        return np.where(part.franchise, *told)
    source = {REFUNDED: "returns", REPAIRED: "repairs"}.get(promise, "orders")
    return is_silenced(part.plan, source, trigger_at, trigger_at)


def _of_tickets(part: Part) -> list[_Made]:
    tickets, contacts = part.tickets, part.contacts
    row = tickets.purchase
    person, reason = part.person[row], contacts.reason[row]
    unit = naming.label("T", tickets.number, 6)
    store, channel = part.bought.store[row], contacts.channel[row]
    late = tickets.answered_at > tickets.asked_at + ANSWER_WITHIN
    blame = np.where(late & ~tickets.is_second, contacts.answer_blame[row], NOBODY)
    next_at = _next_of_same(person, reason, tickets.asked_at)
    repeated = next_at <= tickets.asked_at + REPEAT_WITHIN
    repeat_blame = np.where(repeated & ~tickets.is_second, contacts.repeat_blame[row], NOBODY)
    until = tickets.asked_at + REPEAT_WITHIN
    unseen = is_silenced(part.plan, "care", tickets.asked_at, tickets.asked_at)
    answered = _Made(
        ANSWERED,
        unit,
        person,
        tickets.asked_at,
        tickets.asked_at + ANSWER_WITHIN,
        tickets.answered_at,
        late,
        blame,
        store,
        channel,
        ("care",),
        unseen,
    )
    repeats = _Made(
        NO_REPEAT,
        unit,
        person,
        tickets.asked_at,
        until,
        next_at,
        repeated,
        repeat_blame,
        store,
        channel,
        ("care",),
        unseen,
    )
    return [answered, repeats]


def _next_of_same(person: Integers, reason: Integers, asked_at: Integers) -> Integers:
    """When the same person next asks about the same; `NEVER` where they do not."""
    order = np.lexsort((asked_at, reason, person))
    same = (person[order][1:] == person[order][:-1]) & (reason[order][1:] == reason[order][:-1])
    following = np.full(len(order), NEVER)
    following[order[:-1]] = np.where(same, asked_at[order][1:], NEVER) if len(order) else 0
    return following
