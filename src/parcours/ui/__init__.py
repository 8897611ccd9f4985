"""How anything is said and drawn: in which language, with which figures, colours and shapes. Knows no feature.

Reads `locale/<language>/*.po`, one catalogue a feature; writes nothing.
"""

from parcours.ui.language import LANGUAGES, Language, speak

__all__ = ["LANGUAGES", "Language", "speak"]
