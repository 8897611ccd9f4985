"""`brand.yaml` is read whole, and what is wrong in it is told with line and fix."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from docs.pages import blocks, page
from docs.schemas import faults as schema_faults
from parcours.gap.checking import check_map, check_owners
from parcours.journey.brand import Brand, json_schema, public_holidays, read_brand, read_days, read_spans
from parcours.journey.map import Drawn, JourneyMap
from parcours.journey.where import Catalogue
from parcours.kernel.document import Document, read_document
from parcours.kernel.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


def read(folder: Path, text: str) -> tuple[Brand, list[str]]:
    """The brand of a workspace that holds this file, and its faults as shown."""
    (folder / "sources").mkdir()
    (folder / "brand.yaml").write_text(text, "utf-8")
    brand, faults = read_brand(Workspace(folder))
    return brand, [str(fault) for fault in faults]


def test_a_workspace_needs_no_brand(tmp_path: Path) -> None:
    """Without the file nothing is inherited and nothing is wrong."""
    (tmp_path / "sources").mkdir()

    assert read_brand(Workspace(tmp_path)) == (Brand(), [])


def test_the_brand_of_the_page_is_read(tmp_path: Path) -> None:
    """The example of the reference has no fault, for the product and for editors."""
    (shown,) = [block for block in blocks(page("reference/brand.md")) if block.name]
    brand, faults = read(tmp_path, shown.text)
    document = read_document(tmp_path / "brand.yaml", "brand.yaml")
    assert isinstance(document, Document)
    text = Brand.model_validate(document.content).model_dump(mode="json", exclude_defaults=True)

    assert faults == []
    assert brand.calendars["store_hours"].opened == {date(2026, 12, 20): "10:00-18:00"}
    assert brand.channels["phone"].keep["contacts_per_order"].at_most == 0.1
    assert schema_faults(text, json_schema(), json_schema()) == []


def test_every_fault_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    """A slip in a key, a bound, a day, an hour, a country, a date and a cut-off: each has its own line and fix."""
    _, faults = read(
        tmp_path,
        """\
curency: EUR
channels: {phone: {role: rescue, keep: {calls: {at_most: 1, at_least: 2}}}}
calendars:
  hours:
    open:
      mon-sat: 19:30-09:30
      sux: closed
    holidays: XX
    closed: [soon]
    cut_off: 25:00
  twice: {open: {mon-sat: 09:30-19:30, mon: closed}}
  never: {}
  nowhere: {open: {mon: 09:30-19:30}, places: {s01: {}}}
""",
    )

    assert faults == [
        "brand.yaml:2: channels.phone.keep.calls: a measure has one bound; write `at_most: 0.1` or `at_least: 0.9`",
        "brand.yaml:6: calendars.hours.open.mon-sat: the hours '19:30-09:30' do not follow each other; a span past midnight is two, up to 24:00 and from 00:00 on",
        "brand.yaml:7: calendars.hours.open.sux: 'sux' are no days of the week; write them like mon-sat or mon, tue, wed, thu, fri, sat, sun",
        "brand.yaml:8: calendars.hours.holidays: 'XX' is no country whose holidays are known; use two letters such as FR",
        "brand.yaml:9: calendars.hours.closed: 'soon' is no date; write it like 2026-12-25",
        "brand.yaml:10: calendars.hours.cut_off: '25:00' is no time of the clock; write it like 09:30",
        "brand.yaml:11: calendars.twice: `open` names mon twice; name each day once",
        "brand.yaml:12: calendars.never: the calendar never opens; write `open: {mon-sat: 09:30-19:30}` or `working_days: true`",
        "brand.yaml:13: calendars.nowhere: `places` has no `by`; name what signals carry, such as `by: store`",
        "brand.yaml:1: unknown key 'curency'; did you mean 'currency'?",
    ]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("closed", ()),
        ("09:30-19:30", ((570, 1170),)),
        ("00:00-24:00", ((0, 1440),)),
        ("9:00-12:00, 12:00-18:00", ((540, 720), (720, 1080))),
    ],
)
def test_hours_are_read(text: str, spans: tuple[tuple[int, int], ...]) -> None:
    """Minutes since midnight: 9:30 is 570."""
    assert read_spans(text) == spans


@pytest.mark.parametrize(
    "text", ["", "9-12", "09:30", "09:30-09:30", "10:00-12:00, 11:00-13:00", "22:00-02:00", "09:60-10:00"]
)
def test_what_is_no_hours_is_refused(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match=";"):
        read_spans(text)


@pytest.mark.parametrize("text", ["", "monday", "sat-mon", "mon-", "1"])
def test_what_is_no_days_is_refused(text: str) -> None:
    """A week begins on Monday and is not read round its end."""
    with pytest.raises(ValueError, match=";"):
        read_days(text)


def test_holidays_are_those_of_the_country_and_its_part() -> None:
    """France has eleven (Code du travail, L3133-1); the Moselle adds Good Friday and St Stephen's Day (L3134-13)."""
    france, moselle = public_holidays("FR", 2026), public_holidays("FR-57", 2026)

    assert france == {
        date(2026, 1, 1), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 8), date(2026, 5, 14), date(2026, 5, 25),
        date(2026, 7, 14), date(2026, 8, 15), date(2026, 11, 1), date(2026, 11, 11), date(2026, 12, 25),
    }  # fmt: skip
    assert moselle - france == {date(2026, 4, 3), date(2026, 12, 26)}


def drawn(**changes: object) -> Drawn:
    """A map of one step and one promise."""
    step = {"step": "pay", "signal": "order.placed", "owner": changes.pop("step_owner", None)}
    promise = {"promise": "p", "after": "order.placed", "expect": "order.ready", "within": "2h", **changes}
    content = {"map": "m", "per": "order", "stages": [{"stage": "s", "steps": [step]}], "promises": [promise]}
    return Drawn(JourneyMap.model_validate(content), Document("maps/m.yaml", content, ""))


def check(item: Drawn, brand: Brand) -> list[str]:
    """What is wrong with it where shops emit both of its signals."""
    catalogue = Catalogue(set(), {"order"})
    types = {"order.placed", "order.ready"}
    return [
        fault.what for fault in check_map(item, types, catalogue, {"shop"}, open_types=False, brand=brand)
    ]


def test_a_map_names_no_owner_that_the_brand_does_not() -> None:
    """A slip in an owner's name would leave a gap with nobody; a brand that names none minds nothing."""
    brand = Brand.model_validate({"owners": {"store": {"title": "Stores"}}})
    item = drawn(owner="store", step_owner="stores")

    assert check(item, brand) == ["'stores' is no owner that brand.yaml names"]
    assert check(item, Brand()) == []


def test_a_step_without_owner_is_found() -> None:
    """The map's owner answers for steps that name none; without either nobody does."""
    assert [fault.what for fault in check_owners(drawn(owner="store"))] == ["the step 'pay' has no owner"]
    assert check_owners(drawn(owner="store", step_owner="store")) == []


def test_a_promise_that_nobody_can_prove_is_found() -> None:
    """No source emits what is expected, so no verdict could ever be kept."""
    item = drawn(owner="store", step_owner="store", expect="order.readied")

    assert check(item, Brand()) == ["nobody can prove this promise: no source emits 'order.readied'"]


@pytest.mark.parametrize(
    ("money", "sentence"),
    [
        ("{contact_cost: {phone: 6 euros}}", "'6 euros' is no amount of money; write it like 5.00 EUR"),
        (
            "{contact_cost: {phone: 6.00 EUR}, repeat_cost: 2.00 CHF}",
            "costs are in CHF and EUR; write all of them in one currency",
        ),
        ("{margin: 0}", "greater than 0"),
        ("{horizon: soon}", "'soon' is not a duration"),
        ("{horizon: 2h}", "'2h' is less than a day; write it like 60d"),
        ("{retention: 30d}", "`retention` (30d) ends before `horizon` (60d)"),
        ("{churn: 2}", "churn"),
    ],
)
def test_a_wrong_price_is_told(tmp_path: Path, money: str, sentence: str) -> None:
    """With its place, in one sentence."""
    _, faults = read(tmp_path, f"brand: Colibri\nmoney: {money}\n")

    assert any(sentence in fault for fault in faults), faults
    assert all(fault.startswith("brand.yaml:2") for fault in faults)
