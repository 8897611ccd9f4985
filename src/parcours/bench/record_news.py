"""A small addition to many known records, from the vault's traits to proposals.

`python -m parcours.bench.record_news FILE FOLDER --known 900000 --new 15000` prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from parcours.bench.child import peak_of_this_process
from parcours.identity.records import Proposed, RecordSettings, propose_links
from parcours.kernel.workspace import Workspace
from parcours.lake import file_literal, open_engine
from parcours.vault import Vault, open_vault
from parcours.vault.tables import TRAIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

    from parcours.lake import Engine

_FIELDS = ("given_name", "family_name", "birth_date", "email", "phone", "street", "postcode", "city")


def main() -> None:
    """Print the seconds of the addition, and how many people changed their id who had nothing to do with it."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--known", type=int, required=True)
    parser.add_argument("--new", type=int, required=True)
    parser.add_argument("--memory", default="6GB")
    wanted = parser.parse_args()
    (wanted.folder / "sources").mkdir(parents=True)
    workspace = Workspace(wanted.folder)
    engine = open_engine(wanted.folder / "spill", "1GB", 2)
    vault = open_vault(workspace.vault)
    _tell(engine, vault, wanted.file, 1, f"token <= {wanted.known}")
    first, first_s = _linked(vault, workspace, wanted.memory)
    _tell(engine, vault, wanted.file, 2, f"token > {wanted.known} and token <= {wanted.known + wanted.new}")
    engine.close()
    second, seconds = _linked(vault, workspace, wanted.memory)
    vault.close()
    json.dump(
        {
            "first_s": first_s,
            "seconds": seconds,
            "weighed": second.weighed,
            "changed": _changed(first, second, wanted.known),
            "peak_bytes": peak_of_this_process(),
        },
        sys.stdout,
    )


def _linked(vault: Vault, workspace: Workspace, memory: str) -> tuple[Proposed, float]:
    began = time.perf_counter()
    found = propose_links(vault, workspace, RecordSettings(), lambda *_: None, memory=memory)
    return found, time.perf_counter() - began


def _tell(engine: Engine, vault: Vault, file: Path, file_id: int, condition: str) -> None:
    facts: dict[str, object] = {
        **dict.fromkeys(("path", "digest", "definition"), ""),
        "refused": {},
        "notes": {},
        "types": {},
    }
    counts = dict.fromkeys(("size_bytes", "modified_ns", "received", "accepted"), 0)
    vault.add_file({"source": "customers", **facts, **counts})
    listed = ", ".join(_FIELDS)
    sql = f"""
        select token, name, {file_id} as file_id, token as of_token, value, first_at
        from (unpivot (select token, first_at, {listed} from read_parquet({file_literal(file)}) where {condition}) on {listed}
              into name name value value)"""
    vault.insert_rows(TRAIT, _rows(engine, sql))


def _rows(engine: Engine, sql: str) -> Iterator[tuple[object, ...]]:
    for batch in engine.batches(sql):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _people(proposed: Proposed, count: int) -> NDArray[np.int64]:
    """The person of each of the first `count` tokens: the first of its tokens."""
    pairs: pa.Table = proposed.pairs
    merged = pairs.filter(np.asarray(pairs["decision"]) == "merge")
    left, right = (merged[name].to_numpy() for name in ("token", "other_token"))
    last = max(count, int(left.max(initial=0)), int(right.max(initial=0)))
    graph = coo_matrix((np.ones(len(left), bool), (left, right)), shape=(last + 1, last + 1))
    group = connected_components(graph, directed=False)[1]
    first = np.full(int(group.max()) + 1, last, np.int64)
    np.minimum.at(first, group, np.arange(last + 1))
    people: NDArray[np.int64] = first[group][1 : count + 1]
    return people


def _changed(first: Proposed, second: Proposed, known: int) -> int:
    """Known records whose person is another one, though nothing new joined it."""
    before, after = _people(first, known), _people(second, known)
    pairs = second.pairs
    new = np.asarray(pairs["other_token"]) > known
    new |= np.asarray(pairs["token"]) > known
    touched = np.unique(np.concatenate([np.asarray(pairs[name])[new] for name in ("token", "other_token")]))
    touched = touched[touched <= known] - 1
    moved = before != after
    allowed = np.isin(before, before[touched]) | np.isin(after, after[touched])
    return int((moved & ~allowed).sum())


if __name__ == "__main__":
    main()
