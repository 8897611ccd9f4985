"""Where the promises of one map are judged, and what is known there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.journey.scope import Scope


@dataclass(frozen=True)
class Coverage:
    """When the sources that must prove a promise were heard, all of them.

    Attributes:
        since: Latest of their first signals, microseconds UTC; None where one was never heard.
        until: Earliest of their last signals.
        deaf: Spans in between in which one of them should have been heard and was not: (object id of a place, or None: everywhere,
            last signal before, first signal after).
    """

    since: int | None
    until: int | None
    deaf: tuple[tuple[int | None, int, int], ...] = ()


@dataclass(frozen=True)
class Bench:
    """Where promises of one map are judged.

    Attributes:
        scope: The map's scope; its signals with journeys are in the temporary table `assigned`.
        map_id: Code of the map.
        promise_ids: Promise name to code.
        as_of: Instant of the run, microseconds UTC.
        zone: Time zone in which weeks are counted.
        coverage: Promise name to coverage.
    """

    scope: Scope
    map_id: int
    promise_ids: Mapping[str, int]
    as_of: int
    zone: str
    coverage: Mapping[str, Coverage]
