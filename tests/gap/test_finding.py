"""What stands out in a run, counted by hand in `saturdays.py`, and every number opens onto its rows."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gap.saturdays import make_saturdays
from parcours.gap.finding import Finding, Findings, Share, Where, find
from parcours.gap.finding.findings import search
from parcours.gap.finding.recording import read_findings, record_findings
from parcours.gap.results import open_results
from parcours.gap.when import When
from parcours.kernel.workspace import Workspace
from story.shop import MAP, ORDERS, make_shop, parcours, ran

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from parcours.gap.results import Results


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Results]:
    """The shop of Saturdays, read back."""
    folder = make_saturdays(tmp_path_factory.mktemp("finding") / "shop")
    with open_results(Workspace(folder)) as opened:
        yield opened


@pytest.fixture(scope="module")
def found(results: Results) -> Findings:
    """What stands out there."""
    return find(results)


def promise(found: Findings, name: str) -> Finding:
    """One promise."""
    return next(item for item in found.promises if item.promise == name)


def where(found: Findings) -> Where:
    """Where `ready-in-2h` stands out."""
    told = promise(found, "ready-in-2h").where
    assert told is not None
    return told


def three(share: Share | None) -> tuple[int, int, int]:
    """Kept, broken, unobservable."""
    assert share is not None
    return share.kept, share.broken, share.unobservable


def test_what_is_kept_is_what_was_found(results: Results) -> None:
    """Written as JSON and read back, every field is as it was searched: days are days, hours are counts, and pairs can be looked up."""
    searched = search(results)
    read = read_findings(json.loads(json.dumps(record_findings(searched))))

    assert any(item.explains for item in searched.promises)
    assert dataclasses.replace(read, promises=()) == dataclasses.replace(searched, promises=())
    for one, other in zip(read.promises, searched.promises, strict=True):
        assert dataclasses.replace(one, hours={}) == dataclasses.replace(other, hours={})
        assert one.hours.keys() == other.hours.keys()
        assert all(np.array_equal(one.hours[name], hours) for name, hours in other.hours.items())
    assert {type(where.since) for item in read.promises for where in item.explains} <= {date, type(None)}


def test_all_verdicts_of_a_promise_are_counted(found: Findings) -> None:
    """24 + 40 + 79 kept, 16 + 1 broken, the last one unobservable; 0.97 is its goal."""
    told = promise(found, "ready-in-2h")
    assert three(told.share) == (143, 17, 1)
    assert told.share.ratio == pytest.approx(143 / 160)
    assert (told.goal, told.owner, told.says) == (0.97, "stores", {"en": "Ready in two hours"})
    assert sum(share.judged for _, share in told.weeks) == 160


def test_the_place_and_the_part_of_the_week_are_told(found: Findings) -> None:
    """Lyon, Saturdays at 14 h: 24 kept, 16 broken and one that nobody saw; everywhere else 119, 1 and none."""
    told = where(found)
    assert (told.dimension, told.value, told.days, told.hours) == ("store", "lyon", (5, 5), (0, 24))
    assert three(told.share) == (24, 16, 1)
    assert three(told.rest) == (119, 1, 0)


def test_the_day_since_when_is_told(found: Findings) -> None:
    """Before 30 March 20 kept; from then on 4 kept, 16 broken, and the one nobody saw."""
    told = where(found)
    assert told.since == date(2024, 3, 30)
    assert three(told.before) == (20, 0, 0)
    assert three(told.after) == (4, 16, 1)
    assert told.by_day[0] == (date(2024, 3, 2), 5, 0)
    assert told.by_day[4] == (date(2024, 3, 30), 1, 4)
    assert len(told.by_day) == 8  # Saturdays with a case; nobody knows of 27 April


def test_hours_are_there_for_all_places_and_for_each(found: Findings) -> None:
    """A heat map of all and of Lyon: Saturday is 5, Tuesday 1."""
    hours = promise(found, "ready-in-2h").hours
    assert set(hours) == {None, "lyon", "nice"}
    assert hours[None][:, 5, 14].tolist() == [24 + 40, 16]
    assert hours["lyon"][:, 5, 14].tolist() == [24, 16]
    assert hours["nice"][:, 1, 10].tolist() == [39, 1]
    assert hours["lyon"][0].sum() == 24 + 40


def test_the_amount_is_that_of_journeys_with_a_broken_promise(found: Findings) -> None:
    """17 orders of 10.00 EUR late, one not seen; of the map 17 too: Ann was late and not content, on one journey."""
    told = promise(found, "ready-in-2h").worth
    assert (told.journeys, told.minor, told.currency) == (17, 17_000, "EUR")
    assert (told.unseen_journeys, told.unseen_minor) == (1, 1_000)
    assert promise(found, "content").worth.journeys == 1
    assert (found.worth["collect"].journeys, found.worth["collect"].minor) == (17, 17_000)


def test_a_survey_without_answer_is_no_unseen_journey(found: Findings) -> None:
    """`content` has many verdicts nobody can give; no system failed there, so none of them is counted as not seen."""
    assert promise(found, "content").worth.unseen_journeys == 0


def test_the_headline_is_what_stands_out(found: Findings) -> None:
    """`ready-in-2h` has a place; 2 March to 27 April are 57 days."""
    assert found.lead is promise(found, "ready-in-2h")
    assert (found.first_day, found.last_day) == (date(2024, 3, 2), date(2024, 4, 27))
    assert found.months == pytest.approx(57 * 12 / 365.25)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (When(), {"kept": 24 + 40, "broken": 16, "unobservable": 1}),
        (When(days=(5, 5), hours=(14, 15)), {"kept": 24, "broken": 16, "unobservable": 1}),
        (When((5, 5), (14, 15), since=date(2024, 3, 30)), {"kept": 4, "broken": 16, "unobservable": 1}),
        (When((5, 5), (14, 15), until=date(2024, 3, 29)), {"kept": 20}),
        (When((5, 5), (14, 15), date(2024, 3, 30), date(2024, 3, 30)), {"kept": 1, "broken": 4}),
        (When(days=(0, 4)), {"kept": 40}),
        (When(hours=(10, 14)), {"kept": 40}),
        (When(hours=(15, 24)), {}),
    ],
)
def test_the_verdicts_behind_a_place_can_be_listed(
    results: Results, when: When, expected: dict[str, int]
) -> None:
    """Days, hours and dates choose the cases that the table of `saturdays.py` counts; hours are half open, days are not."""
    rows = results.verdicts("ready-in-2h", where={"store": "lyon"}, when=when, limit=None)
    assert Counter(row["verdict"] for row in rows) == expected


def test_every_share_opens_onto_as_many_rows(results: Results, found: Findings) -> None:
    """What `verdicts` lists for a place is what its shares count: inside, before and since."""
    told = where(found)
    assert told.dimension is not None
    assert told.value is not None
    assert told.since is not None
    place = {told.dimension: told.value}
    for share, since in ((told.share, None), (told.after, told.since)):
        rows = results.verdicts(
            "ready-in-2h", where=place, when=When(told.days, told.hours, since), limit=None
        )
        counted = Counter(row["verdict"] for row in rows)
        assert (counted["kept"], counted["broken"], counted["unobservable"]) == three(share)


def test_the_command_line_lists_them(results: Results) -> None:
    """The example of the documentation, in words."""
    words = ("--promise", "ready-in-2h", "--where", "store=lyon", "--days", "sat", "--hours", "14-15")
    answer = parcours(
        results._workspace.folder,  # noqa: SLF001 - where it lies
        "verdicts",
        *words,
        "--since",
        "2024-03-30",
        "--until",
        "2024-04-20",
        "--format",
        "json",
    )
    assert Counter(row["verdict"] for row in answer.json) == {"kept": 4, "broken": 16}


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        (("--days", "sam"), "mon-fri"),
        (("--days", "sun-mon"), "earlier day first"),
        (("--days", ""), "mon-fri"),
        (("--hours", "18-14"), "14-18"),
        (("--hours", "14"), "14-18"),
        (("--hours", "20-25"), "14-18"),
        (("--since", "yesterday"), "2026-09-26"),
        (("--until", "2024-02-30"), "2026-09-26"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(results: Results, words: tuple[str, str], fix: str) -> None:
    """The value and the way to write it; never a traceback."""
    answer = parcours(results._workspace.folder, "verdicts", "--promise", "ready-in-2h", *words)  # noqa: SLF001 - where it lies
    assert answer.code == 2
    assert repr(words[1]) in answer.err
    assert fix in " ".join(answer.err.split())


@pytest.mark.parametrize(
    ("name", "files", "as_of"),
    [
        (
            "no promise",
            {"maps/collect.yaml": MAP.split("promises:", maxsplit=1)[0]},
            "2024-03-10",
        ),
        ("no slice", {"maps/collect.yaml": MAP.replace("slices: [store]\n", "")}, "2024-03-10"),
        ("per person", {"maps/collect.yaml": MAP.replace("per: order", "per: person")}, "2024-03-10"),
        (
            "nobody known",
            {"sources/orders.yaml": ORDERS.replace("person: {customer: customer}\n", "")},
            "2024-03-10",
        ),
        ("nothing judged", {}, "2024-03-01T10:45:00"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_where_there_is_little_nothing_stands_out(
    tmp_path: Path, name: str, files: dict[str, str | bytes], as_of: str
) -> None:
    """Four orders tell no pattern, and what is not there is no fault."""
    ran(make_shop(tmp_path / name.replace(" ", "-"), files), as_of=as_of)
    with open_results(Workspace(tmp_path / name.replace(" ", "-"))) as opened:
        found = find(opened)
    assert [item.where for item in found.promises] == [None] * len(found.promises)
    assert found.months is None


def test_without_a_map_nothing_is_found(tmp_path: Path) -> None:
    """A log alone has no promise."""
    folder = make_shop(tmp_path / "shop")
    (folder / "maps/collect.yaml").unlink()
    ran(folder)
    with open_results(Workspace(folder)) as opened:
        found = find(opened)
    assert (found.promises, found.lead, found.share.ratio, found.first_day) == ((), None, None, None)
