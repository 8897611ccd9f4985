"""How it was found by when something was due: hours, days, what was skipped, and dates that were moved."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from parcours.gap.explaining.types import Counting, Due, Proof, Revision, Skipped, Stretch
from parcours.journey.brand import holiday_title
from parcours.journey.opening import FARTHEST_DAYS, counted_parts, day_of, instant_on
from parcours.kernel.clock import SECOND_US

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.gap.explaining.replaying import Replay, Row
    from parcours.gap.explaining.telling import Setting
    from parcours.journey.map import Promise
    from parcours.journey.opening import Schedule, Timetable

_SKIPPED = 40  # days told at most


def count_due(setting: Setting, row: Row, found: Replay, proofs: Mapping[int, Proof]) -> Due:
    """By when a verdict's promise was due, and how that was found."""
    promise, known = setting.promise, found.known
    revisions = _revisions(row, found, proofs)
    moved_by = next((item for item in revisions if item.counts), None)
    given_by = moved_by.by if moved_by else proofs[row["trigger_id"]]
    start = _last_heard(row, found) if promise.every is not None else given_by.at
    place = _place(setting.timetable, given_by)
    schedule = None if setting.timetable is None else setting.timetable.at(place)
    counted, skipped = _counted(promise, schedule, row, start)
    cut_off = _cut_off(schedule, start) if promise.whenever is None else None
    until = proofs.get(known.get("until_id") or 0)
    ends_at = row["deadline_at"]
    return Due(
        counting=_counting(setting),
        start_at=start,
        from_at=row["from_at"],
        deadline_at=ends_at,
        wait=promise.within or promise.every,
        calendar=promise.calendar,
        place=place if setting.timetable is not None and place in setting.timetable.places else None,
        counted=counted,
        skipped=skipped,
        cut_off=cut_off,
        counts_as=_counts_as(schedule, start, is_late=cut_off is not None) if counted else None,
        properties=_named(promise, given_by),
        ended_by=until if until is not None and until.at == ends_at else None,
        closed_at=ends_at if ends_at is not None and known.get("closing_at") == ends_at else None,
        revisions=revisions,
        original_deadline_at=row["original_deadline_at"],
        original_verdict=row["original_verdict"],
        zone=setting.zone if schedule is None else schedule.zone,
    )


def _counting(setting: Setting) -> Counting:  # noqa: PLR0911 - one answer a form of window
    promise, wait = setting.promise, setting.promise.wait
    if setting.of_place:
        return Counting.SPAN
    if promise.since is not None:
        return Counting.LAST_WORD
    if promise.whenever is not None and promise.within is None:
        return Counting.EVER
    if promise.between is not None:
        return Counting.SLOT
    if promise.before is not None:
        return Counting.NAMED
    if wait is not None:
        return Counting.WORKING_DAYS if wait.in_days else Counting.OPENING
    if promise.whenever is not None:
        return Counting.BACK
    if promise.within is not None or promise.every is not None:
        return Counting.ELAPSED
    return Counting.UNTIL if promise.until is not None else Counting.JOURNEY


def _revisions(row: Row, found: Replay, proofs: Mapping[int, Proof]) -> tuple[Revision, ...]:
    """Dates that were given anew, up to what fulfilled the promise; the first that gives the deadline in force counts."""
    told, has_counted = [], row["original_verdict"] is None
    for item in found.revisions:
        if row["target_at"] is not None and item["at_us"] >= row["target_at"]:
            break
        counts = not has_counted and item["deadline_at"] == row["deadline_at"]
        counts = counts and (item["from_at"] is None or item["from_at"] == row["from_at"])
        has_counted = has_counted or counts
        told.append(Revision(proofs[item["near_id"]], item["deadline_at"], counts))
    return tuple(told)


def _last_heard(row: Row, found: Replay) -> int:
    """When the silence began that a rhythm broke on: at the last of its targets, else at the trigger."""
    end = row["deadline_at"]
    heard = [
        item["at_us"]
        for item in found.near
        if item["fits"] and item["matches"] and item["of_part"] and item["follows"]
        if end is not None and item["at_us"] <= end and item["near_id"] != row["trigger_id"]
    ]
    return int(max(heard, default=row["trigger_at"]))


def _place(timetable: Timetable | None, given_by: Proof) -> str | None:
    """Whose hours count: the first value that a signal carries of what the calendar is by."""
    if timetable is None or timetable.by is None:
        return None
    named = [item.partition(":") for item in given_by.objects]
    objects = [value for namespace, _, value in named if namespace == timetable.by]
    return given_by.said.get(timetable.by) or next(iter(objects), None)


def _counted(
    promise: Promise, schedule: Schedule | None, row: Row, start: int
) -> tuple[tuple[Stretch, ...], tuple[Skipped, ...]]:
    """Stretches that add up to the wait, and days between on which nothing was counted; nothing where another hour decided."""
    wait, end = promise.wait, row["deadline_at"]
    if wait is None or schedule is None or end is None:
        return (), ()
    if promise.whenever is not None:
        if row["from_at"] is None or promise.since is not None:
            return (), ()
        start = row["from_at"]
        parts = [
            (since, min(until, end)) for since, until in counted_parts(schedule, start, wait) if since < end
        ]
    else:
        parts = counted_parts(schedule, start, wait)
        if not parts or parts[-1][1] - wait.in_days != end:
            return (), ()
    stretches = tuple(
        Stretch(since, until - wait.in_days, (until - since) / SECOND_US) for since, until in parts
    )
    return stretches, _skipped(schedule, start, end)


def _skipped(schedule: Schedule, start: int, end: int) -> tuple[Skipped, ...]:
    """Days from the first to the last on which the place does not open."""
    day, last = day_of(start, schedule.zone), day_of(end, schedule.zone)
    found: list[Skipped] = []
    while day <= last and len(found) < _SKIPPED:
        if not schedule.spans_on(day):
            found.append(Skipped(day, holiday_title(schedule.country, day)))
        day += timedelta(days=1)
    return tuple(found)


def _cut_off(schedule: Schedule | None, start: int) -> str | None:
    """The hour after which a start counts as of the next day, where it came after it."""
    if schedule is None or schedule.cut_off is None:
        return None
    if start < instant_on(day_of(start, schedule.zone), schedule.cut_off, schedule.zone):
        return None
    return f"{schedule.cut_off // 60:02d}:{schedule.cut_off % 60:02d}"


def _counts_as(schedule: Schedule | None, start: int, *, is_late: bool) -> date | None:
    """The day as of which a start counts, where that is a later one: the first on which the place opens."""
    if schedule is None:
        return None
    own = day_of(start, schedule.zone)
    days = (own + timedelta(days=number) for number in range(is_late, FARTHEST_DAYS))
    counts = next((day for day in days if schedule.spans_on(day)), own)
    return counts if counts != own else None


def _named(promise: Promise, given_by: Proof) -> tuple[tuple[str, str | None], ...]:
    names = promise.between or (() if promise.before is None else (promise.before,))
    return tuple((name, given_by.said.get(name)) for name in names)
