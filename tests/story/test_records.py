"""Customer records that no identifier joins: one person unless the workspace forbids it, explained, and undone."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from identity.records.given import town
from story.shop import parcours, ran, vault_rows, write

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = ("given_name", "family_name", "birth_date", "email", "phone", "street", "postcode", "city")
SOURCE = f"""
source: crm
read: {{csv: data/customers.csv}}
person: {{customer: number}}
traits: {{{", ".join(f"{name}: {name}" for name in FIELDS)}}}
id: number
signals:
  - {{type: customer.told, at: told_at}}
"""


def told(people: int, copies: int) -> tuple[str, list[int]]:
    """A customer file, and whose each of its rows is."""
    records, owners = town(people, copies, seed=11)
    file = io.StringIO()
    rows = csv.DictWriter(file, ("number", "told_at", *FIELDS), restval="")
    rows.writeheader()
    for number, record in enumerate(records):
        rows.writerow({"number": f"n{number}", "told_at": "2024-03-01 10:00:00", **record})
    return file.getvalue(), owners


@pytest.mark.heavy
def test_records_are_compared_unless_the_workspace_forbids_it(tmp_path: Path) -> None:
    """With `records: off` each number is a person; without, those that are alike are one, told why, and two again when undone."""
    content, owners = told(150, 40)
    folder = tmp_path / "shop"
    write(
        folder,
        {"sources/crm.yaml": SOURCE, "data/customers.csv": content, "identity.yaml": "records: off\n"},
    )
    assert ran(folder)["people"] == len(owners) == 190
    assert vault_rows(folder, "select count(*) from record") == [(0,)]

    (folder / "identity.yaml").unlink()
    people = ran(folder)["people"]
    assert 150 <= people <= 160  # nearly all of the forty copies find their original
    assert ran(folder)["people"] == people

    joined = next(
        number
        for number in range(150, 190)
        if owners.count(owners[number]) == 2 and is_one(folder, owners[number], number)
    )
    answer = parcours(folder, "identity", "explain", f"customer:n{joined}", "--format", "json").json
    assert {item["value"] for item in answer["identifiers"]} == {f"n{joined}", f"n{owners[joined]}"}
    assert [item["cause"] for item in answer["evidence"]] == ["records"]

    undone = parcours(folder, "identity", "undo", answer["events"][0]["event"], "--reason", "twins")
    assert undone.code == 0, undone.err
    assert ran(folder)["people"] == people + 1
    assert not is_one(folder, owners[joined], joined)
    write(folder, {"data/customers.csv": content + "n900,2024-03-02 10:00:00,,,,,,,,\n"})
    assert ran(folder)["people"] == people + 2
    assert not is_one(folder, owners[joined], joined)


@pytest.mark.heavy
def test_records_that_tell_too_little_are_left_alone(tmp_path: Path) -> None:
    """Customers of whom only a town is told: the run goes on, and nobody is joined."""
    source = SOURCE.replace(", ".join(f"{name}: {name}" for name in FIELDS), "postcode: postcode, city: city")
    content, owners = told(30, 10)
    write(tmp_path, {"sources/crm.yaml": source, "data/customers.csv": content})

    assert ran(tmp_path)["people"] == ran(tmp_path)["people"] == len(owners)


def test_a_wrong_setting_is_told_with_its_line(tmp_path: Path) -> None:
    """Before anything is changed."""
    content, _ = told(3, 0)
    write(
        tmp_path,
        {
            "sources/crm.yaml": SOURCE,
            "data/customers.csv": content,
            "identity.yaml": "merge: 0.9\nmegre: 1\n",
        },
    )
    for words in (("check",), ("run",)):
        answer = parcours(tmp_path, *words)
        assert answer.code in {1, 2}
        assert "identity.yaml:2" in answer.out + answer.err


def is_one(folder: Path, one: int, other: int) -> bool:
    """Two customer numbers are the same person."""
    people = {
        parcours(folder, "identity", "explain", f"customer:n{number}", "--format", "json").json["person"]
        for number in (one, other)
    }
    return len(people) == 1
