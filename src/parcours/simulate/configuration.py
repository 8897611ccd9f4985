"""The workspace around the data: settings, brand, sources, maps and surveys that fit the stores there are."""

from __future__ import annotations

import csv
from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from parcours.simulate.calendar import closed_days

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from parcours.simulate.plan import Plan

_FOLDER = "workspace"  # of the files, beside this module
_TEMPLATE = ".jinja"  # what depends on the plan; other files hold no signs that Jinja would read
# Files that only make sense with stores, or with a franchise.
_OF_STORES = {
    "maps/click-and-collect.yaml", "maps/repair.yaml", "sources/stores.yaml", "sources/tills.yaml", "sources/repairs.yaml",
    "sources/kiosk.yaml", "sources/sensors.yaml", "sources/reservations.yaml", "surveys/store-kiosk.yaml",
}  # fmt: skip
_OF_FRANCHISE = {"sources/franchise.yaml"}


def write_configuration(plan: Plan, folder: Path) -> None:
    """Write everything but data and truth."""
    has_franchise = any(store.is_franchise for store in plan.stores)
    left_out = (set() if plan.stores else _OF_STORES) | (set() if has_franchise else _OF_FRANCHISE)
    known = {
        "stores": bool(plan.stores),
        "franchise": has_franchise,
        "stores_on_sunday": [store for store in plan.stores if store.on_sunday],
        "plan": plan,
        "last_day": plan.last_day,
        "story": plan.planting.story,
        "closed": closed_days(plan.start, plan.days),
    }
    environment = Environment(
        loader=PackageLoader(__package__, _FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - YAML and Markdown, no HTML
    )
    for name in _names(resources.files(__package__).joinpath(_FOLDER)):
        target = name.replace("dot-", ".").removesuffix(_TEMPLATE)
        if target in left_out:
            continue
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        (folder / target).write_text(environment.get_template(name).render(known), "utf-8")
    (folder / "data").mkdir()
    if plan.stores:
        _write_stores(plan, folder / "data" / "stores.csv")


def _names(folder: Traversable, above: str = "") -> Iterator[str]:
    for entry in sorted(folder.iterdir(), key=lambda found: found.name):
        if entry.is_dir():
            yield from _names(entry, f"{above}{entry.name}/")
        else:
            yield above + entry.name


def _write_stores(plan: Plan, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(("code", "nom", "ville", "code_postal", "reseau", "ouvre", "ferme", "dimanche"))
        for store in plan.stores:
            hours = (f"{store.opens:02d}:00", f"{store.closes:02d}:00")
            writer.writerow(
                (
                    store.code,
                    store.name,
                    store.city,
                    store.postcode,
                    store.network,
                    *hours,
                    "oui" if store.on_sunday else "non",
                )
            )
