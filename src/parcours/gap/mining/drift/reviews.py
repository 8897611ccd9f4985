"""Reviews of maps: recorded when somebody has looked a map over, never changed; what moved is told against the last one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from parcours.gap.deciding.log import at_work
from parcours.gap.results import Unknown
from parcours.journey import JOURNEY
from parcours.kernel.clock import format_instant, now_us, parse_duration, today
from parcours.vault.tables import MAP_REVIEW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.gap.results import Results
    from parcours.vault import Vault

Row = dict[str, Any]  # rows leave as JSON


@dataclass(frozen=True)
class Review:
    """A map was looked over.

    Attributes:
        review_id: Grows; 0: not recorded yet.
        map: Its name.
        reviewed_on: Day.
        seen_on: Last day of what was looked at: the day of the review, or the end of the data where that is earlier.
        by: Who looked it over.
        note: What they had to say; None: nothing.
        run_id: The run that was published then.
        recorded_at: Microseconds UTC.
    """

    review_id: int
    map: str
    reviewed_on: date
    seen_on: date
    by: str
    note: str | None
    run_id: int
    recorded_at: int

    @property
    def json(self) -> Row:
        """As a row."""
        row = asdict(self) | {"review": self.review_id}
        del row["review_id"]
        return row | {"reviewed_on": str(self.reviewed_on), "seen_on": str(self.seen_on)}


def review_of(results: Results, map_name: str, by: str, note: str | None, on: date | None) -> Review:
    """A review of a map as the published run lived it, to be recorded.

    Args:
        results: The published run.
        map_name: Of its maps.
        by: Who looked it over; empty: who is at the keyboard.
        note: What they have to say.
        on: Day of the review; None: today. What was lived after it was not looked at.

    Raises:
        Unknown: No such map.
    """
    if map_name not in results.maps:
        raise Unknown("map", map_name, results.maps)
    results.view(JOURNEY)
    last = results.engine.value(
        "select max(ended_at) from journey where map_id = $map_id",
        {"map_id": results.vault.terms("map")[map_name]},
    )
    reviewed = on or today(results.zone)
    lived = format_instant(last, results.zone)
    seen = min(reviewed, date.fromisoformat(lived[:10])) if lived else reviewed
    return Review(0, map_name, reviewed, seen, by, note, results.manifest.run_id, 0)


def reviews_of(results: Results, on: date) -> list[Row]:
    """Every map with its reviews, and when it is to be looked over again.

    Returns:
        Rows `map, reviews` (in the order of what they saw), `due_on` (None: it says none), `is_overdue`.
    """
    reviews = read_reviews(results.vault)
    rows = []
    for name, told in results.maps.items():
        own = [review for review in reviews if review.map == name]
        due = due_on(told["drawn"], own[-1] if own else None)
        rows.append(
            {
                "map": name,
                "reviews": [review.json for review in own],
                "due_on": None if due is None else str(due),
                "is_overdue": due is not None and due < on,
            }
        )
    return rows


def record_review(vault: Vault, review: Review) -> int:
    """Record a review; answers its id."""
    facts = {
        "map": review.map,
        "reviewed_on": review.reviewed_on.isoformat(),
        "seen_on": review.seen_on.isoformat(),
        "reviewed_by": review.by.strip() or at_work(),
        "note": review.note,
        "run_id": review.run_id,
        "recorded_at": now_us(),
    }
    with vault.transaction() as connection:
        query = insert(MAP_REVIEW).values(**facts).returning(MAP_REVIEW.c.review_id)
        return int(connection.execute(query).scalar_one())


def read_reviews(vault: Vault, map_name: str | None = None) -> list[Review]:
    """Every review, in the order of what they saw."""
    with vault.transaction() as connection:
        rows = connection.execute(
            select(MAP_REVIEW).order_by(MAP_REVIEW.c.seen_on, MAP_REVIEW.c.review_id)
        ).all()
    return [
        Review(
            row.review_id,
            row.map,
            date.fromisoformat(row.reviewed_on),
            date.fromisoformat(row.seen_on),
            row.reviewed_by,
            row.note,
            row.run_id,
            row.recorded_at,
        )
        for row in rows
        if map_name in {None, row.map}
    ]


def last_reviews(vault: Vault) -> dict[str, Review]:
    """The last review of each map."""
    return {review.map: review for review in read_reviews(vault)}


def due_on(drawn: Mapping[str, Any], last: Review | None) -> date | None:
    """The day by which a map is to be looked over again; None: it says none, or it counts from a review that never was.

    Args:
        drawn: The map, as published.
        last: Its last review.
    """
    asked = drawn.get("review") or {}
    days = []
    if asked.get("by"):
        by = date.fromisoformat(str(asked["by"]))
        if last is None or last.reviewed_on < by:
            days.append(by)
    if asked.get("every") and last is not None:
        days.append(last.reviewed_on + parse_duration(asked["every"]))
    return min(days, default=None)
