"""What fields, kinds, reasons and comparisons of identity are called, for people who never read a mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.identity.quality.types import Suspicion
    from parcours.ui import Language

# English words; the other languages are in the catalogue of messages.
FIELDS: Mapping[str, str] = {
    "given_name": "given name",
    "family_name": "family name",
    "birth_date": "birth date",
    "email": "e-mail address",
    "phone": "phone number",
    "house_number": "house number",
    "street": "street",
    "place": "postcode and city",
    "postcode": "postcode",
    "city": "city",
    "region": "region",
    "country": "country",
    "any two records": "any two records",
    "together": "what goes together",
}
RULES: Mapping[str, str] = {
    "account": "several accounts of one kind",
    "contact": "many addresses or numbers",
    "device": "many devices",
    "birth_date": "several birth dates",
    "city": "many cities",
    "postcode": "many postcodes",
    "email": "many e-mail addresses told",
    "phone": "many phone numbers told",
}
CHOICES: Mapping[str, str] = {
    "corrected": "what the person said is right",
    "most_recent": "the newest word",
    "most_frequent": "what is said most often",
    "longest": "the longest value",
}
DECISIONS: Mapping[str, str] = {
    "merge": "one person",
    "review": "somebody decides",
    "implied": "one person with others between",
    "hub": "seen with too many people",
    "cap": "too many identifiers",
    "two_accounts": "two accounts on one device",
    "records": "records that are alike",
}
LEVELS: tuple[str, ...] = (
    "same",
    "different",
    "nothing to compare",
    "strangers agree in such things together",
    "one slip",
    "alike",
    "given and family name exchanged",
    "initial or short form",
    "one part of two",
    "one digit off",
    "two digits off, or day and month exchanged",
    "same year",
    "same before the @",
    "one or two slips",
    "alike before the @",
    "same street and number",
    "street one slip off, same number",
    "same street",
    "street one slip off",
    "same number, other street",
    "same postcode and city",
    "same postcode",
    "same city, postcode one digit off",
    "same city",
    "city one slip off",
    "postcode one digit off",
)


def called(words: Mapping[str, str], name: str, language: Language) -> str:
    """The words for a name; one we do not know is said as it is written.

    Example:
        >>> from parcours.ui import speak
        >>> called(FIELDS, "birth_date", speak("fr")), called(FIELDS, "shoe_size", speak("fr"))
        ('date de naissance', 'shoe size')
    """
    return language.text(words[name]) if name in words else name.replace("_", " ")


def suspicion_words(item: Suspicion, language: Language) -> str:
    """One reason to think that a person is several.

    Example:
        >>> from parcours.identity.quality.types import Suspicion
        >>> from parcours.ui import speak
        >>> suspicion_words(Suspicion("account", "customer", 2, 1), speak("en"))
        'customer: 2, where 1 is plausible'
    """
    return language.text(
        "{subject}: {found}, where {plausible} is plausible",
        subject=called(FIELDS, item.subject, language),
        found=language.number(item.found),
        plausible=language.number(item.plausible),
    )
