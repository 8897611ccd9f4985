"""`parcours init` makes a workspace that is whole, the same every time, and overwrites nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.given import call
from parcours.cli import templates
from parcours.cli.template import TEMPLATES, NotEmpty, UnknownTemplate, make_workspace
from parcours.journey import read_maps
from parcours.kernel.workspace import Workspace

MADE = [".gitignore", "README.md", "data/", "maps/", "parcours.toml", "sources/"]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_workspace_is_the_same_every_time(tmp_path: Path) -> None:
    """What the tutorial prints is what the reader sees, so nothing may depend on chance or on the day."""
    assert make_workspace(tmp_path / "one", "click-and-collect") == MADE
    make_workspace(tmp_path / "two", "click-and-collect")

    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    """Whoever made the folder first, as Git hosts do, may use it."""
    make_workspace(tmp_path, "click-and-collect")

    assert (tmp_path / "maps/click-and-collect.yaml").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A folder with anything in it stays as it is, and the sentence names it and says what to do."""
    (tmp_path / "notes.txt").write_text("mine", "utf-8")

    answer = call("init", tmp_path)

    assert (answer.code, answer.out) == (2, "")
    assert str(tmp_path) in answer.err
    assert "nothing is ever overwritten" in answer.err
    assert contents(tmp_path) == {"notes.txt": b"mine"}
    with pytest.raises(NotEmpty):
        make_workspace(tmp_path / "notes.txt", "click-and-collect")


def test_an_unknown_template_is_refused_with_the_likely_one(tmp_path: Path) -> None:
    """A typing mistake costs one second; nothing is made."""
    answer = call("init", tmp_path / "shop", "--template", "click-and-colect")

    assert answer.code == 2
    assert (
        answer.err == "parcours: there is no template 'click-and-colect'; did you mean 'click-and-collect'?\n"
    )
    assert not (tmp_path / "shop").exists()
    with pytest.raises(UnknownTemplate):
        make_workspace(tmp_path / "shop", "zzz")


def test_every_template_has_its_files_and_every_folder_its_template() -> None:
    """A template is a folder and an entry; neither is forgotten."""
    folders = {
        path.name
        for path in Path(next(iter(templates.__path__))).iterdir()
        if path.is_dir() and not path.name.startswith("_")
    }

    assert folders == set(TEMPLATES)


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_template_speaks_english_and_french(tmp_path: Path, name: str) -> None:
    """Everything shown to people is there in both languages of the product."""
    make_workspace(tmp_path, name)
    drawn, faults = read_maps(Workspace(tmp_path))

    assert not faults
    for item in drawn:
        texts = [
            item.map.title,
            item.map.why,
            *(stage.title for stage in item.map.stages),
            *(step.title for step in item.map.steps),
            *(promise.says for promise in item.map.promises),
            *(expectation.says for expectation in item.map.expectations),
        ]
        assert all(text is not None and set(text) == {"en", "fr"} for text in texts)


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_no_person_of_a_template_can_exist(tmp_path: Path, name: str) -> None:
    """Addresses end in a domain kept for examples (RFC 2606), numbers begin as Arcep keeps them for fiction (06 39 98)."""
    make_workspace(tmp_path, name)
    text = "".join(path.read_text("utf-8") for path in (tmp_path / "data").iterdir())
    addresses = re.findall(r"[^\s;,@\"]+@[^\s;,\"]+", text)
    numbers = re.findall(r"\b0\d(?: \d\d){4}\b|\+\d{6,}", text)

    assert addresses
    assert all(address.endswith("@example.org") for address in addresses)
    assert numbers
    assert all(number.replace(" ", "").startswith(("063998", "+3363998")) for number in numbers)
