"""A map proposed from what was lived, on figures one can count."""

from __future__ import annotations

from io import StringIO

from ruamel.yaml import YAML

from parcours.journey.map import JourneyMap
from parcours.journey.mined.drafting import Profile, draft_map, draft_yaml, quoted

HOUR = 3_600.0
PLACES = (("web.checkout", 96), ("store.till: 4", 4))
LIVED = (
    Profile("order.placed", 100, 100, 2, 0, 0, 1, PLACES),
    Profile("order.paid", 100, 0, 0, 20, 30, 2),
    Profile("order.ready", 90, 0, 5, 2 * HOUR, 5 * HOUR, 3),
    Profile("order.collected", 85, 0, 70, 30 * HOUR, 60 * HOUR, 4),
    Profile("feedback.given", 20, 0, 18, 31 * HOUR, 70 * HOUR, 5),
    Profile("order.cancelled", 1, 0, 1, 3 * HOUR, 3 * HOUR, 3),
)


def test_steps_stages_and_ends_are_those_of_the_figures() -> None:
    """Paying is the beginning, two hours later another stage begins, 30 hours another one. Of 100 journeys 85 are collected: 70 end with it.

    What people say does not end a journey; what one in a hundred has is no step; what 20 of 100 have is optional.
    """
    draft = draft_map("orders", "order", LIVED, 100, owner="care", quiet_s=26 * HOUR)

    assert [(name, [step.step for step in steps]) for name, steps in draft.stages] == [
        ("order-placed", ["order-placed", "order-paid"]),
        ("order-ready", ["order-ready"]),
        ("order-collected", ["order-collected", "feedback-given"]),
    ]
    assert (draft.starts, draft.starts_share, draft.ends) == ("order.placed", 1.0, ("order.collected",))
    # Twice 26 hours are 2.2 days: three.
    assert draft.quiet_days == 3
    assert [step.step for _, steps in draft.stages for step in steps if step.is_optional] == [
        "feedback-given"
    ]
    assert draft.left_out == (("order.cancelled", 0.01),)
    # Four signals in a hundred are too few for a touchpoint.
    assert draft.stages[0][1][0].touchpoints == ("web.checkout",)


def test_the_file_reads_back_as_it_was_drawn() -> None:
    """Odd names are quoted, two types whose names are alike are told apart, and the file is a map."""
    odd = (
        Profile("A_CREATE: 'new' #1", 10, 10, 0, 0, 0, 1, (("at: home", 5),)),
        Profile("a-create-new-1", 10, 0, 10, 9, 9, 2),
        Profile("yes", 9, 0, 0, 5, 5, 2),
    )
    draft = draft_map("odd", "order", odd, 10, owner="care", quiet_s=None)
    read = JourneyMap.model_validate(YAML(typ="safe").load(StringIO(draft_yaml(draft))))

    assert [step.signal for step in read.steps] == ["A_CREATE: 'new' #1", "yes", "a-create-new-1"]
    assert [step.step for step in read.steps] == ["a-create-new-1", "yes", "a-create-new-1-2"]
    assert read.steps[0].touchpoints == ("at: home",)
    assert read.ends is not None
    assert read.ends.or_quiet_for == "1d"


def test_what_yaml_would_read_otherwise_is_quoted() -> None:
    """Numbers, yes and no, and signs of YAML stay texts."""
    texts = ["12", "no", "a: b", "it's", "-", "order.placed", "null", "1e3", "été"]

    assert YAML(typ="safe").load(StringIO(f"[{', '.join(quoted(text) for text in texts)}]")) == texts
