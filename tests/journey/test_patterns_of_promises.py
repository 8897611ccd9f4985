"""Which keys of a promise go together, and what is said where they do not."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from docs.schemas import faults
from parcours.journey.map import Promise, json_schema

Written = dict[str, Any]  # what YAML holds

PATTERNS: list[Written] = [
    {"after": "order.placed", "expect": "order.delivered", "between": ["slot_from", "slot_to"], "each": "parcel"},
    {"after": "order.placed", "of": "call.opened", "at_most": 0, "within": "30d"},
    {"after": "order.placed", "of": "call.opened", "at_most": 2, "until": "order.closed", "match": {"a": "a"}},
    {"whenever": "order.collected", "preceded_by": {"signal": "id.checked", "where": "valid = 1"}, "within": "1d"},
    {"whenever": "line.paid", "since": "price.shown", "match": {"product": "product"}, "same": {"price": "price"}},
    {"after": "return.received", "expect": "refund.paid", "within": "5d", "sum": {"amount": "amount"}},
    {"after": "repair.opened", "expect": "notice.sent", "every": "48h", "until": "repair.closed"},
    {"after": "order.placed", "expect": "order.ready", "within": "2h", "revised_by": "order.delayed"},
    {"after": "order.placed", "expect": "order.ready", "within": "2h", "contradicted_by": {"signal": "said"}},
    {"after": "order.placed", "never": "order.lost", "within": "2h", "only_for": {"where": "kind = 'gold'"}},
    {"measure": "queue.measured", "at_most": {"wait_s": 300}, "per": "store_hour"},
]  # fmt: skip

FAULTS: list[tuple[Written, str]] = [
    ({"after": "a", "expect": "b", "never": "c", "within": "1h"}, "write exactly one"),
    ({"after": "a"}, "write exactly one"),
    ({"after": "a", "expect": "b", "between": ["x", "y"], "within": "1h"}, "no deadline, or two"),
    ({"after": "a", "expect": "b", "between": ["x"]}, "between"),
    ({"after": "a", "expect": "b", "every": "1h"}, "`every` and `until` belong together"),
    ({"after": "a", "expect": "b", "within": "1h", "until": "c"}, "`every` and `until` belong together"),
    ({"after": "a", "expect": "b", "between": ["x", "y"], "sum": {"m": "m"}}, "`sum` needs one deadline"),
    ({"after": "a", "expect": "b", "within": "1h", "sum": {"m": "m", "n": "n"}}, "sum"),
    ({"after": "a", "expect": "b", "within": "1h", "sum": {"m": "m"}, "revised_by": "c"}, "`revised_by` moves one deadline"),
    ({"after": "a", "expect": "b", "within": "1h", "whenever": "c"}, "'whenever' does not belong to this pattern"),
    ({"after": "a", "never": "b", "within": "1h", "revised_by": "c"}, "'revised_by' does not belong"),
    ({"after": "a", "of": "b", "within": "1h"}, "write `at_most: 2`"),
    ({"after": "a", "of": "b", "at_most": {"x": 2}, "within": "1h"}, "write `at_most: 2`"),
    ({"after": "a", "of": "b", "at_most": -1, "within": "1h"}, "at_most"),
    ({"after": "a", "of": "b", "at_most": 2}, "`of` has no end, or two"),
    ({"of": "b", "at_most": 2, "within": "1h"}, "`of` has no `after`"),
    ({"after": "a", "measure": "b", "at_most": 2}, "write `at_most: {wait_s: 300}`"),
    ({"after": "a", "measure": "b", "at_most": {"x": 2}, "each": "parcel"}, "'each' does not belong"),
    ({"after": "a", "preceded_by": "b"}, "'after' does not belong"),
    ({"preceded_by": "b"}, "`preceded_by` has no `whenever`"),
    ({"since": "b", "same": {"x": "x"}}, "`since` has no `whenever`"),
    ({"whenever": "a", "since": "b"}, "`since` compares nothing"),
    ({"measure": "b", "at_most": {"x": 2}, "only_for": {"where": "x = 1"}}, "`only_for` asks the trigger"),
    ({"after": "a", "never": "b", "within": "1h", "only_for": {}}, "only_for"),
]  # fmt: skip


@pytest.mark.parametrize("written", PATTERNS, ids=str)
def test_patterns_are_read(written: Written) -> None:
    """Each pattern is accepted by the product and by the schema that editors read."""
    content = {"promise": "p", **written}
    schema = json_schema()

    assert Promise.model_validate(content).target.signal
    assert faults(content, schema["$defs"]["Promise"], schema) == []


@pytest.mark.parametrize(("written", "said"), FAULTS, ids=str)
def test_what_does_not_go_together_is_told(written: Written, said: str) -> None:
    """Nothing is ignored: what a pattern cannot mean is a fault that names the key, and what to write."""
    with pytest.raises(ValidationError) as found:
        Promise.model_validate({"promise": "p", **written})

    assert said in str(found.value)
