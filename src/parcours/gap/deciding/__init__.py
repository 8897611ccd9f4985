"""What is decided on a gap, and whether it worked.

Question: was each gap to be mended, its promise changed, or was it accepted; by whom and when; and what came of it?
Reads: the vault's table `gap_decision`; verdicts of a published run.
Writes: `gap_decision`, to which rows are only added.
Flow: `log` (recording, reading) -> `effect` (kept before and after, against the forecast without the decision).
"""

from parcours.gap.deciding.effect import Effect, State, measure_effects
from parcours.gap.deciding.log import Choice, Decision, UnreadableDecision, decide, read_decisions

__all__ = [
    "Choice",
    "Decision",
    "Effect",
    "State",
    "UnreadableDecision",
    "decide",
    "measure_effects",
    "read_decisions",
]
