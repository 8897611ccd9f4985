"""The brand held against what is lived, on a shop small enough to count by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from docs.pages import call
from parcours.gap.channels import as_json, hold_against_brand
from parcours.gap.results import open_results
from parcours.journey.brand import read_brand
from parcours.journey.map import read_maps
from parcours.kernel.workspace import Workspace
from web.given import report_on, run

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "parcours.toml": 'name = "A shop"\ntime_zone = "Europe/Paris"\n',
    "brand.yaml": """\
posture: {en: A neighbour, fr: Un voisin}
values: [{en: Said is done, fr: "Chose dite, chose faite"}]
channels:
  web: {role: {en: order, fr: commander}, keep: {sales_share: {at_least: 0.5}}}
  phone: {role: {en: rescue, fr: secourir}, keep: {contacts_per_order: {at_most: 0.4}}}
  fax: {role: {en: nothing, fr: rien}}
""",
    "sources/shop.yaml": """\
source: shop
read: {csv: data/shop.csv}
person: {customer: who}
objects: {order: order_no}
time_zone: Europe/Paris
channel: {sql: channel}
signals:
  - {type: {sql: kind}, at: at}
""",
    # Four orders: three on the web, one by phone. Ann asks by phone on the 2nd and on the 3rd, by chat on the 20th.
    "data/shop.csv": """\
who,order_no,channel,kind,at
ann,o1,web,order.placed,2026-09-01 10:00
bob,o2,web,order.placed,2026-09-01 11:00
cyd,o3,web,order.placed,2026-09-01 12:00
dan,o4,phone,order.placed,2026-09-01 13:00
ann,o1,phone,ticket.opened,2026-09-02 10:00
ann,o1,phone,ticket.opened,2026-09-03 10:00
ann,o1,chat,ticket.opened,2026-09-20 10:00
bob,o2,store,order.collected,2026-09-02 10:00
""",
    "maps/buy.yaml": """\
map: buy
title: {en: Buy, fr: Acheter}
per: order
owner: shop
goals:
  - {measure: contacts_per_order, at_most: 0.8, by: 2027-03-31}
  - {measure: journeys_share, channel: store, at_least: 0.2}
stages: [{stage: all, steps: [{step: pay, signal: order.placed}]}]
promises:
  - {promise: collected, after: order.placed, expect: order.collected, within: 5d}
""",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The shop, run."""
    folder = tmp_path_factory.mktemp("channels")
    write(folder, FILES)
    run(Workspace(folder))
    return Workspace(folder)


def write(folder: Path, files: dict[str, str]) -> None:
    """Files of a workspace."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def lived(workspace: Workspace) -> dict[str, Any]:
    """What was found, as JSON."""
    with open_results(workspace) as results:
        return as_json(hold_against_brand(results))


def test_measures_are_those_counted_by_hand(shop: Workspace) -> None:
    """Of four orders three came by web; of three contacts two by phone, the second within a week of the first; one journey of four saw the store."""
    channels = {item["channel"]: item["measures"] for item in lived(shop)["channels"]}

    assert list(channels) == ["web", "phone", "fax", "chat", "store"]
    assert channels["web"]["sales_share"] == {"value": 0.75, "numerator": 3, "denominator": 4}
    assert channels["phone"]["contacts_per_order"] == {"value": 0.5, "numerator": 2, "denominator": 4}
    assert channels["phone"]["repeat_contacts_share"] == {"value": 0.5, "numerator": 1, "denominator": 2}
    assert channels["chat"]["repeat_contacts_share"] == {"value": 0, "numerator": 0, "denominator": 1}
    assert channels["store"]["journeys_share"] == {"value": 0.25, "numerator": 1, "denominator": 4}
    assert channels["phone"]["switches_per_journey"] == {"value": 0.25, "numerator": 1, "denominator": 4}
    assert channels["fax"]["repeat_contacts_share"] == {"value": None, "numerator": 0, "denominator": 0}


def test_bounds_and_goals_are_kept_or_missed(shop: Workspace) -> None:
    """0.75 of sales where half is asked; 0.5 contacts where 0.4 is; the map: 3 contacts on 4 orders, a quarter by the store."""
    found = lived(shop)
    bounds = {
        item["channel"]: [(one["measure"], one["holds"]) for one in item["keep"]]
        for item in found["channels"]
    }

    assert bounds["web"] == [("sales_share", True)]
    assert bounds["phone"] == [("contacts_per_order", False)]
    assert [(item["value"], item["holds"], item["by"]) for item in found["goals"]] == [
        (0.75, True, "2027-03-31"),
        (0.25, True, None),
    ]


def test_the_command_says_so_in_both_languages(shop: Workspace) -> None:
    """As text with its signs, and as one JSON document."""
    _, english = call(f"parcours map channels -w {shop.folder}")
    _, french = call(f"parcours map channels -w {shop.folder} --language fr")
    _, told = call(f"parcours map channels -w {shop.folder} --format json")

    assert "✗  phone  contacts per order: 0.50, at most 0.40 (2 of 4)" in english
    assert "(not declared)" in english
    assert "contacts par commande : 0,50, au plus 0,40 (2 sur 4)" in french
    assert "secourir" in french
    assert json.loads(told)["posture"] == {"en": "A neighbour", "fr": "Un voisin"}


def test_the_report_has_the_role_of_each_channel(shop: Workspace, tmp_path: Path) -> None:
    """Declared beside lived, the missed bound in words too."""
    report = report_on(shop, tmp_path / "report.html")

    assert "The role of each channel: declared, and lived A neighbour · Said is done" in report.page("en")
    assert "contacts per order: 0.50, at most 0.40 (2 of 4) , missed" in report.page("en")
    assert "Le rôle de chaque canal : déclaré et vécu" in report.page("fr")


def test_without_a_brand_nothing_is_claimed(tmp_path: Path) -> None:
    """No section in the report; the command shows what is lived, and how to ask for more."""
    plain = FILES["maps/buy.yaml"].replace("goals:", "slices: []").split("  - {measure")[0]
    rest = "stages:" + FILES["maps/buy.yaml"].partition("stages:")[2]
    write(tmp_path, {**FILES, "brand.yaml": "currency: EUR\n", "maps/buy.yaml": plain + rest})
    run(Workspace(tmp_path))
    report = report_on(Workspace(tmp_path), tmp_path / "report.html")
    _, told = call(f"parcours map channels -w {tmp_path}")

    assert not report.tree.xpath("//section[@id='en-channels']")
    assert "write `keep:` below a channel of brand.yaml" in told


def test_no_signal_no_channel(tmp_path: Path) -> None:
    """An empty export: declared channels are never seen, and no share is claimed."""
    write(tmp_path, {**FILES, "data/shop.csv": "who,order_no,channel,kind,at\n", "maps/buy.yaml": ""})
    (tmp_path / "maps" / "buy.yaml").unlink()
    run(Workspace(tmp_path))
    channels = lived(Workspace(tmp_path))["channels"]

    assert [item["channel"] for item in channels] == ["web", "phone", "fax"]
    assert {one["value"] for item in channels for one in item["measures"].values()} == {None}
    assert [one["holds"] for item in channels for one in item["keep"]] == [None, None]


def test_an_unknown_measure_is_refused_with_its_line(tmp_path: Path) -> None:
    """In the brand and in a map: where, and what it may have meant; a goal without a bound, and a share of everything, are too."""
    text = FILES["brand.yaml"].replace("contacts_per_order", "contact_per_order")
    goals = FILES["maps/buy.yaml"].replace("journeys_share, channel: store,", "journeys_share,")
    goals = goals.replace("contacts_per_order, at_most: 0.8", "contacts_per_oder")
    write(tmp_path, {**FILES, "brand.yaml": text, "maps/buy.yaml": goals})
    _, of_brand = read_brand(Workspace(tmp_path))
    _, of_maps = read_maps(Workspace(tmp_path))

    assert [str(fault) for fault in of_brand] == [
        "brand.yaml:5: channel 'phone': 'contact_per_order' is no measure; did you mean 'contacts_per_order'?"
    ]
    assert [str(fault) for fault in of_maps] == [
        "maps/buy.yaml:6: the goal: 'contacts_per_oder' is no measure; did you mean 'contacts_per_order'?",
        "maps/buy.yaml:7: the goal on 'journeys_share' names no channel, and of all channels together it is always 1; add `channel: phone`, or another",
    ]
