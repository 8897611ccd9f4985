"""Records of customers that may be the same person though no identifier says so.

Question: which of what sources say about customers is about one person, how sure is that, and what speaks for it?
Reads: vault table `trait` (what rows said of their people).
Writes: vault tables `record` (one row per token, in standard form), `record_model` (what agreement is worth), `record_pair` (pairs and decisions).
Flow: `gathering` (traits to records) -> `blocking` (which pairs) -> `patterns` (how they compare) -> `learning` or `fixed` (the model) ->
`scoring` (weights) -> `clustering` (who with whom) in `linking`; `explaining` tells why, `golden` what a person is told by. Personal data
stays in vault and scratch folder.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parcours.identity.records.explaining import Reason, reasons
    from parcours.identity.records.golden import FieldStory, GoldenField, golden_record, golden_stories
    from parcours.identity.records.linking import Proposed, propose_links
    from parcours.identity.records.settings import (
        RecordSettings,
        check_record_settings,
        read_record_settings,
    )
    from parcours.identity.records.store import forget_tokens, is_without_traits, load_birth_dates

__all__ = [
    "FieldStory",
    "GoldenField",
    "Proposed",
    "Reason",
    "RecordSettings",
    "check_record_settings",
    "forget_tokens",
    "golden_record",
    "golden_stories",
    "is_without_traits",
    "load_birth_dates",
    "propose_links",
    "read_record_settings",
    "reasons",
]

# Whoever links nothing does not wait for what links.
_PLACES = {
    **dict.fromkeys(("Reason", "reasons"), "explaining"),
    **dict.fromkeys(("FieldStory", "GoldenField", "golden_record", "golden_stories"), "golden"),
    **dict.fromkeys(("Proposed", "propose_links"), "linking"),
    **dict.fromkeys(("RecordSettings", "check_record_settings", "read_record_settings"), "settings"),
    **dict.fromkeys(("forget_tokens", "is_without_traits", "load_birth_dates"), "store"),
}


def __getattr__(name: str) -> object:
    """Load a part once somebody asks for it (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(name)
    return getattr(import_module(f"parcours.identity.records.{_PLACES[name]}"), name)
