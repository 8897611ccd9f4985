"""The report: one self-contained file that says which promises break, where, since when, for whom, and how sure we are.

Question: what should a board, a store or a care team know of the last published run, and which rows prove it?
Reads: a published run, through `gap` and `journey`; what people wrote, masked, from the vault.
Writes: the file asked for.
Flow: `gathering` (what was found, no words) -> `saying` (words and pictures of one language) -> `rendering` (both languages in one file).
"""

from parcours.web.report.rendering import write_report

__all__ = ["write_report"]
