"""Solving what the news touches is solving everything."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.given import RULES, SPACES, logs, token
from parcours.identity import Standing, resolve_people
from parcours.identity.store import TABLES
from parcours.identity.types import Apart, Decisions
from parcours.lake import Lake, open_engine
from parcours.signal import LINK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from identity.given import Seen
    from parcours.lake import Engine

DECIDED = Decisions(
    apart=(Apart(1, (frozenset({token("c0")}), frozenset({token("c1")}))),),
    together=((token("c2"), token("d3")),),
    carrying=frozenset({token("e0")}),
)
INFERRED = pa.table(
    {
        "token": pa.array([token("c0"), token("c1"), token("c3")], pa.int64()),
        "other_token": pa.array([token("l0"), token("l1"), token("l2")], pa.int64()),
        "first_at": pa.array([0, 5, 2], pa.int64()),
        "decision": ["merge", "merge", "review"],
    }
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine of the product."""
    opened = open_engine(tmp_path_factory.mktemp("engine") / "spill", "1GB", 1)
    yield opened
    opened.close()


def links(seen: Sequence[Seen], file_id: int) -> str:
    """SQL of the rows of `link` that a file tells."""
    rows = [
        (
            token(one),
            SPACES[one[0]],
            *((None, None) if one == other else (token(other), SPACES[other[0]])),
            at,
        )
        for one, other, at in seen
    ]
    values = ", ".join(
        f"({', '.join('null' if value is None else str(value) for value in row)}, 1, {file_id})"
        for row in rows
    )
    names = "token, namespace_id, other_token, other_namespace_id, first_at, signals, file_id"
    typed = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in LINK.columns.items())
    return f"select {typed} from (values {values}) as t({names})" if rows else LINK.empty_sql


class Twin:
    """A lake to which files come, a run after each.

    Args:
        engine: Runs queries.
        folder: Where the lake lies.
        knows: A run is told what is new.
    """

    def __init__(self, engine: Engine, folder: Path, *, knows: bool) -> None:
        self.engine, self.lake, self.knows = engine, Lake(folder), knows
        self.versions: dict[str, int] = {}
        self.as_of, self.runs = 0, 0

    def run(self, seen: Sequence[Seen], as_of: int, decisions: Decisions, inferred: pa.Table | None) -> int:
        """A file comes, and a run looks at all that happened up to an instant; answers how many people there are."""
        self.runs += 1
        version = self.lake.write(
            self.engine,
            LINK,
            links(seen, self.runs),
            base=self.lake.latest(LINK.name),
            replaces=lambda _: False,
        )[0]
        news = f"file_id = {self.runs} or first_at > {self.as_of}" if self.knows and self.runs > 1 else None
        found = resolve_people(
            self.engine,
            self.lake,
            version,
            Standing(
                self.versions,
                self.runs,
                as_of,
                news,
                RULES,
                decisions,
                inferred
                if inferred is None
                else inferred.filter(pa.compute.less_equal(inferred["first_at"], as_of)),
                self.as_of,
            ),
        )
        self.versions, self.as_of = dict(found.versions), as_of
        return found.people

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Rows of every table of identity, sorted."""
        return {
            spec.name: sorted(
                self.engine.rows(
                    f"select {spec.names} from ({self.lake.query(spec, self.versions.get(spec.name))})"
                ),
                key=repr,
            )
            for spec in TABLES
        }


@settings(max_examples=40, deadline=None)
@given(
    st.lists(logs(most=10), min_size=2, max_size=4),
    st.lists(st.integers(0, 10), min_size=4, max_size=4),
    st.sampled_from([Decisions(), DECIDED]),
    st.sampled_from([None, INFERRED]),
)
def test_what_the_news_touches_is_enough(
    engine: Engine,
    files: list[list[Seen]],
    instants: list[int],
    decisions: Decisions,
    inferred: pa.Table | None,
) -> None:
    """Two lakes get the same files; one solves everything in each run, the other what is new: every table is the same after each run."""
    with tempfile.TemporaryDirectory() as name:
        whole, touched = (
            Twin(engine, Path(name) / word, knows=word == "touched") for word in ("whole", "touched")
        )
        for file, as_of in zip(files, sorted(instants), strict=False):
            people = [twin.run(file, as_of, decisions, inferred) for twin in (whole, touched)]

            assert people[0] == people[1]
            assert touched.tables() == whole.tables()
