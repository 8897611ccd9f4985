"""A promise that starts from a date of the person, on a small club whose days are counted by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli.given import call

if TYPE_CHECKING:
    from pathlib import Path

_CARDS = ("ann", "bob", "cyd", "dan", "eve", "fay")
_CONFIG = 'name = "club"\ntime_zone = "Europe/Paris"\n'
_MEMBERS = """source: members
read: {csv: data/members.csv}
person: {card: card}
traits: {birth_date: born}
time_zone: Europe/Paris
signals:
  - {type: person.identified, channel: store, touchpoint: store.desk, at: joined}
"""
_NOTICES = """source: notices
read: {csv: data/notices.csv}
person: {card: card}
channel: mail
time_zone: Europe/Paris
signals:
  - {type: notice.sent, touchpoint: mail.notice, at: sent, set: {kind: kind}}
"""
_MAP = """map: club
kind: relationship
title: {en: Club}
per: person
stages:
  - stage: year
    steps:
      - {step: wish, signal: notice.sent, owner: marketing, optional: true}
promises:
  - promise: birthday-wish
    says: {en: A wish on your birthday}
    after: AFTER
    expect: {signal: notice.sent, where: "kind = 'birthday'"}
    within: 1d
    owner: marketing
"""
# Ann's wish comes on the day, Bob's never, Cyd's on 28 February 2023 and on 29 February 2024; Dan joined after his birthday of 2024,
# Eve's day is still running at the instant of the run, and what the desk wrote of Fay is no date.
_PEOPLE = """card,born,joined
ann,1990-03-05,2024-01-10
bob,06/03/1985,2024-01-10
cyd,1996-02-29,2023-01-10
dan,1979-01-05,2024-01-10
eve,2001-03-20,2024-01-10
fay,next spring,2024-01-10
"""
_SENT = """card,sent,kind
ann,2024-03-05 09:00:00,birthday
ann,2024-03-18 09:00:00,news
cyd,2023-02-28 00:00:00,birthday
cyd,2024-02-29 12:00:00,birthday
dan,2023-01-01 09:00:00,news
"""


def _verdicts(folder: Path) -> dict[tuple[str, str], str]:
    """(card, local instant of the birthday) to verdict."""
    rows = call("verdicts", "--promise", "birthday-wish", "-w", folder, "--format", "json").json
    cards = {
        call("person", f"card:{card}", "-w", folder, "--format", "json").json["person"]: card
        for card in _CARDS
    }
    return {(cards[row["person"]], row["triggered_at"]): row["verdict"] for row in rows}


@pytest.fixture
def club(tmp_path: Path) -> Path:
    """Its workspace, before any run."""
    files = {
        "parcours.toml": _CONFIG,
        "sources/members.yaml": _MEMBERS,
        "sources/notices.yaml": _NOTICES,
        "maps/club.yaml": _MAP.replace("AFTER", "person.birthday"),
        "data/members.csv": _PEOPLE,
        "data/notices.csv": _SENT,
    }
    for name, content in files.items():
        path = tmp_path / "club" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return tmp_path / "club"


def _run(folder: Path, as_of: str) -> None:
    answer = call("run", "-w", folder, "--as-of", as_of)
    assert answer.code == 0, answer.err


def test_each_birthday_since_the_date_was_told_starts_the_promise(club: Path) -> None:
    """At 12 h on 18 March Eve's day has not begun: her promise does not exist yet."""
    _run(club, "2024-03-18T12:00:00+01:00")

    assert _verdicts(club) == {
        ("ann", "2024-03-05T00:00:00+01:00"): "kept",
        ("bob", "2024-03-06T00:00:00+01:00"): "broken",
        ("cyd", "2023-02-28T00:00:00+01:00"): "kept",
        ("cyd", "2024-02-29T00:00:00+01:00"): "kept",
    }


def test_a_birthday_comes_without_any_signal(club: Path) -> None:
    """Nothing is imported between the runs; Eve's day begins on the 20th in Paris, and nobody was heard of since."""
    _run(club, "2024-03-18T12:00:00+01:00")
    _run(club, "2024-03-20T12:00:00+01:00")

    assert _verdicts(club)["eve", "2024-03-20T00:00:00+01:00"] == "pending"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sources/members.yaml": ("traits: {birth_date: born}\n", "")}, "no source tells birth dates"),
        ({"maps/club.yaml": ("per: person", "per: card")}, "a birthday is of a person"),
        (
            {"maps/club.yaml": ("{step: wish, signal: notice.sent", "{step: wish, signal: person.birthday")},
            "a birthday proves nothing",
        ),
    ],
)
def test_what_cannot_start_from_a_birthday_is_said(
    club: Path, changes: dict[str, tuple[str, str]], sentence: str
) -> None:
    """With line and fix, and exit 2."""
    for name, (old, new) in changes.items():
        text = (club / name).read_text("utf-8")
        assert old in text
        (club / name).write_text(text.replace(old, new), "utf-8")

    answer = call("run", "-w", club, "--as-of", "2024-03-18")

    assert answer.code == 2
    assert sentence in answer.err


def test_a_verdict_of_a_birthday_is_explained(club: Path) -> None:
    """Nobody's file holds the day; the explanation says where it is known from, and stays silent on rows."""
    _run(club, "2024-03-18T12:00:00+01:00")

    told = call("verdicts", "--promise", "birthday-wish", "--person", "card:bob", "-w", club)

    assert told.code == 0, told.err
    assert "Birthday, Wednesday 6 March 2024 at 00:00" in told.out
    assert "the birth date that was told" in told.out
    assert "row 0" not in told.out
