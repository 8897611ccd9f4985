"""How well people are recognised: what can be known without a truth, and where to look for mistakes.

Question: which signals can be given to somebody, how large are people, who looks like several, who looks like one and is kept apart, and
how many journeys cross channels only because identifiers were joined?
Reads: the views `seen`, `term`, `link`, `person_token`, `identity_review` of one run; vault tables trait, identifier, record_pair and decisions.
Writes: nothing. What is told of people stays in the engine's scratch folder, which lies in the vault.
Flow: `preparing` (what is counted, as tables of the engine) -> `measuring` (the figures) -> `listing` (the rows behind each).
"""

from parcours.identity.quality.listing import Rows, list_rows
from parcours.identity.quality.measuring import measure
from parcours.identity.quality.types import (
    Apart,
    Crossing,
    Pair,
    Place,
    Quality,
    Size,
    Suspect,
    Suspicion,
    total_of,
)

__all__ = [
    "Apart",
    "Crossing",
    "Pair",
    "Place",
    "Quality",
    "Rows",
    "Size",
    "Suspect",
    "Suspicion",
    "list_rows",
    "measure",
    "total_of",
]
