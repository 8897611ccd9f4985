"""What was last published, to the second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.cli.show.coverage import refused_words
from parcours.cli.show.tables import moment, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.text import Text

    from parcours.cli.show.tables import Cell, Row

_COUNTS = ("received", "accepted", "people", "journeys", "verdicts")


def status_lines(found: Row) -> Iterator[Text]:
    """Facts of the last run, one a line."""
    counts: list[list[Cell]] = [[key, f"{found[key]:,}"] for key in _COUNTS]
    lines: list[list[Cell]] = [
        ["workspace", found["workspace"]],
        ["run", str(found["run"])],
        ["published at", moment(found["published_at"], seconds=True)],
        ["as of", moment(found["as_of"], seconds=True)],
        ["seconds", f"{found['seconds']:.1f}"],
        *counts,
        ["refused", refused_words(found["refused"]) or "none"],
        ["maps", ", ".join(found["maps"]) or "none"],
    ]
    yield from sheet(["fact", "value"], lines, folds="value", headed=False)
