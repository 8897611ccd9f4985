"""What a journey was like, and how people came to a purchase across channels.

Question: how much waiting, turning and asking did each journey take, and what do web and store do for one another?
Reads: lake tables `journey`, `journey_step`, `signal`, `person_token`. Writes nothing: all is counted when somebody asks.
Flow: `reading` (one row per journey) -> `effort` (acts, or answers learnt from them) -> `summing`; `ways` (mixed journeys, stores).
"""

from parcours.journey.life.reading import Lives, read_lives
from parcours.journey.life.summing import summed
from parcours.journey.life.ways import read_store_parts, read_ways

__all__ = ["Lives", "read_lives", "read_store_parts", "read_ways", "summed"]
