"""Who may be reached, for what, and how: a ledger of answers, and the one function that everything which selects people asks.

An answer is recorded under every identifier that came with it, never under a person: where two people turn out to be one, their
answers count together, and where they are told apart again, each has their own back. Under one identifier the last answer counts,
and at one instant the refusal. Of a person's identifiers, one that refuses is enough to refuse: only a later grant that carried that
very identifier lifts it. Who never answered has not consented.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import func, select

from parcours.kernel.clock import UnreadableInstant, now_us, parse_instant
from parcours.kernel.errors import ParcoursError
from parcours.signal.compiling import ANSWERS
from parcours.signal.tokens import token_of, written_form
from parcours.vault.tables import CONSENT, IDENTIFIER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from parcours.lake import Engine
    from parcours.vault import Vault

COLUMNS = ("namespace", "identifier", "purpose", "answer", "at")
OPTIONAL = ("channel", "wording", "language", "proof")
_FEW_PEOPLE = 1_000  # up to here answers are looked up by identifier, beyond in one pass


class NoAnswer(ParcoursError, ValueError):
    """A text is no answer about consent."""

    code = "consent.no_answer"

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no answer", fix=f"write {', '.join(ANSWERS)}", text=text)


class NoIdentifier(ParcoursError, ValueError):
    """A text names nobody: it is not `namespace:value`, or a value that stands for nobody."""

    code = "consent.no_identifier"

    def __init__(self) -> None:
        super().__init__(
            "an identifier given is not namespace:value, or stands for nobody",
            fix="write it like customer:42 or email:ann@example.org",
        )


class UnreadableAnswers(ParcoursError, ValueError):
    """A file of answers cannot be read; nothing of it was recorded."""

    code = "consent.unreadable_file"

    def __init__(self, path: Path, line: int, what: str) -> None:
        place = f"{path}, line {line}" if line else str(path)
        super().__init__(
            f"{place}: {what}; nothing was recorded",
            fix=f"give a CSV in UTF-8 with the columns {', '.join(COLUMNS)}, and if you like {', '.join(OPTIONAL)}",
            line=line,
        )


@dataclass(frozen=True)
class Answer:
    """One answer, as somebody gave it.

    Attributes:
        identifiers: (namespace, value) of each identifier that came with it, as written.
        purpose: What for, such as `letters`.
        channel: By which channel; None: by any.
        answer: given, refused or withdrawn.
        at: When, microseconds UTC.
        source: Who recorded it.
        wording: Version of the text that was agreed to.
        language: Of that text.
        proof: Where the proof lies; a reference or a hash, never a value.
    """

    identifiers: tuple[tuple[str, str], ...]
    purpose: str
    channel: str | None
    answer: str
    at: int
    source: str
    wording: str | None = None
    language: str | None = None
    proof: str | None = None


def may(
    engine: Engine,
    vault: Vault,
    people: pa.Array,
    *,
    purpose: str,
    channel: str,
    at: int | None = None,
) -> pa.BooleanArray:
    """Which people may be reached for a purpose by a channel. Whatever selects people asks this function, every time it does.

    Args:
        engine: Holds the view `person_token` of the people asked about.
        vault: Holds the ledger of answers.
        people: (n,) int64 ids of people; null is nobody.
        purpose: What for.
        channel: How; answers for all channels count too.
        at: As it stood at this instant, microseconds UTC; now by default.

    Returns:
        (n,) bool in the order of `people`, no nulls: true only where consent is given and stands.
    """
    asked = people.unique().drop_null()
    _register(engine, vault, purpose, _tokens_of(engine, asked) if len(asked) <= _FEW_PEOPLE else None)
    bound = {"purpose": purpose, "channel": channel, "instant": now_us() if at is None else at}
    found = engine.model(__package__, "consent_standing", bound)
    given = found.filter(found["is_given"])["person_id"].combine_chunks()
    return pc.is_in(people, given.cast(pa.int64()), skip_nulls=True)


def _tokens_of(engine: Engine, people: pa.Array) -> list[int]:
    engine.register("asked_person", pa.table({"person_id": people.cast(pa.int64())}))
    found = engine.rows("select token from person_token semi join asked_person using (person_id)")
    return [token for (token,) in found]


def _register(engine: Engine, vault: Vault, purpose: str, tokens: Collection[int] | None) -> None:
    """Make the answers of one purpose readable as `consent`; of some tokens, or of all."""
    names = ("token", "purpose", "channel", "answer", "at")
    query = select(*(CONSENT.c[name] for name in names)).where(CONSENT.c.purpose == purpose)
    if tokens is not None:
        numbers = func.json_each(json.dumps(list(tokens))).table_valued("value")
        query = query.where(CONSENT.c.token.in_(select(numbers.c.value)))
    with vault.transaction() as connection:
        rows = connection.execute(query).all()
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    kinds = (pa.int64(), pa.string(), pa.string(), pa.string(), pa.int64())
    arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    engine.register("consent", pa.table(arrays, ["token", "purpose", "channel", "answer", "answered_at"]))


def record(vault: Vault, answers: Sequence[Answer]) -> int:
    """Write answers into the ledger, all or none; those it has already stay as they are.

    Returns:
        Rows given to the ledger: one an answer and identifier.

    Raises:
        NoIdentifier: An identifier stands for nobody.
    """
    key, now = vault.key(), now_us()
    named: dict[int, tuple[str, str]] = {}
    rows = [row for answer in answers for row in _ledger_rows(key, now, answer, named)]
    with vault.transaction():
        vault.insert_rows(IDENTIFIER, ((token, *name) for token, name in named.items()))
        return vault.insert_rows(CONSENT, rows)


def _ledger_rows(
    key: bytes, now: int, answer: Answer, named: dict[int, tuple[str, str]]
) -> Iterator[tuple[Any, ...]]:
    for namespace, value in answer.identifiers:
        form = written_form(namespace, value)
        if form is None or not namespace:
            raise NoIdentifier
        token = token_of(key, namespace, form)
        named[token] = (namespace, form)
        parts = (str(token), answer.purpose, answer.channel or "", answer.answer, str(answer.at))
        yield (
            token_of(key, *parts, answer.source), token, answer.purpose, answer.channel, answer.answer, answer.at,
            answer.wording, answer.language, answer.source, answer.proof, now,
        )  # fmt: skip


def read_identifier(text: str, region: str = "FR") -> tuple[str, str]:
    """`customer:42` as (namespace, value), in its one written form; `region` is the country of phone numbers that name none.

    Raises:
        NoIdentifier: It is written otherwise, or stands for nobody.
    """
    namespace, colon, value = text.partition(":")
    form = written_form(namespace, value, region)
    if not colon or not namespace or form is None:
        raise NoIdentifier
    return namespace, form


def read_answer(text: str) -> str:
    """One of given, refused, withdrawn, from the words that files use.

    Raises:
        NoAnswer: It is none of them.
    """
    for answer, words in ANSWERS.items():
        if text.strip().lower() in words:
            return answer
    raise NoAnswer(text)


def read_answers(path: Path, zone: str, region: str = "FR") -> list[Answer]:
    """Answers of a CSV file, checked whole.

    Args:
        path: The file; UTF-8, a heading, one answer a line.
        zone: Of times without offset.
        region: Country of phone numbers that name none.

    Raises:
        UnreadableAnswers: The file or one of its lines is wrong; the first such line is told.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            missing = set(COLUMNS) - set(rows.fieldnames or ())
            if missing:
                raise UnreadableAnswers(path, 1, f"there is no column {min(missing)!r}")
            return [_read_row(path, rows.line_num, row, zone, region) for row in rows]
    except OSError as problem:
        raise UnreadableAnswers(path, 0, problem.strerror or "it cannot be read") from None
    except (UnicodeDecodeError, csv.Error) as problem:
        what = "it is not UTF-8" if isinstance(problem, UnicodeDecodeError) else str(problem)
        raise UnreadableAnswers(path, 0, what) from None


def _read_row(path: Path, line: int, row: dict[str, str | None], zone: str, region: str) -> Answer:
    cells = {name: (row.get(name) or "").strip() for name in (*COLUMNS, *OPTIONAL)}
    empty = next((name for name in COLUMNS if not cells[name]), None)
    if empty is not None:
        raise UnreadableAnswers(path, line, f"there is no {empty}")
    if None in row:
        raise UnreadableAnswers(path, line, "there are more cells than columns")
    try:
        return Answer(
            identifiers=(read_identifier(f"{cells['namespace']}:{cells['identifier']}", region),),
            purpose=cells["purpose"],
            channel=cells["channel"] or None,
            answer=read_answer(cells["answer"]),
            at=parse_instant(cells["at"], zone),
            source=path.name,
            wording=cells["wording"] or None,
            language=cells["language"] or None,
            proof=cells["proof"] or f"{path.name}, line {line}",
        )
    except NoIdentifier:
        raise UnreadableAnswers(path, line, "its identifier stands for nobody") from None
    except (NoAnswer, UnreadableInstant) as problem:
        raise UnreadableAnswers(path, line, problem.sentence) from None


def answers_of(vault: Vault, tokens: Collection[int]) -> list[dict[str, Any]]:
    """The ledger's rows under some identifiers, the oldest first, each with the identifier in clear."""
    numbers = func.json_each(json.dumps(sorted(tokens))).table_valued("value")
    query = (
        select(CONSENT, IDENTIFIER.c.namespace, IDENTIFIER.c.value)
        .join(IDENTIFIER, IDENTIFIER.c.token == CONSENT.c.token, isouter=True)
        .where(CONSENT.c.token.in_(select(numbers.c.value)))
        .order_by(
            CONSENT.c.at, IDENTIFIER.c.namespace, IDENTIFIER.c.value, CONSENT.c.purpose, CONSENT.c.channel
        )
    )
    with vault.transaction() as connection:
        return [dict(row._mapping) for row in connection.execute(query)]  # noqa: SLF001 - SQLAlchemy's public name
