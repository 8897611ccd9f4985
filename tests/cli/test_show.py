"""What people read in a terminal: aligned, whole, and saying in words what it cannot show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len

from parcours.cli.show.coverage import REASONS, coverage_lines
from parcours.cli.show.drawing import LENGTH, axis_head, axis_start, last_weeks, sparks, whisker
from parcours.cli.show.gaps import gap_lines
from parcours.cli.show.journeys import graph_lines, map_lines, variant_lines
from parcours.cli.show.person import person_lines
from parcours.cli.show.run import run_lines
from parcours.cli.show.side_by_side import pair_lines
from parcours.cli.show.tables import bar, lapse, note, share, sheet
from parcours.gap.loop import RunReport, Stage
from parcours.signal.compiling import Refused
from parcours.ui import speak

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = dict[str, Any]  # as results answer it


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty columns."""
    monkeypatch.setenv("COLUMNS", "40")


def gap(kept: int, broken: int, unobservable: int = 0, **more: object) -> Row:
    """A gap row; its interval, which these tests do not check, is five points wide on both sides."""
    judged = kept + broken
    ratio = kept / judged if judged else None
    figures = {
        "kept": kept,
        "broken": broken,
        "unobservable": unobservable,
        "kept_ratio": ratio,
        "low": None if not judged and not unobservable else max(0.0, (ratio or 0.0) - 0.05),
        "high": None if not judged and not unobservable else 1.0 if ratio is None else min(1.0, ratio + 0.05),
    }
    said = {verdict: {"scores": 0, "score_mean": None} for verdict in ("kept", "broken")}
    return {
        "map": "collect",
        "promise": "ready",
        "says": "Ready in two hours",
        "slice": {},
        "period": None,
        "pending": 0,
        "waived": 0,
        "contested": 0,
        "owner": None,
        "goal": None,
        "said": said,
        **figures,
        "population": figures,
        "sampling": {"low": 0.4, "high": 0.6} if judged else {"low": None, "high": None},
        "observability": {"low": 0.2, "high": 0.7},
        **more,
    }


def text(lines: Iterable[object]) -> str:
    """Lines as one text."""
    return "\n".join(str(line) for line in lines)


def gaps_text(rows: list[Row], promise: str | None = None, slice_by: str | None = None) -> str:
    """What `parcours gaps` prints."""
    return text(gap_lines(rows, [], promise=promise, slice_by=slice_by, limit=20, at=""))


# Tables -----------------------------------------------------------------------------------------------------


def test_columns_line_up_after_wide_characters() -> None:
    """A character that takes two cells pushes nothing out of line."""
    lines = [str(line) for line in sheet(["store", ">kept"], [["東京", "9"], ["Lyon", "10"]])]

    assert [cell_len(line) for line in lines] == [11, 11, 11]  # `store` and its gap are 7, `kept` is 4
    assert lines[1] == f"東京{' ' * 6}9"


@pytest.mark.usefixtures("narrow")
def test_what_does_not_fit_beside_goes_below_with_its_name() -> None:
    """A narrow terminal loses no cell; the first to go is the first named."""
    row = ["ready-in-two-hours", "94%", "Ready in two hours"]
    lines = text(sheet(["promise", ">kept", "says"], [row], below={"says": "says"}))

    assert lines.splitlines() == [
        "promise             kept",
        "ready-in-two-hours   94%",
        "    says Ready in two hours",
    ]


@pytest.mark.usefixtures("narrow")
def test_long_text_is_folded_between_words() -> None:
    """Every word of a path is there, and no line is wider than the terminal."""
    path = "pay → ready → desk → hand-over → opinion → question"
    lines = [str(line) for line in sheet([">times", "path"], [["12", path]], folds="path")]

    assert max(len(line) for line in lines) <= 40
    assert " ".join(" ".join(lines[1:]).split()) == f"12 {path}"


def test_in_a_pipe_a_row_is_one_line_however_long() -> None:
    """Whoever counts or searches lines finds each row once."""
    lines = [str(line) for line in sheet(["what"], [["word " * 100]], below={"what": ""}, folds="what")]

    assert lines[1:] == [("word " * 100).rstrip()]


def test_data_is_shown_and_never_obeyed() -> None:
    """Escape sequences and line breaks in what a customer wrote reach no terminal."""
    lines = text(sheet(["said"], [["\x1b[2Jgone\r\nnew\u202eline [bold]x[/bold]"]]))

    assert not [sign for sign in lines.replace("\n", "") if not sign.isprintable()]
    assert "[bold]x[/bold]" in lines
    assert lines.count("\n") == 1


def test_columns_that_say_nothing_are_left_out() -> None:
    """Neither empty cells nor points make a column."""
    assert text(sheet(["a", ">b", "c"], [["x", "·", ""]])) == "a\nx"
    assert list(sheet(["a"], [])) == []
    assert list(note("", "·")) == []


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (None, ""),
        (45, "45 s"),
        (780, "13 min"),
        (7_980, "2 h 13"),
        (86_399, "1 d"),  # 24 h 00 to the minute
        (532_800, "6 d 4 h"),
        (24 * 86_400 + 3_600, "24 d"),
    ],
)
def test_waits_are_told_in_two_units(seconds: float | None, told: str) -> None:
    """Nobody reads 7,980 seconds."""
    assert lapse(seconds) == told


def test_a_share_is_never_rounded_to_all_or_none() -> None:
    """One broken promise of ten thousand is one."""
    assert [share(ratio) for ratio in (1.0, 0.9999, 0.5, 0.0001, 0.0, None)] == [
        *("100.0%", "99.9%", "50.0%", "0.1%", "0.0%", "-"),
    ]


def test_a_bar_shows_what_is_there_at_all() -> None:
    """A thousandth of the time still has a mark, nothing has none."""
    assert bar(0.001, 10) == "▏"
    assert bar(0, 10) == ""
    assert bar(0.55, 10) == "█████▌"


# Drawn figures ----------------------------------------------------------------------------------------------


def test_interval_share_and_goal_stand_where_the_scale_says() -> None:
    """On a scale from 81 % to 100 % each of 20 characters is one point: 85 to 95 %, 90 % kept, goal 97 %."""
    drawn = str(whisker(gap(90, 10, goal=0.97), 0.81))

    assert drawn == "    ├────●────┤ ◇   "
    assert len(drawn) == len(axis_head(0.81)) == LENGTH


def test_an_interval_that_begins_left_of_the_scale_says_so() -> None:
    """Small slices do not stretch the scale of all others, nor seem surer than they are."""
    assert str(whisker(gap(90, 10), 0.905)).startswith("◂")


def test_the_scale_holds_every_share_and_goal() -> None:
    """It begins at the tenth below the lowest of them."""
    assert axis_start([gap(94, 6, goal=0.65)]) == pytest.approx(0.6)
    assert axis_start([gap(100, 0)]) == pytest.approx(0.9)
    assert axis_start([gap(0, 0, 3)]) == 0


def test_weeks_without_a_row_keep_their_place() -> None:
    """2026 has 53 ISO weeks; a week nobody could see is `?`, one without anything to judge is `·`."""
    rows = [gap(1, 0, period="2026-W52"), gap(0, 0, 4, period="2026-W53"), gap(1, 1, period="2027-W02")]
    weeks = last_weeks(rows)

    assert weeks == ["2026-W52", "2026-W53", "2027-W01", "2027-W02"]
    assert str(sparks(rows, weeks, 0.5)) == "█?·▁"


def test_weeks_use_the_scale_of_the_intervals() -> None:
    """From 80 to 100 % in eight marks: 90 % is half-way, just under 100 % is not the highest."""
    rows = [gap(90, 10, period="2026-W37"), gap(999, 1, period="2026-W38"), gap(1, 9, period="2026-W39")]

    assert str(sparks(rows, last_weeks(rows), 0.8)) == "▄▇▁"


# Gaps -------------------------------------------------------------------------------------------------------


def test_missed_goals_come_first_and_are_marked_in_words_too() -> None:
    """A promise broken more often but without a goal comes after one that misses its goal for sure."""
    rows = [gap(500, 500, promise="loud"), gap(90, 10, promise="aimed", goal=0.97)]
    lines = gaps_text(rows).splitlines()

    assert [line.split()[0] for line in lines[1:3]] == ["aimed", "loud"]
    assert "✗ 97.0%" in lines[1]
    assert "next: parcours gaps --promise aimed" in lines[-1]


def test_a_goal_the_interval_holds_is_open() -> None:
    """What may still be reached or missed is neither."""
    assert "○ 92.0%" in gaps_text([gap(90, 10, goal=0.92)])
    assert "✓ 80.0%" in gaps_text([gap(90, 10, goal=0.80)])


def test_where_nothing_could_be_observed_no_share_is_claimed() -> None:
    """There is an interval, and no point in it."""
    line = gaps_text([gap(0, 0, 12)]).splitlines()[1]

    assert "●" not in line
    assert "├" in line
    assert " 12" in line
    assert "0.0% to 100.0%" in line


def test_without_promises_it_says_what_to_write() -> None:
    """An empty table would leave the reader alone."""
    assert "maps/*.yaml" in gaps_text([])


SLICES = [
    gap(900, 100),
    gap(50, 50, slice={"store": "Lyon"}),
    gap(850, 50, slice={"store": "Paris"}),
    gap(300, 34, slice={"channel": "web"}),
    gap(600, 66, slice={"channel": "app"}),
    gap(0, 0, 9, slice={"store": "Nice"}),
]


def test_a_promise_shows_the_slice_that_tells_most_and_names_the_others() -> None:
    """Half of Lyon is broken and a twentieth elsewhere; channels do not differ, so they get a line."""
    told = gaps_text(SLICES, promise="ready")

    assert "ready by store" in told
    assert "ready by channel" not in told
    assert "by channel: web" in told
    assert "--slice channel" in told
    assert "✗ surely worse" in next(line for line in told.splitlines() if line.startswith("Lyon"))
    assert "only not observable: Nice (9)" in told
    assert "--where store=Lyon" in told


def test_without_a_promise_no_slice_is_printed() -> None:
    """The worst place is a word in the promise's own row."""
    told = gaps_text(SLICES)

    assert "Lyon 50.0%" in told
    assert "ready by" not in told
    assert "ready by channel" in gaps_text(SLICES, slice_by="channel")


# The rest ---------------------------------------------------------------------------------------------------


def report(**more: object) -> RunReport:
    """A run that imported ten signals."""
    facts: Row = {"received": 10, "accepted": 10, "refused": {}, "people": 3, "journeys": 4, "verdicts": 5}
    stages = [Stage("import", 3.0, 10), Stage("gaps", 1.0, 2)]
    return RunReport(run_id=1, as_of=0, stages=stages, **{**facts, **more})


def test_a_run_says_where_time_went_and_what_it_found() -> None:
    """Three quarters of the time were spent on import; the worst slice is named."""
    told = text(run_lines(report(), SLICES, None, " -w shop"))

    assert re.search(r"import +3\.00 +10 +█{15} +75%", told)
    assert "Ready in two hours: kept 90.0% (85.0% to 95.0%); worst: Lyon at 50.0% (45.0% to 55.0%)" in told
    assert told.endswith("next: parcours gaps -w shop")


def test_a_run_says_why_signals_were_refused_and_where_to_look() -> None:
    """A reason's name alone is a riddle."""
    told = text(run_lines(report(accepted=8, refused={"missing_time": 2}), [], None, ""))

    assert "8 of 10 signals accepted" in told
    assert "2 refused: 2 missing_time (there is no time); where: parcours coverage" in told


def test_a_run_without_maps_points_to_journeys() -> None:
    """Signals alone have something to show."""
    told = text(run_lines(report(journeys=0, verdicts=0), [], "order", ""))

    assert "next: parcours journeys graph --per order" in told


def test_a_run_where_nothing_could_be_seen_claims_nothing() -> None:
    """No share is made of promises that nobody could verify."""
    told = text(run_lines(report(), [gap(0, 0, 7)], None, ""))

    assert "nobody can say, all 7 are not observable" in told


def test_a_run_with_nothing_to_do_says_so() -> None:
    """Seconds of stages that had no work are no news."""
    told = text(run_lines(report(is_news=False), [], None, ""))

    assert told.startswith("nothing new")
    assert "seconds" not in told


def test_every_reason_is_told_in_words() -> None:
    """A reason added to the import is explained here too."""
    assert set(REASONS) == {reason.value for reason in Refused}


def source(name: str, first: str | None, last: str | None, **more: object) -> Row:
    """A source's row."""
    counts = {"signals": 1, "files": 1, "received": 1, "refused": {}, "types": ["a.b"]}
    state: Row = {
        "state": "heard" if last else "never",
        "quiet_since": None,
        "tells_within_h": None,
        "deaf": [],
    }
    return {"source": name, "first_at": first, "last_at": last, **counts, **state, **more}


def test_an_opened_share_tells_what_its_interval_is_made_of() -> None:
    """Chance and silence apart; where nobody was deaf, that is said."""
    told = gaps_text([gap(8, 2, 10)], promise="ready")
    clear = gaps_text([gap(8, 2, 0)], promise="ready")

    assert "sampling interval 40.0% to 60.0%: chance alone, 10 judged" in told
    assert "observability interval 20.0% to 70.0%: all 10 not observable broken, or all kept" in told
    assert "observability interval: nothing is hidden" in clear
    assert "sampling interval" not in gaps_text([gap(8, 2, 10)])


def test_a_silent_source_is_told_in_words() -> None:
    """A till that fell silent half-way has half a line, and says since how long."""
    rows = [
        source("oms", "2026-09-01T00:00:00+02:00", "2026-10-03T00:00:00+02:00"),
        source(
            "till",
            "2026-09-01T00:00:00+02:00",
            "2026-09-17T00:00:00+02:00",
            state="quiet",
            quiet_since="2026-09-17T00:00:00+02:00",
        ),
        source("kiosk", None, None),
    ]
    oms, till, kiosk = text(coverage_lines(rows, [])).splitlines()[1:4]

    assert "━" * 32 in oms
    assert "to the end" in oms
    assert re.search(r" ━{17}░{15}  ✗ silent for 16 d", till)  # 16 of 32 days: characters 0 to 16
    assert "✗ never heard" in kiosk


def test_a_deaf_time_is_drawn_and_told_and_so_is_what_it_hides() -> None:
    """Deaf everywhere from the 9th to the 11th of 32 days: characters 8 to 10; a store that was deaf is named, patience is told."""
    deaf: list[Row] = [
        {
            "place": None,
            "since": "2026-09-09T00:00:00+02:00",
            "until": "2026-09-11T00:00:00+02:00",
            "hours": 48.0,
            "type": None,
            "heard": 0.0,
        },
        {
            "place": "Lille",
            "since": "2026-09-20T00:00:00+02:00",
            "until": "2026-09-21T00:00:00+02:00",
            "hours": 24.0,
            "type": None,
            "heard": 0.0,
        },
    ]
    ends = ("2026-09-01T00:00:00+02:00", "2026-10-02T00:00:00+02:00")
    gap = {"what": "till", "map": None, "promises": ["collect/ready"], "verdicts": 12, "journeys": 9}
    times = {"since": deaf[1]["since"], "until": deaf[1]["until"], "type": None}
    lived: Row = {
        "place": None,
        "type": None,
        "since": None,
        "until": None,
        "promises": [],
        "verdicts": 0,
        "journeys": 224,
    }
    gaps = [
        {"kind": "deaf_place", "place": "Lille", **times, **gap},
        {"kind": "unknown_touchpoint", "what": "store.locker", "map": "collect", **lived},
    ]
    told = text(coverage_lines([source("till", *ends, deaf=deaf, tells_within_h=6.7)], gaps))

    assert "━" * 8 + "▞" * 3 + "━" * 21 in told
    assert "✗ deaf for 2 d, ✗ deaf at Lille" in told
    assert "6 h 42" in told
    deaf[0]["heard"], deaf[1]["type"], deaf[1]["place"] = 7.0, "sale.paid", None
    thin = text(coverage_lines([source("till", *ends, deaf=deaf)], []))
    assert "✗ far too few for 2 d, ✗ without sale.paid" in thin
    assert re.search(
        r"✗ deaf there +till · Lille +2026-09-20 00:00 to 2026-09-21 00:00, 1 d +12 not observable", told
    )
    assert re.search(r"◌ lived, on no map +store.locker +224 journeys +collect", told)


def test_nothing_to_show_is_said() -> None:
    """No command answers with an empty screen."""
    for lines in (graph_lines([], 5), variant_lines([], 5), map_lines([])):
        assert text(lines).startswith("no ")


def test_a_story_weaves_promises_in_where_they_fell_due() -> None:
    """Broken at its deadline, between the order and the counter; and how long people waited."""
    place = {"touchpoint": None, "channel": "web", "source": "oms", "file": "a.csv", "row": 1}
    said = {"objects": ["order:A1"], "properties": {"score": 0, "kind": "ready"}, "text": "  Not\nready "}
    found = {
        "person": "00ff",
        "identifiers": [],
        "signals": [
            {"at": "2026-10-10T14:07:22+02:00", "type": "order.placed", **place, **said},
            {"at": "2026-10-10T18:46:27+02:00", "type": "order.ready", **place, **said},
        ],
        "verdicts": [
            {
                "promise": "ready-in-2h",
                "says": "Ready in two hours",
                "unit": "A1",
                "verdict": "broken",
                "triggered_at": "2026-10-10T14:07:22+02:00",
                "deadline_at": "2026-10-10T16:07:22+02:00",
                "target_at": "2026-10-10T18:46:27+02:00",
            }
        ],
    }
    lines = [" ".join(str(line).split()) for line in person_lines(found)]

    assert lines[1] == "known as no identifier"
    assert "score 0 “Not ready” web order:A1" in lines[5]
    assert lines[6:9] == [
        "2 h 00 later",
        "2026-10-10 16:07 ✗ promise broken Ready in two hours: not by then, but at 18:46, 2 h 39 late ready-in-2h A1",
        "2 h 39 later",
    ]


# Two side by side -------------------------------------------------------------------------------------------


def test_a_waterfall_goes_from_sum_to_sum() -> None:
    """-4 bits, then +8: on forty characters from -4 to +4, nought is at the twenty-first, both marks at the ends."""
    steps = [
        {"comparison": "any two records", "level": "", "bits": -4.0, "total": -4.0},
        {"comparison": "phone", "level": "nothing to compare", "bits": 0.0, "total": -4.0},
        {"comparison": "family_name", "level": "same", "bits": 8.0, "total": 4.0},
    ]
    pair = {
        "item": "0" * 16,
        "from": "customer:1",
        "to": "customer:2",
        "decision": "merge",
        "bits": 4.0,
        "probability": 16 / 17,
        "steps": steps,
    }
    found = {
        **dict.fromkeys(("person", "other_person"), "0" * 16),
        "one": True,
        "from": "customer:1",
        "to": "customer:2",
        "told": [],
        "path": [],
        "waiting": [],
        "thresholds": {
            "merge": {"probability": 16 / 17, "bits": 4.0},
            "review": {"probability": 1 / 17, "bits": -4.0},
        },
        "pairs": [pair],
    }
    lines = [str(line) for line in pair_lines(found, speak("en"), "")]
    bars = [line[-40:] for line in lines if line.startswith(("any", "family", "together"))]

    assert [bar.strip() for bar in bars] == [
        "◀" + "▒" * 20 + " " * 18 + "┃",
        "█" * 39 + "▶",
        "┊" + " " * 38 + "◆",
    ]
    assert "nothing to compare: phone number" in lines
    assert "together         94.1%  +4.0" in text(lines)
