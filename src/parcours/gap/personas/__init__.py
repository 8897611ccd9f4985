"""Personas of a published run: who belongs to which, what they are worth, where they are let down, and what was decided on them.

Question: which few kinds of customers are there, what does each need, and whose gaps cost most?
Reads: lake tables `signal`, `person_token`, `verdict`, `journey`, `journey_step`; the vault's `persona_model`, `persona_decision`.
Writes: both of these, to which rows are only added; who belongs where is kept beside the run.
Flow: `store` (definitions, decisions) -> `belonging` (each person's persona) -> `cards` (what is told of each) -> `behind` (rows of a line).
A persona per person, for whoever asks: `register_personas` makes the relation `persona_person`.
"""

from parcours.gap.personas.belonging import Personas, personas_of, register_personas
from parcours.gap.personas.cards import PersonaFacts, persona_rows
from parcours.gap.personas.contributing import persona_of_person
from parcours.gap.personas.store import NoSuchPersona, TooFewPeople, decide_persona, keep_definition

__all__ = [
    "NoSuchPersona",
    "PersonaFacts",
    "Personas",
    "TooFewPeople",
    "decide_persona",
    "keep_definition",
    "persona_of_person",
    "persona_rows",
    "personas_of",
    "register_personas",
]
