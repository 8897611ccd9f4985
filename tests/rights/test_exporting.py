"""A person's own file: all of it, none of anybody else's, in a form that opens anywhere and runs nowhere."""

from __future__ import annotations

import csv
import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from docs.pages import page, section, table
from parcours.rights.exporting import write_export
from parcours.rights.meaning import MEANING
from rights.given import WEB_HEADER, name, needle, plant, web_row
from story.shop import parcours, ran, write

if TYPE_CHECKING:
    from pathlib import Path

FEW = 4
ME = 2
FORMULAS = ("=1+1", "+33 6", "-1+1", "@SUM(A1)", "\t=1", "＝1+1", "  =1")  # noqa: RUF001 - full width is the point


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a few people, to be copied."""
    return plant(tmp_path_factory.mktemp("planted") / "few", FEW)


@pytest.fixture(scope="module")
def own(planted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of one of them."""
    folder = tmp_path_factory.mktemp("own") / "file"
    answer = parcours(planted, "export-person", name(ME), "-o", str(folder))
    assert answer.code == 0, answer.err
    return folder


def document(folder: Path) -> Any:  # a JSON document
    """The JSON of an export."""
    return json.loads((folder / "person.json").read_text("utf-8"))


def test_everything_planted_is_there(own: Path) -> None:
    """Each field that the planted model has of the person, each row, each answer: worked out from the model, not from the export."""
    told = document(own)
    me = needle(ME)

    assert {(row["namespace"], row["value"]) for row in told["identifiers"]} == {
        ("customer", f"{me}c"),
        ("email", f"{me}@example.org"),
        ("loyalty", f"{me}-06"),
        ("cookie", f"{me}k0"),
        ("cookie", f"{me}k1"),
    }
    # Two orders, one of them never dated; each made ready by the stock system, as is a third of a refused row; one word at the kiosk.
    assert sorted((row["type"], row["at"] is None) for row in told["signals"]) == [
        ("feedback.given", False),
        ("order.placed", False),
        ("order.placed", False),
        ("order.placed", True),
        *[("order.ready", False)] * 3,
    ]
    first = next(row for row in told["signals"] if row["at"] == "2024-03-03T10:00:00+01:00")
    assert first["objects"] == [f"order:{me}o0", "store:nice", "product:shared"]
    assert first["properties"] == {"store": "nice", "nick": f"{me}nick", "contact": None, "score": ME}
    assert first["touchpoint"] == f"web.{me}page"
    assert first["text"].startswith(f"{me} told us")
    assert (first["file"], first["row"]) == (
        "data/web-1.csv",
        4 * ME + 1,
    )  # four rows a person; the fifth line is none
    traits = {(row["name"], row["value"]) for row in told["traits"]}
    assert traits == {("given_name", f"{me}given"), ("family_name", f"{me}family"), ("city", f"{me}city")}
    assert [row["value"] for row in told["screened"]] == [f"{me}@contact.org"] * 2
    assert sorted(row["reason"] for row in told["refused"]) == [
        "missing_columns",
        "missing_time",
        "unreadable_time",
    ]
    assert {row["content"]["order_id"] for row in told["refused"] if isinstance(row["content"], dict)} == {
        f"{me}o2",
        f"{me}o3",
    }
    answers = {(row["namespace"], row["answer"], row["wording"], row["proof"]) for row in told["consents"]}
    assert answers == {
        (kind, "given", f"{me}v", f"{me}form") for kind in ("customer", "email", "loyalty", "cookie")
    }
    assert {row["map"] for row in told["journeys"]} == {"collect", "life"}
    assert {(row["promise"], row["verdict"]) for row in told["verdicts"] if row["map"] == "collect"} == {
        ("ready-in-2h", "kept")
    }
    assert any(
        row["other_namespace"] == "kiosk" and row["other_value"] is None for row in told["links"]
    ) or any(row["namespace"] == "kiosk" and row["value"] is None for row in told["links"])
    assert told["about"]["not_looked_at"] == []


def test_nobody_else_is_in_it(own: Path) -> None:
    """Neither the other users of the kiosk, nor who bought the same product, nor whoever said nothing of themselves."""
    text = "".join(path.read_text("utf-8") for path in own.iterdir())

    assert set(re.findall(r"zq(\d{3})q", text)) == {f"{ME:03d}"}
    assert "nobody said who" not in text
    assert "box" not in text


def test_the_tables_hold_what_the_document_holds(own: Path) -> None:
    """One CSV for each kind with rows, its columns those that the document explains, a line a row."""
    told = document(own)
    for kind, (_, fields) in MEANING.items():
        path = own / f"{kind}.csv"
        assert path.exists() == bool(told[kind]), kind
        if told[kind]:
            rows = list(csv.reader(path.open(encoding="utf-8", newline="")))
            assert rows[0] == list(fields)
            assert len(rows) == 1 + len(told[kind])
        assert all(list(row) == list(fields) for row in told[kind]), kind
        assert told["about"]["meaning"][kind]["fields"] == fields


def test_only_its_owner_may_read_it(own: Path) -> None:
    """The folder and its files are closed to others."""
    assert own.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in own.iterdir())


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_as_a_formula(tmp_path: Path, text: str) -> None:
    """Such a text gets a quote in front in the CSV and is whole in the JSON; numbers stay numbers."""
    rows: dict[str, list[dict[str, object]]] = {kind: [] for kind in MEANING}
    rows["traits"] = [{"signal": -1, "name": text, "value": "plain", "source": None, "file": None}]
    write_export({"format": "x", "about": {}, **rows}, tmp_path / "out")
    cells = list(csv.reader((tmp_path / "out/traits.csv").open(encoding="utf-8", newline="")))[1]

    assert cells == ["-1", f"'{text}", "plain", "", ""]
    assert document(tmp_path / "out")["traits"][0]["name"] == text


def test_a_row_of_somebody_else_that_names_them_is_not_told(planted: Path, tmp_path: Path) -> None:
    """Whoever shared an order with them keeps their own rows to themselves."""
    folder = shutil.copytree(planted, tmp_path / "shop")
    mine = web_row(ME, 8, "2024-03-08 10:00:00", order_id="both")
    theirs = web_row(3, 8, "2024-03-08 11:00:00", order_id="both")
    write(folder, {"data/web-2.csv": f"{WEB_HEADER}\n{mine}\n{theirs}\n"})
    ran(folder)
    assert parcours(folder, "export-person", name(ME), "-o", str(tmp_path / "out")).code == 0
    text = (tmp_path / "out/person.json").read_text("utf-8")

    assert "order:both" in text
    assert needle(3) not in text


@pytest.mark.parametrize("what", ["a folder in use", "nobody", "a place that cannot be"])
def test_a_wrong_request_writes_nothing(planted: Path, tmp_path: Path, what: str) -> None:
    """One sentence with the fix, exit 2."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("mine", "utf-8")
    who, where, said = {
        "a folder in use": (name(ME), tmp_path / "full", "is not empty; name a new or empty folder"),
        "nobody": ("customer:nobody", tmp_path / "new", "nobody is known under this id"),
        "a place that cannot be": (name(ME), tmp_path / "full/mine.txt/x", "cannot be written"),
    }[what]
    answer = parcours(planted, "export-person", who, "-o", str(where))

    assert answer.code == 2
    assert said in answer.err
    assert not (tmp_path / "new").exists()
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]


def test_a_corrected_value_counts_over_the_sources(planted: Path, tmp_path: Path) -> None:
    """It is shown, survives another import, is the last word said, and is told with its proof."""
    folder = shutil.copytree(planted, tmp_path / "shop")
    mail = f"email:{needle(ME)}@example.org"
    for value in ("wrong@example.org", "Right@Example.org "):
        assert (
            parcours(
                folder, "rectify", mail, "email", value, "--proof", "letter 7", "--at", "2024-03-05"
            ).code
            == 0
        )
    assert parcours(folder, "rectify", name(ME), "family_name", "Durand").code == 0
    shutil.rmtree(folder / ".parcours/lake")
    ran(folder)
    shown = parcours(folder, "person", name(ME), "--format", "json").json["identifiers"]
    assert parcours(folder, "export-person", name(ME), "-o", str(tmp_path / "out")).code == 0
    told = document(tmp_path / "out")

    assert {"namespace": "email", "value": "right@example.org"} in shown
    row = next(row for row in told["identifiers"] if row["namespace"] == "email")
    assert (row["value"], row["corrected_to"]) == (f"{needle(ME)}@example.org", "right@example.org")
    assert [(row["field"], row["value"], row["proof"]) for row in told["corrections"]] == [
        ("email", "wrong@example.org", "letter 7"),
        ("email", "right@example.org", "letter 7"),
        ("family_name", "Durand", None),
    ]
    assert parcours(folder, "erase", name(ME)).code == 0
    assert b"right@example.org" not in (folder / ".parcours/vault/vault.sqlite").read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("customer:1", "shoe_size", "42"), "'shoe_size' is no field"),
        (("customer:1", "email", "guest"), None),
        (("customer:1", "customer", "guest"), "stands for nobody"),
        (("customer:1", "city", "  "), "is empty"),
        (("1", "city", "Lyon"), "not namespace:value"),
        (("customer:1", "city", "Lyon", "--at", "soon"), "not an instant"),
    ],
)
def test_a_wrong_correction_is_refused(planted: Path, words: tuple[str, ...], said: str | None) -> None:
    """One sentence, exit 2; a trait may say anything."""
    answer = parcours(planted, "rectify", *words)

    assert answer.code == (2 if said else 0)
    assert (said or "") in answer.err


def test_every_field_is_documented() -> None:
    """Whoever gets such a file can look up what it says, in the words of the file itself."""
    text = page("reference/person-export.md")
    for kind, (what, fields) in MEANING.items():
        part = section(text, kind)
        assert what in part
        assert [(row[0], row[1]) for row in table(part)] == list(fields.items())
