"""What cannot be measured or drawn is said before anything is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from parcours.bench.errors import NoBenchData, NoPicture, PictureUnwritable, UnknownBench
from parcours.bench.registry import Wanted, _arguments, run_benches
from parcours.lake.engine import EngineProblem

if TYPE_CHECKING:
    from pathlib import Path

    from parcours.kernel.errors import ParcoursError


@pytest.mark.parametrize(
    ("name", "wanted", "error"),
    [
        ("pipline", Wanted(), UnknownBench),
        ("olist", Wanted(), NoBenchData),
        ("pipeline", Wanted(memory="plenty"), EngineProblem),
    ],
    ids=["name", "data", "memory"],
)
def test_a_wrong_wish_is_refused(name: str, wanted: Wanted, error: type[ParcoursError]) -> None:
    """With a sentence and a fix."""
    with pytest.raises(error) as refused:
        run_benches(name, wanted, lambda _: None)

    assert refused.value.fix


def test_a_picture_is_refused_where_there_is_none_or_it_cannot_be_written(tmp_path: Path) -> None:
    """Not after half an hour; and no empty file is left where the bench draws none."""
    with pytest.raises(NoPicture):
        run_benches("graph", Wanted(plot=tmp_path / "graph.svg"), lambda _: None)
    with pytest.raises(NoPicture):
        run_benches(None, Wanted(plot=tmp_path / "all.svg"), lambda _: None)
    with pytest.raises(PictureUnwritable):
        run_benches("pipeline", Wanted(plot=tmp_path / "nowhere" / "p.svg"), lambda _: None)

    assert list(tmp_path.iterdir()) == []


def test_one_size_is_measured_with_a_tenth_of_it_and_several_as_they_are() -> None:
    """So that growth can be told from one number."""
    assert _arguments("pipeline", Wanted(signals=(20_000_000,)))["sizes"] == (2_000_000, 20_000_000)
    assert _arguments("pipeline", Wanted(signals=(10_000, 30_000)))["sizes"] == (10_000, 30_000)
    assert _arguments("graph", Wanted(signals=(10_000, 30_000))) == {"signals": 30_000}


def test_what_is_not_asked_is_left_to_the_bench() -> None:
    """Defaults are said once."""
    assert _arguments("pipeline", Wanted()) == {}
    assert _arguments("report", Wanted(memory="1GB", runs=10)) == {}
