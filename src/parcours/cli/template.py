"""Makes a workspace from a template: its files as they lie beside this module, its data made on the spot."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from parcours.cli.templates import (
    click_and_collect,
    home_delivery,
    return_and_refund,
    service_request,
    ten_promises,
)
from parcours.cli.templates.made import LAST_DAY
from parcours.kernel.document import closest
from parcours.kernel.errors import ParcoursError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date

    from parcours.cli.templates.made import Planted

_FILES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Template:
    """A workspace to begin with.

    Attributes:
        title: What it is about, in a few words; a message of `parcours.ui`.
        about: What it holds; a message too.
        write_data: Makes the data into the folder it is given; the same every time.
        planted: The gap that the data carries.
        as_of: Last day of the data; a run is told to look at it from there.
    """

    title: str
    about: str
    write_data: Callable[[Path], None]
    planted: Planted
    as_of: date = LAST_DAY


# Name, which is also the folder of its files, to the template.
TEMPLATES = {
    "click-and-collect": Template(
        "Click and collect",
        "promised in two hours, ready at the counter",
        click_and_collect.write_data,
        click_and_collect.PLANTED,
    ),
    "home-delivery": Template(
        "Home delivery",
        "a web shop, its warehouse and its carriers",
        home_delivery.write_data,
        home_delivery.PLANTED,
    ),
    "return-and-refund": Template(
        "Return and refund",
        "sent back or brought back, then refunded",
        return_and_refund.write_data,
        return_and_refund.PLANTED,
    ),
    "service-request": Template(
        "Service request",
        "questions and repairs, by phone, chat, mail and at the desk",
        service_request.write_data,
        service_request.PLANTED,
    ),
    "ten-promises": Template(
        "Ten promises",
        "those that retailers ask for first, with their test cases",
        ten_promises.write_data,
        ten_promises.PLANTED,
    ),
}
DEFAULT = "click-and-collect"


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


def refuse_used(folder: Path) -> None:
    """A workspace is made where nothing lies.

    Raises:
        NotEmpty: Something lies in the folder, or the folder is a file.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotEmpty(folder)


def make_workspace(folder: Path, template: str, name: str | None = None) -> list[str]:
    """Make a workspace that runs at once on data it carries.

    Args:
        folder: Where; new or empty.
        template: Name of the template.
        name: Name of the workspace; none: the template's own.

    Returns:
        What was made, as shown to the user: names of files and folders, folders with a slash.

    Raises:
        UnknownTemplate: There is no such template.
        NotEmpty: Something lies in the folder, or the folder is a file.
    """
    if template not in TEMPLATES:
        raise UnknownTemplate(template, TEMPLATES)
    refuse_used(folder)
    shutil.copytree(_FILES / template, folder, dirs_exist_ok=True)
    if name is not None:
        _call(folder / "parcours.toml", name)
    (folder / "data").mkdir()
    TEMPLATES[template].write_data(folder / "data")
    return sorted(f"{path.name}/" if path.is_dir() else path.name for path in folder.iterdir())


def _call(settings: Path, name: str) -> None:
    """Write the name into the settings; JSON's texts without odd signs are TOML's."""
    plain = json.dumps("".join(sign for sign in name if sign.isprintable()), ensure_ascii=False)
    text = settings.read_text("utf-8")
    settings.write_text(
        re.sub(r"^name = .*$", lambda _: f"name = {plain}", text, flags=re.MULTILINE), "utf-8"
    )
