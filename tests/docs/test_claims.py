"""What reference pages claim beside their tables is so: lists, orders, examples, commands named in passing."""

from __future__ import annotations

import json
import re
import sqlite3
import tomllib
from typing import TYPE_CHECKING, Any, get_args

import pytest
import typer

from docs.pages import ROOT, blocks, call, every, follow, page, pages, section, table, without_blocks
from parcours.cli.main import app
from parcours.gap.results import VERDICTS
from parcours.identity.store import SHARED_NAMESPACES
from parcours.journey.map import JourneyMap, Promise
from parcours.journey.where import BadCondition, Catalogue, parse_condition
from parcours.kernel.errors import ParcoursError
from parcours.kernel.workspace import Settings
from parcours.signal.compiling import DEFAULT_PRIORITY
from parcours.signal.identifying import BLOCKED

if TYPE_CHECKING:
    from pathlib import Path

    from parcours.kernel.document import Model

_CODE = re.compile(r"`([^`\n]+)`")
_CALL = re.compile(
    r"(?:^|[\s'/`])parcours ((?:journeys |map |identity |consent |gap |personas )?[a-z][a-z-]*)([^\n|&;]*)",
    re.MULTILINE,
)

_CATALOGUE = Catalogue(
    {"reason", "score", "amount_minor", "discount_minor", "kind", "express", "paid_minor", "due_minor"},
    {"order"},
)


def _words(text: str) -> list[str]:
    """What a sentence says in code marks."""
    return _CODE.findall(text)


def _row(name: str, heading: str, key: str) -> str:
    """The line of a table, with its marks."""
    found = re.search(rf"^\| `{key}` \|.*$", section(page(name), heading), re.MULTILINE)
    assert found is not None, key
    return found[0]


def _forms() -> list[str]:
    """Examples of conditions on the page: what names something, not single signs and words of the grammar."""
    text = section(page("reference/where.md"), "What may be written")
    cells = re.findall(r"^\| [a-z ]+ \| (.*) \|$", text, re.MULTILINE)
    return [
        form for cell in cells for form in _words(cell) if _CATALOGUE.words & set(re.findall(r"\w+", form))
    ]


@pytest.mark.parametrize("form", _forms())
def test_every_condition_shown_may_be_written(form: str) -> None:
    """Whoever copies a condition from the page gets no fault."""
    assert parse_condition(form, _CATALOGUE) is not None


@pytest.mark.parametrize("form", ["lower(reason) = 'a'", "reason = (select 1)", "cast(score as text) = '1'"])
def test_anything_else_is_a_fault(form: str) -> None:
    """As the page says, functions and queries are not part of a condition."""
    with pytest.raises(BadCondition):
        parse_condition(form, _CATALOGUE)


@pytest.mark.parametrize("error", every(ParcoursError), ids=lambda error: error.code)
def test_the_page_says_what_may_be_retried(error: type[ParcoursError]) -> None:
    """A runner that reads the page retries what the code lets it retry, and nothing else."""
    assert ("May be retried" in section(page("reference/errors.md"), error.code)) is error.retryable


@pytest.mark.parametrize(
    ("model", "heading", "key"), [(JourneyMap, "The file", "kind"), (Promise, "promises", "nature")]
)
def test_closed_lists_of_maps_are_written_out(model: type[Model], heading: str, key: str) -> None:
    """The type of a key with few values lists them all, in order."""
    choices = get_args(get_args(model.model_fields[key].annotation)[0])
    written = _words(_row("reference/map.md", heading, key).split("|")[2])

    assert tuple(written) == choices


def test_the_default_priority_is_the_one_written() -> None:
    """The page gives the order of identifiers that holds where none is said."""
    assert ", ".join(DEFAULT_PRIORITY) in _row("reference/settings.md", "identity", "priority")


@pytest.mark.parametrize("place", ["reference/settings.md", "how-to/connect-a-source.md"])
def test_shared_namespaces_are_the_ones_written(place: str) -> None:
    """The pages name every namespace that never joins people."""
    assert all(name in page(place) for name in SHARED_NAMESPACES)


def test_every_verdict_is_in_the_glossary() -> None:
    """Whoever meets a verdict finds it and its French word."""
    rows = [row for row in table(page("reference/glossary.md")) if row[1].startswith("the verdict: ")]

    assert {word: french for word, _, french in rows} == {
        "kept": "tenue",
        "broken": "non tenue",
        "pending": "en cours",
        "unobservable": "non vérifiable",
        "waived": "sans objet",
        "contested": "contestée",
    }
    assert {word for word, _, _ in rows} == set(VERDICTS)


def test_placeholders_shown_stand_for_nobody() -> None:
    """Every placeholder on the page is one for the import."""
    (sentence,) = re.findall(
        r"placeholders such as\n?(.*?)stand for", page("reference/mapping.md"), re.DOTALL
    )

    assert _words(sentence)
    assert set(_words(sentence)) <= set(BLOCKED)


def test_settings_shown_are_settings() -> None:
    """The example of the page is read without a fault, and so is that of every other page."""
    shown = [
        block.text
        for path in pages()
        for block in blocks(path.read_text("utf-8"))
        if block.language == "toml"
    ]

    assert shown
    assert all(Settings.model_validate(tomllib.loads(text)) for text in shown)


def test_the_first_reason_of_the_page_is_counted(tmp_path: Path) -> None:
    """Row by row one fault less, in the order of the page: each row is refused for the first of those it has left."""
    follow(
        """
```yaml shop/sources/all.yaml
source: all
read: {csv: data/all.csv}
objects: {order: number}
id: id
weight: cast(weight as double)
signals:
  - {type: {sql: type}, at: at, when: cast(wanted as boolean)}
```
```csv shop/data/all.csv
number,wanted,at,type,id,weight
1,perhaps,,,,-1
2,true,,,,-1
3,true,someday,,,-1
4,true,1800-01-01,,,-1
5,true,2026-09-05,,,-1
6,true,2026-09-05,ana@example.org,,-1
7,true,2026-09-05,ana@example.org,m-1,-1
8,true,2026-09-05,order.placed,m-1,1
9,true,2026-09-05,ana@example.org,m-1,1
10,true,2026-09-05,ana@example.org,m-2,1
```
""",
        tmp_path,
    )
    status, printed = call(f"parcours run -w {tmp_path / 'shop'} --format json")
    found = json.loads(printed)["signals"]
    reasons = re.findall(r"^## (\w+)$", page("reference/refusal-reasons.md"), re.MULTILINE)

    assert status == 0
    assert found["accepted"] == 1
    # A line that is no row has no columns to be wrong, and nobody was erased here.
    assert reasons[:2] == ["unreadable_line", "erased"]
    assert found["refused"] == dict.fromkeys(reasons[2:], 1)


def test_refused_rows_are_found_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The query of the page answers file, line, reason and row of what the page's own example refuses."""
    monkeypatch.chdir(tmp_path)
    text = page("how-to/connect-a-source.md")
    follow(text[: text.index("To replay them")], tmp_path)
    (database, query) = re.findall(r'sqlite3 (\S+) \\\n\s+"([^"]+)"', text)[0]
    found = sqlite3.connect(tmp_path / database).execute(query).fetchall()

    assert {(path, line, reason) for path, line, reason, _ in found} == {
        ("data/till.csv", 4, "missing_time"),
        ("data/chat.jsonl", 3, "duplicate_id"),
    }


def _options() -> dict[str, set[str]]:
    """Options of every command."""
    group: Any = typer.main.get_command(app)  # typer's own copy of click has no public types
    found: dict[str, set[str]] = {}
    for name, command in group.commands.items():
        inner = dict(getattr(command, "commands", None) or {"": command})
        if getattr(command, "invoke_without_command", False):
            inner[""] = command
        for below, each in inner.items():
            found[f"{name} {below}".strip()] = {
                "-h",
                "--help",
                *(opt for item in each.params for opt in (*item.opts, *item.secondary_opts)),
            }
    return found


def _calls() -> list[tuple[str, str, str]]:
    """(page, command, what follows it) of every call in code, run or only shown."""
    found = []
    for path in pages():
        text = path.read_text("utf-8")
        code = [*(block.text for block in blocks(text)), *_words(without_blocks(text))]
        code = [re.sub(r"\$\([^)]*\)", "", part) for part in code]  # what another command answers
        found += [(str(path.relative_to(ROOT)), *match) for part in code for match in _CALL.findall(part)]
    return found


def test_every_call_in_the_pages_can_be_made() -> None:
    """Crontabs, units, pipelines and sentences name commands and options that exist."""
    options = _options()
    wrong = [
        (where, command, option)
        for where, command, rest in _calls()
        for option in re.findall(r"(?<!\S)--?[a-z][a-z-]*", rest) or [""]
        if command not in options or (option and option not in options[command])
    ]

    assert wrong == []
