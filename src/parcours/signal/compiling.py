"""Mappings compiled to SQL: each rule becomes a `draft`, one row per signal it would give, with the reason where it is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from parcours.kernel.clock import SECOND_US
from parcours.lake import EngineProblem, SqlFault, identifier, literal
from parcours.signal.identifying import CLAIMED
from parcours.signal.reading import ROW
from parcours.signal.tables import MAX_RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from parcours.kernel.document import Document
    from parcours.kernel.errors import Fault
    from parcours.lake import Engine
    from parcours.signal.mapping import Choice, Consent, Rule


class Refused(StrEnum):
    """Why a signal did not enter the lake. Each is counted; received = accepted + the sum of these."""

    UNREADABLE_LINE = "unreadable_line"
    ERASED = "erased"
    UNREADABLE_CONDITION = "unreadable_condition"
    MISSING_TIME = "missing_time"
    UNREADABLE_TIME = "unreadable_time"
    TIME_OUT_OF_RANGE = "time_out_of_range"
    MISSING_TYPE = "missing_type"
    PERSONAL_TYPE = "personal_type"
    MISSING_ID = "missing_id"
    UNREADABLE_WEIGHT = "unreadable_weight"
    DUPLICATE_ID = "duplicate_id"


# What identifies people best leads; namespaces not named here follow in the mapping's order.
DEFAULT_PRIORITY = ("customer", "loyalty", "card", "email", "phone", "app", "device", "cookie")

# What files write for an answer about consent, in small letters.
ANSWERS = {
    "given": (
        "given",
        "yes",
        "y",
        "true",
        "t",
        "1",
        "oui",
        "o",
        "vrai",
        "granted",
        "accepted",
        "opt-in",
        "accordé",
    ),
    "refused": (
        "refused",
        "no",
        "n",
        "false",
        "f",
        "0",
        "non",
        "faux",
        "denied",
        "declined",
        "opt-out",
        "refusé",
    ),
    "withdrawn": ("withdrawn", "revoked", "unsubscribed", "retiré", "désinscrit"),
}

_EARLIEST_US = -2_208_988_800 * SECOND_US  # 1900-01-01
_LATEST_US = 7_258_118_400 * SECOND_US  # 2200-01-01
_WORD = re.compile(r"[^\W\d]\w*")
_PLAIN = re.compile(r'\s*(?:"(?:[^"]|"")+"|\w+)(?:\.(?:"(?:[^"]|"")+"|\w+))?\s*')
_NUMBERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "HUGEINT",
    "FLOAT",
    "DOUBLE",
)

# What looks like an identifier never enters the lake, and free text does not as a property.
PERSONAL_PATTERNS = (
    r"[^@\s]+@[^@\s]+\.[^@\s]+",  # an e-mail address
    r"\+\d[\d .()/-]{7,}\d",  # a phone number with its country
    r"\(?0\d[\d .()/-]{7,}\d",  # a phone number as dialled at home
    r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?",  # an IBAN
    r"[3-6](?:[ -]?\d){13,18}",  # a payment card; 13 digits are an article's bar code
    r"(?:\d{1,3}\.){3}\d{1,3}",  # an IP address
    r"(?:[12]) ?\d{2} ?(?:0[1-9]|1[0-2]) ?\d{2} ?\d{3} ?\d{3}(?: ?\d{2})?",  # a French social security number
)
_FREE_TEXT = r"\S+(?:\s+\S+){7,}"  # eight words
_INSTANT_TEXT = r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?\s*(Z|[+-]\d{2}(:?\d{2})?)?"


@dataclass(frozen=True)
class Draft:
    """One rule compiled.

    Attributes:
        rule: Where it comes from.
        sql: A query, one row per signal, with the columns `source_row, reason, at_us, raw_type, raw_channel, raw_touchpoint, message,
            weight, objects, object_values, properties, screened, text`, one `raw_i_NAMESPACE` per identifier, one `t_NAME` per trait, and
            `c_NUMBER_PART` for each part of each consent, null where the mapping says nothing of it.
        namespaces: Identifier namespaces, leading one first.
        object_namespaces: Namespaces of the rule's objects.
        traits: Traits of the rule.
        properties: Properties of the rule.
    """

    rule: Rule
    sql: str
    namespaces: tuple[str, ...]
    object_namespaces: tuple[str, ...]
    traits: tuple[str, ...]
    properties: tuple[str, ...]


@dataclass(frozen=True)
class Site:
    """Where a rule is compiled: the relation it reads and how its names become numbers.

    Attributes:
        relation: A query with `_row` and the file's columns.
        zone: Time zone of naive times.
        key: Hexadecimal secret of the workspace.
        namespaces: Codes of all namespaces.
        priority: Namespaces that lead, first to last.
    """

    relation: str
    zone: str
    key: str
    namespaces: Mapping[str, int]
    priority: Sequence[str]


def check_expressions(
    engine: Engine,
    document: Document,
    rules: Sequence[Rule],
    relation: str,
    file: str,
    lost: Collection[str] = (),
) -> list[Fault]:
    """Every expression of a mapping that the rows of a file cannot answer, with its line.

    Args:
        engine: Asked without reading rows.
        document: The mapping's file.
        rules: Its rules.
        relation: A query with the file's columns.
        file: What the file is called.
        lost: Joins that have a fault of their own; expressions that speak of them are not judged.
    """
    faults = []
    seen = set()
    columns = engine.columns(relation)
    for location, written in _expressions(rules, document):
        expression = as_column(written, columns)
        if (location[-1], expression) in seen or any(
            re.search(rf"\b{re.escape(name)}\b", expression) for name in lost
        ):
            continue
        seen.add((location[-1], expression))
        wrong = _wrong(engine, written, expression, relation, file, is_condition=location[-1] == "when")
        if wrong is not None:
            faults.append(document.fault(location, *wrong))
    return faults


def _wrong(
    engine: Engine, written: str, expression: str, relation: str, file: str, *, is_condition: bool
) -> tuple[str, str] | None:
    """What is wrong with an expression, and the fix; the `where` refuses what speaks of more than its row."""
    try:
        kinds = engine.columns(
            f"select ({expression}) as _value from ({relation}) where {_safe(expression)} is null"
        )
    except SqlFault as problem:
        return readable(problem.sentence, written, file)
    except EngineProblem as problem:
        return f"the expression {written!r} cannot be computed: {problem.sentence}", "correct it"
    if is_condition and kinds["_value"] != "BOOLEAN":
        kind = kinds["_value"].lower()
        return f"the condition {written!r} is neither true nor false but {kind}", "compare it with a value"
    return None


def as_column(expression: str, columns: Collection[str]) -> str:
    """A bare word that names a column means the column, also where SQL has another use for it (`at`, `order`, `group`)."""
    word = expression.strip()
    is_word = _WORD.fullmatch(word) and word.lower() not in {"null", "true", "false"}
    return identifier(word) if is_word and word in columns else expression


def _reader(engine: Engine, rule: Rule, relation: str) -> Callable[[str], str]:
    """How each expression of a rule is read: bare words as columns, JSON values as their text."""
    columns = engine.columns(relation)
    texts = dict.fromkeys(as_column(text, columns) for text in _texts_of(rule))
    values = ", ".join(f"({text}) as _{number}" for number, text in enumerate(texts))
    kinds = engine.columns(f"select {values} from ({relation})").values()
    read = {
        text: f"({text}) ->> '$'"
        if kind == "JSON"
        else f"list_transform({text}, lambda x: x ->> '$')"
        if kind == "JSON[]"
        else text
        for text, kind in zip(texts, kinds, strict=True)
    }
    return lambda text: read[as_column(text, columns)]


def _texts_of(rule: Rule) -> list[str]:
    choices = [choice.sql for choice in _places(rule).values() if choice is not None]
    singles = [rule.at, rule.message_id, rule.weight, rule.text, *choices]
    groups = (rule.person, rule.objects, rule.properties, rule.traits)
    return [
        *(text for text in singles if text is not None),
        *rule.when,
        *(text for group in groups for text in group.values()),
        *(text for consent in rule.consents for text in consent_parts(consent).values() if text is not None),
    ]


def _changed(rule: Rule, change: Callable[[str], str]) -> Rule:
    """The rule with each of its expressions changed."""

    def one(text: str | None) -> str | None:
        return None if text is None else change(text)

    def each(texts: Mapping[str, str]) -> dict[str, str]:
        return {name: change(text) for name, text in texts.items()}

    def chosen(choice: Choice | None) -> Choice | None:
        sql = None if choice is None else one(choice.sql)
        return choice if choice is None or sql is None else choice.model_copy(update={"sql": sql})

    return replace(
        rule,
        type=chosen(rule.type) or rule.type,
        channel=chosen(rule.channel),
        touchpoint=chosen(rule.touchpoint),
        at=change(rule.at),
        when=tuple(change(text) for text in rule.when),
        message_id=one(rule.message_id),
        weight=one(rule.weight),
        text=one(rule.text),
        person=each(rule.person),
        objects=each(rule.objects),
        properties=each(rule.properties),
        traits=each(rule.traits),
        consents=tuple(
            consent.model_copy(update={part: one(text) for part, text in consent_parts(consent).items()})
            for consent in rule.consents
        ),
    )


def compile_rule(engine: Engine, rule: Rule, site: Site) -> Draft:
    """Compile one rule; its expressions have been checked."""
    rule = _changed(rule, _reader(engine, rule, site.relation))
    types = engine.columns(
        f"select {', '.join(f'({text}) as {name}' for name, text in _typed_expressions(rule).items())} from ({site.relation})"
    )
    at, at_missing = _instant(rule.at, types["at"], site.zone)
    namespaces = tuple(sorted(rule.person, key=lambda name: _rank(name, site.priority, list(rule.person))))
    columns = {
        "source_row": f"{ROW} * {MAX_RULES} + {rule.number}",
        "failed_condition": _failed(rule.when),
        "at_us": at,
        "at_missing": at_missing,
        **{f"raw_{word}": _raw(choice) for word, choice in _places(rule).items()},
        "message": f"nullif(trim(cast({_safe(rule.message_id)} as varchar)), '')"
        if rule.message_id
        else "null::varchar",
        "weight": f"try_cast({_safe(rule.weight)} as double)" if rule.weight else "null::double",
        "text": f"nullif(trim(cast({_safe(rule.text)} as varchar)), '')" if rule.text else "null::varchar",
        **{
            f"raw_i_{name}": f"cast({_safe(expression)} as varchar)"
            for name, expression in rule.person.items()
        },
        **{
            f"t_{name}": f"nullif(trim(cast({_safe(text)} as varchar)), '')"
            for name, text in rule.traits.items()
        },
        **{
            f"c_{number}_{part}": f"nullif(trim(cast({_safe(text)} as varchar)), '')"
            for number, consent in enumerate(rule.consents)
            for part, text in consent_parts(consent).items()
        },
        **{f"o_{name}": _object_values(text, types[f"o_{name}"]) for name, text in rule.objects.items()},
        **{
            f"p_{name}": _property(text, types[f"p_{name}"], site.zone)
            for name, text in rule.properties.items()
        },
    }
    values = ", ".join(f"{text} as {identifier(name)}" for name, text in columns.items())
    inner = f"select {values} from ({site.relation}) where {_holds(rule.when)}"
    kinds = engine.columns(inner)
    objects = {name: types[f"o_{name}"].endswith("]") for name in rule.objects}
    text_properties = [name for name in rule.properties if kinds[f"p_{name}"] == "VARCHAR"]
    outer = {
        **{
            name: identifier(name)
            for name in (
                "source_row",
                "at_us",
                "raw_type",
                "raw_channel",
                "raw_touchpoint",
                "message",
                "weight",
                "text",
            )
        },
        **{f"raw_i_{name}": identifier(f"raw_i_{name}") for name in namespaces},
        **{f"t_{name}": identifier(f"t_{name}") for name in rule.traits},
        **{
            f"c_{number}_{part}": f"c_{number}_{part}"
            for number, consent in enumerate(rule.consents)
            for part in consent_parts(consent)
        },
        "reason": _reason(rule),
        "objects": _objects(objects, site),
        "object_values": _object_pairs(objects, site),
        "properties": _properties(list(rule.properties), text_properties),
        "screened": _screened(text_properties),
    }
    sql = (
        f"select {', '.join(f'{text} as {identifier(name)}' for name, text in outer.items())} from ({inner})"
    )
    return Draft(rule, sql, namespaces, tuple(rule.objects), tuple(rule.traits), tuple(rule.properties))


def consent_parts(consent: Consent) -> dict[str, str | None]:
    """What a mapping says of a consent by expressions."""
    return {part: getattr(consent, part) for part in ("answer", "wording", "language", "proof")}


def consent_answer(text: str) -> str:
    """SQL of `given`, `refused` or `withdrawn` from the words that files use; null where it is none of them."""
    cases = " ".join(
        f"when lower({text}) in ({', '.join(literal(word) for word in words)}) then {literal(answer)}"
        for answer, words in ANSWERS.items()
    )
    return f"case {cases} end"


def keyed_hash(key: str, *parts: str) -> str:
    """SQL of a 64-bit keyed hash of text expressions: SHA-256 of key and parts, cut to its first 8 bytes.

    Cut because a join key must be a machine word: among n tokens, two strangers collide with probability n² / 2^65 (ADR-0004).
    """
    text = " || chr(31) || ".join((literal(key), *parts))
    return f"cast(cast(unhex(left(sha256({text}), 16)) as bit) as bigint)"


def looks_personal(value: str) -> str:
    """SQL that holds where a text looks like an identifier or free text."""
    return f"({looks_like_identifier(value)} or regexp_full_match({value}, {literal(_FREE_TEXT)}, 's'))"


def looks_like_identifier(value: str) -> str:
    """SQL that holds where a text looks like an identifier; it may be long, as names of activities are."""
    whole = "|".join(f"(?:{pattern})" for pattern in PERSONAL_PATTERNS)
    inside = r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"
    return (
        f"(regexp_full_match({value}, {literal(whole)}, 's') or regexp_matches({value}, {literal(inside)}))"
    )


def _expressions(rules: Sequence[Rule], document: Document) -> list[tuple[tuple[str | int, ...], str]]:
    """Each expression with the place in the file that wrote it."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    content = document.content
    for rule in rules:
        own = content["signals"][rule.number]
        place: tuple[str | int, ...] = ("signals", rule.number)
        choices = {"type": rule.type, "channel": rule.channel, "touchpoint": rule.touchpoint}
        singles = {"at": rule.at, "id": rule.message_id, "weight": rule.weight, "text": rule.text}
        singles |= {key: choice.sql for key, choice in choices.items() if choice}
        found += [((*(place if key in own else ()), key), text) for key, text in singles.items() if text]
        found += [
            ((*at, "when"), str(said["when"]))
            for at, said in (((), content), (place, own))
            if said.get("when")
        ]
        groups = {
            "person": rule.person,
            "objects": rule.objects,
            "set": rule.properties,
            "traits": rule.traits,
        }
        for group, entries in groups.items():
            for name, text in entries.items():
                found.append(((*(place if name in (own.get(group) or {}) else ()), group, name), text))
        shared = len(content.get("consents") or ())
        for number, consent in enumerate(rule.consents):
            at = ("consents", number) if number < shared else (*place, "consents", number - shared)
            found += [((*at, part), text) for part, text in consent_parts(consent).items() if text]
    return found


def _typed_expressions(rule: Rule) -> dict[str, str]:
    return {
        "at": rule.at,
        **{identifier(f"o_{name}"): text for name, text in rule.objects.items()},
        **{identifier(f"p_{name}"): text for name, text in rule.properties.items()},
    }


def readable(reason: str, expression: str, file: str) -> tuple[str, str]:
    """What the engine says of an expression, and the fix, in words of whoever wrote it."""
    missing = re.search(r'(?:Referenced column|column named|Could not find key) "([^"]+)"', reason)
    if missing:
        return (
            f"there is no column {missing[1]!r} in {file}",
            'correct the expression, or quote a column name with special signs as "name"',
        )
    if re.search(r"aggregate|window function|UNNEST|subquery|volatile", reason, re.IGNORECASE):
        return (
            f"the expression {expression!r} looks beyond its row",
            "use only columns of the row and of joined tables, and nothing random",
        )
    return (
        f"the expression {expression!r} cannot be computed: {reason}",
        'correct the expression, or quote a column name with special signs as "name"',
    )


def _safe(expression: str | None) -> str:
    """An expression that answers null instead of failing on one odd row."""
    if expression is None:
        return "null"
    return f"({expression})" if _PLAIN.fullmatch(expression) else f"try(({expression}))"


def _holds(conditions: Sequence[str]) -> str:
    """True where all conditions hold, and where one cannot be computed (that row is then refused, not lost)."""
    if not conditions:
        return "true"
    both = " and ".join(f"({condition})" for condition in conditions)
    return f"coalesce(try(({both})), try(({both}) is null) is null)"


def _failed(conditions: Sequence[str]) -> str:
    if not conditions:
        return "false"
    both = " and ".join(f"({condition})" for condition in conditions)
    return f"(try(({both}) is null) is null)"


def _places(rule: Rule) -> dict[str, Choice | None]:
    return {"type": rule.type, "channel": rule.channel, "touchpoint": rule.touchpoint}


def _raw(choice: Choice | None) -> str:
    """A text as the row has it: it is trimmed and coded once per distinct value, not once per row."""
    if choice is None:
        return "null::varchar"
    if choice.literal is not None:
        return literal(choice.literal)
    return f"cast({_safe(choice.sql)} as varchar)"


def _instant(expression: str, kind: str, zone: str) -> tuple[str, str]:
    """SQL of an instant in microseconds UTC, and of whether its value is missing."""
    value = _safe(expression)
    missing = (
        f"coalesce(try((({expression}) is null)), false)"  # where it cannot be computed, there was something
    )
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"epoch_us({value})", missing
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        naive = f"cast({value} as timestamp)"
        moment = naive if zone == "UTC" else f"timezone({literal(zone)}, {naive})"
        return f"epoch_us({moment})", missing
    if kind in _NUMBERS or kind.startswith("DECIMAL"):
        return _epoch_number(f"cast({value} as double)"), missing
    text = f"trim(cast({value} as varchar))"
    return instant_of_text(text), f"({missing} or {text} = '')"


def instant_of_text(text: str) -> str:
    """SQL that reads an instant from text; naive times are of the session's time zone.

    ISO 8601 with `-` or `/`, a decimal comma, a space before the offset and a leap second (read as :59) included; digits alone are an epoch, whose
    unit shows in its size.
    """
    pointed = f"regexp_replace({text}, '(:\\d{{2}}),(\\d)', '\\1.\\2')"
    mended = f"regexp_replace(regexp_replace({pointed}, '(\\d{{2}}:\\d{{2}}):60(\\.\\d+)?', '\\1:59'), '\\s+([+-]\\d{{2}})', '\\1')"
    digits = f"case when regexp_full_match({text}, '\\d{{9,19}}') then {_epoch_number(f'cast({text} as double)')} end"
    return f"coalesce(epoch_us(try_cast({text} as timestamptz)), epoch_us(try_cast({mended} as timestamptz)), {digits})"


def _epoch_number(value: str) -> str:
    return (
        f"cast(case when abs({value}) < 1e11 then {value} * 1e6 when abs({value}) < 1e14 then {value} * 1e3 "
        f"when abs({value}) < 1e17 then {value} when abs({value}) < 1e19 then {value} / 1e3 end as bigint)"
    )


def _rank(name: str, priority: Sequence[str], order: Sequence[str]) -> tuple[bool, int, int]:
    """Claims come last, as they lead nobody."""
    place = priority.index(name) if name in priority else len(priority)
    return name.startswith(CLAIMED), place, order.index(name)


def _object_values(expression: str, kind: str) -> str:
    """Text of an object expression, null where there is none; of a list of them, the distinct texts."""
    value = _safe(expression)
    if not kind.endswith("]"):
        text = f"cast({value} as varchar)"
        return f"case when trim({text}) <> '' then nfc_normalize(trim({text})) end"
    trimmed = f"list_transform(cast({value} as varchar[]), lambda x: nfc_normalize(trim(x)))"
    return f"list_distinct(list_filter({trimmed}, lambda x: x <> ''))"


def _property(expression: str, kind: str, zone: str) -> str:  # noqa: PLR0911 - one case a kind
    """A property in the form it is kept: instants as UTC text, days as dates, numbers and flags as they are."""
    value = _safe(expression)
    if kind == "DATE":
        return f"strftime({value}, '%Y-%m-%d')"
    if kind.startswith("TIMESTAMP"):
        return _utc_text(_instant(expression, kind, zone)[0])
    if kind in {"FLOAT", "DOUBLE"}:
        return f"case when isfinite({value}) then {value} end"  # JSON has no other numbers
    if kind in {"BOOLEAN", *_NUMBERS}:
        return value
    if kind.startswith("DECIMAL"):
        return f"cast({value} as double)"
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "JSON")):
        return f"cast(to_json({value}) as varchar)"
    text = f"trim(cast({value} as varchar))"
    instant = _utc_text(instant_of_text(text))
    return f"case when regexp_full_match({text}, {literal(_INSTANT_TEXT)}) then coalesce({instant}, {text}) else nullif({text}, '') end"


def _utc_text(instant: str) -> str:
    return f"strftime(make_timestamp({instant}), '%Y-%m-%dT%H:%M:%S.%fZ')"


def _reason(rule: Rule) -> str:
    steps = [
        ("failed_condition", Refused.UNREADABLE_CONDITION),
        ("at_us is null and at_missing", Refused.MISSING_TIME),
        ("at_us is null", Refused.UNREADABLE_TIME),
        (f"at_us not between {_EARLIEST_US} and {_LATEST_US}", Refused.TIME_OUT_OF_RANGE),
    ]
    if rule.type.sql is not None:
        steps.append(("coalesce(trim(raw_type), '') = ''", Refused.MISSING_TYPE))
    if rule.message_id:
        steps.append(("message is null", Refused.MISSING_ID))
    if rule.weight:
        steps.append(("weight is null or not isfinite(weight) or weight < 0", Refused.UNREADABLE_WEIGHT))
    cases = " ".join(f"when {condition} then {literal(reason.value)}" for condition, reason in steps)
    return f"case {cases} end"


def _objects(objects: Mapping[str, bool], site: Site) -> str:
    """The objects of a signal as a list; null where it has none. `objects`: namespace to whether its values are lists."""

    def coded(name: str, value: str) -> str:
        return f"{{'namespace_id': {site.namespaces[name]}, 'object_id': {keyed_hash(site.key, literal(name), value)}}}"

    if not objects:
        return "null::struct(namespace_id integer, object_id bigint)[]"
    some = " or ".join(
        f"len({identifier(f'o_{name}')}) > 0" if is_list else f"{identifier(f'o_{name}')} is not null"
        for name, is_list in objects.items()
    )
    return f"case when {some} then {_gathered(objects, coded)} end"


def _object_pairs(objects: Mapping[str, bool], site: Site) -> str:
    """The objects of a signal in clear."""

    def told(name: str, value: str) -> str:
        return f"{{'namespace_id': {site.namespaces[name]}, 'namespace': {literal(name)}, 'value': {value}}}"

    if not objects:
        return "null::struct(namespace_id integer, namespace varchar, value varchar)[]"
    return _gathered(objects, told)


def _gathered(objects: Mapping[str, bool], say: Callable[[str, str], str]) -> str:
    """SQL of one list of what `say` makes of each namespace and value; single values need no list of their own."""
    columns = {name: identifier(f"o_{name}") for name in objects}
    singles = {
        name: f"case when {columns[name]} is not null then {say(name, columns[name])} end"
        for name, is_list in objects.items()
        if not is_list
    }
    if len(singles) == len(objects):
        return f"list_filter([{', '.join(singles.values())}], lambda x: x is not null)"
    parts = [
        f"case when {column} is not null then [{say(name, column)}] end"
        if name in singles
        else f"list_transform({column}, lambda x: {say(name, 'x')})"
        for name, column in columns.items()
    ]
    return f"flatten(list_filter([{', '.join(parts)}], lambda x: x is not null))"


def _properties(names: Sequence[str], text_names: Sequence[str]) -> str:
    if not names:
        return "null::varchar"
    values = ", ".join(
        f"{literal(name)}, "
        + (
            f"case when not {looks_personal(identifier(f'p_{name}'))} then {identifier(f'p_{name}')} end"
            if name in text_names
            else identifier(f"p_{name}")
        )
        for name in names
    )
    some = ", ".join(f"cast({identifier(f'p_{name}')} as varchar)" for name in names)
    return f"case when coalesce({some}) is not null then cast(json_object({values}) as varchar) end"


def _screened(text_names: Sequence[str]) -> str:
    if not text_names:
        return "null::struct(name varchar, value varchar)[]"
    parts = ", ".join(
        f"case when {looks_personal(identifier(f'p_{name}'))} then {{'name': {literal(name)}, 'value': {identifier(f'p_{name}')}}} end"
        for name in text_names
    )
    return f"list_filter([{parts}], lambda x: x is not null)"
