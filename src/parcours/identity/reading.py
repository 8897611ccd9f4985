"""Which evidence a run has to solve: all of it, or what the news touches.

Whatever is decided of a token hangs on the evidence of its component alone (`Solved.component`). So a run that only adds evidence solves
the components that the new links reach, and everybody else stays who they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from parcours.identity.linking import among, distinct
from parcours.identity.tables import IDENTITY_REVIEW
from parcours.identity.types import Edges, Kind

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from parcours.identity.store import Standing
    from parcours.identity.types import Solved, Tokens
    from parcours.lake import Engine, Lake, TableSpec

_PAIR = ("token", "other_token", "namespace_id", "other_namespace_id", "first_at")


@dataclass(frozen=True)
class Known:
    """Tokens as the last run published them.

    Attributes:
        token: (k,) int64.
        person: (k,) int64, whom each stood for.
        first_at: (k,) int64, when each was first seen, microseconds UTC; None: the evidence at hand tells it whole.
    """

    token: Tokens
    person: Tokens
    first_at: Tokens | None = None

    def earlier(self, solved: Solved) -> Tokens:
        """(t,) int64, when each of `solved.tokens` was first seen, by what is solved and by what is known."""
        if self.first_at is None:
            return solved.first_at
        found = solved.first_at.copy()
        still = among(self.token, solved.tokens)
        place = np.searchsorted(solved.tokens, self.token[still])
        found[place] = np.minimum(found[place], self.first_at[still])
        return found


@dataclass(frozen=True)
class Evidence:
    """What is solved in a run.

    Attributes:
        edges: The evidence.
        doubtful: Pairs that comparing records found too weak to follow; None: none were compared.
        known: The tokens of `edges` as they were published.
        is_whole: It is all evidence there is.
    """

    edges: Edges
    doubtful: pa.Table | None
    known: Known
    is_whole: bool

    def kept(self, lake: Lake, spec: TableSpec, standing: Standing) -> str | None:
        """SQL of a table's published rows that stay as they are; reads `solved_token`."""
        if self.is_whole:
            return None
        solved = "(select token from solved_token)"
        other = f"and coalesce(other_token, token) in {solved}" if spec is IDENTITY_REVIEW else ""
        rows = lake.query(spec, standing.versions.get(spec.name))
        return f"select * from ({rows}) where not (token in {solved} {other})"


def read_whole(engine: Engine, links: str, people: str, standing: Standing) -> Evidence:
    """All evidence up to the instant of the run.

    Args:
        engine: Runs queries; gets the view `link`.
        links: SQL of all links.
        people: SQL of `person_token` as it was published.
        standing: What the run stands on.
    """
    _see_links(engine, links)
    rows = engine.arrow(f"select token, person_id from ({people})")
    known = Known(_integers(rows["token"]), _integers(rows["person_id"]))
    edges, doubtful = _with_inferred(
        read_edges(engine, standing.as_of, standing.rules.claims), standing.inferred
    )
    return Evidence(edges, doubtful, known, is_whole=True)


def read_touched(engine: Engine, links: str, people: str, standing: Standing) -> Evidence | None:
    """The evidence of every component that the news reaches; None where there is no news. Arguments as of `read_whole`."""
    engine.run(f"create or replace temp table new_link as select * from ({links}) where {standing.news}")
    _see_links(engine, "select * from new_link")
    news = read_edges(engine, standing.as_of, standing.rules.claims)
    ends = np.concatenate([news.left, news.right])
    spaces = np.concatenate([news.left_space, news.right_space])
    shared = np.array([code for code, kind in standing.rules.kinds.items() if kind >= Kind.SHARED], np.int32)
    told = distinct(ends)
    known = _look_up(engine, people, told, "token")
    fresh = told[~among(told, np.sort(_integers(known["token"])))]
    named = _newly_paired(standing, fresh)
    if not len(told) and not len(named):
        return None
    telling = distinct(np.concatenate([ends[~np.isin(spaces, shared)], named]))
    components = distinct(_integers(_look_up(engine, people, telling, "token")["component"]))
    reached = _look_up(engine, people, components, "component")
    near = distinct(np.concatenate([_integers(reached["token"]), fresh]))
    _see_links(engine, links)
    engine.register("near_token", pa.table({"token": near}))
    engine.make_table(__package__, "near_link", {"as_of": standing.as_of})
    _see_links(engine, "select * from near_link")
    edges, doubtful = _with_inferred(
        read_edges(engine, standing.as_of, standing.rules.claims), standing.inferred
    )
    rows = _look_up(engine, people, distinct(np.concatenate([edges.left, edges.right])), "token")
    columns = (_integers(rows[name]) for name in ("token", "person_id", "first_at"))
    return Evidence(edges, doubtful, Known(*columns), is_whole=False)


def read_edges(engine: Engine, as_of: int, claims: Collection[int] = ()) -> Edges:
    """All evidence up to an instant; whoever claimed something was seen alone. `engine` holds the view `link`."""
    rows = engine.model(__package__, "evidence", {"as_of": as_of})
    left, right = _integers(rows["token"]), _integers(rows["other_token"])
    left_space, right_space = (
        np.asarray(rows[name], np.int32) for name in ("namespace_id", "other_namespace_id")
    )
    if claims:
        said = np.array(sorted(claims), np.int32)
        of_left, of_right = np.isin(left_space, said), np.isin(right_space, said)
        left, left_space = np.where(of_left, right, left), np.where(of_left, right_space, left_space)
        right, right_space = np.where(of_right, left, right), np.where(of_right, left_space, right_space)
    return Edges(
        left, right, left_space, right_space, _integers(rows["first_at"]), np.zeros(rows.num_rows, bool)
    )


def _see_links(engine: Engine, links: str) -> None:
    engine.run(f"create or replace temp view link as {links}")


def _look_up(engine: Engine, people: str, values: Tokens, column: str) -> pa.Table:
    """The published rows whose `column` is one of `values`."""
    engine.register("asked", pa.table({column: values}))
    return engine.arrow(f"select * from ({people}) semi join asked using ({column})")


def _newly_paired(standing: Standing, fresh: Tokens) -> Tokens:
    """Ends of pairs, inferred or decided, that the last run could not join: one was not seen yet, or was told later."""
    pairs = np.array(standing.decisions.together, np.int64).reshape(-1, 2).T
    new = np.zeros(pairs.shape[1], bool)
    if standing.inferred is not None:
        inferred = np.stack([_integers(standing.inferred[name]) for name in ("token", "other_token")])
        pairs = np.concatenate([pairs, inferred], axis=1)
        new = np.concatenate([new, _integers(standing.inferred["first_at"]) > standing.since])
    new |= among(pairs[0], fresh) | among(pairs[1], fresh)
    return pairs[:, new].reshape(-1)


def _with_inferred(edges: Edges, inferred: pa.Table | None) -> tuple[Edges, pa.Table | None]:
    """Evidence with what records say of tokens that were seen, and what they say too weakly."""
    if inferred is None:
        return edges, None
    tokens, first = np.unique(np.concatenate([edges.left, edges.right]), return_index=True)
    spaces = np.concatenate([edges.left_space, edges.right_space])[first]
    ends = np.sort(np.stack([_integers(inferred["token"]), _integers(inferred["other_token"])]), axis=0)
    seen = among(ends[0], tokens) & among(ends[1], tokens)
    left_space, right_space = (
        spaces[np.minimum(np.searchsorted(tokens, end), max(len(tokens) - 1, 0))] if len(tokens) else end
        for end in ends
    )
    first_at = _integers(inferred["first_at"])
    sure = seen & np.array([decision == "merge" for decision in inferred["decision"].to_pylist()], bool)
    parts = (*ends, left_space.astype(np.int32), right_space.astype(np.int32), first_at)
    held = (edges.left, edges.right, edges.left_space, edges.right_space, edges.first_at)
    left, right, of_left, of_right, seen_at = (
        np.concatenate([old, new[sure]]) for old, new in zip(held, parts, strict=True)
    )
    marks = np.concatenate([edges.inferred, np.ones(int(sure.sum()), bool)])
    doubtful = pa.table(dict(zip(_PAIR, (part[seen & ~sure] for part in parts), strict=True)))
    return Edges(left, right, of_left, of_right, seen_at, marks), doubtful


def _integers(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.asarray(column, np.int64)
