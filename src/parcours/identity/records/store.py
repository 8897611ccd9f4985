"""Tables of the vault that hold records, models and pairs: read into the engine, and written from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlalchemy import delete, func, insert, select

from parcours.identity.records.fields import FIELDS
from parcours.identity.records.standardising import birth_date
from parcours.kernel.clock import now_us
from parcours.vault.tables import CORRECTION, RECORD, RECORD_FILE, RECORD_MODEL, RECORD_PAIR, TRAIT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from parcours.lake import Engine
    from parcours.vault import Vault

_BLOCK = 200_000
RECORD_SCHEMA = pa.schema(
    [("token", pa.int64()), ("first_at", pa.int64()), *((name, pa.string()) for name in FIELDS)]
)
TRAIT_SCHEMA = pa.schema(
    [
        ("token", pa.int64()),
        ("name", pa.string()),
        ("value", pa.string()),
        ("occurred_at", pa.int64()),
        ("file_id", pa.int32()),
        ("correction", pa.int64()),  # 0 is what a source says; else the higher came later
    ]
)
PAIR_SCHEMA = pa.schema(
    [
        ("token", pa.int64()),
        ("other_token", pa.int64()),
        ("model_id", pa.int32()),
        ("weight_bits", pa.float64()),
        ("probability", pa.float64()),
        ("decision", pa.string()),
        ("may_join", pa.bool_()),
        ("first_at", pa.int64()),
        ("evidence", pa.string()),
    ]
)


@dataclass(frozen=True)
class StoredModel:
    """What was learnt about how records agree.

    Attributes:
        model_id: Of the vault.
        definition: Digest of what decides on its meaning; another one makes it worthless.
        records: How many it was learnt from.
        parameters: Splink's settings with every probability, and what `learning` adds.
    """

    model_id: int
    definition: str
    records: int
    parameters: dict[str, Any]


@dataclass(frozen=True)
class TraitFiles:
    """Files whose traits are not yet in `record`, and whether some that are in it left the ledger."""

    new: frozenset[int]
    all: frozenset[int]
    is_lost: bool


def trait_files(vault: Vault) -> TraitFiles:
    """What became of the files with traits since records were last made."""
    names = " or ".join(["name = ?"] * len(FIELDS))
    with vault.transaction() as connection:
        # SQLite walks the index of file_id from one file to the next, however many rows each has.
        walk = f"""
            with recursive file(id) as (
                select min(file_id) from trait
                union all select (select min(file_id) from trait where file_id > id) from file where id is not null
            )
            select id from file where id is not null and exists (select 1 from trait where file_id = id and ({names}))"""
        present = frozenset(row[0] for row in connection.exec_driver_sql(walk, FIELDS))
        done = frozenset(connection.execute(select(RECORD_FILE.c.file_id)).scalars())
    return TraitFiles(present - done, present, bool(done - present))


def trait_corrections(vault: Vault) -> list[tuple[int, int, str, str]]:
    """(correction_id, token, field, value) of every correction of a trait; the last one of a field counts."""
    row = CORRECTION.c
    query = select(row.correction_id, row.token, row.field, row.value).where(row.field.in_(FIELDS))
    with vault.transaction() as connection:
        return [tuple(found) for found in connection.execute(query.order_by(row.correction_id))]


def load_traits(
    engine: Engine,
    vault: Vault,
    files: Collection[int] | None,
    corrections: Sequence[tuple[int, int, str, str]],
) -> None:
    """Make the table `trait_row`: what is told of the tokens that some of `files` or a correction speak of; of all tokens where None."""
    columns = "t.token, t.name, t.value, t.occurred_at, t.file_id, 0"
    sql, bound = f"select {columns} from trait as t where t.token is not null", None
    if files is not None:
        listed = "select value from json_each(?)"
        told = f"select token from trait where file_id in ({listed}) and token is not null union {listed}"
        sql = f"select {columns} from ({told}) as n cross join trait as t on t.token = n.token"
        bound = (json.dumps(sorted(files)), json.dumps([token for _, token, _, _ in corrections]))
    with vault.transaction() as connection:
        _load(engine, "trait_row", TRAIT_SCHEMA, connection.exec_driver_sql(sql, bound))
    rows = [
        {"token": token, "name": field, "value": value, "file_id": 0, "correction": number}
        for number, token, field, value in corrections
    ]
    engine.register("incoming", pa.Table.from_pylist(rows, TRAIT_SCHEMA))
    engine.run("insert into trait_row select * from incoming")


def load_birth_dates(engine: Engine, vault: Vault, as_of: int) -> None:
    """Make the table `birth_date` (token, born, told_at, correction): each telling up to an instant, as `yyyy-mm-dd`.

    A correction has no instant; what is no date is left out.
    """
    kept = [row for row in trait_corrections(vault) if row[2] == "birth_date"]
    sql = "select token, name, value, occurred_at, file_id, 0 from trait where token is not null and name = 'birth_date'"
    with vault.transaction() as connection:
        _load(engine, "trait_row", TRAIT_SCHEMA, connection.exec_driver_sql(sql))
    rows = [
        {"token": token, "name": field, "value": value, "file_id": 0, "correction": number}
        for number, token, field, value in kept
    ]
    engine.register("incoming", pa.Table.from_pylist(rows, TRAIT_SCHEMA))
    engine.run(f"""
        insert into trait_row select * from incoming;
        create or replace temp table birth_date as
        select token, born, occurred_at as told_at, correction
        from (select *, {birth_date("value")} as born from trait_row)
        where try_cast(born as date) is not null and (correction > 0 or occurred_at <= {as_of});
        drop table trait_row""")


def load_records(engine: Engine, vault: Vault) -> None:
    """Make the table `record`: every record of the vault."""
    columns = ", ".join(RECORD_SCHEMA.names)
    with vault.transaction() as connection:
        _load(engine, "record", RECORD_SCHEMA, connection.exec_driver_sql(f"select {columns} from record"))


def tokens_among(vault: Vault, tokens: Iterable[int], namespaces: Collection[str]) -> set[int]:
    """Those of `tokens` that stand for an identifier of one of `namespaces`."""
    if not namespaces:
        return set()
    sql = (
        "select i.token from json_each(?) as j cross join identifier as i on i.token = j.value "
        "where i.namespace in (select value from json_each(?))"
    )
    bound = (json.dumps(list(tokens)), json.dumps(sorted(namespaces)))
    with vault.transaction() as connection:
        return {row[0] for row in connection.exec_driver_sql(sql, bound)}


def keep_records(
    engine: Engine, vault: Vault, files: TraitFiles, *, anew: bool, fresh: Collection[int]
) -> None:
    """Put the engine's records of `fresh` tokens in the place of the vault's, and note which files they come from."""
    columns = ", ".join(RECORD_SCHEMA.names)
    with vault.transaction() as connection:
        if anew:
            connection.execute(delete(RECORD))
            connection.execute(delete(RECORD_FILE))
            rows = f"select {columns} from record"
        else:
            _forget(connection, "record", "token", fresh)
            rows = f"select {columns} from record where token in (select token from fresh)"
        vault.insert_rows(RECORD, _tuples(engine.batches(rows)))
        vault.insert_rows(RECORD_FILE, ((file,) for file in sorted(files.all)))


def newest_model(vault: Vault) -> StoredModel | None:
    """The model pairs are weighed by; None before the first."""
    with vault.transaction() as connection:
        row = connection.execute(select(RECORD_MODEL).order_by(RECORD_MODEL.c.model_id.desc())).first()
    return (
        None if row is None else StoredModel(row.model_id, row.definition, row.record_count, row.parameters)
    )


def keep_model(vault: Vault, definition: str, records: int, parameters: dict[str, Any]) -> StoredModel:
    """Enter a model; pairs of older ones are worth nothing beside its own."""
    with vault.transaction() as connection:
        number = connection.execute(
            insert(RECORD_MODEL)
            .values(made_at=now_us(), definition=definition, record_count=records, parameters=parameters)
            .returning(RECORD_MODEL.c.model_id)
        ).scalar_one()
    return StoredModel(int(number), definition, records, parameters)


def load_pairs(vault: Vault, columns: Sequence[str] = PAIR_SCHEMA.names) -> pa.Table:
    """Every pair of the vault; columns of `PAIR_SCHEMA`, or some of them."""
    schema = pa.schema([PAIR_SCHEMA.field(name) for name in columns])
    with vault.transaction() as connection:
        rows = connection.exec_driver_sql(f"select {', '.join(columns)} from record_pair")
        return pa.Table.from_batches(list(_blocks(rows, schema)), schema)


def keep_pairs(vault: Vault, pairs: pa.Table, fresh: Collection[int] | None) -> None:
    """Put pairs in the place of those that touch `fresh` tokens, or of all where None."""
    with vault.transaction() as connection:
        if fresh is None:
            connection.execute(delete(RECORD_PAIR))
        else:
            _forget(connection, "record_pair", "token", fresh)
            _forget(connection, "record_pair", "other_token", fresh)
        vault.insert_rows(RECORD_PAIR, _tuples(pairs.to_batches()))


def forget_tokens(vault: Vault, tokens: Collection[int]) -> None:
    """Leave nothing of these tokens in the tables of records."""
    with vault.transaction() as connection:
        _forget(connection, "record", "token", tokens)
        _forget(connection, "record_pair", "token", tokens)
        _forget(connection, "record_pair", "other_token", tokens)


def is_without_traits(vault: Vault) -> bool:
    """Nobody told anything, and nothing was linked before."""
    with vault.transaction() as connection:
        return (
            connection.execute(select(TRAIT.c.signal_id).limit(1)).first() is None
            and connection.execute(select(RECORD_FILE.c.file_id).limit(1)).first() is None
        )


def count_records(vault: Vault) -> int:
    """Records in the vault."""
    with vault.transaction() as connection:
        return int(connection.execute(select(func.count()).select_from(RECORD)).scalar_one())


def _forget(connection: Connection, table: str, column: str, tokens: Collection[int]) -> None:
    listed = json.dumps([int(token) for token in tokens])
    connection.exec_driver_sql(
        f"delete from {table} where {column} in (select value from json_each(?))", (listed,)
    )


def _load(engine: Engine, name: str, schema: pa.Schema, rows: Any) -> None:  # a cursor of any columns
    engine.register("incoming", schema.empty_table())
    engine.run(f"create or replace table {name} as select * from incoming")
    for block in _blocks(rows, schema):
        engine.register("incoming", pa.Table.from_batches([block], schema))
        engine.run(f"insert into {name} select * from incoming")


def _blocks(rows: Any, schema: pa.Schema) -> Iterator[pa.RecordBatch]:  # a cursor of any columns
    while block := rows.fetchmany(_BLOCK):
        columns = [
            pa.array(values, pa.int8()).cast(kind) if pa.types.is_boolean(kind) else pa.array(values, kind)
            for values, kind in zip(zip(*block, strict=True), schema.types, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _tuples(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[Any, ...]]:
    for batch in batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
