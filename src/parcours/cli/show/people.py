"""How rightly people were told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from parcours.cli.show.tables import FAINT, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.cli.show.tables import Cell
    from parcours.identity.evaluating import Evaluation


def accuracy_lines(found: Evaluation) -> Iterator[Text]:
    """Precision and recall over pairs and over identifiers, and what they are of."""
    rows: list[list[Cell]] = [
        [name, f"{told.precision:.2%}", f"{told.recall:.2%}", f"{told.f1:.2%}"]
        for name, told in (("pairwise", found.pairwise), ("b-cubed", found.bcubed))
    ]
    yield from sheet(["over", ">precision", ">recall", ">f1"], rows)
    yield Text(
        f"of the pairs that signals reveal, {found.revealed:.2%} were given to one person", style=FAINT
    )
    seen = found.identifiers - found.unseen
    yield Text(
        f"{seen:,} identifiers of {found.people:,} true people; {found.unseen:,} that no signal carried are left out",
        style=FAINT,
    )
