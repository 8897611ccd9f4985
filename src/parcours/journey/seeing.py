"""What can be seen at the instant of a run: signals with their person, and their place in one order of all files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from parcours.journey.tables import FILE_SHIFT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from parcours.lake import Engine


def see_signals(engine: Engine, files: Iterable[Mapping[str, Any]], as_of: int) -> None:
    """Make the view `seen`, under the name `seen_signal` too, which stays where a map sees more.

    Args:
        engine: Holds `signal` and `person_token`.
        files: Rows of the ledger with `file_id`, `source`, `path`; signals of other files are not seen.
        as_of: Instant of the run, microseconds UTC.
    """
    ranked = sorted(files, key=lambda row: (row["source"], row["path"]))
    ranks = {
        "file_id": pa.array([row["file_id"] for row in ranked], pa.int32()),
        "rank": pa.array(range(len(ranked)), pa.int64()),
    }
    engine.register("file_rank", pa.table(ranks))
    for name in ("seen_signal", "seen"):
        engine.make_view(__package__, "seen", {"as_of": as_of, "file_shift": FILE_SHIFT}, name=name)


def see_timeless(engine: Engine) -> None:
    """Make the view `timeless` over `undated` (the lake's table `timeless`), once `see_signals` has ranked the files."""
    engine.make_view(__package__, "timeless", {"file_shift": FILE_SHIFT})
