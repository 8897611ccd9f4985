"""What is counted, as tables of the engine: holdings of people, journeys, and what sources told in standard form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from parcours.identity.explaining import number_of
from parcours.identity.quality.types import PLAUSIBLE, SHARING, SILENCE_DAYS
from parcours.identity.records.standardising import birth_date, city, email, plain
from parcours.signal.identifying import clean_identifier, know_phones

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from parcours.identity.explaining import Desk
    from parcours.identity.types import Kind

PACKAGE = "parcours.identity"
_DAY_US = 86_400_000_000
_BLOCK = 200_000
_TOLD = pa.schema([("token", pa.int64()), ("field", pa.string()), ("value", pa.string())])
_TRAITS = ("birth_date", "city", "postcode", "email", "phone")


def prepare(desk: Desk, kinds: Mapping[int, Kind], region: str) -> None:
    """Make the tables that figures and lists are read from: `holding`, `person_size`, `stay`, `told`, `plausible`, `decided_item`.

    Args:
        desk: An open desk, whose engine holds the views `seen` and `term` as well.
        kinds: Namespace code to what it says of a person.
        region: Country of phone numbers that name none.
    """
    engine = desk.engine
    codes = {"namespace_id": pa.array(list(kinds), pa.int32())}
    names = pa.array([kind.name.lower() for kind in kinds.values()], pa.string())
    engine.register("namespace_kind", pa.table({**codes, "kind": names}))
    limits = {**PLAUSIBLE, "sharing": SHARING}
    table = {"kind": pa.array(limits, pa.string()), "most": pa.array(limits.values(), pa.int64())}
    engine.register("plausible", pa.table(table))
    settled = [number_of(decision.subject) for decision in desk.log]
    items = pa.array(sorted({item for item in settled if item is not None}), pa.int64())
    engine.register("decided_item", pa.table({"item_id": items}))
    engine.make_table(PACKAGE, "holding")
    engine.make_table(PACKAGE, "person_size")
    engine.make_table(PACKAGE, "stay", {"quiet_us": SILENCE_DAYS * _DAY_US})
    _tell(desk, region)


def _tell(desk: Desk, region: str) -> None:
    """Make `told`: (token, field, value), what sources said of people, each value in one form."""
    engine = desk.engine
    know_phones(engine)
    engine.run("create or replace temp table written (token bigint, field varchar, value varchar)")
    for block in _written(desk):
        engine.register("incoming", block)
        engine.run("insert into written select token, field, value from incoming")
    forms = {
        "birth_date": birth_date("value"),
        "city": city("value"),
        "postcode": plain("value"),
        "email": email("value"),
        "phone": clean_identifier("phone", "value", region),
    }
    parts = (
        f"select distinct token, field, {form} as value from written where field = '{field}'"
        for field, form in forms.items()
    )
    union = " union all ".join(parts)
    engine.run(
        f"create or replace temp table told as select * from ({union}) where nullif(value, '') is not null"
    )
    engine.run("drop table written")


def _written(desk: Desk) -> Iterator[pa.Table]:
    """What is told of tokens, and the addresses and numbers that are identifiers themselves."""
    sql = (
        "select distinct token, name, value from trait where token is not null and name in (select value from json_each(?)) "
        "union all select token, namespace, value from identifier where namespace in ('email', 'phone')"
    )
    with desk.vault.transaction() as connection:
        rows: Any = connection.exec_driver_sql(sql, (json.dumps(_TRAITS),))  # a cursor of any columns
        while block := rows.fetchmany(_BLOCK):
            columns = zip(zip(*block, strict=True), _TOLD.types, strict=True)
            yield pa.Table.from_arrays([pa.array(values, kind) for values, kind in columns], schema=_TOLD)
