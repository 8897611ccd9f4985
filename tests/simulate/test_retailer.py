"""The retailer as it is written: the same every time, plausible, and true to what was planted."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from docs.pages import headings, page, section, table
from simulate.given import DAYS, PEOPLE, SEED, Retailer, made

if TYPE_CHECKING:
    from pathlib import Path

PARIS = ZoneInfo("Europe/Paris")
BEGINS = datetime(2026, 9, 17, tzinfo=PARIS)  # sixty days that end with 15 November
ENDS = datetime(2026, 11, 16, tzinfo=PARIS)
SMALL = {"people": 400, "days": 40}


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def exported(folder: Path) -> dict[str, Any]:
    """Every Parquet export, by its folder's name."""
    return {path.parent.name: pq.read_table(path) for path in (folder / "data").rglob("*-0000.parquet")}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Whoever repeats a figure of ours has our data, to the byte."""
    one, two = made(tmp_path / "one", **SMALL), made(tmp_path / "two", **SMALL)

    assert contents(one) == contents(two)


def test_another_seed_gives_another_retailer(tmp_path: Path) -> None:
    """Every export changes with the seed; what is configured does not."""
    one, two = (
        contents(made(tmp_path / "one", **SMALL)),
        contents(made(tmp_path / "two", **SMALL, seed=SEED + 1)),
    )
    fixed = {name for name in one if name.startswith(("sources/", "maps/", "surveys/"))}
    changing = {name for name in one if name.startswith("data/")} - {"data/stores.csv"}

    assert one.keys() == two.keys()
    assert all(one[name] == two[name] for name in fixed)
    assert all(one[name] != two[name] for name in changing)


def test_more_people_leave_the_first_ones_as_they_are(tmp_path: Path) -> None:
    """Parts are seeded one by one: ten thousand people are the same whether or not others follow."""
    few, many = made(tmp_path / "few", people=10_000, days=3), made(tmp_path / "many", people=10_500, days=3)
    first = pacsv.read_csv(few / "truth/identity.csv").to_pylist()
    everyone = {tuple(row.values()) for row in pacsv.read_csv(many / "truth/identity.csv").to_pylist()}

    assert all(tuple(row.values()) in everyone for row in first)
    assert len({row[:2] for row in everyone}) == len(everyone)


def test_nothing_happens_outside_the_time_of_the_data(colibri: Retailer) -> None:
    """Every instant that a system exports lies between the first midnight and the last, in Paris."""
    for name, rows in exported(colibri.folder).items():
        for column in rows.column_names:
            if (
                rows.schema.field(column).type
                != pq.read_table(colibri.folder / "data/sensors.parquet")["hour"].type
            ):
                continue
            if column == "prete_avant":  # a deadline, which may lie ahead
                continue
            instants = [at for at in rows[column].to_pylist() if at is not None]

            assert all(BEGINS <= at < ENDS for at in instants), (name, column)


def test_stores_hand_over_while_they_are_open(colibri: Retailer) -> None:
    """Nothing is handed over at night, on Sundays (but in Paris), or on 1 November, which is a Sunday and a holiday."""
    events = exported(colibri.folder)["stores"].to_pylist()
    handed = [(row["store"], row["at"].astimezone(PARIS)) for row in events if row["event"] == "DESK_SCAN"]

    assert all(9 <= at.hour < 20 for _, at in handed)
    assert {store for store, at in handed if at.weekday() == 6} == {"M003"}  # Paris Rivoli
    assert not [at for _, at in handed if (at.month, at.day) == (11, 1)]


def test_no_person_can_exist(colibri: Retailer) -> None:
    """Addresses end in domains kept for examples (RFC 2606), numbers begin as Arcep keeps them for fiction."""
    customers = pacsv.read_csv(colibri.folder / "data/customers.csv").to_pylist()
    addresses = [row["email"] for row in customers if row["email"]]
    numbers = [row["telephone"] for row in customers if row["telephone"]]

    assert all(re.fullmatch(r"[a-z0-9.]+@example\.(org|com|net)", address) for address in addresses)
    assert all(re.fullmatch(r"(06 39 98|01 99 00) \d\d \d\d", number) for number in numbers)


def test_beyond_the_fiction_numbers_cannot_be_dialled(tmp_path: Path) -> None:
    """The ten-thousand-and-first person has a number that no French number can be: a zero after +33."""
    customers = made(tmp_path / "shop", people=10_500, days=1) / "data/customers.csv"
    numbers = [row["telephone"] for row in pacsv.read_csv(customers).to_pylist() if row["telephone"]]

    assert all(number.startswith(("06 39 98", "01 99 00", "00 ")) for number in numbers)
    assert any(number.startswith("00 ") for number in numbers)


@pytest.mark.parametrize(
    ("share", "tolerance"), [("mixed", 0.03), ("research_online", 0.03), ("physical", 0.03)]
)
def test_published_shares_are_those_of_the_retailer(colibri: Retailer, share: str, tolerance: float) -> None:
    """52 % buy both ways, 44 % look online first, 83 % of purchases have a physical part; three points more or less.

    Of 1,750 buyers and 2,400 purchases the standard error is a point; purchases come in runs of one person.
    """
    row = next(row for row in colibri.truth("share.csv") if row["share"] == share)

    assert abs(row["counted"] / row["of"] - row["asked"]) < tolerance


def test_seven_of_ten_baskets_are_left_behind(colibri: Retailer) -> None:
    """Of visits with a basket, as many end without an order as the Baymard Institute counts (70 %, mean of 50 studies); five points more or less."""
    files = exported(colibri.folder)
    filled = {
        row["visite"] for name in ("web", "app") for row in files[name].to_pylist() if row["page"] == "basket"
    }

    assert 1 - len(files["orders"]) / len(filled) == pytest.approx(0.70, abs=0.05)


def test_an_identifier_is_one_persons(colibri: Retailer) -> None:
    """The truth names nobody twice, and leaves out what a household shares."""
    rows = colibri.truth("identity.csv")
    names = Counter((row["namespace"], str(row["identifier"])) for row in rows)
    shared = {(row["namespace"], row["identifier"]) for row in colibri.truth("shared_device.csv")}

    assert set(names.values()) == {1}
    assert shared
    assert not shared & set(names)


def test_every_identifier_exported_is_in_the_truth(colibri: Retailer) -> None:
    """Whoever scores identity finds each customer, address, browser and order there, or among the shared devices."""
    known = {(row["namespace"], str(row["identifier"])) for row in colibri.truth("identity.csv")}
    known |= {(row["namespace"], row["identifier"]) for row in colibri.truth("shared_device.csv")}
    orders, web, care = (exported(colibri.folder)[name].to_pylist() for name in ("orders", "web", "care"))
    seen = {
        *(("customer", row["client"]) for row in [*orders, *web]),
        *(("email", row["email"]) for row in [*orders, *care]),
        *(("order", row["commande"]) for row in orders),
        *(("cookie", row["cookie"]) for row in [*orders, *web]),
        *(("device", row["appareil"]) for row in orders),
        *(("shared_device", row["appareil_partage"]) for row in web),
        *(("phone", row["phone"]) for row in care),
    }

    assert {(space, name) for space, name in seen if name is not None} <= known


def test_comments_say_what_happened(colibri: Retailer) -> None:
    """A comment about an order that was not there belongs to an order that hurt; tone follows the score."""
    comments = colibri.truth("comment.parquet")
    hurt = {row["order"] for row in colibri.truth("outcome.parquet") if row["hurt"] > 0}

    assert {row["language"] for row in comments} == {"fr", "en"}
    assert {row["paper"] for row in comments if "not_ready" in row["themes"]} <= hurt
    assert all(row["score"] <= 4 for row in comments if row["tone"] == "negative")
    assert all(row["score"] >= 7 for row in comments if row["tone"] == "positive")


def test_the_hurt_answer_more_often(colibri: Retailer) -> None:
    """Non-response depends on what happened: of orders that hurt, a greater share is spoken of than of those that did not."""
    spoken = {row["paper"] for row in colibri.truth("comment.parquet")}
    outcomes = colibri.truth("outcome.parquet")

    def share(rows: list[dict[str, Any]]) -> float:
        return sum(row["order"] in spoken for row in rows) / len(rows)

    assert share([row for row in outcomes if row["hurt"] > 0.9]) > 1.5 * share(
        [row for row in outcomes if row["hurt"] == 0]
    )


@pytest.mark.parametrize(
    "name",
    ["identity.csv", "shared_device.csv", "people.csv", "verdict.parquet", "outcome.parquet", "comment.parquet", "gap.csv",
     "silent.csv", "drift.csv", "share.csv", "bad_row.csv"],
)  # fmt: skip
def test_the_truth_is_documented(colibri: Retailer, name: str) -> None:
    """Each column of each file stands on the page, in order, with a meaning."""
    path = colibri.folder / "truth" / name
    columns = pq.read_schema(path).names if path.suffix == ".parquet" else pacsv.read_csv(path).column_names
    rows = table(section(page("reference/truth.md"), name))

    assert [row[0] for row in rows] == columns
    assert all(row[2] for row in rows)


def test_no_page_of_truth_is_missing_or_left_over(colibri: Retailer) -> None:
    """Every file of the truth has a heading, and every heading a file; the plan is told in the introduction."""
    files = {path.name for path in (colibri.folder / "truth").iterdir()}

    assert files - {"plan.json"} == set(headings(page("reference/truth.md")))


def test_the_data_carry_no_truth(colibri: Retailer) -> None:
    """No export knows what a person is called in the truth."""
    for rows in exported(colibri.folder).values():
        for column in rows.column_names:
            texts = {text for text in rows[column].to_pylist()[:2_000] if isinstance(text, str)}
            assert not [text for text in texts if re.fullmatch(r"H\d{8}", text)]


def test_the_instants_are_utc(colibri: Retailer) -> None:
    """The story's payment at 14:07 in Paris is 12:07 in UTC: summer time is still on."""
    orders = {row["commande"]: row for row in exported(colibri.folder)["orders"].to_pylist()}

    assert orders["W1407"]["payee_le"] == datetime(2026, 9, 19, 12, 7, 22, tzinfo=UTC)
    assert (PEOPLE, DAYS) == (2_000, 60)
