"""Running again changes nothing; running after a change does what is needed, and ends where a run from nothing would."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import random
import shutil
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from parcours.kernel.workspace import Workspace
from parcours.lake import Lake, open_engine
from parcours.signal import OBJECT
from story.shop import (
    AS_OF,
    MAP,
    ORDERS,
    TABLES,
    everything,
    facts,
    lake_rows,
    lake_table,
    make_shop,
    parcours,
    ran,
    run,
    vault_rows,
    write,
    written,
)
from story.test_kill import SOURCES, till_file, web_file

if TYPE_CHECKING:
    from pathlib import Path


def two_sources(folder: Path, seed: int) -> Path:
    """The workspace of the crash loop, with four files."""
    dice = random.Random(seed)
    files = {f"data/web-{number}.csv": web_file(dice, 50) for number in (1, 2)}
    files |= {f"data/till-{number}.jsonl": till_file(dice, 50) for number in (1, 2)}
    write(folder, {**SOURCES, **files})
    return folder


def scratch(folder: Path, place: Path, as_of: str = AS_OF) -> dict[str, Any]:
    """What a workspace with the same files and key would hold if it were run for the first time."""
    for name in ("data", "sources", "maps"):
        shutil.copytree(folder / name, place / name)
    shutil.copytree(folder / ".parcours/vault", place / ".parcours/vault")
    with_key = "delete from {}"
    tables = ("imported_file", "refused", "identifier", "free_text", "trait", "screened", "manifest", "term")
    with contextlib.closing(sqlite3.connect(place / ".parcours/vault/vault.sqlite")) as vault, vault:
        for table in tables:
            vault.execute(with_key.format(table))
    ran(place, as_of=as_of)
    return everything(place)


def same(ours: dict[str, Any], theirs: dict[str, Any], *leave_out: str) -> None:
    """Two workspaces hold the same, named table by named table."""
    for name, rows in theirs.items():
        if name not in leave_out:
            assert ours[name] == rows, name


def rows_of(report: Any) -> dict[str, int]:
    """Stage to rows."""
    return {stage["stage"]: stage["rows"] for stage in report["stages"]}


@pytest.fixture(scope="module")
def seed() -> int:
    """A seed, printed for whoever must see a failure again."""
    number = random.randrange(1 << 30)
    print(f"seed {number}")  # noqa: T201
    return number


def test_twice_is_once(tmp_path: Path, seed: int) -> None:
    """A second run imports nothing and leaves every row of every table as it was, identifiers included."""
    folder = two_sources(tmp_path / "shop", seed)
    ran(folder)
    before = {table: lake_rows(folder, table) for table in TABLES}
    gaps = parcours(folder, "gaps", "--format", "json").out
    report = ran(folder)

    assert rows_of(report)["import"] == 0
    assert {table: lake_rows(folder, table) for table in TABLES} == before
    assert parcours(folder, "gaps", "--format", "json").out == gaps


def test_a_file_more_ends_where_a_run_from_nothing_would(tmp_path: Path, seed: int) -> None:
    """Only the file is imported; most people keep ids and rows; every table equals that of a new workspace with all files."""
    folder = two_sources(tmp_path / "shop", seed)
    ran(folder)
    people = set(lake_rows(folder, "person_token"))
    write(folder, {"data/till-3.jsonl": till_file(random.Random(seed + 1), 50)})
    report = ran(folder)

    assert rows_of(report)["import"] <= 50
    same(everything(folder), scratch(folder, tmp_path / "scratch"))
    assert len(people & set(lake_rows(folder, "person_token"))) > len(people) / 2


@pytest.mark.heavy
def test_each_change_ends_where_a_run_from_nothing_would(tmp_path: Path, seed: int) -> None:
    """A file changed, a mapping changed, a map gone, a file gone: tables equal those of a new workspace every time."""
    folder = two_sources(tmp_path / "shop", seed)
    ran(folder)
    dice = random.Random(seed + 2)

    write(folder, {"data/web-1.csv": web_file(dice, 50)})
    ran(folder)
    same(everything(folder), scratch(folder, tmp_path / "a file changed"), "identifier")

    write(
        folder,
        {"sources/till.yaml": SOURCES["sources/till.yaml"].replace("read:", "channel: store\n        read:")},
    )
    files = vault_rows(
        folder, "select source, file_id from imported_file where state = 'imported' order by file_id"
    )
    ran(folder)
    again = vault_rows(
        folder, "select source, file_id from imported_file where state = 'imported' order by file_id"
    )
    assert [row for row in again if row[0] == "web"] == [row for row in files if row[0] == "web"]
    assert not {row for row in again if row[0] == "till"} & set(files)
    same(everything(folder), scratch(folder, tmp_path / "a mapping changed"), "identifier")

    (folder / "maps/life.yaml").unlink()
    ran(folder)
    same(everything(folder), scratch(folder, tmp_path / "a map gone"), "identifier")
    assert {json.loads(row)["map_id"] for row in facts(folder, "journey")} == {"collect"}

    (folder / "data/web-2.csv").unlink()
    ran(folder)
    same(everything(folder), scratch(folder, tmp_path / "a file gone"), "identifier")


def test_as_of_moves_back_and_forth(tmp_path: Path, seed: int) -> None:
    """Looking back shows what a workspace of that day would have shown, and coming back changes nothing."""
    folder = two_sources(tmp_path / "shop", seed)
    now = ran(folder)
    tables = ("person_token", "journey", "journey_step", "verdict", "gap")
    then = {table: facts(folder, table) for table in tables}
    early = ran(folder, as_of="2024-01-09")
    back = {table: facts(folder, table) for table in tables}
    later = ran(folder)

    assert early["journeys"] < now["journeys"] == later["journeys"]
    assert {table: facts(folder, table) for table in tables} == then
    shutil.rmtree(folder / ".parcours/lake")
    ran(folder, as_of="2024-01-09")
    assert {table: facts(folder, table) for table in tables} == back


@pytest.mark.heavy
def test_day_by_day_ends_where_a_run_from_nothing_would(tmp_path: Path, seed: int) -> None:
    """As time passes and files come, late ones too, each day's tables equal those of a new workspace of that day.

    Journeys close by silence, windows end, a source that was deaf is heard again: each without any news of those it concerns.
    """
    dice = random.Random(seed + 3)
    folder = two_sources(tmp_path / "shop", seed)
    layers = set()
    for number, day in enumerate(("08", "11", "12", "13", "17", "18", "24", "28", "31")):
        if number:
            rows = dice.choice([0, 1, 2, 5, 40])
            kind, make, ending = dice.choice([("web", web_file, "csv"), ("till", till_file, "jsonl")])
            if rows:
                write(folder, {f"data/{kind}-z{number}.{ending}": make(dice, rows)})
        ran(folder, as_of=f"2024-01-{day}")
        layers |= {row["layer"] for row in _journeys(folder)}
        fresh = scratch(folder, tmp_path / day, as_of=f"2024-01-{day}")
        same(everything(folder), fresh, "identifier")
    for number in (
        20,
        21,
    ):  # whatever the dice said: of two single rows one at least is less than layers are folded for
        write(folder, {f"data/web-z{number}.csv": web_file(dice, 1)})
        ran(folder, as_of="2024-01-31")
        layers |= {row["layer"] for row in _journeys(folder)}
    assert layers == {0, 1}


def test_rows_of_a_killed_batch_are_taken_out(tmp_path: Path) -> None:
    """Where one table took a batch and the others did not, the next run begins it anew, under new numbers."""
    folder = make_shop(tmp_path / "shop")
    ran(folder)
    lake, engine = Lake(folder / ".parcours/lake"), open_engine(tmp_path / "spill", "1GB", 1)
    write(
        folder,
        {
            "data/orders-2.csv": "order_id,customer,store,placed_at,ready_at\no9,eve,nice,2024-03-04 10:00:00,\n"
        },
    )
    stray = (
        "select 1::integer as namespace_id, 5::bigint as object_id, 'stray' as value, 2::integer as file_id"
    )
    lake.write(
        engine, OBJECT, stray, base=lake.latest("object"), replaces=lambda _: False, transaction=("import", 2)
    )
    engine.close()
    with contextlib.closing(sqlite3.connect(folder / ".parcours/vault/vault.sqlite")) as vault, vault:
        columns = "source, path, size_bytes, modified_ns, digest, definition, received, accepted, refused, notes, types"
        vault.execute(
            f"insert into imported_file (file_id, state, {columns}) select 2, 'prepared', {columns} from imported_file where file_id = 1"
        )
    ran(folder)

    assert "stray" not in {row["value"] for row in lake_table(folder, "object")}
    assert {row["file_id"] for row in lake_table(folder, "object")} == {1, 3}
    same(everything(folder), scratch(folder, tmp_path / "scratch"))


def test_an_older_vault_put_back_is_brought_up_to_date(tmp_path: Path) -> None:
    """No signal is lost, doubled or taken for another file's, though the lake knows numbers that the ledger does not."""
    folder = make_shop(tmp_path / "shop")
    ran(folder)
    shutil.copytree(folder / ".parcours/vault", tmp_path / "vault")
    more = "order_id,customer,store,placed_at,ready_at\n"
    write(folder, {"data/orders-2.csv": f"{more}o8,eve,nice,2024-03-04 10:00:00,\n"})
    ran(folder)
    shutil.rmtree(folder / ".parcours/vault")
    shutil.copytree(tmp_path / "vault", folder / ".parcours/vault")
    write(folder, {"data/orders-3.csv": f"{more}o9,fay,nice,2024-03-05 10:00:00,\n"})
    ran(folder)

    same(everything(folder), scratch(folder, tmp_path / "scratch"), "identifier")


def test_a_lake_laid_out_otherwise_is_made_anew(tmp_path: Path) -> None:
    """As one that an earlier parcours wrote, with a partition for each file."""
    folder = make_shop(tmp_path / "shop")
    ran(folder)
    before = everything(folder)
    shutil.rmtree(folder / ".parcours/lake/object")
    lake, engine = Lake(folder / ".parcours/lake"), open_engine(tmp_path / "spill", "1GB", 1)
    lake.write(engine, dataclasses.replace(OBJECT, partition=("file_id",)), OBJECT.empty_sql, base=None)
    engine.close()
    ran(folder)

    same(everything(folder), before)


def _journeys(folder: Path) -> list[dict[str, Any]]:
    """Rows of the journeys of both layers, those that count no more too."""
    newest = vault_rows(folder, "select versions from manifest order by run_id desc limit 1")
    return written(folder, "journey", json.loads(newest[0][0]))


def test_only_the_touched_are_redone(tmp_path: Path) -> None:
    """Of a hundred closed orders, a file about two people redoes their journeys alone."""
    rows = [f"o{number},c{number},lyon,2024-01-01 10:00:00,2024-01-01 11:00:00" for number in range(100)]
    header = "order_id,customer,store,placed_at,ready_at\n"
    folder = make_shop(
        tmp_path,
        {
            "data/orders-1.csv": header + "\n".join(rows) + "\n",
            "maps/collect.yaml": MAP + "ends: {any: [order.ready]}\n",
        },
    )
    assert rows_of(ran(folder))["journeys"] == 100
    write(
        folder,
        {
            "data/orders-2.csv": header
            + "p1,c1,nice,2024-01-02 10:00:00,2024-01-02 11:00:00\no2,c2,nice,2024-01-03 10:00:00,\n"
        },
    )
    report = ran(folder)

    assert rows_of(report) | {"gaps": 0} == {
        "import": 3,
        "identity": 100,
        "journeys": 3,
        "verdicts": rows_of(report)["verdicts"],
        "gaps": 0,
    }
    assert rows_of(report)["verdicts"] < 8
    same(everything(folder), scratch(folder, tmp_path / "scratch"))


def test_a_second_run_waits_for_nobody(tmp_path: Path) -> None:
    """While a run holds the workspace another one says so and ends; readers read."""
    folder = make_shop(tmp_path)
    ran(folder)
    with Workspace(folder).locked():
        answer = run(folder)
        reading = parcours(folder, "gaps")

    assert answer.code == 2
    assert "another `parcours run` is at work" in answer.err
    assert "wait for it to end" in answer.err
    assert reading.code == 0
    assert run(folder).code == 0


def test_a_failed_run_is_no_run(tmp_path: Path) -> None:
    """A file that breaks in the middle of a run leaves gaps and verdicts as they were; once mended all is well."""
    folder = make_shop(tmp_path)
    ran(folder)
    verdicts = ("verdicts", "--promise", "ready-in-2h", "--format", "json")
    before = [parcours(folder, "gaps", "--format", "json").out, parcours(folder, *verdicts).out]
    write(
        folder,
        {
            "sources/orders.yaml": ORDERS.replace("web.checkout", "app.checkout"),
            "data/orders-2.csv": "order_id\n1\n",
        },
    )
    answer = run(folder, as_of=AS_OF)

    assert answer.code == 2
    assert "data/orders-2.csv" in answer.err
    assert [parcours(folder, "gaps", "--format", "json").out, parcours(folder, *verdicts).out] == before
    (folder / "data/orders-2.csv").unlink()
    ran(folder)
    assert parcours(folder, "gaps", "--format", "json").out == before[0]
