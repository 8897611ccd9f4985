"""The truth stays where it is: nothing of the product reads it but what scores the product."""

from __future__ import annotations

import re

from docs.pages import ROOT

MAY_READ = ("simulate", "bench")  # simulate writes it; `identity evaluate` gets its file named by the user
_NAMES = re.compile(r"""["'(/]truth/|["']truth["']|/ ?["']truth""")


def test_no_package_knows_where_the_truth_lies() -> None:
    """No module outside `simulate` and `bench` names the folder."""
    source = ROOT / "src" / "parcours"
    naming = [
        str(path.relative_to(source))
        for path in sorted(source.rglob("*.py"))
        if path.relative_to(source).parts[0] not in MAY_READ
        and any(_NAMES.search(line) and "help=" not in line for line in _code(path.read_text("utf-8")))
    ]

    assert naming == []


def test_the_test_would_see_it() -> None:
    """The pattern finds the ways in which a folder is named."""
    for line in ('folder / "truth" / name', 'Path("truth/identity.csv")', "open(f'{folder}/truth/gap.csv')"):
        assert _NAMES.search(line), line


def test_nobody_imports_the_simulation_but_the_command_and_bench() -> None:
    """What it plants cannot leak into a rule."""
    source = ROOT / "src" / "parcours"
    importing = {
        path.relative_to(source).parts[0]
        for path in source.rglob("*.py")
        if re.search(r"^\s*(from|import) parcours\.simulate", path.read_text("utf-8"), re.MULTILINE)
    }

    assert importing <= {"simulate", "cli", "bench"}


def _code(text: str) -> list[str]:
    """Lines of code, docstrings left out."""
    return re.sub(r'"""[\s\S]*?"""', "", text).splitlines()
