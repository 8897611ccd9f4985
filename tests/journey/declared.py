"""Declare templates as their papers define them, over one finished case as a plain list; slow, and written from the definitions alone."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Path = Sequence[Any]


def _response(path: Path, a: Any, b: Any) -> bool:
    return all(b in path[place + 1 :] for place, node in enumerate(path) if node == a)


def _precedence(path: Path, a: Any, b: Any) -> bool:
    return all(a in path[:place] for place, node in enumerate(path) if node == b)


def _alternates(path: Path, a: Any, b: Any) -> bool:
    """After each a, a b comes before the next a."""
    told = [node for node in path if node in {a, b}]
    return all(one != a or two == b for one, two in pairwise([*told, None]))


def _alternated(path: Path, a: Any, b: Any) -> bool:
    """Before each b, an a comes after the b before."""
    told = [node for node in path if node in {a, b}]
    return all(two != b or one == a for one, two in pairwise([None, *told]))


def _next(path: Path, a: Any, b: Any) -> bool:
    return all(one != a or two == b for one, two in pairwise([*path, None]))


def _just_before(path: Path, a: Any, b: Any) -> bool:
    return all(two != b or one == a for one, two in pairwise([None, *path]))


_HOLDS: dict[str, Callable[[Path, Any, Any], bool]] = {
    "existence": lambda path, a, _: a in path,
    "absence": lambda path, a, _: a not in path,
    "exactly_one": lambda path, a, _: list(path).count(a) == 1,
    "init": lambda path, a, _: path[0] == a,
    "responded_existence": lambda path, a, b: a not in path or b in path,
    "coexistence": lambda path, a, b: (a in path) == (b in path),
    "noncoexistence": lambda path, a, b: a not in path or b not in path,
    "response": _response,
    "precedence": _precedence,
    "succession": lambda path, a, b: _response(path, a, b) and _precedence(path, a, b),
    "altresponse": _alternates,
    "altprecedence": _alternated,
    "altsuccession": lambda path, a, b: _alternates(path, a, b) and _alternated(path, a, b),
    "chainresponse": _next,
    "chainprecedence": _just_before,
    "chainsuccession": lambda path, a, b: _next(path, a, b) and _just_before(path, a, b),
}


def _violates(holds: Callable[[Path, Any, Any], bool]) -> Callable[[Path, Any, Any], bool]:
    return lambda path, a, b: not holds(path, a, b)


VIOLATES = {template: _violates(holds) for template, holds in _HOLDS.items()}
