"""Opens the vault, keeps it migrated, and reads and writes its tables."""

from __future__ import annotations

import contextlib
import json
import secrets
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, delete, event, func, insert, select, text, update
from sqlalchemy.exc import DatabaseError, OperationalError

from parcours.kernel.errors import ParcoursError
from parcours.vault.tables import ERASURE, IMPORTED_FILE, MANIFEST, SECRET, TERM, Manifest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Engine, Table

HEAD = "0007"
_KEY_BYTES = 32
_INSERT_ROWS = 50_000
_COUNTED = {"received", "accepted", "refused", "notes", "types"}  # of a file
_OF_A_FILE = [column for column in IMPORTED_FILE.columns if column.name not in _COUNTED]


class NewerWorkspace(ParcoursError, RuntimeError):
    """The workspace was written by a newer parcours."""

    code = "vault.newer_workspace"

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"this workspace was written by a newer parcours (its vault is at revision {revision}, this one knows {HEAD})",
            fix="upgrade parcours; nothing was changed",
            revision=revision,
        )


class BrokenVault(ParcoursError, RuntimeError):
    """The vault cannot be read or written."""

    code = "vault.broken"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"the vault cannot be used: {what}", fix="check free disk space and rights, or restore a backup"
        )


class UnfinishedErasure(ParcoursError, RuntimeError):
    """An erasure was begun and stopped half-way; nothing is imported before it is finished."""

    code = "vault.unfinished_erasure"
    retryable = True

    def __init__(self) -> None:
        super().__init__(
            "an erasure was begun here and stopped half-way",
            fix="call `parcours erase --resume`, then this again",
        )


class Vault:
    """An open vault. Every public method is one transaction unless inside `transaction()`.

    Args:
        connection: The one connection of this process.
        folder: Where the vault lies; temporary files with personal data go below it.
    """

    def __init__(self, connection: Connection, folder: Path) -> None:
        self._connection = connection
        self.folder = folder

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Commit at the end of the block or leave no trace; blocks may nest.

        Raises:
            BrokenVault: Disk full, file damaged, or another process holds it.
        """
        try:
            if self._connection.in_transaction():
                yield self._connection
                return
            with self._connection.begin():
                yield self._connection
        except (OperationalError, DatabaseError) as problem:
            raise BrokenVault(str(problem.orig)) from None

    def key(self) -> bytes:
        """The secret key of all tokens (32 bytes); made on first use."""
        with self.transaction() as connection:
            found = connection.execute(select(SECRET.c.value).where(SECRET.c.name == "key")).scalar()
            if found is None:
                found = secrets.token_bytes(_KEY_BYTES)
                connection.execute(insert(SECRET).values(name="key", value=found))
            return bytes(found)

    def terms(self, kind: str) -> dict[str, int]:
        """Text to code of one kind."""
        with self.transaction() as connection:
            found = connection.execute(select(TERM.c.text, TERM.c.code).where(TERM.c.kind == kind))
            return {row.text: row.code for row in found}

    def code_terms(self, kind: str, texts: Iterable[str]) -> dict[str, int]:
        """Codes of `texts`, making those that are missing; codes are never reused."""
        with self.transaction() as connection:
            known = self.terms(kind)
            new = [text for text in dict.fromkeys(texts) if text not in known]
            start = max(known.values(), default=-1) + 1
            codes = {text: start + number for number, text in enumerate(new)}
            if codes:
                rows = [{"kind": kind, "code": code, "text": text} for text, code in codes.items()]
                connection.execute(insert(TERM), rows)
            return {**known, **codes}

    def insert_rows(self, table: Table, rows: Iterable[Sequence[Any]]) -> int:
        """Insert rows in the table's column order, ignoring those whose key is there; answers how many were given."""
        names = [column.name for column in table.columns]
        marks = ", ".join("?" for _ in names)
        statement = f"insert or ignore into {table.name} ({', '.join(names)}) values ({marks})"
        count = 0
        with self.transaction() as connection:
            for block in _blocks(rows):
                connection.exec_driver_sql(statement, block)
                count += len(block)
        return count

    def files(self, published: Collection[int] | None = None) -> list[dict[str, Any]]:
        """The ledger of imported files, oldest first.

        Args:
            published: Files of a published run, whatever became of them since; by default all but replaced ones.
        """
        with self.transaction() as connection:
            query = select(IMPORTED_FILE).order_by(IMPORTED_FILE.c.file_id)
            if published is None:
                query = query.where(IMPORTED_FILE.c.state != "replaced")
            else:  # bound as one value: a list of thousands is too long for a statement
                numbers = func.json_each(json.dumps(sorted(published))).table_valued("value")
                query = query.where(IMPORTED_FILE.c.file_id.in_(select(numbers.c.value)))
            return [dict(row._mapping) for row in connection.execute(query)]  # noqa: SLF001 - SQLAlchemy's public name

    def ledger(self, source: str | None = None) -> list[dict[str, Any]]:
        """Which files there are, without what was counted in them, oldest first: cheap also where there are thousands.

        Args:
            source: Only its files; all by default.
        """
        with self.transaction() as connection:
            query = select(*_OF_A_FILE).where(IMPORTED_FILE.c.state != "replaced")
            if source is not None:
                query = query.where(IMPORTED_FILE.c.source == source)
            rows = connection.execute(query.order_by(IMPORTED_FILE.c.file_id))
            return [dict(row) for row in rows.mappings()]

    def has_forgotten(self, beyond: int) -> bool:
        """Some file was ever replaced, or the ledger does not reach up to a number that was given."""
        with self.transaction() as connection:
            highest = connection.execute(select(func.max(IMPORTED_FILE.c.file_id))).scalar() or 0
            replaced = select(IMPORTED_FILE.c.file_id).where(IMPORTED_FILE.c.state == "replaced").limit(1)
            return int(highest) < beyond or connection.execute(replaced).first() is not None

    def has_imported(self) -> bool:
        """Some file was ever entered in the ledger."""
        with self.transaction() as connection:
            return connection.execute(select(IMPORTED_FILE.c.file_id).limit(1)).scalar() is not None

    def add_file(self, facts: Mapping[str, object], above: int = 0) -> int:
        """Enter a file in the ledger as `prepared`; answers its id, never reused, and larger than `above`."""
        with self.transaction() as connection:
            highest = connection.execute(
                select(func.coalesce(func.max(IMPORTED_FILE.c.file_id), 0))
            ).scalar_one()
            file_id = max(int(highest), above) + 1
            connection.execute(insert(IMPORTED_FILE).values(file_id=file_id, state="prepared", **facts))
            return file_id

    def update_file(self, file_id: int, **facts: object) -> None:
        """Change what the ledger says of a file."""
        with self.transaction() as connection:
            connection.execute(
                update(IMPORTED_FILE).where(IMPORTED_FILE.c.file_id == file_id).values(**facts)
            )

    def forget_file(self, file_id: int, tables: Sequence[Table]) -> None:
        """Remove what a file left in `tables` and mark it replaced."""
        with self.transaction() as connection:
            for table in tables:
                connection.execute(delete(table).where(table.c.file_id == file_id))
            self.update_file(file_id, state="replaced")

    def refuse_unfinished(self) -> None:
        """Nothing may be imported or published while an erasure is under way.

        Raises:
            UnfinishedErasure: One was begun and not closed.
        """
        with self.transaction() as connection:
            if connection.execute(select(ERASURE.c.erasure_id).where(ERASURE.c.state != "done")).first():
                raise UnfinishedErasure

    def forget_runs(self) -> None:
        """Withdraw every published run: the lake they speak of is gone."""
        with self.transaction() as connection:
            connection.execute(delete(MANIFEST))

    def publish(self, manifest: Mapping[str, object]) -> int:
        """Publish a run: from here on readers see its versions. Answers the run id."""
        with self.transaction() as connection:
            query = insert(MANIFEST).values(**manifest).returning(MANIFEST.c.run_id)
            return int(connection.execute(query).scalar_one())

    def republish(self, changed: Mapping[str, object]) -> int:
        """Publish the last run once more with some columns changed, and withdraw all runs before. Answers the new run id."""
        with self.transaction() as connection:
            newest = connection.execute(select(MANIFEST).order_by(MANIFEST.c.run_id.desc()).limit(1)).one()
            kept = {name: value for name, value in newest._mapping.items() if name != "run_id"}  # noqa: SLF001 - SQLAlchemy's public name
            run_id = self.publish({**kept, **changed})
            connection.execute(delete(MANIFEST).where(MANIFEST.c.run_id != run_id))
            return run_id

    def shred(self) -> None:
        """Write the database anew and cut its log, so that neither free pages nor the log hold what was deleted.

        Raises:
            BrokenVault: There is no room for a second copy of it, or somebody else reads.
        """
        try:
            self._connection.rollback()
            bare = self._connection.connection.driver_connection
            assert bare is not None  # noqa: S101 - an open vault has a connection
            bare.execute("pragma wal_checkpoint(truncate)")
            place = str(self.folder).replace("'", "''")
            bare.execute(
                f"pragma temp_store_directory = '{place}'"
            )  # the copy may not lie in the system's folder
            bare.execute("vacuum")
            bare.execute("pragma wal_checkpoint(truncate)")
            bare.execute("pragma temp_store_directory = ''")
        except sqlite3.Error as problem:
            raise BrokenVault(str(problem)) from None

    def manifests(self, last: int) -> list[Manifest]:
        """The last published runs, newest first."""
        with self.transaction() as connection:
            query = select(MANIFEST).order_by(MANIFEST.c.run_id.desc()).limit(last)
            return [
                Manifest(row.run_id, row.published_at, row.as_of, row.versions, row.facts, row.seconds)
                for row in connection.execute(query)
            ]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
        self._connection.engine.dispose()


def open_vault(folder: Path, *, read_only: bool = False) -> Vault:
    """Open the vault in `folder`, making or migrating it.

    Args:
        folder: Holds `vault.sqlite` and nothing that may be published.
        read_only: Refuse every write; the vault must exist.

    Raises:
        NewerWorkspace: A newer parcours wrote it.
        BrokenVault: It cannot be opened.
    """
    path = folder / "vault.sqlite"
    address = f"file:{quote(str(path.resolve()))}?mode={'ro' if read_only else 'rwc'}"
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False)
    )
    event.listen(engine, "connect", _read_settings if read_only else _write_settings)
    try:
        if not read_only:
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        connection = engine.connect()
        _migrate(engine, connection, read_only=read_only)
    except (OperationalError, DatabaseError) as problem:
        raise BrokenVault(str(problem.orig)) from None
    except OSError as problem:
        raise BrokenVault(problem.strerror or "the system refuses") from None
    return Vault(connection, folder)


def _write_settings(connection: Any, _record: object) -> None:  # a DBAPI connection has no type
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("pragma secure_delete = on")  # what is deleted is overwritten
    connection.execute("pragma busy_timeout = 30000")


def _read_settings(connection: Any, _record: object) -> None:  # a DBAPI connection has no type
    connection.execute("pragma busy_timeout = 30000")


def _migrate(engine: Engine, connection: Connection, *, read_only: bool) -> None:
    revision = _revision(connection)
    connection.rollback()
    if revision == HEAD:
        return
    if revision is not None and revision > HEAD:
        connection.close()
        engine.dispose()
        raise NewerWorkspace(revision)
    if read_only:
        raise BrokenVault("it was written by an older parcours and must be migrated by `parcours run` first")
    from alembic import command  # noqa: PLC0415 - a tenth of a second, needed once in a vault's life
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()


def _revision(connection: Connection) -> str | None:
    present = connection.execute(text("select 1 from sqlite_master where name = 'alembic_version'")).scalar()
    return connection.execute(text("select version_num from alembic_version")).scalar() if present else None


def _blocks(rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
    block: list[Any] = []
    for row in rows:
        block.append(row)
        if len(block) >= _INSERT_ROWS:
            yield block
            block = []
    if block:
        yield block
