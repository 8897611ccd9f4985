"""How far paths lie apart: how many nodes must be added, left out or replaced, of those of the longer one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_NONE = -1  # beyond the end of a path
_CELLS = 4_000_000  # of the tables of distances at a time: long paths are few at a time


@dataclass(frozen=True)
class Paths:
    """Distinct paths, the shortest first.

    Attributes:
        order: (n,) place of each in the list they were made from.
        nodes: (total length,) int32, path after path.
        starts: (n,) int64, where each begins in `nodes`.
        lengths: (n,) int64, rising.
        bags: (n, nodes): how often each node is in each path; as small integers as the longest path allows.
    """

    order: NDArray[np.int64]
    nodes: NDArray[np.int32]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    bags: NDArray[np.unsignedinteger[Any]]

    @classmethod
    def of(cls, paths: Sequence[Sequence[int]]) -> Paths:
        """Paths of node codes, none of them empty."""
        lengths = np.array([len(path) for path in paths], np.int64)
        order = np.argsort(lengths, kind="stable")
        _, flat = np.unique(np.concatenate([np.asarray(path) for path in paths]), return_inverse=True)
        starts = np.cumsum(lengths) - lengths
        kinds = int(flat.max()) + 1
        owner = np.repeat(np.arange(len(paths)), lengths)
        bags = np.bincount(owner * kinds + flat, minlength=len(paths) * kinds).reshape(len(paths), kinds)
        small = np.min_scalar_type(int(lengths.max()))
        return cls(order, flat.astype(np.int32), starts[order], lengths[order], bags[order].astype(small))

    def near(self, place: int, within: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Paths no further from one of them than `within`, a ratio in [0, 1], and how far each is; itself is one of them.

        Two bounds come first, of lengths and of how many nodes two paths share at all; most pairs go no further.
        """
        length = self.lengths[place]
        shortest = np.ceil(length * (1 - within) - 1e-9)
        longest = np.floor(length / (1 - within) + 1e-9) if within < 1 else self.lengths[-1]
        first = int(np.searchsorted(self.lengths, shortest))
        last = int(np.searchsorted(self.lengths, longest, "right"))
        longer = np.maximum(self.lengths[first:last], length)
        shared = np.minimum(self.bags[first:last], self.bags[place]).sum(1, dtype=self.bags.dtype)
        chosen = first + np.flatnonzero(shared >= (1 - within) * longer - 1e-9)
        some = max(1, _CELLS // int(longest + 1))
        found = np.concatenate(
            [self._edits(place, chosen[start : start + some]) for start in range(0, len(chosen), some)]
        )
        ratio = found / np.maximum(self.lengths[chosen], length)
        inside = ratio <= within + 1e-9
        return chosen[inside], ratio[inside]

    def _edits(self, place: int, others: NDArray[np.int64]) -> NDArray[np.int64]:
        """Edits (n,) from one path to others, all at once: a row of the table of Wagner and Fischer (1974) a step."""
        path = self.nodes[self.starts[place] : self.starts[place] + self.lengths[place]]
        widest = int(self.lengths[others].max(initial=0))
        across = np.arange(widest + 1)
        theirs = self._padded(others, widest)
        row = np.broadcast_to(across, (len(others), widest + 1)).copy()
        for number, node in enumerate(path, 1):
            kept = row[:, :-1] + (theirs != node)
            following = np.empty_like(row)
            following[:, 0] = number
            np.minimum(row[:, 1:] + 1, kept, out=following[:, 1:])
            # Leaving out nodes to the left costs one each: a running minimum once each column is lowered by its place.
            row = np.minimum.accumulate(following - across, axis=1) + across
        return np.asarray(row[np.arange(len(others)), self.lengths[others]], np.int64)

    def _padded(self, others: NDArray[np.int64], widest: int) -> NDArray[np.int32]:
        """Paths (n, widest) side by side, `_NONE` beyond the end of each."""
        inside = np.arange(widest) < self.lengths[others][:, None]
        places = np.minimum(self.starts[others][:, None] + np.arange(widest), len(self.nodes) - 1)
        return np.where(inside, self.nodes[places], np.int32(_NONE))
