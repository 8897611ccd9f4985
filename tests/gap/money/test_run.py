"""Money through a whole run: what readers get, twice the same, and priced anew when prices change."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from parcours.gap.loop import run_workspace
from parcours.gap.money import about_all, money_of, priced_rows
from parcours.gap.results import open_results
from parcours.kernel.clock import parse_instant
from parcours.kernel.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

PARCELS = "home-delivery", "by-the-date"
GAPS = "gaps:\n  - {gap: parcels, promise: by-the-date, kept: 0.5, leaves: 1.0}\n"
AS_OF = "2026-11-15"


def run(folder: Path) -> Workspace:
    """Run a workspace as of the end of its data."""
    shop = Workspace(folder)
    run_workspace(shop, lambda *_: None, as_of=parse_instant(AS_OF, shop.settings.time_zone))
    return shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A retailer without stores, half of whose parcels are late; only the systems that tell of orders are heard."""
    folder = tmp_path_factory.mktemp("money")
    (folder / "gaps.yaml").write_text(GAPS, "utf-8")
    size = ["--people", "4000", "--days", "150", "--seed", "3", "--stores", "0"]
    call = [sys.executable, "-m", "parcours.cli.main", "simulate", "-w", str(folder / "shop"), *size]
    subprocess.run([*call, "--gaps", str(folder / "gaps.yaml")], check=True, capture_output=True)
    for name in ("web", "app", "notices"):
        (folder / "shop" / "sources" / f"{name}.yaml").unlink()
    return run(folder / "shop")


def rows(shop: Workspace) -> dict[tuple[str, str], dict[str, Any]]:
    """What every promise costs."""
    with open_results(shop) as results:
        return priced_rows(results)


def test_late_parcels_cost_contacts_and_sales(shop: Workspace) -> None:
    """Half of them are late and everybody whom it hurts most leaves: a loss beyond its interval, with every check told."""
    with open_results(shop) as results:
        money = money_of(results)[PARCELS]
        (row,) = results.gaps(promise=PARCELS[1], overall_only=True, with_money=True)
        about = about_all(results)
    told = row["money"]

    assert money.estimable
    assert money.why == ""
    assert money.currency == "EUR"
    assert money.low_minor is not None
    assert money.low_minor > 0
    assert (told["total"], told["low"], told["sales"]) == (
        money.total_minor,
        money.low_minor,
        money.sales_minor,
    )
    assert told["checks"]["placebo"]
    assert {how["figure"] for how in told["how"]} == {"contacts", "sales", "retention", "total", "checks"}
    margin = 0.4  # of the simulated retailer's brand.yaml
    parts = told["contacts"] + margin * (told["sales"] + told["retention"])
    assert told["total"] == pytest.approx(parts, abs=2)
    assert sum(row["in_total_minor"] or 0 for row in rows(shop).values()) == about["together"]["minor"]


def test_slices_and_weeks_have_no_price(shop: Workspace) -> None:
    """Money is told once a promise."""
    with open_results(shop) as results:
        told = results.gaps(promise=PARCELS[1], with_money=True)

    assert [row["money"] is not None for row in told] == [
        not row["slice"] and row["period"] is None for row in told
    ]


def test_effects_are_told_by_place_and_time(shop: Workspace) -> None:
    """Weekdays hold every promise compared, once; a part is told, or why not; with a hundred broken it has an interval."""
    with open_results(shop) as results:
        (row,) = results.gaps(promise=PARCELS[1], overall_only=True, with_money=True)
    parts, compared = row["money"]["by_slice"], row["money"]["checks"]

    for side in ("broken", "kept"):
        assert sum(part[side] for part in parts if "days" in part["slice"]) == compared[side]
    assert all((part["loss"] is None) == bool(part["why"]) for part in parts)
    told = [part for part in parts if part["loss"] is not None]
    assert told
    assert all(part["broken"] >= 100 for part in told)
    assert all(part["loss"]["low"] < part["loss"]["mean"] < part["loss"]["high"] for part in told)
    assert all(set(part["effects"]) == set(row["money"]["effects"]) for part in told)


def test_who_asks_first_prices_and_new_prices_are_used(shop: Workspace) -> None:
    """Nothing new: what was kept is read. Another margin: sales as before, another total."""
    before, written_at = rows(shop), kept(shop).stat().st_mtime_ns
    run(shop.folder)
    assert (rows(shop), kept(shop).stat().st_mtime_ns) == (before, written_at)
    brand = shop.folder / "brand.yaml"
    brand.write_text(brand.read_text("utf-8").replace("margin: 0.4", "margin: 0.8"), "utf-8")
    run(shop.folder)
    after = rows(shop)

    assert kept(shop).stat().st_mtime_ns > written_at
    assert after[PARCELS]["sales_minor"] == before[PARCELS]["sales_minor"]
    assert after[PARCELS]["total_minor"] > before[PARCELS]["total_minor"]


def kept(shop: Workspace) -> Path:
    """Where prices are kept."""
    return shop.vault / "kept" / "money.json"


def test_what_was_kept_is_what_is_priced_anew(shop: Workspace) -> None:
    """Whoever asks: the same figures to the last digit."""
    told = rows(shop)
    kept(shop).unlink()

    assert rows(shop) == told


def test_a_run_and_its_gaps_wait_for_no_price(shop: Workspace) -> None:
    """A run prices nothing, and gap rows carry no money unless asked."""
    kept(shop).unlink()
    run(shop.folder)
    with open_results(shop) as results:
        told = results.gaps(promise=PARCELS[1], overall_only=True)

    assert [row["money"] for row in told] == [None]
    assert not kept(shop).exists()


def test_few_broken_promises_are_said_to_be_few(shop: Workspace) -> None:
    """In the language that is asked for."""
    with open_results(shop) as results:
        said = {code: money_of(results, code)["service-request", "no-repeat"].why for code in ("en", "fr")}

    assert said["en"].startswith("Not estimable: only ")
    assert said["fr"].startswith("Non estimable")


def test_the_terminal_says_how_it_was_computed(shop: Workspace) -> None:
    """Under the gaps of one promise."""
    call = [
        sys.executable,
        "-m",
        "parcours.cli.main",
        "gaps",
        "-w",
        str(shop.folder),
        "--promise",
        PARCELS[1],
    ]
    said = subprocess.run(call, check=True, capture_output=True, text=True).stdout
    told = json.loads(
        subprocess.run([*call, "--format", "json"], check=True, capture_output=True, text=True).stdout
    )

    assert "What broken promises cost" in said
    assert "How was this computed?" in said
    assert "Lost by one broken promise, by place and time" in said
    assert told[0]["money"]["how"]
