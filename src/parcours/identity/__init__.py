"""Who it was: identifiers seen together become one person with a stable id.

Question: which tokens belong to one person, and whom does a new signal touch?
Reads: lake table `link` (identifiers seen together, per file).
Writes: lake table `person_token` (one row per token and the person it stands for).
A person's id is the token that founded them: random to whoever lacks the key, and kept when more tokens join.
"""

from parcours.identity.linking import assign_people
from parcours.identity.store import PERSON_TOKEN, Resolved, resolve_people

__all__ = ["PERSON_TOKEN", "Resolved", "assign_people", "resolve_people"]
