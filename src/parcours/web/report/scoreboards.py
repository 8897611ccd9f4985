"""Promises by theme and by nature: how they are kept, and which is kept least."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.gap.finding import Share
from parcours.web.report.page import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from parcours.gap.finding import Finding, Findings
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
        _board(
            language.text("By theme"), "theme", THEMES, findings.promises, lambda found: found.theme, language
        ),
        _board(
            language.text("By nature"),
            "nature",
            NATURES,
            findings.promises,
            lambda found: found.nature,
            language,
        ),
    )


def _board(
    title: str,
    head: str,
    words: Mapping[str, str],
    promises: Iterable[Finding],
    group: Callable[[Finding], str | None],
    language: Language,
) -> Table:
    by_group: dict[str, list[Finding]] = {name: [] for name in words}
    for found in promises:
        by_group.setdefault(group(found) or "", []).append(found)
    rows = []
    for name, own in by_group.items():
        said = language.text(words[name]) if name in words else name or language.text("not said")
        share = Share.of(
            *(sum(getattr(found.share, part) for found in own) for part in ("kept", "broken", "unobservable"))
        )
        worst = min(
            (found for found in own if found.share.ratio is not None),
            key=lambda found: found.share.ratio or 0.0,
            default=None,
        )
        rows.append(
            (
                said,
                language.number(len(own)) if own else language.text("nothing promised"),
                language.percent(share.ratio, 1),
                language.span(share.low, share.high) if share.low is not None else "",
                language.number(share.broken) if own else "",
                ""
                if worst is None
                else f"{language.pick(worst.says)} {language.percent(worst.share.ratio, 1)}",
            )
        )
    heads = (head, "promises", "kept", "95 % interval", "broken", "kept least")
    return Table(title, tuple(language.text(item) for item in heads), tuple(rows), (1, 2, 4))
