"""Commands that say how well people are recognised, what one is told by, and why two are one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli.options import AsFormat, Folder, Format, Language, at_workspace, print_json

if TYPE_CHECKING:
    from parcours.identity.quality import Quality

Said = Annotated[Language, typer.Option(help="Language of what is printed.")]


def quality(
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    show: Annotated[
        str | None,
        typer.Option(
            help="Rows behind a figure: touchpoints, unidentified, sizes, several, one or crossing.",
            show_default="the figures",
        ),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(
            help="With --show, a part: a channel of touchpoints or unidentified, a size such as 3-5, a rule of several, email or phone of one."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows of --show, in JSON too.")] = 20,
    language: Said = Language.EN,
) -> None:
    """How well people are recognised: coverage by channel, sizes, who may be several, who may be one, journeys over channels.

    No truth is needed; where there is one, `identity evaluate` says how right people are.
    """
    from parcours.cli.show.recognising import quality_lines, rows_lines
    from parcours.cli.show.tables import write
    from parcours.gap.results import Unknown, open_results
    from parcours.identity.quality import Rows, list_rows
    from parcours.kernel.workspace import Workspace
    from parcours.ui import speak

    if show is not None and show not in set(Rows):
        raise Unknown("list of rows", show, list(Rows))
    kind = None if show is None else Rows(show)
    if only is not None and show is None:
        raise typer.BadParameter("only with --show", param_hint="--only")
    with open_results(Workspace(workspace)) as results:
        found, desk = results.quality()
        rows = None if kind is None else list_rows(desk, found, kind, only, limit)
    at, said = at_workspace(workspace), speak(language.value)
    if format is Format.JSON:
        print_json(_document(found) if rows is None else rows)
    elif kind is None or rows is None:
        write(quality_lines(found, said, at))
    else:
        write(rows_lines(kind, rows, said, limit, at))


def golden(
    name: Annotated[
        str, typer.Argument(metavar="PERSON", help="A person id, or namespace:value such as customer:42.")
    ],
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    language: Said = Language.EN,
) -> None:
    """What a person is told by: each field's value with its source and date, and what else was said.

    Rules of survival are in `identity.yaml`; what the person corrected counts before all.
    """
    from parcours.cli.show.side_by_side import golden_lines
    from parcours.cli.show.tables import write
    from parcours.gap.results import open_results
    from parcours.identity.errors import NothingTold
    from parcours.identity.explaining import hexadecimal
    from parcours.identity.records import golden_stories, read_record_settings
    from parcours.kernel.workspace import Workspace
    from parcours.ui import speak

    place = Workspace(workspace)
    settings = read_record_settings(place)
    with open_results(place) as results:
        person_id = results.person_or_erased(name)
        desk = results.identity()
        stories = golden_stories(results.vault, desk.tokens_then(person_id, desk.manifest.run_id), settings)
        if not stories:
            raise NothingTold
        document = {
            "person": hexadecimal(person_id),
            "fields": [
                {
                    "field": story.field,
                    **asdict(story.kept),
                    "told_at": desk.when(story.kept.told_at),
                    "rule": story.rule,
                    "trusted": story.is_trusted,
                    "others": [{**asdict(word), "told_at": desk.when(word.told_at)} for word in story.lost],
                }
                for story in stories
            ],
        }
    if format is Format.JSON:
        print_json(document)
    else:
        write(golden_lines(document, speak(language.value)))


def explain_two(folder: Path, names: tuple[str, str], shape: Format, language: Language) -> None:
    """Print two people, or two identifiers, side by side.

    Raises:
        UnknownPerson: One of them is nobody's.
        ErasedPerson: One of them was erased.
    """
    from parcours.cli.show.side_by_side import pair_lines
    from parcours.cli.show.tables import write
    from parcours.gap.results import UnknownPerson, open_results
    from parcours.identity.pairing import explain_pair
    from parcours.identity.records import read_record_settings
    from parcours.kernel.workspace import Workspace
    from parcours.ui import speak

    place = Workspace(folder)
    settings = read_record_settings(place)
    with open_results(place) as results:
        for name in names:
            results.person_or_erased(name)
        token, other = (results.token_of(name) for name in names)
        found = explain_pair(results.identity(), token, other, settings)
    if found is None:
        raise UnknownPerson
    if shape is Format.JSON:
        print_json(found)
    else:
        write(pair_lines(found, speak(language.value), at_workspace(folder)))


def _document(found: Quality) -> dict[str, Any]:
    """The figures as JSON: every share with what it is a share of."""
    kept = ("signals", "identified", "known", "elsewhere")
    return {
        "people": found.people,
        "known": found.known,
        "coverage": [
            {"channel": place.channel or None, **{name: getattr(place, name) for name in kept}}
            for place in found.channels
        ],
        "touchpoints": [
            {
                **{name: getattr(place, name) or None for name in ("source", "channel", "touchpoint")},
                **{name: getattr(place, name) for name in kept},
            }
            for place in found.places
        ],
        "sizes": [
            {
                "size": size.name,
                "least": size.least,
                "most": size.most,
                "people": size.people,
                "known": size.known,
            }
            for size in found.sizes
        ],
        "largest": found.largest,
        "crossing": {
            name: {**asdict(told), "share": told.share, "signal_share": told.signal_share}
            for name, told in (("before", found.before), ("after", found.after))
        },
        "pairs": [asdict(pair) for pair in found.pairs],
        "several": {
            "people": len(found.suspects),
            "by_records": sum(suspect.by_records for suspect in found.suspects),
            "rules": dict(found.rules),
        },
        "one": {"pairs": len(found.apart), "waiting": dict(found.waiting)},
    }


def add_recognising(app: typer.Typer) -> None:
    """Give an app these commands."""
    app.command("quality", epilog="Example: `parcours identity quality -w shop --show several --limit 5`")(
        quality
    )
    app.command("golden", epilog="Example: `parcours identity golden customer:42 -w shop`")(golden)
