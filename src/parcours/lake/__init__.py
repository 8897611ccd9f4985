"""Where pseudonymous facts lie, and what computes on them.

Question: which rows are true as of the last published run, and how are they read and written without losing any?
Tables are Delta tables of zstd Parquet files; a snapshot is the list of their files, read by DuckDB.
Holds: `engine` (DuckDB in process), `tables` (Delta), `sql` (quoting, SQL model files, and macros for what engines disagree on).
Only this package imports `duckdb` and `deltalake`.
"""

from parcours.lake.engine import Engine, EngineProblem, SqlFault, open_engine
from parcours.lake.incoming import Incoming, TableSpec
from parcours.lake.sql import MACROS, file_literal, identifier, literal, model_sql
from parcours.lake.tables import Lake, foreign_table

__all__ = [
    "MACROS",
    "Engine",
    "EngineProblem",
    "Incoming",
    "Lake",
    "SqlFault",
    "TableSpec",
    "file_literal",
    "foreign_table",
    "identifier",
    "literal",
    "model_sql",
    "open_engine",
]
