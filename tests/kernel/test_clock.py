"""Instants and durations are read as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcours.kernel.clock import (
    UnreadableDuration,
    UnreadableInstant,
    format_instant,
    is_time_zone,
    parse_duration,
    parse_instant,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@given(
    st.integers(-2_000_000_000_000_000, 7_000_000_000_000_000).map(
        lambda us: EPOCH + timedelta(microseconds=us)
    ),
    st.sampled_from(["UTC", "Europe/Paris", "Asia/Tokyo"]),
)
def test_what_is_printed_is_read_back(moment: datetime, zone: str) -> None:
    """An instant printed in any zone is the same instant when read."""
    instant = (moment - EPOCH) // timedelta(microseconds=1)
    text = format_instant(instant, zone)
    assert text is not None
    assert parse_instant(text) == instant


def test_a_bare_date_is_its_end_where_the_shop_is() -> None:
    """The last microsecond of the day, in the workspace's zone, also on the days of 23 and 25 hours."""
    for day, hours in (("2024-03-31", 23), ("2024-10-27", 25), ("2024-07-01", 24)):
        before = (datetime.fromisoformat(day) - timedelta(days=1)).date().isoformat()
        length = parse_instant(day, "Europe/Paris") - parse_instant(before, "Europe/Paris")
        assert length == hours * 3_600_000_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "2024-02-30",
        "24:00",
        "2024-13-01T00:00",
        "0000-01-01",
        "9999-12-31",
        "2024-01-01T00:00:00+25:00",
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    """With the text and a way to write it."""
    with pytest.raises(UnreadableInstant, match="is not an instant; write it like"):
        parse_instant(text)


def test_durations_add_up() -> None:
    """Parts follow each other; anything else is refused."""
    assert parse_duration("1d 12h") == parse_duration("36h") == timedelta(hours=36)
    assert parse_duration("1.5s") == timedelta(milliseconds=1500)
    for text in ("", "2", "h", "2x", "-1h", "1h and more", "9999999999999999w"):
        with pytest.raises(UnreadableDuration):
            parse_duration(text)


def test_a_zone_is_one_everywhere() -> None:
    """IANA names are; the machine's own zone is not, as it is another on another machine."""
    assert is_time_zone("Europe/Paris")
    assert is_time_zone("UTC")
    assert not is_time_zone("localtime")
    assert not is_time_zone("Mars/Phobos")
