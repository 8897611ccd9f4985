"""A golden record, and two people side by side with the waterfall of their records, in French or English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from parcours.cli.show.tables import BAD, FAINT, GOOD, heading, moment, note, sheet
from parcours.identity.records.explaining import NOTHING
from parcours.identity.wording import CHOICES, DECISIONS, FIELDS, called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.cli.show.tables import Cell, Row
    from parcours.ui import Language

_LENGTH = 40  # of a drawn waterfall


def golden_lines(found: Row, language: Language) -> Iterator[Text]:
    """Each field with its value, where it comes from, since when and why; below it what else was said."""
    yield Text(language.text("golden record of {person}", person=found["person"]), style="bold")
    yield Text("")
    rows: list[list[Cell]] = []
    for item in found["fields"]:
        rows.append(
            [
                called(FIELDS, item["field"], language),
                Text(item["value"], style="bold"),
                *_said(item, language),
                Text(_why(item, language), style=FAINT),
            ]
        )
        rows.extend(
            [
                "",
                Text(f"{'=' if word['value'] == item['value'] else '✗'} {word['value']}", style=FAINT),
                *_said(word, language),
                "",
            ]
            for word in item["others"]
        )
    heads = [language.text(head) for head in ("field", "value", "system", "last said", "times", "why")]
    heads[4] = ">" + heads[4]
    yield from sheet(heads, rows, below={heads[5]: ""})
    if any(item["others"] for item in found["fields"]):
        yield from note(language.text("✗ was said too and does not survive; = another system says the same"))


def _said(word: Row, language: Language) -> list[Cell]:
    told = word["told_at"]
    return [
        word["source"] or language.text("the person"),
        told[:10] if told else "",
        language.number(word["times"]),
    ]


def _why(item: Row, language: Language) -> str:
    said = called(CHOICES, item["rule"], language)
    return language.text("{choice} of the system trusted most", choice=said) if item["trusted"] else said


def pair_lines(found: Row, language: Language, at: str) -> Iterator[Text]:
    """Two side by side: what is told of each, the waterfall of their records, and what joins them or waits."""
    said = language.text("one person") if found["one"] else language.text("two people")
    yield Text(f"{found['from']} · {found['to']}: {said}", style="bold")
    people = found["person"] if found["one"] else f"{found['person']} · {found['other_person']}"
    yield from note(people)
    if found["told"]:
        yield from heading(language.text("what is told of each"))
        rows: list[list[Cell]] = [
            [
                called(FIELDS, row["field"], language),
                row["value"] or "–",  # noqa: RUF001 - the sign for nothing
                _equal(row),
                row["other_value"] or "–",  # noqa: RUF001 - same
            ]
            for row in found["told"]
        ]
        yield from sheet([language.text("field"), found["from"], "", found["to"]], rows)
    for pair in found["pairs"]:
        yield from _waterfall(pair, found["thresholds"], language, at)
    if not found["pairs"]:
        yield from heading(language.text("records"))
        yield from note(
            language.text("no pair of their records weighs enough to be kept, or none was compared")
        )
    if found["path"]:
        yield from heading(language.text("the way between"))
        steps: list[list[Cell]] = [
            [
                step["from"],
                step["to"],
                called(_CAUSES, step["cause"], language),
                moment(step["first_at"]),
                step["source"] or "",
            ]
            for step in found["path"]
        ]
        yield from sheet(
            [language.text(head) for head in ("from", "to", "because", "first seen", "system")], steps
        )
    if found["waiting"]:
        yield from heading(language.text("waits for somebody to decide"))
        items: list[list[Cell]] = [
            [row["item"], called(DECISIONS, row["why"], language), row["from"], row["to"] or ""]
            for row in found["waiting"]
        ]
        yield from sheet(["", "", "", ""], items, headed=False)
        yield from note(f"parcours identity accept|refuse ITEM{at}")


def _equal(row: Row) -> Cell:
    if not row["value"] or not row["other_value"]:
        return ""
    return (
        Text("=", style=GOOD) if row["value"].lower() == row["other_value"].lower() else Text("≠", style=BAD)
    )


_CAUSES = {
    "seen_together": "seen together",
    "records": "records that are alike",
    "decided": "somebody decided",
}


def _waterfall(pair: Row, thresholds: Row, language: Language, at: str) -> Iterator[Text]:
    """The steps of a pair's weight as bars from the sum before to the sum after, between the marks of both thresholds."""
    yield from heading(
        language.text(
            "records {one} and {other}: {decision}",
            one=pair["from"],
            other=pair["to"],
            decision=called(DECISIONS, pair["decision"], language),
        )
    )
    scale = _Scale.of(pair, thresholds)
    heads = [language.text("compared"), language.text("how"), ">" + language.text("bits"), ""]
    yield from sheet(heads, _steps(pair, scale, language))
    silent = [step["comparison"] for step in pair["steps"] if step["level"] == NOTHING]
    if silent:
        fields = ", ".join(called(FIELDS, name, language) for name in silent)
        yield from note(language.text("nothing to compare: {fields}", fields=fields))
    yield from note(
        language.text(
            "┃ one person from {bits} bits ({share})",
            bits=language.number(scale.merge, 1),
            share=language.percent(thresholds["merge"]["probability"]),
        ),
        language.text(
            "┊ somebody is asked from {bits} bits ({share})",
            bits=language.number(scale.review, 1),
            share=language.percent(thresholds["review"]["probability"]),
        ),
        language.text("one bit doubles the odds"),
    )
    if pair["decision"] == "review":
        yield from note(f"parcours identity accept|refuse {pair['item']}{at}")


def _steps(pair: Row, scale: _Scale, language: Language) -> list[list[Cell]]:
    """One line a step that says something, and the sum."""
    rows: list[list[Cell]] = []
    before = 0.0
    for step in pair["steps"]:
        if step["level"] != NOTHING:
            style = GOOD if step["bits"] >= 0 else BAD
            rows.append(
                [
                    called(FIELDS, step["comparison"], language),
                    language.text(step["level"]) if step["level"] else "",
                    Text(_signed(step["bits"], language), style=style),
                    scale.drawn(before, step["total"], style),
                ]
            )
        before = step["total"]
    rows.append(
        [
            Text(language.text("together"), style="bold"),
            language.percent(pair["probability"], 1),
            Text(_signed(pair["bits"], language), style="bold"),
            scale.drawn(pair["bits"], pair["bits"], "bold"),
        ]
    )
    return rows


@dataclass(frozen=True)
class _Scale:
    """Bits on a line of `_LENGTH` characters, with the marks of both thresholds."""

    low: float
    high: float
    merge: float
    review: float

    @classmethod
    def of(cls, pair: Row, thresholds: Row) -> _Scale:
        """A scale that holds every sum of a pair, and both thresholds."""
        merge, review = thresholds["merge"]["bits"], thresholds["review"]["bits"]
        points = [0.0, merge, review, pair["bits"], *(step["total"] for step in pair["steps"])]
        return cls(min(points), max(points), merge, review)

    def drawn(self, before: float, after: float, style: str) -> Text:
        """One step; `▶` or `◀` is where it ends, so that its direction is seen without colour, `◆` a sum."""
        start, end = self._place(before), self._place(after)
        marks = {self._place(self.review): "┊", self._place(self.merge): "┃"}
        head, body = ("◆", "") if before == after else ("▶", "█") if after > before else ("◀", "▒")
        text = Text("")
        for column in range(_LENGTH):
            if column == end:
                text.append(head, style=style)
            elif body and min(start, end) <= column <= max(start, end):
                text.append(body, style=style)
            else:
                text.append(marks.get(column, " "), style=FAINT)
        return text

    def _place(self, bits: float) -> int:
        return round((bits - self.low) / ((self.high - self.low) or 1.0) * (_LENGTH - 1))


def _signed(bits: float, language: Language) -> str:
    sign = "−" if bits < 0 else "+"  # noqa: RUF001 - minus
    return f"{sign}{language.number(abs(bits), 1)}"
