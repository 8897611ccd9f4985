"""One language: its words, and its figures, dates, durations and money as its readers write them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from babel import Locale, dates, numbers
from babel.messages.pofile import read_po

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES = ("fr", "en")
_LOCALES = {"fr": "fr_FR", "en": "en_GB"}
_NOTHING = "\u2013"  # where a figure is not known
_DAY_S = 86_400
_BREAKABLE = re.compile(r"(?<=«) | (?=[:;!?»])| (?=h\b)")
# Upper end of what a unit tells, seconds; unit; its length. Past the last one days are told.
_UNITS = ((90, "second", 1), (90 * 60, "minute", 60), (36 * 3600, "hour", 3600))


@dataclass(frozen=True)
class Language:
    """What a page or picture says, in one language.

    Attributes:
        code: `fr` or `en`.
        locale: How its figures are written.
    """

    code: str
    locale: Locale
    _messages: Mapping[str, str] = field(repr=False)

    def text(self, message: str, /, **facts: object) -> str:
        """An English sentence in this language; `{name}` stands for a fact.

        Example:
            >>> speak("en").text("{kept} of {all} kept", kept=3, all=4)
            '3 of 4 kept'
        """
        said = self._messages.get(message) or message
        return said.format(**facts) if facts else said

    def count(self, number: int, one: str, many: str, /, **facts: object) -> str:
        """A counted thing: `one` or `many`, in which `{n}` is the number as written here.

        Example:
            >>> speak("en").count(1200, "{n} customer", "{n} customers")
            '1,200 customers'
        """
        single = self.locale.plural_form(number) == "one"
        return self.text(one if single else many, n=self.number(number), **facts)

    def pick(self, said: Mapping[str, str] | None, otherwise: str = "") -> str:
        """What a map says, in this language or the next best."""
        if not said:
            return otherwise
        return said.get(self.code) or said.get("en") or next(iter(said.values()), otherwise)

    def number(self, value: float, digits: int = 0) -> str:
        """A number with its thousands apart."""
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return numbers.format_decimal(value, pattern, locale=self.locale)

    def percent(self, ratio: float | None, digits: int = 0) -> str:
        """A ratio in [0, 1] as a share; a share that is not whole is never rounded to 0 or 100.

        Example:
            >>> speak("en").percent(0.9996), speak("en").percent(1.0)
            ('>99%', '100%')
        """
        if ratio is None or math.isnan(ratio):
            return _NOTHING
        pattern = "0" + ("." + "0" * digits if digits else "") + ("\u202f%" if self.code == "fr" else "%")
        step = Decimal(1).scaleb(-2 - digits)
        rounded = round(Decimal(str(ratio)), 2 + digits)
        if ratio > 0 and rounded == 0:
            return "<" + numbers.format_percent(step, pattern, locale=self.locale)
        if ratio < 1 and rounded == 1:
            return ">" + numbers.format_percent(1 - step, pattern, locale=self.locale)
        return numbers.format_percent(ratio, pattern, locale=self.locale)

    def span(self, low: float | None, high: float | None, digits: int = 0) -> str:
        """An interval of shares."""
        return self.text("{low} to {high}", low=self.percent(low, digits), high=self.percent(high, digits))

    def money(self, minor: float, currency: str) -> str:
        """An amount in hundredths of its currency, as people say it: three figures are enough.

        Example:
            >>> speak("en").money(1_842_317, "EUR")
            '€18,400'
        """
        amount = minor / 100
        if abs(amount) < 100:  # noqa: PLR2004 - below a hundred, cents are told
            return str(numbers.format_currency(amount, currency, locale=self.locale))
        three = round(amount, 2 - math.floor(math.log10(abs(amount))))
        pattern = "#,##0\u00a0¤" if self.code == "fr" else "¤#,##0"
        return str(
            numbers.format_currency(three, currency, pattern, locale=self.locale, currency_digits=False)
        )

    def day(self, moment: date | datetime, *, year: bool = False, weekday: bool = False) -> str:
        """A day as said in a sentence.

        Example:
            >>> speak("en").day(date(2026, 9, 12)), speak("fr").day(date(2026, 9, 1), year=True)
            ('12 September', '1er septembre 2026')
        """
        pattern = ("EEEE " if weekday else "") + "d MMMM" + (" y" if year else "")
        said = dates.format_date(_date(moment), pattern, locale=self.locale)
        return said.replace("1 ", "1er ", 1) if self.code == "fr" and _date(moment).day == 1 else said

    def short_day(self, moment: date | datetime) -> str:
        """A day as said in a table or on an axis."""
        return dates.format_date(_date(moment), "d MMM", locale=self.locale)

    def clock(self, moment: datetime) -> str:
        """The time of day, in the zone the moment carries."""
        return moment.strftime("%H:%M")

    def weekday(self, number: int, *, short: bool = False) -> str:
        """A day of the week; 0 is Monday."""
        return str(self.locale.days["stand-alone"]["abbreviated" if short else "wide"][number])

    def duration(self, seconds: float | None) -> str:
        """How long something took, in one or two units.

        Example:
            >>> speak("en").duration(6_480), speak("en").duration(40), speak("en").duration(5 * 86_400)
            ('1 h 48', '40 s', '5 d')
        """
        if seconds is None or math.isnan(seconds):
            return _NOTHING
        for end, unit, length in _UNITS:
            if seconds < end:
                return self._in_units(seconds, unit, length)
        return self.text("{n} d", n=self.number(round(seconds / _DAY_S)))

    def _in_units(self, seconds: float, unit: str, length: int) -> str:
        whole = round(seconds / length)
        if unit == "second":
            return f"{whole} s"
        if unit == "minute":
            return f"{whole} min"
        hours, minutes = divmod(round(seconds / 60), 60)
        return f"{hours} h {minutes:02d}" if minutes else f"{hours} h"


@cache
def speak(code: str) -> Language:
    """The language of this code.

    Raises:
        KeyError: It is none of `LANGUAGES`.
    """
    return Language(code, Locale.parse(_LOCALES[code]), _messages(code))


def _messages(code: str) -> Mapping[str, str]:
    """All catalogues of a language; English is what the code says."""
    found: dict[str, str] = {}
    folder = resources.files(__package__).joinpath("locale", code)
    if not folder.is_dir():
        return found
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".po"):
            with entry.open("rb") as file:
                found |= {
                    str(item.id): _unbroken(str(item.string))
                    for item in read_po(file, code)
                    if item.id and item.string
                }
    return found


def _unbroken(said: str) -> str:
    """French words with spaces that never end a line: before high signs, inside quotation marks, before the h of an hour.

    Example:
        >>> _unbroken("« {promise} » : de {start} h") == "«\u00a0{promise}\u00a0»\u00a0: de {start}\u00a0h"
        True
    """
    return _BREAKABLE.sub("\u00a0", said)


def _date(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
