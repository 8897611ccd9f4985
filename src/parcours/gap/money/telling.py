"""What broken promises of a published run cost, read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.gap.money.types import Money
from parcours.gap.money.wording import how_words, why_words
from parcours.ui import speak

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.gap.results import Results

LOGIC = "2"  # raised when the meaning of a price, or the way to it, changes, so that it is computed anew
Row = dict[str, Any]  # rows leave as JSON
_AMOUNTS = (
    "direct_minor",
    "contacts_minor",
    "sales_minor",
    "retention_minor",
    "total_minor",
    "low_minor",
    "high_minor",
)


def priced_rows(results: Results) -> dict[tuple[str, str], Row]:
    """(map, promise) to what it costs, as `stage` told it; empty where nothing is promised."""
    names = {code: text.split("/", 1) for text, code in results.vault.terms("promise").items()}
    return {
        (names[row["promise_id"]][0], names[row["promise_id"]][1]): row for row in _priced(results)["rows"]
    }


def about_all(results: Results) -> Mapping[str, Any]:
    """What concerns all promises: their total, the margin, the share of purchases of known people; empty where nothing is promised."""
    told: Mapping[str, Any] = _priced(results)["about"]
    return told


def _priced(results: Results) -> Row:
    """Priced by whoever asks first, and kept."""

    def compute() -> Row:
        from parcours.gap.money.stage import price_run  # noqa: PLC0415 - who reads what is kept does not wait for it

        return price_run(results, lambda done, total: results.progress("money", done, total))

    priced: Row = results.kept.answer("money", LOGIC, compute)
    return priced


def money_of(results: Results, language: str = "en") -> dict[tuple[str, str], Money]:
    """Each (map, promise) of a published run to what it costs; empty where nothing is promised.

    Args:
        results: The run.
        language: Of `why`.
    """
    said = speak(language)
    return {
        key: Money(
            **{name: row[name] for name in _AMOUNTS},
            contacts=row["contacts"],
            currency=row["currency"],
            days=round(row["horizon_days"]),
            broken=row["broken"],
            estimable=row["is_estimable"],
            why=why_words(row["why"], row["checks"]["facts"], said),
        )
        for key, row in priced_rows(results).items()
    }


def money_json(results: Results, language: str) -> dict[tuple[str, str], Row]:
    """As `gaps --format json` tells it: amounts in hundredths of the currency."""
    said, about = speak(language), about_all(results)
    return {key: _json(row, about, said) for key, row in priced_rows(results).items()}


def _json(row: Row, about: Mapping[str, Any], said: Any) -> Row:  # a Language
    weeks = max(row["weeks"], 1.0)
    total = row["total_minor"]
    return {
        "direct": row["direct_minor"],
        "contact_count": row["contacts"],
        "contacts": row["contacts_minor"],
        "sales": row["sales_minor"],
        "retention": row["retention_minor"],
        "total": total,
        "low": row["low_minor"],
        "high": row["high_minor"],
        "per_week": None if total is None else round(total / weeks),
        "in_total": row["in_total_minor"],
        "currency": row["currency"],
        "margin": about.get("margin"),
        "horizon_days": row["horizon_days"],
        "retention_days": row["retention_days"],
        "known_broken": row["known_broken"],
        "estimable": row["is_estimable"],
        "why": why_words(row["why"], row["checks"]["facts"], said),
        "effects": row["checks"]["effects"],
        "checks": row["checks"]["compared"],
        "by_slice": [
            {**part, "why": why_words(part["why"], part["facts"], said)}
            for part in row["checks"].get("by_slice", ())
        ],
        "complexity": row["checks"]["complexity"],
        "how": [
            {"figure": how.figure, "title": how.title, "says": how.says}
            for how in how_words(row, about, said)
        ],
    }
