"""What is computed from a run is computed once, and never belongs to another state than the run's."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest

from parcours.gap.keeping import FOLDER, Kept, forget_answers
from parcours.vault import Manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUN = Manifest(7, 0, 1_000, {"verdict": 3}, {"maps": {"collect": {}}, "received": 5}, 1.5)


def asked(vault: Path, run: Manifest = RUN, logic: str = "1", zone: str = "UTC") -> list[int]:
    """Ask as a new reader would; answers [] where what was kept is read, [1] where it was computed."""
    computed: list[int] = []

    def compute() -> dict[str, Any]:
        computed.append(1)
        return {"kept": [0.1, None, "é"]}

    answer = Kept(vault, run, zone).answer("sums", logic, compute)

    assert answer == {"kept": [0.1, None, "é"]}
    return computed


def test_the_second_reader_reads(tmp_path: Path) -> None:
    """Also after a run that found nothing new: another number and instant, the same tables and facts."""
    assert asked(tmp_path) == [1]
    assert asked(tmp_path) == []
    assert asked(tmp_path, dataclasses.replace(RUN, run_id=8, published_at=9, as_of=2_000, seconds=0.1)) == []


@pytest.mark.parametrize(
    "changed",
    [
        lambda vault: asked(vault, dataclasses.replace(RUN, versions={"verdict": 4})),
        lambda vault: asked(vault, dataclasses.replace(RUN, facts={"maps": {"collect": {"goal": 0.9}}})),
        lambda vault: asked(vault, logic="2"),
        lambda vault: asked(vault, zone="Europe/Paris"),
    ],
    ids=["a table", "a map", "the code", "the clock"],
)
def test_whatever_it_rests_on_makes_it_anew(changed: Callable[[Path], list[int]], tmp_path: Path) -> None:
    """Once; then the new one is kept in the place of the old, and there is one file."""
    asked(tmp_path)

    assert changed(tmp_path) == [1]
    assert changed(tmp_path) == []
    assert len(list((tmp_path / FOLDER).iterdir())) == 1


@pytest.mark.parametrize("text", ["", '{"state": "', "[]", '{"state": 1}', "\x80"])
def test_a_damaged_file_is_made_anew(text: str, tmp_path: Path) -> None:
    """Nobody is told of it: it can be computed."""
    asked(tmp_path)
    (tmp_path / FOLDER / "sums.json").write_text(text, "latin-1")

    assert asked(tmp_path) == [1]
    assert asked(tmp_path) == []


def test_where_nothing_can_be_written_everybody_computes(tmp_path: Path) -> None:
    """A file is in the place of the folder, as good as a workspace that may only be read."""
    (tmp_path / FOLDER).write_text("", "utf-8")

    assert asked(tmp_path) == [1]
    assert asked(tmp_path) == [1]


def test_a_reader_asks_once(tmp_path: Path) -> None:
    """Within one command the file is not read again."""
    kept = Kept(tmp_path, RUN, "UTC")
    first = kept.answer("sums", "1", lambda: [1, 2])
    (tmp_path / FOLDER / "sums.json").unlink()

    assert kept.answer("sums", "1", lambda: pytest.fail("computed twice")) is first


def test_an_erasure_forgets_all(tmp_path: Path) -> None:
    """Whatever the files are called."""
    asked(tmp_path)
    (tmp_path / FOLDER / "half-written.tmp").write_text(json.dumps("somebody"), "utf-8")
    forget_answers(tmp_path)

    assert list((tmp_path / FOLDER).iterdir()) == []
    forget_answers(tmp_path / "empty")
