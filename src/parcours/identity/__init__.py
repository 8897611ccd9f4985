"""Who it was: identifiers seen together become one person with a stable id.

Question: which tokens belong to one person, why, since when, and whom does a new signal touch?
Reads: lake table `link` (identifiers seen together, per file); vault tables identity_decision, identity_decision_token.
Writes: lake tables `person_token` (one row per token and the person it stands for), `identity_event` (merges and splits),
`identity_move` (tokens that changed hands), `identity_review` (what waits for a decision); vault tables of decisions.
Flow: `store` reads evidence -> `linking` solves it (`careful` where something is forbidden) -> `history` says what changed.
A person's id is the token that founded them: random to whoever lacks the key, and kept when more tokens join.
"""

from parcours.identity.store import Resolved, Standing, resolve_people, rules_of
from parcours.identity.tables import IDENTITY_EVENT, IDENTITY_MOVE, IDENTITY_REVIEW, PERSON_TOKEN

__all__ = [
    "IDENTITY_EVENT",
    "IDENTITY_MOVE",
    "IDENTITY_REVIEW",
    "PERSON_TOKEN",
    "Resolved",
    "Standing",
    "resolve_people",
    "rules_of",
]
