"""What a column's values look like: times and how they are written, numbers, amounts, identifiers, free text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.signal.compiling import PERSONAL_PATTERNS
from parcours.signal.headings import word_set

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NULL_WORDS = frozenset(
    {
        "null",
        "na",
        "n/a",
        "nat",
        "nan",
        "none",
        "-",
        "\\n",
        "0000-00-00",
        "0000-00-00 00:00:00",
        "(null)",
        "?",
    }
)
ENOUGH = 0.8  # share of values that must look alike for a column to be of a kind
_SOME_PERSONAL = 0.05  # one in twenty is no accident

_CLOCK = r"(?:[T ,]{1,2}(?P<hour>\d{1,2})(?P<sign>[:hH])(?P<minute>\d{2})(?::(?P<second>\d{2})(?P<fraction>[.,]\d+)?)?(?P<half> ?[AaPp][Mm])?)?"
_ISO = re.compile(
    r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})(?:[T ](?P<hour>\d{1,2}):\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?)?"
)
_SPLIT = re.compile(
    rf"(?P<first>\d{{1,2}})(?P<between>[/.-])(?P<second_part>\d{{1,2}})(?P=between)(?P<year>\d{{4}}|\d{{2}}){_CLOCK}"
)
_NAMED = re.compile(
    rf"(?P<day>\d{{1,2}})(?P<between>[ -])(?P<name>[A-Za-z]{{3,9}})(?P=between)(?P<year>\d{{4}}|\d{{2}}){_CLOCK}"
)
_NAMED_US = re.compile(rf"(?P<name>[A-Za-z]{{3,9}}) (?P<day>\d{{1,2}}),? (?P<year>\d{{4}}){_CLOCK}")
_COMPACT = re.compile(
    r"(?P<year>(?:19|20|21)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?P<hour>\d{6}|\d{4})?"
)
_CLOCK_ONLY = re.compile(r"\d{1,2}[:hH]\d{2}(:\d{2})?")
_MONTHS = word_set("jan feb mar apr may jun jul aug sep oct nov dec")
_LONG_MONTHS = word_set(
    "january february march april may june july august september october november december"
)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d+)?|[.,]\d+)(?:[eE][+-]?\d+)?")
_MONEY = re.compile(
    r"[€$£]?\s*[+-]?\d{1,3}(?:(?:[ \u00a0\u202f.,']\d{3})*|\d*)(?:[.,]\d{1,4})?\s*(?:[€$£]|EUR|USD|GBP)?"
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"(?:\+\d|\(?0\d)[\d .()/-]{7,}\d")
_UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
_PERSONAL = tuple(re.compile(pattern) for pattern in PERSONAL_PATTERNS)
_EPOCHS = (  # name of the unit, least and most between 1990 and 2100
    ("seconds", 631_152_000, 4_102_444_800),
    ("milliseconds", 631_152_000_000, 4_102_444_800_000),
    ("microseconds", 631_152_000_000_000, 4_102_444_800_000_000),
    ("nanoseconds", 631_152_000_000_000_000, 4_102_444_800_000_000_000),
)
_NUMBER_KINDS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "FLOAT",
    "DOUBLE",
)
_MOST_FORMATS = 4
_MIDDLE_DAY = 12


@dataclass(frozen=True)
class Column:
    """One column of a sample.

    Attributes:
        name: Its heading, or the path of a field inside a JSON object, with dots.
        expression: How SQL reads it.
        kind: Its SQL type.
        values: Its values as text, in the rows' order; None where null. A list is its first element.
    """

    name: str
    expression: str
    kind: str
    values: Sequence[str | None]


@dataclass(frozen=True)
class TimeShape:
    """How times are written.

    Attributes:
        share: Values read so, of those that are there; ratio in [0, 1].
        formats: Of `try_strptime`; empty where the product reads them as they are.
        what: For people: `ISO 8601`, `day first`.
        naive: They have no offset from UTC.
        dates_only: None has an hour.
        doubt: What could not be decided; empty where nothing.
        nulls: Texts that stand for no time.
    """

    share: float
    formats: tuple[str, ...]
    what: str
    naive: bool
    dates_only: bool
    doubt: str = ""
    nulls: tuple[str, ...] = ()

    def expression(self, column: str) -> str:
        """SQL of the instant, or of a text that is read as one."""
        if not self.formats:
            return column
        formats = ", ".join(f"'{text}'" for text in self.formats)
        return f"try_strptime(trim({column}), {formats if len(self.formats) == 1 else f'[{formats}]'})"


@dataclass(frozen=True)
class Profile:
    """What a column's values are, counted.

    Attributes:
        filled: Values that are there and not blank.
        distinct: Different ones.
        words: Mean number of words.
        numbers: Share that are numbers.
        decimal_comma: Some number has a comma before its decimals.
        whole: All numbers are whole.
        low: Least number; 0 where there is none.
        high: Greatest number.
        money: Share that are amounts, a currency's sign and thousands included.
        emails: Share that are e-mail addresses.
        phones: Share that are phone numbers.
        uuids: Share that are UUIDs or hashes of 32 digits.
        personal: Share that look like something personal.
        examples: The commonest different values, most frequent first; bounded.
    """

    filled: int
    distinct: int
    words: float
    numbers: float
    decimal_comma: bool
    whole: bool
    low: float
    high: float
    money: float
    emails: float
    phones: float
    uuids: float
    personal: float
    examples: tuple[str, ...]


def profile(column: Column) -> Profile:
    """The counts of one column."""
    values = [value.strip() for value in column.values if value is not None and value.strip()]
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    different = list(counts)
    numbers = [_as_number(value) for value in different if _NUMBER.fullmatch(value)]
    return Profile(
        filled=len(values),
        distinct=len(counts),
        words=sum(len(value.split()) for value in values) / max(len(values), 1),
        numbers=_share(different, lambda value: bool(_NUMBER.fullmatch(value))),
        decimal_comma=any("," in value for value in different if _NUMBER.fullmatch(value)),
        whole=bool(numbers) and all(number.is_integer() for number in numbers),
        low=min(numbers, default=0.0),
        high=max(numbers, default=0.0),
        money=_share(different, lambda value: bool(_MONEY.fullmatch(value))),
        emails=_share(different, lambda value: bool(_EMAIL.fullmatch(value))),
        phones=_share(different, lambda value: bool(_PHONE.fullmatch(value))),
        uuids=_share(different, lambda value: bool(_UUID.fullmatch(value))),
        personal=_share(different, lambda value: any(pattern.fullmatch(value) for pattern in _PERSONAL)),
        examples=tuple(sorted(counts, key=lambda value: -counts[value])[:50]),
    )


def is_personal(found: Profile) -> bool:
    """Enough values look like an address, a phone or card number and the like."""
    return found.personal >= _SOME_PERSONAL


def is_number_kind(kind: str) -> bool:
    """The SQL type is a number's."""
    return kind in _NUMBER_KINDS or kind.startswith("DECIMAL")


def is_clock(column: Column) -> bool:
    """The values are hours of a day without a date."""
    values = _there(column)
    return column.kind == "TIME" or (
        bool(values) and _share(values, lambda value: bool(_CLOCK_ONLY.fullmatch(value))) >= ENOUGH
    )


def clock_formats(column: Column) -> tuple[str, ...]:
    """How hours without a date are written, for `try_strptime`."""
    found = {}
    for value in _there(column):
        if _CLOCK_ONLY.fullmatch(value):
            sign = "h" if "h" in value else "H" if "H" in value else ":"
            found["%H:%M:%S" if value.count(":") > 1 else f"%H{sign}%M"] = True
    return tuple(found)[:_MOST_FORMATS]


def find_time(column: Column, *, hinted: bool, day_first: bool) -> TimeShape | None:
    """How the values are written if they are times.

    Args:
        column: Its values.
        hinted: The heading speaks of a time; digits alone are one only then.
        day_first: Assume it where no value decides between day and month.
    """
    if column.kind.startswith("TIMESTAMP") or column.kind == "DATE":
        naive = column.kind != "TIMESTAMP WITH TIME ZONE"
        return TimeShape(1.0, (), f"the type is {column.kind.lower()}", naive, column.kind == "DATE")
    values = _there(column)
    nulls = tuple(sorted({value for value in values if value.lower() in NULL_WORDS}))
    values = [value for value in values if value.lower() not in NULL_WORDS]
    if not values:
        return None
    found = None
    if is_number_kind(column.kind) or _share(values, str.isdigit) >= ENOUGH:
        found = (_epoch(values) or (_compact(values))) if hinted else None
    elif column.kind == "VARCHAR":
        found = _iso(values) or _parted(values, day_first=day_first) or _with_month_names(values)
    if found is None or found.share < ENOUGH:
        return None
    return TimeShape(
        found.share, found.formats, found.what, found.naive, found.dates_only, found.doubt, nulls
    )


def _there(column: Column) -> list[str]:
    return [value.strip() for value in column.values if value is not None and value.strip()]


def _share(values: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(holds(value) for value in values) / max(len(values), 1)


def _as_number(text: str) -> float:
    return float(text.replace(",", "."))


def _epoch(values: Sequence[str]) -> TimeShape | None:
    whole = [value for value in values if re.fullmatch(r"\d{9,19}(?:\.0*)?", value)]
    for unit, least, most in _EPOCHS:
        inside = sum(least <= float(value) <= most for value in whole) / len(values)
        if inside >= ENOUGH:
            return TimeShape(inside, (), f"{unit} since 1970", naive=False, dates_only=False)
    return None


def _compact(values: Sequence[str]) -> TimeShape | None:
    found = [hit for value in values if (hit := _COMPACT.fullmatch(value))]
    if not found:
        return None
    hours = {len(hit["hour"] or "") for hit in found}
    formats = tuple({0: "%Y%m%d", 4: "%Y%m%d%H%M", 6: "%Y%m%d%H%M%S"}[length] for length in sorted(hours))
    return TimeShape(
        len(found) / len(values),
        formats,
        "year, month and day without signs",
        naive=True,
        dates_only=hours == {0},
    )


def _iso(values: Sequence[str]) -> TimeShape | None:
    found = [
        hit
        for value in values
        if (hit := _ISO.fullmatch(value))
        and 1 <= int(hit["month"]) <= _MIDDLE_DAY
        and 1900 <= int(hit["year"]) < 2200  # noqa: PLR2004 - what the import accepts
    ]
    if not found:
        return None
    zoned = sum(hit["zone"] is not None for hit in found)
    what = "ISO times with an offset" if zoned == len(found) else "ISO times without offset"
    if 0 < zoned < len(found):
        what = "ISO times, some with an offset"
    dates_only = all(hit["hour"] is None for hit in found)
    return TimeShape(
        len(found) / len(values),
        (),
        "ISO dates" if dates_only else what,
        naive=zoned < len(found),
        dates_only=dates_only,
    )


def _parted(values: Sequence[str], *, day_first: bool) -> TimeShape | None:
    found = [hit for value in values if (hit := _SPLIT.fullmatch(value))]
    if not found:
        return None
    day_firsts = sum(int(hit["first"]) > _MIDDLE_DAY for hit in found)
    month_firsts = sum(int(hit["second_part"]) > _MIDDLE_DAY for hit in found)
    first = day_first if day_firsts == month_firsts else day_firsts > month_firsts
    doubt = ""
    if day_firsts == month_firsts == 0:
        doubt = f"no day is above 12, so day and month cannot be told apart; {'day' if first else 'month'} first is assumed"
    elif day_firsts and month_firsts:
        odd = min(day_firsts, month_firsts)
        doubt = f"{odd} of {len(found)} can only be {'month' if first else 'day'} first; they will be refused"
    wrong = month_firsts if first else day_firsts
    formats: dict[str, int] = {}
    for hit in found:
        date = ("%d{0}%m{0}{1}" if first else "%m{0}%d{0}{1}").format(hit["between"], _year_format(hit))
        formats[date + _clock_format(hit)] = formats.get(date + _clock_format(hit), 0) + 1
    return TimeShape(
        (len(found) - wrong) / len(values),
        _commonest(formats),
        "day first" if first else "month first",
        naive=True,
        dates_only=all(hit["hour"] is None for hit in found),
        doubt=doubt,
    )


def _with_month_names(values: Sequence[str]) -> TimeShape | None:
    formats: dict[str, int] = {}
    hours = 0
    for value in values:
        hit = _NAMED.fullmatch(value) or _NAMED_US.fullmatch(value)
        if hit is None or hit["name"].lower() not in _MONTHS | _LONG_MONTHS:
            continue
        month = "%b" if hit["name"].lower() in _MONTHS else "%B"
        year = _year_format(hit)
        if "between" in hit.re.groupindex:
            date = f"%d{hit['between']}{month}{hit['between']}{year}"
        else:
            date = f"{month} %d{',' if ',' in value.split(hit['year'])[0] else ''} {year}"
        hours += hit["hour"] is not None
        formats[date + _clock_format(hit)] = formats.get(date + _clock_format(hit), 0) + 1
    count = sum(formats.values())
    if not count:
        return None
    return TimeShape(
        count / len(values), _commonest(formats), "month by its name", naive=True, dates_only=not hours
    )


def _year_format(hit: re.Match[str]) -> str:
    return "%y" if len(hit["year"]) == len("26") else "%Y"


def _clock_format(hit: re.Match[str]) -> str:
    if hit["hour"] is None:
        return ""
    gap = re.match(r"[T ,]+", hit.string[hit.end("year") :])
    sign = hit["sign"]
    text = f"{'%I' if hit['half'] else '%H'}{sign}%M"
    text += ":%S" if hit["second"] else ""
    text += f"{hit['fraction'][0]}%f" if hit["fraction"] else ""
    half = "" if not hit["half"] else " %p" if hit["half"].startswith(" ") else "%p"
    return f"{gap[0] if gap else ' '}{text}{half}"


def _commonest(formats: dict[str, int]) -> tuple[str, ...]:
    return tuple(sorted(formats, key=lambda text: -formats[text])[:_MOST_FORMATS])
