"""Writes docs/reference/commands.md from the command line itself.

Call `python tests/docs/commands_page.py` after changing a command or an option.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from parcours.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "commands.md"
_BEFORE = """\
# Commands

This page is written from `parcours --help` itself. Every command takes `-h`; the common rules are these.

- A workspace is the folder you stand in, or the one `-w` names.
- `--format json` prints JSON to standard output and nothing else there. Progress goes to standard error.
- Exit status: 0 fine; 1 a check did not hold; 2 wrong use or bad input, told in one sentence with the fix
  ([errors](errors.md)).
- Times are shown in the workspace's `time_zone` ([settings](settings.md)).
- Tables take the width of the terminal; what does not fit beside a row goes below it. In a pipe every row is one line, as long as it
  takes, unless `COLUMNS` says otherwise. Nothing is cut.
- Colours mean two things, and each has its sign: cyan ✓ is good, red ✗ is bad. `FORCE_COLOR=1` or `CLICOLOR_FORCE=1` keeps them in a pipe
  (`FORCE_COLOR=1 parcours gaps | less -RS`), `NO_COLOR=1` takes them away.
"""


def render() -> str:
    """The page."""
    group: Any = typer.main.get_command(app)  # typer's own copy of click has no public types
    return _BEFORE + "".join(part for path, command in _commands(group) for part in _described(path, command))


def _commands(group: Any, path: str = "parcours") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        here = f"{path} {name}"
        if getattr(command, "invoke_without_command", False):
            yield here, command
        if hasattr(command, "commands"):
            yield from _commands(command, here)
        else:
            yield here, command


def _described(path: str, command: Any) -> Iterator[str]:
    yield f"\n## {path}\n\n"
    yield f"{re.sub(r' *Example: .*', '', command.help, flags=re.DOTALL).strip()}\n\n"
    yield "| argument or option | default | meaning |\n| --- | --- | --- |\n"
    for parameter in command.params:
        names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
        if parameter.param_type_name == "argument":
            names = f"`{parameter.metavar or parameter.name.upper()}`"
        yield f"| {names} | {_default(parameter)} | {parameter.help} |\n"
    if command.epilog:
        yield f"\n{command.epilog}\n"


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    if isinstance(parameter.show_default, str):
        return parameter.show_default
    value = getattr(parameter.default, "value", parameter.default)
    return "none" if value is None else f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
