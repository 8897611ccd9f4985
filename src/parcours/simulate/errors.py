"""What `simulate` refuses to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.kernel.errors import ParcoursError

if TYPE_CHECKING:
    from pathlib import Path


class ImpossiblePlan(ParcoursError, ValueError):
    """The retailer asked for cannot be."""

    code = "simulate.impossible"


class NotEmpty(ParcoursError, FileExistsError):
    """A retailer is to be written where something lies already."""

    code = "simulate.not_empty"

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} is there already and is not empty",
            fix="name a new folder, or empty this one: nothing is ever overwritten",
        )
