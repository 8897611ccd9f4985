"""The closed grammar of conditions: what it takes, what it refuses, what it means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from parcours.journey.where import BadCondition, Catalogue, compile_condition, names_in, parse_condition
from parcours.lake import literal, open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.lake import Engine

CATALOGUE = Catalogue({"kind", "qty", "rebate", "is new", "express"}, {"order"})


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine."""
    opened = open_engine(tmp_path_factory.mktemp("engine") / "spill", "1GB", 1)
    yield opened
    opened.close()


def holds(engine: Engine, condition: str, **properties: object) -> bool:
    """Whether a condition holds of a signal of channel web and order `o'1`, with these properties."""
    compiled = compile_condition(condition, CATALOGUE)
    return bool(
        engine.value(f"""
            select coalesce({compiled}, false)
            from (select {literal(json.dumps(properties))} as properties, 'web' as word_channel, 'o''1' as word_order,
                         null::varchar as word_touchpoint)""")
    )


@pytest.mark.parametrize(
    "condition",
    [
        "kind = 'x'",
        "kind <> 'x' and not (qty > 3 or qty < -1)",
        "qty in (1, 2, 3)",
        "kind not in ('x', 'y')",
        "qty between 1 and 2.5",
        "kind like 'st%'",
        "kind is null",
        "kind is not null",
        "qty * 2 + rebate - 1 >= 4 / 2",
        "\"is new\" = 'yes'",
        "express",
        "not express",
        "channel = 'web' and source = 's' and type = 't' and touchpoint is not null",
        "order = 'o'",
        "true",
    ],
)
def test_the_grammar_takes(condition: str) -> None:
    """Comparisons, boolean and arithmetic operators, in, between, like and is null."""
    parse_condition(condition, CATALOGUE)
    compile_condition(condition, CATALOGUE)


@pytest.mark.parametrize(
    "condition",
    [
        "",
        "kind =",
        "kind = 'x'; drop table seen",
        "lower(kind) = 'x'",
        "kind = (select 'x')",
        "kind in (select 'x')",
        "exists (select 1)",
        "cast(qty as int) = 1",
        "qty::int = 1",
        "case when true then true end",
        "kind || 'y' = 'xy'",
        "kind ~ 'x'",
        "kind ilike 'x'",
        "read_csv('/etc/passwd') is null",
        "seen.kind = 'x'",
        "qty + 1",
        "'x'",
        "1",
        "colour = 'x'",
        "kind = $1",
        "kind = ?",
        "* = 1",
        "qty % 2 = 1",
    ],
)
def test_the_grammar_refuses(condition: str) -> None:
    """Functions, subqueries, casts, unknown names, and what is neither true nor false."""
    with pytest.raises(BadCondition):
        compile_condition(condition, CATALOGUE)


def test_a_comment_is_not_compiled() -> None:
    """What a condition says beside itself goes nowhere."""
    assert "drop" not in compile_condition("kind = 'x' -- ); drop table seen", CATALOGUE)


def test_an_unknown_name_is_told_with_its_nearest() -> None:
    """The fix names what was meant."""
    with pytest.raises(BadCondition, match="kind"):
        parse_condition("knd = 'x'", CATALOGUE)


def test_the_names_of_a_condition_are_known() -> None:
    """Properties and words alike."""
    assert names_in("kind = 'x' and (qty > 1 or channel = 'web')", CATALOGUE) == {"kind", "qty", "channel"}


@pytest.mark.parametrize(
    ("condition", "properties", "expected"),
    [
        # 10 is more than 9 as a number and less as a text.
        ("qty > 9", {"qty": "10"}, True),
        ("qty > 9", {"qty": 10}, True),
        ("qty > '9'", {"qty": "10"}, False),
        ("qty = 2", {"qty": "2.0"}, True),
        ("qty = '2'", {"qty": "2.0"}, False),
        ("qty = -1", {"qty": "-1"}, True),
        ("qty in (1, 2)", {"qty": "2.0"}, True),
        ("qty in ('1', '2')", {"qty": "2.0"}, False),
        ("qty between 9 and 11", {"qty": "10"}, True),
        ("qty + rebate = 3", {"qty": "1", "rebate": 2}, True),
        ("qty - 1 - 1 = 1", {"qty": "3"}, True),
        ("qty * (1 + 1) = 6", {"qty": "3"}, True),
        ("rebate > qty", {"qty": "9", "rebate": "10"}, True),
        ("rebate > qty", {"qty": "b", "rebate": "10"}, False),
        ("rebate = qty", {"qty": "2", "rebate": "2.0"}, True),
        ("rebate <> qty", {"qty": "x", "rebate": "x"}, False),
        ("rebate > qty + 0", {"qty": "9", "rebate": "10"}, True),
    ],
)
def test_a_number_makes_a_comparison_one_of_numbers(
    engine: Engine, condition: str, properties: dict[str, object], *, expected: bool
) -> None:
    """Also where a source sent a text; without a number or arithmetic, texts are compared."""
    assert holds(engine, condition, **properties) is expected


@pytest.mark.parametrize("text", ["n/a", "nan", "inf", "1e999", "1_0", "", "10 pieces"])
def test_a_text_that_is_no_number_differs_from_all(engine: Engine, text: str) -> None:
    """It is neither smaller nor greater, nor equal, nor in a list or a range."""
    assert holds(engine, "qty != 10", qty=text)
    assert holds(engine, "not (qty = 10)", qty=text)
    assert holds(engine, "qty not in (10, 11)", qty=text)
    for condition in ("qty = 10", "qty > 10", "qty <= 10", "qty in (10)", "qty between 0 and 99"):
        assert not holds(engine, condition, qty=text)


@pytest.mark.parametrize(
    "condition",
    [
        "kind = 'x'",
        "kind <> 'x'",
        "not (kind = 'x')",
        "kind in ('x')",
        "kind not in ('x')",
        "not (kind like 'x')",
        "qty < 1",
        "qty != 1",
        "not (qty = 1)",
        "qty not in (1)",
        "not express",
        "kind = rebate",
        "kind is not null",
        "touchpoint = 'x'",
    ],
)
def test_a_comparison_with_what_is_missing_does_not_hold(engine: Engine, condition: str) -> None:
    """Neither does its `not`; a null in JSON is missing too."""
    assert not holds(engine, condition)
    assert not holds(engine, condition, kind=None, qty=None, express=None)


def test_missing_can_be_asked_for(engine: Engine) -> None:
    """`is null` is how; an empty text is there."""
    assert holds(engine, "kind is null")
    assert holds(engine, "kind is null or kind = 'x'")
    assert not holds(engine, "kind is null", kind="")
    assert holds(engine, "kind is not null", kind="NA")


def test_quotes_are_text(engine: Engine) -> None:
    """In constants, in values and in names."""
    assert holds(engine, "kind = 'it''s'", kind="it's")
    assert holds(engine, "order = 'o''1'")
    assert holds(engine, "kind = 'say \"no\"'", kind='say "no"')
    assert holds(engine, "\"is new\" = 'yes'", **{"is new": "yes"})
    assert not holds(engine, "kind = ''' or true or '''", kind="x")


def test_and_or_not_bind_as_in_sql(engine: Engine) -> None:
    """`not` before `and` before `or`."""
    assert holds(engine, "kind = 'x' or kind = 'y' and qty = 1", kind="x", qty=2)
    assert not holds(engine, "(kind = 'x' or kind = 'y') and qty = 1", kind="x", qty=2)
    assert holds(engine, "not kind = 'x' and qty = 2", kind="y", qty=2)


def test_a_flag_is_a_condition(engine: Engine) -> None:
    """True as JSON or as text; anything else is not."""
    assert holds(engine, "express", express=True)
    assert holds(engine, "express", express="true")
    assert holds(engine, "not express", express=False)
    assert holds(engine, "express = true", express=True)
    assert not holds(engine, "express", express="yes")


def test_words_of_the_signal_can_be_asked(engine: Engine) -> None:
    """Channel, touchpoint, source, type and objects stand beside properties."""
    assert holds(engine, "channel = 'web' and channel like 'w%' and channel in ('web', 'app')")
    assert holds(engine, "touchpoint is null")
