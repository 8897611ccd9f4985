"""Scoreboards: the promises of each of the seven themes, and of each nature, taken together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parcours.gap.finding.types import Share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.gap.finding.types import Finding, Findings

Row = dict[str, Any]  # leaves as JSON
THEMES = (
    "loyalty",
    "sustainability",
    "physical-digital",
    "generative-ai",
    "behavioural-nudges",
    "emerging-technology",
    "voice-of-the-customer",
)
NATURES = ("delay", "availability", "price", "welcome", "information", "effort")
BOARDS = {"theme": THEMES, "nature": NATURES}


@dataclass(frozen=True)
class Score:
    """One line of a scoreboard.

    Attributes:
        name: Of the theme or nature; empty: the promises that name none.
        promises: That are of it.
        share: Of all of them together.
        worst: The promise kept least; None: nothing was judged.
    """

    name: str
    promises: int
    share: Share
    worst: Finding | None


def scoreboard(findings: Findings, board: str) -> tuple[Score, ...]:
    """Lines of a board, `theme` or `nature`: all that there are, also those of which nothing is promised, then what maps name besides."""
    by_group: dict[str, list[Finding]] = {name: [] for name in BOARDS[board]}
    for found in findings.promises:
        by_group.setdefault(getattr(found, board) or "", []).append(found)
    return tuple(_score(name, own) for name, own in by_group.items())


def _score(name: str, own: Sequence[Finding]) -> Score:
    parts = ("kept", "broken", "unobservable")
    share = Share.of(*(sum(getattr(found.share, part) for found in own) for part in parts))
    worst = min(
        (found for found in own if found.share.ratio is not None),
        key=lambda found: found.share.ratio or 0.0,
        default=None,
    )
    return Score(name, len(own), share, worst)


def scoreboard_rows(findings: Findings) -> list[Row]:
    """Both boards as `gaps --scoreboards --format json` tells them; none where nothing was promised."""
    if not findings.promises:
        return []
    return [
        {
            "board": board,
            "name": line.name or None,
            "promises": line.promises,
            "kept": line.share.kept,
            "broken": line.share.broken,
            "unobservable": line.share.unobservable,
            "kept_ratio": line.share.ratio,
            "low": line.share.low,
            "high": line.share.high,
            "worst": None
            if line.worst is None
            else {
                "map": line.worst.map,
                "promise": line.worst.promise,
                "kept_ratio": line.worst.share.ratio,
            },
        }
        for board in BOARDS
        for line in scoreboard(findings, board)
    ]
