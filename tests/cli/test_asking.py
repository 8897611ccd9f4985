"""`parcours init` asks at a terminal and nowhere else, and says what to call next."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cli.given import call
from parcours.cli import asking
from parcours.cli.asking import ask_workspace, language_of
from parcours.cli.template import TEMPLATES
from parcours.kernel.workspace import Workspace
from parcours.ui import speak

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DEFAULTS = ["1", "Click and collect"]


def answering(*answers: str) -> tuple[Callable[[str, str], str], list[tuple[str, str]]]:
    """Somebody who gives these answers, Enter for an empty one; and what they were asked, with what was proposed."""
    given: Iterator[str] = iter(answers)
    asked: list[tuple[str, str]] = []

    def ask(question: str, default: str) -> str:
        asked.append((question, default))
        return next(given) or default

    return ask, asked


def at_terminal(folder: Path, typed: str, **environment: str) -> tuple[int, str]:
    """Call `parcours init` on a terminal of its own; exit status and what the terminal showed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "parcours.cli.main", "init", str(folder)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "LC_ALL": "C.UTF-8", "NO_COLOR": "1"} | environment,
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # Linux says so when the other side has closed
        pass
    os.close(ours)
    return process.wait(), shown.decode()


def test_a_terminal_is_asked_and_enter_is_enough(tmp_path: Path) -> None:
    """Two times Enter makes the workspace that --template would have made, under its own name."""
    code, shown = at_terminal(tmp_path / "shop", "\n\n")

    assert code == 0
    assert "What is the workspace about?" in shown
    assert Workspace(tmp_path / "shop").settings.name == "Click and collect"
    assert (tmp_path / "shop/maps/click-and-collect.yaml").exists()


def test_a_french_terminal_is_asked_in_french(tmp_path: Path) -> None:
    """The questions, the words to choose from and the proposed name are French where the locale is."""
    code, shown = at_terminal(tmp_path / "shop", "3\n\n", LC_ALL="fr_FR.UTF-8")

    assert code == 0
    assert "Sur quoi porte l\u2019espace de travail\u00a0?" in shown
    assert "1  Retrait en magasin\u00a0: promis en deux heures" in shown
    assert f"ensuite\u00a0:\r\n  parcours check -w {tmp_path / 'shop'}" in shown
    assert Workspace(tmp_path / "shop").settings.name == "Retour et remboursement"
    assert (tmp_path / "shop/maps/return-and-refund.yaml").exists()


def test_a_folder_that_is_used_is_refused_before_any_question(tmp_path: Path) -> None:
    """Nobody answers questions for nothing."""
    (tmp_path / "notes.txt").write_text("mine", "utf-8")

    code, shown = at_terminal(tmp_path, "")

    assert code == 2
    assert "?" not in shown
    assert "nothing is ever overwritten" in shown


def test_a_named_template_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts that say what they want are not stopped, on a terminal either."""
    monkeypatch.setattr(asking, "_is_terminal", lambda: True)

    assert asking.choose("home-delivery") == ("home-delivery", None)


def test_a_pipe_gets_the_first_template_and_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CI is not asked, and what it reads does not depend on the machine's language."""
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")

    answer = call("init", tmp_path / "shop")

    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"made {tmp_path / 'shop'} from the template click-and-collect: ")


def test_enter_takes_what_is_proposed() -> None:
    """The proposed number is that of the first template, the proposed name its title."""
    ask, asked = answering("", "")

    assert ask_workspace(speak("en"), ask) == ("click-and-collect", "Click and collect")
    assert [default for _, default in asked] == DEFAULTS


@pytest.mark.parametrize("answer", ["2", " 2 ", "home-delivery"])
def test_a_template_is_chosen_by_number_or_name(answer: str) -> None:
    """Both stand to reason, so both do."""
    ask, _ = answering(answer, " My shop ")

    assert ask_workspace(speak("en"), ask) == ("home-delivery", "My shop")


def test_an_answer_that_is_none_is_asked_again(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip costs one more line; it never makes the wrong workspace."""
    ask, asked = answering("0", "6", "home", "4", "")

    assert ask_workspace(speak("en"), ask) == ("service-request", "Service request")
    assert len(asked) == 5
    assert capsys.readouterr().out.count("Answer with a number from 1 to 5.") == 3


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({}, "en"),
        ({"LANG": "fr_CA.UTF-8"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": ""}, "fr"),
    ],
)
def test_the_locale_decides_the_language(environment: dict[str, str], code: str) -> None:
    """LC_ALL goes before LC_MESSAGES, and that before LANG, as POSIX says; an empty one says nothing."""
    assert language_of(environment).code == code


def test_every_template_has_french_words() -> None:
    """Nobody is asked half in French."""
    words = [text for template in TEMPLATES.values() for text in (template.title, template.about)]

    assert all(speak("fr").text(text) != text for text in words)
