"""`init --from` writes mappings that run at once, and refuses what it cannot read in one sentence."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cli.given import call

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TILL = """N° ticket;N° client;Prénom;Nom;Date d'achat;Heure;Montant TTC;Canal;Commentaire
T1;C1;Léa;Dupré;31/01/2026;14:05;1 205,50 €;Magasin;Très bien accueilli mais trop de queue
T2;C2;Max;Petit;02/02/2026;09:00;19,90 €;Site web;Le vendeur était parti déjeuner sans prévenir
T3;;;;03/02/2026;18:30;5,00 €;Téléphone;
"""
XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0"><trace><string key="concept:name" value="R-7"/>
<event><string key="concept:name" value="Repair received"/><date key="time:timestamp" value="2026-09-14T09:30:00+02:00"/></event>
<event><string key="concept:name" value="Repair returned"/><date key="time:timestamp" value="2026-09-18T16:00:00+02:00"/></event>
</trace></log>
"""


def signals(workspace: Path) -> tuple[int, int]:
    """(received, accepted) signals of a run, after a check without faults."""
    checked = call("check", "-w", workspace)
    assert checked.code == 0, checked.out
    counts = call("run", "-w", workspace, "--format", "json").json["signals"]
    return counts["received"], counts["accepted"]


def test_a_french_till_in_windows_letters_runs_at_once(tmp_path: Path) -> None:
    """Semicolons, cp1252, days first, an hour apart, decimal commas: three tickets give three signals."""
    file = tmp_path / "tickets caisse.csv"
    file.write_bytes(TILL.encode("cp1252"))

    answer = call("init", tmp_path / "shop", "--from", file)

    assert answer.code == 0, answer.err
    assert "copied to" in answer.out
    assert (tmp_path / "shop/data/tickets caisse.csv").read_bytes() == file.read_bytes()
    assert signals(tmp_path / "shop") == (3, 3)
    person = call("person", "customer:C1", "-w", tmp_path / "shop", "--format", "json").json
    assert "2026-01-31T14:05" in json.dumps(person)


def test_every_guess_is_marked(tmp_path: Path) -> None:
    """Each line of the mapping that was guessed says so."""
    file = tmp_path / "tickets.csv"
    file.write_text(TILL, "utf-8-sig")
    call("init", tmp_path / "shop", "--from", file)

    lines = (tmp_path / "shop/sources/tickets.yaml").read_text("utf-8").splitlines()
    sure = ("source:", "read:", "person:", "objects:", "traits:", "set:", "signals:", "    when:")
    unmarked = [line for line in lines if line and "#" not in line and not line.startswith(sure)]

    assert unmarked == []
    assert sum("# guess:" in line for line in lines) >= 12


def test_json_parquet_and_event_logs_are_proposed_as_well(tmp_path: Path) -> None:
    """One call takes files of several formats: 2 messages, 3 rows of two times (5 set) and 2 events give 9 signals."""
    chat = tmp_path / "chat.jsonl"
    rows = [
        {"id": f"m{n}", "ts": 1788704760 + n, "user": {"id": "C-18"}, "message": "Where is my order, please?"}
        for n in range(2)
    ]
    chat.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    orders = tmp_path / "orders.parquet"
    paid = pa.array([1_788_704_760_000_000] * 3, pa.timestamp("us", "UTC"))
    delivered = pa.array([1_788_704_760_000_000, None, 1_788_804_760_000_000], pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({"order": ["A", "B", "C"], "paid at": paid, "delivered at": delivered}), orders)
    repairs = tmp_path / "repairs.xes"
    repairs.write_text(XES, "utf-8")

    answer = call("init", tmp_path / "shop", "--from", chat, "--from", orders, "--from", repairs)

    assert answer.code == 0, answer.err
    assert signals(tmp_path / "shop") == (9, 9)


def test_a_source_is_added_to_a_workspace_and_nothing_overwritten(tmp_path: Path) -> None:
    """A second file joins the first; the same again is refused and changes nothing."""
    for name in ("web", "till"):
        (tmp_path / f"{name}.csv").write_text(f"date,{name}\n2026-01-31,1\n", "utf-8")
    shop = tmp_path / "shop"
    call("init", shop, "--from", tmp_path / "web.csv")
    (shop / "parcours.toml").write_text('time_zone = "Europe/Paris"\n', "utf-8")

    assert call("init", shop, "--from", tmp_path / "till.csv").code == 0
    assert "time_zone: Europe/Paris" in (shop / "sources/till.yaml").read_text("utf-8")
    assert signals(shop) == (2, 2)
    (shop / "sources/web.yaml").write_text("mine", "utf-8")
    again = call("init", shop, "--from", tmp_path / "web.csv")
    assert again.code == 2
    assert "is there already" in again.err
    assert (shop / "sources/web.yaml").read_text("utf-8") == "mine"


def test_two_files_of_one_name_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    """Where one file cannot be taken, none is."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "web.csv").write_text("date\n2026-01-31\n", "utf-8")

    answer = call(
        "init", tmp_path / "shop", "--from", tmp_path / "a/web.csv", "--from", tmp_path / "b/web.csv"
    )

    assert answer.code == 2
    assert "give the same name" in answer.err
    assert not (tmp_path / "shop").exists()


def test_a_folder_that_is_no_workspace_is_left_alone(tmp_path: Path) -> None:
    """Somebody's folder does not become a workspace by a slip."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home/letter.txt").write_text("dear", "utf-8")
    (tmp_path / "web.csv").write_text("date\n2026-01-31\n", "utf-8")

    assert call("init", tmp_path / "home", "--from", tmp_path / "web.csv").code == 2
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["letter.txt"]


def _sheet(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", "<x/>")


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda _: None, "there is no such file"),
    "empty": (lambda path: path.write_bytes(b""), "it is empty"),
    "binary": (lambda path: path.write_bytes(bytes(range(256)) * 20), "it is a binary file"),
    "header only": (lambda path: path.write_text("date,order\n"), "no rows"),
    "folder": (lambda path: path.mkdir(), "it is a folder"),
    "spreadsheet": (_sheet, "it is a spreadsheet"),
    "web page": (lambda path: path.write_text("<html></html>"), "no XES event log"),
    "JSON array": (lambda path: path.write_text('[{"a": 1}]\n'), "one JSON array"),
    "damaged Parquet": (lambda path: path.write_bytes(b"PAR1" + b"x" * 90), "damaged Parquet"),
    "packed and cut": (lambda path: path.write_bytes(b"\x1f\x8b\x08\x00" + b"\x00" * 9), "compressed data"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_cannot_be_read_is_said_in_one_sentence(tmp_path: Path, kind: str) -> None:
    """Exit 2, the file, what is wrong and the fix; no traceback, nothing written."""
    make, what = WRONG[kind]
    file = tmp_path / "given"
    make(file)

    answer = call("init", tmp_path / "shop", "--from", file)

    assert answer.code == 2
    assert what in answer.err
    assert ";" in answer.err
    assert len(answer.err.splitlines()) == 1
    assert not (tmp_path / "shop").exists()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("date\n2026-01-01\n2026-01-02\n", (2, 2)),  # one column
        ("date,id,id,DATE\n2026-01-01,1,2,2026-01-02\n", (2, 2)),  # doubled headings: two times, two signals
        (
            "date,note\n2026-01-01," + "x" * 2_000_100 + "\n2026-01-03,b\n",
            (2, 1),
        ),  # the long line is refused, and counted
        ("1,2026-01-01\n2,2026-01-02\n", (2, 2)),  # no headings
        (",from date,select\n0,2026-01-01,a\n1,2026-01-02,b\n", (2, 2)),  # no heading, and a word of SQL
        ('"say ""hi""",date\na,2026-01-01\nb,2026-01-02\n', (2, 2)),  # quotes in a heading
    ],
)
def test_odd_files_run_all_the_same(tmp_path: Path, text: str, count: tuple[int, int]) -> None:
    """Whatever the headings look like, the mapping checks and runs."""
    (tmp_path / "odd.csv").write_text(text, "utf-8")
    assert call("init", tmp_path / "shop", "--from", tmp_path / "odd.csv").code == 0

    assert signals(tmp_path / "shop") == count


def test_a_first_line_of_values_is_a_row_and_names_nobody(tmp_path: Path) -> None:
    """Where headings are missing, what the first row holds is not written into the mapping."""
    (tmp_path / "odd.csv").write_text("Dupré,2026-01-01\nPetit,2026-01-02\n", "utf-8")

    answer = call("init", tmp_path / "shop", "--from", tmp_path / "odd.csv")

    assert "Dupré" not in answer.out + (tmp_path / "shop/sources/odd.yaml").read_text("utf-8")
    assert signals(tmp_path / "shop") == (2, 2)


def test_a_large_file_is_looked_into_and_stays_where_it_is(tmp_path: Path) -> None:
    """Of 120 MB a sample from all over is read: the column that fills only at the end is seen."""
    row = "2026-01-31 10:00:00,A1,{},{}\n"
    with (tmp_path / "large.csv").open("w", encoding="utf-8") as file:
        file.write("date,order_id,late,pad\n")
        for number in range(120):
            file.write(row.format("x" if number > 60 else "", "p" * 1_000) * 1_000)

    answer = call("init", tmp_path / "shop", "--from", tmp_path / "large.csv")

    text = (tmp_path / "shop/sources/large.yaml").read_text("utf-8")
    assert "read where it is" in answer.out
    assert str(tmp_path / "large.csv") in text
    assert "  late: late" in text


def test_a_file_without_time_says_so(tmp_path: Path) -> None:
    """The summary and the mapping both say that a time is needed."""
    (tmp_path / "products.csv").write_text("product_id,weight\nP1,3\nP2,4\n", "utf-8")

    answer = call("init", tmp_path / "shop", "--from", tmp_path / "products.csv")

    assert "no time found" in answer.out
    assert "NO TIME FOUND" in (tmp_path / "shop/sources/products.yaml").read_text("utf-8")
    assert signals(tmp_path / "shop") == (2, 2)


def test_a_file_inside_the_workspace_stays_where_it_is(tmp_path: Path) -> None:
    """What lies in the workspace is read there, by a path that moves with it."""
    (tmp_path / "shop/sources").mkdir(parents=True)
    (tmp_path / "shop/exports").mkdir()
    (tmp_path / "shop/exports/web.csv").write_text("date\n2026-01-31\n", "utf-8")

    call("init", tmp_path / "shop", "--from", tmp_path / "shop/exports/web.csv")

    assert "read: {csv: exports/web.csv}" in (tmp_path / "shop/sources/web.yaml").read_text("utf-8")
    assert not (tmp_path / "shop/data").exists()
