"""A picture shows the figures it was given, and can be read on any screen."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from bench.given import hours, measured
from parcours.bench.pictures import DARK, LIGHT, Panel, _apart, draw_hours, draw_sizes

if TYPE_CHECKING:
    from collections.abc import Sequence

SVG = "{http://www.w3.org/2000/svg}"


def sizes() -> Any:
    """The picture of a million signals in 12 s and a hundred million in 1,440 s."""
    return etree.fromstring(draw_sizes([measured(1_000_000, 1.0), measured(100_000_000, 120.0)], 8e9))


def heights(picture: Any, kind: str) -> list[float]:
    """Heights of the bars of one stage, in the order drawn."""
    return [
        float(bar.get("height"))
        for bar in picture.iter(f"{SVG}rect")
        if bar.get("class") == kind and bar.get("x") and bar.find(f"{SVG}title") is not None
    ]


def test_a_stage_twice_as_long_is_twice_as_high() -> None:
    """Import takes 6 of 12 s, journeys 3: in every bar one is twice the other."""
    picture = sizes()
    imports, journeys = heights(picture, "stage s0"), heights(picture, "stage s1")

    assert len(imports) == len(journeys) == 4  # two sizes, whole and per million
    assert imports[1] == pytest.approx(2 * journeys[1], abs=0.2)
    assert imports[1] == pytest.approx(120 * imports[0], rel=0.1)


def test_a_picture_says_its_figures_in_words() -> None:
    """For whoever hears it: 12 s a million at first, 14.4 at the end."""
    label = sizes().get("aria-label")

    assert "1,000,000 signals: 12.0 s, 12.00 s per million, 1.00 GB" in label
    assert "100,000,000 signals: 1440.0 s, 14.40 s per million" in label


def test_every_stage_is_named_beside_the_last_bar() -> None:
    """No colour has to be told from another to know a stage."""
    words = [text.text for text in sizes().iter(f"{SVG}text")]

    assert {"import 720.0 s", "journeys 360.0 s", "1 M", "100 M", "parcours", "by hand"} <= set(words)


@pytest.mark.parametrize(
    "picture",
    [draw_sizes([measured(1_000_000, 1.0)], 8e9), draw_hours(hours(1, 0), 1_000)],
    ids=["one size", "one run"],
)
def test_a_single_measurement_is_a_picture_too(picture: str) -> None:
    """Nothing divides by the distance between the first and the last."""
    assert "nan" not in picture.lower().replace("nance", "")
    assert etree.fromstring(picture).tag == f"{SVG}svg"


def test_both_themes_have_a_colour_for_each_stage() -> None:
    """The dark ones stand in the part for dark screens."""
    before, _, after = draw_hours(hours(10, 1), 1_000).partition("prefers-color-scheme: dark")

    assert all(colour in before for colour in LIGHT)
    assert all(colour in after for colour in DARK)


def test_the_bound_of_files_is_drawn_in_its_place() -> None:
    """A panel of 200 that ends a tenth above 1,000 has its bound at 200/1.1 from the foot."""
    picture = etree.fromstring(draw_hours(hours(10, 1), 1_000))
    line = next(line for line in picture.iter(f"{SVG}line") if line.get("class") == "bound")

    assert float(line.get("y1", "nan")) == pytest.approx(240 - 200 / 1.1, abs=0.06)


@pytest.mark.parametrize("wanted", [[100.0, 101.0, 102.0], [300.0, 50.0, 52.0], [41.0, 40.0, 40.0, 40.0]])
def test_words_beside_a_panel_never_overlap_nor_leave_it(wanted: Sequence[float]) -> None:
    """A line of words is 15 high."""
    panel = Panel(0.0, 40.0, 100.0, 200.0, 1, 2, 1)
    placed = sorted(y for y, _ in _apart([(y, "") for y in wanted], panel))

    assert all(below - above >= 15 - 1e-9 for above, below in pairwise(placed))
    assert placed[0] >= panel.top
