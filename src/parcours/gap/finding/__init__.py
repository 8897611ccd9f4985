"""What stands out in a published run: where, when and since when promises are broken, what works, and what to treat first.

Question: which gaps are there beyond chance, of which kind, and which of them is worth treating first?
Reads: lake tables `verdict`, `gap`, `money`, `journey_step`, `signal`, `object` of a published run, through `gap.results`.
Writes: nothing; it is found on reading (ADR-0023).
Flow: `cases` (verdicts with their `attributes`) -> `explaining` (`scanning` where, `turning` when) -> `following` (one cause once)
-> `kinds`, `ranking` -> `findings`.
"""

from parcours.gap.finding.explaining import within
from parcours.gap.finding.findings import find
from parcours.gap.finding.types import (
    Basis,
    Each,
    Finding,
    Findings,
    Kind,
    Share,
    Stake,
    Unpromised,
    Where,
    Worth,
    drawn_map,
)

__all__ = [
    "Basis",
    "Each",
    "Finding",
    "Findings",
    "Kind",
    "Share",
    "Stake",
    "Unpromised",
    "Where",
    "Worth",
    "drawn_map",
    "find",
    "within",
]
