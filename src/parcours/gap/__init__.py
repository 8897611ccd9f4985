"""Promised minus lived: each promise judged for everyone it was made to, then counted with honest intervals.

Question: which promises were broken, how often, how sure are we, for whom and where, and what did people then say?
Reads: the map's signals (temporary table `assigned` of `journey.stitching`); lake table `journey`.
Writes: lake tables `verdict` (one row per promise and trigger) and `gap` (one row per promise, slice and period).
Flow: `checking` (can it be proved?) -> `judging` (verdicts) -> `counting` (gaps) ; `interval` holds the statistics.
"""

from parcours.gap.tables import GAP, VERDICT

__all__ = ["GAP", "VERDICT"]
