"""Commands on what has moved: `journeys drift`, and the reviews of maps that it is told against."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli.options import (
    AsFormat,
    By,
    Folder,
    Format,
    Limit,
    MapName,
    Memory,
    Nodes,
    Per,
    Quiet,
    at_workspace,
    choice_of,
    tell,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from parcours.gap.mining.drift.reviews import Review
    from parcours.gap.results import Results
    from parcours.journey.map import Drawn
    from parcours.kernel.workspace import Workspace

_Named = Annotated[str | None, typer.Argument(help="Which map.", show_default=False)]


def journeys_drift(  # noqa: PLR0913, PLR0917 - each option chooses journeys
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    map_name: MapName = None,
    by: By = Nodes.STEP,
    per: Per = None,
    quiet: Quiet = None,
    events: Annotated[
        Path | None,
        typer.Option(
            help="CSV of known events: at, what, and where wanted until and slices such as platform or store."
        ),
    ] = None,
    finding: Annotated[
        int | None, typer.Option(min=1, help="Open this finding: the journeys behind it, with file and row.")
    ] = None,
    memory: Memory = None,
    limit: Limit = 10,
) -> None:
    """What has moved since the last review of a map, or over the whole history: since when, for whom and by how much; silent where nothing has.

    Without a map and without --per it looks over every map; where there is none, over people, or what most signals are about.
    """
    from parcours.cli.show.drift import behind_lines, drift_lines
    from parcours.gap.mining.drift.happened import read_events
    from parcours.gap.mining.drift.telling import default_choices, drift, journeys_behind, ranked
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    known = read_events(events) if events is not None else []
    with open_results(Workspace(workspace), memory) as results:
        asked = [choice_of(map_name, by, per, quiet)] if map_name or per else default_choices(results)
        looked = drift(results, asked, known)
        if finding is not None:
            rows = journeys_behind(looked, finding, max(limit, 2))
            tell(format, rows, behind_lines(rows))
            return
    tell(format, [one.json for one in ranked(looked)], drift_lines(looked, limit, at_workspace(workspace)))


def map_review(  # noqa: PLR0913, PLR0917 - each option is a fact about the review
    name: _Named = None,
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    map_name: Annotated[str | None, typer.Option("--map", help="Which map, as an option.")] = None,
    by: Annotated[str | None, typer.Option(help="Who looked it over.", show_default="you")] = None,
    note: Annotated[str | None, typer.Option(help="What they have to say.")] = None,
    at: Annotated[
        str | None, typer.Option(help="Day of the review, as 2026-11-15.", show_default="today")
    ] = None,
    look: Annotated[bool, typer.Option("--look", help="Only propose edits; record no review.")] = False,
) -> None:
    """Review a map: edits proposed to it, each with its evidence, and a review recorded, from which `journeys drift` tells what moves.

    Edits: undocumented and dead steps and touchpoints, steps more or less optional than drawn, steps in another order.
    """
    from parcours.cli.show.journeys import review_lines
    from parcours.cli.show.tables import paragraph, write
    from parcours.gap.mining.maps import review_rows
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    asked = _one_map(name, map_name)
    place = Workspace(workspace)
    with open_results(place) as results:
        rows = review_rows(results, asked)
        review = None if look else _review(results, asked, by, note, at)
    tell(format, rows, review_lines(rows))
    if review is not None:
        _record(place, review)
        if format is Format.TEXT:
            write(
                paragraph(
                    f"reviewed {asked} on {review.reviewed_on}, as lived until {review.seen_on}; "
                    f"next: parcours journeys drift --map {asked}{at_workspace(workspace)}"
                )
            )


def _one_map(name: str | None, option: str | None) -> str:
    if (name is None) == (option is None):
        raise typer.BadParameter("name one map: parcours map review click-and-collect", param_hint="--map")
    return name or option or ""


def _review(results: Results, map_name: str, by: str | None, note: str | None, at: str | None) -> Review:
    from parcours.gap.mining.drift.reviews import review_of
    from parcours.gap.when import parse_day

    return review_of(results, map_name, by or "", note, None if at is None else parse_day(at))


def _record(place: Workspace, review: Review) -> None:
    from parcours.gap.mining.drift.reviews import record_review
    from parcours.vault import open_vault

    with place.locked():
        vault = open_vault(place.vault)
        try:
            record_review(vault, review)
        finally:
            vault.close()


def map_reviews(workspace: Folder = Path(), format: AsFormat = Format.TEXT) -> None:  # noqa: A002 - the option's name
    """When each map was looked over, by whom, and when it is to be again."""
    from parcours.cli.show.drift import reviews_lines
    from parcours.gap.mining.drift.reviews import reviews_of
    from parcours.gap.results import open_results
    from parcours.kernel.clock import today
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace)) as results:
        rows = reviews_of(results, today(results.zone))
    tell(format, rows, reviews_lines(rows))


def overdue_lines(place: Workspace, drawn: Iterable[Drawn]) -> Iterator[str]:
    """A warning for each map that was to be looked over by now."""
    from parcours.gap.mining.drift.reviews import due_on, last_reviews
    from parcours.kernel.clock import today
    from parcours.vault import open_vault

    asked = [item.map for item in drawn if item.map.review is not None]
    if not asked:
        return
    reviews = {}
    if (place.vault / "vault.sqlite").exists():
        vault = open_vault(place.vault, read_only=True)
        try:
            reviews = last_reviews(vault)
        finally:
            vault.close()
    for item in asked:
        due = due_on(item.model_dump(mode="json"), reviews.get(item.map))
        if due is not None and due < today(place.settings.time_zone):
            yield f"the map {item.map} was to be looked over by {due}: parcours map review {item.map}"


def add_drift(journeys: typer.Typer, maps: typer.Typer) -> None:
    """Give the apps of journeys and of maps these commands."""
    journeys.command("drift", epilog="Example: `parcours journeys drift --map click-and-collect -w shop`")(
        journeys_drift
    )
    maps.command(
        "review",
        epilog='Example: `parcours map review click-and-collect --by Ana --note "lockers drawn" -w shop`',
    )(map_review)
    maps.command("reviews", epilog="Example: `parcours map reviews -w shop`")(map_reviews)
