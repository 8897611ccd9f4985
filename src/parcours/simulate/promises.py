"""What the retailer promises, and how well it keeps each promise where nothing is planted.

The same share everywhere: a slice that differs is planted, or chance.
"""

from __future__ import annotations

from typing import NamedTuple

READY_IN_2H = "ready-in-2h"
READY_IN_2H_FRANCHISE = "ready-in-2h-franchise"
READY_AS_SAID = "ready-as-said"
TOLD_WHEN_READY = "told-when-ready"
IN_STOCK = "in-stock"
BY_THE_DATE = "by-the-date"
REFUNDED = "refunded-in-5-days"
ANSWERED = "answered-in-a-day"
NO_REPEAT = "no-repeat"
REPAIRED = "repaired-by-date"
CONTENT = "content"


class Known(NamedTuple):
    """A promise of the retailer.

    Attributes:
        map: The map that holds it.
        unit: Namespace of what it is judged within.
        kept: Share kept where nothing is planted; None where it follows from the other promises.
    """

    map: str
    unit: str
    kept: float | None


PROMISES: dict[str, Known] = {
    READY_IN_2H: Known("click-and-collect", "order", 0.95),
    READY_IN_2H_FRANCHISE: Known("click-and-collect", "order", 0.95),
    READY_AS_SAID: Known("click-and-collect", "order", 0.95),
    TOLD_WHEN_READY: Known("click-and-collect", "order", 0.96),
    IN_STOCK: Known("click-and-collect", "order", 0.992),
    CONTENT: Known("click-and-collect", "order", None),
    BY_THE_DATE: Known("home-delivery", "order", 0.94),
    REFUNDED: Known("return-and-refund", "return", 0.95),
    REPAIRED: Known("repair", "repair", 0.94),
    ANSWERED: Known("service-request", "ticket", 0.95),
    NO_REPEAT: Known("service-request", "person", 0.94),
}


OF_STORES = ("click-and-collect", "repair")  # maps of a retailer with stores


def kept_share(promise: str) -> float:
    """Share of a promise kept where nothing is planted."""
    kept = PROMISES[promise].kept
    assert kept is not None  # noqa: S101 - asked only of promises that are drawn
    return kept
