"""What is to be priced of a published run, and what pricing stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parcours.gap.money.types import Asked, Prices
from parcours.gap.tables import GAP, VERDICT
from parcours.journey import JOURNEY_STEP, JourneyMap
from parcours.journey.brand import Brand

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from parcours.gap.results import Results
    from parcours.journey.map import Promise
    from parcours.lake import Engine

_ROUNDING = 1e-6  # of sums of weights
Row = dict[str, Any]  # of the table `gap`


@dataclass(frozen=True)
class Ground:
    """What pricing stands on.

    Attributes:
        engine: Holds `verdict`, `seen`, `person_token` and `journey_step`.
        types, channels: Names to codes.
        people: How many are known.
        journeys: How many there are.
        span: First and last instant of what was observed, microseconds UTC.
        zone: In which days and hours are counted.
    """

    engine: Engine
    types: Mapping[str, int]
    channels: Mapping[str, int]
    people: int
    journeys: int
    span: tuple[int, int]
    zone: str


def ground_of(results: Results) -> Ground:
    """The ground of a published run, its views made."""
    results.see()
    for spec in (VERDICT, JOURNEY_STEP):
        results.view(spec)
    facts: Mapping[str, Any] = results.manifest.facts  # facts are JSON
    return Ground(
        results.engine,
        results.vault.terms("type"),
        results.vault.terms("channel"),
        facts["people"],
        facts["journeys"],
        (min((span[0] for span in facts["coverage"].values()), default=0), results.manifest.as_of),
        results.zone,
    )


def prices_of(results: Results) -> Prices:
    """As `brand.yaml` said when the run was made."""
    return Prices.of(Brand.model_validate(results.manifest.facts["brand"]))


def asked_of(results: Results) -> Iterator[Asked]:
    """Every promise, with how often it was kept and broken."""
    results.view(GAP)
    counted = {
        row["promise_id"]: row
        for row in results.engine.arrow(
            "select * from gap where dimension is null and week is null"
        ).to_pylist()
    }
    maps, promises = results.vault.terms("map"), results.vault.terms("promise")
    for name in results.maps:
        drawn = JourneyMap.model_validate(results.maps[name]["drawn"])
        for promise in drawn.promises:
            code = promises[f"{name}/{promise.promise}"]
            yield _asked(promise, code, drawn, maps[name], counted.get(code))


def _asked(promise: Promise, promise_id: int, drawn: JourneyMap, map_id: int, row: Row | None) -> Asked:
    kept, broken = (row["kept"], row["broken"]) if row else (0, 0)
    weight = row["weight_broken"] + row["weight_kept"] if row else 0.0
    return Asked(
        promise_id,
        map_id,
        drawn.map,
        drawn.slices,
        promise.pattern == "measure",
        promise.direct_cost,
        kept,
        broken,
        row["weight_broken"] if row else 0.0,
        abs(weight - kept - broken) > _ROUNDING,
    )
