"""Every SQL model of the product, found by looking for its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docs.pages import ROOT
from parcours.lake.sql import Model, parse_model

if TYPE_CHECKING:
    from pathlib import Path

HEADER = ("model", "grain", "unit", "reads", "source")
_SRC = ROOT / "src"


@dataclass(frozen=True)
class Found:
    """A model and where it lies.

    Attributes:
        package: Such as `parcours.journey`.
        text: The whole file.
    """

    package: str
    path: Path
    text: str

    @property
    def model(self) -> Model:
        """The file, parsed."""
        return parse_model(self.text)


def models() -> list[Found]:
    """By package and name."""
    return [
        Found(".".join(path.relative_to(_SRC).parts[:-2]), path, path.read_text("utf-8"))
        for path in sorted(_SRC.rglob("*.sql"))
    ]
