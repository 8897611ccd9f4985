"""Money in words: why something cannot be told, and how each figure was computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from parcours.ui import Language

WHY: dict[str, str] = {
    "few": "Not estimable: only {broken} broken promises are {days} days old; {fewest} are needed.",
    "few_here": "Not estimable: only {broken} broken promises here are old enough; {fewest} are needed.",
    "few_alike": "Not estimable: the kept promises that are alike count as only {kept}; {fewest} are needed.",
    "overlap": "Not estimable: for {trimmed} of {broken} broken promises nobody like them had the promise kept.",
    "apart": "Not estimable: whose promise was broken and whose was kept differ by {apart} standard deviations in what was known "
    "before, even after weighting; {most} is the most.",
    "placebo_purchases": "Sales are not estimable: people let down already bought differently before, by {before} purchases each, "
    "against {after} afterwards.",
    "placebo_sales": "Sales are not estimable: people let down already spent differently before, by {before} hundredths each, against "
    "{after} afterwards.",
    "opinion": "Not estimable: a score or a measure is not something that was done to somebody; look at the promises behind it.",
    "sample": "Not estimable: the data are a sample of orders, so that what its people bought besides is not in it.",
    "nobody": "Not estimable: nobody is known to whom it was made.",
    "no_outcome": "Not estimable: no signal says that somebody bought or asked; name them in `money` of brand.yaml.",
}
OUTCOMES: dict[str, str] = {
    "contacts": "contacts",
    "purchases": "purchases",
    "sales_minor": "sales",
}


@dataclass(frozen=True)
class How:
    """How one figure was computed: the figure's name in the JSON, what people call it, and a sentence."""

    figure: str
    title: str
    says: str


def why_words(code: str | None, facts: Mapping[str, Any], language: Language) -> str:
    """Why nothing, or not all, can be told; empty where all can."""
    if code is None:
        return ""
    told = {
        key: language.number(value, 2 if isinstance(value, float) else 0)
        if isinstance(value, int | float)
        else value
        for key, value in facts.items()
    }
    return language.text(WHY[code], **told)


def how_words(row: Mapping[str, Any], about: Mapping[str, Any], language: Language) -> tuple[How, ...]:
    """How each figure of a promise was computed.

    Args:
        row: Of the table `money`, its checks parsed.
        about: What concerns all promises: `margin`, `known_purchases`.
        language: Of the sentences.
    """
    return tuple(_how(row, about, language))


def _how(row: Mapping[str, Any], about: Mapping[str, Any], language: Language) -> Iterator[How]:
    currency = row["currency"]

    def money(minor: float) -> str:
        return language.money(minor, currency)

    effects, compared = row["checks"]["effects"], row["checks"]["compared"]
    known = language.number(row["known_broken"])
    if row["direct_minor"] is not None and row["broken"]:
        yield How(
            "direct",
            language.text("paid at once"),
            language.text(
                "{unit} for each broken promise, as the map says, times {n} broken.",
                unit=money(row["direct_minor"] / row["broken"]),
                n=language.number(row["broken"]),
            ),
        )
    if "contacts" in effects:
        yield How(
            "contacts",
            language.text("contacts caused"),
            language.text(
                "{mean} more contacts for each broken promise ({low} to {high}), times {n} broken promises of known people.",
                **_span(effects["contacts"], lambda value: language.number(value, 2)),
                n=known,
            )
            + " "
            + (
                language.text("They are priced by channel, as brand.yaml says.")
                if row["contacts_minor"] is not None
                else language.text("Without a cost of a contact in brand.yaml they have no price.")
            ),
        )
    days = {"days": language.number(row["horizon_days"]), "end": language.number(row["retention_days"])}
    if row["sales_minor"] is not None:
        yield How(
            "sales",
            language.text("sales lost"),
            language.text(
                "In the {days} days after it, each person let down spent {mean} less ({low} to {high}) than people alike whose promise "
                "was kept; times {n}.",
                **_span(effects["sales_minor"], money),
                **days,
                n=known,
            )
            + _unknown(about["known_purchases"], language),
        )
    if row["retention_minor"] is not None:
        yield How(
            "retention",
            language.text("customers lost"),
            language.text(
                "From day {days} to day {end}, what they are still expected to spend is {mean} less ({low} to {high}), by how often and "
                "how lately they bought (BG/NBD and Gamma-Gamma); times {n}.",
                **_span(effects["retention_minor"], money),
                **days,
                n=known,
            ),
        )
    if row["total_minor"] is not None:
        yield How("total", language.text("total"), _total(row, about, language))
    if compared:
        yield How("checks", language.text("may it be believed?"), _believed(compared, language))


def _span(figure: Mapping[str, float], said: Any) -> dict[str, str]:  # a function from a number to text
    return {name: said(figure[name]) for name in ("mean", "low", "high")}


def _unknown(known: float | None, language: Language) -> str:
    if known is None or known == 1:
        return ""
    return " " + language.text(
        "Only purchases that can be tied to somebody count: {share} of them.", share=language.percent(known)
    )


def _total(row: Mapping[str, Any], about: Mapping[str, Any], language: Language) -> str:
    parts = [
        language.text("The sum of what is known above, with its 90 % interval.")
        if about["margin"] is None
        else language.text(
            "The sum of what is known above, of sales the margin of {margin}; with its 90 % interval.",
            margin=language.percent(about["margin"]),
        )
    ]
    if row["in_total_minor"] is not None and row["in_total_minor"] != row["total_minor"]:
        parts.append(
            language.text(
                "To the total of all promises it adds {part}: where several were broken to one person within a week, only the "
                "dearest counts.",
                part=language.money(row["in_total_minor"], row["currency"]),
            )
        )
    return " ".join(parts)


def _believed(compared: Mapping[str, Any], language: Language) -> str:
    parts = [
        language.text(
            "{broken} broken promises were compared with {kept} kept ones, which count as {alike} alike; {young} are too young and left "
            "out.",
            broken=language.number(compared["broken"]),
            kept=language.number(compared["kept"]),
            alike=language.number(compared["effective_kept"]),
            young=language.number(compared["left_out"]),
        ),
        language.text(
            "In what was known before they differ by {apart} standard deviations at most ({before} without weights).",
            apart=language.number(compared["apart_after"], 2),
            before=language.number(compared["apart_before"], 2),
        ),
    ]
    fails = [language.text(OUTCOMES[name]) for name in compared["placebo_fails"]]
    if not compared["placebo"]:
        parts.append(language.text("The data begin too late to look at the time before."))
    elif fails:
        parts.append(
            language.text("In the time before they already differed in: {what}.", what=", ".join(fails))
        )
    else:
        parts.append(
            language.text(
                "In the time before, where nothing can have been caused, nothing beyond chance shows."
            )
        )
    if "sales_minor" in compared["robustness"]:
        parts.append(
            language.text(
                "Something hidden would have to explain {share} of what is left open, both of whose promise is broken and of what they "
                "spend, to bring the sales lost to nothing.",
                share=language.percent(compared["robustness"]["sales_minor"], 1),
            )
        )
    parts.append(
        language.text("The interval allows for stores and people that have ways of their own.")
        if compared["clusters"] == "store"
        else language.text("The interval allows for people that have ways of their own.")
    )
    return " ".join(parts)


def complexity_words(turns: Mapping[str, Any], currency: str | None, language: Language) -> str:
    """Changes of channel and repeated contacts on journeys where a promise was broken, beside those where it was kept."""
    said = []
    sentences = {
        "switches": "{mean} changes of channel on a journey where it was broken, {otherwise} where it was kept.",
        "repeats": "{mean} repeated contacts on a journey where it was broken, {otherwise} where it was kept.",
    }
    for name, sentence in sentences.items():
        facts = turns[name]
        words = language.text(
            sentence, mean=language.number(facts["mean"], 2), otherwise=language.number(facts["otherwise"], 2)
        )
        if facts["minor"] is not None and currency is not None:
            words += " " + language.text(
                "Over {n} journeys the difference costs {money}; it is no part of the total.",
                n=language.number(turns["journeys"]),
                money=language.money(facts["minor"], currency),
            )
        said.append(words)
    return " ".join(said)
