"""What moves a score, and whether people buy again: broken promises, waits, changes of channel, repeated contacts, steps reached.

Question: of all that happens on a journey, what goes with a lower score or a customer who does not come back, by how much, how sure?
Reads: lake tables `journey`, `journey_step`, `verdict`, `signal`, `person_token`, `money` of a published run, through `gap.results`.
Writes: nothing; it is found on reading (ADR-0025).
Flow: `reading` (journeys with what came of them) -> `features` (what happened on each) -> `associating` (how far they go together)
-> `finding` (one family of intervals, ranked) -> `telling` (JSON) and `wording` (how it was computed).
"""

from parcours.gap.drivers.finding import find_drivers
from parcours.gap.drivers.telling import drivers_json
from parcours.gap.drivers.types import Driver, Drivers, Grounds, Kind, Outcome, Untold

__all__ = ["Driver", "Drivers", "Grounds", "Kind", "Outcome", "Untold", "drivers_json", "find_drivers"]
