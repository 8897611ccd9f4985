"""Makes a workspace from a template: its files as they lie beside this module, its data made on the spot."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from parcours.cli.templates import click_and_collect
from parcours.kernel.document import closest
from parcours.kernel.errors import ParcoursError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_FILES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Template:
    """A workspace to begin with.

    Attributes:
        write_data: Makes the data into the folder it is given; the same every time.
    """

    write_data: Callable[[Path], None]


# Name, which is also the folder of its files, to the template.
TEMPLATES = {"click-and-collect": Template(click_and_collect.write_data)}


class UnknownTemplate(ParcoursError, LookupError):
    """A template was asked for that there is not."""

    code = "init.unknown_template"

    def __init__(self, name: str, known: Collection[str]) -> None:
        super().__init__(f"there is no template {name!r}", fix=closest(name, known), template=name)


class NotEmpty(ParcoursError, FileExistsError):
    """A workspace is to be made where something lies already."""

    code = "init.not_empty"

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} is there already and is not empty",
            fix="name a new folder, or empty this one: nothing is ever overwritten",
        )


def make_workspace(folder: Path, template: str) -> list[str]:
    """Make a workspace that runs at once on data it carries.

    Args:
        folder: Where; new or empty.
        template: Name of the template.

    Returns:
        What was made, as shown to the user: names of files and folders, folders with a slash.

    Raises:
        UnknownTemplate: There is no such template.
        NotEmpty: Something lies in the folder, or the folder is a file.
    """
    if template not in TEMPLATES:
        raise UnknownTemplate(template, TEMPLATES)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotEmpty(folder)
    shutil.copytree(_FILES / template, folder, dirs_exist_ok=True)
    (folder / "data").mkdir()
    TEMPLATES[template].write_data(folder / "data")
    return sorted(f"{path.name}/" if path.is_dir() else path.name for path in folder.iterdir())
