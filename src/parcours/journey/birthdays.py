"""Birthdays as signals, so that a promise may start from one: `after: person.birthday`.

They are no signals of the lake: whoever asks for none sees none. What they come from are birth dates that sources tell as traits.
"""

from __future__ import annotations

from calendar import isleap
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow as pa

from parcours.journey.scope import refs_of
from parcours.kernel.clock import SECOND_US

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from parcours.journey.map import JourneyMap
    from parcours.lake import Engine
    from parcours.signal.mapping import Mapped

BIRTHDAY = "person.birthday"
TRAIT = "birth_date"
_LEAP_DAY, _DAY_BEFORE = "02-29", "02-28"


def asks_for_birthdays(journey_map: JourneyMap) -> bool:
    """Something in the map is about birthdays."""
    return any(ref.signal == BIRTHDAY for _, ref in refs_of(journey_map))


def told_birthdays(mapped: Iterable[Mapped]) -> set[str]:
    """`person.birthday` as a type of signal where some source tells birth dates; else nothing."""
    return {BIRTHDAY} if any(TRAIT in rule.traits for item in mapped for rule in item.rules) else set()


def find_birthdays(engine: Engine, zone: str, as_of: int) -> None:
    """Make the table `birthday`: of each person every one since its date was first told, in the workspace's time zone.

    Args:
        engine: Holds `birth_date` (token, born `yyyy-mm-dd`, told_at, correction) and `person_token`.
        zone: Where a day begins.
        as_of: Instant of the run, microseconds UTC.
    """
    first = engine.value("select min(told_at) from birth_date")
    days = [] if first is None else list(_days(_year_of(first), _year_of(as_of), ZoneInfo(zone)))
    columns = list(zip(*days, strict=True)) or [(), ()]
    table = [pa.array(columns[0], pa.string()), pa.array(columns[1], pa.int64())]
    engine.register("birth_day", pa.table(table, ["month_day", "starts_at"]))
    engine.make_table(__package__, "birthday", {"as_of": as_of})


def see_birthdays(engine: Engine, code: int | None) -> None:
    """Make the view `seen` of the signals and, with a code of their type, of birthdays too, each before all else of its instant.

    Args:
        engine: Holds the view `seen_signal`, and `birthday` where a code is given.
        code: Of the type `person.birthday`; None: no birthdays.
    """
    columns = "*"
    birthdays = ""
    if code is not None:
        names = engine.columns("select * from seen_signal")
        own = dict.fromkeys(names, "null") | {"type_id": str(code), "weight": "1.0", "ordinal": "-1"}
        own |= {name: name for name in ("signal_id", "person_id", "occurred_at")}
        columns = ", ".join(names)
        birthdays = f" union all select {', '.join(own.values())} from birthday"
    engine.run(f"create or replace temp view seen as select {columns} from seen_signal{birthdays}")


def _days(first: int, last: int, zone: ZoneInfo) -> Iterator[tuple[str, int]]:
    """(month and day, start of the day in microseconds UTC); who was born on 29 February has a birthday the day before in other years."""
    for year in range(first, last + 1):
        day = date(year, 1, 1)
        while day.year == year:
            start = datetime(day.year, day.month, day.day, tzinfo=zone)
            at = int(start.timestamp()) * SECOND_US
            name = f"{day:%m-%d}"
            yield name, at
            if name == _DAY_BEFORE and not isleap(year):
                yield _LEAP_DAY, at
            day += timedelta(days=1)


def _year_of(instant_us: int) -> int:
    return datetime.fromtimestamp(instant_us // SECOND_US, UTC).year
