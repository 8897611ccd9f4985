"""What happened on journeys as columns, up to an instant and not after it, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from parcours.gap.drivers.features import FEWEST_HIT, Waits, calendar_waits, tell_features
from parcours.gap.drivers.reading import NEVER, Journeys, Made
from parcours.gap.drivers.types import Kind
from parcours.journey import JourneyMap
from parcours.journey.opening import Schedule, Timetable

HOUR = 3_600_000_000
COUNT = 2 * FEWEST_HIT  # journeys; the first half is let down
MAP = {
    "map": "collect",
    "per": "order",
    "starts": "order.placed",
    "stages": [
        {"stage": "buy", "steps": [{"step": "pay", "signal": "order.placed"}]},
        {"stage": "wait", "steps": [{"step": "ready", "signal": "order.ready"}]},
        {"stage": "after", "steps": [{"step": "opinion", "signal": "feedback.given"}]},
    ],
    "promises": [
        {
            "promise": "ready-in-2h", "after": "order.placed", "expect": "order.ready", "within": "2h", "calendar": "hours",
        }
    ],
}  # fmt: skip
HALF = np.arange(COUNT) < FEWEST_HIT


def journeys() -> Journeys:
    """Paid at 0; ready after 1 to 20 hours; the first half was due at 2 h and is broken since; scored at 30 h; a contact more each for some."""
    ready_at = (1 + np.arange(COUNT) % FEWEST_HIT) * HOUR
    made = Made(
        trigger_id=np.arange(COUNT),
        trigger_at=np.zeros(COUNT, np.int64),
        kept_at=ready_at,
        broken_at=np.where(HALF, 2 * HOUR, NEVER),
    )
    zeros, ones = np.zeros(COUNT), np.ones(COUNT)
    return Journeys(
        person=np.arange(COUNT),
        started_at=np.zeros(COUNT, np.int64),
        ended_at=np.full(COUNT, 30 * HOUR),
        scored_at=np.full(COUNT, 30 * HOUR),
        score=np.where(HALF, 2.0, 9.0),
        hour=np.zeros(COUNT, np.int64),
        weekday=np.zeros(COUNT, np.int64),
        switches=HALF.astype(np.float64),
        repeats=ones,
        switches_before=zeros,
        repeats_before=HALF.astype(np.float64),
        step_at={"pay": np.zeros(COUNT, np.int64), "ready": ready_at, "opinion": np.full(COUNT, 30 * HOUR)},
        made={"ready-in-2h": made},
        is_unseen=np.zeros(COUNT, np.bool_),
        slices={},
    )


def told(
    cut: int, *, is_before_score: bool
) -> dict[tuple[Kind, str], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Columns of all journeys looked at up to an instant."""
    drawn, own = JourneyMap.model_validate(MAP), journeys()
    found = tell_features(
        own,
        drawn,
        Waits({}),
        ("feedback.given",),
        chosen=np.arange(COUNT),
        cut=np.full(COUNT, cut),
        is_before_score=is_before_score,
    )
    return {(feature.kind, feature.name): feature.value for feature in found}


def test_what_had_happened_is_told() -> None:
    """At 30 h half were let down and waited 1 to 20 hours; all paid and all were ready, so no step differs; the score is no step."""
    columns = told(30 * HOUR, is_before_score=True)
    assert columns[Kind.PROMISE, "ready-in-2h"].tolist() == HALF.astype(float).tolist()
    assert columns[Kind.WAIT, "wait"].tolist() == [1.0 + number % FEWEST_HIT for number in range(COUNT)]
    assert (Kind.REPEATS, "repeats") in columns
    assert (Kind.SWITCHES, "switches") not in columns  # none of them before the score
    assert not any(kind is Kind.STEP for kind, _ in columns)


def test_what_comes_later_is_not_told() -> None:
    """Just before 2 h nobody knows that it is broken; at 10 h those ready later have not reached the step, and their wait counts as usual."""
    assert (Kind.PROMISE, "ready-in-2h") not in told(2 * HOUR - 1, is_before_score=False)
    assert (Kind.PROMISE, "ready-in-2h") not in told(2 * HOUR, is_before_score=True)
    assert (Kind.PROMISE, "ready-in-2h") in told(2 * HOUR, is_before_score=False)
    columns = told(10 * HOUR, is_before_score=False)
    assert columns[Kind.STEP, "ready"].sum() == 2 * 10
    usual = np.quantile(np.repeat(np.arange(1, 11), 2), 0.5)
    waits = columns.get((Kind.WAIT, "wait"))
    assert waits is None or waits[FEWEST_HIT - 1] == usual


def test_a_wait_is_scaled_from_the_median_to_what_one_in_ten_exceeds() -> None:
    """Of hours 1 to 20 twice: the median is 10.5 and the 90th percentile 18.1 by interpolation; the logarithm makes these 0 and 1."""
    drawn = JourneyMap.model_validate(MAP)
    found = tell_features(
        journeys(),
        drawn,
        Waits({}),
        (),
        chosen=np.arange(COUNT),
        cut=np.full(COUNT, 40 * HOUR),
        is_before_score=False,
    )
    wait = next(feature for feature in found if feature.kind is Kind.WAIT and feature.name == "wait")
    assert wait.usual == pytest.approx(10.5)
    assert wait.other == pytest.approx(18.1)
    ten = wait.scaled[9]  # waited ten hours
    assert ten == pytest.approx((np.log(11) - np.log(11.5)) / (np.log(19.1) - np.log(11.5)))


def test_opening_hours_are_counted_on_the_calendar() -> None:
    """Open from 0 to 12 of each day UTC: of a wait of 20 hours from midnight 12 are counted, of one of 5 all 5."""
    timetable = Timetable(None, Schedule("UTC", (((0, 12 * 60),),) * 7), {})
    waits = calendar_waits(
        journeys(), JourneyMap.model_validate(MAP), {"hours": timetable}, lambda _by, _ids: {}
    )
    calendar, hours = waits.hours["ready-in-2h"]
    assert calendar == "hours"
    assert (hours[4], hours[19]) == (5.0, 12.0)
