"""The figures: coverage, sizes, journeys over channels, who may be several, who may be one."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlalchemy import select

from parcours.identity.deciding import in_force
from parcours.identity.history import MERGE
from parcours.identity.quality.preparing import PACKAGE, prepare
from parcours.identity.quality.types import (
    SIZES,
    Apart,
    Crossing,
    Pair,
    Place,
    Quality,
    Size,
    Suspect,
    Suspicion,
)
from parcours.vault.tables import RECORD_PAIR

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from parcours.identity.explaining import Desk
    from parcours.identity.types import Kind

Row = dict[str, Any]  # rows of models


def measure(desk: Desk, kinds: Mapping[int, Kind], region: str) -> Quality:
    """How well the people of a run are recognised.

    Args:
        desk: An open desk, whose engine holds the views `seen` and `term` as well.
        kinds: Namespace code to what it says of a person.
        region: Country of phone numbers that name none.
    """
    prepare(desk, kinds, region)
    counts = _rows(desk, "size_count")
    journeys = {row.pop("is_resolved"): Crossing(**row) for row in _rows(desk, "crossing")}
    return Quality(
        places=tuple(Place(**_without_null(row)) for row in _rows(desk, "recognised")),
        sizes=tuple(_size(counts, least, most) for least, most in SIZES),
        largest=counts[-1]["identifiers"] if counts else 0,
        before=journeys.get(False, Crossing()),
        after=journeys.get(True, Crossing()),
        pairs=tuple(Pair(**_without_null(row)) for row in _rows(desk, "crossing_pair")),
        suspects=_suspects(desk),
        apart=_apart(desk),
        waiting={row["why"]: row["items"] for row in _rows(desk, "waiting_item")},
    )


def _rows(desk: Desk, model: str) -> list[Row]:
    return list(desk.engine.model(PACKAGE, model).to_pylist())


def _without_null(row: Row) -> Row:
    return {name: "" if value is None else value for name, value in row.items()}


def _size(counts: Iterable[Row], least: int, most: int | None) -> Size:
    chosen = [
        row for row in counts if row["identifiers"] >= least and (most is None or row["identifiers"] <= most)
    ]
    return Size(least, most, sum(row["people"] for row in chosen), sum(row["known"] for row in chosen))


def _suspects(desk: Desk) -> tuple[Suspect, ...]:
    """Everybody who holds, or of whom is told, more than is plausible."""
    found = [
        (
            row["person_id"],
            Suspicion(row["kind"], desk.spaces[row["namespace_id"]], row["identifiers"], row["plausible"]),
        )
        for row in _rows(desk, "held_too_many")
    ]
    found += [
        (row["person_id"], Suspicion(row["field"], row["field"], row["told"], row["plausible"]))
        for row in _rows(desk, "told_too_many")
    ]
    found.sort(key=lambda pair: pair[0])  # stable: what is held comes first
    alike = _joined_by_records(desk)
    suspects = [
        Suspect(person_id, tuple(item for _, item in items), person_id in alike)
        for person_id, items in groupby(found, key=lambda pair: pair[0])
    ]
    return tuple(sorted(suspects, key=_most_suspect))


def _most_suspect(suspect: Suspect) -> tuple[int, bool, int, int]:
    reasons = {item.rule for item in suspect.suspicions}
    excess = max(item.found - item.plausible for item in suspect.suspicions)
    return -len(reasons), suspect.by_records, -excess, suspect.person_id


def _joined_by_records(desk: Desk) -> set[int]:
    """People some of whose identifiers are one because their records are alike."""
    if not desk.manifest.facts.get("records"):
        return set()
    with desk.vault.transaction() as connection:
        query = select(RECORD_PAIR.c.token, RECORD_PAIR.c.other_token).where(RECORD_PAIR.c.decision == MERGE)
        pairs = connection.execute(query).all()
    people = _people_of(desk, {token for pair in pairs for token in pair})
    return {people[one] for one, other in pairs if one in people and people[one] == people.get(other)}


def _apart(desk: Desk) -> tuple[Apart, ...]:
    """Everybody with an address or a number in common, unless somebody decided that they are two."""
    decided = in_force(desk.log).apart
    people = _people_of(desk, {token for item in decided for side in item.sides for token in side})
    parted = {
        frozenset((people[one], people[other]))
        for item in decided
        for one in item.sides[0]
        for other in item.sides[1]
        if one in people and other in people
    }
    found = (Apart(**row) for row in _rows(desk, "kept_apart"))
    return tuple(item for item in found if frozenset((item.person_id, item.other_person_id)) not in parted)


def _people_of(desk: Desk, tokens: Collection[int]) -> dict[int, int]:
    """Token to its person, of those that are somebody's."""
    if not tokens:
        return {}
    desk.engine.register("asked_token", pa.table({"token": pa.array(sorted(tokens), pa.int64())}))
    return dict(
        desk.engine.rows(
            "select token, person_id from person_token where token in (select token from asked_token)"
        )
    )
