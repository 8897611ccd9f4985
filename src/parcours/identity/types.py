"""What identifiers are like, what people decided about them, and what comes of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    Tokens = NDArray[np.int64]

ACCOUNTS, CONTACTS = 0, 1  # what a token may be seen with, for its limits


class Kind(IntEnum):
    """What an identifier says of a person; the lower, the more."""

    ACCOUNT = 0  # one person's by design: customer number, card
    CONTACT = 1  # where a person is reached; some have several, some share one
    OCCASION = 2  # one thing that somebody did: order, ticket, visit
    DEVICE = 3  # what somebody held: browser, app, till token
    SHARED = 4  # what everybody holds, or says without proof: it identifies nobody


class Why(StrEnum):
    """Why evidence was not followed. Closed list; each waits in the review queue."""

    HUB = "hub"  # the token was seen with more people than one person is
    CAP = "cap"  # the person would have more identifiers than one person has
    TWO_ACCOUNTS = "two_accounts"  # a device or an occasion would join two accounts
    RECORDS = "records"  # customer records that are alike, not enough to be sure
    APART = "apart"  # somebody decided that they are two


@dataclass(frozen=True)
class Rules:
    """How much evidence carries.

    Attributes:
        kinds: Namespace code to kind; what is not named is an account.
        limits: Namespace code to the accounts that one of its tokens may be seen with, where the settings say so.
        max_identifiers: Accounts and contacts that one person may have.
        claims: Namespace codes of what people say of themselves without proof: nobody is behind them.
    """

    kinds: Mapping[int, Kind] = field(default_factory=dict)
    limits: Mapping[int, int] = field(default_factory=dict)
    max_identifiers: int = 50
    claims: frozenset[int] = frozenset()

    def limit(self, namespace: int, seen_with: int) -> int:
        """How many accounts, or contacts, of one namespace a token of `namespace` may be seen with."""
        if seen_with == ACCOUNTS and namespace in self.limits:
            return self.limits[namespace]
        return _LIMITS[self.kinds.get(namespace, Kind.ACCOUNT)][seen_with]


# Accounts, contacts of one namespace. A household's landline or a second and third account is plausible on a contact, a switchboard is
# not; whoever signs in second on a browser shows that it is no longer one person's.
_LIMITS: dict[Kind, tuple[int, int]] = {
    Kind.ACCOUNT: (5, 10),
    Kind.CONTACT: (3, 10),
    Kind.OCCASION: (1, 2),
    Kind.DEVICE: (1, 2),
    Kind.SHARED: (0, 0),
}


@dataclass(frozen=True)
class Apart:
    """Two sets of tokens that no evidence may make one person.

    Attributes:
        decision_id: The decision that says so.
        sides: Tokens of the one and of the other.
    """

    decision_id: int
    sides: tuple[frozenset[int], frozenset[int]]

    def parts(self, token: int, other_token: int) -> bool:
        """The two tokens stand on different sides."""
        one, other = self.sides
        return (token in one and other_token in other) or (token in other and other_token in one)


@dataclass(frozen=True)
class Decisions:
    """What people decided, in force.

    Attributes:
        apart: Who are two.
        together: Pairs of tokens that are one person, whatever the rules say.
        carrying: Tokens that may carry merges although they look like hubs.
    """

    apart: tuple[Apart, ...] = ()
    together: tuple[tuple[int, int], ...] = ()
    carrying: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Edges:
    """Distinct pairs of tokens seen together; a token seen alone is paired with itself.

    Attributes:
        left, right: (m,) int64; left <= right.
        left_space, right_space: (m,) int32, codes of their namespaces.
        first_at: (m,) int64, first signal with both, microseconds UTC.
        inferred: (m,) bool, found by comparing records: no sign of a hub, as whoever has many records is compared with all of them.
    """

    left: Tokens
    right: Tokens
    left_space: NDArray[np.int32]
    right_space: NDArray[np.int32]
    first_at: Tokens
    inferred: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True)
class Hubs:
    """Tokens that carry no merge.

    Attributes:
        token: (h,) int64, sorted.
        seen_with: (h,) int64, accounts or contacts of one namespace each was seen with.
        limit: (h,) int64, how many would be plausible.
    """

    token: Tokens
    seen_with: Tokens
    limit: Tokens


@dataclass(frozen=True)
class Solved:
    """Who is who.

    Attributes:
        tokens: (t,) int64, sorted.
        space: (t,) int32, code of each token's namespace.
        first_at: (t,) int64, when each was first seen.
        group: (t,) int64, tokens with the same number are one person.
        component: (t,) int64, the smallest token that any evidence leads to, carried or not, shared devices aside: whatever is decided of a
            token hangs on the evidence of its component alone.
        followed: (m,) bool, edges that were followed.
        hubs: What carries no merge.
        refused: Place of an edge to why it was refused and the figure that was too large; without those of hubs.
    """

    tokens: Tokens
    space: NDArray[np.int32]
    first_at: Tokens
    group: Tokens
    component: Tokens
    followed: NDArray[np.bool_]
    hubs: Hubs
    refused: Mapping[int, tuple[Why, int]]
