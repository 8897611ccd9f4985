"""Who may be reached: a refusal wins, rights follow identifiers, nothing is ever taken back."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from parcours.identity.consent import (
    Answer,
    NoIdentifier,
    UnreadableAnswers,
    answers_of,
    may,
    read_answers,
    read_identifier,
    record,
)
from parcours.lake import Engine, open_engine
from parcours.signal.tokens import token_of, written_form
from parcours.vault import Vault, open_vault
from parcours.vault.tables import CONSENT
from story.shop import ran, vault_rows, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Said = tuple[int, str | None, str, int]  # place of the identifier, channel, answer, instant


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[tuple[Engine, Vault]]:
    """An engine and a vault of their own."""
    engine, vault = open_engine(folder / "spill"), open_vault(folder / "vault")
    try:
        yield engine, vault
    finally:
        engine.close()
        vault.close()


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Vault]]:
    """An engine and a vault for many examples; each empties the ledger first."""
    with opened(tmp_path_factory.mktemp("consent")) as both:
        yield both


def told(number: int, channel: str | None, answer: str, at: int) -> Answer:
    """An answer about letters under `customer:NUMBER`."""
    return Answer((("customer", f"c{number}"),), "letters", channel, answer, at, "test")


def people(engine: Engine, vault: Vault, groups: Sequence[Sequence[int]]) -> list[int]:
    """Make customers of a group one person; answers the people."""
    tokens = [[token_of(vault.key(), "customer", f"c{number}") for number in group] for group in groups]
    flat = [(token, group[0]) for group in tokens for token in group]
    columns = {
        name: pa.array(values, pa.int64())
        for name, values in zip(("token", "person_id"), zip(*flat, strict=True), strict=True)
    }
    engine.register("person_token", pa.table(columns))
    return [group[0] for group in tokens]


def asked(
    engine: Engine, vault: Vault, who: Sequence[int], channel: str = "mail", at: int = 1_000
) -> list[bool]:
    """May they be written letters?"""
    found = may(engine, vault, pa.array(who, pa.int64()), purpose="letters", channel=channel, at=at)
    return list(found.to_pylist())


def reference(said: Sequence[Said], group: Sequence[int], channel: str, at: int) -> bool:
    """The four rules of docs/explanation/consent.md, one after the other, in plain words."""
    answered = False
    for number in group:
        mine = [
            (when, answer == "given", of) for who, of, answer, when in said if who == number and when <= at
        ]
        own = [(when, given) for when, given, of in mine if of == channel]
        general = [(when, given) for when, given, of in mine if of is None]
        if not own and not general:
            continue
        answered = True
        last = {
            name: max(rows, key=lambda row: (row[0], not row[1]))
            for name, rows in (("own", own), ("all", general))
            if rows
        }
        if not all(given for _, given in last.values()):
            lifted = "own" in last and last["own"][1] and last["own"][0] > last["all"][0]
            if not lifted:
                return False
    return answered


SAID = st.tuples(
    st.integers(0, 5),
    st.sampled_from([None, "mail", "sms"]),
    st.sampled_from(["given", "refused", "withdrawn"]),
    st.integers(0, 6),
)
LEDGER = st.lists(SAID, max_size=25)
GROUPS = st.permutations(range(6)).flatmap(
    lambda order: st.integers(1, 5).map(lambda cut: (list(order[:cut]), list(order[cut:])))
)


@settings(max_examples=60, deadline=None)
@given(LEDGER, GROUPS, st.sampled_from(["mail", "sms"]), st.integers(0, 7))
def test_the_four_rules_hold_in_any_order_of_recording(
    one: tuple[Engine, Vault],
    said: list[Said],
    groups: tuple[list[int], list[int]],
    channel: str,
    at: int,
) -> None:
    """Who may be reached is what the rules say, whatever the order in which answers were written down."""
    for order in (said, said[::-1]):
        engine, vault = one
        with vault.transaction() as connection:
            connection.execute(delete(CONSENT))
        record(vault, [told(*row) for row in order])
        who = people(engine, vault, groups)

        assert asked(engine, vault, who, channel, at) == [
            reference(said, group, channel, at) for group in groups
        ]


def test_silence_is_no_consent(tmp_path: Path) -> None:
    """Who never answered, who is nobody, and who is unknown may not be reached; the mask keeps the order asked."""
    with opened(tmp_path) as (engine, vault):
        record(vault, [told(1, None, "given", 5)])
        first, second = people(engine, vault, [[1], [2]])
        mask = may(
            engine, vault, pa.array([second, None, first, 77, first]), purpose="letters", channel="mail"
        )

        assert mask.to_pylist() == [False, False, True, False, True]
        assert may(engine, vault, pa.array([first]), purpose="surveys", channel="mail").to_pylist() == [False]


def test_a_refusal_under_one_name_binds_the_person_until_that_name_grants(tmp_path: Path) -> None:
    """A later grant of another identifier does not lift it; one that carried both identifiers does."""
    with opened(tmp_path) as (engine, vault):
        record(
            vault, [told(1, "mail", "given", 1), told(2, "mail", "withdrawn", 2), told(1, "mail", "given", 3)]
        )
        who = people(engine, vault, [[1, 2]])
        assert asked(engine, vault, who) == [False]
        both = Answer((("customer", "c1"), ("customer", "c2")), "letters", "mail", "given", 4, "test")
        record(vault, [both])

        assert asked(engine, vault, who) == [True]
        assert asked(engine, vault, who, at=3) == [False]


def test_rights_follow_identifiers_through_merge_and_split(tmp_path: Path) -> None:
    """Merged, the refusal counts for both; told apart again, each has their own answer back."""
    with opened(tmp_path) as (engine, vault):
        record(vault, [told(1, "mail", "given", 1), told(2, "mail", "refused", 1)])
        assert asked(engine, vault, people(engine, vault, [[1], [2]])) == [True, False]
        assert asked(engine, vault, people(engine, vault, [[1, 2]])) == [False]

        assert asked(engine, vault, people(engine, vault, [[1], [2]])) == [True, False]


def test_many_people_are_answered_as_few_are(tmp_path: Path) -> None:
    """The pass over the whole ledger and the look-up by identifier agree."""
    with opened(tmp_path) as (engine, vault):
        record(
            vault, [told(number, "mail", "given" if number % 3 else "refused", 1) for number in range(1_500)]
        )
        who = people(engine, vault, [[number] for number in range(1_500)])

        assert asked(engine, vault, who) == [bool(number % 3) for number in range(1_500)]
        assert asked(engine, vault, who[:9]) == [bool(number % 3) for number in range(9)]


def test_recording_twice_adds_nothing(tmp_path: Path) -> None:
    """An answer already in the ledger stays as it was first written."""
    with opened(tmp_path) as (engine, vault):
        record(vault, [told(1, "mail", "given", 1)])
        tokens = people(engine, vault, [[1]])
        before = answers_of(vault, tokens)
        record(vault, [told(1, "mail", "given", 1)])

        assert answers_of(vault, tokens) == before
        assert [(row["namespace"], row["value"], row["answer"]) for row in before] == [
            ("customer", "c1", "given")
        ]


@pytest.mark.parametrize("text", ["42", "customer:", ":42", "customer:guest", "email: NULL "])
def test_a_name_of_nobody_is_refused(text: str) -> None:
    """Neither a bare value nor a placeholder says who answered."""
    with pytest.raises(NoIdentifier):
        read_identifier(text)


GOOD = "namespace,identifier,purpose,answer,at,channel\nemail, Ann@Example.org ,letters,oui,2026-03-01T10:00:00+01:00,mail\n"


def test_a_list_of_answers_is_read(tmp_path: Path) -> None:
    """Words of either language are answers, empty cells say nothing, and the line is the proof where none is given."""
    path = tmp_path / "list.csv"
    path.write_text(GOOD + "customer,7,letters,Refused,2026-03-02,\n", "utf-8")
    first, second = read_answers(path, "Europe/Paris")

    assert (first.answer, first.channel, first.proof) == ("given", "mail", "list.csv, line 2")
    assert first.at == 1_772_355_600_000_000  # 2026-03-01 09:00 UTC, by `date -u -d`
    assert (second.identifiers, second.answer, second.channel) == ((("customer", "7"),), "refused", None)


@pytest.mark.parametrize(
    ("content", "told_"),
    [
        ("namespace,identifier,purpose,at\n", "there is no column 'answer'"),
        (GOOD + "email,x@y.fr,letters,perhaps,2026-03-01,\n", "line 3: 'perhaps' is no answer"),
        (GOOD + "email,x@y.fr,letters,given,yesterday,\n", "line 3: 'yesterday' is not an instant"),
        (GOOD + "email,guest,letters,given,2026-03-01,\n", "line 3: its identifier stands for nobody"),
        (GOOD + "email,x@y.fr,,given,2026-03-01,\n", "line 3: there is no purpose"),
        (GOOD + "email,x@y.fr,letters,given,2026-03-01,,,\n", "line 3: there are more cells than columns"),
        ("", "there is no column"),
    ],
)  # fmt: skip
def test_a_wrong_list_is_told_with_its_line(tmp_path: Path, content: str, told_: str) -> None:
    """One clear sentence with place and fix, and nothing is recorded."""
    path = tmp_path / "list.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(UnreadableAnswers, match="nothing was recorded") as raised:
        read_answers(path, "UTC")

    assert told_ in str(raised.value)


@pytest.mark.parametrize(
    ("namespace", "value"), [("email", " Zoé@Example.ORG "), ("customer", "Zoe\u0301 7"), ("card", "00 1")]
)
def test_a_name_given_by_hand_is_the_file_s(tmp_path: Path, namespace: str, value: str) -> None:
    """The token of an identifier typed at the terminal is the one its row in a file got."""
    write(
        tmp_path,
        {
            "sources/s.yaml": f"source: s\nread: {{csv: data/s.csv}}\nperson: {{{namespace}: who}}\nsignals: [{{type: a, at: t}}]\n",
            "data/s.csv": f'who,t\n"{value}",2024-01-01\n',
        },
    )
    ran(tmp_path)
    key = vault_rows(tmp_path, "select value from secret")[0][0]
    form = written_form(namespace, value)
    assert form is not None

    assert vault_rows(tmp_path, "select token, value from identifier") == [
        (token_of(key, namespace, form), form)
    ]


MAPPING = """
source: crm
read: {csv: data/crm.csv}
person: {customer: who, email: mail}
signals:
  - type: person.identified
    at: seen_at
    consents:
      - {purpose: letters, channel: [mail, sms], answer: letters, wording: version, language: "'fr'"}
      - {purpose: surveys, answer: surveys, proof: "'form ' || form"}
"""
CRM = """
who,mail,seen_at,letters,version,surveys,form
c1,a@x.fr,2024-01-01,oui,v2,0,f1
c2,,2024-01-02,NON,v2,,f2
c3,c@x.fr,2024-01-03,maybe,v2,true,f3
c4,d@x.fr,never,oui,v2,true,f4
"""


@pytest.fixture
def crm(tmp_path: Path) -> Path:
    """A workspace whose customer file holds answers."""
    write(tmp_path, {"sources/crm.yaml": MAPPING, "data/crm.csv": CRM})
    ran(tmp_path)
    return tmp_path


def ledger(folder: Path) -> list[tuple[object, ...]]:
    """Everything in the ledger, with identifiers in clear."""
    columns = "i.value, c.purpose, c.channel, c.answer, c.wording, c.language, c.source, c.proof"
    query = f"select {columns} from consent as c join identifier as i using (token) order by 1, 2, 3"
    return vault_rows(folder, query)


def test_a_mapping_s_answers_enter_the_ledger(crm: Path) -> None:
    """One row an identifier and channel; what is no answer is counted, and a refused row answers nothing."""
    mine = [
        ("letters", "mail", "given", "v2", "fr", "crm", "data/crm.csv, row 1"),
        ("letters", "sms", "given", "v2", "fr", "crm", "data/crm.csv, row 1"),
        ("surveys", None, "refused", None, None, "crm", "form f1"),
    ]
    expected = [("a@x.fr", *row) for row in mine] + [("c1", *row) for row in mine]
    second = ("refused", "v2", "fr", "crm", "data/crm.csv, row 2")
    third = ("surveys", None, "given", None, None, "crm", "form f3")
    expected += [("c2", "letters", "mail", *second), ("c2", "letters", "sms", *second)]
    expected += [("c3", *third), ("c@x.fr", *third)]

    assert ledger(crm) == sorted(expected, key=lambda row: tuple(str(cell or "") for cell in row))
    assert vault_rows(crm, "select notes from imported_file") == [('{"unreadable_consent:letters": 1}',)]


def test_a_new_export_takes_no_answer_back(crm: Path) -> None:
    """Rows that left the file stay in the ledger; a second run, or one from scratch, adds none twice."""
    before = ledger(crm)
    write(crm, {"data/crm.csv": "who,mail,seen_at,letters,version,surveys,form\nc2,,2024-02-02,oui,v3,,f9\n"})
    ran(crm)
    added = [row for row in ledger(crm) if row not in before]

    assert {row for row in before} <= {*ledger(crm)}  # noqa: C416 - reads as the sentence does
    assert [(row[0], row[3], row[4]) for row in added] == [("c2", "given", "v3")] * 2


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("consents: [{purpose: letters}]", "answer"),
        ("consents: [{purpose: letters, answer: nothing_there}]", "there is no column 'nothing_there'"),
        ("consents: [{purpose: 'le tters', answer: letters}]", "is not a name"),
    ],
)
def test_a_wrong_consent_is_a_fault_of_the_mapping(tmp_path: Path, line: str, fault: str) -> None:
    """Told by `run` with line and fix; nothing is imported."""
    from story.shop import run

    text = f"source: crm\nread: {{csv: data/crm.csv}}\nperson: {{customer: who}}\nsignals:\n  - type: a\n    at: seen_at\n    {line}\n"
    write(tmp_path, {"sources/crm.yaml": text, "data/crm.csv": CRM})
    answer = run(tmp_path)

    assert answer.code == 2
    assert fault in answer.err
    assert "crm.yaml:7" in answer.err
