"""Writes docs/reference/models.md from the headers of the SQL files.

Call `python tests/docs/models_page.py` after changing a header or a macro.
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from parcours.lake import MACROS  # noqa: E402 - called as a script, tests are not importable before
from sql.models import Found, models  # noqa: E402 - same

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = ROOT / "docs" / "reference" / "models.md"
_BEFORE = """\
# Models

This page is written from the headers of the SQL files. A model is one query in one file; it reads [tables of the lake](tables.md), other
models, or what a run registers for it. Why they are files: [ADR 0003](../adr/0003-sql-in-files-and-compilers.md).
Each has a few rows whose answer was worked out by hand, in `tests/sql`.
"""
_MACROS = """
## Macros

What engines disagree on, or what sqlglot translates wrongly in silence, has a name of its own in models.

| macro | answers | for DuckDB |
| --- | --- | --- |
"""


def render() -> str:
    """The page."""
    parts = [_BEFORE]
    for package, found in groupby(models(), key=lambda item: item.package):
        parts.append(f"\n## {package}\n")
        parts += [part for item in found for part in _described(item)]
    parts.append(_MACROS)
    parts += [
        f"| `{name}({', '.join(macro.parameters)})` | {macro.meaning} | `{macro.duckdb}` |\n"
        for name, macro in MACROS.items()
    ]
    return "".join(parts)


def _described(found: Found) -> Iterator[str]:
    model = found.model
    page = Path(model.source).relative_to("docs")
    link = page.name if page.parent.name == "reference" else f"../{page}"
    yield f"\n### {model.name}\n\n"
    yield f"{model.grain[0].upper()}{model.grain[1:]}.\n\n"
    yield f"- Units: {model.unit}.\n"
    yield f"- Reads: {', '.join(f'`{name}`' for name in model.reads)}.\n"
    yield f"- Why so: [{page.stem}]({link}).\n"


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
