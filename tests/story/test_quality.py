"""How well people are recognised, what one is told by, and why two are one: from files to what a user reads."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, Any

import pytest

from identity.records.given import town
from story.shop import parcours, ran, vault_rows, write

if TYPE_CHECKING:
    from pathlib import Path

WEB = """
source: web
read: {csv: data/web.csv}
person: {customer: customer, cookie: cookie, card: card}
traits: {given_name: given, family_name: family, email: mail, city: city}
channel: web
touchpoint: web.checkout
signals:
  - {type: order.placed, at: at}
"""
TILL = """
source: till
read: {csv: data/till.csv}
person: {card: card}
channel: store
touchpoint: store.till
signals:
  - {type: sale.paid, at: at}
"""
# Ann browses before she signs in, and owns two cards; Bob's orders name Ann's address; k9 is a browser; one sale is nobody's.
VISITS = """
at,customer,cookie,given,family,mail,city,card
2024-03-01 09:00:00,,k1,,,,,
2024-03-01 10:00:00,ann,k1,Ann,Durand,Ann@x.fr,Lyon,c1
2024-03-05 10:00:00,ann,,Ann,Durand-Roy,,,c2
2024-03-02 10:00:00,bob,,Bob,Petit,ann@x.fr,,
2024-03-02 11:00:00,,k9,,,,,
"""
SALES = """
at,card
2024-03-03 10:00:00,c1
2024-03-03 11:00:00,c2
2024-03-04 10:00:00,c1
2024-03-04 12:00:00,
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A web shop and a till, run."""
    files = {
        "sources/web.yaml": WEB,
        "sources/till.yaml": TILL,
        "data/web.csv": VISITS,
        "data/till.csv": SALES,
    }
    write(tmp_path, files)
    ran(tmp_path)
    return tmp_path


def told(folder: Path, *words: str) -> Any:  # a JSON document
    """What an identity command that must succeed prints as JSON."""
    answer = parcours(folder, "identity", *words, "--format", "json")
    assert answer.code == 0, answer.err
    return answer.json


def refused(folder: Path, *words: str) -> str:
    """The one sentence of an identity command that must be refused."""
    answer = parcours(folder, "identity", *words)
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert "Traceback" not in answer.err
    return answer.err


def test_figures_are_those_counted_by_hand(shop: Path) -> None:
    """Of nine signals eight name somebody; joined, Ann's browser, orders and cards are one journey over two channels."""
    found = told(shop, "quality")

    assert (found["people"], found["known"], found["largest"]) == (3, 2, 4)
    assert found["coverage"] == [
        {"channel": "web", "signals": 5, "identified": 5, "known": 4, "elsewhere": 3},
        {"channel": "store", "signals": 4, "identified": 3, "known": 3, "elsewhere": 3},
    ]
    assert [(size["size"], size["people"], size["known"]) for size in found["sizes"]] == [
        ("1", 2, 1),
        ("2", 0, 0),
        ("3-5", 1, 1),
        ("6-10", 0, 0),
        ("11+", 0, 0),
    ]
    before, after = found["crossing"]["before"], found["crossing"]["after"]
    assert (before["journeys"], before["journeys_crossing"], before["signals"]) == (6, 0, 8)
    assert (after["journeys"], after["journeys_crossing"], after["signals_crossing"]) == (3, 1, 6)
    assert found["pairs"] == [{"channel": "store", "other_channel": "web", "before": 0, "after": 1}]
    assert found["several"] == {"people": 1, "by_records": 0, "rules": {"account": 1}}
    assert found["one"] == {"pairs": 1, "waiting": {"records": 1}}  # Bob's record has Ann's address


def test_every_figure_opens_onto_its_rows(shop: Path) -> None:
    """Each list holds as many rows as the figure says, under ids that say nothing, which other commands take."""
    (ann,) = told(shop, "quality", "--show", "several")
    assert ann["why"] == [{"rule": "account", "of": "card", "found": 2, "plausible": 1}]
    assert told(shop, "explain", ann["person"])["person"] == ann["person"]

    (pair,) = told(shop, "quality", "--show", "one", "--only", "email")
    both = told(shop, "explain", pair["person"], pair["other_person"])
    assert not both["one"]
    assert {row["field"] for row in both["told"] if (row["value"] or "").lower() == "ann@x.fr"} == {"email"}

    (crossed,) = told(shop, "quality", "--show", "crossing")
    assert (crossed["person"], crossed["channels"], crossed["signals"]) == (ann["person"], 2, 6)
    (largest,) = told(shop, "quality", "--show", "sizes", "--only", "3-5")
    assert (largest["identifiers"], largest["accounts"], largest["devices"]) == (4, 3, 1)
    assert len(told(shop, "quality", "--show", "sizes", "--limit", "2")) == 2
    (sale,) = told(shop, "quality", "--show", "unidentified")
    assert (sale["file"], sale["row"], sale["type"]) == ("data/till.csv", 4, "sale.paid")
    assert [row["signals"] for row in told(shop, "quality", "--show", "touchpoints")] == [5, 4]
    for kind in ("several", "one", "crossing", "sizes", "unidentified", "touchpoints"):
        for language in ("en", "fr"):
            answer = parcours(shop, "identity", "quality", "--show", kind, "--language", language)
            assert answer.code == 0, answer.err
            assert "ann" not in answer.out.replace("canal", "").replace("channel", "")


def test_who_was_decided_to_be_two_is_no_suspicion(shop: Path) -> None:
    """Ann and Bob are joined by a later signal, and parted: their common address is no reason to look any more."""
    write(shop, {"data/web.csv": VISITS + "2024-03-06 12:00:00,bob,,,,,,c1\n"})
    ran(shop)
    explained = told(shop, "explain", "customer:bob")
    (merge,) = [row for row in explained["events"] if row["kind"] == "merge" and row["person"]]
    told(shop, "undo", merge["event"])
    ran(shop)

    assert told(shop, "quality")["one"]["pairs"] == 0


def test_it_is_said_in_both_languages(shop: Path) -> None:
    """The same figures in French and English."""
    english, french = (
        parcours(shop, "identity", "quality", "--language", language).out for language in ("en", "fr")
    )

    assert "3 people · 2 with an account · 9 signals · 88.9% with an identifier" in english
    assert "3 personnes · 2 avec un compte · 9 signaux · 88,9" in french
    assert "1 person may be several" in english
    assert "1 personne en cache peut-être plusieurs" in french


def test_nobody_at_all_is_said(tmp_path: Path) -> None:
    """Without an identifier the mapping is blamed, and nothing is drawn."""
    write(
        tmp_path,
        {"sources/till.yaml": TILL, "data/till.csv": "at,card\n2024-03-04 12:00:00,\n"},
    )
    ran(tmp_path)
    answer = parcours(tmp_path, "identity", "quality")

    assert answer.code == 0
    assert "No signal carries an identifier" in answer.out
    assert told(tmp_path, "quality")["crossing"]["after"]["share"] is None


def test_a_wrong_question_has_its_sentence(shop: Path) -> None:
    """A list, a part or a person that is not there."""
    assert "there is no list of rows 'sise'" in refused(shop, "quality", "--show", "sise")
    assert "use one of: 1, 11+, 2, 3-5, 6-10" in refused(shop, "quality", "--show", "sizes", "--only", "4")
    assert "nobody is known" in refused(shop, "golden", "customer:zoe")
    assert "no source tells" in refused(shop, "golden", "cookie:k9")
    assert "nobody is known" in refused(shop, "explain", "customer:ann", "customer:zoe")


def test_a_golden_record_shows_what_won_and_what_lost(shop: Path) -> None:
    """The newest name wins and the older one is shown; what the person corrects wins over both."""
    fields = {item["field"]: item for item in told(shop, "golden", "card:c2")["fields"]}
    name = fields["family_name"]
    assert (name["value"], name["source"], name["told_at"][:10], name["rule"]) == (
        "Durand-Roy",
        "web",
        "2024-03-05",
        "most_recent",
    )
    assert [(word["value"], word["told_at"][:10]) for word in name["others"]] == [("Durand", "2024-03-01")]
    assert (fields["given_name"]["times"], fields["given_name"]["others"]) == (2, [])

    assert parcours(shop, "rectify", "customer:ann", "family_name", "Roy").code == 0
    name = {item["field"]: item for item in told(shop, "golden", "customer:ann")["fields"]}["family_name"]
    assert (name["value"], name["source"], name["rule"], len(name["others"])) == ("Roy", None, "corrected", 2)
    french = parcours(shop, "identity", "golden", "customer:ann", "--language", "fr").out
    assert "ce que la personne a rectifié" in french
    assert "✗ Durand-Roy" in french


def test_who_was_erased_is_said_to_be(shop: Path) -> None:
    """An erased person is not confused with one who never was."""
    assert parcours(shop, "erase", "customer:bob").code == 0

    assert "was erased" in refused(shop, "golden", "customer:bob")
    assert "was erased" in refused(shop, "explain", "customer:ann", "customer:bob")
    assert "nobody is known" in refused(shop, "golden", "customer:zoe")


def test_two_identifiers_of_one_person_show_the_way_between(shop: Path) -> None:
    """Ann's browser and her second card: by her number, on two orders."""
    found = told(shop, "explain", "cookie:k1", "card:c2")

    assert found["one"]
    assert [{step["from"], step["to"]} for step in found["path"]] == [
        {"cookie:k1", "customer:ann"},
        {"customer:ann", "card:c2"},
    ]
    assert found["pairs"] == found["waiting"] == []


@pytest.mark.heavy
def test_the_waterfall_adds_up_to_the_weight(tmp_path: Path) -> None:
    """Its steps begin with what any two records are worth and sum to the pair's bits; 95 % are log2(19) bits."""
    fields = ("given_name", "family_name", "birth_date", "email", "phone", "street", "postcode", "city")
    records, _ = town(150, 40, seed=11)
    file = io.StringIO()
    rows = csv.DictWriter(file, ("number", "told_at", *fields), restval="")
    rows.writeheader()
    for number, record in enumerate(records):
        rows.writerow({"number": f"n{number}", "told_at": "2024-03-01 10:00:00", **record})
    traits = ", ".join(f"{name}: {name}" for name in fields)
    source = f"""
    source: crm
    read: {{csv: data/customers.csv}}
    person: {{customer: number}}
    traits: {{{traits}}}
    signals:
      - {{type: customer.told, at: told_at}}
    """
    files = {
        "sources/crm.yaml": source,
        "data/customers.csv": file.getvalue(),
        "identity.yaml": "merge: 0.95\n",
    }
    write(tmp_path, files)
    ran(tmp_path)
    query = (
        "select a.value, b.value from record_pair as p join identifier as a on a.token = p.token "
        "join identifier as b on b.token = p.other_token where p.decision = 'merge' order by 1, 2 limit 3"
    )
    for one, other in vault_rows(tmp_path, query):
        found = told(tmp_path, "explain", f"customer:{one}", f"customer:{other}")
        pair = found["pairs"][0]
        assert found["one"]
        assert found["thresholds"]["merge"]["bits"] == pytest.approx(math.log2(19), abs=0.01)
        assert pair["steps"][0]["comparison"] == "any two records"
        assert sum(step["bits"] for step in pair["steps"]) == pytest.approx(pair["bits"], abs=0.1)
        assert pair["steps"][-1]["total"] == pytest.approx(pair["bits"], abs=0.1)
        drawn = parcours(tmp_path, "identity", "explain", f"customer:{one}", f"customer:{other}").out
        assert "◆" in drawn
        assert "one bit doubles the odds" in drawn
