"""Cases beside a map: what holds, what does not and why, and what is wrong with a case itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from cli.given import call
from parcours.gap.rehearsing import Outcome, rehearse
from parcours.kernel.errors import Faulty
from parcours.kernel.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "parcours.toml": 'time_zone = "Europe/Paris"\n',
    "brand.yaml": """\
calendars:
  hours: {open: {mon-sat: "09:30-19:30"}, by: store, places: {s01: {open: {mon-sun: "08:00-22:00"}}}}
""",
    "sources/shop.yaml": """\
source: shop
read: {csv: data/never-there.csv}
person: {customer: customer}
objects: {order: order_no, store: store}
signals:
  - {type: order.placed, at: at, set: {due: due, amount: amount}}
  - {type: order.cancelled, at: at}
""",
    "sources/oms.yaml": """\
source: oms
read: {csv: data/never-there.csv}
objects: {order: order_no}
signals:
  - {type: order.ready, at: at}
""",
    "maps/collect.yaml": """\
map: collect
per: order
owner: store
stages: [{stage: all, steps: [{step: pay, signal: order.placed}]}]
promises:
  - {promise: ready, after: order.placed, expect: order.ready, within: 2h, unless: order.cancelled}
  - {promise: opening, after: order.placed, expect: order.ready, within: 2h, calendar: hours}
  - {promise: by-due, after: {signal: order.placed, where: amount > 10}, expect: order.ready, before: due}
  - {promise: once, per: person, after: order.placed, never: order.placed, within: 1d}
""",
}
PLACED = "{signal: order.placed, at: 2026-09-12 19:15"


def outcomes(folder: Path, cases: str, name: str = "tests/collect.yaml") -> list[Outcome]:
    """What became of the cases of a file."""
    for path, text in {**FILES, name: cases}.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    workspace = Workspace(folder)
    workspace.make_state()
    return rehearse(workspace)


def case(given: str, expect: str, more: str = "") -> str:
    """A file of one case, looked at on Tuesday evening."""
    return f"cases:\n  - case: one\n    as_of: 2026-09-15\n    given: [{given}]\n    expect: {expect}\n{more}"


@pytest.mark.parametrize(
    ("given", "expect", "more"),
    [
        # Saturday 19:15 to 21:15.
        (f"{PLACED}}}, {{signal: order.ready, at: 2026-09-12 21:15}}", "{ready: kept}", ""),
        (f"{PLACED}}}, {{signal: order.ready, at: 2026-09-12 21:16}}", "{ready: broken}", ""),
        (f"{PLACED}}}, {{signal: order.cancelled, at: 2026-09-12 20:00}}", "{ready: waived}", ""),
        (f"{PLACED}}}", "{ready: unobservable}", "    silent: {oms: 2026-09-12 20:00}\n"),
        (f"{PLACED}}}", "{ready: broken}", "    silent: {shop: 2026-09-12 20:00}\n"),
        # 15 minutes of Saturday, the rest on Monday from 9:30; the store s01 is open on the evening itself.
        (f"{PLACED}}}", "{opening: {verdict: broken, deadline: 2026-09-14 11:15}}", ""),
        (f"{PLACED}, objects: {{store: s01}}}}", "{opening: {verdict: broken, deadline: 2026-09-12 21:15}}", ""),
        # An instant with an offset, and a date, which lasts to its end in Paris: 21:59:59.999999 UTC.
        (
            f"{PLACED}, set: {{amount: 11, due: '2026-09-13T10:00:00+01:00'}}}}",
            "{by-due: {verdict: broken, deadline: 2026-09-13 11:00}}",
            "",
        ),
        (
            f"{PLACED}, set: {{amount: 11, due: 2026-09-13}}}}, {{signal: order.ready, at: 2026-09-13 23:59}}",
            "{by-due: {verdict: kept, deadline: 2026-09-13, target: 2026-09-13 23:59}}",
            "",
        ),
        (f"{PLACED}, set: {{amount: 9, due: 2026-09-13}}}}", "{by-due: []}", ""),
        # Two orders of one person on the same evening, of which nothing was said but when.
        (
            f"{PLACED}, objects: {{order: a}}}}, {{signal: order.placed, at: 2026-09-12 20:00, objects: {{order: b}}}}",
            "{once: [broken, kept], ready: [{verdict: broken, unit: b}, {verdict: broken, unit: a}]}",
            "",
        ),
        (
            f"{PLACED}, person: ann}}, {{signal: order.placed, at: 2026-09-12 20:00, person: bob}}",
            "{once: [kept, kept]}",
            "",
        ),
    ],
)  # fmt: skip
def test_a_case_that_is_right_holds(tmp_path: Path, given: str, expect: str, more: str) -> None:
    """Each was worked out by hand from the page of promises."""
    (found,) = outcomes(tmp_path, case(given, expect, more))

    assert found.differences == ()
    assert found.holds


def test_a_case_that_does_not_hold_says_why(tmp_path: Path) -> None:
    """Expected, found, trigger, deadline with how it was counted, and target."""
    given = f"{PLACED}}}, {{signal: order.ready, at: 2026-09-14 12:00}}"
    (found,) = outcomes(
        tmp_path, case(given, "{opening: {verdict: kept, deadline: 2026-09-14 11:00}, once: []}")
    )
    opening, once = found.differences

    assert (found.file, found.line) == ("tests/collect.yaml", 2)
    assert (opening.expected, opening.found) == (
        "kept, due 2026-09-14 11:00",
        "broken, due 2026-09-14 11:15",
    )
    assert opening.why == (
        "order.placed at 2026-09-12 19:15; due 2026-09-14 11:15 (2h of hours: 2026-09-12 19:15 to 2026-09-12 19:30, "
        "2026-09-14 09:30 to 2026-09-14 11:15); order.ready at 2026-09-14 12:00"
    )
    assert (once.expected, once.found) == ("", "kept")


def test_cases_may_lie_in_the_map(tmp_path: Path) -> None:
    """Short maps keep theirs."""
    text = FILES["maps/collect.yaml"] + case(f"{PLACED}}}", "{ready: broken}")
    (found,) = outcomes(tmp_path, text, "maps/collect.yaml")

    assert (found.map, found.case, found.file, found.holds) == ("collect", "one", "maps/collect.yaml", True)


def test_what_a_case_says_must_be_known(tmp_path: Path) -> None:
    """Every slip at once, each with its line and the likely word."""
    given = "{signal: order.plced, at: 2026-09-12 19:15, source: shp, objects: {ordr: a}, set: {amont: 1}}"
    with pytest.raises(Faulty) as problem:
        outcomes(tmp_path, case(given, "{redy: kept}", "    silent: {omz: 2026-09-12}\n"))

    assert [str(fault) for fault in problem.value.faults] == [
        "tests/collect.yaml:4: 'amont' is no property that a source sets; did you mean 'amount'?",
        "tests/collect.yaml:4: 'order.plced' is no type that a source emits; did you mean 'order.placed'?",
        "tests/collect.yaml:4: 'ordr' is no object that a source names; did you mean 'order'?",
        "tests/collect.yaml:4: 'shp' is no source; did you mean 'shop'?",
        "tests/collect.yaml:5: 'redy' is no promise of the map; did you mean 'ready'?",
        "tests/collect.yaml:6: 'omz' is no source; did you mean 'oms'?",
    ]


def test_the_form_of_cases_is_checked(tmp_path: Path) -> None:
    """An unknown map, two cases of one name, a word that is no verdict, a time that is none."""
    text = (
        "map: colect\n"
        + case(f"{PLACED}}}", "{ready: kept}")
        + case(f"{PLACED}}}", "{ready: kept}").removeprefix("cases:\n")
    )
    with pytest.raises(Faulty) as problem:
        outcomes(tmp_path, text)
    with pytest.raises(Faulty) as other:
        outcomes(tmp_path, case("{signal: order.placed, at: noon}", "{ready: held}"))

    assert [str(fault) for fault in problem.value.faults] == [
        "tests/collect.yaml:1: there is no map 'colect'; did you mean 'collect'?",
        "tests/collect.yaml:7: the case 'one' is there twice; give each its own name",
    ]
    assert [fault.line for fault in other.value.faults] == [4, 5]


def test_the_command_tells_people_machines_and_ci(tmp_path: Path) -> None:
    """Status 1 where one case does not hold; JSON and JUnit XML name the same cases."""
    two = case(f"{PLACED}}}", "{ready: broken}") + case(f"{PLACED}}}", "{ready: kept}").replace(
        "one", "two"
    ).removeprefix("cases:\n")
    outcomes(tmp_path, two)
    junit = tmp_path / "cases.xml"
    text = call("test", "-w", tmp_path, "--junit", junit)
    rows = call("test", "-w", tmp_path, "--format", "json")
    suite = etree.parse(junit).getroot()[0]

    assert (text.code, text.err, rows.code) == (1, "", 1)
    assert "✗ collect: two  tests/collect.yaml:6" in text.out
    assert "ready: expected kept, found broken" in text.out
    assert text.out.splitlines()[-1] == "1 of 2 cases hold"
    assert [(row["case"], row["holds"]) for row in json.loads(rows.out)] == [("one", True), ("two", False)]
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("collect", "2", "1")
    assert [(test.get("name"), len(test)) for test in suite] == [("one", 0), ("two", 1)]


def test_a_workspace_without_cases_is_told_where_to_write_them(tmp_path: Path) -> None:
    """Nothing failed, so the status is 0."""
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    answer = call("test", "-w", tmp_path)

    assert answer.code == 0
    assert answer.out.startswith("no cases\n")
