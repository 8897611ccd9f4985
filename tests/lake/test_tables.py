"""Tables of the lake: what a version holds is exact, what is damaged is named, what a crash left is harmless."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcours.lake import Lake, TableSpec, file_literal, open_engine
from parcours.lake.engine import EngineProblem
from parcours.lake.tables import BrokenLake
from story.shop import make_shop, parcours, ran, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from parcours.lake import Engine

SPEC = TableSpec("thing", {"id": "BIGINT", "value": "VARCHAR", "part": "INTEGER"}, partition=("part",))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One engine for all tests."""
    engine = open_engine(tmp_path_factory.mktemp("spill") / "spill", "1GB", 1)
    yield engine
    engine.close()


def rows(engine: Engine, lake: Lake, version: int | None) -> list[tuple[object, ...]]:
    """All rows of a version."""
    return engine.rows(f"select id, value, part from ({lake.query(SPEC, version)}) order by all")


def values(*numbers: int, part: int = 1) -> str:
    """A query of rows."""
    return " union all ".join(
        f"select {number}::bigint as id, 'v{number}' as value, {part}::integer as part" for number in numbers
    )


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.lists(st.integers(0, 9), max_size=3), st.booleans()),
        min_size=1,
        max_size=6,
    )
)
def test_every_version_keeps_what_it_held(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, list[int], bool]]
) -> None:
    """Whatever is appended or replaced, each version answers what a plain dictionary of that moment says."""
    lake = Lake(tmp_path_factory.mktemp("lake"))
    held: dict[int, list[int]] = {}
    versions: dict[int, list[tuple[int, int]]] = {}
    base: int | None = None
    for part, numbers, replaces in steps:
        sql = values(*numbers, part=part) if numbers else SPEC.empty_sql
        gone = {(str(part),)} if replaces else set()
        base, written = lake.write(engine, SPEC, sql, base=base, replaces=gone.__contains__)
        held = {**held, part: [*([] if replaces else held.get(part, [])), *numbers]}
        versions[base] = sorted(
            (number, place) for place, all_numbers in held.items() for number in all_numbers
        )
        assert written == len(numbers)
    for version, expected in versions.items():
        assert [(number, place) for number, _, place in rows(engine, lake, version)] == expected


def test_what_is_behind_a_published_version_is_undone(engine: Engine, tmp_path: Path) -> None:
    """A run begins from the published version: what a killed run committed after it is in the log, and in no later version."""
    lake = Lake(tmp_path)
    published, _ = lake.write(engine, SPEC, values(1), base=None)
    lake.write(engine, SPEC, values(2), base=published, replaces=lambda _: False)
    version, _ = lake.write(engine, SPEC, values(3), base=published, replaces=lambda _: False)

    assert [number for number, *_ in rows(engine, lake, version)] == [1, 3]
    assert [number for number, *_ in rows(engine, lake, published)] == [1]


def test_a_transaction_is_known_afterwards(engine: Engine, tmp_path: Path) -> None:
    """Its number is in the log exactly when its rows are, also for no rows at all."""
    lake = Lake(tmp_path)
    assert lake.transaction("thing", "import") is None
    lake.write(engine, SPEC, values(1), base=None, transaction=("import", 3))
    assert lake.transaction("thing", "import") == 3
    lake.write(
        engine,
        SPEC,
        SPEC.empty_sql,
        base=lake.latest("thing"),
        replaces=lambda _: False,
        transaction=("import", 5),
    )

    assert [lake.transaction("thing", name) for name in ("import", "other")] == [5, None]


LOOSE = TableSpec("loose", {"id": "BIGINT", "file_id": "INTEGER"})


def lot(first: int, count: int, file_id: int) -> str:
    """A query of `count` rows from `first` on."""
    return f"select range::bigint as id, {file_id}::integer as file_id from range({first}, {first + count})"


def loose(engine: Engine, lake: Lake, version: int) -> list[tuple[int, int]]:
    """All rows of a version."""
    return [
        (number, file_id)
        for number, file_id in engine.rows(f"from ({lake.query(LOOSE, version)}) order by all")
    ]


def test_small_lots_share_a_file(engine: Engine, tmp_path: Path) -> None:
    """They are readable on their way, and one file after it; a large lot among them is written at once."""
    lake = Lake(tmp_path)
    incoming = lake.incoming(engine, LOOSE)
    for number in range(5):
        incoming.add(lot(10 * number, 10, number), rows=10)
    assert engine.value(f"select count(*) from ({incoming.query()})") == 50
    assert not (tmp_path / "_staging").exists()
    incoming.add(lot(50, 20, 9))
    assert engine.value(f"select count(distinct id) from ({incoming.query()})") == 70
    version, written = lake.commit(incoming, base=None)

    assert written == 70
    assert len(lake.files("loose", version)) == 2
    assert [number for number, _ in loose(engine, lake, version)] == list(range(70))


def test_removed_rows_are_gone_from_the_new_version_alone(engine: Engine, tmp_path: Path) -> None:
    """Only files that hold such a row are written anew; a null is no match; no match commits nothing."""
    lake = Lake(tmp_path)
    version: int | None = None
    for number in range(3):
        sql = f"{lot(10 * number, 10, number)} union all select null, {number}"
        version, _ = lake.write(engine, LOOSE, sql, base=version, replaces=lambda _: False)
    assert version is not None
    before = lake.files("loose", version)
    thinner = lake.remove_rows(engine, LOOSE, "id in (11, 13) or id = null", version)

    assert thinner is not None
    assert len(loose(engine, lake, version)) == 33
    left = [number for number in range(30) if number not in {11, 13}]
    assert [number for number, _ in loose(engine, lake, thinner) if number is not None] == left
    assert len(loose(engine, lake, thinner)) == 31
    assert len(before.keys() - lake.files("loose", thinner).keys()) == 1
    assert lake.remove_rows(engine, LOOSE, "id > 100", thinner) == thinner
    assert lake.remove_rows(engine, LOOSE, "true", None) is None


def test_files_stay_few_however_many_commits(engine: Engine, tmp_path: Path) -> None:
    """Compacted and vacuumed after each, two hundred commits leave tens of files, data and log; no row is lost or doubled."""
    lake = Lake(tmp_path)
    version: int | None = None
    most = 0
    for number in range(200):
        version, _ = lake.write(
            engine, LOOSE, lot(3 * number, 3, number), base=version, replaces=lambda _: False
        )
        kept = version
        version = lake.compact(engine, LOOSE, version)
        lake.vacuum("loose", {kept})
        most = max(most, sum(1 for path in tmp_path.rglob("*") if path.is_file()))
    assert version is not None

    assert loose(engine, lake, version) == [(number, number // 3) for number in range(600)]
    assert len(lake.files("loose", version)) <= 24  # seven of each of the tiers up to 600 rows, and some
    assert most < 120


def test_vacuum_keeps_what_a_kept_version_reads(engine: Engine, tmp_path: Path) -> None:
    """Files of kept versions and of the newest stay, others and strays go."""
    lake = Lake(tmp_path)
    versions = [lake.write(engine, SPEC, values(number), base=None)[0] for number in range(4)]
    stray = tmp_path / "thing/part=7/part-stray.parquet"
    stray.parent.mkdir()
    stray.write_bytes(b"half a file")
    lake.vacuum("thing", {versions[1]})

    assert [rows(engine, lake, version)[0][0] for version in (versions[1], versions[3])] == [1, 3]
    assert not stray.exists()
    with pytest.raises(BrokenLake, match=r"'thing'.*is missing"):
        lake.query(SPEC, versions[0])


@pytest.mark.parametrize("sign", ["'", '"', "#", " ", "é", "&", "="])
def test_a_lake_may_lie_in_any_folder(engine: Engine, tmp_path: Path, sign: str) -> None:
    """Signs of addresses and of SQL in the path change nothing."""
    lake = Lake(tmp_path / f"a{sign}b")
    version, _ = lake.write(engine, SPEC, values(1, 2), base=None)

    assert len(rows(engine, lake, version)) == 2
    assert (tmp_path / f"a{sign}b/thing/_delta_log").is_dir()


def test_a_literal_of_a_file_is_that_file(engine: Engine, tmp_path: Path) -> None:
    """Brackets, stars and question marks in a name are themselves."""
    for number, name in enumerate(
        ["a[1].csv", "a1.csv", "b*.csv", "bcd.csv", "c?.csv", "cd.csv", "it's.csv"], 1
    ):
        (tmp_path / name).write_text("x\n" * number, "utf-8")
        query = f"select count(*) from read_csv({file_literal(tmp_path / name)}, auto_detect = false, columns = {{'a': 'VARCHAR'}})"
        assert engine.value(query) == number, name


# Damage, seen from the command line -------------------------------------------------------------------------

DAMAGE = [
    "a file gone",
    "a file cut",
    "a file of other bytes",
    "garbage in the log",
    "an empty log",
    "no log",
    "everything gone",
]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one published run."""
    folder = make_shop(tmp_path_factory.mktemp("shop") / "shop")
    ran(folder)
    return folder


def damage(lake: Path, table: str, kind: str) -> None:
    """Break a table of the lake."""
    file = min((lake / table).rglob("*.parquet"))
    log = max((lake / table / "_delta_log").glob("*.json"))
    whole = file.read_bytes()
    match kind:
        case "a file gone":
            file.unlink()
        case "a file cut":
            file.write_bytes(whole[: len(whole) // 2])
        case "a file of other bytes":
            file.write_bytes(os.urandom(len(whole)))
        case "garbage in the log":
            log.write_text("garbage{", "utf-8")
        case "an empty log":
            log.write_bytes(b"")
        case "no log":
            shutil.rmtree(log.parent)
        case _:
            shutil.rmtree(lake)


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_table_is_named_and_the_fix_mends_it(published: Path, tmp_path: Path, kind: str) -> None:
    """Readers and runs say which table is damaged and what to do; after doing that, a run gives the same gaps as before."""
    folder = tmp_path / "shop"
    shutil.copytree(published, folder)
    before = parcours(folder, "gaps", "--format", "json").out
    damage(folder / ".parcours/lake", "gap", kind)
    if kind != "everything gone":
        damage(folder / ".parcours/lake", "signal", kind)
    reading = parcours(folder, "gaps", "--format", "json")

    assert reading.code == 2
    assert "the lake table 'gap' is damaged" in reading.err
    assert "delete the workspace's .parcours/lake folder and run again" in reading.err
    assert reading.err.count("\n") == 1
    running = run(folder)
    assert running.code in ((0, 2) if kind in ("no log", "everything gone") else (2,))
    assert running.code == 0 or "the lake table" in running.err
    shutil.rmtree(folder / ".parcours/lake", ignore_errors=True)
    ran(folder)
    assert parcours(folder, "gaps", "--format", "json").out == before


def test_a_lost_vault_takes_the_lake_with_it(published: Path, tmp_path: Path) -> None:
    """Where the vault was deleted its key is lost: the lake is built anew, and shows the same gaps."""
    folder = tmp_path / "shop"
    shutil.copytree(published, folder)
    before = parcours(folder, "gaps", "--format", "json").out
    shutil.rmtree(folder / ".parcours/vault")

    assert "nothing has been run here yet" in parcours(folder, "gaps").err
    ran(folder)
    assert parcours(folder, "gaps", "--format", "json").out == before
    assert len(parcours(folder, "verdicts", "--promise", "ready-in-2h", "--format", "json").json) == 4


def test_what_an_interrupted_commit_left_is_harmless(published: Path, tmp_path: Path) -> None:
    """Files that no log speaks of are never read, and are gone after the next run."""
    folder = tmp_path / "shop"
    shutil.copytree(published, folder)
    lake = folder / ".parcours/lake"
    strays = [
        lake / "gap/part-x.parquet",
        lake / "signal/file_id=9/part-x.parquet",
        lake / "_staging/gap-x/a.parquet",
    ]
    for stray in strays:
        stray.parent.mkdir(parents=True, exist_ok=True)
        stray.write_bytes(b"half a file")
    before = parcours(folder, "gaps", "--format", "json").out
    ran(folder)

    assert parcours(folder, "gaps", "--format", "json").out == before
    assert not [stray for stray in strays if stray.exists()]


def test_a_full_disk_is_one_clear_sentence(tmp_path: Path) -> None:
    """Where files cannot grow any more, `run` says so with the fix and publishes nothing; with room again it goes on."""
    rows_text = "".join(f"o{number},c{number},lyon,2024-03-01 10:00:00,\n" for number in range(20_000))
    folder = make_shop(tmp_path / "shop")
    ran(folder)
    before = parcours(folder, "gaps", "--format", "json").out
    header = "order_id,customer,store,placed_at,ready_at\n"
    (folder / "data/orders-2.csv").write_text(header + rows_text, "utf-8")
    words = ["parcours", "run", "-w", str(folder), "--as-of", "2024-03-10"]
    for limit in (60_000, 300_000, 600_000):
        code = f"import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); sys.argv = {words!r}; from parcours.cli.main import main; main()"
        answer = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=900
        )

        assert answer.returncode == 2, limit
        assert "Traceback" not in answer.stderr
        assert answer.stderr.splitlines()[-1].startswith("parcours: "), answer.stderr
        assert "disk" in answer.stderr
        assert parcours(folder, "gaps", "--format", "json").out == before
    assert ran(folder)["signals"]["accepted"] == 20_007


def test_memory_that_is_no_size_is_refused(tmp_path: Path) -> None:
    """An amount of memory is a number with a unit."""
    for amount in ("lots", "", "-1GB", "0", "0GB", "6"):
        with pytest.raises(EngineProblem, match="is not an amount of memory; write it like 6GB"):
            open_engine(tmp_path / "spill", amount)
