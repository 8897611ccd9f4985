"""What broken promises cost, under the gaps: a line each, the total of all, and of one promise how each figure was computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from parcours.cli.show.tables import heading, note, paragraph, sheet
from parcours.gap.money.wording import complexity_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from parcours.cli.show.tables import Cell, Row
    from parcours.ui import Language

_BELOW = {
    "by week": "a week",
    "customers lost": "customers lost",
    "contacts": "contacts",
    "paid at once": "paid at once",
}

_TEXTS = {"promise", "90 % interval"}  # columns that hold no figures


def money_lines(
    rows: Sequence[Row], about: Mapping[str, object], *, explained: bool, language: Language
) -> Iterator[Text]:
    """What broken promises cost.

    Args:
        rows: As results answer them; those with `money` are told.
        about: What concerns all promises.
        explained: Say how each figure was computed, for a single promise.
        language: Of words and amounts.
    """
    priced = [
        row for row in rows if row.get("money") and (row["money"]["total"] is not None or row["broken"])
    ]
    if not priced:
        return
    yield from heading(language.text("What broken promises cost"))
    told = [row for row in priced if row["money"]["total"] is not None]
    told.sort(key=lambda row: (-row["money"]["total"], row["map"], row["promise"]))
    if told:
        words = (
            "promise",
            "cost",
            "90 % interval",
            "by week",
            "paid at once",
            "contacts",
            "sales lost",
            "customers lost",
        )
        yield from sheet(
            [("" if word in _TEXTS else ">") + language.text(word) for word in words],
            [_cells(row, language) for row in told],
            below={language.text(key): language.text(said) for key, said in _BELOW.items()},
            folds=language.text("promise"),
        )
        yield from _together(told, about, explained=explained, language=language)
    for why, promises in _reasons(priced).items():
        yield from note(f"{', '.join(promises)}: {why}")
    if explained:
        for row in priced:
            yield from _explained(row, language)


def _reasons(priced: Sequence[Row]) -> dict[str, list[str]]:
    """Why something cannot be told, each reason once with its promises."""
    found: dict[str, list[str]] = {}
    for row in priced:
        if row["money"]["why"]:
            found.setdefault(row["money"]["why"], []).append(row["promise"])
    return found


def _cells(row: Row, language: Language) -> list[Cell]:
    money = row["money"]

    def amount(name: str) -> str:
        minor = money[name]
        return "" if minor is None else language.money(minor, money["currency"])

    contacts = "" if money["contact_count"] is None else language.number(money["contact_count"])
    if contacts and money["contacts"] is not None:
        contacts = f"{contacts}: {amount('contacts')}"
    span = language.text("{low} to {high}", low=amount("low"), high=amount("high"))
    return [
        row["promise"],
        amount("total"),
        span if money["low"] != money["high"] else "",
        amount("per_week"),
        amount("direct"),
        contacts,
        amount("sales"),
        amount("retention"),
    ]


def _together(
    told: Sequence[Row], about: Mapping[str, object], *, explained: bool, language: Language
) -> Iterator[Text]:
    together = about.get("together")
    if isinstance(together, dict) and together["minor"] is not None and not explained:
        currency = told[0]["money"]["currency"]
        minor, low, high = (
            language.money(together[name], currency) for name in ("minor", "low_minor", "high_minor")
        )
        yield from paragraph(
            language.text(
                "together {total} ({low} to {high}): of several promises broken to one person within a week only the dearest counts",
                total=minor,
                low=low,
                high=high,
            )
        )
    margin = about.get("margin")
    holds_nothing = any(row["money"]["low"] <= 0 < row["money"]["high"] for row in told)
    yield from note(
        language.text("an interval that holds 0 shows no loss") if holds_nothing else "",
        language.text("sales are turnover; a margin in brand.yaml would turn them into profit lost")
        if margin is None
        else language.text(
            "sales are turnover; of them the margin of {margin} counts in the cost",
            margin=language.percent(float(str(margin))),
        ),
    )


def _explained(row: Row, language: Language) -> Iterator[Text]:
    money = row["money"]
    if money["how"]:
        yield from heading(language.text("How was this computed?"))
    for how in money["how"]:
        yield from paragraph(Text.assemble((f"{how['title']}  ", "bold"), how["says"]))
    turns = money["complexity"]
    if turns and turns["switches"]["otherwise"] is not None:
        yield from paragraph(
            Text.assemble(
                (f"{language.text('complexity')}  ", "bold"),
                complexity_words(turns, money["currency"], language),
            )
        )
    yield from _by_slice(money, language)


def _by_slice(money: Row, language: Language) -> Iterator[Text]:
    """What one broken promise loses by place and time, where that can be told; of the rest how many there are."""
    told = [part for part in money["by_slice"] if part["loss"] is not None]
    if told:
        yield from heading(language.text("Lost by one broken promise, by place and time"))
        heads = [language.text(head) for head in ("where", "lost", "90 % interval", "broken", "kept")]
        yield from sheet(
            [heads[0], f">{heads[1]}", heads[2], f">{heads[3]}", f">{heads[4]}"],
            [_part_cells(part, money["currency"], language) for part in told],
        )
    left = len(money["by_slice"]) - len(told)
    if money["by_slice"] and left:
        yield from note(
            language.text(
                "not estimable in {n} more places and times; why: --format json", n=language.number(left)
            )
        )


def _part_cells(part: Row, currency: str, language: Language) -> list[Cell]:
    mean, low, high = (language.money(part["loss"][name], currency) for name in ("mean", "low", "high"))
    where = " ".join(f"{name}={value}" for name, value in part["slice"].items())
    span = language.text("{low} to {high}", low=low, high=high)
    return [where, mean, span, language.number(part["broken"]), language.number(part["kept"])]
