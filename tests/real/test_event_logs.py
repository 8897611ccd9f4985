"""Public event logs, each read by one mapping file, counted as the literature and plain Python count them."""

from __future__ import annotations

import csv
import gzip
import json
import shutil
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from lxml import etree

from given import shared_data
from real.given import EXAMPLES, Row, counted, edges, example, journey_count, parcours, paths, walked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    Cases = Mapping[str, Sequence[str]]


pytestmark = pytest.mark.heavy  # 650,000 events are imported


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, run; it has no map."""
    folder = example("event-logs", "event_logs", tmp_path_factory.mktemp("real") / "logs")
    report = parcours(folder, "run")
    assert report["signals"]["refused"] == {}
    return folder


@pytest.fixture(scope="module")
def coverage(workspace: Path) -> dict[str, Row]:
    """Coverage by source."""
    return {row["source"]: row for row in parcours(workspace, "coverage")}


def gather(events: Iterator[tuple[str, str, str]]) -> Cases:
    """Paths by case from (case, time, activity), by time; at one time, in the order given. Times sort as text."""
    found: dict[str, list[tuple[str, str]]] = {}
    for case, time, activity in events:
        found.setdefault(case, []).append((time, activity))
    return {
        case: [activity for _, activity in sorted(seen, key=lambda item: item[0])]
        for case, seen in found.items()
    }


def read_sepsis() -> Iterator[tuple[str, str, str]]:
    """Events of the sepsis log."""
    with (shared_data("event_logs") / "sepsis_full.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            yield row["Case ID"], row["Complete Timestamp"], row["Activity"]


def read_fines() -> Iterator[tuple[str, str, str]]:
    """Events of the fines log."""
    table = pq.read_table(
        shared_data("event_logs") / "eventdataR_traffic_fines_full.parquet",
        columns=["case_id", "timestamp", "activity"],
    )
    times = table["timestamp"].cast("int64").to_pylist()
    for case, time, activity in zip(
        table["case_id"].to_pylist(), times, table["activity"].to_pylist(), strict=True
    ):
        yield case, f"{time:020d}", activity


def read_xes(name: str) -> Iterator[tuple[str, str, str]]:
    """Events of an XES log, in the order of the file: its traces are in order of time already."""
    path = shared_data("event_logs") / name
    with gzip.open(path) if name.endswith(".gz") else path.open("rb") as file:
        for _, trace in etree.iterparse(file, tag="{*}trace"):
            case = trace.find("{*}string[@key='concept:name']").get("value")
            for event in trace.iterfind("{*}event"):
                yield case, "", event.find("{*}string[@key='concept:name']").get("value")
            trace.clear()


LOGS: dict[str, tuple[str, Any, int, int, int, int | None]] = {
    # source: namespace, reader, journeys, signals, variants, edges (None: no reference figure)
    "sepsis": ("sepsis_case", read_sepsis, 1_050, 15_214, 846, 115),
    "fines": ("fine", read_fines, 150_370, 561_470, 231, 70),
    "incidents": ("incident", lambda: read_xes("07_bpic2013_incidents.xes.gz"), 7_554, 65_533, 1_511, None),
    "requests": ("request", lambda: read_xes("running-example.xes"), 6, 42, 6, 16),
}


@pytest.mark.parametrize("source", LOGS)
def test_a_log_is_counted_as_the_literature_counts_it(
    workspace: Path, coverage: dict[str, Row], source: str
) -> None:
    """Journeys, signals, variants and transitions, the last two each as often as plain Python counts them."""
    namespace, read, journeys, count, variant_count, edge_count = LOGS[source]
    transitions, variants = walked(gather(read()))
    graph = parcours(workspace, "journeys", "graph", "--per", namespace)
    ours = paths(parcours(workspace, "journeys", "variants", "--per", namespace))

    assert coverage[source]["received"] == coverage[source]["accepted"] == count
    assert journey_count(graph) == sum(ours.values()) == journeys
    assert counted(graph) == transitions
    assert ours == variants
    assert len(ours) == variant_count
    assert edge_count in {None, len(edges(graph))}


def test_a_case_called_na_keeps_its_24_events(workspace: Path) -> None:
    """The text NA is a name: its path is there, and no other case has it."""
    path = tuple(gather(read_sepsis())["NA"])

    assert len(path) == 24
    assert paths(parcours(workspace, "journeys", "variants", "--per", "sepsis_case"))[path] == 1


def read_recruiting() -> tuple[dict[str, str], list[Row]]:
    """(type of each object, events in order) of the OCEL 1.0 file."""
    log = json.loads((shared_data("event_logs") / "recruiting-red.jsonocel").read_text("utf-8"))
    types = {name: item["ocel:type"] for name, item in log["ocel:objects"].items()}
    events = [
        {"activity": item["ocel:activity"], "time": item["ocel:timestamp"], "objects": item["ocel:omap"]}
        for item in log["ocel:events"].values()
    ]
    return types, events


def read_purchasing() -> tuple[dict[str, str], list[Row]]:
    """The same of the OCEL 2.0 file, whose events tie two kinds of objects."""
    log = json.loads((shared_data("event_logs") / "ocel20_example.jsonocel").read_text("utf-8"))
    types = {item["id"]: item["type"] for item in log["objects"]}
    events = [
        {
            "activity": item["type"],
            "time": item["time"],
            "objects": [relation["objectId"] for relation in item["relationships"]],
        }
        for item in log["events"]
    ]
    return types, events


@pytest.mark.parametrize(
    ("read", "kind", "namespace"),
    [
        (read_recruiting, "applications", "application"),
        (read_recruiting, "offers", "offer"),
        (read_purchasing, "Invoice", "invoice"),
        (read_purchasing, "Payment", "payment"),
        (read_purchasing, "Purchase Order", "purchase_order"),
    ],
)
def test_an_event_about_several_objects_is_in_the_journey_of_each(
    workspace: Path, read: Any, kind: str, namespace: str
) -> None:
    """As many journeys as objects of the kind occur in events; an event counts once in each of theirs."""
    types, events = read()
    cases = gather(
        (name, event["time"], event["activity"])
        for event in events
        for name in dict.fromkeys(event["objects"])
        if types.get(name) == kind
    )
    transitions, variants = walked(cases)
    graph = parcours(workspace, "journeys", "graph", "--per", namespace)

    assert journey_count(graph) == len(cases)
    assert counted(graph) == transitions
    assert paths(parcours(workspace, "journeys", "variants", "--per", namespace)) == variants


def test_an_object_centric_event_is_one_signal(coverage: dict[str, Row]) -> None:
    """However many objects it is about."""
    assert coverage["recruiting"]["accepted"] == len(read_recruiting()[1]) == 6_607
    types, events = read_purchasing()
    assert coverage["purchasing"]["accepted"] == len(events)
    assert any(len({types[name] for name in event["objects"]}) > 1 for event in events)


def test_one_event_about_several_applicants_counts_once_for_each(tmp_path: Path) -> None:
    """No published log has such an event, so it is made: recruiters are assigned to two applications at once."""
    source = shared_data("event_logs") / "recruiting-red.jsonocel"
    log = json.loads(source.read_text("utf-8"))
    waiting = None
    for event in log["ocel:events"].values():
        if event["ocel:activity"] != "assign recruiter":
            continue
        if waiting is None:
            waiting = event
        else:  # both at the later of the two times, so that neither is assigned before its application
            event["ocel:omap"] = [*waiting["ocel:omap"], *event["ocel:omap"]]
            waiting["ocel:omap"] = []
            waiting = None
    log["ocel:events"] = {name: event for name, event in log["ocel:events"].items() if event["ocel:omap"]}
    for folder in ("data", "sources"):
        (tmp_path / folder).mkdir()
    (tmp_path / "data" / source.name).write_text(json.dumps(log), "utf-8")
    shutil.copy(EXAMPLES / "event-logs/sources/recruiting.yaml", tmp_path / "sources")
    report = parcours(tmp_path, "run")
    events = list(log["ocel:events"].values())
    cases = gather(
        (name, event["ocel:timestamp"], event["ocel:activity"])
        for event in events
        for name in event["ocel:omap"]
        if log["ocel:objects"][name]["ocel:type"] == "applications"
    )
    transitions, _ = walked(cases)
    graph = parcours(tmp_path, "journeys", "graph", "--per", "application")

    assert report["signals"] == {"received": 6_607 - 458, "accepted": 6_607 - 458, "refused": {}}
    assert journey_count(graph) == len(cases) == 916
    assert counted(graph) == transitions
