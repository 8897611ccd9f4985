"""Records from traits: per token the newest word on each field, in standard form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from parcours.identity.records.fields import FIELDS
from parcours.identity.records.phones import standard_phones
from parcours.identity.records.standardising import standard_columns
from parcours.identity.records.store import (
    RECORD_SCHEMA,
    count_records,
    keep_records,
    load_records,
    load_traits,
    tokens_among,
    trait_corrections,
    trait_files,
)
from parcours.lake import literal

if TYPE_CHECKING:
    from collections.abc import Collection

    from parcours.lake import Engine
    from parcours.vault import Vault


@dataclass(frozen=True)
class Gathered:
    """The records of now, in the engine's tables `record` and `fresh` (token) unless all is as it was.

    Attributes:
        records: How many.
        fresh: How many of them are new or say something else than the last time, or left.
        anew: All were made again: some of what they came from is gone.
    """

    records: int
    fresh: int
    anew: bool


def gather_records(
    engine: Engine, vault: Vault, region: str, shared: Collection[str], *, anew: bool = False
) -> Gathered:
    """Bring the vault's records up to date with its traits, and load them.

    Args:
        engine: Gets the tables `record` and `fresh`.
        vault: Holds traits and records.
        region: Country of phone numbers written without one.
        shared: Namespaces of devices that many people share: what they say is nobody's.
        anew: Make all of them again.
    """
    files, corrections = trait_files(vault), trait_corrections(vault)
    anew = anew or files.is_lost
    if not (anew or files.new or corrections):
        return Gathered(count_records(vault), 0, anew=False)
    load_traits(engine, vault, None if anew else files.new, corrections)
    _pivot(engine, region)
    _leave_out(engine, vault, shared)
    if anew:
        engine.run("alter table told rename to record")
        engine.run("create or replace table fresh as select token from touched")
    else:
        load_records(engine, vault)
        _replace_changed(engine)
    fresh = [token for (token,) in engine.rows("select token from fresh")]
    if anew or files.new or fresh:
        keep_records(engine, vault, files, anew=anew, fresh=fresh)
    return Gathered(int(engine.value("select count(*) from record")), len(fresh), anew)


def _replace_changed(engine: Engine) -> None:
    """Table `fresh` of tokens whose record is another one now; `record` brought up to date with them."""
    engine.run("""
        create or replace table fresh as
        with before as (select * from record where token in (select token from touched))
        select token from (select * from told except select * from before)
        union select token from before where token not in (select token from told)""")
    engine.run("delete from record where token in (select token from fresh)")
    engine.run("insert into record select * from told where token in (select token from fresh)")
    engine.run("drop table told")


def standardise(engine: Engine, source: str, target: str, region: str) -> None:
    """Make the table `target` of records in standard form from raw ones.

    Args:
        engine: Holds `source`.
        source: Table with token, first_at, and raw text by field.
        target: Name of the table that is made; columns as `RECORD_SCHEMA`. Records that tell less than two things are left out.
        region: Country of phone numbers written without one.
    """
    present = set(engine.columns(f"select * from {source}")) & set(FIELDS)
    columns = standard_columns(present)
    if "phone" in present:
        written = [
            text for (text,) in engine.rows(f"select distinct phone from {source} where phone is not null")
        ]
        forms = standard_phones(written, region)
        table = {"written": pa.array(forms, pa.string()), "phone_form": pa.array(forms.values(), pa.string())}
        engine.register("phone", pa.table(table))
        columns["phone"] = "phone_form"
        source = f"(select s.*, p.phone_form from {source} as s left join phone as p on p.written = s.phone)"
    listed = ", ".join(f"{sql} as {name}" for name, sql in columns.items())
    told = " + ".join(
        f"cast({name} is not null as integer)" for name in FIELDS if name not in {"region", "country"}
    )
    engine.run(f"create or replace table {target} as select token, first_at, {listed} from {source}")
    engine.run(f"delete from {target} where {told} < 2")


def _pivot(engine: Engine, region: str) -> None:
    """Tables `touched` (tokens traits speak of) and `told` (their records); what was corrected counts before all that sources say."""
    engine.run("create or replace table touched as select distinct token from trait_row")
    newest = "arg_max(value, (correction, coalesce(occurred_at, 0), file_id, value))"
    fields = ", ".join(f"{newest} filter (name = {literal(name)}) as {name}" for name in FIELDS)
    engine.run(
        f"create or replace table raw_record as select token, min(occurred_at) as first_at, {fields} "
        "from trait_row group by token"
    )
    engine.run("drop table trait_row")
    standardise(engine, "raw_record", "told", region)
    engine.run("drop table raw_record")
    assert engine.columns("select * from told").keys() == set(RECORD_SCHEMA.names)  # noqa: S101 - one shape in engine and vault


def _leave_out(engine: Engine, vault: Vault, shared: Collection[str]) -> None:
    tokens = (token for (token,) in engine.rows("select token from told"))
    found = tokens_among(vault, tokens, shared)
    if found:
        engine.register("shared_token", pa.table({"token": pa.array(sorted(found), pa.int64())}))
        engine.run("delete from told where token in (select token from shared_token)")
