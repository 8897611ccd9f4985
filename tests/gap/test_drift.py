"""What has moved, from files to answers: three small logs with an incident each, one without, and reviews of a map."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from cli.given import call

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE = """
source: log
read: {csv: data/log.csv}
person: {user: user}
objects: {session: session}
channel: {sql: channel}
time_zone: UTC
signals:
  - {type: {sql: event}, at: time, set: {platform: platform, referrer: referrer}}
"""
MAP = """
map: visit
owner: e-commerce
per: session
review: {every: 90d}
stages:
  - stage: buy
    steps:
      - {step: begin, signal: session.started}
      - {step: check-out, signal: checkout.started, optional: true}
      - {step: pay, signal: payment.done, optional: true}
"""
BEGINS, DAYS = datetime.fromisoformat("2026-01-05T08:00:00"), 150
DAY = 80  # of the incident
WEEK = (1, 0.9, 0.9, 1, 1.1, 1.4, 1.2)


def rows(kind: str, seed: int) -> Iterator[tuple[object, ...]]:
    """A hundred sessions a day, half of which check out and four fifths of these pay; and an incident.

    `checkout`: on Android only two fifths pay, for thirty days. `payment`: for three weeks three of five payments fail. `viral`: for four days three
    hundred more come from a social network, of whom one in fifty checks out.
    """
    chance = np.random.default_rng(seed)
    length = {"checkout": 30, "payment": 21, "viral": 4, "quiet": 0}[kind]
    number = 0
    for day in range(DAYS):
        inside = DAY <= day < DAY + length
        usual = chance.poisson(100 * WEEK[day % 7] * chance.lognormal(0, 0.1))
        for place in range(usual + (300 if kind == "viral" and inside else 0)):
            crowd, number = place >= usual, number + 1
            platform = str(chance.choice(["ios", "android", "web"]))
            facts = (
                platform,
                "social" if crowd else str(chance.choice(["search", "direct", "social"], p=[0.5, 0.4, 0.1])),
            )
            since = BEGINS + timedelta(days=day, minutes=int(chance.integers(0, 800)))
            user = f"v{number}" if crowd else f"u{chance.integers(2000)}"
            yield user, number, since, "session.started", *facts, "web"
            if chance.random() > (0.02 if crowd else 0.5):
                continue
            yield user, number, since + timedelta(minutes=3), "checkout.started", *facts, "web"
            if kind == "payment" and inside and chance.random() < 0.6:
                yield user, number, since + timedelta(minutes=4), "payment.failed", *facts, "web"
                continue
            if chance.random() < (0.4 if kind == "checkout" and inside and platform == "android" else 0.8):
                yield user, number, since + timedelta(minutes=5), "payment.done", *facts, "web"


def lived(folder: Path, kind: str, seed: int = 1, *, drawn: bool = False) -> Path:
    """A workspace that was run."""
    for name in ("data", "sources", "maps"):
        (folder / name).mkdir(parents=True)
    (folder / "parcours.toml").write_text('name = "Log"\n', "utf-8")
    (folder / "sources/log.yaml").write_text(SOURCE, "utf-8")
    if drawn:
        (folder / "maps/visit.yaml").write_text(MAP, "utf-8")
    write(folder, rows(kind, seed))
    return run(folder)


def write(folder: Path, told: Iterator[tuple[object, ...]]) -> None:
    """The file of the log."""
    lines = [",".join(str(cell) for cell in row) for row in told]
    (folder / "data/log.csv").write_text(
        "\n".join(["user,session,time,event,platform,referrer,channel", *lines]) + "\n", "utf-8"
    )


def run(folder: Path) -> Path:
    """Run until long after the data."""
    answer = call("run", "-w", folder, "--as-of", "2026-12-31", "--format", "json")
    assert answer.code == 0, answer.err
    return folder


def ask(*words: object) -> Any:  # JSON of any command
    """The JSON of a command."""
    answer = call(*words, "--format", "json")
    assert answer.code == 0, answer.err
    return answer.json


def day(number: int) -> str:
    """A day of the data."""
    return (BEGINS + timedelta(days=number)).date().isoformat()


def near(text: str, number: int, days: int = 2) -> bool:
    """A day told is that day, or almost."""
    return abs((datetime.fromisoformat(text) - datetime.fromisoformat(day(number))).days) <= days


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout broken on Android for a month; no map."""
    return lived(tmp_path_factory.mktemp("drift") / "broken", "checkout")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a map."""
    return lived(tmp_path_factory.mktemp("drift") / "drawn", "checkout", drawn=True)


@pytest.mark.parametrize("more", [(), ("--per", "session"), ("--per", "person", "--quiet", "1d")])
def test_a_checkout_broken_on_one_platform_stands_first(broken: Path, more: tuple[str, ...]) -> None:
    """Told once, of Android, for its month, four fifths to two fifths; that fewer pay in all is its echo."""
    told = ask("journeys", "drift", "-w", broken, *more)

    assert len(told) == 1
    first = told[0]
    assert (first["what"], first["source"], first["target"]) == ("share", "checkout.started", "payment.done")
    assert first["slice"] == {"platform": "android"}
    assert near(first["since"], DAY)
    assert near(first["until"], DAY + 29)
    assert first["before"] == pytest.approx(0.8, abs=0.03)
    assert first["after"] == pytest.approx(0.4, abs=0.06)
    assert (
        300 < first["people"] <= first["cases"] < 700
    )  # 107 sessions a day, half, a third of them, for thirty days: 535
    assert {"what": "share", "slice": {}} in [
        {"what": echo["what"], "slice": echo["slice"]} for echo in first["echoes"]
    ]


def test_a_payment_outage_is_everybodys(tmp_path: Path) -> None:
    """Payments fail for three weeks, on no platform more than on others: a way that was not there, or the payments that are missing."""
    first = ask("journeys", "drift", "-w", lived(tmp_path / "shop", "payment"))[0]

    assert first["slice"] == {}
    assert first["source"] == "checkout.started"
    assert first["target"] in {"payment.failed", "payment.done"}
    assert near(first["since"], DAY)
    assert near(first["until"], DAY + 20)


def test_a_crowd_is_told_as_people_who_came_and_not_as_a_checkout_that_broke(tmp_path: Path) -> None:
    """Four days of three hundred more from a social network."""
    told = ask("journeys", "drift", "-w", lived(tmp_path / "shop", "viral"))

    assert len(told) == 1
    assert told[0]["what"] in {"volume", "mix"}
    assert told[0]["slice"] == {"referrer": "social"}
    assert (told[0]["since"], told[0]["until"]) == (day(DAY), day(DAY + 3))


def test_where_nothing_moved_one_line_says_so(tmp_path: Path) -> None:
    """No row, and one sentence for people."""
    shop = lived(tmp_path / "shop", "quiet")

    assert ask("journeys", "drift", "-w", shop) == []
    lines = call("journeys", "drift", "-w", shop).out.splitlines()
    assert len(lines) == 1
    assert lines[0].endswith("nothing has moved")


def test_the_journeys_behind_a_finding_name_file_and_row(broken: Path) -> None:
    """Five while it lasts and five before, all of Android; each row of the file is that checkout."""
    behind = ask("journeys", "drift", "-w", broken, "--finding", "1", "--limit", "10")
    lines = (broken / "data/log.csv").read_text("utf-8").splitlines()

    assert [row["when"] for row in behind] == ["during"] * 5 + ["before"] * 5
    for row in behind:
        assert ",checkout.started,android," in lines[row["row"]]  # the header is row 0
        assert (row["wait_s"] is not None) == (row["told"] == 1)


def test_known_events_near_a_finding_are_named(broken: Path, tmp_path: Path) -> None:
    """The release of the day before on Android, and a campaign of the week; not that on iOS, nor one of the spring before."""
    known = tmp_path / "events.csv"
    told = [f"{day(DAY - 1)},,Android 8.2,android", f"{day(DAY - 1)},,iOS 8.2,ios"]
    told += [f"{day(DAY - 5)},{day(DAY + 2)},campaign,", f"{day(2)},,opening,"]
    known.write_text("\n".join(["at,until,what,platform", *told]) + "\n", "utf-8")
    first = ask("journeys", "drift", "-w", broken, "--events", known)[0]

    assert [event["what"] for event in first["near"]] == ["Android 8.2", "campaign"]
    assert first["near"][0]["same_slice"] is True
    assert first["near"][1]["same_slice"] is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has the columns"),
        ("day,what\n", "has the columns day, what"),
        ("at,what\nsoon,release\n", "line 2: 'soon' is no day"),
        (None, "cannot be read"),
    ],
)
def test_events_that_cannot_be_read_are_refused(
    broken: Path, tmp_path: Path, text: str | None, says: str
) -> None:
    """One sentence with the place, and exit 2."""
    known = tmp_path / "events.csv"
    if text is not None:
        known.write_text(text, "utf-8")
    answer = call("journeys", "drift", "-w", broken, "--events", known)

    assert answer.code == 2
    assert says in answer.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--finding", "7"), "there is no finding 7"),
        (("--map", "nowhere"), "there is no map 'nowhere'"),
        (("--per", "parcel"), "there is no object 'parcel'"),
    ],
)
def test_what_is_not_there_is_said(broken: Path, words: tuple[str, ...], says: str) -> None:
    """One sentence, and exit 2."""
    answer = call("journeys", "drift", "-w", broken, *words)

    assert answer.code == 2
    assert says in answer.err


def test_a_map_is_looked_over_step_by_step(drawn: Path) -> None:
    """Without an option every map is; its nodes are steps."""
    told = ask("journeys", "drift", "-w", drawn)

    assert [(row["map"], row["source"], row["target"], row["slice"]) for row in told] == [
        ("visit", "check-out", "pay", {"platform": "android"})
    ]


def test_a_review_is_what_drift_is_told_against(drawn: Path) -> None:
    """Reviewed after the month was over: nothing since. Reviewed before it: the month. `--look` records nothing."""
    call("map", "review", "visit", "--look", "-w", drawn)
    assert ask("map", "reviews", "-w", drawn)[0]["reviews"] == []
    assert call("map", "review", "--map", "visit", "--at", day(60), "--by", "Ana", "-w", drawn).code == 0
    assert len(ask("journeys", "drift", "--map", "visit", "-w", drawn)) == 1
    assert call("map", "review", "visit", "--at", "2027-01-15", "--note", "mended", "-w", drawn).code == 0

    assert ask("journeys", "drift", "--map", "visit", "-w", drawn) == []
    row = ask("map", "reviews", "-w", drawn)[0]
    assert (row["reviews"][0]["by"], row["reviews"][0]["seen_on"]) == ("Ana", day(60))
    assert row["reviews"][1]["seen_on"] == day(DAYS - 1)  # no further than the data go
    assert row["due_on"] == "2027-04-15"  # 90 days after the last
    assert call("map", "review", "-w", drawn).code == 2


def test_a_workspace_with_a_handful_of_signals_says_nothing(tmp_path: Path) -> None:
    """Three days of three sessions, and none at all."""
    shop = lived(tmp_path / "shop", "quiet")
    write(shop, iter([row for row in rows("quiet", 1) if str(row[2]) < day(3)][:9]))
    run(shop)
    assert ask("journeys", "drift", "-w", shop) == []
    write(shop, iter([]))
    run(shop)
    answer = call("journeys", "drift", "-w", shop)

    assert answer.code == 0
    assert "no journey to look over" in answer.out
