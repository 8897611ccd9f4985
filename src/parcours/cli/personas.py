"""Commands about personas: who they are, what is behind each line, and what is decided on them by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli.options import AsFormat, Folder, Format, Language, Limit, Memory, at_workspace, tell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.gap.personas import Personas
    from parcours.kernel.workspace import Workspace

personas_app = typer.Typer(
    help="Which kinds of customers there are.", invoke_without_command=True, no_args_is_help=False
)
Which = Annotated[str, typer.Argument(metavar="PERSONA", help="Id of the persona, such as p2.")]
Because = Annotated[str, typer.Option(help="Why.")]


@personas_app.callback(
    epilog="Example: `parcours personas -w shop` · `parcours personas -w shop --persona p2 --behind friction`"
)
def personas(  # noqa: PLR0913, PLR0917 - each option is a question
    context: typer.Context,
    workspace: Folder = Path(),
    format: AsFormat = Format.TEXT,  # noqa: A002 - the option's name
    persona: Annotated[str | None, typer.Option(help="Only this one, whole; an id such as p2.")] = None,
    behind: Annotated[
        str | None,
        typer.Option(help="Rows behind a line of its card: people, value, needs, friction or voice."),
    ] = None,
    learn: Annotated[
        bool,
        typer.Option(
            "--learn", help="Learn anew what personas are; those that are still there keep id and name."
        ),
    ] = False,
    language: Annotated[Language, typer.Option(help="Language of names and words.")] = Language.EN,
    memory: Memory = None,
    limit: Limit = 20,
) -> None:
    """Which kinds of customers there are, found in what they do: share, worth, needs, friction, voice; the one whose gaps cost most first."""
    if context.invoked_subcommand is not None:
        return
    if behind is not None and persona is None:
        raise typer.BadParameter("name the persona too, with --persona", param_hint="--behind")
    from parcours.cli.show.personas import behind_lines, persona_lines
    from parcours.gap.personas import persona_rows, personas_of
    from parcours.gap.personas.behind import behind_rows
    from parcours.gap.personas.store import find_persona, persona_text
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace

    place = Workspace(workspace)
    if learn:
        with open_results(place, memory) as results:
            found, run_id = personas_of(results, anew=True), results.manifest.run_id
        keep_learnt(place, found, run_id)
    with open_results(place, memory) as results:
        found, run_id = personas_of(results), results.manifest.run_id
        rows: Any
        if behind is not None and persona is not None:
            rows = behind_rows(results, persona, behind)
            lines = behind_lines(rows, behind, limit)
        else:
            rows = persona_rows(results, language.value)
            if persona is not None:
                name = persona_text(found.edits.standing(find_persona(found.definition, persona)))
                rows["personas"] = [row for row in rows["personas"] if row["persona"] == name]
            lines = persona_lines(
                rows, at_workspace(workspace), whole=persona is not None, language=language.value
            )
    keep_learnt(place, found, run_id)
    tell(format, rows, lines)


def keep_learnt(place: Workspace, found: Personas, run_id: int) -> None:
    """Keep what was learnt just now, so that the next run knows the same personas; a workspace that may only be read keeps nothing."""
    from parcours.gap.personas import keep_definition
    from parcours.vault import open_vault
    from parcours.vault.store import BrokenVault

    if found.is_kept:
        return
    try:
        with place.locked():
            vault = open_vault(place.vault)
            try:
                keep_definition(vault, found.definition, run_id)
            finally:
                vault.close()
    except (BrokenVault, OSError):
        return


def _decide(workspace: Path, verb: str, persona: str, because: str, facts: Mapping[str, Any]) -> None:
    from parcours.gap.personas import decide_persona, personas_of
    from parcours.gap.results import open_results
    from parcours.kernel.workspace import Workspace
    from parcours.vault import open_vault

    place = Workspace(workspace)
    with open_results(place) as results:
        found, run_id = personas_of(results), results.manifest.run_id
    keep_learnt(place, found, run_id)
    with place.locked():
        vault = open_vault(place.vault)
        try:
            decide_persona(vault, found.definition, verb, persona, because, facts)
        finally:
            vault.close()
    typer.echo(f"{verb} {persona}: recorded")
    typer.echo(f"next: parcours personas{at_workspace(workspace)}")


@personas_app.command(
    "rename",
    epilog='Example: `parcours personas rename p2 --to "Click and go" --because "what stores say" -w shop`',
)
def personas_rename(
    persona: Which,
    because: Because,
    to: Annotated[str | None, typer.Option(help="The new name, in English.")] = None,
    to_fr: Annotated[str | None, typer.Option(help="The new name, in French.")] = None,
    workspace: Folder = Path(),
) -> None:
    """Give a persona another name; its id and its people stay."""
    named = {code: text.strip() for code, text in (("en", to), ("fr", to_fr)) if text is not None}
    _decide(workspace, "rename", persona, because, named)


@personas_app.command(
    "merge", epilog='Example: `parcours personas merge p4 p2 --because "one team serves both" -w shop`'
)
def personas_merge(
    persona: Which,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The persona that it is told as from now on.")],
    because: Because,
    workspace: Folder = Path(),
) -> None:
    """Tell two personas as one; `split` undoes it."""
    _decide(workspace, "merge", persona, because, {"into": into})


@personas_app.command("split", epilog='Example: `parcours personas split p4 --because "too coarse" -w shop`')
def personas_split(persona: Which, because: Because, workspace: Folder = Path()) -> None:
    """Undo a merge."""
    _decide(workspace, "split", persona, because, {})


@personas_app.command(
    "pin", epilog='Example: `parcours personas pin p2 --because "our key customers" -w shop`'
)
def personas_pin(persona: Which, because: Because, workspace: Folder = Path()) -> None:
    """Keep a persona as it is whenever personas are learnt anew."""
    _decide(workspace, "pin", persona, because, {})


@personas_app.command("unpin", epilog='Example: `parcours personas unpin p2 --because "reviewed" -w shop`')
def personas_unpin(persona: Which, because: Because, workspace: Folder = Path()) -> None:
    """Let a persona be learnt anew like the others."""
    _decide(workspace, "unpin", persona, because, {})


@personas_app.command("decisions", epilog="Example: `parcours personas decisions -w shop`")
def personas_decisions(workspace: Folder = Path(), format: AsFormat = Format.TEXT) -> None:  # noqa: A002 - the option's name
    """What was decided on personas by hand: who, when and why."""
    from parcours.cli.show.personas import decided_lines
    from parcours.gap.personas.store import decisions, persona_text
    from parcours.gap.results import open_results
    from parcours.kernel.clock import format_instant
    from parcours.kernel.workspace import Workspace

    with open_results(Workspace(workspace)) as results:
        rows = [
            {
                **{name: row[name] for name in ("verb", "because", "recorded_by")},
                "persona": persona_text(row["persona"]),
                "facts": {
                    key: persona_text(value) if key == "into" else value
                    for key, value in row["facts"].items()
                },
                "recorded_at": format_instant(row["recorded_at"], results.zone),
            }
            for row in decisions(results.vault)
        ]
    tell(format, rows, decided_lines(rows))


def add_personas(app: typer.Typer) -> None:
    """Give an app these commands."""
    app.add_typer(personas_app, name="personas")
