"""Splink on our engine: made quiet, given its tables, and cleared away after."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from splink import Linker

    from parcours.lake import Engine


class Desk:
    """One linker and its database, at work on the engine's table `record`.

    Args:
        linker: Splink's.
        api: Splink's way to the engine.
        engine: Ours to the same.
    """

    def __init__(
        self, linker: Linker, api: Any, engine: Engine
    ) -> None:  # Splink's own type loads what is slow
        self.linker = linker
        self.api = api
        self.engine = engine

    def register(self, table: str) -> Any:  # Splink's own frame
        """A table of the engine, as Splink names them."""
        return self.api.register(table, table_name=f"{table}_{len(self.api._registered_table_names)}")  # noqa: SLF001 - each name may be given once

    def know_terms(self, shares: Mapping[str, float]) -> None:
        """Tell how frequent each value of some columns is among strangers.

        Args:
            shares: Column to the part of its agreeing pairs that is due to records of one person, which is taken off.
        """
        for column, share in shares.items():
            table = f"term_{column}"
            self.engine.run(
                f"create or replace table {table} as select {column}, count(*) / sum(count(*)) over () * {1 - share!r} as tf_{column} "
                f"from record where {column} is not null group by {column}"
            )
            self.linker.table_management.register_term_frequency_lookup(self.register(table), column)


@contextlib.contextmanager
def splink_desk(engine: Engine, parameters: Mapping[str, Any]) -> Iterator[Desk]:
    """A linker with these settings over the engine's table `record`; what it made is dropped at the end.

    Args:
        engine: Its connection is Splink's inside the block, and its spill.
        parameters: Splink's settings.
    """
    import splink  # noqa: PLC0415 - half a second, only where something is linked
    from splink.internals.duckdb.database_api import DuckDBAPI  # noqa: PLC0415

    logger = logging.getLogger("splink")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with engine.lent() as connection:
            api: Any = DuckDBAPI(connection)  # not typed throughout
            linker = splink.Linker(
                api.register("record", table_name="record"),
                splink.SettingsCreator.from_path_or_dict(dict(parameters)),
                log_level=None,
            )
            yield Desk(linker, api, engine)
            api.delete_tables_created_by_splink_from_db()
    finally:
        logger.setLevel(level)
