"""What `parcours init` asks of people at a terminal, and tells whoever called it: in French or English, as their terminal speaks."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING, NamedTuple

import typer

from parcours.cli.template import DEFAULT, TEMPLATES
from parcours.ui import speak

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from parcours.ui import Language

    Asked = Callable[[str, str], str]  # a question and its answer by default, to the answer


class Wanted(NamedTuple):
    """The workspace somebody wants; `name` is None where nobody was asked."""

    template: str
    name: str | None = None


def choose(template: str | None) -> Wanted:
    """What to make: as said, as answered at a terminal, or click and collect where nobody can answer."""
    if template is not None or not _is_terminal():
        return Wanted(template or DEFAULT)
    return ask_workspace(language_of(os.environ), _prompt)


def ask_workspace(language: Language, ask: Asked) -> Wanted:
    """The two questions: what it is about, and what to call it; Enter takes what stands first.

    Args:
        language: Language of the questions.
        ask: Puts one question and returns the answer.
    """
    typer.echo(language.text("What is the workspace about?"))
    for number, template in enumerate(TEMPLATES.values(), 1):
        title, about = language.text(template.title), language.text(template.about)
        typer.echo(f"  {number}  " + language.text("{title}: {about}", title=title, about=about))
    name = _ask_template(language, ask)
    title = language.text(TEMPLATES[name].title)
    answer = ask(language.text("Its name, as reports show it"), title).strip()
    return Wanted(name, answer or title)


def tell(folder: Path, template: str, made: Sequence[str]) -> None:
    """Say what was made, and the next commands, ready to be copied."""
    language = language_of(os.environ) if _is_terminal() else speak("en")
    typer.echo(
        language.text(
            "made {folder} from the template {template}: {made}",
            folder=folder,
            template=template,
            made=", ".join(made),
        )
    )
    typer.echo(language.text("next:"))
    for command in next_commands(folder, template):
        typer.echo(f"  {command}")


def next_commands(folder: Path, template: str) -> list[str]:
    """The commands that show what a template carries.

    Example:
        >>> from pathlib import Path
        >>> next_commands(Path("my shop"), "click-and-collect")[1]
        "parcours run -w 'my shop' --as-of 2026-11-15"
    """
    place, planted = shlex.quote(str(folder)), TEMPLATES[template].planted
    return [
        f"parcours check -w {place}",
        f"parcours run -w {place} --as-of {TEMPLATES[template].as_of}",
        f"parcours gaps -w {place} --promise {planted.promise} --slice {planted.slice}",
    ]


def language_of(environment: Mapping[str, str]) -> Language:
    """French where the locale says so, else English.

    Example:
        >>> language_of({"LANG": "fr_FR.UTF-8"}).code, language_of({"LC_ALL": "C", "LANG": "fr_FR.UTF-8"}).code
        ('fr', 'en')
    """
    said = next(
        (environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), ""
    )
    return speak("fr" if said.lower().startswith("fr") else "en")


def _ask_template(language: Language, ask: Asked) -> str:
    names = list(TEMPLATES)
    by_answer = {
        **{str(number): name for number, name in enumerate(names, 1)},
        **{name: name for name in names},
    }
    while True:
        answer = ask(language.text("Number"), str(1 + names.index(DEFAULT))).strip()
        if answer in by_answer:
            return by_answer[answer]
        typer.echo(language.text("Answer with a number from 1 to {last}.", last=len(names)))


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _prompt(question: str, default: str) -> str:
    return str(typer.prompt(question, default=default))
