"""The invented signals are what the measurements need them to be."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from parcours.bench import data
from parcours.bench.data import write_cases, write_following_day, write_signals
from parcours.bench.retailer import PLACES, PROMISES

if TYPE_CHECKING:
    from pathlib import Path

SIGNALS = 20_000


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One small file, read back."""
    return pq.read_table(write_cases(tmp_path_factory.mktemp("bench") / "cases.parquet", SIGNALS))


def test_a_file_has_exactly_the_signals_asked_for(table: Any) -> None:
    """Costs per signal are divided by a number that is true."""
    assert table.num_rows == SIGNALS
    assert table["message_id"].to_pylist() == list(range(SIGNALS))


def test_signals_are_in_time_order_and_span_half_a_year(table: Any) -> None:
    """One chunk is sorted; 180 days less the five a last session may need."""
    instants = table["occurred_at"].to_pylist()

    assert instants == sorted(instants)
    assert 170 <= (instants[-1] - instants[0]).days < 181
    assert all(instant.microsecond == 0 for instant in instants)


def test_some_signals_share_their_instant_within_a_case(table: Any) -> None:
    """Contenders that ignore the order of the file give another graph, and are found out."""
    seen = Counter(zip(table["case_id"].to_pylist(), table["occurred_at"].to_pylist(), strict=True))

    assert sum(count > 1 for count in seen.values()) > 100


def test_about_thirty_percent_of_signals_show_a_customer(table: Any) -> None:
    """People log in now and then."""
    assert 0.25 < 1 - table["customer"].null_count / SIGNALS < 0.35


def test_a_device_shows_one_customer_or_none_and_a_customer_at_most_three_devices(table: Any) -> None:
    """Linking has something to link, and the truth about it is known."""
    known = table.filter(pc.is_valid(table["customer"]))
    pairs = set(zip(known["device"].to_pylist(), known["customer"].to_pylist(), strict=True))
    devices = Counter(customer for _, customer in pairs)
    silent = set(table["device"].to_pylist()) - {device for device, _ in pairs}

    assert max(Counter(device for device, _ in pairs).values()) == 1
    assert set(devices.values()) == {1, 2, 3}
    assert silent


def test_a_case_holds_about_twenty_signals_of_one_person(table: Any) -> None:
    """`j-0000045` is the journey key of customer `c-0000045`."""
    cases = set(table["case_id"].to_pylist())
    pairs = zip(table["case_id"].to_pylist(), table["customer"].to_pylist(), strict=True)

    assert 18 < SIGNALS / len(cases) < 24
    assert all(customer is None or case[2:] == customer[2:] for case, customer in pairs)


def test_places_are_seventy_two_pairs_and_popularity_is_skewed(table: Any) -> None:
    """As many nodes as the floor was measured with; each emits one type."""
    pairs = {(place.channel, place.touchpoint): place.type for place in PLACES}
    rows = zip(*(table[name].to_pylist() for name in ("channel", "touchpoint", "type")), strict=True)
    seen = Counter(rows)

    assert len(PLACES) == len(pairs) == 72
    assert {(channel, touchpoint, type_) for (channel, touchpoint), type_ in pairs.items()} >= seen.keys()
    assert seen.most_common()[0][1] > 50 * seen.most_common()[-1][1]


def test_promises_are_twenty_pairs_of_types_that_occur() -> None:
    """A promise about a type nobody emits would cost nothing to judge."""
    types = {place.type for place in PLACES}

    assert len(set(PROMISES)) == 20
    assert 20 <= len(types) <= 40
    assert all({after, expect} <= types and after != expect for after, expect in PROMISES)


def test_the_same_seed_gives_the_same_rows_and_cases_add_one_column(tmp_path: Path, table: Any) -> None:
    """Contenders measured on different days were given the same input."""
    signals = pq.read_table(write_signals(tmp_path / "signals.parquet", SIGNALS))
    other = pq.read_table(write_signals(tmp_path / "other.parquet", SIGNALS, seed=8))

    assert signals.equals(table.drop_columns(["case_id"]))
    assert not signals.equals(other)


def test_chunks_do_not_change_how_many_signals_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large file is made a piece at a time; no message is lost or doubled at the borders."""
    monkeypatch.setattr(data, "SESSIONS_PER_CHUNK", 100)

    made = pq.read_table(write_signals(tmp_path / "signals.parquet", 3_000))

    assert made["message_id"].to_pylist() == list(range(3_000))


def test_a_file_is_made_again_only_for_other_parameters(tmp_path: Path) -> None:
    """Waiting for 20 M signals happens once."""
    path = tmp_path / "signals.parquet"
    made = write_signals(path, 1_000).stat().st_mtime_ns
    kept = write_signals(path, 1_000).stat().st_mtime_ns
    write_signals(path, 1_001)

    assert made == kept
    assert pq.read_metadata(path).num_rows == 1_001
    assert [file.name for file in tmp_path.iterdir()] == ["signals.parquet"]


def test_the_following_day_goes_on_where_the_file_before_ended(tmp_path: Path, table: Any) -> None:
    """Message ids go on, all happens on the day after the last, which is the 181st of 2025: 30 June."""
    day = pq.read_table(write_following_day(tmp_path / "day.parquet", 500, SIGNALS))
    instants = day["occurred_at"].to_pylist()

    assert day["message_id"].to_pylist() == list(range(SIGNALS, SIGNALS + 500))
    assert max(table["occurred_at"].to_pylist()) < min(instants)
    assert {instant.date() for instant in instants} == {date(2025, 6, 30)}


def test_people_of_the_following_day_are_mostly_known_and_some_are_new(tmp_path: Path, table: Any) -> None:
    """A device belongs to the same customer as before; whoever is new has a number beyond the 1,000 of 20,000 signals."""
    day = pq.read_table(write_following_day(tmp_path / "day.parquet", 2_000, SIGNALS))
    before, after = (
        {
            (device, customer)
            for device, customer in zip(each["device"].to_pylist(), each["customer"].to_pylist(), strict=True)
            if customer is not None
        }
        for each in (table, day)
    )
    owners = dict(before)
    numbers = [int(customer[2:]) for _, customer in after]

    assert all(owners.get(device, customer) == customer for device, customer in after)
    assert 0 < sum(number >= SIGNALS // 20 for number in numbers) < len(numbers) / 5
