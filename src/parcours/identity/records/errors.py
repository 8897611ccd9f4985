"""What linking of records refuses."""

from __future__ import annotations

from parcours.kernel.errors import ParcoursError


class TooManyPairs(ParcoursError, ValueError):
    """The settings would look at more pairs than can be afforded."""

    code = "identity.too_many_pairs"

    def __init__(self, records: int, pairs: int, most: int) -> None:
        super().__init__(
            f"the blocking of identity.yaml looks at {pairs:,} pairs of {records:,} records, and {most:,} are allowed",
            fix="name rules that tell more records apart, or leave `blocking` out",
            records=records,
            pairs=pairs,
        )


class NothingToCompare(ParcoursError, ValueError):
    """Records hold nothing by which they could be told apart."""

    code = "identity.nothing_to_compare"

    def __init__(self, records: int, fields: tuple[str, ...]) -> None:
        told = ", ".join(fields) or "nothing that is compared"
        super().__init__(
            f"{records:,} records cannot be linked by what they hold ({told})",
            fix="map more traits, such as names, birth dates, e-mails, or compare more `fields` in identity.yaml",
            records=records,
        )


class NoModel(ParcoursError, ValueError):
    """What agreement is worth could not be learnt from the records."""

    code = "identity.no_model"

    def __init__(self, records: int, why: str) -> None:
        super().__init__(
            f"how {records:,} records of the same people agree could not be learnt: {why}",
            fix="map more traits, or compare other `fields` in identity.yaml",
            records=records,
        )
