"""Where and since when: what is planted is found, what is noise is not, and a slow reading of the same rule agrees."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.gap.pinpointing import ALL_DAY, WEEK, Counts, pinpoint, worse_since

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

RANGES = [*((day, day) for day in range(7)), (0, 4), (5, 6), (0, 6)]
Cells = dict[tuple[int, int], tuple[int, int]]  # (weekday, hour) to (kept, broken)
Window = tuple[tuple[int, int], tuple[int, int]]  # days, hours


def counts(cells: Cells) -> Counts:
    """Counts with these cells; the rest is nought."""
    kept, broken = np.zeros((7, 24), np.int64), np.zeros((7, 24), np.int64)
    for place, (well, badly) in cells.items():
        kept[place], broken[place] = well, badly
    return Counts(kept, broken)


def with_all(places: Mapping[str, Counts]) -> dict[str | None, Counts]:
    """The places, and under None all of them as one."""
    kept = np.sum([item.kept for item in places.values()], axis=0)
    broken = np.sum([item.broken for item in places.values()], axis=0)
    found: dict[str | None, Counts] = {None: Counts(kept, broken)}
    found.update(places.items())
    return found


# Another reading of the same rule: loops, fractions and exact binomials ------------------------------------


def likelihood(broken: int, cases: int) -> float:
    """Logarithm of the likelihood of a rate at its best."""
    return sum(part * math.log(part / cases) for part in (broken, cases - broken) if part)


def chance_of(broken: int, cases: int, all_broken: int, all_cases: int) -> float:
    """Fisher: so many broken or more among `cases` drawn blindly, by counting draws."""
    most = min(cases, all_broken)
    draws = sum(
        math.comb(all_broken, found) * math.comb(all_cases - all_broken, cases - found)
        for found in range(broken, most + 1)
    )
    return draws / math.comb(all_cases, cases)


def slow_windows(cells: Cells) -> dict[Window, tuple[int, int]]:
    """Each part of the week with its kept and broken verdicts."""
    found = {}
    for first, last in RANGES:
        for start in range(24):
            for end in range(start + 1, 25):
                inside = [
                    own for (day, hour), own in cells.items() if first <= day <= last and start <= hour < end
                ]
                found[(first, last), (start, end)] = (sum(k for k, _ in inside), sum(b for _, b in inside))
    return found


def slow_tried(cells: Cells) -> int:
    """Parts of the week that begin and end with an hour in use and hold five cases."""
    tried = 0
    for ((first, last), (start, end)), (kept, broken) in slow_windows(cells).items():
        used = {hour for (day, hour), (well, badly) in cells.items() if first <= day <= last and well + badly}
        tried += start in used and end - 1 in used and kept + broken >= 5
    return tried


def slow_pinpoint(places: dict[str, Cells]) -> tuple[str | None, Window] | None:
    """The place and window that the documentation says is told."""
    everyone: Cells = {}
    for cells in places.values():
        for place, (kept, broken) in cells.items():
            before = everyone.get(place, (0, 0))
            everyone[place] = (before[0] + kept, before[1] + broken)
    kept, broken = (sum(own[part] for own in everyone.values()) for part in (0, 1))
    total = kept + broken
    tried = slow_tried(everyone) * (1 + len(places))
    best: tuple[float, str | None, Window] | None = None
    for value, cells in [(None, everyone), *places.items()]:
        evidence = {}
        for window, (well, badly) in slow_windows(cells).items():
            inside = well + badly
            if inside and total > inside and badly * (total - inside) > (broken - badly) * inside:
                evidence[window] = (
                    likelihood(badly, inside)
                    + likelihood(broken - badly, total - inside)
                    - likelihood(broken, total)
                )
        if not evidence:
            continue
        windows = slow_windows(cells)
        near = [window for window in evidence if evidence[window] >= max(evidence.values()) - 2]
        widest = max(sum(windows[window]) for window in near)
        told = min(
            (window for window in near if sum(windows[window]) == widest),
            key=lambda window: (
                0 if window[1] == (0, 24) else window[1][1] - window[1][0],
                0 if window[0] == (0, 6) else window[0][1] - window[0][0] + 1,
                RANGES.index(window[0]),
                window[1],
            ),
        )
        well, badly = windows[told]
        if badly < 5 or chance_of(badly, well + badly, broken, total) * tried >= 0.005:
            continue
        if best is None or evidence[told] > best[0] + 1e-6:
            best = evidence[told], value, told
    if best is None:
        best = slow_place(places, kept, broken)
    return None if best is None else best[1:]


def slow_place(places: dict[str, Cells], kept: int, broken: int) -> tuple[float, str, Window] | None:
    """The place that is told as a whole, where no part of the week is."""
    best = None
    total = kept + broken
    for value, cells in places.items():
        well, badly = (sum(own[part] for own in cells.values()) for part in (0, 1))
        inside = well + badly
        if not (total > inside > 0 and badly * (total - inside) > (broken - badly) * inside):
            continue
        if badly < 5 or chance_of(badly, inside, broken, total) * (1 + len(places)) >= 0.005:
            continue
        evidence = (
            likelihood(badly, inside) + likelihood(broken - badly, total - inside) - likelihood(broken, total)
        )
        if best is None or evidence > best[0] + 1e-6:
            best = evidence, value, ((0, 6), (0, 24))
    return best


def cells_of(most: int) -> st.SearchStrategy[Cells]:
    """A few hours of a week, some of them bad."""
    hour = st.tuples(st.sampled_from([0, 1, 4, 5, 6]), st.sampled_from([0, 9, 10, 14, 23]))
    return st.dictionaries(
        hour, st.tuples(st.integers(0, most), st.sampled_from([0, 0, 1, 3, 9])), max_size=6
    )


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), cells_of(12), min_size=1))
def test_a_slow_reading_of_the_rule_agrees(places: dict[str, Cells]) -> None:
    """Passing over places and counting windows by sums changes no answer."""
    expected = slow_pinpoint(places)
    made = {value: counts(cells) for value, cells in places.items()}
    found = pinpoint(with_all(made))

    assert (None if found is None else (found.value, (found.days, found.hours))) == expected


# By hand ----------------------------------------------------------------------------------------------------


def shop(rate: float, bad: float) -> dict[str | None, Counts]:
    """Three stores open from 9 to 20 h all week, 20 cases an hour; in Lyon on Saturdays from 14 to 18 h another rate."""
    places = {}
    for value in ("Lille", "Lyon", "Nice"):
        broken = np.zeros((7, 24), np.int64)
        broken[:, 9:20] = round(20 * rate)
        if value == "Lyon":
            broken[5, 14:18] = round(20 * bad)
        cases = np.zeros((7, 24), np.int64)
        cases[:, 9:20] = 20
        places[value] = Counts(cases - broken, broken)
    return with_all(places)


def test_a_planted_window_is_found() -> None:
    """The place, the day and the hours, with the cases inside and outside counted by hand."""
    found = pinpoint(shop(0.05, 0.5))

    assert found is not None
    assert (found.value, found.days, found.hours) == ("Lyon", (5, 5), (14, 18))
    assert (found.kept, found.broken) == (40, 40)  # 4 hours of 20 cases, half of them
    everyone = 3 * 7 * 11 * 20
    assert (found.rest_broken, found.rest_kept) == ((everyone - 80) // 20, (everyone - 80) * 19 // 20)
    assert found.excess == pytest.approx(40 - 80 * 0.05)


def test_evidence_is_that_of_the_worked_example() -> None:
    """24 of 80 against 26 of 920, as worked out in docs/explanation/where-and-since-when.md."""
    here, there = counts({(5, 14): (56, 24)}), counts({(1, 10): (894, 26)})
    found = pinpoint(with_all({"Lyon": here, "rest": there}))

    assert found is not None
    assert found.evidence == pytest.approx(31.29, abs=0.005)


def test_what_is_bad_everywhere_on_one_day_is_of_no_place() -> None:
    """Where every place shares a bad Monday, the Monday is told and no place."""
    places = {name: counts({(0, 10): (10, 30), (3, 10): (200, 2)}) for name in ("a", "b", "c")}
    found = pinpoint(with_all(places))

    assert found is not None
    assert (found.value, found.days, found.hours) == (None, (0, 0), (0, 24))


def test_a_place_that_is_always_bad_is_told_without_hours() -> None:
    """All week and all day, once the hours without cases are left out."""
    bad = {(day, hour): (5, 5) for day in range(7) for hour in range(24)}
    good = {(day, hour): (20, 0) for day in range(7) for hour in range(24)}
    places = {"bad": counts(bad), "good": counts(good)}
    found = pinpoint(with_all(places))

    assert found is not None
    assert (found.value, found.days, found.hours) == ("bad", WEEK, ALL_DAY)


def test_of_two_that_are_the_same_the_first_is_told() -> None:
    """A tie is decided by the order given, not by chance."""
    bad, good = {(2, 9): (10, 20)}, {(2, 9): (500, 5)}
    for names in (("a", "b", "c"), ("b", "a", "c")):
        places = {name: counts(good if name == "c" else bad) for name in names}
        found = pinpoint(with_all(places))
        assert found is not None
        assert found.value == names[0]


def test_a_place_with_fewer_broken_promises_may_explain_more() -> None:
    """12 of 12 in a corner explain more (41.86) than 35 of 200 (40.00), though the larger place is looked at first.

    By hand, with L(b, c) = b ln(b/c) + (c-b) ln((c-b)/c) and 67 of 2,000 in all: L(12, 12) + L(55, 1988) - L(67, 2000), and L(35, 200) + L(32,
    1800) - L(67, 2000).
    """
    places = {
        "large": counts({(2, 9): (165, 35)}),
        "corner": counts({(3, 9): (0, 12)}),
        "rest": counts({(4, 9): (1768, 20)}),
    }
    found = pinpoint(with_all(places))

    assert found is not None
    assert found.value == "corner"
    assert found.evidence == pytest.approx(41.86, abs=0.005)


@pytest.mark.parametrize(
    "places",
    [
        {"a": {}},
        {"a": {(0, 0): (10, 0)}},
        {"a": {(0, 0): (0, 50)}},
        {"a": {(0, 0): (0, 50)}, "b": {(3, 3): (0, 70)}},
        {"a": {(0, 0): (0, 4)}, "b": {(3, 3): (10_000, 0)}},
    ],
    ids=["no case", "nothing broken", "all broken", "all broken in two places", "a handful"],
)
def test_where_nothing_can_stand_out_nothing_is_told(places: dict[str, Cells]) -> None:
    """Without cases, without a difference, or with fewer than five broken promises there is no pattern."""
    made = {value: counts(cells) for value, cells in places.items()}
    assert pinpoint(with_all(made)) is None


def test_more_of_the_same_is_never_less_evidence() -> None:
    """The same shares counted more often are found as well, and explain more."""
    before = 0.0
    for times in (1, 2, 5):
        places = {
            value: Counts(times * item.kept, times * item.broken) for value, item in shop(0.05, 0.3).items()
        }
        found = pinpoint(places)
        assert found is not None
        assert (found.value, found.days, found.hours) == ("Lyon", (5, 5), (14, 18))
        assert found.evidence > before
        before = found.evidence


def test_the_more_places_are_searched_the_stronger_a_finding_must_be() -> None:
    """What stands out of three places is told; the same among a hundred million might be chance."""
    places = shop(0.05, 0.25)
    assert pinpoint(places) is not None
    assert pinpoint(places, among=10**8) is None


def test_in_noise_nothing_is_found() -> None:
    """Of 200 shops in which every case is broken with one chance, at most 1 % have a finding: 2, and at worst 6 by luck of the draw."""
    chance = np.random.default_rng(7)
    found = 0
    for _ in range(200):
        places: dict[str, Counts] = {}
        for number in range(8):
            cases = np.zeros((7, 24), np.int64)
            cases[:, 9:20] = chance.poisson(3, (7, 11))
            broken = chance.binomial(cases, 0.1)
            places[f"store {number}"] = Counts(cases - broken, broken)
        found += pinpoint(with_all(places)) is not None

    assert (
        found <= 6
    )  # more than 6 of 200 at 1 % each happens once in 200 times; the correction is stricter still


def test_small_places_are_not_found_by_which_of_them_break() -> None:
    """Among thousands of places with a few cases some are all broken by chance; that is counted as tried, and not told."""
    chance = np.random.default_rng(11)
    found = 0
    for _ in range(10):
        broken_of = chance.binomial(10, 0.1, 3000)
        places: dict[str, Counts] = {
            str(number): counts({(2, 10): (10 - int(broken), int(broken))})
            for number, broken in enumerate(broken_of)
        }
        found += pinpoint(with_all(places)) is not None
    assert found <= 1


# Since when -------------------------------------------------------------------------------------------------


def slow_steps(kept: list[int], broken: list[int]) -> dict[int, float]:
    """Evidence of a turn for the worse at each place where there is one."""
    found = {}
    for place in range(1, len(kept)):
        before, after = (
            (sum(broken[part]), sum(kept[part]) + sum(broken[part]))
            for part in (slice(place), slice(place, None))
        )
        if after[0] * before[1] <= before[0] * after[1]:
            continue
        whole = likelihood(before[0] + after[0], before[1] + after[1])
        evidence = likelihood(*before) + likelihood(*after) - whole
        found[place] = evidence
    return found


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(15, 30), st.integers(0, 3)), min_size=4, max_size=10),
    st.lists(st.tuples(st.integers(0, 8), st.integers(10, 25)), min_size=4, max_size=10),
)
def test_the_day_since_when_is_the_one_of_a_slow_search(
    before: list[tuple[int, int]], after: list[tuple[int, int]]
) -> None:
    """A clear turn for the worse is told, at the place an independent search finds, with both sides counted."""
    kept, broken = ([item[part] for item in (*before, *after)] for part in (0, 1))
    change = worse_since(np.array(kept), np.array(broken))

    assert change is not None
    steps = slow_steps(kept, broken)
    assert steps[change.place] == pytest.approx(max(steps.values()))
    near = [place for place, evidence in steps.items() if evidence >= max(steps.values()) - 2]
    assert (change.earliest, change.latest) == (min(near), max(near))
    assert change.before == (sum(kept[: change.place]), sum(broken[: change.place]))
    assert change.after == (sum(kept[change.place :]), sum(broken[change.place :]))


def test_a_turn_for_the_better_is_not_told() -> None:
    """The same days the other way round."""
    kept, broken = np.array([5, 4, 6, 19, 20, 18]), np.array([15, 16, 14, 1, 0, 2])
    assert worse_since(kept, broken) is None
    change = worse_since(kept[::-1], broken[::-1])
    assert change is not None
    assert change.place == 3


@pytest.mark.parametrize(
    ("kept", "broken"),
    [([], []), ([10], [10]), ([10, 10], [0, 4]), ([0, 0, 0], [9, 9, 9]), ([9, 9, 9], [0, 0, 0])],
    ids=["no day", "one day", "a handful", "all broken", "none broken"],
)
def test_without_a_before_or_a_difference_there_is_no_since(kept: list[int], broken: list[int]) -> None:
    """One day has no before, a handful no pattern, and one rate no turn."""
    assert worse_since(np.array(kept, np.int64), np.array(broken, np.int64)) is None


def test_in_steady_noise_hardly_any_day_is_told() -> None:
    """Of 200 periods with one chance all along, at most 1 % have a turn: 2, and at worst 6 by luck of the draw."""
    chance = np.random.default_rng(3)
    found = 0
    for _ in range(200):
        cases = chance.poisson(12, 30)
        broken = chance.binomial(cases, 0.15)
        found += worse_since(cases - broken, broken) is not None
    assert found <= 6


def test_the_order_of_periods_alone_makes_the_turn() -> None:
    """Days shuffled among themselves show no turn where the sorted ones do; asked twice, the answer is the same."""
    broken: NDArray[np.int64] = np.array([1, 2, 1, 2, 9, 8, 9, 10])
    kept = 20 - broken
    told = worse_since(kept, broken)
    assert told is not None
    assert told.place == 4
    assert worse_since(kept, broken) == told
    mixed = [0, 4, 1, 5, 2, 6, 3, 7]
    assert worse_since(kept[mixed], broken[mixed]) is None
    assert all(one != other for one, other in pairwise(broken[mixed].tolist()))
