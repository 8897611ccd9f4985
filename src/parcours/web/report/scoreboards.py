"""Promises by theme and by nature: how they are kept, and which is kept least."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.gap.finding.boards import scoreboard
from parcours.web.report.page import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.gap.finding import Findings
    from parcours.ui import Language

# English words; the other languages are in the catalogue of messages.
THEMES: Mapping[str, str] = {
    "loyalty": "Loyalty",
    "sustainability": "Sustainability",
    "physical-digital": "Physical and digital",
    "generative-ai": "Generative AI",
    "behavioural-nudges": "Behavioural nudges",
    "emerging-technology": "Emerging technology",
    "voice-of-the-customer": "Voice of the customer",
}
NATURES: Mapping[str, str] = {
    "delay": "Delay",
    "availability": "Availability",
    "price": "Price",
    "welcome": "Welcome",
    "information": "Information",
    "effort": "Effort",
}


def scoreboards(findings: Findings, language: Language) -> tuple[Table, ...]:
    """One table of themes, one of natures; none where nothing was promised."""
    if not findings.promises:
        return ()
    return (
        _board(language.text("By theme"), "theme", THEMES, findings, language),
        _board(language.text("By nature"), "nature", NATURES, findings, language),
    )


def board_name(name: str, words: Mapping[str, str], language: Language) -> str:
    """A theme or nature, as said."""
    return language.text(words[name]) if name in words else name or language.text("not said")


def _board(title: str, board: str, words: Mapping[str, str], findings: Findings, language: Language) -> Table:
    rows = [
        (
            board_name(line.name, words, language),
            language.number(line.promises) if line.promises else language.text("nothing promised"),
            language.percent(line.share.ratio, 1),
            language.span(line.share.low, line.share.high) if line.share.low is not None else "",
            language.number(line.share.broken) if line.promises else "",
            ""
            if line.worst is None
            else f"{language.pick(line.worst.says)} {language.percent(line.worst.share.ratio, 1)}",
        )
        for line in scoreboard(findings, board)
    ]
    heads = (board, "promises", "kept", "95 % interval", "broken", "kept least")
    return Table(title, tuple(language.text(item) for item in heads), tuple(rows), (1, 2, 4))
