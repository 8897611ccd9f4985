"""The picture of a map: from plain values to SVG that needs no script.

Question: how do the journey as designed and the journey as lived look on one page, in one language?
Reads: `journey.picture`. Writes: nothing.
Flow: `casting` (looks of places) -> `wide` or `narrow` (where everything is; `routing` finds the flows' ways, `labelling` room for
names, `cards` room for promises) -> `painting` (SVG). `tables` tells the same in rows.
"""

from importlib import resources
from typing import TYPE_CHECKING

from parcours.journey.drawing.narrow import lay_out_narrow
from parcours.journey.drawing.painting import paint, style_of_sizes
from parcours.journey.drawing.tables import PictureTable, picture_tables
from parcours.journey.drawing.wide import lay_out_wide

if TYPE_CHECKING:
    from parcours.journey.picture import LivedMap
    from parcours.ui import Language

__all__ = [
    "PictureTable",
    "draw_narrow",
    "draw_wide",
    "lay_out_narrow",
    "lay_out_wide",
    "picture_style",
    "picture_tables",
]


def draw_wide(lived: "LivedMap", language: "Language", prefix: str) -> str:
    """The picture for 720 pixels and more, as one SVG element.

    Args:
        lived: What is shown; at least one column.
        language: In which it speaks.
        prefix: Begins every id; another one for each picture of a page.
    """
    return paint(lay_out_wide(lived, language), lived, language, prefix, "wide")


def draw_narrow(lived: "LivedMap", language: "Language", prefix: str) -> str:
    """The picture for a phone: stages one below the other, 340 units wide. Arguments as for `draw_wide`."""
    return paint(lay_out_narrow(lived, language), lived, language, prefix, "narrow")


def picture_style() -> str:
    """Style rules of the pictures; the page gives `--bg --card --ink --mute --line --ok --bad --flow --col --band`."""
    return resources.files(__package__).joinpath("picture.css").read_text("utf-8") + style_of_sizes()
