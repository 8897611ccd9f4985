"""Reads links, names people, writes `person_token`, and says whom the run touches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from parcours.identity.linking import among, assign_people, distinct
from parcours.lake import TableSpec

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from parcours.lake import Engine, Lake

PERSON_TOKEN = TableSpec(
    "person_token",
    {
        "token": "BIGINT",
        "person_id": "BIGINT",  # the token that founded the person
        "first_at": "BIGINT",  # when the token was first seen, microseconds UTC
    },
)

# Devices that many people share identify nobody: their tokens stay alone.
SHARED_NAMESPACES = ("kiosk", "tablet", "store_device", "shared_device")


@dataclass(frozen=True)
class Resolved:
    """The people after a run.

    Attributes:
        version: Version of `person_token`.
        people: How many people there are.
        changed: (n,) int64, people that gained or lost a token in this run, old ids included.
    """

    version: int
    people: int
    changed: NDArray[np.int64]


def resolve_people(
    engine: Engine,
    lake: Lake,
    *,
    previous: int | None,
    new_links: str,
    all_links: str | None,
    shared: Collection[int],
) -> Resolved:
    """Bring the people up to date.

    Args:
        engine: With the view `link`.
        lake: Where `person_token` lies.
        previous: Published version of `person_token`; None in the first run.
        new_links: SQL of the links this run adds (columns of `link`).
        all_links: SQL of all links where people must be found anew, as when files were replaced; None otherwise.
        shared: Namespace codes whose tokens never carry a merge.
    """
    known = engine.arrow(f"select token, person_id, first_at from ({lake.query(PERSON_TOKEN, previous)})")
    links = engine.arrow(f"select * from ({all_links or new_links})")
    if not all_links and not links.num_rows and previous is not None:
        return Resolved(previous, _count(known["person_id"]), np.zeros(0, np.int64))
    tokens, people, first_at = _assign(known, links, shared, forget=all_links is not None)
    changed = _changed(known, tokens, people)
    engine.register("people", pa.table({"token": tokens, "person_id": people, "first_at": first_at}))
    version, _ = lake.write(
        engine, PERSON_TOKEN, "select token, person_id, first_at from people order by token", base=None
    )
    return Resolved(version, len(distinct(people)), changed)


def _assign(
    known: pa.Table, links: pa.Table, shared: Collection[int], *, forget: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    first = _integers(links["first_at"])
    left, right = _integers(links["token"]), _integers(links["other_token"].fill_null(0))
    linked = ~np.asarray(links["other_token"].is_null())
    barred = np.array(sorted(shared), np.int64)
    merging = linked & ~np.isin(_integers(links["namespace_id"]), barred)
    merging &= ~np.isin(_integers(links["other_namespace_id"].fill_null(-1)), barred)
    token = np.concatenate([left, right[linked]])
    seen = np.concatenate([first, first[linked]])
    known_token, known_person = _integers(known["token"]), _integers(known["person_id"])
    if forget:  # old names are kept where their founding token is still there, old merges are not
        founders = distinct(known_person)
        founders = founders[among(founders, distinct(token))]
        known_token = known_person = founders
    else:
        token = np.concatenate([token, known_token])
        seen = np.concatenate([seen, _integers(known["first_at"])])
    return assign_people(token, seen, left[merging], right[merging], known_token, known_person)


def _changed(known: pa.Table, tokens: NDArray[np.int64], people: NDArray[np.int64]) -> NDArray[np.int64]:
    """People whose set of tokens is not what it was."""
    if not known.num_rows:
        return distinct(people)
    old_token, old_person = _integers(known["token"]), _integers(known["person_id"])
    still = among(old_token, tokens)
    place = np.searchsorted(tokens, old_token[still])
    moved = people[place] != old_person[still]
    fresh = ~among(tokens, distinct(old_token))
    parts = [old_person[~still], old_person[still][moved], people[place][moved], people[fresh]]
    return distinct(np.concatenate(parts))


def _integers(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.asarray(column, np.int64)


def _count(column: pa.ChunkedArray) -> int:
    return len(distinct(_integers(column)))
