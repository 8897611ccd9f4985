"""One customer, known everywhere: who was merged why, who was parted again, and how it reaches journeys and verdicts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from story.shop import MAP, parcours, ran, shown, write

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """
source: orders
read: {csv: "data/*.csv"}
person: {customer: customer, email: mail, cookie: cookie, kiosk: kiosk}
objects: {order: order_id}
channel: web
touchpoint: web.checkout
set: {store: store}
signals:
  - {type: order.placed, at: placed_at}
  - {type: order.ready, at: ready_at, when: ready_at is not null}
"""
HEADER = "order_id,customer,mail,cookie,kiosk,store,placed_at,ready_at\n"
ANN = "o1,ann,ann@x.fr,k1,,lyon,2024-03-01 10:00:00,2024-03-01 11:00:00\n"
BOB = "o2,bob,bob@x.fr,k2,,lyon,2024-03-01 10:30:00,2024-03-01 15:00:00\n"
MISTAKE = "o3,ann,bob@x.fr,,,nice,2024-03-02 09:00:00,\n"  # Ann ordered for Bob, with his address


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Two customers, each with an address and a browser."""
    write(
        tmp_path,
        {
            "sources/orders.yaml": SOURCE,
            "maps/collect.yaml": MAP,
            "data/1.csv": HEADER + ANN + BOB,
        },
    )
    return tmp_path


def answered(folder: Path, *words: str) -> Any:  # a JSON document
    """What a command that must succeed prints as JSON."""
    answer = parcours(folder, *words, "--format", "json")
    assert answer.code == 0, answer.err
    return answer.json


def refused(folder: Path, *words: str) -> str:
    """The one sentence of a command that must be refused."""
    answer = parcours(folder, *words)
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert "Traceback" not in answer.err
    return answer.err


def explained(folder: Path, name: str, *words: str) -> Any:  # a JSON document
    """Why a person is one."""
    return answered(folder, "identity", "explain", name, *words)


def identifiers(told: Any) -> set[str]:
    """`namespace:value` of a person's identifiers."""
    return {f"{row['namespace']}:{row['value']}" for row in told["identifiers"]}


def merges(told: Any) -> list[Any]:
    """Merges that were not undone."""
    return [row for row in told["events"] if row["kind"] == "merge" and not row["undone"]]


def merged(folder: Path) -> str:
    """Run twice, the mistake in the second; answers the event of the merge."""
    ran(folder)
    write(folder, {"data/2.csv": HEADER + MISTAKE})
    assert ran(folder)["people"] == 1
    (event,) = merges(explained(folder, "customer:ann"))
    return str(event["event"])


def test_a_merge_is_explained_by_the_evidence_that_did_it(shop: Path) -> None:
    """The event names both ends, the instant and the file; the way between two identifiers is the evidence along it."""
    event = merged(shop)
    told = explained(shop, "cookie:k1", "--between", "cookie:k1", "customer:bob")
    (merge,) = merges(told)

    assert event == "2.1"
    assert {merge["evidence"]["from"], merge["evidence"]["to"]} == {"customer:ann", "email:bob@x.fr"}
    assert (merge["evidence"]["file"], merge["evidence"]["first_at"][:19]) == (
        "data/2.csv",
        "2024-03-02T09:00:00",
    )
    steps = [{step["from"], step["to"]} for step in told["path"]]
    assert steps == [
        {"cookie:k1", "customer:ann"},
        {"customer:ann", "email:bob@x.fr"},
        {"email:bob@x.fr", "customer:bob"},
    ]


def test_an_undone_merge_reaches_verdicts_and_stays_undone(shop: Path) -> None:
    """The next run parts the two, gives both their ids and verdicts back, and every later run keeps it, one from nothing too."""
    ran(shop)
    before = {name: explained(shop, f"customer:{name}")["person"] for name in ("ann", "bob")}
    event = merged(shop)
    answered(shop, "identity", "undo", event, "--reason", "ordered for him")

    assert ran(shop)["people"] == 2
    ann, bob = (explained(shop, f"customer:{name}") for name in ("ann", "bob"))
    assert {"ann": ann["person"], "bob": bob["person"]} == before
    assert identifiers(bob) == {"customer:bob", "email:bob@x.fr", "cookie:k2"}
    verdicts = answered(shop, "verdicts", "--promise", "ready-in-2h")
    assert {row["unit"]: row["person"] for row in verdicts} == {
        "o1": before["ann"],
        "o2": before["bob"],
        "o3": before["ann"],
    }
    splits = [row for row in ann["events"] if row["kind"] == "split"]
    assert [row["cause"] for row in splits] == ["apart"]
    assert [row["why"] for row in ann["refused"]] == ["apart"]

    story = shown(shop)
    write(shop, {"data/3.csv": HEADER + "o4,ann,bob@x.fr,k1,,nice,2024-03-04 09:00:00,\n"})
    assert ran(shop)["people"] == 2
    (shop / "data/3.csv").unlink()
    ran(shop)
    assert json.loads(shown(shop).split("\n")[0]) == json.loads(story.split("\n")[0])
    for path in sorted((shop / ".parcours/lake").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert ran(shop)["people"] == 2
    assert identifiers(explained(shop, "customer:bob")) == {"customer:bob", "email:bob@x.fr", "cookie:k2"}


def test_a_merge_of_the_first_run_is_undone_by_its_evidence(shop: Path) -> None:
    """All came in one run, so nothing was published before: the evidence itself is the event."""
    write(shop, {"data/2.csv": HEADER + MISTAKE})
    assert ran(shop)["people"] == 1
    (event,) = merges(explained(shop, "customer:bob"))
    answered(shop, "identity", "undo", event["event"])

    assert ran(shop)["people"] == 2
    assert identifiers(explained(shop, "customer:bob")) == {"customer:bob", "email:bob@x.fr", "cookie:k2"}


def test_what_cannot_be_undone_is_refused(shop: Path) -> None:
    """Twice, a split, an unknown event, evidence that joins nobody: one sentence each, and nothing is decided."""
    event = merged(shop)
    write(shop, {"data/3.csv": HEADER + "o4,bob,ann@x.fr,,,nice,2024-03-04 09:00:00,\n"})
    ran(shop)
    known = {(row["from"], row["to"]) for row in explained(shop, "customer:bob")["evidence"]}
    assert not {("customer:bob", "email:ann@x.fr"), ("email:ann@x.fr", "customer:bob")} & known
    (shop / "data/3.csv").unlink()
    ran(shop)
    answered(shop, "identity", "undo", event)
    assert "undone already" in refused(shop, "identity", "undo", event)
    ran(shop)
    assert "undone already" in refused(shop, "identity", "undo", event)
    (split,) = (row for row in explained(shop, "customer:ann")["events"] if row["kind"] == "split")
    assert "is a split" in refused(shop, "identity", "undo", split["event"])
    for unknown in ("9.9", "x.y", "nothing", "0123456789abcdef"):
        assert "there is no event" in refused(shop, "identity", "undo", unknown)
    assert ran(shop)["people"] == 2


def test_who_we_thought_it_was(shop: Path) -> None:
    """As of an instant between two runs, the person is the one of the earlier run; before the first, nobody was known."""
    ran(shop, as_of="2024-03-03")
    write(shop, {"data/2.csv": HEADER + MISTAKE})
    ran(shop, as_of="2024-03-05")

    assert "customer:bob" in identifiers(explained(shop, "customer:ann"))
    then = explained(shop, "customer:ann", "--as-of", "2024-03-04")
    assert (identifiers(then), then["events"]) == ({"customer:ann", "email:ann@x.fr", "cookie:k1"}, [])
    assert "nobody was known" in refused(shop, "identity", "explain", "customer:ann", "--as-of", "2024-03-02")


def test_strangers_on_one_browser_are_told_and_may_be_joined(shop: Path) -> None:
    """A third customer signs in on Ann's browser: it parts from her and waits; accepted, it joins both, and refused, it is asked about no more."""
    ran(shop)
    write(shop, {"data/2.csv": HEADER + "o3,cyd,,k1,,nice,2024-03-02 09:00:00,\n"})
    assert ran(shop)["people"] == 4
    (split,) = explained(shop, "customer:ann")["events"]
    assert (split["kind"], split["cause"]) == ("split", "hub")
    (item,) = answered(shop, "identity", "review")
    assert (item["why"], item["from"], item["seen_with"], item["plausible"]) == ("hub", "cookie:k1", 2, 1)

    answered(shop, "identity", "refuse", item["item"])
    assert answered(shop, "identity", "review") == []
    assert "decided already" in refused(shop, "identity", "refuse", item["item"])
    assert ran(shop)["people"] == 4
    answered(shop, "identity", "accept", item["item"])
    assert "no item" in refused(shop, "identity", "accept", "ffff")
    assert ran(shop)["people"] == 2
    assert answered(shop, "identity", "review") == []


def test_an_undone_merge_may_be_joined_again(shop: Path) -> None:
    """The later decision wins: the refused evidence is accepted, and the two are one person."""
    answered_event = merged(shop)
    answered(shop, "identity", "undo", answered_event)
    ran(shop)
    (item,) = explained(shop, "customer:ann")["refused"]
    answered(shop, "identity", "accept", item["item"])

    assert ran(shop)["people"] == 1


def test_a_claim_on_somebody_elses_address_joins_nobody(shop: Path) -> None:
    """Whoever types Ann's address into a form is not Ann; the claim is kept, under a name of its own."""
    write(
        shop,
        {
            "sources/form.yaml": """
            source: form
            read: {csv: form/*.csv}
            person: {cookie: cookie, email: {sql: mail, claimed: true}}
            signals: [{type: form.sent, at: sent_at}]
            """,
            "form/1.csv": "sent_at,cookie,mail\n2024-03-02,k9,ANN@x.fr\n2024-03-02,,ann@x.fr\n",
        },
    )
    assert ran(shop)["people"] == 3  # Ann, Bob, and whoever holds k9

    assert identifiers(explained(shop, "cookie:k9")) == {"cookie:k9"}
    assert "claimed.email:ann@x.fr" not in identifiers(explained(shop, "customer:ann"))


def test_what_stands_for_nobody_is_counted(shop: Path) -> None:
    """Malformed phone numbers and placeholders merge nobody, and the coverage tells how many signals had them."""
    write(
        shop,
        {
            "sources/calls.yaml": """
            source: calls
            read: {csv: calls/*.csv}
            person: {phone: number, customer: customer}
            signals: [{type: call.taken, at: taken_at}]
            """,
            "calls/1.csv": "taken_at,number,customer\n2024-03-02,12,ann\n2024-03-02,12,bob\n2024-03-02,06 39 98 00 01,guest\n"
            "2024-03-03,+33 6 39 98 00 01,guest\n",
        },
    )
    assert ran(shop)["people"] == 3
    (calls,) = (row for row in answered(shop, "coverage") if row["source"] == "calls")

    assert calls["notes"] == {"phone stands for nobody": 2, "customer stands for nobody": 2}
    assert identifiers(explained(shop, "phone:0639980001")) == {"phone:+33639980001"}
