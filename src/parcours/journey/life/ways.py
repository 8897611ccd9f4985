"""How people come to a purchase across channels, and what a store contributes; definitions: docs/explanation/lived-journeys.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr

from parcours.journey.lived import FAMILIES
from parcours.journey.measures import ORDERS, SALES
from parcours.kernel.clock import duration_us

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parcours.lake import Engine

COLLECTIONS = ("order.collected", "collection.asked")
DEALINGS = ("order", "receipt", "return", "parcel", "ticket", "repair")
"""Namespaces of objects: what is about one of them follows from a purchase and is no look at what may be bought."""
AGREED = (*DEALINGS, "reservation")
"""Nor is what a store does about a reservation."""
UNKNOWN = "unknown"
WAYS: Mapping[str, Mapping[str, str]] = {
    "online_only": {"en": "Online only", "fr": "En ligne seulement"},
    "click_and_collect": {
        "en": "Bought online, collected in store",
        "fr": "Acheté en ligne, retiré en magasin",
    },
    "store_then_online": {"en": "Seen in store, bought online", "fr": "Vu en magasin, acheté en ligne"},
    "online_then_store": {
        "en": "Looked up online, bought in store",
        "fr": "Cherché en ligne, acheté en magasin",
    },
    "web_in_store": {"en": "Ordered online from within a store", "fr": "Commandé en ligne depuis le magasin"},
    "store_only": {"en": "Store only", "fr": "Magasin seulement"},
    "elsewhere": {
        "en": "Bought elsewhere (phone, mail...)",
        "fr": "Acheté ailleurs (téléphone, courrier...)",
    },
    UNKNOWN: {"en": "Nobody known", "fr": "Client inconnu"},
}
MIXED = ("click_and_collect", "store_then_online", "online_then_store", "web_in_store")
_Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Words:
    """Codes of the lake's words.

    Attributes:
        types, channels, namespaces: Word to code.
    """

    types: Mapping[str, int]
    channels: Mapping[str, int]
    namespaces: Mapping[str, int]


@dataclass
class Way:
    """A way to a purchase.

    Attributes:
        way: One of `WAYS`.
        purchases: Of it.
        share: Of purchases whose way is known; None for `unknown`.
        low, high: 95 % interval of the share.
        values: Worth by currency, hundredths.
        months: Month, as 202611, to purchases.
        shares: Month to the share of purchases of that month whose way is known.
        slope: By how much the share rises a month, over all months; None: fewer than two months.
        chance: Of a slope this steep by chance alone; None with `slope`.
    """

    way: str
    purchases: int = 0
    share: float | None = None
    low: float | None = None
    high: float | None = None
    values: dict[str, int] = field(default_factory=dict)
    months: dict[int, int] = field(default_factory=dict)
    shares: dict[int, float] = field(default_factory=dict)
    slope: float | None = None
    chance: float | None = None


@dataclass
class StorePart:
    """What a store contributes.

    Attributes:
        store_id: Its object.
        purchases: Way to purchases at it; click and collect are those collected there, `store_then_online` those seen there before.
        values: Currency to worth of these, by way.
        acts: Type of signal to how often it happened there, about no order: trial, discovery, advice.
    """

    store_id: int
    purchases: dict[str, int] = field(default_factory=dict)
    values: dict[str, dict[str, int]] = field(default_factory=dict)
    acts: dict[int, int] = field(default_factory=dict)

    @property
    def begun_elsewhere(self) -> int:
        """Sales finished here and begun online: looked up, ordered or paid there."""
        return sum(
            self.purchases.get(way, 0) for way in ("online_then_store", "click_and_collect", "web_in_store")
        )

    @property
    def finished_elsewhere(self) -> int:
        """Sales begun here and finished online."""
        return self.purchases.get("store_then_online", 0)


def find_purchases(engine: Engine, words: Words, look_back: str) -> None:
    """Make the table `purchase_way`: one row per purchase.

    Args:
        engine: Holds `seen`.
        words: Of the run.
        look_back: How long before a purchase a look belongs to it, as 30d.
    """
    asked = {
        **_places(words, AGREED),
        "look_back": duration_us(look_back),
        "orders": _codes(words.types, ORDERS),
        "collections": _codes(words.types, COLLECTIONS),
        "digital": _codes(words.channels, FAMILIES["digital"][1]),
        "order_namespace": words.namespaces.get("order", -1),
    }
    engine.make_table(__package__, "purchase_way", asked)


def _places(words: Words, dealings: Sequence[str]) -> dict[str, Any]:  # parameters of a model
    return {
        "sales": _codes(words.types, SALES),
        "store": _codes(words.channels, FAMILIES["store"][1]),
        "store_namespace": words.namespaces.get("store", -1),
        "dealings": _codes(words.namespaces, dealings),
    }


def _codes(known: Mapping[str, int], words: Sequence[str]) -> list[int]:
    return [known[word] for word in words if word in known] or [-1]


def read_ways(engine: Engine, zone: str) -> list[Way]:
    """Every way that somebody took, with share and trend, in the order of `WAYS`; reads `purchase_way`."""
    found = {way: Way(way) for way in WAYS}
    for row in engine.model(__package__, "way_month", {"zone": zone}).to_pylist():
        way = found[row["way"]]
        way.purchases += row["purchases"]
        way.months[row["month"]] = way.months.get(row["month"], 0) + row["purchases"]
        if row["currency"] is not None:
            way.values[row["currency"]] = way.values.get(row["currency"], 0) + round(row["value_minor"])
    known = [way for way in found.values() if way.way != UNKNOWN]
    months = sorted({month for way in known for month in way.months})
    totals = {month: sum(way.months.get(month, 0) for way in known) for month in months}
    for way in known:
        _share(way, months, totals)
    return [way for way in found.values() if way.purchases]


def _share(way: Way, months: Sequence[int], totals: Mapping[int, int]) -> None:
    """Fill in a way's share, interval and trend."""
    total = sum(totals.values())
    if not total:
        return
    way.share = way.purchases / total
    way.low, way.high = wilson(way.purchases, total)
    way.shares = {month: way.months.get(month, 0) / totals[month] for month in months}
    way.slope, way.chance = trend([way.months.get(month, 0) for month in months], list(totals.values()))


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % interval of a share; `total` > 0.

    Source:
        Wilson (1927), JASA 22:209-212, score interval.

    Example:
        >>> low, high = wilson(8, 10)
        >>> f"{low:.3f} {high:.3f}"
        '0.490 0.943'
    """
    ratio, squared = hits / total, _Z_95**2
    middle = (ratio + squared / (2 * total)) / (1 + squared / total)
    half = _Z_95 * np.sqrt(ratio * (1 - ratio) / total + squared / (4 * total**2)) / (1 + squared / total)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def trend(hits: Sequence[int], totals: Sequence[int]) -> tuple[float | None, float | None]:
    """By how much a share rises from one period to the next, and the chance of a slope this steep where there is none.

    Args:
        hits: Of each period, in order.
        totals: Of each period, > 0.

    Returns:
        (slope, chance): ratio per period, probability; None, None for fewer than two periods or where all or none hit.

    Source:
        Armitage (1955), Biometrics 11:375-386; two-sided normal approximation.

    Example:
        >>> slope, chance = trend([10, 20, 30], [100, 100, 100])
        >>> f"{slope:.2f} {chance:.4f}"
        '0.10 0.0004'
    """
    x, n = np.array(hits, np.float64), np.array(totals, np.float64)
    score, total = np.arange(len(n)), n.sum()
    ratio = x.sum() / total if total else 0
    centred = score - (n @ score) / total if total else score
    spread = n @ centred**2
    if len(n) < 2 or spread == 0 or ratio in {0, 1}:  # noqa: PLR2004 - a trend needs two periods
        return None, None
    slope = (x @ centred) / spread
    z = (x @ centred) / np.sqrt(ratio * (1 - ratio) * spread)
    return float(slope), float(2 * ndtr(-abs(z)))


def read_store_parts(engine: Engine, words: Words) -> list[StorePart]:
    """What each store contributes, the one with most purchases first; reads `purchase_way` and `seen`."""
    found: dict[int, StorePart] = {}
    for row in engine.model(__package__, "store_part").to_pylist():
        part = found.setdefault(row["store_id"], StorePart(row["store_id"]))
        part.purchases[row["way"]] = part.purchases.get(row["way"], 0) + row["purchases"]
        if row["currency"] is not None:
            worth = part.values.setdefault(row["currency"], {})
            worth[row["way"]] = worth.get(row["way"], 0) + round(row["value_minor"])
    for row in engine.model(__package__, "store_act", _places(words, DEALINGS)).to_pylist():
        part = found.setdefault(row["store_id"], StorePart(row["store_id"]))
        part.acts[row["type_id"]] = row["signals"]
    return sorted(found.values(), key=lambda part: (-sum(part.purchases.values()), part.store_id))
