"""Groups of people who go about things alike.

Question: which few kinds of customers are there, by how they look, buy and ask, and how sure is it of each person?
Reads: lake tables `signal`, `person_token`. Writes nothing.
Flow: `acting` (habits, person by person) -> `mixing` (classes) -> `choosing` (how many) -> `naming` (what a team calls them).
Why so: docs/explanation/personas.md.
"""

from parcours.journey.personas.acting import Acts, read_acts
from parcours.journey.personas.choosing import CONFIDENT, Chosen, adjusted_rand, choose_classes, label
from parcours.journey.personas.mixing import Mixture, find_patterns
from parcours.journey.personas.naming import call

__all__ = [
    "CONFIDENT",
    "Acts",
    "Chosen",
    "Mixture",
    "adjusted_rand",
    "call",
    "choose_classes",
    "find_patterns",
    "label",
    "read_acts",
]
