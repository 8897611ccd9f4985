"""A proposal as the text of a mapping: every guess with its reason behind it, alternatives as comments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.signal.headings import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.signal.proposing import Guess, Proposal, SignalGuess

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./()*'| -]*[A-Za-z0-9_)]|[A-Za-z_]")
_SPOKEN_FOR = word_set("true false null yes no on off y n ~ none")
_PRINTABLE = re.compile(r"[\t\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_LONGEST_COMMENT = 240  # letters
_CHANNELS = "web, app, store, phone, email, kiosk or delivery"


@dataclass(frozen=True)
class Origin:
    """Where a proposal comes from.

    Attributes:
        format: As `read` names it.
        path: As `read` shall say it.
        shown: The file as the user named it.
        rows: Rows seen.
        whole: They are all.
        header: The first line names the columns.
    """

    format: str
    path: str
    shown: str
    rows: int
    whole: bool
    header: bool = True


def render(proposal: Proposal, origin: Origin) -> str:
    """The mapping's text; it parses, validates and names each heading rightly whatever it holds."""
    return "\n".join(_lines(proposal, origin)) + "\n"


def scalar(text: str) -> str:
    r"""A text as YAML that reads back the same.

    Example:
        >>> print(scalar("order_id"), scalar("no"), scalar('"Prix: TTC"'), scalar("a\nb"))
        order_id 'no' '"Prix: TTC"' "a\nb"
    """
    if _PLAIN.fullmatch(text) and text.lower() not in _SPOKEN_FOR and "  " not in text and " #" not in text:
        return text
    printable = all(_PRINTABLE.fullmatch(sign) and sign != "\t" for sign in text)
    if printable and "'" in text and '"' not in text and "\\" not in text:
        return f'"{text}"'
    if printable:
        return "'" + text.replace("'", "''") + "'"
    signs = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return (
        '"'
        + "".join(signs.get(sign) or (sign if _PRINTABLE.fullmatch(sign) else _escape(sign)) for sign in text)
        + '"'
    )


def _escape(sign: str) -> str:
    code = ord(sign)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - YAML's escapes


def _comment(text: str) -> str:
    """One line of a comment: signs that would end it are shown as escapes."""
    shown = "".join(sign if _PRINTABLE.fullmatch(sign) and sign != "\t" else _escape(sign) for sign in text)
    return shown if len(shown) <= _LONGEST_COMMENT else shown[: _LONGEST_COMMENT - 1] + "…"


def _line(indent: int, key: str, value: str, why: str) -> str:
    return f"{' ' * indent}{key}: {value}   # guess: {_comment(why)}"


def _lines(proposal: Proposal, origin: Origin) -> Iterator[str]:
    seen = "all of them" if origin.whole else "a sample"
    yield f"# Proposed from {_comment(origin.shown)} after a look at {origin.rows:,} rows, {seen}."
    yield "# Each line that says `guess` is one: correct it, or take the mark away. Then `parcours check` and `parcours run`."
    for note in proposal.notes:
        yield f"# To decide: {_comment(note)}."
    yield ""
    yield f"source: {scalar(proposal.source)}"
    header = "" if origin.header else ", header: false"
    yield f"read: {{{origin.format}: {_flow(origin.path)}{header}}}" + (
        "" if origin.header else "   # guess: the first line reads like values, not like headings"
    )
    if proposal.zone is not None:
        yield _line(0, "time_zone", scalar(proposal.zone.value), proposal.zone.why)
    if proposal.id is not None:
        yield from _single(proposal.id)
    yield from _group(
        "person", proposal.person, "no column identifies people: `person: {customer: COLUMN}` if one does"
    )
    yield from _group(
        "objects",
        proposal.objects,
        "no column names an order, ticket, store…: `objects: {order: COLUMN}` if one does",
    )
    if proposal.channel is None:
        yield f"# channel: web   # not found in the file: write {_CHANNELS}"
    else:
        yield from _choice(proposal.channel)
    if proposal.touchpoint is not None:
        yield from _choice(proposal.touchpoint)
    if proposal.text is not None:
        yield from _single(proposal.text)
    yield from _group("traits", proposal.traits, "")
    yield from _group("set", proposal.properties, "")
    if proposal.left_out:
        yield "# Left out:"
        yield from (
            f"#   {_comment(name) or '(no heading)'}: {_comment(why)}" for name, why in proposal.left_out
        )
    yield from _signal_lines(proposal)


def _signal_lines(proposal: Proposal) -> Iterator[str]:
    if not proposal.has_time:
        yield "# NO TIME FOUND. A signal needs the time it happened; until you say which column tells it, each row has the day of the file."
        yield "# Fix: write `at: COLUMN` below, or add the time to the export."
        if proposal.looks_up is not None:
            yield "# It reads like a table that others look up. Then delete this file, and write in the mapping that needs it:"
            yield f"#   join: [{{name: {_flow(proposal.source)}, read: {{…}}, by: {{COLUMN: {_comment(proposal.looks_up)}}}}}]"
    yield "signals:"
    for signal in proposal.signals:
        yield from _signal(signal)


def _signal(signal: SignalGuess) -> Iterator[str]:
    yield f"  - type: {_choice_value(signal.type)}   # guess: {_comment(signal.type.why)}"
    yield _line(4, "at", scalar(signal.at.value), signal.at.why)
    if signal.when is not None:
        yield f"    when: {scalar(signal.when)}   # only rows where it has happened"
    yield from _others(4, "at", signal.at)


def _group(name: str, guesses: Sequence[Guess], absent: str) -> Iterator[str]:
    if not guesses:
        if absent:
            yield f"# {name}:   # {absent}"
        return
    yield f"{name}:"
    for guess in guesses:
        yield _line(2, scalar(guess.key), scalar(guess.value), guess.why)
        yield from _others(2, guess.key, guess)


def _single(guess: Guess) -> Iterator[str]:
    yield _line(0, guess.key, scalar(guess.value), guess.why)
    yield from _others(0, guess.key, guess)


def _choice(guess: Guess) -> Iterator[str]:
    yield _line(0, guess.key, _choice_value(guess), guess.why)
    for value, why in guess.others:
        yield f"# {guess.key}: {{sql: {_comment(_flow(value))}}}   # or: {_comment(why)}"


def _others(indent: int, key: str, guess: Guess) -> Iterator[str]:
    for value, why in guess.others:
        yield f"{' ' * indent}# {key}: {_comment(scalar(value))}   # or: {_comment(why)}"


def _choice_value(guess: Guess) -> str:
    return scalar(guess.value) if guess.is_text else f"{{sql: {_flow(guess.value)}}}"


def _flow(text: str) -> str:
    """A scalar inside braces, where a comma or bracket would end it."""
    plain = scalar(text)
    if plain[:1] in {"'", '"'} or re.fullmatch(r"[\w./-]+", text, re.ASCII):
        return plain
    return (
        f'"{text}"' if "'" in text else f"'{text}'"
    )  # plain text holds neither a double quote nor a backslash
