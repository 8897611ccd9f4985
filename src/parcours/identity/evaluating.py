"""How well people were told apart, held against a truth: pairs of identifiers, and identifiers one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from sqlalchemy import select

from parcours.identity.linking import connected
from parcours.kernel.errors import ParcoursError
from parcours.lake import EngineProblem
from parcours.lake.sql import file_literal
from parcours.signal.identifying import clean_identifier, know_phones
from parcours.vault.tables import IDENTIFIER

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from parcours.lake import Engine
    from parcours.vault import Vault

TRUTH_COLUMNS = ("namespace", "identifier", "person")


class UnreadableTruth(ParcoursError, ValueError):
    """A file of true people cannot be read."""

    code = "identity.unreadable_truth"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} does not tell whose identifiers are: {reason}",
            fix="give a CSV with the columns namespace, identifier, person",
        )


@dataclass(frozen=True)
class Accuracy:
    """How right a clustering is.

    Attributes:
        precision: Of what was put together, the part that belongs together; ratio. 1 where nothing was put together.
        recall: Of what belongs together, the part that was put together; ratio. 1 where nothing belongs together.
        f1: Their harmonic mean.
    """

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """2 x precision x recall / (precision + recall); 0 where both are."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True)
class Evaluation:
    """How well people were told apart.

    Attributes:
        identifiers: Of the truth, once each.
        unseen: Of these, identifiers that no signal carried; nothing is said of them.
        people: True people behind the others.
        pairwise, bcubed: Over the identifiers that were seen.
        revealed: Of the pairs that a chain of what was seen together joins, through identifiers of that person alone, the part that was
            given to one person; ratio. The others no signal reveals.
    """

    identifiers: int
    unseen: int
    people: int
    pairwise: Accuracy
    bcubed: Accuracy
    revealed: float


def evaluate(engine: Engine, vault: Vault, path: Path, region: str = "FR") -> Evaluation:
    """Hold the people of a run against a file of true ones.

    Args:
        engine: Holds the views `person_token` and `link`.
        vault: Knows the identifiers in clear.
        path: CSV `namespace,identifier,person`, identifiers as the mappings read them.
        region: Country that phone numbers without one belong to.

    Raises:
        UnreadableTruth: There is no such file, or it lacks a column.
    """
    _register_truth(engine, path, region)
    with vault.transaction() as connection:
        known = connection.execute(
            select(IDENTIFIER.c.token, IDENTIFIER.c.namespace, IDENTIFIER.c.value)
        ).all()
    columns = {
        "token": pa.array([row.token for row in known], pa.int64()),
        "namespace": pa.array([row.namespace for row in known], pa.string()),
        "value": pa.array([row.value for row in known], pa.string()),
    }
    engine.register("identifier", pa.table(columns))
    rows = engine.model("parcours.identity", "identified")
    seen = rows.filter(rows["person_id"].is_valid())
    found = seen["person_id"].to_numpy()
    truth = seen["person"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    return Evaluation(
        rows.num_rows,
        rows.num_rows - seen.num_rows,
        len(np.unique(truth)),
        pairwise(found, truth),
        bcubed(found, truth),
        _ratio(*_revealed(engine, seen["token"].to_numpy(), found, truth)),
    )


def _revealed(
    engine: Engine, tokens: NDArray[np.int64], found: NDArray[np.int64], truth: NDArray[np.int64]
) -> tuple[int, int]:
    """Of the pairs of identifiers that evidence among one person's own joins: how many were given to one person, and how many there are."""
    engine.register("true_token", pa.table({"token": tokens, "person": truth}))
    links = engine.model("parcours.identity", "revealed_link")
    distinct, place = np.unique(tokens, return_inverse=True)
    left, right = (np.searchsorted(distinct, links[name].to_numpy()) for name in ("token", "other_token"))
    joined = connected(left, right, len(distinct))[place]
    return _pairs(_sizes(joined, truth, found)), _pairs(_sizes(joined, truth))


def _register_truth(engine: Engine, path: Path, region: str) -> None:
    if not path.is_file():
        raise UnreadableTruth(path, "there is no such file")
    know_phones(engine)
    forms = {name: clean_identifier(name, "identifier", region) for name in ("email", "phone", "")}
    clean = f"case namespace when 'email' then {forms['email']} when 'phone' then {forms['phone']} else {forms['']} end"
    read = f"read_csv({file_literal(path)}, header = true, all_varchar = true)"
    try:
        missing = set(TRUTH_COLUMNS) - set(engine.columns(f"select * from {read}"))
        if missing:
            raise UnreadableTruth(path, f"it has no column {min(missing)!r}")
        engine.run(
            "create or replace temp table truth as select distinct namespace, "
            f"coalesce({clean}, trim(identifier)) as identifier, person "
            f"from {read} where namespace is not null and identifier is not null and person is not null"
        )
    except EngineProblem as problem:
        raise UnreadableTruth(path, str(problem)) from None


def pairwise(found: NDArray[np.int64], truth: NDArray[np.int64]) -> Accuracy:
    """Over pairs of identifiers: together in one, together in the other.

    Args:
        found: (n,) int64, the person each identifier was given to.
        truth: (n,) int64, whose it is.

    Source:
        Hand and Christen (2018), A note on using the F-measure for evaluating record linkage algorithms, Statistics and Computing
        28:539-547; pairs after clustering.

    Example:
        >>> told = pairwise(np.array([1, 1, 1, 2]), np.array([1, 1, 2, 2]))
        >>> f"{told.precision:.3f} {told.recall:.3f}"
        '0.333 0.500'
    """
    both, found_sizes, true_sizes = (_sizes(*columns) for columns in ((found, truth), (found,), (truth,)))
    together = _pairs(both)
    return Accuracy(_ratio(together, _pairs(found_sizes)), _ratio(together, _pairs(true_sizes)))


def bcubed(found: NDArray[np.int64], truth: NDArray[np.int64]) -> Accuracy:
    """Over identifiers: of those given to the same person the part that is theirs, and of theirs the part that was given; means.

    Args:
        found: (n,) int64, the person each identifier was given to.
        truth: (n,) int64, whose it is.

    Source:
        Bagga and Baldwin (1998), Entity-based cross-document coreferencing using the vector space model, COLING-ACL, 79-85.

    Example:
        >>> told = bcubed(np.array([1, 1, 1, 2]), np.array([1, 1, 2, 2]))
        >>> f"{told.precision:.3f} {told.recall:.3f}"
        '0.667 0.750'
    """
    if not len(found):
        return Accuracy(1.0, 1.0)
    cell = np.unique(np.stack([found, truth]), axis=1, return_inverse=True)[1].reshape(-1)
    shared = np.bincount(cell)[cell]
    given, own = (np.unique(column, return_inverse=True)[1].reshape(-1) for column in (found, truth))
    return Accuracy(
        float((shared / np.bincount(given)[given]).mean()), float((shared / np.bincount(own)[own]).mean())
    )


def _sizes(*columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sizes of the groups of rows that agree in all columns."""
    return np.unique(np.stack(columns), axis=1, return_counts=True)[1]


def _pairs(sizes: NDArray[np.int64]) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
