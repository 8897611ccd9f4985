"""A small workspace to break, and the command line called in this process."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import sqlite3
import sys
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import duckdb
import typer
from deltalake import DeltaTable

from parcours.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ORDERS = """
source: orders
read: {csv: data/orders*.csv}
person: {customer: customer}
objects: {order: order_id}
channel: web
touchpoint: web.checkout
set: {store: store}
signals:
  - {type: order.placed, at: placed_at}
  - {type: order.ready, at: ready_at, when: ready_at is not null}
"""
MAP = """
map: collect
per: order
owner: stores
slices: [store]
stages:
  - stage: buy
    steps:
      - {step: pay, signal: order.placed}
      - {step: prepare, signal: order.ready}
promises:
  - {promise: ready-in-2h, after: order.placed, expect: order.ready, within: 2h}
"""
ROWS = """
order_id,customer,store,placed_at,ready_at
o1,ann,lyon,2024-03-01 10:00:00,2024-03-01 11:00:00
o2,bob,lyon,2024-03-01 10:30:00,2024-03-01 15:00:00
o3,cyd,nice,2024-03-02 09:00:00,
o4,ann,nice,2024-03-03 09:00:00,2024-03-03 10:00:00
"""
AS_OF = "2024-03-10"


@dataclass(frozen=True)
class Answer:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # whatever the command prints
        """Standard output read as JSON."""
        return json.loads(self.out)


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files below a folder; text loses its common indentation and first line break."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(textwrap.dedent(content).lstrip("\n"), "utf-8", newline="")


def make_shop(folder: Path, extra: dict[str, str | bytes] | None = None) -> Path:
    """A workspace with one source, one map and four orders: two kept, one broken, one never ready."""
    write(
        folder,
        {
            "sources/orders.yaml": ORDERS,
            "maps/collect.yaml": MAP,
            "data/orders-1.csv": ROWS,
            **(extra or {}),
        },
    )
    return folder


def parcours(folder: Path, *words: str) -> Answer:
    """Call the command line on a workspace, as a shell would."""
    out, err = io.StringIO(), io.StringIO()
    before = sys.argv
    sys.argv = ["parcours", *words, "-w", str(folder)]
    code: object = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as end:
        code = end.code
    except typer.Exit as end:
        code = end.exit_code
    finally:
        sys.argv = before
    return Answer(code if isinstance(code, int) else int(code is not None), out.getvalue(), err.getvalue())


def run(folder: Path, *words: str, as_of: str = AS_OF) -> Answer:
    """`parcours run` as of a fixed instant, answering JSON."""
    return parcours(folder, "run", "--format", "json", "--as-of", as_of, *words)


def ran(folder: Path, *words: str, as_of: str = AS_OF) -> Any:  # a JSON document
    """The report of a run that must succeed."""
    answer = run(folder, *words, as_of=as_of)
    assert answer.code == 0, answer.err
    return answer.json


def shown(folder: Path) -> str:
    """Everything that readers are shown of the published run, byte for byte."""
    parts = [("gaps",), ("coverage",), ("status",), ("verdicts", "--promise", "ready-in-2h")]
    return "\n".join(parcours(folder, *words, "--format", "json").out for words in parts)


def vault_rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """Rows of the vault; values of any type."""
    with contextlib.closing(sqlite3.connect(folder / ".parcours/vault/vault.sqlite")) as vault:
        return vault.execute(query).fetchall()


def refused_rows(folder: Path) -> list[tuple[str, int, str, str]]:
    """(file, physical line, reason, content) of every refused row, in order."""
    return vault_rows(
        folder,
        "select f.path, r.line, r.reason, r.content from refused as r join imported_file as f using (file_id) "
        "where f.state = 'imported' order by f.path, r.line, r.rule",
    )


def lake_table(folder: Path, table: str) -> list[dict[str, Any]]:
    """All rows of a lake table as last published that count, partition columns but the layer included."""
    newest = "select versions from manifest order by run_id desc limit 1"
    versions = json.loads(vault_rows(folder, newest)[0][0])
    rows = written(folder, table, versions)
    if table in {"journey", "journey_step", "verdict"}:
        gone = {(row["map_id"], row["journey_id"]) for row in written(folder, "superseded", versions)}
        rows = [row for row in rows if row.pop("layer") or (row["map_id"], row["journey_id"]) not in gone]
    return rows


def written(folder: Path, table: str, versions: Mapping[str, int]) -> list[dict[str, Any]]:
    """All rows of a lake table as it was written."""
    files = DeltaTable(folder / ".parcours/lake" / table, version=versions[table]).file_uris()
    if not files:
        return []
    paths = [unquote(file) for file in files]
    found = _reader().sql("select * from read_parquet(?, hive_partitioning = true)", params=[paths])
    return list(found.to_arrow_table().to_pylist())


@functools.cache
def _reader() -> duckdb.DuckDBPyConnection:
    """One engine for reading what was written."""
    return duckdb.connect()


def lake_rows(folder: Path, table: str, *leave_out: str) -> list[str]:
    """Rows of a lake table as sorted JSON texts, without some columns."""
    rows = lake_table(folder, table)
    return sorted(
        json.dumps(
            {name: value for name, value in row.items() if name not in leave_out}, sort_keys=True, default=str
        )
        for row in rows
    )


_CODED = ("source", "type", "channel", "touchpoint", "namespace", "other_namespace", "map", "step", "promise")


def _people(folder: Path) -> dict[int, int]:
    """Person to the smallest of their tokens."""
    people: dict[int, int] = {}
    for row in lake_table(folder, "person_token"):
        people[row["person_id"]] = min(row["token"], people.get(row["person_id"], row["token"]))
    return people


def facts(folder: Path, table: str, people: Mapping[int, int] | None = None) -> list[str]:
    """Rows of a published lake table with names instead of codes, without file numbers, sorted: comparable across workspaces.

    A person is called by the smallest of their tokens: which of them founded the person depends on what was known first.
    """
    terms = {
        (kind, code): text for kind, code, text in vault_rows(folder, "select kind, code, text from term")
    }
    called = _people(folder) if people is None else people

    def named(row: dict[str, Any]) -> dict[str, Any]:
        row = {name: value for name, value in row.items() if name != "file_id"}
        for kind in _CODED:
            code = row.get(f"{kind}_id")
            if code is not None:
                row[f"{kind}_id"] = terms[kind.removeprefix("other_"), code]
        if (
            "ordinal" in row
        ):  # the rank of its file among all files, then the place in it: only the latter stays as files come
            row["ordinal"] &= (1 << 40) - 1
        for name in ("person_id", "unit_id"):
            if name in row:
                row[name] = called.get(row[name], row[name])
        if row.get("objects"):
            row["objects"] = sorted(
                (terms["namespace", item["namespace_id"]], item["object_id"]) for item in row["objects"]
            )
        return row

    return sorted(json.dumps(named(row), sort_keys=True, default=str) for row in lake_table(folder, table))


TABLES = ("signal", "timeless", "link", "object", "person_token", "journey", "journey_step", "verdict", "gap")


def everything(folder: Path) -> dict[str, Any]:
    """All that is true in a workspace: derived tables, and what the vault keeps of the imported files."""
    people = _people(folder)
    alive = "file_id in (select file_id from imported_file where state = 'imported')"
    found: dict[str, Any] = {table: facts(folder, table, people) for table in TABLES}
    found["gaps"] = parcours(folder, "gaps", "--format", "json").json
    found["identifier"] = sorted(vault_rows(folder, "select * from identifier"))
    found["refused"] = sorted(refused_rows(folder), key=str)
    for kept in ("free_text", "trait", "screened"):
        columns = {"free_text": "signal_id, text", "trait": "signal_id, name, token, value"}.get(
            kept, "signal_id, name, value"
        )
        found[kept] = sorted(vault_rows(folder, f"select {columns} from {kept} where {alive}"))
        assert len(vault_rows(folder, f"select 1 from {kept} where not {alive}")) == 0, (
            f"{kept} holds rows of files that are gone"
        )
    ledger = vault_rows(
        folder,
        "select source, path, received, accepted, refused, types from imported_file where state = 'imported'",
    )
    found["files"] = [(*row[:4], *map(json.loads, row[4:])) for row in sorted(ledger)]
    return found
