"""`parcours init` makes a workspace that is whole, the same every time, and overwrites nothing; what it plants can be found."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from cli.given import Answer, call
from parcours.cli import templates
from parcours.cli.template import TEMPLATES, NotEmpty, UnknownTemplate, make_workspace
from parcours.journey import read_maps
from parcours.kernel.workspace import Workspace

if TYPE_CHECKING:
    from parcours.cli.templates.made import Planted

MADE = [".gitignore", "README.md", "data/", "maps/", "parcours.toml", "sources/"]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_workspace_is_the_same_every_time(tmp_path: Path, name: str) -> None:
    """What the tutorial prints is what the reader sees, so nothing may depend on chance or on the day."""
    assert set(make_workspace(tmp_path / "one", name)) - {"brand.yaml", "tests/"} == set(MADE)
    make_workspace(tmp_path / "two", name)

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


def test_the_help_names_every_template() -> None:
    """Whoever wants one finds its name without making anything."""
    words = call("init", "--help").out.replace("│", " ").split()

    assert set(TEMPLATES) <= {word.strip(",.") for word in words}


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


def test_a_workspace_may_have_a_name_of_its_own(tmp_path: Path) -> None:
    """Whatever was typed becomes the name, and the settings stay readable."""
    make_workspace(tmp_path, "home-delivery", 'Chez "Léa" \\ Fils\x7f\udce9')

    settings = tomllib.loads((tmp_path / "parcours.toml").read_text("utf-8"))

    assert settings["name"] == 'Chez "Léa" \\ Fils'
    assert settings["time_zone"] == "Europe/Paris"


# What a template carries ------------------------------------------------------------------------------------


class Lived(NamedTuple):
    """A template that was run as on the last evening of its data, and its gaps."""

    folder: Path
    planted: Planted
    commands: list[list[str]]
    report: Answer
    gaps: list[dict[str, Any]]

    def rows(self, promise: str, name: str | None = None) -> list[dict[str, Any]]:
        """Gaps of a promise, whole or by a slice, over all weeks."""
        return [
            row
            for row in self.weeks(promise, name, None)
            if row["period"] is None and row["kept_ratio"] is not None
        ]

    def weeks(self, promise: str, name: str | None, place: str | None) -> list[dict[str, Any]]:
        """Gaps of a promise in a slice, or in one place of it."""
        return [
            row
            for row in self.gaps
            if row["promise"] == promise
            and list(row["slice"]) == ([] if name is None else [name])
            and place in {None, *row["slice"].values()}
        ]


@pytest.fixture(scope="module", params=sorted(TEMPLATES))
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Each template, made and run by the very commands that `init` prints."""
    folder = tmp_path_factory.mktemp("my shops") / request.param
    made = call("init", folder, "--template", request.param)
    commands = [shlex.split(line)[1:] for line in made.out.splitlines() if line.startswith("  parcours ")]
    report = call(*commands[1], "--format", "json")
    gaps = call("gaps", "-w", folder, "--format", "json").json
    return Lived(folder, TEMPLATES[request.param].planted, commands, report, gaps)


def test_the_next_commands_can_be_copied(lived: Lived) -> None:
    """Each works as it is printed, blanks in the path or not; the last one shows the place of the planted gap at its top."""
    check, gaps = call(*lived.commands[0]), call(*lived.commands[2])
    slices = gaps.out.split("the surest to be worse than the rest first")[1].splitlines()

    assert [words[0] for words in lived.commands] == ["check", "run", "gaps"]
    assert lived.commands[1][-2:] == ["--as-of", str(TEMPLATES[lived.folder.name].as_of)]
    assert (check.code, check.err, gaps.code, gaps.err) == (0, "", 0, "")
    assert check.out.startswith("fine: ")
    assert lived.planted.place in slices[2]


def test_only_what_is_planted_as_bad_is_refused(lived: Lived) -> None:
    """Lines that a system sent twice and clocks that were lost, counted in the files themselves; nothing else."""
    texts = [path.read_text("utf-8") for path in (lived.folder / "data").iterdir()]
    twice = sum(one == two for text in texts for one, two in pairwise(text.splitlines()))
    lost = sum(text.count("0000-00-00") for text in texts)

    assert lived.report.json["signals"]["refused"] == {"duplicate_id": twice, "unreadable_time": lost}
    assert min(twice, lost) > 0


def test_the_planted_gap_is_the_worst_and_stands_apart(lived: Lived) -> None:
    """Its place keeps least, and its interval lies wholly below that of every other place and of the whole."""
    promise, name, place = lived.planted.promise, lived.planted.slice, lived.planted.place
    rows = {row["slice"][name]: row for row in lived.rows(promise, name)}
    planted = rows.pop(place)

    assert len(rows) >= 4
    assert planted["kept_ratio"] < min(row["kept_ratio"] for row in rows.values())
    assert planted["high"] < min(row["low"] for row in [*rows.values(), *lived.rows(promise)])


def test_the_planted_gap_has_a_beginning(lived: Lived) -> None:
    """Weeks before the day are as good as anywhere, weeks since then are not."""
    planted = lived.planted
    first = f"{planted.since.isocalendar().year}-W{planted.since.isocalendar().week:02d}"
    counts: Counter[tuple[bool, str]] = Counter()
    for row in lived.weeks(planted.promise, planted.slice, planted.place):
        if row["period"] is not None:
            counts.update({(row["period"] >= first, verdict): row[verdict] for verdict in ("kept", "broken")})

    before, since = (
        counts[late, "kept"] / (counts[late, "kept"] + counts[late, "broken"]) for late in (False, True)
    )

    assert before > 0.8
    assert since < before - 0.15


def test_who_lived_the_planted_gap_says_so(lived: Lived) -> None:
    """People whose promise was broken score at least two points lower, on ten."""
    said = lived.rows(lived.planted.promise)[0]["said"]

    assert said["broken"]["scores"] >= 10
    assert said["broken"]["score_mean"] <= said["kept"]["score_mean"] - 2


def test_a_deaf_source_accuses_nobody(lived: Lived) -> None:
    """In the last week nothing of what it should prove is broken; some of it is not observable, and the source is named as silent."""
    weeks = [row for row in lived.weeks(lived.planted.deaf, None, None) if row["period"] is not None]
    coverage = call("coverage", "-w", lived.folder, "--format", "json").json
    ends = sorted(row["last_at"][:10] for row in coverage)
    silent = str(TEMPLATES[lived.folder.name].as_of - timedelta(days=7))

    assert [row["broken"] for row in weeks if row["period"] == "2026-W46"] == [0]
    assert sum(row["unobservable"] for row in weeks) >= 20
    assert ends[0] < silent < ends[1]


def test_something_lived_is_not_designed(lived: Lived) -> None:
    """People do what is no step of the map, such as asking; the difference of designed and lived shows."""
    coverage = call("coverage", "-w", lived.folder, "--format", "json").json
    drawn, _ = read_maps(Workspace(lived.folder))
    steps = {step.signal for item in drawn for step in item.map.steps}

    assert {name for row in coverage for name in row["types"]} - steps


def test_what_the_readme_shows_works_and_a_second_run_changes_nothing(lived: Lived) -> None:
    """Every command of the page answers, the run among them; the gaps are the same afterwards."""
    lines = (lived.folder / "README.md").read_text("utf-8").splitlines()
    commands = [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("    parcours ")]

    answers = [call(*words, "-w", lived.folder) for words in commands]

    assert ["check"] in commands
    assert ["run", "--as-of", str(TEMPLATES[lived.folder.name].as_of)] in commands
    assert [(answer.code, answer.err) for answer in answers] == [(0, "")] * len(commands)
    assert all(answer.out.strip() for answer in answers)
    assert answers[commands.index(["check"])].out.startswith("fine: ")
    assert call("gaps", "-w", lived.folder, "--format", "json").json == lived.gaps
