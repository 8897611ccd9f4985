"""What broken promises cost: a line each with its interval, and how every figure was computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parcours.gap.money import about_all, priced_rows
from parcours.gap.money.wording import complexity_words, how_words, why_words
from parcours.web.report.page import Table
from parcours.web.report.words import DAYS, place_words, rows_command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parcours.gap.results import Results
    from parcours.ui import Language

Row = dict[str, Any]  # rows of the table `money`


@dataclass(frozen=True)
class Costs:
    """What a run priced: the rows of each promise, and what concerns all; `says` are the promises' own words."""

    rows: Mapping[tuple[str, str], Row]
    says: Mapping[tuple[str, str], Mapping[str, str]]
    about: Mapping[str, Any]


@dataclass(frozen=True)
class CostLine:
    """One promise: places on the axis, `low`, `high`, `mean` and `zero`, are shares of its length."""

    key: str
    says: str
    total: str
    span: str
    weekly: str
    note: str
    low: float
    high: float
    mean: float
    zero: float
    how: tuple[tuple[str, str], ...]
    parts: Table
    command: str


@dataclass(frozen=True)
class MoneyPart:
    """All of it; `untold` are reasons, each with its promises."""

    total: str
    total_span: str
    lead: str
    lines: tuple[CostLine, ...]
    untold: tuple[tuple[str, str], ...]


def gather_costs(results: Results) -> Costs:
    """What a published run priced."""
    rows = priced_rows(results)
    says = {
        (name, promise): results.maps[name]["promises"][promise]["says"] or {"en": promise}
        for name, promise in rows
        if promise in results.maps.get(name, {"promises": {}})["promises"]
    }
    return Costs({key: row for key, row in rows.items() if key in says}, says, about_all(results))


def money_part(costs: Costs, language: Language) -> MoneyPart | None:
    """The part of a report about money; None where nothing was broken."""
    broken = {key: row for key, row in costs.rows.items() if row["broken"]}
    if not broken:
        return None
    told = sorted(
        ((key, row) for key, row in broken.items() if row["total_minor"] is not None),
        key=lambda item: (-item[1]["total_minor"], item[0]),
    )
    together = costs.about.get("together") or {}
    currency = costs.about.get("currency")
    has_total = currency is not None and together.get("minor") is not None
    return MoneyPart(
        total=language.money(together["minor"], str(currency)) if has_total else "",
        total_span=_span(language, together["low_minor"], together["high_minor"], currency)
        if has_total
        else "",
        lead=_lead(costs.about, language),
        lines=tuple(_line(key, row, costs, _axis([row for _, row in told]), language) for key, row in told),
        untold=_untold(broken, costs, language),
    )


def _lead(about: Mapping[str, Any], language: Language) -> str:
    margin = about.get("margin")
    if margin is None:
        return language.text("Sales count as turnover: brand.yaml gives no margin.")
    return language.text("Of sales, the margin of {margin} counts.", margin=language.percent(margin))


def _axis(rows: Sequence[Row]) -> tuple[float, float]:
    """From where to where costs reach; 0 is on it."""
    low = min([0, *(row["low_minor"] for row in rows)])
    high = max([1, *(row["high_minor"] for row in rows)])
    return float(low), float(high)


def _span(language: Language, low: float, high: float, currency: str | None) -> str:
    if currency is None or low == high:
        return ""
    return language.text(
        "{low} to {high}", low=language.money(low, currency), high=language.money(high, currency)
    )


def _line(
    key: tuple[str, str], row: Row, costs: Costs, axis: tuple[float, float], language: Language
) -> CostLine:
    currency, (begins, ends) = row["currency"], axis

    def place(minor: float) -> float:
        return round((minor - begins) / (ends - begins), 4)

    weeks = max(row["weeks"], 1.0)
    how = [(item.title, item.says) for item in how_words(row, costs.about, language)]
    turns = row["checks"]["complexity"]
    if turns and turns["switches"]["otherwise"] is not None:
        how.append((language.text("complexity"), complexity_words(turns, currency, language)))
    note = ""
    if row["why"]:
        note = why_words(row["why"], row["checks"]["facts"], language)
    elif row["low_minor"] <= 0:
        note = language.text("No loss is shown: the interval holds 0.")
    return CostLine(
        key="-".join(key),
        says=language.pick(costs.says[key]),
        total=language.money(row["total_minor"], currency),
        span=_span(language, row["low_minor"], row["high_minor"], currency),
        weekly=language.text("{money} a week", money=language.money(row["total_minor"] / weeks, currency)),
        note=note,
        low=place(row["low_minor"]),
        high=place(row["high_minor"]),
        mean=place(row["total_minor"]),
        zero=place(0),
        how=tuple(how),
        parts=_parts(row, language),
        command=rows_command(key[1], None),
    )


def _parts(row: Row, language: Language) -> Table:
    """What one broken promise loses by place, channel and part of the week, where that can be told."""
    currency = row["currency"]
    told = [part for part in row["checks"].get("by_slice", ()) if part["loss"] is not None]
    return Table(
        language.text("Lost by one broken promise, by place and time"),
        tuple(language.text(head) for head in ("where", "lost", "90 % interval", "broken", "kept")),
        tuple(
            (
                _part_words(part["slice"], language),
                language.money(part["loss"]["mean"], currency),
                _span(language, part["loss"]["low"], part["loss"]["high"], currency),
                language.number(part["broken"]),
                language.number(part["kept"]),
            )
            for part in told
        ),
        (1, 3, 4),
    )


def _part_words(named: Mapping[str, str], language: Language) -> str:
    """A place or a part of the week, as said."""
    ((name, value),) = named.items()
    if name == "hours":
        start, _, end = value.partition("-")
        return language.text("from {start} to {end} h", start=start, end=end)
    if name == "days":
        return language.text("on {day}s", day=language.weekday(DAYS.index(value)))
    return place_words(language, name, value)


def _untold(
    broken: Mapping[tuple[str, str], Row], costs: Costs, language: Language
) -> tuple[tuple[str, str], ...]:
    found: dict[str, list[str]] = {}
    for key, row in broken.items():
        if row["total_minor"] is None and row["why"]:
            why = why_words(row["why"], row["checks"]["facts"], language)
            found.setdefault(why, []).append(language.pick(costs.says[key]))
    return tuple((why, " · ".join(promises)) for why, promises in found.items())
