"""What one broken promise costs, to rank by."""

from __future__ import annotations

from math import sqrt

import pytest

from parcours.gap.finding.types import Basis, Worth
from parcours.gap.finding.worth import _mean_of, _priced_each, _untold_each
from parcours.gap.money import Money

AMOUNTS = Worth(100, 0, "EUR", 500_000, 0)  # 50.00 EUR each


def money(total: int | None, *, estimable: bool) -> Money:
    """What 50 broken promises cost, give or take 32.90 EUR in nine of ten."""
    low, high = (None, None) if total is None else (total - 3_290, total + 3_290)
    return Money(None, None, None, None, None, total, low, high, "EUR", 60, 50.0, estimable, "")


def test_a_cost_is_shared_by_all_broken_promises() -> None:
    """100.00 EUR of 50 are 2.00 EUR each; 32.90 EUR are 1.645 standard errors of 20.00 EUR, of one 0.40 EUR."""
    each = _priced_each(money(10_000, estimable=True))
    assert each is not None
    assert each.mean == 200
    assert each.error == pytest.approx(40.0, abs=0.01)
    assert (each.basis, each.is_told) == (Basis.EFFECT, True)


def test_what_is_known_in_part_is_told_as_a_part() -> None:
    """A voucher is known where nothing else could be estimated; where nothing is, nothing is told."""
    part = _priced_each(money(10_000, estimable=False))
    assert part is not None
    assert (part.basis, part.is_told) == (Basis.PART, True)
    assert _priced_each(money(None, estimable=False)) is None
    assert _priced_each(None) is None


def test_an_unknown_cost_is_like_the_others() -> None:
    """30 broken at 1.00 EUR and 10 at 5.00 EUR: (30 * 1 + 10 * 5) / 40 = 2.00, and they lie sqrt((30 * 1 + 10 * 9) / 40) apart."""
    others = _mean_of([(100.0, 30.0, "EUR"), (500.0, 10.0, "EUR")])
    assert others is not None
    assert others.mean == pytest.approx(200.0)
    assert others.error == pytest.approx(100 * sqrt(3))
    told = _untold_each(others, AMOUNTS, is_done=True)
    assert (told, told.is_told) == (others, False)


def test_a_score_counts_nothing_beside_what_it_is_given_for() -> None:
    """Where something is estimated it stands last; where nothing is, what orders carry decides, 50.00 EUR each."""
    others = _mean_of([(100.0, 30.0, "EUR")])
    assert _untold_each(others, AMOUNTS, is_done=False).mean == 0
    carried = _untold_each(None, AMOUNTS, is_done=False)
    assert (carried.mean, carried.basis, carried.is_told) == (5_000.0, Basis.CARRIED, False)
