"""What was observed: every source becomes signals of one shape.

Question: which facts did the sources leave, and was each one counted?
Reads: files named by `sources/*.yaml` (CSV, Parquet, JSON lines, Delta, XES, OCEL).
Writes: lake tables `signal` (one row per accepted signal), `link` (identifiers seen together), `object` (what object ids stand
for), `timeless` (what happened at a time nobody can read); vault tables imported_file, refused, identifier, free_text, trait, screened, term.
Flow: `mapping` (the file's meaning) -> `reading` (any file as rows) -> `compiling` (mapping to SQL) -> `importing` (files in batches):
each goes its way in `one_file`, and what is personal in it by `keeping` into the vault.
Before there is a mapping: `sampling` (a file's columns) -> `proposing` (guesses, by `headings` and `shapes`) -> `rendering` (YAML).
"""

from importlib import import_module
from typing import TYPE_CHECKING

from parcours.signal.tables import LINK, OBJECT, SIGNAL, TIMELESS

if TYPE_CHECKING:
    from parcours.signal.importing import Imported, emitted_types, import_sources, prepare_sources
    from parcours.signal.mapping import Source, read_sources

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

# What reads files loads slowly; who only reads tables does not wait for it.
_PLACES = {
    **dict.fromkeys(("Imported", "emitted_types", "import_sources", "prepare_sources"), "importing"),
    **dict.fromkeys(("Source", "read_sources"), "mapping"),
}


def __getattr__(name: str) -> object:
    """Load what reads files once somebody asks for it (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(name)
    return getattr(import_module(f"parcours.signal.{_PLACES[name]}"), name)
