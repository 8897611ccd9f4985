"""Mixed journeys: how people came to their purchases across channels, and what each store contributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.journey.life.ways import MIXED, UNKNOWN, Words, find_purchases, read_store_parts, read_ways
from parcours.signal import OBJECT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.gap.results import Results
    from parcours.journey.life.ways import Way

Row = dict[str, Any]  # rows leave as JSON
LOOK_BACK = "30d"


def way_rows(results: Results, look_back: str = LOOK_BACK) -> list[Row]:
    """Ways to a purchase, one row each: share with interval, worth, and share month by month with its trend.

    Args:
        results: The published run.
        look_back: How long before a purchase a look belongs to it.
    """
    _find(results, look_back)
    return [_way_row(way) for way in read_ways(results.engine, results.zone)]


def _find(results: Results, look_back: str) -> None:
    results.see()
    find_purchases(results.engine, _words(results), look_back)


def _words(results: Results) -> Words:
    return Words(*(results.vault.terms(kind) for kind in ("type", "channel", "namespace")))


def _way_row(way: Way) -> Row:
    return {
        "way": way.way,
        "is_mixed": way.way in MIXED,
        "purchases": way.purchases,
        "share": way.share,
        "low": way.low,
        "high": way.high,
        "values": dict(sorted(way.values.items())),
        "months": [
            {"month": f"{month // 100}-{month % 100:02d}", "purchases": count, "share": way.shares.get(month)}
            for month, count in sorted(way.months.items())
        ],
        "slope": way.slope,
        "chance": way.chance,
    }


def mixed_share(rows: Sequence[Row]) -> float | None:
    """Share of mixed purchases among those whose way is known; None: none is."""
    known = sum(row["purchases"] for row in rows if row["way"] != UNKNOWN)
    return sum(row["purchases"] for row in rows if row["is_mixed"]) / known if known else None


def store_rows(results: Results, look_back: str = LOOK_BACK) -> list[Row]:
    """What each store contributes: sales begun or finished elsewhere, and what people did there about no order."""
    _find(results, look_back)
    words = _words(results)
    parts = read_store_parts(results.engine, words)
    results.view(OBJECT)
    names = results.object_names([part.store_id for part in parts])
    kinds = {code: text for text, code in words.types.items()}
    return [
        {
            "store": names.get(part.store_id, "").partition(":")[2] or None,
            "purchases": sum(part.purchases.values()),
            "begun_online": part.begun_elsewhere,
            "finished_online": part.finished_elsewhere,
            "ways": dict(sorted(part.purchases.items())),
            "values": {
                currency: dict(sorted(worth.items())) for currency, worth in sorted(part.values.items())
            },
            "acts": {kinds[kind]: count for kind, count in part.acts.items()},
        }
        for part in parts
    ]
