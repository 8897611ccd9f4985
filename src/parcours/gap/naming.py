"""Codes as names and weeks as text: what a run and its readers share, light enough to read results at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from parcours.lake import Engine
    from parcours.vault import Vault

_KINDS = ("source", "type", "channel", "touchpoint", "namespace", "map", "step", "promise")
_TERM = pa.schema([("kind", pa.string()), ("code", pa.int32()), ("text", pa.string())])


def register_terms(engine: Engine, vault: Vault) -> None:
    """Make the vault's terms readable as `term (kind, code, text)`."""
    rows = [
        {"kind": kind, "code": code, "text": text}
        for kind in _KINDS
        for text, code in vault.terms(kind).items()
    ]
    engine.register("term", pa.Table.from_pylist(rows, schema=_TERM))


def iso_week(week: int) -> str:
    """`202637` as `2026-W37`."""
    return f"{week // 100}-W{week % 100:02d}"
