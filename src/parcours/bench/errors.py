"""What can stop a measurement; a contender that is merely slow is a row, not an error."""

from __future__ import annotations

from parcours.kernel.errors import ParcoursError

TAIL = 500  # characters of a contender's last words


class ContenderFailed(ParcoursError, RuntimeError):
    """A contender did not answer, so nothing can be compared."""

    code = "bench.contender_failed"

    def __init__(self, contender: str, status: int, complaint: str) -> None:
        last_words = complaint.strip()[-TAIL:]
        super().__init__(
            f"{contender} gave no answer (status {status}): {last_words}",
            fix="run it alone to see why",
            contender=contender,
            status=status,
        )


class PeerNotInstalled(ParcoursError, RuntimeError):
    """A peer's locked environment could not be made."""

    code = "bench.peer_not_installed"
    retryable = True

    def __init__(self, peer: str, complaint: str) -> None:
        super().__init__(
            f"the environment of {peer} could not be installed: {complaint.strip()[-TAIL:]}",
            fix="check that pip reaches a package index",
            peer=peer,
        )
