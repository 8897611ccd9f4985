"""The command line keeps its contract (design, section 12), and the template tells its story through it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import typer.main

from cli.given import Answer, call
from parcours.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAP = "click-and-collect"
VERDICTS = {"kept", "broken", "pending", "unobservable", "waived", "contested"}

# Every command that reads a run, with arguments that answer something.
READERS = {
    "check": ("check",),
    "gaps": ("gaps",),
    "gaps of a slice": ("gaps", "--promise", "ready-in-2h", "--slice", "store"),
    "verdicts": ("verdicts", "--promise", "ready-in-2h", "--verdict", "broken", "--where", "store=Lyon"),
    "coverage": ("coverage",),
    "person": ("person", "customer:C1407"),
    "status": ("status",),
    "graph": ("journeys", "graph", "--map", MAP),
    "graph by type": ("journeys", "graph", "--map", MAP, "--by", "type"),
    "graph per order": ("journeys", "graph", "--per", "order"),
    "graph per person": ("journeys", "graph", "--per", "person", "--quiet", "7d"),
    "variants": ("journeys", "variants", "--map", MAP),
    "variants per ticket": ("journeys", "variants", "--per", "ticket"),
    "measures": ("journeys", "measures", "--map", MAP),
    "measures by outcome": ("journeys", "measures", "--map", MAP, "--by", "outcome"),
    "mixed": ("journeys", "mixed"),
    "stores": ("journeys", "stores", "--look-back", "7d"),
    "simple graph": ("journeys", "graph", "--map", MAP, "--cover", "0.8"),
    "matrix": ("journeys", "matrix", "--map", MAP, "--anchor", "hand-over"),
    "funnel": ("journeys", "funnel", "--map", MAP),
    "funnel of types": ("journeys", "funnel", "--per", "order", "--steps", "order.placed,order.collected"),
    "loops": ("journeys", "loops", "--per", "person"),
    "diff": ("journeys", "diff", "--map", MAP, "--promise", "ready-in-2h"),
    "diff of periods": ("journeys", "diff", "--per", "order", "--since", "2026-10-01"),
    "representative": ("journeys", "representative", "--map", MAP),
    "representative of types": ("journeys", "representative", "--per", "ticket", "--within", "0"),
    "review": ("map", "review", MAP),
    "walk": ("journeys", "walk", "--map", MAP),
    "contribution": ("journeys", "contribution", "--of", "type", "--to", "order.collected"),
    "maps": ("map", "list"),
}


class Shop(NamedTuple):
    """A workspace that was run, and what the run said."""

    folder: Path
    made: Answer
    report: Answer

    def ask(self, *words: object) -> Any:  # JSON of any command
        """The JSON of a command."""
        answer = call(*words, "-w", self.folder, "--format", "json")
        assert (answer.code, answer.err) == (0, "")
        return answer.json


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The template, run once, as on the last evening of its data."""
    folder = tmp_path_factory.mktemp("cli") / "shop"
    made = call("init", folder, "--template", "click-and-collect")
    return Shop(folder, made, call("run", "-w", folder, "--as-of", "2026-11-15", "--format", "json"))


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")


# The contract -----------------------------------------------------------------------------------------------


def test_init_says_what_it_made_and_what_comes_next(shop: Shop) -> None:
    """The second command can be copied from the answer of the first."""
    assert (shop.made.code, shop.made.err) == (0, "")
    assert (
        f"next:\n  parcours check -w {shop.folder}\n  parcours run -w {shop.folder} --as-of" in shop.made.out
    )


def test_run_counts_every_signal(shop: Shop) -> None:
    """Received is accepted plus refused by reason, and the report has the keys that others read."""
    report = shop.report.json
    signals = report["signals"]

    assert (shop.report.code, shop.report.err) == (0, "")
    assert set(report) == {"run", "signals", "people", "journeys", "verdicts", "stages"}
    assert set(signals) == {"received", "accepted", "refused"}
    assert signals["received"] == signals["accepted"] + sum(signals["refused"].values())
    assert signals["refused"]["duplicate_id"] == 37  # RESENT of the template: events 6,000 to 6,036
    assert all(set(stage) == {"stage", "seconds", "rows"} for stage in report["stages"])
    assert [stage["stage"] for stage in report["stages"]] == [
        "import",
        "identity",
        "journeys",
        "verdicts",
        "gaps",
    ]
    assert report["journeys"] == 4_002  # ORDERS of the template, and two of the story
    assert report["people"] > 1_000
    assert report["verdicts"] > report["journeys"]


def test_gaps_have_the_keys_of_the_contract(shop: Shop) -> None:
    """One row for each promise with `slice: {}` and `period: null`, then slices and ISO weeks; counts add up."""
    rows = shop.ask("gaps")
    keys = {
        "map",
        "promise",
        "says",
        "slice",
        "period",
        "eligible",
        "kept_ratio",
        "low",
        "high",
        "owner",
        "theme",
    }
    overall = [row for row in rows if not row["slice"] and row["period"] is None]

    assert all(keys | VERDICTS <= set(row) for row in rows)
    assert len(overall) == len({row["promise"] for row in rows}) == 7
    for row in rows:
        assert row["eligible"] == sum(row[verdict] for verdict in VERDICTS)
        assert row["period"] is None or re.fullmatch(r"2026-W\d\d", row["period"])
        judged = row["kept"] + row["broken"]
        assert row["kept_ratio"] == (pytest.approx(row["kept"] / judged) if judged else None)
        if judged:
            assert 0 <= row["low"] <= row["kept_ratio"] <= row["high"] <= 1
    for row in overall:
        weeks = [
            item
            for item in rows
            if item["promise"] == row["promise"] and not item["slice"] and item["period"]
        ]
        assert row["eligible"] == sum(week["eligible"] for week in weeks)


def test_counts_alone_are_those_of_the_gaps_without_a_price(shop: Shop) -> None:
    """The same rows and counts; nothing is priced, and nothing said to stand out."""
    whole, counts = shop.ask("gaps"), shop.ask("gaps", "--counts")
    told = ("map", "promise", "slice", "period", *sorted(VERDICTS), "kept_ratio", "low", "high")

    assert [[row[key] for key in told] for row in counts] == [[row[key] for key in told] for row in whole]
    assert all(row["money"] is None for row in counts)
    assert any(row["money"] for row in whole)


def test_gaps_can_be_asked_for_in_french(shop: Shop) -> None:
    """What is promised is said in the reader's language."""
    rows = shop.ask("gaps", "--promise", "ready-in-2h", "--language", "fr")

    assert {row["says"] for row in rows} == {"Prêt en deux heures"}


def test_graph_and_variants_have_the_keys_of_the_contract(shop: Shop) -> None:
    """Start and end are null; what starts, ends and is counted as variants is every journey."""
    graph = shop.ask("journeys", "graph", "--map", MAP)
    variants = shop.ask("journeys", "variants", "--map", MAP)
    keys = {"source", "target", "count", "people", "wait_median_s", "wait_p95_s"}

    assert all(set(row) == keys for row in graph)
    assert all(set(row) == {"path", "count"} for row in variants)
    journeys = shop.report.json["journeys"]
    assert sum(row["count"] for row in graph if row["source"] is None) == journeys
    assert sum(row["count"] for row in graph if row["target"] is None) == journeys
    assert sum(row["count"] for row in variants) == journeys


def test_verdicts_name_the_rows_that_prove_them(shop: Shop) -> None:
    """Each verdict can be looked up in the file it comes from."""
    rows = shop.ask("verdicts", "--promise", "ready-in-2h", "--verdict", "broken", "--where", "store=Lyon")
    keys = {
        *("map", "promise", "unit", "person", "verdict", "triggered_at", "deadline_at", "target_at"),
        *("period", "slices", "trigger", "target", "text"),
    }

    assert rows
    assert all(keys <= set(row) for row in rows)
    assert {row["verdict"] for row in rows} == {"broken"}
    assert {row["slices"]["store"] for row in rows} == {"Lyon"}
    lines = (shop.folder / rows[0]["trigger"]["file"]).read_text("utf-8").splitlines()
    assert lines[rows[0]["trigger"]["row"]].startswith(rows[0]["unit"] + ";")  # row 1 follows the headings


def test_coverage_person_and_status_have_their_keys(shop: Shop) -> None:
    """Machines read them as the reference says."""
    coverage = shop.ask("coverage")
    keys = {
        "source",
        "first_at",
        "last_at",
        "signals",
        "files",
        "received",
        "accepted",
        "refused",
        "notes",
        "types",
        "state",
        "quiet_since",
        "tells_within_h",
        "deaf",
        "places",
    }
    assert all(keys <= set(row) for row in coverage)
    missing = shop.ask("coverage", "--gaps")
    keys = {"kind", "what", "map", "place", "type", "since", "until", "promises", "verdicts", "journeys"}
    assert all(keys == set(row) for row in missing)
    assert ("quiet_source", "oms-bordeaux") in {(row["kind"], row["what"]) for row in missing}
    assert [row["source"] for row in coverage] == [
        *("care", "kiosk", "notices", "oms", "oms-bordeaux", "survey", "web-orders")
    ]
    received = shop.report.json["signals"]["received"]
    assert sum(row["received"] for row in coverage) == received

    person = shop.ask("person", "customer:C1407")
    assert set(person) >= {"person", "identifiers", "journeys", "signals", "verdicts"}
    by_id = shop.ask("person", person["person"])
    assert by_id == person

    status = shop.ask("status")
    keys = {
        "workspace",
        "run",
        "published_at",
        "as_of",
        "received",
        "accepted",
        "refused",
        "people",
        "journeys",
        "verdicts",
    }
    assert keys <= set(status)
    assert status["as_of"].startswith("2026-11-15T23:59:59")
    assert status["received"] == received


def test_a_second_run_changes_nothing(shop: Shop) -> None:
    """Running again on the same files answers the same rows."""
    before = shop.ask("gaps")
    again = call("run", "-w", shop.folder, "--as-of", "2026-11-15", "--format", "json")

    assert again.json["signals"] == shop.report.json["signals"]
    assert shop.ask("gaps") == before
    assert "nothing new" in call("run", "-w", shop.folder, "--as-of", "2026-11-15").out


def test_a_run_that_judges_otherwise_is_news(tmp_path: Path) -> None:
    """The same files a day earlier have other verdicts, and so have files that are gone."""
    folder = tmp_path / "shop"
    call("init", folder)
    call("run", "-w", folder, "--as-of", "2026-11-15")

    earlier = call("run", "-w", folder, "--as-of", "2026-11-01")
    (folder / "data" / "kiosk.csv").write_text("", "utf-8")
    (folder / "sources" / "kiosk.yaml").unlink()
    without = call("run", "-w", folder, "--as-of", "2026-11-01")

    assert "nothing new" not in earlier.out + without.out


def test_gaps_tell_the_goal_of_the_map(shop: Shop) -> None:
    """The template aims at 97 % of two-hour collections by the end of March; other promises have no goal."""
    goals = {row["promise"]: (row["goal"], row["goal_by"]) for row in shop.ask("gaps")}

    assert goals["ready-in-2h"] == (0.97, "2027-03-31")
    assert goals["content"] == (None, None)


def test_a_promise_to_a_person_is_about_the_person(shop: Shop) -> None:
    """An order may have founded the person, and then has the same id; the verdict is not about that order."""
    story = shop.ask("person", "customer:C1407")
    told = {row["promise"]: row["unit"] for row in story["verdicts"] if row["verdict"] == "broken"}
    rows = shop.ask("verdicts", "--promise", "no-repeat", "--verdict", "broken")

    assert told == {"ready-in-2h": "W101885", "no-repeat": story["person"]}
    assert all(row["unit"] == row["person"] for row in rows)


@pytest.mark.parametrize("name", READERS)
def test_json_stands_alone(shop: Shop, name: str) -> None:
    """With --format json standard output is one document, and standard error is silent in a pipe."""
    shop.ask(*READERS[name])


@pytest.mark.parametrize("name", READERS)
def test_text_in_a_pipe_is_plain(shop: Shop, name: str) -> None:
    """Without a terminal there is no colour, no progress, and something to read."""
    answer = call(*READERS[name], "-w", shop.folder)

    assert (answer.code, answer.err) == (0, "")
    assert answer.out.strip()
    assert "\x1b" not in answer.out


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("name", READERS)
def test_tables_fit_eighty_columns(shop: Shop, name: str) -> None:
    """No line is broken by the terminal, and no number is cut in two."""
    answer = call(*READERS[name], "-w", shop.folder)

    assert max(len(line) for line in answer.out.splitlines()) <= 80
    assert "…" not in answer.out.replace("…\n", "")


@pytest.mark.parametrize("name", READERS)
def test_eighty_columns_lose_nothing(shop: Shop, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever holds a figure in a pipe (counts, shares, times, rows of files) is there on a narrow terminal too."""
    figures = re.compile(r"[\w.,%:/-]*\d[\w.,%:/-]*")
    piped = call(*READERS[name], "-w", shop.folder).out
    monkeypatch.setenv("COLUMNS", "80")

    narrow = call(*READERS[name], "-w", shop.folder).out

    assert {word.rstrip(",") for word in figures.findall(piped)} <= {
        word.rstrip(",") for word in figures.findall(narrow)
    }


@pytest.mark.usefixtures("narrow")
def test_narrow_gaps_still_say_the_interval(shop: Shop) -> None:
    """What is left out is the ornament, never the figure that keeps a reader honest."""
    row = next(row for row in shop.ask("gaps") if row["promise"] == "ready-in-2h")

    answer = call("gaps", "-w", shop.folder)

    assert f"{row['kept_ratio']:.1%}  {row['low']:.1%} to {row['high']:.1%}" in answer.out


def test_a_map_is_exported_whole(shop: Shop) -> None:
    """The JSON holds stages, steps and promises as the file writes them."""
    answer = call("map", "export", MAP, "-w", shop.folder)

    assert answer.json["map"] == MAP
    assert [stage["stage"] for stage in answer.json["stages"]] == ["order", "wait", "collect", "after"]
    assert len(answer.json["promises"]) == 7


# Wrong use --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        (("gaps", "--promise", "ready-in-2"), "did you mean 'ready-in-2h'?"),
        (("gaps", "--map", "click-and-colect"), "did you mean 'click-and-collect'?"),
        (("verdicts", "--promise", "ready-in-2h", "--verdict", "brokn"), "did you mean 'broken'?"),
        (("verdicts", "--promise", "ready-in-2h", "--where", "stor=Lyon"), "did you mean 'store'?"),
        (("verdicts", "--promise", "ready-in-2h", "--where", "Lyon"), "write it as name=value"),
        (("person", "customer:nobody"), "give a person id"),
        (("journeys", "graph", "--per", "ordr"), "did you mean 'order'?"),
        (("journeys", "graph", "--per", "person", "--quiet", "soon"), "write it like"),
        (("map", "export", "none"), "click-and-collect"),
        (("run", "--as-of", "yesterday"), "write it like"),
        (("run", "--engine", "abacus"), "duckdb"),
        (("run", "--memory", "much"), "6GB"),
    ],
)
def test_wrong_use_is_one_sentence_with_the_fix(shop: Shop, words: tuple[str, ...], fix: str) -> None:
    """Exit 2, nothing on standard output, one line on standard error that says what to do."""
    answer = call(*words, "-w", shop.folder)

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("parcours: ")
    assert answer.err.count("\n") == 1
    assert fix in answer.err


@pytest.mark.parametrize(
    "words", [("gaps", "--no-such-option"), ("no-such-command",), ("verdicts",), ("gaps", "--limit", "0")]
)
def test_options_and_commands_that_are_not_there_exit_2(words: tuple[str, ...]) -> None:
    """The shell can tell wrong use from a check that did not hold."""
    answer = call(*words)

    assert (answer.code, answer.out) == (2, "")
    assert "Usage" in answer.err


@pytest.mark.parametrize("name", READERS)
def test_without_a_workspace_every_command_says_so(tmp_path: Path, name: str) -> None:
    """Neither a missing folder nor one without sources/ is taken for a workspace, and neither is created."""
    for folder in (tmp_path / "nowhere", tmp_path):
        answer = call(*READERS[name], "-w", folder)

        assert (answer.code, answer.out) == (2, "")
        assert "is not a workspace" in answer.err
        assert "parcours init" in answer.err
    assert not list(tmp_path.iterdir())


def test_before_the_first_run_results_say_so(tmp_path: Path) -> None:
    """A workspace that was not run yet names the command that is missing."""
    call("init", tmp_path / "shop")

    answer = call("gaps", "-w", tmp_path / "shop")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "parcours: nothing has been run here yet; call `parcours run` first\n"


def test_what_another_version_derived_is_not_read(shop: Shop, tmp_path: Path) -> None:
    """Its tables may mean something else: one sentence, and `run` makes them anew."""
    folder = shutil.copytree(shop.folder, tmp_path / "shop")
    with contextlib.closing(sqlite3.connect(folder / ".parcours/vault/vault.sqlite")) as vault, vault:
        ((number, text),) = vault.execute(
            "select run_id, facts from manifest order by run_id desc limit 1"
        ).fetchall()
        facts = {**json.loads(text), "logic": '["1", {}]'}
        vault.execute("update manifest set facts = ? where run_id = ?", [json.dumps(facts), number])
    answer = call("gaps", "-w", folder)

    assert answer.code == 2
    assert answer.err == (
        "parcours: the last run was made by another version of parcours; call `parcours run`, which makes it anew\n"
    )
    assert call("run", "-w", folder, "--as-of", "2026-11-15").code == 0
    assert call("gaps", "-w", folder).code == 0


def test_check_tells_every_fault_with_its_line(tmp_path: Path) -> None:
    """Two mistakes in two files are told at once, as text and as JSON, with exit 2."""
    folder = tmp_path / "shop"
    call("init", folder)
    for file, right, wrong in (
        ("maps/click-and-collect.yaml", "expect: order.ready", "expect: order.redy"),
        ("sources/care.yaml", "at: opened_at", "at: openedat"),
    ):
        path = folder / file
        path.write_text(path.read_text("utf-8").replace(right, wrong, 1), "utf-8")

    faults = call("check", "-w", folder, "--format", "json")
    text = call("check", "-w", folder)

    assert (faults.code, text.code) == (2, 2)
    assert all(set(fault) == {"file", "line", "what", "fix"} for fault in faults.json)
    for fault in faults.json:
        line = (folder / fault["file"]).read_text("utf-8").splitlines()[fault["line"] - 1]
        assert "order.redy" in line or "openedat" in line
    assert {fault["file"] for fault in faults.json} == {"maps/click-and-collect.yaml", "sources/care.yaml"}
    assert "2 faults" in text.out


# The program itself -----------------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, ...]]:
    """Every command, with its group."""
    group = typer.main.get_group(app)
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        yield from ((name, part) for part in inner) if inner else [(name,)]


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_help_shows_an_example(words: tuple[str, ...]) -> None:
    """Whoever forgot the options can copy a line that works."""
    answer = call(*words, "--help")

    assert answer.code == 0
    assert re.search(rf"Example:\s+parcours .*{words[-1]}", re.sub(r"[│\s]+", " ", answer.out))


def parcours(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call the program in a process of its own."""
    plain = {
        key: value
        for key, value in os.environ.items()
        if key not in {"NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS"}
    }
    return subprocess.run(
        [sys.executable, "-m", "parcours.cli.main", *words],
        capture_output=True,
        text=True,
        check=False,
        env=plain | environment,
    )


def test_the_program_answers_its_shell(shop: Shop) -> None:
    """Exit codes and streams are the same outside of these tests."""
    fine = parcours("gaps", "-w", str(shop.folder), "--format", "json")
    wrong = parcours("gaps", "-w", str(shop.folder), "--promise", "none")

    assert (fine.returncode, fine.stderr) == (0, "")
    assert fine.stdout.startswith("[{")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "Traceback" not in wrong.stderr


def test_colour_is_the_readers_choice(shop: Shop) -> None:
    """FORCE_COLOR colours a pipe as wide as any pipe; NO_COLOR is never coloured."""
    coloured = parcours("gaps", "-w", str(shop.folder), FORCE_COLOR="1")
    plain = parcours("gaps", "-w", str(shop.folder), NO_COLOR="1")

    also = parcours("gaps", "-w", str(shop.folder), CLICOLOR_FORCE="1")

    assert "\x1b[" in coloured.stdout
    assert also.stdout == coloured.stdout
    assert "\x1b" not in plain.stdout
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured.stdout) == plain.stdout


def test_results_are_read_without_what_runs_need() -> None:
    """Parsers of conditions, maps and files load slowly; nobody waits for them to see a table."""
    probe = "import sys, parcours.gap.results; print(*sorted(sys.modules))"
    found = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    assert not {"sqlglot", "lxml", "parcours.signal.importing", "parcours.gap.loop"} & {*found.stdout.split()}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete(shell: str) -> None:
    """The completion script of each shell is produced, and answers with the commands."""
    script = parcours(_PARCOURS_COMPLETE=f"source_{shell}")

    assert script.returncode == 0
    assert "parcours" in script.stdout
    assert "_PARCOURS_COMPLETE" in script.stdout


# The story --------------------------------------------------------------------------------------------------


def by_slice(rows: list[dict[str, Any]], name: str) -> dict[str, dict[str, Any]]:
    """Rows of one slice over the whole time, by its value."""
    return {row["slice"][name]: row for row in rows if name in row["slice"] and row["period"] is None}


def test_lyon_is_the_worst_store_beyond_doubt(shop: Shop) -> None:
    """The planted gap is found: Lyon's interval lies below the network's."""
    rows = shop.ask("gaps", "--promise", "ready-in-2h")
    overall = next(row for row in rows if not row["slice"] and row["period"] is None)
    stores = by_slice(rows, "store")

    assert min(stores, key=lambda store: stores[store]["kept_ratio"]) == "Lyon"
    assert stores["Lyon"]["high"] < overall["low"]
    assert overall["kept_ratio"] == pytest.approx(0.94, abs=0.01)


def test_saturday_afternoon_in_lyon_is_the_worst_moment(shop: Shop) -> None:
    """Planted: 0.315 late in 8 Saturdays of 10, 0.06 in the first two, so 1 - (0.8 x 0.315 + 0.2 x 0.06) = 0.736 kept."""
    rows = shop.ask("gaps", "--promise", "ready-in-2h")
    moments = by_slice(rows, "store_slot")
    worst = min(moments, key=lambda name: moments[name]["kept_ratio"])

    assert worst == "Lyon sat-14-18"
    assert moments[worst]["low"] < 0.736 < moments[worst]["high"]
    assert moments[worst]["high"] < min(row["kept_ratio"] for name, row in moments.items() if name != worst)


def test_a_till_gone_deaf_accuses_nobody(shop: Shop) -> None:
    """After Bordeaux's system fell silent nothing there is broken: it could not be seen."""
    (bordeaux,) = by_slice(shop.ask("gaps", "--promise", "ready-in-2h-franchise"), "store").values()
    verdicts = shop.ask("verdicts", "--promise", "ready-in-2h-franchise", "--where", "store=Bordeaux")
    since = [row["verdict"] for row in verdicts if row["triggered_at"] >= "2026-11-05T18:00"]

    assert bordeaux["unobservable"] > 30
    assert len(since) > 30
    assert set(since) == {"unobservable"}
    assert bordeaux["high"] - bordeaux["low"] > 0.1


def test_whoever_was_let_down_says_so(shop: Shop) -> None:
    """Scores fall where the promise broke, which is what makes it a promise that matters."""
    row = next(row for row in shop.ask("gaps", "--promise", "ready-in-2h") if not row["slice"])
    said = row["said"]

    assert said["broken"]["scores"] > 30
    assert said["kept"]["score_mean"] - said["broken"]["score_mean"] > 2


def test_one_saturday_across_five_systems(shop: Shop) -> None:
    """The customer's afternoon is one story: shop, counter, kiosk and phone each saw a part of it."""
    story = shop.ask("person", "customer:C1407")
    saturday = [row for row in story["signals"] if row["at"].startswith("2026-10-10")]
    broken = {row["promise"] for row in story["verdicts"] if row["verdict"] == "broken"}

    assert [(row["at"][11:16], row["type"]) for row in saturday] == [
        ("14:07", "order.placed"),
        ("16:20", "collection.asked"),
        ("16:31", "feedback.given"),
        ("16:52", "ticket.opened"),
        ("16:58", "ticket.answered"),
        ("17:09", "ticket.opened"),
        ("17:21", "ticket.answered"),
        ("18:46", "order.ready"),
        ("18:49", "notice.sent"),
    ]
    assert {row["source"] for row in saturday} == {"web-orders", "oms", "kiosk", "care", "notices"}
    assert [row["text"] for row in saturday if row["type"] == "feedback.given"] == [
        "Ma commande n'existait pas."
    ]
    assert broken == {"ready-in-2h", "no-repeat"}
    assert not [row for row in story["signals"] if row["type"] == "order.placed" and row["at"] > "2026-10-11"]


def test_people_are_held_against_a_truth(shop: Shop, tmp_path: Path) -> None:
    """C1407's e-mail, written otherwise, is theirs; a phone that is another's is not; a card that was never seen is left out."""
    truth = tmp_path / "truth.csv"
    rows = ("customer,C1407,ann", "email, C1407@Example.org,ann", "phone,+33639981407,bob", "card,never,bob")
    truth.write_text("\n".join(["namespace,identifier,person", *rows]) + "\n", "utf-8")
    told = shop.ask("identity", "evaluate", "--truth", truth)

    assert (told["identifiers"], told["unseen"], told["people"]) == (4, 1, 2)
    # Three identifiers were given to one person: 3 pairs, 1 of them right, and it is the only true one.
    assert told["pairwise"] == pytest.approx({"precision": 1 / 3, "recall": 1.0, "f1": 0.5})
    assert told["revealed"] == 1.0  # the sources say that customer and e-mail are one
    # Two are with 2 of 3 of their own, one with 1 of 3.
    assert told["bcubed"] == pytest.approx({"precision": 5 / 9, "recall": 1.0, "f1": 10 / 14})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "there is no such file"),
        ("namespace,person\na,b\n", "it has no column 'identifier'"),
        ("", "it has no column"),
    ],
)
def test_a_truth_that_cannot_be_read_is_told_in_a_sentence(
    shop: Shop, tmp_path: Path, text: str | None, reason: str
) -> None:
    """With what the file must hold."""
    truth = tmp_path / "truth.csv"
    if text is not None:
        truth.write_text(text, "utf-8")
    answer = call("identity", "evaluate", "-w", shop.folder, "--truth", truth)

    assert answer.code == 2
    assert reason in answer.err
    assert "namespace, identifier, person" in answer.err
