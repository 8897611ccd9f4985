"""Amounts of money as files write them: `5.00 EUR`."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

_AMOUNT = re.compile(r"(\d{1,12}(?:\.\d{1,2})?) ?([A-Z]{3})")


class Amount(NamedTuple):
    """An amount in hundredths of a currency.

    Attributes:
        minor: Hundredths, >= 0.
        currency: Three letters.
    """

    minor: int
    currency: str


def read_amount(text: str) -> Amount:
    """What a text such as `5.00 EUR` says.

    Raises:
        ValueError: It is no amount with a currency.

    Example:
        >>> read_amount("4.5 EUR")
        Amount(minor=450, currency='EUR')
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no amount of money; write it like 5.00 EUR")
    return Amount(int(Decimal(found[1]) * 100), found[2])
