"""Reads journeys with what happened on them and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from parcours.gap.money.reading import Read, mask_for, register_roles
from parcours.gap.tables import VERDICT
from parcours.journey import JOURNEY, JOURNEY_STEP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from parcours.gap.money.known import Lives
    from parcours.gap.money.lives import Integers, Ratios
    from parcours.gap.money.types import Prices
    from parcours.gap.results import Results
    from parcours.journey import JourneyMap

    Claims = NDArray[np.bool_]

NEVER = np.iinfo(np.int64).max
_MOST_JOURNEYS = 100_000  # of a map, about; of more, a sample


@dataclass(frozen=True)
class Made:
    """A promise as it was made on journeys, one place each; `NEVER` where something did not happen.

    Attributes:
        trigger_id: int64, -1: it was not made.
        trigger_at, kept_at, broken_at: int64, microseconds UTC.
    """

    trigger_id: Integers
    trigger_at: Integers
    kept_at: Integers
    broken_at: Integers


@dataclass(frozen=True)
class Journeys:
    """Journeys of one map, one place in each array; instants are microseconds UTC, `NEVER` where something did not happen.

    Attributes:
        person: int64, ids.
        started_at, ended_at, scored_at: int64.
        score: float64, of the first score; 0 where none was given.
        hour, weekday: int64, of the start.
        switches, repeats: float64, on the whole journey.
        switches_before, repeats_before: float64, up to the first score.
        step_at: Step to when it was first reached.
        made: Promise that records decide on to what became of it.
        is_unseen: bool, something promised could not be observed.
        slices: Slice of the map to its values.
    """

    person: Integers
    started_at: Integers
    ended_at: Integers
    scored_at: Integers
    score: Ratios
    hour: Integers
    weekday: Integers
    switches: Ratios
    repeats: Ratios
    switches_before: Ratios
    repeats_before: Ratios
    step_at: Mapping[str, Integers]
    made: Mapping[str, Made]
    is_unseen: Claims
    slices: dict[str, Sequence[str | None]]

    def __len__(self) -> int:
        return len(self.person)


def open_tables(results: Results, prices: Prices) -> None:
    """Make readable what journeys and lives are read from."""
    results.see()
    for spec in (VERDICT, JOURNEY, JOURNEY_STEP):
        results.view(spec)
    register_roles(results.engine, results.vault.terms("type"), prices)


def read_journeys(results: Results, drawn: JourneyMap) -> Journeys:
    """Journeys of a map whose person is known; of very many a sample, by their id."""
    code = results.vault.terms("map")[drawn.map]
    count = results.engine.value("select count(*) from journey where map_id = $map_id", {"map_id": code})
    asked = {"map_id": code, "mask": mask_for(count, _MOST_JOURNEYS)}
    rows = results.engine.model(__package__, "driver_journey", {**asked, "zone": results.zone})
    ids = rows["journey_id"].to_numpy()
    steps = results.engine.model(__package__, "driver_step", asked)
    verdicts = results.engine.model(__package__, "driver_verdict", asked)
    verdicts = verdicts.filter(pa.array(np.isin(verdicts["journey_id"].to_numpy(), ids)))
    steps = steps.filter(pa.array(np.isin(steps["journey_id"].to_numpy(), ids)))
    names = {code: text.partition("/")[2] for text, code in results.vault.terms("step").items()}
    made, is_unseen = _made(results, drawn, verdicts, ids)
    return Journeys(
        person=_whole(rows, "person_id"),
        started_at=_whole(rows, "started_at"),
        ended_at=_whole(rows, "ended_at"),
        scored_at=_whole(rows, "scored_at"),
        score=_real(rows, "score"),
        hour=_whole(rows, "hour"),
        weekday=_whole(rows, "weekday"),
        **{name: _real(rows, name) for name in ("switches", "repeats", "switches_before", "repeats_before")},
        step_at=_step_at(steps, ids, names),
        made=made,
        is_unseen=is_unseen,
        slices=_slices(drawn, verdicts, ids),
    )


def read_lives(results: Results, persons: Integers, prices: Prices) -> Read:
    """What people did, of those named and of a sample of all others."""
    engine = results.engine
    engine.register("money_unit", pa.table({"person_id": pa.array(np.unique(persons))}))
    promises = pa.array(sorted(results.vault.terms("promise").values()), pa.int32())
    engine.register("priced_promise", pa.table({"promise_id": promises}))
    broken = engine.model("parcours.gap.money", "broken_by_person")
    people = int(str(results.manifest.facts["people"]))
    return Read(engine, prices, results.vault.terms("channel"), people, broken)


def people_of(lives: Lives, journeys: Journeys) -> Integers:
    """Row of each journey's person in `lives`; -1: nothing is known of them."""
    return lives.rows_of(journeys.person)


def _whole(rows: pa.Table, name: str) -> Integers:
    filled = rows[name].fill_null(NEVER).combine_chunks().to_numpy(zero_copy_only=False)
    return np.asarray(filled, np.int64)


def _real(rows: pa.Table, name: str) -> Ratios:
    filled = rows[name].cast(pa.float64()).fill_null(0.0).combine_chunks().to_numpy(zero_copy_only=False)
    return np.asarray(filled, np.float64)


def _step_at(steps: pa.Table, ids: Integers, names: Mapping[int, str]) -> dict[str, Integers]:
    place = np.searchsorted(ids, steps["journey_id"].to_numpy())
    codes, first_at = steps["step_id"].to_numpy(), steps["first_at"].to_numpy()
    found = {}
    for code in np.unique(codes).tolist():
        own = codes == code
        found[names[code]] = np.full(len(ids), NEVER)
        found[names[code]][place[own]] = first_at[own]
    return found


def _made(
    results: Results, drawn: JourneyMap, verdicts: pa.Table, ids: Integers
) -> tuple[dict[str, Made], Claims]:
    """What became of each promise that records decide on, and where something could not be seen."""
    codes = results.vault.terms("promise")
    place = np.searchsorted(ids, verdicts["journey_id"].to_numpy())
    of = verdicts["promise_id"].to_numpy()
    unseen = verdicts["is_unseen"].to_numpy()
    made, is_unseen = {}, np.zeros(len(ids), np.bool_)
    for promise in drawn.promises:
        code = codes.get(f"{drawn.map}/{promise.promise}")
        own = of == code
        if promise.pattern == "measure" or not own.any():
            continue
        columns: list[Any] = []
        for name, otherwise in (
            ("trigger_id", -1),
            ("trigger_at", NEVER),
            ("kept_at", NEVER),
            ("broken_at", NEVER),
        ):
            column = np.full(len(ids), otherwise)
            column[place[own]] = _whole(verdicts, name)[own]
            columns.append(column)
        made[promise.promise] = Made(*columns)
        is_unseen[place[own & unseen]] = True
    return made, is_unseen


def _slices(drawn: JourneyMap, verdicts: pa.Table, ids: Integers) -> dict[str, Sequence[str | None]]:
    place = np.searchsorted(ids, verdicts["journey_id"].to_numpy()).tolist()
    found: dict[str, Sequence[str | None]] = {}
    for number, name in enumerate(drawn.slices):
        values: list[str | None] = [None] * len(ids)
        for at, value in zip(place, verdicts[f"slice_{number}"].to_pylist(), strict=True):
            values[at] = values[at] or value
        found[name] = values
    return found
