"""Which journeys are mined, and what their nodes are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.gap.results import Unknown
from parcours.journey.mined.moves import make_moves

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.gap.results import Results
    from parcours.journey.mining import By


@dataclass(frozen=True)
class Choice:
    """Journeys of a map, or without a map of objects or people.

    Attributes:
        map_name: Journeys of this map.
        by: What nodes are: steps or stages of the map, or types of signals; without a map they are types.
        per: Without a map: what a journey is about; None: a person.
        quiet: Without a map, per person: the silence that ends a journey.
    """

    map_name: str | None = None
    by: By = "step"
    per: str | None = None
    quiet: str | None = None


@dataclass(frozen=True)
class Nodes:
    """Nodes of a chosen walk.

    Attributes:
        names: Code to name.
        codes: Name to code.
        kind: What a node is called.
    """

    names: Mapping[int, str]
    codes: Mapping[str, int]
    kind: str

    def code(self, name: str) -> int:
        """The code of a node.

        Raises:
            Unknown: There is no such node.
        """
        if name not in self.codes:
            raise Unknown(self.kind, name, self.codes)
        return self.codes[name]

    def name(self, code: int | None) -> str | None:
        """The name of a node; None stays None."""
        return None if code is None else self.names[code]


def choose(results: Results, choice: Choice) -> Nodes:
    """Make the view `walk` and the table `move` of chosen journeys.

    Raises:
        Unknown: No such map, or no such object.
    """
    names = results.walk(choice.map_name, by=choice.by, per=choice.per, quiet=choice.quiet)
    make_moves(results.engine)
    if choice.map_name is None or choice.by != "step":
        kind = "stage" if choice.map_name is not None and choice.by == "stage" else "type of signal"
        return Nodes(names, {name: code for code, name in names.items()}, kind)
    steps = results.vault.terms("step")
    drawn = [
        step["step"] for stage in results.maps[choice.map_name]["drawn"]["stages"] for step in stage["steps"]
    ]
    codes = {
        name: steps[f"{choice.map_name}/{name}"] for name in drawn if f"{choice.map_name}/{name}" in steps
    }
    return Nodes(names, codes, "step")
