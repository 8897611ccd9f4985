"""What was observed: every source becomes signals of one shape.

Question: which facts did the sources leave, and was each one counted?
Reads: files named by `sources/*.yaml` (CSV, Parquet, JSON lines, Delta, XES, OCEL).
Writes: lake tables `signal` (one row per accepted signal), `link` (identifiers seen together), `object` (what object ids stand
for), `timeless` (what happened at a time nobody can read); vault tables imported_file, refused, identifier, free_text, trait, screened, term.
Flow: `mapping` (the file's meaning) -> `reading` (any file as rows) -> `compiling` (mapping to SQL) -> `importing`.
"""

from parcours.signal.importing import Imported, emitted_types, import_sources, prepare_sources
from parcours.signal.mapping import Source, read_sources
from parcours.signal.tables import LINK, OBJECT, SIGNAL, TIMELESS

__all__ = [
    "LINK",
    "OBJECT",
    "SIGNAL",
    "TIMELESS",
    "Imported",
    "Source",
    "emitted_types",
    "import_sources",
    "prepare_sources",
    "read_sources",
]
