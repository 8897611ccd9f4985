"""The picture of a map: nothing hides anything, sizes are true, and who cannot see it hears it."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from journey.given import click_and_collect, lived_maps
from parcours.journey.drawing import (
    draw_narrow,
    draw_wide,
    lay_out_narrow,
    lay_out_wide,
    picture_style,
    picture_tables,
)
from parcours.journey.drawing.casting import LEAST, cast_places, name_at
from parcours.journey.drawing.labelling import place_names
from parcours.journey.drawing.measuring import fold, width_of
from parcours.journey.drawing.saying import short_count
from parcours.journey.drawing.shapes import Box, Curve, Stroke
from parcours.journey.picture import Chip, Column, Flow, Lane, LivedMap, Place
from parcours.ui import LANGUAGES, Language, speak

LAYOUTS = pytest.mark.parametrize("lay_out", [lay_out_wide, lay_out_narrow])
DRAWINGS = pytest.mark.parametrize("draw", [draw_wide, draw_narrow])
SPOKEN = pytest.mark.parametrize("code", LANGUAGES)
SVG = "{http://www.w3.org/2000/svg}"


@LAYOUTS
@settings(max_examples=25, deadline=None)
@given(lived=lived_maps(), code=st.sampled_from(LANGUAGES))
def test_no_place_covers_another(lay_out: Layouter, lived: LivedMap, code: str) -> None:
    """Each place is seen whole."""
    layout = lay_out(lived, speak(code))

    assert {disc.place.key for disc in layout.discs} == {place.key for place in lived.places}
    for one, other in itertools.combinations(layout.discs, 2):
        assert math.hypot(one.x - other.x, one.y - other.y) >= one.reach + other.reach


@LAYOUTS
@settings(max_examples=25, deadline=None)
@given(lived=lived_maps(), code=st.sampled_from(LANGUAGES))
def test_each_name_stands_free(lay_out: Layouter, lived: LivedMap, code: str) -> None:
    """A name touches no place and no other name, and no edge cuts it."""
    layout = lay_out(lived, speak(code))

    assert [label.key for label in layout.labels] == [disc.place.key for disc in layout.discs]
    for label in layout.labels:
        assert not [d.place.key for d in layout.discs if label.box.touches_disc(d.x, d.y, d.reach)]
        assert label.box.x >= 0
        assert label.box.right <= layout.width
    for one, other in itertools.combinations(layout.labels, 2):
        assert not one.box.touches(other.box)


def test_a_name_leaves_a_thick_flow_and_meets_no_place_on_its_way() -> None:
    """A name that a flow would cover moves; not above, where another place is, but beside."""
    said = {"en": "Desk"}
    places = (Place("a", "a", said, "c", "l", 900), Place("b", "b", said, "c", "l", 300))
    lived = LivedMap("m", said, (Column("c", said),), (Lane("l", said),), places, (), (), 1, (), (), 900)
    roles = cast_places(lived, speak("en"), 20)
    discs = {"a": roles["a"].at(200, 100), "b": roles["b"].at(200, 50)}
    sure = {
        key: name_at(roles[key], ("Desk",), corner, "middle")
        for key, corner in (("a", (180, 128)), ("b", (20, 20)))
    }
    down = Curve((200, 100), (200, 150), (200, 200), (200, 250))
    thick = Stroke(Flow("a", "b", 9, 0, None), down, 20, 0, None, (0, 1), told=True)
    label = place_names(roles, discs, sure, [thick], Box(0, 0, 400, 300), ())["a"]

    assert label is not sure["a"]
    assert not [key for key, disc in discs.items() if label.box.touches_disc(disc.x, disc.y, disc.reach)]


@LAYOUTS
@settings(max_examples=25, deadline=None)
@given(lived=lived_maps())
def test_each_place_stands_in_its_stage(lay_out: Layouter, lived: LivedMap) -> None:
    """Whoever looks a stage up finds all its places in its band, and no other's."""
    layout = lay_out(lived, speak("en"))
    bands = dict(zip((column.key for column in lived.columns), layout.bands, strict=True))

    for disc in layout.discs:
        band = bands[disc.place.column]
        assert band.x <= disc.x - disc.r
        assert disc.x + disc.r <= band.right
        assert band.y <= disc.y - disc.r
        assert disc.y + disc.r <= band.bottom


@LAYOUTS
@settings(max_examples=25, deadline=None)
@given(lived=lived_maps())
def test_twice_the_people_have_twice_the_area(lay_out: Layouter, lived: LivedMap) -> None:
    """Areas of places are to one another as their people, wherever they are large enough to be seen."""
    discs = [disc for disc in lay_out(lived, speak("en")).discs if disc.place.people and disc.r > LEAST]

    for one, other in itertools.pairwise(discs):
        assert one.r**2 * other.place.people == pytest.approx(other.r**2 * one.place.people)


@LAYOUTS
@settings(max_examples=25, deadline=None)
@given(lived=lived_maps())
def test_twice_the_journeys_are_twice_as_wide(lay_out: Layouter, lived: LivedMap) -> None:
    """Widths of flows are to one another as their journeys, and none is lost."""
    strokes = lay_out(lived, speak("en")).strokes

    assert sorted((s.flow.source, s.flow.target) for s in strokes) == sorted(
        (flow.source, flow.target) for flow in lived.flows
    )
    for one, other in itertools.pairwise(strokes):
        assert one.width * other.flow.journeys == pytest.approx(other.width * one.flow.journeys)
        assert one.bad_width <= one.width + 1e-9


@LAYOUTS
@settings(max_examples=25, deadline=None)
@given(lived=lived_maps())
def test_each_promise_has_a_card_of_its_own(lay_out: Layouter, lived: LivedMap) -> None:
    """No card covers another, and none leaves the picture."""
    layout = lay_out(lived, speak("fr"))

    assert sorted(card.chip.promise for card in layout.chips) == sorted(c.promise for c in lived.chips)
    for card in layout.chips:
        assert card.box.x >= 0
        assert card.box.right <= layout.width
        assert card.box.bottom <= layout.height
    for one, other in itertools.combinations(layout.chips, 2):
        assert not one.box.touches(other.box)


@settings(max_examples=25, deadline=None)
@given(lived=lived_maps())
def test_a_phone_never_scrolls_sideways(lived: LivedMap) -> None:
    """Whatever the map, the narrow picture is 340 units wide, and its flows stay in it."""
    layout = lay_out_narrow(lived, speak("fr"))

    assert layout.width == 340
    for stroke in layout.strokes:
        assert all(0 <= stroke.curve.at(part / 20)[0] <= 340 for part in range(21))


@DRAWINGS
@settings(max_examples=15, deadline=None)
@given(lived=lived_maps(), code=st.sampled_from(LANGUAGES))
def test_a_picture_is_well_formed(draw: Drawer, lived: LivedMap, code: str) -> None:
    """It parses, its ids are unique and carry the prefix, and whatever it refers to is there."""
    svg = draw(lived, speak(code), "p7")
    root = etree.fromstring(svg)
    ids = [element.get("id") for element in root.iter() if element.get("id")]

    assert len(ids) == len(set(ids))
    assert all(name and name.startswith("p7-") for name in ids)
    assert {*re.findall(r"url\(#([^)]+)\)", svg), *root.get("aria-labelledby", "").split()} <= set(ids)


@DRAWINGS
@SPOKEN
def test_everything_that_tells_is_heard_in_the_language_asked(draw: Drawer, code: str) -> None:
    """Each place and each promise is reached by the keyboard and says its words there, in reading order."""
    lived = click_and_collect()
    root = etree.fromstring(draw(lived, speak(code), "p"))
    places = [e for e in root.iter() if e.get("aria-label") and e.get("class", "").startswith("place ")]
    chips = [e for e in root.iter() if e.get("aria-label") and e.get("class", "").startswith("chip")]
    stages = [column.title[code] for column in lived.columns]
    heard = [next(i for i, s in enumerate(stages) if f" {s})" in e.get("aria-label", "")) for e in places]

    assert all(e.get("tabindex") == "0" and e.get("role") == "img" for e in places)
    labels = [e.get("aria-label", "") for e in places]
    assert all(sum(label.startswith(f"{p.title[code]} (") for label in labels) == 1 for p in lived.places)
    assert heard == sorted(heard)
    assert all(chip.says[code] in e.get("aria-label", "") for chip, e in zip(lived.chips, chips, strict=True))
    assert [e.get("href") for e in chips] == [chip.href for chip in lived.chips]


@DRAWINGS
def test_flows_of_people_let_down_are_all_within_reach(draw: Drawer) -> None:
    """Whoever uses the keyboard meets every move on which a promise was broken."""
    lived = click_and_collect()
    root = etree.fromstring(draw(lived, speak("en"), "p"))
    heard = [e.get("aria-label", "") for e in root.iter() if e.get("class") == "told-flow"]

    assert sum("A promise was broken" in sentence for sentence in heard) == sum(
        flow.let_down > 0 for flow in lived.flows
    )


def test_a_place_says_how_many_came_and_how_many_were_let_down() -> None:
    """3,200 of 3,911 callers are 82 %, and the place is said to be on no map."""
    said = _labels(draw_wide(click_and_collect(), speak("en"), "p"))

    assert (
        "Where is it? (Phone, stage Wait): 3,911 people came by. It is on no map. "
        "3,200 of them were let down by a promise (82%)."
    ) in said


def test_what_nobody_could_see_is_not_called_broken() -> None:
    """A promise without a verdict says so, with no share; a place no source listens to is not called unused."""
    said = _labels(draw_wide(click_and_collect(), speak("en"), "p"))

    assert (
        "Promise “A locker that opens”, stage Collect: not verifiable. The goal is 99%. 640 not observable."
    ) in said
    assert "Car park sensor (Messages, stage Collect): no source that could show it was heard." in said
    assert "Locker (Store, stage Collect): designed, but nobody came by." in said


@DRAWINGS
def test_no_sign_depends_on_colour_alone(draw: Drawer) -> None:
    """Below its goal a promise has a triangle; people let down are dashed and thick; the style alone knows colours."""
    svg = draw(click_and_collect(), speak("en"), "p")

    assert svg.count(">▼ ") == 3
    assert not re.search(r"#[0-9a-fA-F]{3,8}[\"; ]|rgb\(", re.sub(r'href="[^"]*"', "", svg))
    assert "stroke-dasharray" in picture_style().split(".flow-bad{")[1].split("}")[0]


@DRAWINGS
def test_signs_that_do_not_occur_are_not_explained(draw: Drawer) -> None:
    """A map without calls, promises or dead places has a legend of what it shows."""
    lived = click_and_collect()
    plain = replace(
        lived,
        places=tuple(replace(p, let_down=0, optional=False) for p in lived.places if p.people and p.step),
        flows=(),
        chips=(),
        felt=(),
        designed=(),
    )
    root = etree.fromstring(draw(plain, speak("en"), "p"))
    legend = next(e for e in root.iter() if e.get("class") == "legend")

    assert [text.text for text in legend.iter(f"{SVG}text")] == ["touchpoint: its area is its people"]


@DRAWINGS
@SPOKEN
def test_markup_in_words_stays_words(draw: Drawer, code: str) -> None:
    """Titles with angle brackets, quotes or control characters neither break the picture nor enter it as markup."""
    nasty = dict.fromkeys(LANGUAGES, "<script>alert(1)</script> & \x00“x”")
    lived = LivedMap(
        "m",
        nasty,
        (Column("c", nasty, ("<b>",)),),
        (Lane("l", nasty),),
        (Place("p", "p", nasty, "c", "l", 3, 1),),
        (),
        (),
        1,
        (Chip("q", nasty, "c", 0.5, None, None, 2, href='"><script>'),),
        (),
        0,
    )
    root = etree.fromstring(draw(lived, speak(code), "p"))

    assert not list(root.iter(f"{SVG}script"))


@SPOKEN
def test_tables_hold_what_the_picture_shows(code: str) -> None:
    """Places, flows, promises and feelings each have a table with one row for each, as wide as its heading."""
    lived = click_and_collect()
    tables = {table.key: table for table in picture_tables(lived, speak(code))}

    assert {key: len(table.rows) for key, table in tables.items()} == {
        "places": len(lived.places),
        "flows": len(lived.flows),
        "promises": len(lived.chips),
        "felt": len(lived.felt),
    }
    assert all(len(row) == len(table.heading) for table in tables.values() for row in table.rows)


def test_an_empty_map_has_no_table() -> None:
    """Nothing to tell makes no heading without rows."""
    lived = replace(click_and_collect(), places=(), designed=(), flows=(), chips=(), felt=())

    assert picture_tables(lived, speak("fr")) == ()


@pytest.mark.parametrize(
    ("number", "english", "french"),
    [
        (3, "3", "3"),
        (999, "999", "999"),
        (1_240, "1.2k", "1,2\u00a0k"),
        (41_234, "41.2k", "41,2\u00a0k"),
        (999_960, "1M", "1\u00a0M"),
        (40_000_000, "40M", "40\u00a0M"),
    ],
)
def test_counts_are_short_in_each_language(number: int, english: str, french: str) -> None:
    """From three people to forty million, a count fits in a disc."""
    assert short_count(number, speak("en")) == english
    assert short_count(number, speak("fr")) == french


def test_folded_lines_keep_their_width_and_words() -> None:
    """Lines are as even as they can be; what does not fit ends in an ellipsis; nothing is wider than asked."""
    text = "Réponse au formulaire de satisfaction après le retrait en magasin"

    assert fold("ready in two hours", 10, 200, 2) == ("ready in two hours",)
    assert " ".join(fold(text, 10, 160, 9)) == text
    for lines in (1, 2, 3):
        cut = fold(text, 10, 90, lines)
        assert len(cut) == lines
        assert cut[-1].endswith("…")
        assert all(width_of(line, 10) <= 90 for line in cut)


@LAYOUTS
def test_the_same_values_give_the_same_picture(lay_out: Layouter) -> None:
    """A report made twice is the same to the byte."""
    assert lay_out(click_and_collect(), speak("fr")) == lay_out(click_and_collect(), speak("fr"))


@DRAWINGS
def test_every_word_of_the_picture_is_translated(draw: Drawer) -> None:
    """A French picture asks for no sentence that its catalogue lacks."""
    known = Known()
    french = Language("fr", speak("fr").locale, known)
    lived = click_and_collect()
    one = replace(
        lived, journeys=1, places=(replace(lived.places[0], people=1, let_down=1), *lived.places[1:])
    )
    for drawn in (lived, one):
        draw(drawn, french, "p")
        picture_tables(drawn, french)

    assert known.lacking == set()


class Known(dict[str, str]):
    """All French sentences; remembers which were asked for in vain."""

    def __init__(self) -> None:
        super().__init__()
        self.lacking: set[str] = set()
        for entry in resources.files("parcours.ui").joinpath("locale", "fr").iterdir():
            with entry.open("rb") as file:
                self.update((str(item.id), str(item.string)) for item in read_po(file) if item.id)

    def get(self, message: str, default: object = None) -> str:
        """A sentence in French."""
        del default
        if not super().get(message):
            self.lacking.add(message)
        return super().get(message) or message


CHROMIUM = Path("/usr/bin/chromium")
DARK = "--bg:#101315;--card:#171b1e;--ink:#e9e7e2;--mute:#9aa1a8;--line:#2a3034;--ok:#4fb9ad;--bad:#f2885a;--flow:#3f5f5b;--col:#1a1f22;--band:#4fb9ad22"
LIGHT = "--bg:#faf9f6;--card:#fff;--ink:#1b1f23;--mute:#6a7077;--line:#e4e1da;--ok:#0f766e;--bad:#c2410c;--flow:#9db4b0;--col:#f3f1ec;--band:#0f766e22"


@pytest.mark.skipif(not CHROMIUM.exists(), reason="no browser on this machine")
@SPOKEN
@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_a_browser_and_a_screen_reader_find_nothing_wrong(code: str, colours: str) -> None:
    """Axe finds no fault in a page with both pictures, and no name is wider than the room kept for it."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    lived = click_and_collect()
    drawn = draw_wide(lived, speak(code), "w") + draw_narrow(lived, speak(code), "n")
    page_text = (
        f"<!doctype html><html lang={code}><meta charset=utf-8><title>Picture</title><style>:root{{{colours}}}"
        f"body{{background:var(--card);color:var(--ink)}}{picture_style()}</style><main><h1>Picture</h1>{drawn}</main></html>"
    )
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1240, "height": 900})
        page.set_content(page_text)
        found = Axe().run(page).response["violations"]
        widths = page.evaluate(
            "() => [...document.querySelectorAll('text.label')].map(name => name.getBBox().width)"
        )
        browser.close()

    rooms = [
        label.box.width for lay in (lay_out_wide, lay_out_narrow) for label in lay(lived, speak(code)).labels
    ]
    assert [fault["id"] for fault in found] == []
    assert all(width <= room for width, room in zip(widths, rooms, strict=True))


def _labels(svg: str) -> list[str]:
    return [
        element.get("aria-label", "") for element in etree.fromstring(svg).iter() if element.get("aria-label")
    ]


if TYPE_CHECKING:
    from collections.abc import Callable

    from parcours.journey.drawing.shapes import Layout

    Layouter = Callable[[LivedMap, Language], Layout]
    Drawer = Callable[[LivedMap, Language, str], str]
