"""Both languages of a report laid out in one file that needs nothing else."""

from __future__ import annotations

import os
from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from parcours import __version__
from parcours.journey.drawing import picture_style
from parcours.kernel.errors import ParcoursError
from parcours.ui import LANGUAGES, speak
from parcours.web.report.gathering import gather
from parcours.web.report.saying import say

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from parcours.gap.results import Results
    from parcours.web.report.gathering import Facts


class Unwritable(ParcoursError, OSError):
    """The report cannot be written where it was asked for."""

    code = "report.unwritable"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"the report cannot be written to {path}: {reason}",
            fix="name a file in a folder that is there and yours to write",
        )


def write_report(
    results: Results,
    name: str,
    path: Path,
    *,
    with_quotes: bool = True,
    told: Callable[[str], None] = lambda _: None,
) -> int:
    """Write a report of the last published run.

    Args:
        results: The run.
        name: Of the workspace.
        path: The file; replaced whole, or left as it was.
        with_quotes: Show what people wrote, masked.
        told: Hears what is under way.

    Returns:
        Size of the file in bytes.

    Raises:
        Unwritable: The file cannot be written.
    """
    page = render(gather(results, name, with_quotes=with_quotes, told=told)).encode()
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(page)
        os.replace(beside, path)
    except OSError as problem:
        beside.unlink(missing_ok=True)
        raise Unwritable(path, problem.strerror or "no reason given") from None
    return len(page)


def render(facts: Facts) -> str:
    """The report's page."""
    environment = Environment(
        loader=PackageLoader("parcours.web.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["picture"] = Markup  # our own SVG, whose texts were escaped where it was made
    style = resources.files(__package__).joinpath("templates", "report.css").read_text("utf-8")
    script = resources.files(__package__).joinpath("templates", "report.js").read_text("utf-8")
    return environment.get_template("report.html").render(
        title=facts.name,
        pages=[say(facts, speak(code)) for code in LANGUAGES],
        style=Markup(style + picture_style()),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - same
        version=__version__,
    )
