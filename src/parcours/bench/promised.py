"""Two hundred promises of the invented retailer: every pattern of the language, as often as a retailer would need it."""

from __future__ import annotations

import json
from itertools import chain, cycle, islice
from typing import TYPE_CHECKING, Any

from parcours.bench.retailer import PLACES
from parcours.bench.workspace import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Promise = dict[str, Any]  # a promise as a map holds it

__all__ = ["mixed_promises", "write_promises"]

# What the file does not hold is computed by the mapping, on the signals that would hold it.
SET = {
    "promised_at": (
        "case when type in ('order.placed', 'order.confirmed', 'order.shipped', 'order.ready', 'order.delayed', 'delivery.missed', "
        "'contact.opened', 'return.asked', 'return.sent') then occurred_at + to_hours(12 + message_id % 72) end"
    ),
    "slot_from": "case when type = 'delivery.announced' then occurred_at + to_hours(message_id % 24) end",
    "slot_to": "case when type = 'delivery.announced' then occurred_at + to_hours(4 + message_id % 24) end",
    "amount_minor": "case when type in ('return.received', 'refund.paid', 'order.placed', 'receipt.printed') then 500 + message_id * 7919 % 9500 end",
    "score": "case when type = 'feedback.given' then message_id % 11 end",
    "wait_s": "case when type = 'queue.joined' then message_id * 31 % 900 end",
    "reason": "case when type like 'contact.%' then 'r' || message_id % 5 end",
}
SOURCE = {
    "source": "bench",
    "person": {"customer": "customer", "device": "device"},
    "objects": {"store": "case when channel = 'store' then 's' || message_id % 40 end"},
    "channel": {"sql": "channel"},
    "set": SET,
    "signals": [{"type": {"sql": "type"}, "touchpoint": {"sql": "touchpoint"}, "at": "occurred_at"}],
}
BRAND = {
    "calendars": {
        "care_hours": {"open": {"mon-sat": "09:00-19:00"}, "holidays": "FR"},
        "bank_days": {"working_days": True, "holidays": "FR", "cut_off": "17:00"},
    }
}

# What a service owes after what; longer waits further down the line.
OWED = {
    "order.placed": (
        "order.confirmed",
        "order.shipped",
        "order.ready",
        "invoice.sent",
        "order.delivered",
        "order.collected",
    ),
    "order.confirmed": ("order.shipped", "order.ready", "invoice.sent", "order.delivered"),
    "order.shipped": ("delivery.announced", "order.delivered", "survey.sent"),
    "delivery.announced": ("order.delivered", "survey.sent"),
    "delivery.missed": ("order.delivered", "delivery.announced", "contact.answered"),
    "order.ready": ("order.collected", "notice.sent"),
    "order.delivered": ("survey.sent", "invoice.sent", "feedback.given"),
    "order.collected": ("survey.sent", "receipt.printed"),
    "contact.opened": ("contact.answered", "contact.closed"),
    "contact.answered": ("contact.closed", "survey.sent"),
    "return.asked": ("return.sent", "return.received", "refund.paid"),
    "return.sent": ("return.received", "refund.paid", "notice.sent"),
    "return.received": ("refund.paid", "notice.sent", "survey.sent"),
    "receipt.printed": ("invoice.sent", "survey.sent", "loyalty.shown"),
    "queue.joined": ("receipt.printed", "advice.given"),
    "visit.began": ("advice.given",),
    "checkout.started": ("order.placed",),
    "stock.checked": ("order.placed", "visit.began"),
    "help.read": ("contact.opened", "contact.answered"),
    "advice.given": ("receipt.printed",),
    "product.tried": ("receipt.printed",),
    "feedback.given": ("contact.opened", "contact.answered", "notice.sent"),
    "survey.sent": ("feedback.given",),
    "notice.sent": ("notice.opened",),
}
WITHIN = ("2h", "1d", "3d", "7d", "14d", "30d")
PAIRS = tuple((after, expect) for after, expected in OWED.items() for expect in expected)
SERVICE = tuple(
    pair for pair in PAIRS if pair[0].partition(".")[0] in {"order", "contact", "return", "delivery"}
)
DATED = tuple(pair for pair in SERVICE if f"'{pair[0]}'" in SET["promised_at"])
UNWANTED = ("contact.opened", "help.read", "return.asked", "delivery.missed")
AMBIENT = {"per": "store_hour", "measure": "queue.joined", "at_most": {"wait_s": 600}}


def mixed_promises() -> list[Promise]:
    """The promises, in groups by pattern, each of its own name."""
    groups = (
        _within(24, PAIRS),
        _within(12, SERVICE, unless="contact.closed"),
        _by_place(60),
        _on_calendar(12),
        _before(20),
        _before(4, revised_by="delivery.missed"),
        _between(6),
        _summed(4),
        _kept_informed(4),
        _never_within(14),
        _never_until(8),
        _counted(10),
        _looking_back(8),
        _same(4),
        _measured(8),
        [AMBIENT, {**AMBIENT, "per": "store_day"}],
    )
    return [{"promise": f"p{number:03}", **promise} for number, promise in enumerate(chain(*groups), start=1)]


def _some(count: int, pairs: tuple[tuple[str, str], ...]) -> Iterator[tuple[int, str, str]]:
    """Numbered pairs, from the beginning again where there are too few."""
    return ((number, *pair) for number, pair in enumerate(islice(cycle(pairs), count)))


def _within(count: int, pairs: tuple[tuple[str, str], ...], **more: str) -> list[Promise]:
    return [
        {"after": after, "expect": expect, "within": WITHIN[number % len(WITHIN)], **more}
        for number, after, expect in _some(count, pairs)
    ]


def _by_place(count: int) -> list[Promise]:
    """Made by one touchpoint, kept by any."""
    touchpoints: dict[str, list[str]] = {}
    for place in PLACES:
        touchpoints.setdefault(place.type, []).append(place.touchpoint)
    made = [
        ({"signal": after, "where": f"touchpoint = '{touchpoint}'"}, expect)
        for after, expect in SERVICE
        for touchpoint in touchpoints[after]
        if len(touchpoints[after]) > 1
    ]
    return [
        {"after": after, "expect": expect, "within": WITHIN[number % len(WITHIN)]}
        for number, (after, expect) in enumerate(islice(cycle(made), count))
    ]


def _on_calendar(count: int) -> list[Promise]:
    waits = (
        {"within": "4h", "calendar": "care_hours"},
        {"within": "3 working days", "calendar": "bank_days"},
    )
    return [
        {"after": after, "expect": expect, **waits[number % 2]}
        for number, after, expect in _some(count, SERVICE[12:])
    ]


def _before(count: int, **more: str) -> list[Promise]:
    return [
        {"after": after, "expect": expect, "before": "promised_at", **more}
        for _, after, expect in _some(count, DATED)
    ]


def _between(count: int) -> list[Promise]:
    targets = ("order.delivered", "delivery.missed", "contact.answered")
    return [
        {"after": "delivery.announced", "expect": target, "between": ["slot_from", "slot_to"]}
        | ({"contradicted_by": "feedback.given"} if number % 2 else {})
        for number, target in enumerate(islice(cycle(targets), count))
    ]


def _summed(count: int) -> list[Promise]:
    asked = ("return.received", "return.received", "receipt.printed", "order.placed")
    return [
        {
            "after": after,
            "expect": "refund.paid",
            "within": f"{5 * number}d",
            "sum": {"amount_minor": "amount_minor"},
        }
        for number, after in enumerate(asked[:count], start=1)
    ]


def _kept_informed(count: int) -> list[Promise]:
    rhythms = (
        ("contact.opened", "contact.answered", "contact.closed"),
        ("order.placed", "notice.sent", "order.delivered"),
        ("return.asked", "notice.sent", "refund.paid"),
        ("order.ready", "notice.sent", "order.collected"),
    )
    return [
        {"after": after, "every": "48h", "expect": expect, "until": until}
        for after, expect, until in rhythms[:count]
    ]


def _never_within(count: int) -> list[Promise]:
    """Every fourth counts only what gives the same reason."""
    alike = {"after": "contact.opened", "never": "contact.opened", "match": {"reason": "reason"}}
    return [
        {"after": after, "never": UNWANTED[number % len(UNWANTED)], "within": WITHIN[1 + number % 5]}
        | (alike if number % 4 == 0 else {})
        for number, after, _ in _some(count, SERVICE[::2])
    ]


def _never_until(count: int) -> list[Promise]:
    return [
        {"after": after, "never": UNWANTED[number % len(UNWANTED)], "until": until}
        | ({"unless": "notice.sent"} if number % 4 == 0 else {})
        for number, after, until in _some(count, SERVICE[1::2])
    ]


def _counted(count: int) -> list[Promise]:
    ends: tuple[Promise, ...] = ({"within": "7d"}, {"within": "30d"}, {"until": "survey.sent"})
    return [
        {"after": after, "at_most": number % 3, "of": "contact.opened", **ends[number % 3]}
        for number, after, _ in _some(count, SERVICE[::3])
    ]


def _looking_back(count: int) -> list[Promise]:
    return [
        {"whenever": later, "preceded_by": earlier} | ({"within": "30d"} if number % 2 else {})
        for number, earlier, later in _some(count, SERVICE[2:])
    ]


def _same(count: int) -> list[Promise]:
    pairs = (
        ("refund.paid", "return.received", "amount_minor"),
        ("contact.closed", "contact.opened", "reason"),
        ("contact.answered", "contact.opened", "reason"),
        ("receipt.printed", "order.placed", "amount_minor"),
    )
    return [
        {"whenever": later, "since": earlier, "same": {value: value}}
        for later, earlier, value in pairs[:count]
    ]


def _measured(count: int) -> list[Promise]:
    moments = (
        "order.delivered",
        "order.collected",
        "contact.closed",
        "refund.paid",
        "receipt.printed",
        "survey.sent",
    )
    content = {"measure": "feedback.given", "at_least": {"score": 7}}
    asked: list[Promise] = [{"after": after, "within": "7d", **content} for after in moments]
    return [*asked, {"after": "delivery.missed", **content}, content][:count]


def write_promises(folder: Path, file: Path) -> Path:
    """Write a workspace over a file of `data.write_signals`, with the mixed promises.

    Args:
        folder: Where; made if need be.
        file: The Parquet file.

    Returns:
        `folder`.
    """
    promises = mixed_promises()
    drawn = {
        "map": "promises",
        "per": "person",
        "ends": {"or_quiet_for": "30d"},
        "stages": [
            {
                "stage": "all",
                "steps": [
                    {"step": kind.replace(".", "-"), "signal": kind, "owner": "bench"}
                    for kind in dict.fromkeys(place.type for place in PLACES)
                ],
            }
        ],
        "promises": [{"owner": "bench", **promise} for promise in promises],
    }
    documents = {
        "parcours.toml": SETTINGS,
        "brand.yaml": json.dumps(BRAND),
        "sources/bench.yaml": json.dumps({"read": {"parquet": str(file)}, **SOURCE}),
        "maps/promises.yaml": json.dumps(drawn, indent=1),
    }
    for name, text in documents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder
