"""What a broken promise costs: its own cost, the contacts it causes, the sales and the customers it loses.

Question: what does each promise cost where it is broken, how sure are we, and where can nobody say?
Reads: the tables `verdict`, `gap`, `signal` and `journey_step` of a published run; `money` of `brand.yaml`, `cost` of a promise.
Writes: nothing in the lake; whoever asks first waits, and the answer is kept beside the run (ADR-0024).
Flow: `asking` (which promises) -> `reading` (people and what they did) -> `known` (before the promise) -> `effect` (broken beside kept) -> `comparing` (checks)
-> `pricing` (money, each let-down once) -> `stage` (all of them); `telling` and `wording` read it back.
"""

from parcours.gap.money.telling import about_all, money_json, money_of, priced_rows
from parcours.gap.money.types import Money

__all__ = ["Money", "about_all", "money_json", "money_of", "priced_rows"]
