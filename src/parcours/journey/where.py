"""Conditions on signals: a closed grammar, parsed by sqlglot, checked against the catalogue, compiled to SQL.

Comparisons, boolean and arithmetic operators, `in`, `between`, `like`, `is null`; over properties, object namespaces, and the
words channel, touchpoint, source and type. Nothing else is accepted, so a map can carry no code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from parcours.kernel.document import closest
from parcours.lake import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

BUILT_IN = ("channel", "touchpoint", "source", "type")
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg)
_BOOLEAN = (exp.And, exp.Or, exp.Not, exp.Paren, exp.Boolean)
_ALLOWED = (
    *_COMPARISONS,
    *_ARITHMETIC,
    *_BOOLEAN,
    exp.In,
    exp.Between,
    exp.Like,
    exp.Is,
    exp.Null,
    exp.Literal,
    exp.Column,
    exp.Identifier,
    exp.Tuple,
)


@dataclass(frozen=True)
class Catalogue:
    """What conditions may speak of.

    Attributes:
        properties: Names that some mapping sets.
        namespaces: Namespaces of objects.
    """

    properties: Collection[str]
    namespaces: Collection[str]

    @property
    def words(self) -> set[str]:
        """Every name a condition may use."""
        return {*self.properties, *self.namespaces, *BUILT_IN}


class BadCondition(ValueError):
    """A condition outside the grammar; its text is `what; fix`."""


def parse_condition(text: str, catalogue: Catalogue) -> exp.Expr:
    """Parse and check a condition.

    Raises:
        BadCondition: It is no condition of the grammar, or speaks of an unknown name.
    """
    try:
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except sqlglot.errors.SqlglotError:
        raise BadCondition(
            f"the condition {text!r} cannot be read; write it like \"fulfilment = 'collect' and amount > 10\""
        ) from None
    for node in tree.walk():
        if not isinstance(node, _ALLOWED):
            raise BadCondition(
                f"the condition {text!r} uses {node.sql()!r}, which conditions may not; use comparisons, and, or, not, in, between, like, is null and arithmetic"
            )
        if isinstance(node, exp.Column) and (node.table or node.name not in catalogue.words):
            raise BadCondition(
                f"the condition speaks of {node.sql()!r}, which no source sets; {closest(node.name, catalogue.words)}"
            )
    if not isinstance(tree, (*_COMPARISONS, *_BOOLEAN, exp.In, exp.Between, exp.Like, exp.Is, exp.Column)):
        raise BadCondition(f"{text!r} is no condition; it must be true or false")
    return tree


def compile_condition(text: str, catalogue: Catalogue) -> str:
    """SQL of a condition over a relation with `properties`, the texts of BUILT_IN, and `object_NAMESPACE` columns.

    A comparison with a number compares numbers, also where a source sent them as text; anything else compares texts. A missing
    value makes a comparison not hold.
    """
    return _boolean(parse_condition(text, catalogue), catalogue)


def names_in(text: str, catalogue: Catalogue) -> set[str]:
    """Names that a condition speaks of."""
    return {column.name for column in parse_condition(text, catalogue).find_all(exp.Column)}


def property_text(name: str) -> str:
    """SQL of a property as text; null where it is missing."""
    path = '$."' + name + '"'
    return f"(properties ->> {literal(path)})"


def number_of(text: str) -> str:
    """SQL of a text as a finite number; null where it is none."""
    number = f"try_cast({text} as double)"
    return f"case when isfinite({number}) and not contains({text}, '_') then {number} end"


def _boolean(node: exp.Expr, catalogue: Catalogue) -> str:  # noqa: C901, PLR0911 - one case a node of the grammar
    if isinstance(node, exp.Paren):
        return f"({_boolean(node.this, catalogue)})"
    if isinstance(node, exp.Not):
        return f"(not {_boolean(node.this, catalogue)})"
    if isinstance(node, exp.And | exp.Or):
        word = "and" if isinstance(node, exp.And) else "or"
        return f"({_boolean(node.left, catalogue)} {word} {_boolean(node.right, catalogue)})"
    if isinstance(node, exp.Boolean):
        return node.sql(dialect="duckdb")
    if isinstance(node, exp.Column):
        return f"({_text(node, catalogue)} = 'true')"
    if isinstance(node, exp.Is):
        return f"({_text(node.this, catalogue)} is null)"
    if isinstance(node, exp.Like):
        return f"({_text(node.this, catalogue)} like {_text(node.expression, catalogue)})"
    if isinstance(node, exp.In):
        side = _side([node.this, *node.expressions])
        values = ", ".join(side(value, catalogue) for value in node.expressions)
        found = f"({side(node.this, catalogue)} in ({values}))"
        return _decided(found, node, catalogue) if side is _number else found
    if isinstance(node, exp.Between):
        parts = [node.this, node.args["low"], node.args["high"]]
        side = _side(parts)
        value, low, high = (side(part, catalogue) for part in parts)
        found = f"({value} between {low} and {high})"
        return _decided(found, node, catalogue) if side is _number else found
    if isinstance(node, _COMPARISONS):
        side = _side([node.left, node.right])
        sign = {exp.EQ: "=", exp.NEQ: "<>", exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<="}[
            type(node)
        ]
        found = f"({side(node.left, catalogue)} {sign} {side(node.right, catalogue)})"
        if side is _number:
            return _decided(found, node, catalogue)
        if isinstance(node.left.unnest(), exp.Column) and isinstance(node.right.unnest(), exp.Column):
            return (
                f"coalesce({_number(node.left, catalogue)} {sign} {_number(node.right, catalogue)}, {found})"
            )
        return found
    raise BadCondition(f"{node.sql()!r} is neither true nor false; compare it with something")


def _decided(comparison: str, node: exp.Expr, catalogue: Catalogue) -> str:
    """A comparison of numbers with its answer where a text is no number: it differs from all, is neither smaller nor greater."""
    names = dict.fromkeys(_text(column, catalogue) for column in node.find_all(exp.Column))
    present = " and ".join(f"{name} is not null" for name in names)
    if not names:
        return comparison
    otherwise = "true" if isinstance(node, exp.NEQ) else "false"
    return f"coalesce({comparison}, case when {present} then {otherwise} end)"


def _side(nodes: Sequence[exp.Expr]) -> Callable[[exp.Expr, Catalogue], str]:
    numeric = any(
        isinstance(part, _ARITHMETIC) or (isinstance(part, exp.Literal) and not part.is_string)
        for node in nodes
        for part in node.walk()
    )
    return _number if numeric else _text


def _number(node: exp.Expr, catalogue: Catalogue) -> str:
    if isinstance(node, exp.Paren):
        return f"({_number(node.this, catalogue)})"
    if isinstance(node, exp.Neg):
        return f"(- {_number(node.this, catalogue)})"
    if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div):
        sign = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}[type(node)]
        return f"({_number(node.left, catalogue)} {sign} {_number(node.right, catalogue)})"
    if isinstance(node, exp.Column):
        return f"({number_of(_text(node, catalogue))})"
    return f"try_cast({_text(node, catalogue)} as double)"


def _text(node: exp.Expr, catalogue: Catalogue) -> str:
    if isinstance(node, exp.Paren):
        return _text(node.this, catalogue)
    if isinstance(node, exp.Literal):
        return literal(node.this)
    if isinstance(node, exp.Boolean):
        return "'true'" if node.this else "'false'"
    if isinstance(node, exp.Null):
        return "null"
    if isinstance(node, exp.Column):
        if node.name in catalogue.properties:
            return property_text(node.name)
        return identifier(f"word_{node.name}")
    raise BadCondition(f"{node.sql()!r} cannot be compared; use a name, a text or a number")
