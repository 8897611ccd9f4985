"""Learning what personas are, and recognising those that were known before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import linear_sum_assignment

from parcours.gap.personas.store import TooFewPeople
from parcours.journey.personas import Mixture, call, choose_classes, find_patterns, label
from parcours.journey.personas.naming import told_apart

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parcours.gap.personas.store import Definition, Edits
    from parcours.journey.personas import Acts

ENOUGH = 4
"""Occasions from which on somebody's habits can be told at all."""
_FEWEST_PEOPLE = 200
_LEARN_FROM = 20_000  # people drawn; more change no class, and cost the more
_SAME = 0.3  # people in common, of those in either: from then on a class is the persona it was
_DECIMALS = 4


def learn(acts: Acts, known: Definition | None, edits: Edits, seed: int = 0) -> Definition:
    """What personas are, learnt from people who did enough; those that were known keep their id and name.

    Args:
        acts: Of everybody.
        known: What was learnt before; None: nothing.
        edits: Pinned personas stay as they are.
        seed: Of all that is drawn.

    Raises:
        TooFewPeople: Fewer than 200 people did enough.
    """
    told = np.flatnonzero(acts.seen >= ENOUGH)
    if len(told) < _FEWEST_PEOPLE or not acts.habits:
        raise TooFewPeople(len(told), _FEWEST_PEOPLE, ENOUGH)
    if len(told) > _LEARN_FROM:
        told = np.sort(np.random.default_rng(seed).choice(told, _LEARN_FROM, replace=False))
    chosen = choose_classes(find_patterns(acts.counts[told].tocsr(), acts.groups), seed)
    shares = [dict(zip(acts.habits, row.tolist(), strict=True)) for row in chosen.mixture.spread()]
    names = told_apart([call(each) for each in shares], shares)
    classes = [
        {"share": round(float(share), 6), "alphas": [round(value, _DECIMALS) for value in alphas.tolist()], "name": name}
        for share, alphas, name in zip(chosen.mixture.shares, chosen.mixture.alphas, names, strict=True)
    ]  # fmt: skip
    definition = {
        "habits": [list(habit) for habit in acts.habits],
        "classes": classes,
        "stability": round(chosen.stability, _DECIMALS),
        "people": len(told),
        "tried": [
            {
                "classes": each.classes,
                "stability": round(each.stability, _DECIMALS),
                "cost": round(each.cost, 1),
            }
            for each in chosen.tried
        ],
        "next": 1,
    }
    return _recognised(definition, known, edits, acts, told)


def mixture_of(definition: Definition) -> Mixture:
    """The classes of a definition."""
    groups = [group for group, _ in definition["habits"]]
    columns = tuple(
        np.flatnonzero([group == name for group in groups]).astype(np.int64) for name in dict.fromkeys(groups)
    )
    shares = np.array([each["share"] for each in definition["classes"]])
    alphas = np.array([each["alphas"] for each in definition["classes"]])
    return Mixture(shares / shares.sum(), alphas, columns, 0.0)


def counts_of(definition: Definition, acts: Acts) -> sparse.csr_matrix:
    """(n_person, n_habit) occasions of the habits of a definition; habits that nobody knew then are left out."""
    place = {habit: number for number, habit in enumerate(acts.habits)}
    wanted = [tuple(habit) for habit in definition["habits"]]
    known = [number for number, habit in enumerate(wanted) if habit in place]
    turn = sparse.csr_matrix(
        (np.ones(len(known)), ([place[wanted[number]] for number in known], known)),
        shape=(len(acts.habits), len(wanted)),
    )
    return (acts.counts @ turn).tocsr()


def posterior_of(definition: Definition, acts: Acts) -> NDArray[np.float64]:
    """(n_person, n_class) probability of each class of a definition."""
    mixture = mixture_of(definition)
    patterns = find_patterns(counts_of(definition, acts), mixture.groups)
    found: NDArray[np.float64] = mixture.posterior(patterns)[patterns.of_person]
    return found


def _recognised(
    definition: Definition, known: Definition | None, edits: Edits, acts: Acts, told: NDArray[np.int64]
) -> Definition:
    """With the ids and names of personas that are known: those whose people they share.

    Source:
        Kuhn (1955), Naval Research Logistics Quarterly 2:83-97, assignment; people in common over people in either (Jaccard 1901).
    """
    classes, fresh = definition["classes"], 1
    if known is not None:
        fresh = known["next"]
        sample = type(acts)(acts.people[told], acts.counts[told].tocsr(), acts.habits)
        new, old = label(posterior_of(definition, sample)), label(posterior_of(known, sample))
        for mine, theirs in _pairs(new, old, len(classes), len(known["classes"])):
            before = known["classes"][theirs]
            classes[mine] |= {"persona": before["persona"], "name": before["name"]}
            if before["persona"] in edits.pinned:
                classes[mine]["alphas"] = _turned(
                    known, definition, before["alphas"], classes[mine]["alphas"]
                )
        found = {each.get("persona") for each in classes}
        for before in known["classes"]:
            if before["persona"] in edits.pinned - found:
                nothing = [0.1] * len(definition["habits"])
                classes.append({**before, "alphas": _turned(known, definition, before["alphas"], nothing)})
    for each in classes:
        if "persona" not in each:
            each["persona"], fresh = fresh, fresh + 1
    return {**definition, "next": fresh}


def _turned(
    known: Definition, definition: Definition, alphas: list[float], otherwise: list[float]
) -> list[float]:
    """Alphas of a definition in the order of another's habits."""
    place = {tuple(habit): number for number, habit in enumerate(known["habits"])}
    return [
        alphas[place[tuple(habit)]] if tuple(habit) in place else otherwise[number]
        for number, habit in enumerate(definition["habits"])
    ]


def _pairs(
    new: NDArray[np.int64], old: NDArray[np.int64], new_count: int, old_count: int
) -> list[tuple[int, int]]:
    both = np.zeros((new_count, old_count))
    some = (new >= 0) & (old >= 0)
    np.add.at(both, (new[some], old[some]), 1)
    either = (
        np.bincount(new[new >= 0], minlength=new_count)[:, None]
        + np.bincount(old[old >= 0], minlength=old_count)[None, :]
        - both
    )
    common = both / np.maximum(either, 1)
    rows, columns = linear_sum_assignment(-common)
    return [
        (int(row), int(column))
        for row, column in zip(rows, columns, strict=True)
        if common[row, column] >= _SAME
    ]
