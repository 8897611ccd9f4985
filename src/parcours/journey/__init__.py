"""How they moved: the designed map, and the journeys people really lived.

Question: which journeys were lived on each map, through which steps, and where do they go?
Reads: `maps/*.yaml`; lake tables `signal`, `object`, `person_token`.
Writes: lake tables `journey` (one row per map and journey) and `journey_step` (one row per map, journey and signal).
Flow: `map` (as designed) -> `seeing` (signals with people) -> `scope` (signals of each unit) -> `stitching` (journeys) -> `mining`
(graph, variants).
"""

from parcours.journey.map import Drawn, JourneyMap, read_maps
from parcours.journey.tables import JOURNEY, JOURNEY_STEP

__all__ = ["JOURNEY", "JOURNEY_STEP", "Drawn", "JourneyMap", "read_maps"]
