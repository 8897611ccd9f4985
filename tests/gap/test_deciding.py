"""Decisions on gaps: recorded once, never changed, and their effect told from what the rest did."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, update

from gap.saturdays import make_saturdays
from parcours.gap.deciding import Choice, Decision, State, UnreadableDecision, decide, read_decisions
from parcours.gap.deciding.effect import compare
from parcours.gap.deciding.log import read_budget, read_choice
from parcours.gap.finding import Share
from parcours.gap.when import When
from parcours.vault import open_vault
from parcours.vault.store import BrokenVault
from parcours.vault.tables import GAP_DECISION
from story.shop import parcours

if TYPE_CHECKING:
    from pathlib import Path

PLAN = Decision(
    decision_id=0,
    map="collect",
    promise="ready-in-2h",
    where=(("store", "lyon"),),
    when=When(days=(5, 5), hours=(14, 18)),
    choice=Choice.MEND,
    who="Ana",
    budget_minor=500_000,
    currency="EUR",
    due_on=date(2026, 12, 15),
    because="a second person",
    decided_on=date(2026, 11, 16),
    run_id=1,
    recorded_at=0,
    recorded_by="",
)


def test_a_decision_is_read_as_it_was_recorded(tmp_path: Path) -> None:
    """All of it, with who wrote it down and when; a later one follows it."""
    vault = open_vault(tmp_path)
    first, second = decide(vault, PLAN), decide(vault, replace(PLAN, choice=Choice.ACCEPT))
    found = read_decisions(vault)
    vault.close()
    assert [item.decision_id for item in found] == [first, second]
    assert replace(found[0], decision_id=0, recorded_at=0, recorded_by="") == PLAN
    assert found[0].recorded_by
    assert found[0].recorded_at > 1_700_000_000_000_000


def test_a_decision_is_never_changed(tmp_path: Path) -> None:
    """The database itself refuses."""
    vault = open_vault(tmp_path)
    decide(vault, PLAN)
    for statement in (update(GAP_DECISION).values(who="Bo"), delete(GAP_DECISION)):
        with pytest.raises(BrokenVault, match="only added"), vault.transaction() as connection:
            connection.execute(statement)
    assert [item.who for item in read_decisions(vault)] == ["Ana"]
    vault.close()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"due_on": date(2026, 11, 16)}, "not after 2026-11-16"),
        ({"who": " "}, "--who says nothing"),
        ({"because": ""}, "--because says nothing"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, changed: dict[str, object], said: str) -> None:
    """And nothing is recorded."""
    vault = open_vault(tmp_path)
    with pytest.raises(UnreadableDecision, match=said):
        decide(vault, replace(PLAN, **changed))  # type: ignore[arg-type]  # a table of cases
    assert read_decisions(vault) == []
    vault.close()


@pytest.mark.parametrize("text", ["", "a lot", "5000", "5000 euros", "-3 EUR", "EUR 5"])
def test_a_budget_is_an_amount_with_its_currency(text: str) -> None:
    """Anything else is said to be none."""
    with pytest.raises(UnreadableDecision):
        read_budget(text)


def test_a_choice_is_one_of_three() -> None:
    """However it is written."""
    assert read_choice(" Mend ") is Choice.MEND
    with pytest.raises(UnreadableDecision, match="'wait'"):
        read_choice("wait")


STEADY = Share.of(940, 60)


@pytest.mark.parametrize(
    ("before", "after", "rest_after", "is_due", "state", "forecast"),
    [
        ((70, 30), (95, 5), STEADY, True, State.BETTER, 0.70),
        ((70, 30), (40, 60), STEADY, True, State.WORSE, 0.70),
        ((70, 30), (75, 25), STEADY, True, State.NO_CHANGE, 0.70),
        # The rest rose by 20 points too, from 74 to 94 %: no merit of the decision.
        ((70, 30), (90, 10), STEADY, True, State.NO_CHANGE, 0.90),
        ((70, 30), (95, 5), STEADY, False, State.TOO_EARLY, 0.70),
        ((70, 30), (19, 0), STEADY, True, State.TOO_EARLY, 0.70),
        ((9, 10), (95, 5), STEADY, True, State.UNKNOWN, None),
    ],
)
def test_what_came_of_it_is_told_against_the_rest(
    before: tuple[int, int],
    after: tuple[int, int],
    rest_after: Share,
    is_due: bool,  # noqa: FBT001 - a table of cases
    state: State,
    forecast: float | None,
) -> None:
    """Better or worse beyond chance than before, moved as the rest moved; too early or unknown below twenty promises."""
    rest_before = Share.of(740, 260) if forecast == 0.90 else STEADY
    told = compare(Share.of(*before), Share.of(*after), rest_before, rest_after, is_due=is_due)
    assert told.state is state
    assert told.forecast == (None if forecast is None else pytest.approx(forecast))


def test_the_command_line_decides_and_tells_what_came_of_it(tmp_path: Path) -> None:
    """Lyon's Saturdays of the shop counted by hand: 21 March to 30 March is before; from 6 April on 3 of 15 are kept, one is not seen."""
    folder = make_saturdays(tmp_path / "shop")
    facts = ("--who", "Ana", "--because", "a second person", "--on", "2024-03-30", "--by", "2024-04-06")
    made = parcours(
        folder,
        "gap",
        "decide",
        "ready-in-2h",
        "mend",
        "--where",
        "store=lyon",
        "--days",
        "sat",
        *facts,
        "--budget",
        "5000 EUR",
    )
    assert (made.code, made.err) == (0, "")
    row = parcours(folder, "gap", "decisions", "--format", "json").json[0]
    assert (row["before"]["kept"], row["before"]["broken"]) == (20, 0)
    assert (row["after"]["kept"], row["after"]["broken"]) == (3, 12)
    assert (row["state"], row["due"], row["forecast"]) == ("too early", True, 1.0)
    gap = next(
        row for row in parcours(folder, "gaps", "--format", "json").json if row["promise"] == "ready-in-2h"
    )
    assert [item["who"] for item in gap["decisions"]] == ["Ana"]
    assert "too early" in parcours(folder, "gap", "decisions").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ready", "mend"), "no promise 'ready'"),
        (("ready-in-2h", "wait"), "'wait' is no decision"),
        (("ready-in-2h", "mend", "--where", "store=lyo"), "no store 'lyo'"),
        (("ready-in-2h", "mend", "--where", "planet=lyon"), "no attribute 'planet'"),
        (("ready-in-2h", "mend", "--budget", "much"), "'much' is no budget"),
        (("ready-in-2h", "mend", "--map", "returns"), "no map 'returns'"),
    ],
)
def test_what_cannot_be_decided_is_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, words: tuple[str, ...], said: str
) -> None:
    """With its fix, and exit 2."""
    folder = tmp_path_factory.getbasetemp() / "decided"
    if not folder.exists():
        make_saturdays(folder)
    answer = parcours(
        folder, "gap", "decide", *words, "--who", "Ana", "--by", "2099-01-01", "--because", "why"
    )
    assert answer.code == 2
    assert said in " ".join(answer.err.split())
