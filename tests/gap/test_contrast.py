"""How sure a slice is to be worse than the rest."""

from __future__ import annotations

from typing import Any

import pytest

from parcours.gap.contrast import contrast_slices, rank_promises
from parcours.gap.interval import kept_interval

Row = dict[str, Any]  # as results answer it


def row(kept: int, broken: int, unobservable: int = 0, **more: object) -> Row:
    """A gap row with its interval."""
    low, high = kept_interval([kept], [broken], [unobservable])
    counts = {"kept": kept, "broken": broken, "unobservable": unobservable}
    ratio = kept / (kept + broken) if kept + broken else None
    told = {**counts, "kept_ratio": ratio, "low": float(low[0]), "high": float(high[0])}
    return {"slice": {}, "goal": None, **counts, "population": told, **more}


def test_distance_is_newcombes() -> None:
    """80 of 100 against 95 of 100: Wilson's 0.7112 to 0.8666 and 0.8882 to 0.9785, so 0.15 x 1.96 / hypot(0.0666, 0.0618) = 3.24."""
    (found,) = contrast_slices(row(175, 25), [row(80, 20, slice={"store": "Lyon"})])["store"]

    assert found.rest_ratio == pytest.approx(0.95)
    assert found.distance == pytest.approx(3.24, abs=0.01)
    assert found.is_sure


def test_the_worst_of_many_must_be_worse_to_be_sure() -> None:
    """3.24 standard errors happen once in 1,670 by chance: sure of one slice, not of the worst of a hundred."""
    slices = [row(80, 20, slice={"store": "Lyon"})]
    slices += [row(19, 1, slice={"postcode": str(number)}) for number in range(99)]
    found = contrast_slices(row(175, 25), slices)

    assert not found["store"][0].is_sure


def test_what_could_not_be_observed_makes_a_difference_less_sure() -> None:
    """Forty more orders of Lyon may have been kept."""
    seen = contrast_slices(row(175, 25), [row(80, 20, slice={"store": "Lyon"})])["store"][0]
    unseen = contrast_slices(row(175, 25, 40), [row(80, 20, 40, slice={"store": "Lyon"})])["store"][0]

    assert unseen.distance < seen.distance


def test_the_dimension_that_tells_most_comes_first() -> None:
    """Stores differ, channels do not; in each the surest slice is first, and what nobody judged is left out."""
    found = contrast_slices(
        row(175, 25),
        [
            row(88, 12, slice={"channel": "web"}),
            row(87, 13, slice={"channel": "app"}),
            row(95, 5, slice={"store": "Paris"}),
            row(80, 20, slice={"store": "Lyon"}),
            row(0, 0, 4, slice={"store": "Nice"}),
        ],
    )

    assert list(found) == ["store", "channel"]
    assert [item.row["slice"]["store"] for item in found["store"]] == ["Lyon", "Paris"]
    assert found["store"][1].distance < 0


def test_a_slice_that_is_everything_has_no_rest() -> None:
    """Nothing is worse than itself."""
    (found,) = contrast_slices(row(80, 20), [row(80, 20, slice={"channel": "web"})])["channel"]

    assert found.rest_ratio is None
    assert not found.is_sure


def test_promises_come_in_the_order_they_matter() -> None:
    """A goal missed for sure, then what is broken most, then what nobody could see."""
    rows = [
        row(0, 0, 9, name="unseen"),
        row(99, 1, name="fine"),
        row(900, 100, name="loud"),
        row(80, 20, name="aimed", goal=0.95),
    ]

    assert [item["name"] for item in rank_promises(rows)] == ["aimed", "loud", "fine", "unseen"]
