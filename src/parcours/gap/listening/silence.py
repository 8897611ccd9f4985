"""Silences that the healthy rhythm does not explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parcours.gap.listening.rhythm import DAY_H, Rhythm, learn_rhythm

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Claims = NDArray[np.bool_]
    Figures = NDArray[np.float64]
    Integers = NDArray[np.int64]

_LEAST_MISSED = 3.0  # signals; a shorter silence says nothing at any bound we use, and is not looked at
UNSURE_SHAPE = (
    2.0  # of days around holidays, on which habits change as they will: every seventh brings a third or less
)
_ROUNDS = 2  # what is found deaf is left out of learning; once, or bursts would be learnt as the rhythm


@dataclass(frozen=True)
class Silences:
    """Hours in a row in which a stream said nothing, as arrays of equal length.

    Attributes:
        stream: int64, which.
        first, until: int64, first hour and the one after the last.
        missed: float64, signals expected in them.
        log_chance: float64, natural logarithm of the chance that a healthy stream says nothing in them.
    """

    stream: Integers
    first: Integers
    until: Integers
    missed: Figures
    log_chance: Figures

    def take(self, which: Claims) -> Silences:
        """Some of them."""
        return Silences(
            self.stream[which],
            self.first[which],
            self.until[which],
            self.missed[which],
            self.log_chance[which],
        )


def find_silences(
    counts: Figures,
    heard: Claims,
    counted: Claims,
    false_alarms: float,
    *,
    has_sisters: bool,
    unsure: Claims | None = None,
    left_out: Claims | None = None,
) -> tuple[Silences, Rhythm]:
    """Silences too unlikely for a healthy stream, and the rhythm learnt from all other hours.

    A silence is told where its chance, times the silences that the stream could have had (one after each clump of signals), is below
    `false_alarms`; by Bonferroni's inequality no larger share of healthy streams has any silence told.

    Args:
        counts: (n_stream, n_hour) float64, signals; n_hour in whole weeks.
        heard: (n_hour,), hours from which silence can be told: whole, and between the first and the last signal of the source.
        counted: (n_hour,), hours that are like others; not those of public holidays.
        false_alarms: Share of healthy streams, in (0, 1).
        has_sisters: As in `learn_rhythm`.
        unsure: (n_day,), days around public holidays; none by default.
        left_out: (n_stream, n_hour), hours that are not learnt from in any case; none by default.
    """
    possible = np.broadcast_to(heard, counts.shape)
    if left_out is not None:
        possible = possible & ~left_out
    healthy = possible.copy()
    for _ in range(_ROUNDS):
        rhythm = learn_rhythm(counts, healthy, counted, has_sisters=has_sisters)
        told = all_silences(counts, heard, rhythm, unsure)
        bound = log_bound(counts.sum(axis=1), rhythm, false_alarms)
        deaf = told.take(told.log_chance < bound[told.stream])
        now = possible & ~hours_of(deaf, counts.shape)
        if (now == healthy).all():
            break
        healthy = now
    return deaf, rhythm


def log_bound(signals: Figures, rhythm: Rhythm, false_alarms: float) -> Figures:
    """Natural logarithm of the chance below which a silence of each stream is told; (n_stream,)."""
    bound: Figures = np.log(false_alarms) - np.log(np.maximum(signals / rhythm.clump, 1.0))
    return bound


def hours_to_tell(signals: Figures, rhythm: Rhythm, false_alarms: float) -> Figures:
    """Hours after which a silence of a stream is told, at its mean pace over the week and by whole days beyond one; (n_stream,)."""
    bound = log_bound(signals, rhythm, false_alarms)
    hourly = rhythm.expected.mean(axis=1) / rhythm.clump
    with np.errstate(divide="ignore", over="ignore"):
        within_a_day = rhythm.shape * np.expm1(-bound / rhythm.shape) / hourly
        of_a_day = rhythm.shape * np.log1p(DAY_H * hourly / rhythm.shape)
        hours: Figures = np.where(within_a_day <= DAY_H, within_a_day, DAY_H * -bound / of_a_day)
    return hours


def all_silences(counts: Figures, heard: Claims, rhythm: Rhythm, unsure: Claims | None = None) -> Silences:
    """Every longest row of silent hours in which something was to be expected, with its chance.

    The level of a day is gamma distributed around 1 and signals come by chance at that level. What a day did bring tells of its level, so a
    silence of part of a day is less telling where the rest of it was quiet too: with shape k, n heard where M were expected, and S expected in the
    silence, the chance of none is ((k + M) / (k + M + S)) ** (k + n). Days are taken as independent; those that are `unsure` have no larger k than
    `UNSURE_SHAPE`.
    """
    clump = rhythm.clump[:, None]
    expected = rhythm.expected * heard / clump
    stream, first, until = _rows_of_zeros(counts, heard)
    flow = np.concatenate([np.zeros((len(counts), 1)), np.cumsum(expected, axis=1)], axis=1)
    missed = flow[stream, until] - flow[stream, first]
    telling = missed >= _LEAST_MISSED
    stream, first, until, missed = stream[telling], first[telling], until[telling], missed[telling]
    shape = np.repeat(rhythm.shape[:, None], counts.shape[1] // DAY_H, axis=1)
    if unsure is not None:
        shape[:, unsure] = np.minimum(shape[:, unsure], UNSURE_SHAPE)
    day = _Days(counts * heard / clump, flow, shape)
    first_day, last_day = first // DAY_H, (until - 1) // DAY_H
    same = first_day == last_day
    end = np.where(same, until, (first_day + 1) * DAY_H)
    chance = day.log_chance(stream, first_day, flow[stream, end] - flow[stream, first])
    last = day.log_chance(stream, last_day, flow[stream, until] - flow[stream, last_day * DAY_H])
    between = day.silent[stream, last_day] - day.silent[stream, np.minimum(first_day + 1, last_day)]
    chance += np.where(same, 0.0, last + between)
    return Silences(stream, first, until, missed * rhythm.clump[stream], chance)


class _Days:
    """What each day of each stream brought and was to bring."""

    def __init__(self, counts: Figures, flow: Figures, shape: Figures) -> None:
        self._heard = counts.reshape(len(counts), -1, DAY_H).sum(axis=2)
        self._asked = np.diff(flow[:, ::DAY_H], axis=1)
        self._shape = shape
        whole = shape * np.log(shape / (shape + self._asked))
        self.silent = np.concatenate([np.zeros((len(counts), 1)), np.cumsum(whole, axis=1)], axis=1)

    def log_chance(self, stream: Integers, day: Integers, missed: Figures) -> Figures:
        """Of hearing nothing where `missed` signals were expected on that day, given what the rest of it brought."""
        shape, asked = self._shape[stream, day], self._asked[stream, day]
        rest = np.maximum(asked - missed, 0.0)
        chance: Figures = (shape + self._heard[stream, day]) * np.log((shape + rest) / (shape + asked))
        return chance


def _rows_of_zeros(counts: Figures, heard: Claims) -> tuple[Integers, Integers, Integers]:
    """Longest rows of hours without a signal, among those from which silence can be told: (stream, first, until)."""
    silent = (counts == 0) & heard
    edges = np.diff(np.pad(silent, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    stream, first = np.nonzero(edges == 1)
    _, until = np.nonzero(edges == -1)
    return stream, first, until


def hours_of(found: Silences, shape: tuple[int, ...]) -> Claims:
    """Which hours of which streams lie in some silences."""
    steps = np.zeros((shape[0], shape[1] + 1), np.int64)
    np.add.at(steps, (found.stream, found.first), 1)
    np.add.at(steps, (found.stream, found.until), -1)
    covered: Claims = np.cumsum(steps, axis=1)[:, :-1] > 0
    return covered
