"""The traffic fines example: what Italian law asks of the police, on 150,370 fines, counted again in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from given import shared_data
from real.given import example, parcours

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    Event = tuple[int, str]  # day since 1970 and activity
    Cases = Mapping[str, Sequence[Event]]

pytestmark = pytest.mark.heavy  # 561,470 events are imported

QUIET_DAYS = 730


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, run."""
    folder = example("traffic-fines", "event_logs", tmp_path_factory.mktemp("real") / "fines")
    parcours(folder, "run")
    return folder


@pytest.fixture(scope="module")
def cases() -> Cases:
    """Events of each fine in order; the file holds each fine's events together, those of one day in order."""
    table = pq.read_table(
        shared_data("event_logs") / "eventdataR_traffic_fines_full.parquet",
        columns=["case_id", "timestamp", "activity"],
    )
    days = [moment.toordinal() for moment in table["timestamp"].to_pylist()]
    found: dict[str, list[Event]] = defaultdict(list)
    for case, day, activity in zip(
        table["case_id"].to_pylist(), days, table["activity"].to_pylist(), strict=True
    ):
        found[case].append((day, activity))
    return {case: sorted(events, key=lambda event: event[0]) for case, events in found.items()}


@pytest.fixture(scope="module")
def last_day(cases: Cases) -> int:
    """The log was heard until then; what lies later nobody could have seen."""
    return max(events[-1][0] for events in cases.values())


def first(events: Sequence[Event], activity: str | None) -> int | None:
    """Place of the first event of an activity."""
    return next((place for place, (_, named) in enumerate(events) if named == activity), None)


def expected(
    cases: Cases, last_day: int, after: str, expect: str, days: int, unless: str | None
) -> Counter[str]:
    """Verdicts of `after … expect … within … unless`."""
    verdicts: Counter[str] = Counter()
    for events in cases.values():
        for place, (day, activity) in enumerate(events):
            if activity != after:
                continue
            window = [event for event in events[place + 1 :] if event[0] <= day + days]
            target, waiver = first(window, expect), first(window, unless)
            if waiver is not None and (target is None or waiver < target):
                verdicts["waived"] += 1
            elif target is not None:
                verdicts["kept"] += 1
            else:
                verdicts["broken" if day + days <= last_day else "unobservable"] += 1
    return verdicts


DEADLINES: dict[str, tuple[str, str, int, str | None]] = {
    "sent-in-90-days": ("Create Fine", "Send Fine", 90, "Payment"),
    "notified-in-90-days": ("Send Fine", "Insert Fine Notification", 90, "Payment"),
    "appeal-passed-on": ("Insert Date Appeal to Prefecture", "Send Appeal to Prefecture", 60, None),
    "appeal-decided": ("Send Appeal to Prefecture", "Receive Result Appeal from Prefecture", 210, None),
    "result-told": ("Receive Result Appeal from Prefecture", "Notify Result Appeal to Offender", 150, None),
}


@pytest.mark.parametrize("promise", DEADLINES)
def test_a_deadline_is_judged_as_plain_python_judges_it(
    workspace: Path, cases: Cases, last_day: int, promise: str
) -> None:
    """Kept, broken, waived and unobservable, to the unit."""
    assert told(workspace, promise) == expected(cases, last_day, *DEADLINES[promise])


def test_a_penalty_comes_on_the_sixtieth_day_and_never_before(workspace: Path, cases: Cases) -> None:
    """79,860 notifications, each followed by one penalty, on the sixtieth day."""
    waits: Counter[int] = Counter()
    notified = 0
    for events in cases.values():
        days = {activity: day for day, activity in events}
        notified += sum(activity == "Insert Fine Notification" for _, activity in events)
        if "Add penalty" in days:
            waits[days["Add penalty"] - days["Insert Fine Notification"]] += 1

    assert waits == {60: 79_860}
    assert told(workspace, "sixty-days-to-pay")["kept"] == notified == 79_860
    assert told(workspace, "told-before-penalty") == {"kept": sum(waits.values())}


def test_debt_collectors_before_the_answer(workspace: Path, cases: Cases, last_day: int) -> None:
    """Broken: one came after the appeal and before its result. Else kept once answered, or once two years were quiet."""
    verdicts: Counter[str] = Counter()
    for events in cases.values():
        for place, (_, activity) in enumerate(events):
            if activity != "Send Appeal to Prefecture":
                continue
            later = events[place + 1 :]
            answered, collected = (
                first(later, name)
                for name in ("Receive Result Appeal from Prefecture", "Send for Credit Collection")
            )
            if collected is not None and (answered is None or collected < answered):
                verdicts["broken"] += 1
            elif answered is not None or events[-1][0] + QUIET_DAYS <= last_day:
                verdicts["kept"] += 1
            else:
                verdicts["unobservable"] += 1

    assert told(workspace, "no-collection-before-the-answer") == verdicts
    assert verdicts["broken"] == 5


def test_its_cases_hold(workspace: Path) -> None:
    """What the promises mean is tested beside the map."""
    assert all(row["holds"] for row in parcours(workspace, "test"))


def told(workspace: Path, promise: str) -> dict[str, int]:
    """Verdicts of a promise that there are."""
    (row,) = (
        row
        for row in parcours(workspace, "gaps", "--promise", promise)
        if not row["slice"] and row["period"] is None
    )
    names = ("kept", "broken", "pending", "unobservable", "waived", "contested")
    return {name: row[name] for name in names if row[name]}
