"""The vault: migrated exactly, one writer, nothing half written, clear when it cannot be used."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from parcours.vault import open_vault
from parcours.vault.store import BrokenVault, NewerWorkspace
from parcours.vault.tables import FREE_TEXT, METADATA, REFUSED, TRAIT

MIGRATIONS = Path(str(sys.modules["parcours.vault"].__file__)).parent / "migrations" / "versions"
FACTS = {
    "source": "orders",
    "path": "data/orders.csv",
    "size_bytes": 1,
    "modified_ns": 1,
    "digest": "d",
    "definition": "e",
    "received": 0,
    "accepted": 0,
    "refused": {},
    "notes": {},
    "types": {},
}


def schema_of(path: Path) -> dict[str, object]:
    """Columns, keys and indexes of every table but Alembic's own."""
    with sqlite3.connect(path) as vault:
        tables = [
            name
            for (name,) in vault.execute("select name from sqlite_master where type = 'table'")
            if not name.startswith(("sqlite_", "alembic_"))
        ]
        found: dict[str, object] = {}
        for table in tables:
            columns = vault.execute(f"pragma table_info({table})").fetchall()
            indexes = [
                (unique, origin, vault.execute(f"pragma index_info({name})").fetchall())
                for _, name, unique, origin, _ in vault.execute(f"pragma index_list({table})")
            ]
            found[table] = (columns, sorted(indexes, key=str))
    vault.close()
    return found


def test_migrations_make_the_tables_the_code_speaks_of(tmp_path: Path) -> None:
    """A vault that went through all migrations has the schema of a vault made from the tables in code."""
    open_vault(tmp_path / "migrated").close()
    direct = create_engine(f"sqlite:///{tmp_path / 'direct.sqlite'}")
    METADATA.create_all(direct)
    direct.dispose()

    assert schema_of(tmp_path / "migrated/vault.sqlite") == schema_of(tmp_path / "direct.sqlite")


def test_a_migration_is_frozen() -> None:
    """No migration reads the tables in code: what it made once does not change with them."""
    for path in MIGRATIONS.glob("v*.py"):
        assert "parcours" not in path.read_text("utf-8"), path.name


def test_a_newer_vault_is_left_alone(tmp_path: Path) -> None:
    """A vault of a newer parcours is refused for reading and for writing, and not one byte of it changes."""
    open_vault(tmp_path).close()
    with sqlite3.connect(tmp_path / "vault.sqlite") as vault:
        vault.execute("update alembic_version set version_num = '9999'")
    vault.close()
    before = (tmp_path / "vault.sqlite").read_bytes()

    for read_only in (False, True):
        with pytest.raises(NewerWorkspace, match=r"newer parcours.*9999.*upgrade parcours"):
            open_vault(tmp_path, read_only=read_only)
    assert (tmp_path / "vault.sqlite").read_bytes() == before


def test_a_file_that_is_no_vault_is_said_to_be_none(tmp_path: Path) -> None:
    """Garbage in the place of the vault is one clear error, and stays as it is."""
    (tmp_path / "vault.sqlite").write_bytes(b"these are not the rows you are looking for" * 100)

    with pytest.raises(BrokenVault, match="not a database"):
        open_vault(tmp_path)
    assert (tmp_path / "vault.sqlite").read_bytes().startswith(b"these are not")


def test_others_cannot_look_into_the_vault(tmp_path: Path) -> None:
    """The vault's folder is its owner's alone, also where a reader made it first with looser rights."""
    folder = tmp_path / "state/vault"
    folder.mkdir(parents=True, mode=0o755)
    open_vault(folder).close()

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_path_is_a_path(tmp_path: Path) -> None:
    """A folder's name may hold what an address would take for its own signs."""
    folder = tmp_path / "50% off? #1 é'q\"&x=y"
    vault = open_vault(folder)
    key = vault.key()
    vault.close()

    assert (folder / "vault.sqlite").is_file()
    again = open_vault(folder, read_only=True)
    assert again.key() == key
    again.close()


def test_the_key_is_made_once(tmp_path: Path) -> None:
    """A vault keeps its key of 32 bytes, and two vaults have two keys."""
    keys = []
    for name in ("a", "a", "b"):
        vault = open_vault(tmp_path / name)
        keys.append(vault.key())
        vault.close()

    assert keys[0] == keys[1] != keys[2]
    assert {len(key) for key in keys} == {32}


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(max_size=5), max_size=6), max_size=6))
def test_a_code_never_changes_and_is_never_shared(tmp_path: Path, batches: list[list[str]]) -> None:
    """Whatever the batches, each text has one code from 0 up, the same each time it is asked for."""
    vault = open_vault(tmp_path)
    with vault.transaction() as connection:
        connection.exec_driver_sql("delete from term")
        seen: dict[str, int] = {}
        for batch in batches:
            codes = vault.code_terms("type", batch)
            assert all(codes[text] == code for text, code in seen.items())
            seen |= {text: codes[text] for text in batch}
    assert sorted(seen.values()) == list(range(len(seen)))
    vault.close()


def test_a_failed_transaction_leaves_no_trace(tmp_path: Path) -> None:
    """What a block wrote before it failed is not there afterwards, nested blocks included."""
    vault = open_vault(tmp_path)
    file_id = vault.add_file(FACTS)

    def fail() -> None:
        with vault.transaction():
            vault.insert_rows(FREE_TEXT, [(1, file_id, "hello")])
            vault.update_file(file_id, state="imported")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert [row["state"] for row in vault.files()] == ["prepared"]
    with vault.transaction() as connection:
        assert connection.exec_driver_sql("select count(*) from free_text").scalar() == 0
    vault.close()


def test_a_forgotten_file_leaves_nothing_and_its_number_is_not_used_again(tmp_path: Path) -> None:
    """Rows of a replaced file go, those of others stay, and a new file gets a new number."""
    vault = open_vault(tmp_path)
    first, second = vault.add_file(FACTS), vault.add_file({**FACTS, "path": "data/other.csv"})
    for file_id in (first, second):
        vault.insert_rows(FREE_TEXT, [(file_id, file_id, "text")])
        vault.insert_rows(TRAIT, [(file_id, "city", file_id, None, "Lyon", None)])
        vault.insert_rows(REFUSED, [(file_id, 2, 0, "missing_time", "{}")])
    vault.forget_file(first, (REFUSED, FREE_TEXT, TRAIT))

    assert [row["file_id"] for row in vault.files()] == [second]
    assert vault.add_file(FACTS) == 3
    with vault.transaction() as connection:
        for table in ("refused", "free_text", "trait"):
            found = connection.exec_driver_sql(f"select file_id from {table}").fetchall()
            assert found == [(second,)]
    vault.close()


def test_every_commit_is_synced(tmp_path: Path) -> None:
    """The writing connection runs with write-ahead log and full syncing: what was committed survives a power cut."""
    vault = open_vault(tmp_path)
    with vault.transaction() as connection:
        assert connection.exec_driver_sql("pragma synchronous").scalar() == 2
        assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"
    vault.close()


def test_a_full_disk_is_one_clear_error(tmp_path: Path) -> None:
    """Where no byte more can be written, the vault says so, and what was committed before is still there."""
    script = f"""
import resource
from pathlib import Path
from parcours.vault import open_vault
from parcours.vault.store import BrokenVault
from parcours.vault.tables import FREE_TEXT
vault = open_vault(Path({str(tmp_path)!r}))
vault.insert_rows(FREE_TEXT, [(1, 1, "first")])
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
try:
    vault.insert_rows(FREE_TEXT, ((number, 1, "x" * 1000) for number in range(2, 2000)))
except BrokenVault as problem:
    print(problem)
"""
    answer = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=900
    )

    assert answer.returncode == 0, answer.stderr
    assert "the vault cannot be used" in answer.stdout
    assert "free disk space" in answer.stdout
    vault = open_vault(tmp_path, read_only=True)
    with vault.transaction() as connection:
        assert connection.exec_driver_sql("select text from free_text").fetchall() == [("first",)]
    vault.close()
