"""Groups in which something is forbidden, united edge by edge: the strongest and earliest evidence is followed, what it forbids is refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from parcours.identity.types import Kind, Why

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Side = tuple[int, int]  # a decision and one of the two sides it keeps apart


@dataclass(frozen=True)
class Bond:
    """One edge to follow or refuse.

    Attributes:
        place: Of the edge; -1 where somebody decided it.
        left, right: Places of tokens.
        is_weak: A device or an occasion is at one end, so it may not join two accounts beyond `limit`.
    """

    place: int
    left: int
    right: int
    is_weak: bool = False
    limit: int = 1


@dataclass
class _Group:
    """What is known of tokens united so far."""

    members: list[int]
    identifiers: int
    accounts: Counter[int] = field(default_factory=Counter)
    sides: set[Side] = field(default_factory=set)


class Union:
    """Tokens of troubled groups on their way to people.

    Args:
        known: Place of each token to the namespace of its account or contact, None for devices and occasions, and its kind.
        sides: Place of a token to the sides that decisions put it on.
        at_most: Accounts and contacts one person may have.
    """

    def __init__(
        self,
        known: Mapping[int, tuple[int, Kind]],
        sides: Mapping[int, set[Side]],
        at_most: int,
    ) -> None:
        self._known = known
        self._at_most = at_most
        self._group = {
            place: _Group([place], int(kind <= Kind.CONTACT), Counter(), set(sides.get(place, ())))
            for place, (_, kind) in known.items()
        }

    def follow(self, bonds: Sequence[Bond]) -> dict[int, tuple[Why, int]]:
        """Unite along bonds, strong ones first, each kind in the order given; answers those refused, with the figure too large."""
        refused = self._follow([bond for bond in bonds if not bond.is_weak])
        self._count_accounts()
        return refused | self._follow([bond for bond in bonds if bond.is_weak])

    def groups(self) -> list[list[int]]:
        """Places of the tokens of each person."""
        return [group.members for group in {id(group): group for group in self._group.values()}.values()]

    def _follow(self, bonds: Sequence[Bond]) -> dict[int, tuple[Why, int]]:
        refused = {}
        for bond in bonds:
            one, other = self._group[bond.left], self._group[bond.right]
            if one is other:
                continue
            objection = self._objection(bond, one, other)
            if objection is None:
                self._unite(one, other)
            elif bond.place >= 0:
                refused[bond.place] = objection
        # What was refused and then joined another way is followed after all.
        return {
            bond.place: refused[bond.place]
            for bond in bonds
            if bond.place in refused and self._group[bond.left] is not self._group[bond.right]
        }

    def _objection(self, bond: Bond, one: _Group, other: _Group) -> tuple[Why, int] | None:
        if any((decision, 1 - side) in other.sides for decision, side in one.sides):
            return Why.APART, 2
        identifiers = one.identifiers + other.identifiers
        if bond.place >= 0 and min(one.identifiers, other.identifiers) and identifiers > self._at_most:
            return Why.CAP, identifiers
        if bond.is_weak:
            shared = one.accounts.keys() & other.accounts.keys()
            accounts = max((one.accounts[space] + other.accounts[space] for space in shared), default=0)
            if accounts > bond.limit:
                return Why.TWO_ACCOUNTS, accounts
        return None

    def _unite(self, one: _Group, other: _Group) -> None:
        if len(one.members) < len(other.members):
            one, other = other, one
        one.members += other.members
        one.identifiers += other.identifiers
        one.accounts += other.accounts
        one.sides |= other.sides
        for place in other.members:
            self._group[place] = one

    def _count_accounts(self) -> None:
        """From here on each group counts as one holder of every namespace it has an account of."""
        for group in {id(group): group for group in self._group.values()}.values():
            held = (self._known[place] for place in group.members)
            group.accounts = Counter({space for space, kind in held if kind == Kind.ACCOUNT})
