"""Commands of people's rights: consent, access, correction, erasure."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli.options import AsFormat, Folder, Format, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.kernel.workspace import Workspace
    from parcours.vault import Vault

consent_app = typer.Typer(help="Who may be reached, for what, and how.", no_args_is_help=True)

Named = Annotated[
    str, typer.Argument(metavar="PERSON", help="A person id, or namespace:value such as customer:42.")
]
At = Annotated[str | None, typer.Option(help="When it was said.", show_default="now")]
Proof = Annotated[str | None, typer.Option(help="Where the proof lies: a reference or a hash.")]


@consent_app.command(
    "set",
    epilog="Example: `parcours consent set customer:42 email:ann@example.org --purpose letters --answer withdrawn -w shop`",
)
def consent_set(  # noqa: PLR0913, PLR0917 - each option is a fact about the answer
    identifiers: Annotated[
        list[str],
        typer.Argument(
            metavar="IDENTIFIER...", help="Each identifier that came with the answer, as namespace:value."
        ),
    ],
    purpose: Annotated[str, typer.Option(help="What for, such as letters.")],
    answer: Annotated[str, typer.Option(help="given, refused or withdrawn.")],
    workspace: Folder = Path(),
    channel: Annotated[
        list[str] | None,
        typer.Option(help="By which channel; may be repeated.", show_default="every channel"),
    ] = None,
    at: At = None,
    wording: Annotated[str | None, typer.Option(help="Version of the text that was agreed to.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of that text.")] = None,
    proof: Proof = None,
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
) -> None:
    """Write down one answer; it counts at once. A refusal under any identifier of a person refuses for the person."""
    from parcours.identity.consent import Answer, read_answer, read_identifier, record
    from parcours.kernel.clock import now_us, parse_instant
    from parcours.kernel.workspace import Workspace

    place = Workspace(workspace)
    instant = now_us() if at is None else parse_instant(at, place.settings.time_zone)
    named = tuple(read_identifier(text, place.settings.identity.region) for text in identifiers)
    said = read_answer(answer)
    answers = [
        Answer(named, purpose, by, said, instant, "consent set", wording, language, proof)
        for by in (channel or (None,))
    ]
    with _writing(place) as vault:
        rows = record(vault, answers)
    if format is Format.JSON:
        print_json({"recorded": rows})
    else:
        typer.echo(f"recorded: {said} for {purpose}, by {', '.join(channel or ['every channel'])}")


@consent_app.command("import", epilog="Example: `parcours consent import answers.csv -w shop`")
def consent_import(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="CSV with the columns namespace, identifier, purpose, answer, at; if you like channel, wording, language, proof.",
        ),
    ],
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
) -> None:
    """Take a list of answers into the ledger, all or none. The same list again adds nothing."""
    from parcours.identity.consent import read_answers, record
    from parcours.kernel.workspace import Workspace

    place = Workspace(workspace)
    answers = read_answers(path, place.settings.time_zone, place.settings.identity.region)
    with _writing(place) as vault:
        record(vault, answers)
    if format is Format.JSON:
        print_json({"read": len(answers)})
    else:
        typer.echo(f"read {len(answers)} answers; the ledger holds them all")


@consent_app.command("show", epilog="Example: `parcours consent show customer:42 -w shop`")
def consent_show(
    name: Named,
    workspace: Folder = Path(),
    at: Annotated[str | None, typer.Option(help="As it stood at this instant.", show_default="now")] = None,
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
) -> None:
    """Whether a person may be reached, by purpose and channel, and every answer behind it."""
    from parcours.cli.show.rights import consent_lines
    from parcours.cli.show.tables import write
    from parcours.gap.results import open_results
    from parcours.kernel.clock import parse_instant
    from parcours.kernel.workspace import Workspace
    from parcours.rights.asking import standing

    place = Workspace(workspace)
    with open_results(place) as results:
        instant = None if at is None else parse_instant(at, place.settings.time_zone)
        found = standing(results, name, instant)
    if format is Format.JSON:
        print_json(found)
    else:
        write(consent_lines(found))


def export_person(
    name: Named,
    output: Annotated[Path, typer.Option("--output", "-o", help="A new or empty folder.")],
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
) -> None:
    """Everything held on one person, for them: person.json, and one CSV a kind. Make sure first that it is they who ask."""
    from parcours.cli.show.rights import export_lines
    from parcours.cli.show.run import drawn_progress
    from parcours.cli.show.tables import write
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace
    from parcours.rights.exporting import export_person as told
    from parcours.rights.exporting import write_export

    place = Workspace(workspace)
    with open_results(place) as results, drawn_progress() as progress:
        document = told(place, results, name, progress)
        files = write_export(document, output)
    counts = {kind: len(rows) for kind, rows in document.items() if isinstance(rows, list)}
    if format is Format.JSON:
        print_json({"files": [str(file) for file in files], "rows": counts})
    else:
        write(export_lines(output, counts, document["about"]["not_looked_at"]))


def rectify(
    name: Annotated[
        str, typer.Argument(metavar="PERSON", help="An identifier of theirs, as namespace:value.")
    ],
    field: Annotated[
        str, typer.Argument(help="A trait such as family_name; or the identifier's own namespace.")
    ],
    value: Annotated[str, typer.Argument(help="What is right.")],
    workspace: Folder = Path(),
    at: At = None,
    proof: Proof = None,
) -> None:
    """Write down what is right of somebody. It counts over what sources say, whatever they say later."""
    from parcours.identity.consent import read_identifier
    from parcours.identity.correcting import correct
    from parcours.kernel.clock import parse_instant
    from parcours.kernel.workspace import Workspace

    place = Workspace(workspace)
    instant = None if at is None else parse_instant(at, place.settings.time_zone)
    identifier = read_identifier(name, place.settings.identity.region)
    with _writing(place) as vault:
        correct(vault, identifier, field, value, proof, instant, region=place.settings.identity.region)
    typer.echo(f"recorded: {field} is corrected; the source files are not")


def erase(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="PERSON...", help="Person ids, or namespace:value such as customer:42."),
    ] = None,
    workspace: Folder = Path(),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Only finish an erasure that was interrupted.")
    ] = False,
    proof: Annotated[
        Path | None, typer.Option(help="Write the proof, without personal data, into this JSON file.")
    ] = None,
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
) -> None:
    """Erase people everywhere but in your source files, whose lines it names. What comes later of them is refused.

    It cannot be undone. Interrupted, it is finished by the next `erase` or `run`.
    """
    from parcours.cli.show.rights import erasure_lines
    from parcours.cli.show.run import drawn_progress
    from parcours.cli.show.tables import write
    from parcours.kernel.workspace import Workspace
    from parcours.rights.erasing import erase_people, write_proof

    if bool(names) == resume:
        raise typer.BadParameter("name the people, or finish with --resume", param_hint="PERSON")
    with drawn_progress() as progress:
        found = erase_people(Workspace(workspace), names or (), progress, only_look=dry_run)
    if proof is not None and found.proof is not None:
        write_proof(found.proof, proof)
    if format is Format.JSON:
        print_json(
            {
                "people": found.people,
                "erased_before": found.already,
                "rows": found.counts,
                "source_files": found.sources,
                "not_looked_at": found.unread,
                "proof": found.proof,
            }
        )
    else:
        write(erasure_lines(found, is_done=not dry_run))


@contextmanager
def _writing(place: Workspace) -> Iterator[Vault]:
    """The vault, held for writing as a run holds it."""
    from parcours.vault import open_vault

    with place.locked():
        vault = open_vault(place.vault)
        try:
            yield vault
        finally:
            vault.close()


def add_rights(app: typer.Typer) -> None:
    """Give an app these commands."""
    app.add_typer(consent_app, name="consent")
    app.command("export-person", epilog="Example: `parcours export-person customer:42 -o ann -w shop`")(
        export_person
    )
    app.command("erase", epilog="Example: `parcours erase customer:42 --proof proof.json -w shop`")(erase)
    app.command(
        "rectify",
        epilog="Example: `parcours rectify customer:42 family_name Durand --proof letter-7 -w shop`",
    )(rectify)
