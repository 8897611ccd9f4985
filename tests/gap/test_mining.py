"""Mining a run, from files to answers: a small shop whose journeys are counted by hand."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cli.given import call

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """
source: shop
read: {csv: data/shop.csv}
person: {customer: customer}
objects: {order: number}
channel: {sql: channel}
touchpoint: {sql: place}
time_zone: UTC
signals:
  - {type: {sql: kind}, at: at, set: {score: score}}
"""
MAP = """
map: collect
owner: store
per: order
starts: order.placed
ends: {any: [order.collected], or_quiet_for: 3d}
stages:
  - stage: order
    steps:
      - {step: pay, signal: order.placed, touchpoints: [web.checkout, app.checkout]}
      - {step: notice, signal: notice.sent}
      - {step: pick, signal: order.picked}
  - stage: collect
    steps:
      - {step: ready, signal: order.ready, optional: true}
      - {step: hand-over, signal: order.collected, touchpoints: [store.desk]}
      - {step: parade, signal: parade.held, optional: true}
promises:
  - {promise: ready-in-2h, after: order.placed, expect: order.ready, within: 2h, owner: store}
"""
BEGINS = datetime.fromisoformat("2026-10-05T10:00:00")


def _rows() -> list[str]:
    """Forty orders of forty customers, one an hour: picked after 10 min, told after 20 (ten of them), ready after 1 h (even ones) or 3 h, collected after 5 h.

    Every fourth one asks by phone after 4 h, and is collected at the locker. The last one gives a score of 3. A parade is about no order.
    """
    rows = []
    for number in range(40):
        since = BEGINS + timedelta(hours=number)
        moments = [
            (0, "order.placed", "web", "web.checkout"),
            (10, "order.picked", "store", "store.backroom"),
        ]
        moments += [(20, "notice.sent", "mail", "mail.notice")] if number < 10 else []
        moments += [(60 if number % 2 == 0 else 180, "order.ready", "store", "store.backroom")]
        moments += [(240, "ticket.opened", "phone", "phone.care")] if number % 4 == 0 else []
        place = "store.locker" if number % 4 == 0 else "store.desk"
        moments += [(300, "order.collected", "store", place)]
        for minutes, kind, channel, where in moments:
            at = (since + timedelta(minutes=minutes)).isoformat()
            score = "3" if (number, kind) == (39, "order.collected") else ""
            rows.append(f"C{number},N{number},{kind},{channel},{where},{at},{score}")
    return [*rows, "C0,,parade.held,store,store.door,2026-10-05T09:00:00,"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop, run a week later."""
    folder = tmp_path_factory.mktemp("mining")
    for name in ("data", "sources", "maps"):
        (folder / name).mkdir()
    (folder / "parcours.toml").write_text('name = "Shop"\n', "utf-8")
    lines = ["customer,number,kind,channel,place,at,score", *_rows()]
    (folder / "data/shop.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "sources/shop.yaml").write_text(SOURCE, "utf-8")
    (folder / "maps/collect.yaml").write_text(MAP, "utf-8")
    answer = call("run", "-w", folder, "--as-of", "2026-10-20", "--format", "json")
    assert answer.code == 0, answer.err
    return folder


def ask(shop: Path, *words: object) -> Any:  # JSON of any command
    """The JSON of a command."""
    answer = call(*words, "-w", shop, "--format", "json")
    assert answer.code == 0, answer.err
    return answer.json


def test_edits_are_proposed_with_the_journeys_that_show_them(shop: Path) -> None:
    """Ten of forty are told, so telling is optional; picking comes before it in those ten, which are too few to say so.

    Everybody's order is ready, so that is not optional; nobody holds parades; ten are handed over at the locker; ten tickets are on no step, but ten
    are fewer than the twenty from which something is proposed.
    """
    rows = {(row["what"], row["subject"]): row for row in ask(shop, "map", "review", "collect")}

    assert set(rows) == {
        ("make_optional", "notice"),
        ("make_required", "ready"),
        ("drop_step", "parade"),
        ("drop_touchpoint", "app.checkout"),
    }
    assert (rows["make_optional", "notice"]["journeys"], rows["make_optional", "notice"]["of"]) == (30, 40)
    assert "but not in these journeys" in rows["drop_step", "parade"]["evidence"]


def test_a_proposed_map_passes_the_check_and_is_lived(shop: Path) -> None:
    """What `map draft` writes, `check` accepts and the next run stitches: forty journeys; a file that is there is not written over."""
    draft = ask(shop, "map", "draft", "drawn", "--per", "order")
    assert draft["starts"] == "order.placed"
    assert draft["ends"] == ["order.collected"]
    written = call("map", "draft", "drawn", "--per", "order", "--write", "-w", shop)
    assert written.code == 0, written.err
    again = call("map", "draft", "drawn", "--per", "order", "--write", "-w", shop)
    assert (again.code, "is there already" in again.err) == (2, True)
    assert call("check", "-w", shop).code == 0
    run = call("run", "-w", shop, "--as-of", "2026-10-20", "--format", "json")
    assert run.code == 0, run.err
    rows = ask(shop, "journeys", "variants", "--map", "drawn")
    (shop / "maps/drawn.yaml").unlink()
    assert call("run", "-w", shop, "--as-of", "2026-10-20").code == 0
    assert sum(row["count"] for row in rows) == 40


def test_no_map_is_proposed_where_nothing_was_lived(shop: Path) -> None:
    """A kind of object that nobody names is refused with what there is; a name that is none, too."""
    assert call("map", "draft", "x", "--per", "unicorn", "-w", shop).code == 2
    assert call("map", "draft", "no name!", "--per", "order", "-w", shop).code == 2
    assert call("map", "review", "nothing", "-w", shop).code == 2


def test_measures_count_what_each_journey_went_through(shop: Path) -> None:
    """The first order: 5 h, changes web-store, store-phone, phone-store, one of them back; one contact. The mail takes nobody anywhere."""
    first = ask(shop, "journeys", "measures", "--map", "collect", "--each")[0]

    assert (
        first["duration_s"],
        first["switches"],
        first["ping_pong"],
        first["contacts"],
        first["effort"],
    ) == (18_000, 3, 1, 1, 5)
    assert (first["outcome"], first["path"]) == (
        "order.collected",
        ["pay", "pick", "notice", "ready", "hand-over"],
    )
    rows = {row["measure"]: row for row in ask(shop, "journeys", "measures", "--map", "collect")["measures"]}
    # Ten contacts in forty journeys; one score.
    assert (rows["contacts"]["mean"], rows["score"]["journeys"], rows["score"]["mean"]) == (0.25, 1, 3)
    # Odd ones wait longest for being ready, 160 or 170 min; of the others ten wait 180 min for the call and ten 240 min for the end: half-way 175.
    assert rows["wait_longest_s"]["median"] == 175 * 60


def test_journeys_are_told_by_stage(shop: Path) -> None:
    """All forty come from ordering to collecting, whatever they go through in either; funnel and typical journeys say the same."""
    chosen = ("--map", "collect", "--by", "stage")

    assert ask(shop, "journeys", "variants", *chosen) == [{"path": ["order", "collect"], "count": 40}]
    assert [row["journeys"] for row in ask(shop, "journeys", "funnel", *chosen)] == [40, 40]
    (typical,) = ask(shop, "journeys", "representative", *chosen)["representative"]
    assert (typical["path"], typical["exactly"], typical["stages"]) == (["order", "collect"], 40, None)


def test_a_broken_promise_is_a_cohort(shop: Path) -> None:
    """Twenty orders are ready after 3 h: broken. Of the twenty kept ones ten were asked about, of the broken ones none."""
    found = ask(shop, "journeys", "diff", "--map", "collect", "--by", "type", "--promise", "ready-in-2h")

    assert (found["chosen"]["journeys"], found["other"]["journeys"]) == (20, 20)
    told = {(row["source"], row["target"]): row for row in found["transitions"]}
    asked = told["order.ready", "ticket.opened"]
    assert (asked["share_chosen"], asked["share_other"]) == (0, 0.5)


def test_a_walk_tells_what_was_promised_what_happened_and_what_was_not_seen(shop: Path) -> None:
    """The last order (7 October, 01:00): ready after 3 h, an hour late; at 03:00 nothing had come, and no system shows that."""
    found = ask(shop, "journeys", "walk", "--map", "collect", "--person", "customer:C39")
    told = [(moment["at"][11:16], moment["signal"], moment["wait_s"]) for moment in found["moments"]]

    assert told == [
        ("01:00", "order.placed", None),
        ("01:10", "order.picked", 600),
        ("03:00", None, 6_600),
        ("04:00", "order.ready", 3_600),
        ("06:00", "order.collected", 7_200),
    ]
    placed, _, due, ready, collected = found["moments"]
    assert [(item["promise"], item["due_by"][11:16], item["verdict"]) for item in placed["promised"]] == [
        ("ready-in-2h", "03:00", "broken")
    ]
    assert [item["promise"] for item in due["missed"]] == ["ready-in-2h"]
    assert [(item["verdict"], item["late_s"]) for item in ready["happened"]] == [("broken", 3_600)]
    assert (collected["score"], found["duration_s"], found["not_reached"]) == (3, 18_000, ["notice"])
    assert placed["proof"].startswith("data/shop.csv row ")


def test_a_walk_names_nobody(shop: Path) -> None:
    """Neither the customer's number nor the order's is told, in words or as JSON; a typical journey is walked where none is named."""
    for words in (("--person", "customer:C39"), ()):
        for form in ("text", "json"):
            answer = call("journeys", "walk", "--map", "collect", *words, "-w", shop, "--format", form)
            assert answer.code == 0, answer.err
            assert not re.search(r"\b[CN]\d+\b", answer.out)
    assert "stands for" in ask(shop, "journeys", "walk", "--map", "collect")["why"]


def test_the_journey_that_is_told_can_be_walked(shop: Path) -> None:
    """The example of the second typical journey, by its pseudonym, is the one that `--typical 2` walks."""
    rows = ask(shop, "journeys", "representative", "--map", "collect", "--cover", "1", "--within", "0")[
        "representative"
    ]
    example = ask(shop, "journeys", "walk", "--map", "collect", "--journey", rows[0]["example"])

    assert [moment["step"] for moment in example["moments"] if moment["step"]] == rows[0]["path"]
    assert sum(row["journeys"] for row in rows) == 40


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("journeys", "funnel", "--per", "order", "--steps", "order.placed"), "a funnel needs two steps or more"),
        (("journeys", "funnel", "--map", "collect", "--steps", "pay,fetch"), "there is no step 'fetch'"),
        (("journeys", "diff", "--map", "collect"), "which journeys to hold against which others is not clear"),
        (("journeys", "diff", "--per", "order", "--promise", "ready-in-2h"), "need --map"),
        (("journeys", "diff", "--map", "collect", "--where", "store"), "name=value"),
        (("journeys", "diff", "--map", "collect", "--where", "store=Lyon"), "there is no slice 'store'"),
        (("journeys", "diff", "--map", "collect", "--since", "soon"), "soon"),
        (("journeys", "matrix", "--map", "collect", "--anchor", "nowhere"), "there is no step 'nowhere'"),
        (("journeys", "measures", "--map", "collect", "--calendar", "moon"), "there is no calendar 'moon'"),
        (("journeys", "measures", "--map", "collect", "--by", "moon"), "there is no group 'moon'"),
        (("journeys", "measures", "--map", "collect", "--each"), "--format json"),
        (("journeys", "walk", "--map", "collect", "--journey", "0123456789abcdef"), "there is no such journey"),
        (("journeys", "walk", "--map", "collect", "--journey", "mine"), "there is no such journey"),
        (("journeys", "walk", "--map", "collect", "--typical", "99"), "there is no such journey"),
        (("journeys", "walk", "--map", "collect", "--person", "customer:C99"), "nobody is known"),
        (("journeys", "walk", "--map", "nothing"), "there is no map 'nothing'"),
        (("journeys", "mixed", "--look-back", "soon"), "soon"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_said_in_a_sentence(shop: Path, words: tuple[str, ...], said: str) -> None:
    """No traceback: what is wrong, and what to write instead."""
    answer = call(*words, "-w", shop)

    assert answer.code == 2
    assert said in " ".join(answer.err.split())
    assert "Traceback" not in answer.err
