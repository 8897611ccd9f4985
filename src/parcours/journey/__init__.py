"""How they moved: the designed map, and the journeys people really lived.

Question: which journeys were lived on each map, through which steps, and where do they go?
Reads: `maps/*.yaml`; lake tables `signal`, `object`, `person_token`.
Writes: lake tables `journey` (one row per map and journey) and `journey_step` (one row per map, journey and signal).
Flow: `map` (as designed) -> `seeing` (signals with people) -> `scope` (signals of each unit) -> `stitching` (journeys) -> `mining`
(graph, variants).
"""

from importlib import import_module
from typing import TYPE_CHECKING

from parcours.journey.tables import JOURNEY, JOURNEY_STEP, RECENT, SETTLED

if TYPE_CHECKING:
    from parcours.journey.map import Drawn, JourneyMap, read_maps

__all__ = ["JOURNEY", "JOURNEY_STEP", "RECENT", "SETTLED", "Drawn", "JourneyMap", "read_maps"]

_IN_MAP = {
    "Drawn",
    "JourneyMap",
    "read_maps",
}  # what reads maps loads slowly; who only reads tables does not wait for it


def __getattr__(name: str) -> object:
    """Load what reads maps once somebody asks for it (PEP 562)."""
    if name not in _IN_MAP:
        raise AttributeError(name)
    return getattr(import_module("parcours.journey.map"), name)
