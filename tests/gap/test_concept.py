"""What a store concept changed, asked of four stores whose weeks are counted by hand."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import pytest

from parcours.gap.mining.concept import NoConcept, concept_rows
from parcours.gap.mining.contribution import contribution_rows
from parcours.gap.results import Results, Unknown, open_results
from parcours.kernel.workspace import Workspace
from web.given import run

SOURCE = """
source: tills
read: {csv: data/tills.csv}
objects: {store: store}
channel: store
time_zone: UTC
signals:
  - {type: receipt.printed, at: at}
"""
SINCE = datetime.fromisoformat("2026-03-30T00:00:00")
WEEKS = {  # receipts a week: four weeks before, four after; and a part of a week at either end
    "Lyon": (20, 40),
    "Lille": (20, 20),
    "Nantes": (20, 22),
    "Nice": (20, 18),
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Four stores, of which Lyon sells twice as much from a day on; and a kiosk that hardly sells."""
    lines = ["store,at"]
    for store, (before, after) in WEEKS.items():
        for week in range(-5, 5):
            lines += [
                f"{store},{SINCE + timedelta(weeks=week, minutes=100 * number)}"
                for number in range(before if week < 0 else after)
            ]
    lines.append(f"Kiosk,{SINCE}")
    folder = tmp_path_factory.mktemp("concept")
    for name, text in {
        "parcours.toml": "",
        "sources/tills.yaml": SOURCE,
        "data/tills.csv": "\n".join(lines),
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    found = Workspace(folder)
    run(found)
    return found


def test_stores_are_held_against_how_the_others_went(workspace: Workspace) -> None:
    """Eighty receipts become a hundred and sixty, while those of the three others go by 0, +10 and -10 %."""
    with open_results(workspace) as results:
        row = concept_rows(results, ["Lyon"], "2026-03-30")[0]
    others = [math.log(count / 80.5) for count in (80.5, 88.5, 72.5)]
    mean = math.log(160.5 / 80.5) - sum(others) / 3
    spread = math.sqrt(sum((item - sum(others) / 3) ** 2 for item in others) / 2)
    margin = 2.919986 * spread * math.sqrt(1 + 1 / 3)  # Student's t, 2 degrees of freedom, 95 %
    assert (row["measure"], row["stores"], row["controls"]) == (
        "sales",
        ["Lyon"],
        ["Lille", "Nantes", "Nice"],
    )
    assert (row["before"], row["after"]) == (20, 40)
    assert row["effect"] == pytest.approx(math.expm1(mean))
    assert row["expected"] == pytest.approx(40 / math.exp(mean))
    assert (row["low"], row["high"]) == pytest.approx((math.expm1(mean - margin), math.expm1(mean + margin)))
    assert (row["kind"], row["chance"] < 0.05) == ("estimate", True)
    assert row["weeks"][0] == {"week": -4, "stores": 1, "controls": 1}
    assert row["weeks"][-1]["stores"] == 2


def test_two_control_stores_do_not_say_how_far_stores_part_by_themselves(workspace: Workspace) -> None:
    """The change is told, without an interval and as an association."""
    with open_results(workspace) as results:
        row = concept_rows(results, ["Lyon"], "2026-03-30", controls=["Lille", "Nantes"])[0]
    assert (row["kind"], row["low"]) == ("association", None)
    assert "fewer than 3 control stores" in row["because"]


def test_a_store_that_hardly_sells_is_no_comparison(workspace: Workspace) -> None:
    """The kiosk is left out as a control, and alone nothing is said of it."""
    with open_results(workspace) as results:
        row = concept_rows(results, ["Kiosk"], "2026-03-30")[0]
    assert (row["kind"], row["because"]) == ("nothing", "fewer than 20 before")


def test_who_asks_wrongly_is_told(workspace: Workspace) -> None:
    """A store that is not there, a kind of object that is not there, a day without weeks before it."""
    with open_results(workspace) as results:
        _refuse(results)


def _refuse(results: Results) -> None:
    with pytest.raises(Unknown, match="Paris"):
        concept_rows(results, ["Paris"], "2026-03-30")
    with pytest.raises(Unknown, match="shop"):
        concept_rows(results, ["Lyon"], "2026-03-30", namespace="shop")
    with pytest.raises(NoConcept, match="0 whole weeks before 2026-02-23"):
        concept_rows(results, ["Lyon"], "2026-02-23")
    with pytest.raises(Unknown, match="collect"):
        contribution_rows(results, of="channel", map_name="collect")
