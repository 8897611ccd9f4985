"""What a workspace reveals to be wrong with a promise, told with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from parcours.gap.checking import check_map
from parcours.journey.map import Drawn, JourneyMap
from parcours.journey.where import Catalogue
from parcours.kernel.document import read_document, validate
from parcours.kernel.errors import Fault

if TYPE_CHECKING:
    from pathlib import Path

MAP = """\
map: orders
per: order
owner: team
stages:
  - stage: all
    steps:
      - {step: placed, signal: order.placed, owner: team}
promises:
  - {promise: p, PROMISE}
"""
TYPES = {"order.placed", "order.ready", "queue.measured"}
CATALOGUE = Catalogue(properties={"amount", "wait_s", "due"}, namespaces={"order", "parcel", "store"})

RIGHT = (
    "after: order.placed, expect: order.ready, within: 2h, each: parcel",
    "measure: queue.measured, at_most: {wait_s: 300}, per: store_hour",
    "after: order.placed, expect: order.ready, between: [due, due]",
)
WRONG = (
    ("after: order.placed, expect: order.ready, within: 2h, each: order", "each 'order'"),
    ("after: order.placed, expect: order.ready, within: 2h, each: colli", "each 'colli'"),
    ("measure: queue.measured, at_most: {wait_s: 300}, per: shop_hour", "'shop_hour'"),
    ("after: order.placed, expect: order.ready, between: [slot_from, due]", "'slot_from'"),
    ("after: order.placed, expect: order.ready, within: 2h, sum: {amount: total}", "'total'"),
    ("whenever: order.placed, since: order.ready, same: {price: amount}", "'price'"),
    ("whenever: order.gone, preceded_by: order.ready", "can never start"),
    ("after: order.placed, expect: order.ready, within: 2h, revised_by: order.delayed", "'order.delayed'"),
    ("after: order.placed, of: order.ready, at_most: 1, within: 2h, contradicted_by: order.said", "'order.said'"),
    ("after: order.placed, expect: order.ready, within: 2h, only_for: {where: colour = 1}", "colour"),
)  # fmt: skip


def faults_of(folder: Path, promise: str) -> list[Fault]:
    """The faults of a map with one promise."""
    path = folder / "orders.yaml"
    path.write_text(MAP.replace("PROMISE", promise), "utf-8")
    document = read_document(path, path.name)
    assert not isinstance(document, Fault)
    drawn = validate(document, JourneyMap)
    assert isinstance(drawn, JourneyMap)
    return check_map(Drawn(drawn, document), TYPES, CATALOGUE, {"shop"}, open_types=False)


@pytest.mark.parametrize("promise", RIGHT)
def test_what_sources_can_show_is_no_fault(tmp_path: Path, promise: str) -> None:
    """Parts, places and slots that some source names are accepted."""
    assert faults_of(tmp_path, promise) == []


@pytest.mark.parametrize(("promise", "said"), WRONG)
def test_what_no_source_can_show_is_told(tmp_path: Path, promise: str, said: str) -> None:
    """One fault, at the promise's line, naming what is missing."""
    (fault,) = faults_of(tmp_path, promise)

    assert said in str(fault)
    assert ":9" in str(fault)
