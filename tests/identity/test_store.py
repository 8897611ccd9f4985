"""Who left which signal, from the files on: anonymous histories, shared devices, words that stand for nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from story.shop import lake_table, parcours, ran, vault_rows, write

if TYPE_CHECKING:
    from pathlib import Path

MAPPING = """
source: s
read: {csv: "data/*.csv"}
person: {customer: customer, email: mail, cookie: cookie, kiosk: kiosk, hall: hall}
signals: [{type: a, at: at}]
"""
HEADER = "at,customer,mail,cookie,kiosk,hall\n"


def person_of(folder: Path) -> dict[str, int]:
    """`namespace:value` of every identifier to the person it stands for."""
    people = {row["token"]: row["person_id"] for row in lake_table(folder, "person_token")}
    named = vault_rows(folder, "select namespace, value, token from identifier")
    return {f"{namespace}:{value}": people[token] for namespace, value, token in named if token in people}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A workspace whose hall tablets are shared by its own settings."""
    write(tmp_path, {"sources/s.yaml": MAPPING, "parcours.toml": '[identity]\nnever_merge = ["hall"]\n'})
    return tmp_path


def test_an_anonymous_history_is_stitched_when_its_owner_signs_in(shop: Path) -> None:
    """Cookie visits come first, the sign-in later, in a file of its own: from then on all of it is one person, and others keep their ids."""
    write(shop, {"data/1.csv": HEADER + "2024-01-01,,,k1,,\n2024-01-02,,,k2,,\n2024-01-03,,,k1,,\n"})
    assert ran(shop)["people"] == 2
    before = person_of(shop)
    write(shop, {"data/2.csv": HEADER + "2024-01-09,c1,Ann@Example.org,k1,,\n2024-01-09,c1,,k3,,\n"})
    assert ran(shop)["people"] == 2
    after = person_of(shop)

    assert after["customer:c1"] == after["cookie:k1"] == after["cookie:k3"] == after["email:ann@example.org"]
    assert after["cookie:k1"] == before["cookie:k1"]
    assert after["cookie:k2"] == before["cookie:k2"] != after["cookie:k1"]


def test_shared_devices_merge_nobody(shop: Path) -> None:
    """Two customers at one kiosk, or at a device of a kind the settings call shared, stay two people."""
    write(
        shop,
        {
            "data/1.csv": HEADER
            + "2024-01-01,c1,,,box,\n2024-01-02,c2,,,box,\n2024-01-03,c3,,,,pad\n2024-01-04,c4,,,,pad\n"
        },
    )
    ran(shop)
    people = person_of(shop)

    assert len({people[f"customer:c{number}"] for number in (1, 2, 3, 4)}) == 4


def test_words_that_stand_for_nobody_make_nobody(shop: Path) -> None:
    """`guest`, `NULL`, `0`, blanks: no identifier, no person, no merge; the signals are still there."""
    words = ["guest", "NULL", " ", "0", "n/a", "Unknown", "-", "undefined", ""]
    rows = [f"2024-01-01,{word},,k{number},," for number, word in enumerate(words)]
    write(shop, {"data/1.csv": HEADER + "\n".join([*rows, "2024-01-01,guest,none,,,"]) + "\n"})
    report = ran(shop)

    assert report["signals"]["accepted"] == len(words) + 1
    assert report["people"] == len(words)
    assert {name.partition(":")[0] for name in person_of(shop)} == {"cookie"}


def test_an_identifier_is_one_however_it_is_written(shop: Path) -> None:
    """Composed or decomposed accents and blanks around are one; capital letters matter, except in e-mail addresses."""
    values = ["andré", "andre\u0301", " andré ", "André"]
    rows = [f"2024-01-01,{value},,,," for value in values] + [
        "2024-01-01,,A@b.fr,,,",
        "2024-01-01,,a@B.FR,,,",
    ]
    write(shop, {"data/1.csv": HEADER + "\n".join(rows) + "\n"})

    assert ran(shop)["people"] == 3


def test_a_replaced_file_undoes_its_merges(shop: Path) -> None:
    """Where the row that joined two people is taken out of its file, they are two again."""
    write(
        shop,
        {
            "data/1.csv": HEADER + "2024-01-01,c1,a@x.fr,,,\n2024-01-02,c2,b@x.fr,,,\n",
            "data/2.csv": HEADER + "2024-01-03,c1,b@x.fr,,,\n",
        },
    )
    assert ran(shop)["people"] == 1
    write(shop, {"data/2.csv": HEADER + "2024-01-03,c1,a@x.fr,,,\n"})

    assert ran(shop)["people"] == 2


def test_files_in_any_order_make_the_same_people(tmp_path: Path) -> None:
    """All files in one run, or one a run with the last first: the same people, and the same things wait, though a browser is first Ann's and then nobody's."""
    files = {
        "data/1.csv": "2024-01-01,,,k1,,\n2024-01-02,c1,a@x.fr,k1,,\n",
        "data/2.csv": "2024-01-03,c2,b@x.fr,k1,,\n2024-01-03,c2,,,box,\n",
        "data/3.csv": "2024-01-04,c3,c@x.fr,k2,,\n2024-01-04,c1,,,box,\n",
        "data/4.csv": "2024-01-05,c3,b@x.fr,k2,,\n",
    }
    mapping = {"sources/s.yaml": MAPPING}
    at_once, one_by_one = tmp_path / "at_once", tmp_path / "one_by_one"
    write(at_once, {**mapping, **{name: HEADER + rows for name, rows in files.items()}})
    ran(at_once)
    write(one_by_one, mapping)
    for name in reversed(files):
        write(one_by_one, {name: HEADER + files[name]})
        ran(one_by_one)

    assert grouped(person_of(at_once)) == grouped(person_of(one_by_one))
    assert {"customer:c2", "customer:c3", "email:b@x.fr", "email:c@x.fr", "cookie:k2"} in grouped(
        person_of(at_once)
    )
    waiting = [
        parcours(folder, "identity", "review", "--format", "json").json for folder in (at_once, one_by_one)
    ]
    assert [[(row["why"], row["from"]) for row in rows] for rows in waiting] == [[("hub", "cookie:k1")]] * 2


def grouped(people: dict[str, int]) -> list[set[str]]:
    """Identifiers of each person, in a fixed order."""
    found: dict[int, set[str]] = {}
    for name, person in people.items():
        found.setdefault(person, set()).add(name)
    return sorted(found.values(), key=sorted)
