"""The permit desk example: one log, read from XES and from CSV, and a legal deadline as a promise."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from given import shared_data
from parcours.kernel.workspace import Workspace
from parcours.lake import Lake, open_engine
from parcours.signal import OBJECT, SIGNAL
from parcours.vault import open_vault
from real.given import Row, counted, edges, example, journey_count, parcours, paths, walked

if TYPE_CHECKING:
    from pathlib import Path

ACROSS = ("--per", "receipt")  # the log alone, without the signals about whole cases


@dataclass(frozen=True)
class Case:
    """One application, from the attributes that each of its rows repeats."""

    channel: str
    start: datetime
    end: datetime | None
    deadline: datetime
    last_task: datetime


@pytest.fixture(scope="module")
def log() -> list[dict[str, str]]:
    """Rows of the CSV file."""
    with (shared_data("event_logs") / "receipt.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def cases(log: list[dict[str, str]]) -> dict[str, Case]:
    """Cases by name."""
    found: dict[str, Case] = {}
    for row in log:
        end = row["case:enddate"]
        found[row["case:concept:name"]] = Case(
            row["case:channel"],
            datetime.fromisoformat(row["case:startdate"]),
            datetime.fromisoformat(end) if end else None,
            datetime.fromisoformat(row["case:deadline"]),
            datetime.fromisoformat(row["time:timestamp"]),
        )
    return found


@pytest.fixture(scope="module")
def from_xes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as it is, run."""
    folder = example("permit-desk", "event_logs", tmp_path_factory.mktemp("real") / "xes")
    parcours(folder, "run")
    return folder


@pytest.fixture(scope="module")
def from_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with the alternative mappings in the place of the first ones, run."""
    folder = example("permit-desk", "event_logs", tmp_path_factory.mktemp("real") / "csv")
    for name in ("receipt", "permits"):
        (folder / f"sources/{name}.yaml").unlink()
        (folder / f"alternatives/{name}-csv.yaml").rename(folder / f"sources/{name}-csv.yaml")
    parcours(folder, "run")
    return folder


def signals(folder: Path) -> list[tuple[object, ...]]:
    """Every signal of a workspace in readable words, sorted."""
    workspace = Workspace(folder)
    vault = open_vault(workspace.vault, read_only=True)
    engine = open_engine(workspace.vault / "spill-test", "1GB", 1)
    try:
        lake, versions = Lake(workspace.lake), vault.manifests(1)[0].versions
        words = {
            kind: {code: text for text, code in vault.terms(kind).items()}
            for kind in ("type", "channel", "touchpoint")
        }
        rows = engine.rows(f"""
            with named as (select object_id, any_value(value) as value from ({lake.query(OBJECT, versions["object"])}) group by all)
            select s.type_id, s.channel_id, s.touchpoint_id, s.occurred_at, s.source_row, s.properties, list_sort(list(n.value))
            from ({lake.query(SIGNAL, versions["signal"])}) as s, unnest(s.objects) as o(item) join named as n on n.object_id = o.item.object_id
            group by all""")
    finally:
        engine.close()
        vault.close()
    return sorted(
        (
            words["type"][kind],
            words["channel"][channel],
            words["touchpoint"].get(touchpoint),
            *rest[:3],
            *rest[3],
        )
        for kind, channel, touchpoint, *rest in rows
    )


def test_the_log_is_read_whole(from_xes: Path, log: list[dict[str, str]]) -> None:
    """8,577 tasks of 1,434 cases, none refused; long names of tasks are names, not free text."""
    coverage = {row["source"]: row for row in parcours(from_xes, "coverage")}

    assert coverage["receipt"]["received"] == coverage["receipt"]["accepted"] == len(log) == 8_577
    assert coverage["receipt"]["refused"] == {}
    assert journey_count(parcours(from_xes, "journeys", "graph", *ACROSS)) == 1_434


def test_graph_and_variants_are_those_of_the_literature(from_xes: Path, log: list[dict[str, str]]) -> None:
    """99 transitions and 116 variants, each as often as plain Python counts it."""
    told: dict[str, list[str]] = {}
    for row in sorted(log, key=lambda row: datetime.fromisoformat(row["time:timestamp"])):
        told.setdefault(row["case:concept:name"], []).append(row["concept:name"])
    transitions, variants = walked(told)
    graph = parcours(from_xes, "journeys", "graph", *ACROSS)

    assert counted(graph) == transitions
    assert paths(parcours(from_xes, "journeys", "variants", *ACROSS)) == variants
    assert (len(edges(graph)), len(variants)) == (99, 116)


def test_xes_and_csv_give_the_same_signals(from_xes: Path, from_csv: Path) -> None:
    """Type, channel, place, instant to the microsecond, order, properties and objects."""
    ours, theirs = signals(from_xes), signals(from_csv)

    assert len(ours) > 8_577
    assert ours == theirs


@pytest.mark.parametrize(
    "command",
    [
        ("journeys", "graph", *ACROSS),
        ("journeys", "variants", *ACROSS),
        ("journeys", "graph", "--map", "permit"),
        ("gaps",),
    ],
)
def test_xes_and_csv_give_the_same_answers(from_xes: Path, from_csv: Path, command: tuple[str, ...]) -> None:
    """What is read from another format is not another fact."""
    assert parcours(from_xes, *command) == parcours(from_csv, *command)


@pytest.mark.parametrize("channel", [None, "Internet", "Desk", "Post", "e-mail", "Intern"])
def test_decided_by_the_deadline(from_xes: Path, cases: dict[str, Case], channel: str | None) -> None:
    """By channel: an end after its deadline is broken, a case still open is not judged before its deadline has been watched."""
    watched_until = max(time for case in cases.values() for time in (case.start, case.end) if time)
    verdicts: Counter[str] = Counter()
    for case in cases.values():
        if channel in {None, case.channel}:
            impossible = case.end is not None and case.end < case.start  # ended, nobody knows when
            if case.end is not None and not impossible and case.end <= case.deadline:
                verdicts["kept"] += 1
            else:
                seen = case.deadline <= watched_until and not impossible
                verdicts["broken" if seen else "unobservable"] += 1
    where = {} if channel is None else {"channel": channel.lower()}
    row = next(
        row
        for row in parcours(from_xes, "gaps", "--promise", "decided-by-the-deadline")
        if row["slice"] == where and row["period"] is None
    )

    assert {verdict: row[verdict] for verdict in verdicts} == verdicts
    assert row["eligible"] == sum(verdicts.values())


def test_two_ends_before_their_start_are_refused(from_xes: Path, cases: dict[str, Case]) -> None:
    """They are counted as signals without a time, and their deadlines are not observable."""
    trapped = {name for name, case in cases.items() if case.end and case.end < case.start}
    coverage = {row["source"]: row for row in parcours(from_xes, "coverage")}
    ended = sum(case.end is not None for case in cases.values())
    rows: list[Row] = parcours(
        from_xes, "verdicts", "--promise", "decided-by-the-deadline", "--verdict", "unobservable"
    )

    assert len(trapped) == 2
    assert coverage["permits"]["refused"] == {"missing_time": 2}
    assert coverage["permits"]["received"] == len(cases) + ended
    assert trapped <= {row["unit"] for row in rows}


def told(folder: Path, promise: str) -> dict[str, int]:
    """Verdicts of a promise that there are, over all cases."""
    (row,) = (
        row
        for row in parcours(folder, "gaps", "--promise", promise)
        if not row["slice"] and row["period"] is None
    )
    return {name: row[name] for name in ("kept", "broken", "pending", "unobservable") if row[name]}


def test_what_is_determined_was_checked(from_xes: Path, log: list[dict[str, str]]) -> None:
    """Looked back from each determination to the tasks of its case before it."""
    checked, verdicts = set(), Counter[str]()
    for row in sorted(log, key=lambda row: datetime.fromisoformat(row["time:timestamp"])):
        if row["concept:name"] == "T02 Check confirmation of receipt":
            checked.add(row["case:concept:name"])
        if row["concept:name"] == "T04 Determine confirmation of receipt":
            verdicts["kept" if row["case:concept:name"] in checked else "broken"] += 1

    assert told(from_xes, "checked-before-determined") == verdicts


def test_corrected_at_most_once(from_xes: Path, log: list[dict[str, str]]) -> None:
    """Broken by the second correction within 30 days of the first task; the last 30 days of the log cannot tell."""
    times: dict[tuple[str, str], list[datetime]] = {}
    for row in log:
        key = (row["case:concept:name"], row["concept:name"])
        times.setdefault(key, []).append(datetime.fromisoformat(row["time:timestamp"]))
    heard_until = max(moment for moments in times.values() for moment in moments)
    verdicts: Counter[str] = Counter()
    for (case, task), moments in times.items():
        if task != "Confirmation of receipt":
            continue
        for begun in moments:
            end = begun + timedelta(days=30)
            again = times.get((case, "T03 Adjust confirmation of receipt"), [])
            if sum(begun < moment <= end for moment in again) > 1:
                verdicts["broken"] += 1
            else:
                verdicts["kept" if end <= heard_until else "unobservable"] += 1

    assert told(from_xes, "corrected-at-most-once") == verdicts


def test_its_cases_hold(from_xes: Path) -> None:
    """What the promises mean is tested beside the map."""
    assert all(row["holds"] for row in parcours(from_xes, "test"))
