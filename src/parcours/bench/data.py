"""Invents signals at any size: sessions of people on devices, in time order, as an export would hold them.

Also a command, so that inventing leaves no high-water mark of memory in the process that measures:
`python -m parcours.bench.data FILE SIGNALS [--cases | --after SIGNALS]`.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from parcours.bench.retailer import PLACES, PROMISES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Claims = NDArray[np.bool_]

__all__ = ["DAYS", "PROMISES", "write_cases", "write_following_day", "write_signals"]

SIGNALS_PER_PERSON = 20
DAYS = 180
BEGINS_S = 1_735_689_600  # 2025-01-01T00:00:00Z, seconds since 1970; past whenever it is measured
DAY_S = 86_400
HOUR_S = 3_600
MEAN_SESSION = 5  # signals
LONGEST_SESSION = 30  # signals
FOLLOW_UP_SHARE = 0.3  # sessions that follow another of the same person, about a day later
NEWCOMER_SHARE = 0.05  # sessions of the following day whose person was never seen before
LOGIN_SHARE = 0.52  # sessions with a login somewhere; gives about 30 % of rows a customer
ORDERLY_SHARE = 0.6  # sessions that walk the places of their channel in order
SAME_INSTANT_SHARE = 0.02  # signals that share their instant with the one before
SESSIONS_PER_CHUNK = 200_000  # about a million rows, 300 MB while being made
ROWS_PER_GROUP = 250_000
DEVICES_PER_PERSON = 3  # at most
ROWS_FORMAT = 1  # raise whenever the same parameters give other rows: cached files are then made again
CHANNELS = tuple(place.channel for place in PLACES)  # of each place; a channel's places stand together
SERVICE_BEGINS = "mail"  # from this channel on, follow-up sessions happen
NOTE = b"parcours.bench"


@dataclass(frozen=True)
class _Period:
    """When sessions begin.

    Attributes:
        begins_s: Start, seconds since 1970.
        span_s: Sessions that follow none begin this long after the start, at most; seconds.
        follow_up_s: Mean wait of a session that follows another, which is at most four times as long; seconds.
    """

    begins_s: int
    span_s: int
    follow_up_s: int


# Both leave room for the last follow-ups, so that nothing happens after the last day.
WHOLE_PERIOD = _Period(BEGINS_S, (DAYS - 5) * DAY_S, DAY_S)
FOLLOWING_DAY = _Period(BEGINS_S + DAYS * DAY_S, 18 * HOUR_S, HOUR_S)


@dataclass(frozen=True)
class _Parameters:
    """What decides every row of a file; written into its metadata.

    Attributes:
        after: Signals of the file that this one follows by a day; 0 where it follows none.
    """

    signals: int
    seed: int
    cases: bool = False
    after: int = 0
    rows_format: int = ROWS_FORMAT

    @property
    def people(self) -> int:
        """Known when the file begins."""
        return max(1, (self.after or self.signals) // SIGNALS_PER_PERSON)

    @property
    def period(self) -> _Period:
        """When its sessions begin."""
        return FOLLOWING_DAY if self.after else WHOLE_PERIOD

    @property
    def note(self) -> bytes:
        return json.dumps(asdict(self), sort_keys=True).encode()


def write_signals(path: Path, signals: int, seed: int = 7) -> Path:
    """Make a signal file unless it is already there.

    Args:
        path: The Parquet file (zstd) to write; its folder is made.
        signals: Rows; a twentieth as many people, 180 days.
        seed: Same seed and signals, same rows.

    Returns:
        `path`.

    Columns:
        message_id: int64, row number.
        occurred_at: timestamp[us, UTC], whole seconds (a peer measures waits in them), ascending but
            for sessions that overlap the border of a chunk.
        device: text, `d-0000123`; one to three per person.
        customer: text, `c-0000045`; null where nobody is logged in.
        channel, touchpoint, type: text, as in `retailer.PLACES`.
    """
    return _write(path, _Parameters(signals, seed))


def write_cases(path: Path, signals: int, seed: int = 7) -> Path:
    """The rows of `write_signals` plus `case_id` text (`j-0000045`, about 20 rows each): who it truly was."""
    return _write(path, _Parameters(signals, seed, cases=True))


def write_following_day(path: Path, signals: int, after: int, seed: int = 8) -> Path:
    """Make the file of the day after those of `write_signals(..., after)`, unless it is already there.

    The same people come on the same devices, as often as before, and some who were never seen.

    Args:
        path: As of `write_signals`, as the columns; `message_id` goes on at `after`.
        signals: Rows, all on day 181.
        after: Rows of the file that went before, > 0.
        seed: Another than that of the file before, whose days it would repeat.

    Returns:
        `path`.
    """
    return _write(path, _Parameters(signals, seed, after=after))


def _write(path: Path, parameters: _Parameters) -> Path:
    if _note_of(path) == parameters.note:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".draft")
    schema = _schema(parameters)
    with pq.ParquetWriter(draft, schema, compression="zstd") as writer:
        for columns in _chunks(parameters):
            writer.write_table(pa.table(columns, schema=schema), row_group_size=ROWS_PER_GROUP)
    return draft.replace(path)


def _note_of(path: Path) -> bytes | None:
    if not path.exists():
        return None
    note: bytes | None = (pq.read_schema(path).metadata or {}).get(NOTE)
    return note


def _schema(parameters: _Parameters) -> Any:
    fields = [
        pa.field("message_id", pa.int64(), nullable=False),
        pa.field("occurred_at", pa.timestamp("us", tz="UTC"), nullable=False),
        *(pa.field(name, pa.string()) for name in ("device", "customer", "channel", "touchpoint", "type")),
    ]
    if parameters.cases:
        fields.append(pa.field("case_id", pa.string(), nullable=False))
    return pa.schema(fields, metadata={NOTE: parameters.note})


def _chunks(parameters: _Parameters) -> Iterator[dict[str, Any]]:
    """Columns of about a million rows at a time."""
    rng = np.random.default_rng(parameters.seed)
    sessions = _sessions(rng, parameters)
    written = 0
    for first in range(0, len(sessions.person), SESSIONS_PER_CHUNK):
        rows = _walk(rng, sessions.part(slice(first, first + SESSIONS_PER_CHUNK)))
        yield _columns(rows, parameters.after + written, cases=parameters.cases)
        written += len(rows.person)


@dataclass(frozen=True)
class _Sessions:
    """Arrays (n_session,) int64, ordered by start."""

    person: Integers
    started_s: Integers
    length: Integers  # signals, >= 1
    follow_up: Claims  # comes after another session of the same person, in a channel of service

    def part(self, which: slice | Integers) -> _Sessions:
        return _Sessions(self.person[which], self.started_s[which], self.length[which], self.follow_up[which])


@dataclass(frozen=True)
class _Rows:
    """Arrays (n_row,), ordered by instant."""

    at_s: Integers
    person: Integers
    device: Integers
    known: Claims  # the row shows its customer
    place: Integers  # index into PLACES


def _sessions(rng: np.random.Generator, parameters: _Parameters) -> _Sessions:
    """Sessions whose lengths add up to the signals exactly."""
    people, period = parameters.people, parameters.period
    length = _session_lengths(rng, parameters.signals)
    person = (people * rng.random(len(length)) ** 1.2).astype(np.int64)  # some come more often than others
    if parameters.after:
        newcomers = np.flatnonzero(rng.random(len(length)) < NEWCOMER_SHARE)
        person[newcomers] = people + np.arange(len(newcomers))
    started = period.begins_s + (rng.random(len(length)) * period.span_s).astype(np.int64)
    follow_up = rng.random(len(length)) < FOLLOW_UP_SHARE
    follow_up[0] = False
    follows = np.flatnonzero(follow_up)
    person[follows] = person[follows - 1]
    wait_s = rng.exponential(period.follow_up_s, len(follows))
    later = np.minimum(wait_s, 4 * period.follow_up_s).astype(np.int64)
    started[follows] = started[follows - 1] + later
    return _Sessions(person, started, length, follow_up).part(np.argsort(started, kind="stable"))


def _session_lengths(rng: np.random.Generator, signals: int) -> Integers:
    count = signals // (MEAN_SESSION - 1) + 100  # a quarter more than needed on average
    length = np.minimum(rng.geometric(1 / MEAN_SESSION, count), LONGEST_SESSION).astype(np.int64)
    total = np.cumsum(length)
    last = int(np.searchsorted(total, signals))
    length = length[: last + 1]
    length[-1] -= total[last] - signals
    return length


def _walk(rng: np.random.Generator, sessions: _Sessions) -> _Rows:
    """Every signal of these sessions."""
    count = len(sessions.person)
    session = np.repeat(np.arange(count), sessions.length)
    first = np.cumsum(sessions.length) - sessions.length
    position = np.arange(len(session)) - first[session]
    at_s = sessions.started_s[session] + _since_start_s(rng, position, first[session])
    device = _devices(rng, sessions.person)
    logs_in = (rng.random(count) < LOGIN_SHARE) & (_scatter(device) % 20 != 0)
    login_at = (rng.random(count) * sessions.length).astype(np.int64)
    known = logs_in[session] & (position >= login_at[session])
    place = _places(rng, sessions, session, position)
    order = np.argsort(at_s, kind="stable")
    session = session[order]
    return _Rows(at_s[order], sessions.person[session], device[session], known[order], place[order])


def _since_start_s(rng: np.random.Generator, position: Integers, first: Integers) -> Integers:
    """Seconds since the session began: about half a minute per step, some steps in the same instant."""
    wait = rng.lognormal(3.2, 1.2, len(position)).astype(np.int64)
    wait[(rng.random(len(position)) < SAME_INSTANT_SHARE) | (position == 0)] = 0
    elapsed: Integers = np.cumsum(wait)
    return elapsed - elapsed[first]


def _devices(rng: np.random.Generator, person: Integers) -> Integers:
    """One of the person's one to three devices, the first one most often."""
    owned = 1 + _scatter(person) % DEVICES_PER_PERSON
    return person * DEVICES_PER_PERSON + (owned * rng.random(len(person)) ** 2).astype(np.int64)


def _scatter(number: Integers) -> Integers:
    """A fixed pseudo-random non-negative number for each (Knuth's multiplicative hash)."""
    return ((number + 1) * 2_654_435_761 >> 12) & 0xFFFFF


def _places(rng: np.random.Generator, sessions: _Sessions, session: Integers, position: Integers) -> Integers:
    """One place per row: a session stays in its channel and mostly passes its places in order."""
    count = len(sessions.person)
    bounds = np.cumsum([0.0] + [place.popularity for place in PLACES])
    earliest = np.where(sessions.follow_up, bounds[CHANNELS.index(SERVICE_BEGINS)], 0.0)
    entry = _draw(rng, bounds, earliest, np.full(count, bounds[-1]))
    opens = np.array([CHANNELS.index(channel) for channel in CHANNELS])
    closes = np.array([len(CHANNELS) - CHANNELS[::-1].index(channel) for channel in CHANNELS])
    place = _draw(rng, bounds, bounds[opens[entry]][session], bounds[closes[entry]][session])
    orderly = rng.random(count) < ORDERLY_SHARE
    return place[np.lexsort((np.where(orderly[session], place, position), session))]


def _draw(
    rng: np.random.Generator, bounds: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> Integers:
    """Indices of places, as likely as they are popular, between two points of the summed popularity."""
    point = low + rng.random(len(low)) * (high - low)
    return np.minimum(np.searchsorted(bounds, point, side="right") - 1, len(PLACES) - 1).astype(np.int64)


def _columns(rows: _Rows, written: int, *, cases: bool) -> dict[str, Any]:
    columns = {
        "message_id": pa.array(np.arange(written, written + len(rows.person))),
        "occurred_at": pa.array(rows.at_s * 1_000_000).cast(pa.timestamp("us", tz="UTC")),
        "device": _labels("d-", rows.device),
        "customer": _labels("c-", rows.person, shown=rows.known),
        "channel": _names("channel", rows.place),
        "touchpoint": _names("touchpoint", rows.place),
        "type": _names("type", rows.place),
    }
    if cases:
        columns["case_id"] = _labels("j-", rows.person)
    return columns


def _labels(prefix: str, number: Integers, shown: Claims | None = None) -> Any:
    """`d-0000123`: at least seven digits; null where not shown."""
    digits = pa.array(number, mask=None if shown is None else ~shown).cast(pa.string())
    return pc.binary_join_element_wise(prefix, pc.utf8_lpad(digits, 7, "0"), "")


def _names(of: str, place: Integers) -> Any:
    return pa.array([getattr(each, of) for each in PLACES]).take(pa.array(place))


def main() -> None:
    """Make one file."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("signals", type=int)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--cases", action="store_true")
    which.add_argument("--after", type=int, help="the signals of the days before this one")
    wanted = parser.parse_args()
    if wanted.after:
        write_following_day(wanted.file, wanted.signals, wanted.after)
    else:
        (write_cases if wanted.cases else write_signals)(wanted.file, wanted.signals)


if __name__ == "__main__":
    main()
