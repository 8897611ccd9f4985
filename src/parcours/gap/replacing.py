"""Journeys, steps and verdicts in the lake: what a run derives takes the place of what the last one did.

A table of a map lies in two layers. The settled one was written whole; the recent one holds what was derived since for the units that
were looked at again, and the table `superseded` names the journeys of the settled layer that thereby count no more. So a run writes what
changed and not the history around it; once the recent layer has grown to a share of the settled one, both are written as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.gap.tables import SUPERSEDED, VERDICT
from parcours.journey import JOURNEY, JOURNEY_STEP, RECENT, SETTLED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from parcours.lake import Engine, Lake, TableSpec

_DERIVED = ((JOURNEY, "journey_new"), (JOURNEY_STEP, "journey_step_new"), (VERDICT, "verdict_new"))
LAYERED = (JOURNEY, JOURNEY_STEP, VERDICT, SUPERSEDED)
_RECENT_SHARE = 0.25  # a larger recent layer is folded into the settled one


def current(
    lake: Lake, spec: TableSpec, versions: Mapping[str, int | None], map_id: int | None = None
) -> str:
    """SQL of the rows of a layered table that count.

    Args:
        lake: Where the table lies.
        spec: `JOURNEY`, `JOURNEY_STEP` or `VERDICT`.
        versions: Version of each table of `LAYERED`.
        map_id: The map whose rows are read; all by default.
    """

    def part(layer: int) -> str:
        mine = [str(layer)] if map_id is None else [str(map_id), str(layer)]
        return lake.query(spec, versions[spec.name], lambda values: [*values][-len(mine) :] == mine)

    superseded = lake.query(SUPERSEDED, versions[SUPERSEDED.name])
    if superseded == SUPERSEDED.empty_sql:
        return f"{part(SETTLED)} union all {part(RECENT)}"
    return f"select * from ({part(SETTLED)}) anti join ({superseded}) using (map_id, journey_id) union all {part(RECENT)}"


class Replacing:
    """What a run derives, map by map; each table is committed once.

    Args:
        engine: With the tables `journey_new`, `journey_step_new` and `verdict_new` of a map when it is taken.
        lake: Where the tables lie.
        bases: Published version of each table of `LAYERED`; None in the first run.
    """

    def __init__(self, engine: Engine, lake: Lake, bases: Mapping[str, int | None]) -> None:
        self._engine = engine
        self._lake = lake
        self._bases = bases
        self._incoming = {spec.name: lake.incoming(engine, spec) for spec in LAYERED}
        self._whole: set[int] = set()  # maps written whole
        self._recent: set[int] = set()  # maps of which the recent layer was written

    def published(self, spec: TableSpec, map_id: int) -> str:
        """SQL of the published rows of one map."""
        return current(self._lake, spec, self._bases, map_id)

    def take_verdicts(self, map_id: int) -> None:
        """Write the verdicts so far of a map that is made anew aside; `take` will bring the others, and all the rest."""
        self._incoming[VERDICT.name].add(
            f"select {VERDICT.names} from verdict_new", partitions=[(str(map_id), str(SETTLED))]
        )

    def take(self, map_id: int, touched: str | None) -> None:
        """Write the new rows of a map aside; where its units come in shares, share after share.

        Args:
            map_id: The map.
            touched: SQL of the units that were looked at again; None: all.
        """
        if touched is None:
            self._write(map_id, SETTLED, [f"select {spec.names} from {new}" for spec, new in _DERIVED])
            self._whole.add(map_id)
            return
        self._engine.run(
            f"create or replace temp table old_journey as select journey_id, layer from ({self.published(JOURNEY, map_id)}) where unit_id in ({touched})"
        )
        if self._has_grown(map_id):
            published = [self.published(spec, map_id) for spec, _ in _DERIVED]
            self._write(map_id, SETTLED, self._with_untouched(published, SETTLED))
            self._whole.add(map_id)
        else:
            self._take_recent(map_id)

    def _has_grown(self, map_id: int) -> bool:
        """The recent layer would be too large a share of the settled one."""
        settled, recent = (
            self._lake.rows(JOURNEY, self._bases[JOURNEY.name], (str(map_id), str(layer)))
            for layer in (SETTLED, RECENT)
        )
        new: int = self._engine.value("select count(*) from journey_new")
        return recent + new > _RECENT_SHARE * settled

    def _with_untouched(self, published: Sequence[str], layer: int) -> list[str]:
        """SQL of the new rows of each table, and of the published ones whose units were not touched, all in one layer."""
        return [
            f"""
            select {spec.names} from (select * replace ({layer} as layer) from {new})
            union all
            select {spec.names} from (select * replace ({layer} as layer) from ({rows}))
            where journey_id not in (select journey_id from old_journey)"""
            for (spec, new), rows in zip(_DERIVED, published, strict=True)
        ]

    def _take_recent(self, map_id: int) -> None:
        mine = (str(map_id), str(RECENT))
        recent = [
            self._lake.query(spec, self._bases[spec.name], lambda values: values == mine)
            for spec, _ in _DERIVED
        ]
        self._write(map_id, RECENT, self._with_untouched(recent, RECENT))
        known = self._lake.query(
            SUPERSEDED, self._bases[SUPERSEDED.name], lambda values: values == (str(map_id),)
        )
        self._incoming[SUPERSEDED.name].add(
            f"""
            select {map_id} as map_id, journey_id from old_journey where layer = {SETTLED}
            union all
            select map_id, journey_id from ({known})""",
            partitions=[(str(map_id),)],
        )
        self._recent.add(map_id)

    def _write(self, map_id: int, layer: int, rows: Sequence[str]) -> None:
        for (spec, _), sql in zip(_DERIVED, rows, strict=True):
            self._incoming[spec.name].add(sql, partitions=[(str(map_id), str(layer))])
            if spec is JOURNEY_STEP:  # the largest table of a run is not held longer than it is read
                self._engine.run("drop view journey_step_new; drop table assigned")

    def commit(self, alive: Collection[int]) -> dict[str, int]:
        """Bring in what was taken, and drop the maps that are not `alive`; answers the version of each table."""

        def replaced(values: tuple[str, ...]) -> bool:
            map_id = int(values[0])
            if map_id in self._whole or map_id not in alive:
                return True
            return map_id in self._recent and values[1:] != (str(SETTLED),)

        versions = {}
        for spec in LAYERED:
            base = self._bases[spec.name]
            changes = (
                self._whole or self._recent or any(map(replaced, self._lake.files(spec.name, base).values()))
            )
            if base is None or changes:
                base, _ = self._lake.commit(self._incoming[spec.name], base=base, replaces=replaced)
            versions[spec.name] = base
        return versions
