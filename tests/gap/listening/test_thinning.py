"""Days that bring far too little, and types that fall silent while their source goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from parcours.gap.listening import listen
from parcours.gap.listening.rhythm import learn_rhythm
from parcours.gap.listening.thinning import find_thin, log_chance_of_less
from parcours.signal import SIGNAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from parcours.gap.listening import Hearing
    from parcours.lake import Engine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
DAYS, STREAMS, WEEKS = 56, 400, 16
SALE, NOTICE, CALL = 5, 6, 7
TYPES = {SALE: "sale.paid", NOTICE: "notice.sent", CALL: "ticket.opened"}


def us(day: float, hour: float = 0.0) -> int:
    """An instant, counted from the start."""
    return round((START - EPOCH + timedelta(days=day, hours=hour)) / timedelta(microseconds=1))


def heard(engine: Engine, lost: Callable[[int, int, float], bool]) -> Hearing:
    """What is heard of a system that tells sixty sales, thirty notices and thirty calls a day, where `lost(type, instant, chance)` does not hold."""
    chance = np.random.default_rng(3)
    rows: list[dict[str, Any]] = [  # rows of the table
        {"source_id": 1, "type_id": kind, "occurred_at": at}
        for kind, a_day in ((SALE, 60), (NOTICE, 30), (CALL, 30))
        for day in range(DAYS)
        for hour in np.sort(chance.uniform(8, 20, chance.poisson(a_day)))
        if not lost(kind, at := us(day, float(hour)), chance.uniform())
    ]
    engine.register("signal", pa.Table.from_pylist(rows, schema=engine.arrow(SIGNAL.empty_sql).schema))
    last = max(row["occurred_at"] for row in rows)
    return listen(engine, {1: "shop"}, (-1, []), ("UTC", ()), last, TYPES)


def test_nobody_is_accused_where_all_types_are_heard(engine: Engine) -> None:
    """Eight weeks, three types, at night nobody."""
    assert heard(engine, lambda *_: False).silences == ()


def test_a_type_that_falls_silent_is_told_from_its_source(engine: Engine) -> None:
    """No notice from Wednesday 14 h to Friday 11 h, while sales and calls go on: the ends are signals of notices."""
    begins, ends = us(23, 14), us(25, 11)
    hearing = heard(engine, lambda kind, at, _: kind == NOTICE and begins <= at < ends)

    (silence,) = hearing.silences
    assert (silence.source, silence.place, silence.type, silence.heard) == ("shop", None, "notice.sent", 0.0)
    assert begins - us(0, 4) + us(0) < silence.since < begins
    assert ends <= silence.until < ends + us(0, 4) - us(0)


def test_a_silence_of_all_types_is_one_of_the_source(engine: Engine) -> None:
    """A Thursday without anything is told once."""
    hearing = heard(engine, lambda _, at, __: us(31) <= at < us(32))

    assert [(silence.type, silence.place) for silence in hearing.silences] == [(None, None)]


def test_a_type_that_is_new_was_not_deaf_before(engine: Engine) -> None:
    """Calls are taken up after four weeks: that nobody told of any before is no silence. One that ends is silent to the end of its source."""
    new = heard(engine, lambda kind, at, _: kind == CALL and at < us(28))
    gone = heard(engine, lambda kind, at, _: kind == CALL and at >= us(40))
    starts = heard(engine, lambda kind, at, _: kind == CALL and us(1) <= at < us(4))

    assert [silence.type for silence in new.silences] == []
    assert [silence.type for silence in starts.silences] == []  # three days without any in the first week
    assert [(silence.type, silence.until) for silence in gone.silences] == [
        ("ticket.opened", gone.streams[0].last_at)
    ]


def test_a_source_that_sends_a_tenth_is_thin(engine: Engine) -> None:
    """From day 30 to 32 nine of ten signals are lost: three days, with the few signals that came, and no type is accused on its own."""
    hearing = heard(engine, lambda _, at, luck: us(30) <= at < us(33) and luck < 0.9)

    (thin,) = [silence for silence in hearing.silences if silence.type is None]
    assert us(29, 18) < thin.since < us(30)
    assert us(33) < thin.until < us(33, 10)
    assert 15 < thin.heard < 60
    assert 280 < thin.missed < 360  # of 3 x 120
    assert not [silence for silence in hearing.silences if silence.type is not None]


def test_the_chance_of_less_is_that_of_the_negative_binomial() -> None:
    """With shape 1 counts are geometric: at most n of mean m has the chance 1 - (m / (1 + m)) ** (n + 1)."""
    came, asked = np.array([0.0, 1.0, 4.0]), np.array([2.0, 2.0, 9.0])

    chance = np.exp(log_chance_of_less(came, asked, np.ones(3)))

    assert chance == pytest.approx([1 / 3, 1 - (2 / 3) ** 2, 1 - 0.9**5])


def streams(seed: int, a_day: float) -> NDArray[np.float64]:
    """Hours of streams whose days stray by a gamma distribution of shape 20, open from 8 to 20 h."""
    chance = np.random.default_rng(seed)
    level = np.repeat(chance.gamma(20, 1 / 20, (STREAMS, WEEKS * 7)), 24, axis=1)
    is_open = np.tile((np.arange(24) >= 8) & (np.arange(24) < 20), WEEKS * 7)
    return chance.poisson(level * is_open * a_day / 12).astype(np.float64)


def found_in(counts: NDArray[np.float64]) -> set[int]:
    """Streams of which some days are called thin."""
    everywhere = np.ones(counts.shape, bool)
    rhythm = learn_rhythm(counts, everywhere, everywhere[0], has_sisters=False)
    return set(find_thin(counts, everywhere, rhythm, 0.01).stream.tolist())


@pytest.mark.parametrize("a_day", [6.0, 40.0, 300.0])
def test_of_a_hundred_healthy_streams_at_most_one_is_thin(a_day: float) -> None:
    """As it is written: 1 % of streams, over all their days."""
    assert len(found_in(streams(1, a_day))) <= 0.01 * STREAMS


def test_days_with_a_tenth_are_found() -> None:
    """Forty signals a day, and on two days a tenth: 95 of 100 such streams are told."""
    counts = streams(2, 40.0)
    lost = np.random.default_rng(5).binomial(counts[:, 960:1008].astype(np.int64), 0.1)
    counts[:, 960:1008] = lost

    assert len(found_in(counts)) >= 0.95 * STREAMS
