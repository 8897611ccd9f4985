"""Solves the evidence, names people, and writes who is who, what changed, and what waits for a decision."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from parcours.identity.history import Changes, compare
from parcours.identity.linking import distinct, name_people, solve
from parcours.identity.reading import read_touched, read_whole
from parcours.identity.tables import (
    IDENTITY_EVENT,
    IDENTITY_MOVE,
    IDENTITY_REVIEW,
    PERSON_TOKEN,
    RUN_SHIFT,
)
from parcours.identity.types import Decisions, Kind, Rules, Why
from parcours.lake import model_sql
from parcours.signal.identifying import CLAIMED
from parcours.signal.tables import LINK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from parcours.identity.types import Edges, Solved
    from parcours.kernel.workspace import IdentitySettings
    from parcours.lake import Engine, Lake, TableSpec

# Kinds of the namespaces everybody has; what is not named here, or in the settings, is an account.
SHARED_NAMESPACES = ("kiosk", "tablet", "store_device", "shared_device")
KINDS: dict[str, Kind] = {
    **dict.fromkeys(("email", "phone", "address"), Kind.CONTACT),
    **dict.fromkeys(
        (
            "order",
            "ticket",
            "receipt",
            "parcel",
            "reservation",
            "return",
            "repair",
            "invoice",
            "visit",
            "session",
        ),
        Kind.OCCASION,
    ),
    **dict.fromkeys(("app", "device", "cookie", "browser", "advertising_id", "till_token"), Kind.DEVICE),
    **dict.fromkeys(SHARED_NAMESPACES, Kind.SHARED),
}
TABLES = (PERSON_TOKEN, IDENTITY_EVENT, IDENTITY_MOVE, IDENTITY_REVIEW)
_ARROW = {"BIGINT": pa.int64(), "INTEGER": pa.int32(), "VARCHAR": pa.string()}


@dataclass(frozen=True)
class Standing:
    """What a run stands on.

    Attributes:
        versions: Tables of identity as the last run published them; empty in the first run.
        run_id: Number of this run.
        as_of: Its instant, microseconds UTC.
        news: Condition on links that the last run did not know; None: all may differ from the last run's.
        rules, decisions: What the evidence carries.
        inferred: Pairs found by comparing records: `token, other_token, first_at, decision` (merge or review); None: none were compared.
        since: Instant of the last run; pairs that were told later are news too.
    """

    versions: Mapping[str, int]
    run_id: int
    as_of: int
    news: str | None
    rules: Rules
    decisions: Decisions = field(default_factory=Decisions)
    inferred: pa.Table | None = None
    since: int = 0


@dataclass(frozen=True)
class Resolved:
    """The people after a run.

    Attributes:
        versions: Tables of identity to their versions.
        people: How many people there are.
        changed: (n,) int64, people that gained or lost a token in this run, old ids included.
    """

    versions: Mapping[str, int]
    people: int
    changed: NDArray[np.int64]


def rules_of(settings: IdentitySettings, namespaces: Mapping[str, int]) -> Rules:
    """The rules that the settings come to.

    Args:
        settings: Of the workspace.
        namespaces: Name to code of every namespace seen.
    """
    kinds = {**KINDS, **{name: Kind[kind.upper()] for name, kind in settings.kinds.items()}}
    kinds |= dict.fromkeys(settings.never_merge, Kind.SHARED)
    return Rules(
        {code: kinds.get(name, Kind.ACCOUNT) for name, code in namespaces.items()},
        {
            namespaces[name]: count
            for name, count in settings.max_people_per_token.items()
            if name in namespaces
        },
        settings.max_identifiers_per_person,
        frozenset(code for name, code in namespaces.items() if name.startswith(CLAIMED)),
    )


def resolve_people(engine: Engine, lake: Lake, link_version: int | None, standing: Standing) -> Resolved:
    """Bring the people up to date with all evidence.

    Args:
        engine: Runs queries; gets the view `link`.
        lake: Where the tables of identity lie.
        link_version: Version of the table `link`.
        standing: What the run stands on.
    """
    published = standing.versions.get(PERSON_TOKEN.name)
    links = lake.query(LINK, link_version)
    if published is None or standing.news is None:
        evidence = read_whole(engine, links, lake.query(PERSON_TOKEN, published), standing)
    else:
        touched = read_touched(engine, links, lake.query(PERSON_TOKEN, published), standing)
        if touched is None:
            return Resolved(dict(standing.versions), _people(engine, lake, published), np.zeros(0, np.int64))
        evidence = touched
    edges, known = evidence.edges, evidence.known
    solved = solve(edges, standing.rules, standing.decisions)
    people = name_people(solved, known.person, _former(engine, lake, standing))
    changes = compare(known.token, known.person, solved, people, edges)
    engine.register("solved_token", pa.table({"token": solved.tokens}))
    told = pa.table(
        {
            "token": solved.tokens,
            "person_id": people,
            "first_at": known.earlier(solved),
            "component": solved.component,
        }
    )
    review = _review(solved, edges, standing.rules, evidence.doubtful)
    versions = {
        PERSON_TOKEN.name: _write(
            engine, lake, PERSON_TOKEN, told, evidence.kept(lake, PERSON_TOKEN, standing)
        ),
        IDENTITY_REVIEW.name: _write(
            engine, lake, IDENTITY_REVIEW, review, evidence.kept(lake, IDENTITY_REVIEW, standing)
        ),
        **_append_history(engine, lake, standing, changes, edges),
    }
    return Resolved(versions, _people(engine, lake, versions[PERSON_TOKEN.name]), changes.people)


def item_of(token: int, other_token: int = 0) -> int:
    """Id of a token, or of an unordered pair, that somebody may decide on: the same in every run.

    Tokens are keyed hashes, so that two pairs share an id no sooner than two identifiers share a token (ADR-0004).
    """
    return token ^ other_token


def _people(engine: Engine, lake: Lake, version: int) -> int:
    """How many people there are: each has one token that founded them."""
    return int(
        engine.value(f"select count(*) from ({lake.query(PERSON_TOKEN, version)}) where token = person_id")
    )


def _former(engine: Engine, lake: Lake, standing: Standing) -> NDArray[np.int64]:
    """People of earlier runs that a merge ended."""
    events = lake.query(IDENTITY_EVENT, standing.versions.get(IDENTITY_EVENT.name))
    rows = engine.arrow(f"select other_person_id from ({events}) where kind = 'merge'")
    return distinct(_integers(rows["other_person_id"]))


def _review(solved: Solved, edges: Edges, rules: Rules, doubtful: pa.Table | None) -> pa.Table:
    """What was not followed and waits for somebody to decide."""
    hub = np.searchsorted(solved.tokens, solved.hubs.token)
    found = pa.table(
        {
            "item_id": solved.hubs.token,
            "why": pa.array([Why.HUB.value], pa.string()).take(pa.array(np.zeros(len(hub), np.int64))),
            "token": solved.hubs.token,
            "namespace_id": solved.space[hub],
            "other_token": pa.nulls(len(hub), pa.int64()),
            "other_namespace_id": pa.nulls(len(hub), pa.int32()),
            "first_at": solved.first_at[hub],
            "seen_with": solved.hubs.seen_with,
            "plausible": solved.hubs.limit,
        }
    )
    rows: list[dict[str, object]] = []
    for place, (why, figure) in sorted(solved.refused.items()):
        token, other = int(edges.left[place]), int(edges.right[place])
        rows.append(
            {
                "item_id": item_of(token, other),
                "why": why.value,
                "token": token,
                "namespace_id": int(edges.left_space[place]),
                "other_token": other,
                "other_namespace_id": int(edges.right_space[place]),
                "first_at": int(edges.first_at[place]),
                "seen_with": figure,
                "plausible": rules.max_identifiers if why is Why.CAP else 1,
            }
        )
    if doubtful is not None:
        rows += [
            {**row, "item_id": item_of(row["token"], row["other_token"]), "why": Why.RECORDS.value}
            for row in doubtful.to_pylist()
        ]
    return pa.concat_tables([found, _table(IDENTITY_REVIEW, rows)])


def _append_history(
    engine: Engine, lake: Lake, standing: Standing, changes: Changes, edges: Edges
) -> dict[str, int]:
    """Add what changed to the tables of history; the first run, in which everybody is new, adds nothing."""
    is_first = PERSON_TOKEN.name not in standing.versions
    moves = changes.moves.slice(0, 0) if is_first else changes.moves
    number = pa.array(np.full(moves.num_rows, standing.run_id, np.int64))
    rows = [] if is_first else _event_rows(engine, standing, changes, edges)
    events = _table(IDENTITY_EVENT, rows)
    moved = moves.add_column(0, "run_id", number)
    return {
        IDENTITY_EVENT.name: _append(engine, lake, IDENTITY_EVENT, standing, events),
        IDENTITY_MOVE.name: _append(engine, lake, IDENTITY_MOVE, standing, moved),
    }


def _event_rows(
    engine: Engine, standing: Standing, changes: Changes, edges: Edges
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for number, event in enumerate(changes.events, 1):
        row: dict[str, object] = {
            "event_id": (standing.run_id << RUN_SHIFT) | number,
            "kind": event.kind,
            "found_at": standing.as_of,
            "person_id": event.person_id,
            "other_person_id": event.other_person_id,
            "cause": event.cause,
        }
        if event.edge is not None:
            row |= {
                "token": int(edges.left[event.edge]),
                "namespace_id": int(edges.left_space[event.edge]),
                "other_token": int(edges.right[event.edge]),
                "other_namespace_id": int(edges.right_space[event.edge]),
                "first_at": int(edges.first_at[event.edge]),
            }
        rows.append(row)
    if rows:
        engine.register("event_found", _table(IDENTITY_EVENT, rows))
        told = dict(engine.rows(f"select event_id, file_id from ({model_sql(__package__, 'first_told')})"))
        rows = [{**row, "file_id": told.get(row["event_id"])} for row in rows]
    return rows


def _append(engine: Engine, lake: Lake, spec: TableSpec, standing: Standing, table: pa.Table) -> int:
    """Add rows to what was published."""
    published = standing.versions.get(spec.name)
    if published is not None and not table.num_rows:
        return published
    engine.register("identity_row", table)
    rows = f"select {', '.join(spec.columns)} from identity_row"
    version, _ = lake.write(engine, spec, rows, base=published, replaces=lambda _: False)
    return lake.compact(engine, spec, version)


def _write(engine: Engine, lake: Lake, spec: TableSpec, table: pa.Table, kept: str | None) -> int:
    """Put rows in the place of all that the table held but `kept`."""
    engine.register("identity_row", table)
    rows = f"select {spec.names} from identity_row"
    if kept is not None:
        rows = f"{rows} union all select {spec.names} from ({kept})"
    return lake.write(engine, spec, f"{rows} order by 1", base=None)[0]


def _table(spec: TableSpec, rows: Sequence[Mapping[str, object]]) -> pa.Table:
    schema = pa.schema([(name, _ARROW[kind]) for name, kind in spec.columns.items()])
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)


def _integers(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.asarray(column, np.int64)
