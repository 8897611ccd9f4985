"""Who was erased does not come back: rows of a file that carry an identifier or an object under a tombstone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlalchemy import select

from parcours.lake import identifier
from parcours.signal.compiling import keyed_hash
from parcours.signal.identifying import clean_identifier, know_phones
from parcours.signal.tokens import token_of, written_form
from parcours.vault.tables import TOMBSTONE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from parcours.lake import Engine
    from parcours.signal.compiling import Draft
    from parcours.vault import Vault

_BETWEEN_CELLS = re.compile(r"""["',;|\t{}\[\]]+""")


def tombstones(vault: Vault) -> frozenset[int]:
    """Keyed hashes of everything that was erased."""
    with vault.transaction() as connection:
        return frozenset(connection.execute(select(TOMBSTONE.c.token)).scalars())


def mark_rows(
    engine: Engine,
    drafts: Sequence[Draft],
    key: str,
    tokens: Collection[int],
    region: str,
    name: str = "erased",
) -> None:
    """Make the table `name` (source_row): signals, refused ones too, whose row carries one of `tokens`.

    Identifiers are hashed once per distinct value, so that a file costs one pass and no hash a row.

    Args:
        engine: Reads the drafts.
        drafts: Rules of the file's mapping, compiled.
        key: Hexadecimal secret of the workspace.
        tokens: Keyed hashes of identifiers and objects.
        region: Country of phone numbers that name none.
        name: Of the table.
    """
    table = identifier(name)
    engine.run(f"create or replace temp table {table} (source_row bigint)")
    if not tokens:
        return
    know_phones(engine)
    engine.register("sought", pa.table({"token": pa.array(sorted(tokens), pa.int64())}))
    for draft in drafts:
        found = []
        for namespace in draft.namespaces:
            raw = identifier(f"raw_i_{namespace}")
            value = clean_identifier(namespace, "raw", region)
            code = keyed_hash(key, f"'{namespace}'", value)
            written = f"select raw from (select distinct {raw} as raw from ({draft.sql})) where raw is not null and {code} in (select token from sought)"
            found.append(f"select source_row from ({draft.sql}) where {raw} in ({written})")
        if draft.object_namespaces:
            items = f"select source_row, unnest(objects) as item from ({draft.sql})"
            found.append(
                f"select source_row from ({items}) where item.object_id in (select token from sought)"
            )
        if found:
            engine.run(f"insert into {table} {' union '.join(found)}")


def text_carries(
    text: str, namespaces: Collection[str], key: bytes, tokens: Collection[int], region: str
) -> bool:
    """A line that could not be read as a row has a cell that is one of `tokens`."""
    if not tokens:
        return False
    cells = {cell.strip() for cell in _BETWEEN_CELLS.split(text)}
    forms = ((name, written_form(name, cell, region)) for cell in cells for name in namespaces)
    return any(form is not None and token_of(key, name, form) in tokens for name, form in forms)
