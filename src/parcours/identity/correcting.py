"""What people say is right, over what sources say: an append-only list under identifiers, the last word on a field counts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from parcours.kernel.clock import now_us
from parcours.kernel.errors import ParcoursError
from parcours.vault.tables import CORRECTION, IDENTIFIER

if TYPE_CHECKING:
    from collections.abc import Collection

    from parcours.vault import Vault


class NoSuchField(ParcoursError, ValueError):
    """A correction is of neither a trait nor the identifier that names the person."""

    code = "identity.no_such_field"

    def __init__(self, field: str, namespace: str, traits: Collection[str]) -> None:
        super().__init__(
            f"{field!r} is no field of a person named by {namespace}",
            fix=f"use one of {', '.join(traits)}, or {namespace} to correct the identifier itself",
            field=field,
        )


class NoValue(ParcoursError, ValueError):
    """A correction has no value, or one that stands for nothing."""

    code = "identity.no_value"

    def __init__(self, field: str) -> None:
        super().__init__(
            f"the value for {field} is empty, or stands for nobody", fix="give the right value", field=field
        )


def correct(
    vault: Vault,
    identifier: tuple[str, str],
    field: str,
    value: str,
    proof: str | None,
    at: int | None = None,
    region: str = "FR",
) -> None:
    """Write down what is right of a field, over whatever sources say, from now on.

    Args:
        vault: Takes the correction.
        identifier: (namespace, value) of an identifier of the person.
        field: A trait; or the identifier's own namespace where the identifier itself is wrong.
        value: What is right.
        proof: Where the proof lies; a reference or a hash.
        at: When it was said, microseconds UTC; now by default.
        region: Country of phone numbers that name none.

    Raises:
        NoSuchField: `field` is neither.
        NoValue: `value` says nothing.
    """
    from parcours.signal.tables import TRAITS  # noqa: PLC0415 - who only reads results does not wait for it
    from parcours.signal.tokens import token_of, written_form  # noqa: PLC0415

    namespace, known = identifier
    if field not in TRAITS and field != namespace:
        raise NoSuchField(field, namespace, TRAITS)
    right = written_form(namespace, value, region) if field == namespace else value.strip() or None
    form = written_form(namespace, known)
    if right is None or form is None:
        raise NoValue(field)
    token = token_of(vault.key(), namespace, form)
    with vault.transaction() as connection:
        vault.insert_rows(IDENTIFIER, [(token, namespace, form)])
        row = {
            "token": token,
            "field": field,
            "value": right,
            "at": now_us() if at is None else at,
            "proof": proof,
        }
        connection.execute(insert(CORRECTION).values(row))


def corrected(vault: Vault, tokens: Collection[int] | None = None) -> dict[tuple[int, str], str]:
    """(token, field) to the value that counts; of some identifiers, or of all."""
    query = select(CORRECTION.c.token, CORRECTION.c.field, CORRECTION.c.value).order_by(
        CORRECTION.c.correction_id
    )
    if tokens is not None:
        numbers = func.json_each(json.dumps(sorted(tokens))).table_valued("value")
        query = query.where(CORRECTION.c.token.in_(select(numbers.c.value)))
    with vault.transaction() as connection:
        return {(row.token, row.field): row.value for row in connection.execute(query)}
