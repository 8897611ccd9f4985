"""What well-known types of signals are called, for people who never read a mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.ui import LANGUAGES, speak

if TYPE_CHECKING:
    from collections.abc import Mapping

# English words; the other languages are in the catalogue of messages.
TYPES: Mapping[str, str] = {
    "order.placed": "Order placed",
    "order.paid": "Order paid",
    "order.ready": "Order ready",
    "order.shipped": "Order shipped",
    "order.delivered": "Order delivered",
    "order.collected": "Order collected",
    "order.cancelled": "Order cancelled",
    "order.delayed": "Delay announced",
    "collection.asked": "Asks at the desk",
    "order.packed": "Order packed",
    "label.issued": "Label sent",
    "delivery.failed": "Delivery failed",
    "parcel.out": "Parcel out for delivery",
    "delivery.attempted": "Delivery attempted",
    "parcel.scanned": "Parcel scanned",
    "product.viewed": "Product viewed",
    "cart.updated": "Cart changed",
    "cart.abandoned": "Cart left",
    "checkout.started": "Checkout begun",
    "reservation.placed": "Reserved",
    "notice.sent": "Message sent",
    "campaign.sent": "Campaign sent",
    "feedback.given": "Opinion given",
    "ticket.opened": "Question asked",
    "ticket.answered": "Question answered",
    "ticket.closed": "Question closed",
    "call.received": "Call received",
    "ticket.repeated": "Question repeated",
    "ticket.solved": "Question solved",
    "return.opened": "Return announced",
    "return.received": "Return received",
    "refund.paid": "Refund paid",
    "repair.opened": "Repair begun",
    "repair.received": "Repair received",
    "repair.done": "Repair done",
    "repair.closed": "Repair closed",
    "sale.paid": "Bought at the till",
    "visit.counted": "Visit counted",
    "consent.withdrawn": "Consent withdrawn",
    "delivery.missed": "Delivery missed",
    "footfall.counted": "Visitors counted",
    "notice.clicked": "Message clicked",
    "notice.opened": "Message opened",
    "parcel.delivered": "Parcel delivered",
    "parcel.shipped": "Parcel shipped",
    "points.earned": "Points earned",
    "queue.measured": "Queue measured",
    "receipt.printed": "Receipt printed",
    "reservation.ready": "Reservation ready",
    "return.asked": "Return asked",
    "page.viewed": "Page viewed",
    "search.done": "Search done",
    "wish.added": "Wish added",
    "stock.checked": "Stock checked",
    "basket.filled": "Basket filled",
    "person.identified": "Customer record",
    "person.birthday": "Birthday",
}


CHANNELS: Mapping[str, str] = {
    "web": "site",
    "app": "app",
    "store": "store",
    "kiosk": "kiosk",
    "phone": "phone",
    "chat": "chat",
    "mail": "e-mail",
    "email": "e-mail",
    "sms": "text message",
    "push": "app notice",
    "delivery": "delivery",
    "device": "connected objects",
    "post": "post",
    "warehouse": "warehouse",
    "workshop": "workshop",
    "payment": "payment",
    "back-office": "back office",
}
SLICES: Mapping[str, str] = {
    "store": "store",
    "channel": "channel",
    "touchpoint": "touchpoint",
    "source": "system",
    "slot": "time slot",
    "persona": "persona",
    "region": "region",
    "carrier": "carrier",
    "category": "category",
    "city": "city",
    "state": "state",
    "reason": "reason",
    "warehouse": "warehouse",
    "workshop": "workshop",
    "payment": "payment",
    "product": "product",
    "kind": "kind",
    "speed": "speed",
    "way": "way back",
}
OWNERS: Mapping[str, str] = {
    "store": "store",
    "e-commerce": "e-commerce",
    "marketing": "marketing",
    "care": "customer care",
    "supply": "supply",
    "logistics": "logistics",
    "finance": "finance",
    "customer-experience": "customer experience",
    "franchisee": "franchisee",
    "carrier": "carrier",
    "after-sales": "after-sales",
    "transport": "transport",
    "partner": "partner",
    "warehouse": "warehouse",
    "workshop": "workshop",
}

REFUSALS: Mapping[str, str] = {
    "unreadable_line": "unreadable line",
    "erased": "of somebody who was erased",
    "unreadable_condition": "unreadable condition",
    "missing_time": "without a time",
    "unreadable_time": "unreadable time",
    "time_out_of_range": "impossible time",
    "missing_type": "without a type",
    "personal_type": "type that names somebody",
    "missing_id": "without an id",
    "unreadable_weight": "unreadable weight",
    "duplicate_id": "sent twice",
}


def title_of(kind: str) -> Mapping[str, str]:
    """Words by language for a type of signal; one we do not know is said as it is written.

    Example:
        >>> title_of("ticket.opened")["fr"], title_of("robot.waved")["en"]
        ('Question posée', 'robot waved')
    """
    return _titled(kind, TYPES)


def channel_title(channel: str) -> Mapping[str, str]:
    """Words by language for a channel."""
    return _titled(channel, CHANNELS)


def slice_title(name: str) -> Mapping[str, str]:
    """Words by language for a slice of a map."""
    return _titled(name, SLICES)


def owner_title(owner: str) -> Mapping[str, str]:
    """Words by language for who answers for a step or a promise."""
    return _titled(owner, OWNERS)


def refusal_title(reason: str) -> Mapping[str, str]:
    """Words by language for why signals were refused."""
    return _titled(reason, REFUSALS)


def _titled(name: str, words: Mapping[str, str]) -> Mapping[str, str]:
    if name not in words:
        return {"en": name.replace(".", " ").replace("_", " ")}
    return {code: speak(code).text(words[name]) for code in LANGUAGES}
