"""Whoever is erased is nowhere, stays away, and leaves everybody else as they were."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from parcours.gap.loop import run_workspace
from parcours.gap.results import open_results
from parcours.kernel.workspace import Workspace
from parcours.rights.reach import NOT_BY_COLUMN, condition, is_reached, reached_tables
from parcours.rights.withdrawing import TABLES
from parcours.vault.store import UnfinishedErasure
from parcours.vault.tables import METADATA
from rights.given import WEB_HEADER, erase, found_anywhere, name, needle, plant, stock_rows, web_row, web_rows
from story.shop import everything, lake_table, parcours, ran, run, vault_rows, write

if TYPE_CHECKING:
    from pathlib import Path

    from parcours.lake import TableSpec

MANY = 100
FEW = 6
KILLS = 15
ORPHANS = {"gap"}  # tables of the lake that hold sums over people, and are counted anew


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a few people, to be copied."""
    return plant(tmp_path_factory.mktemp("planted") / "few", FEW)


@pytest.fixture
def shop(planted: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(planted, tmp_path / "shop")


def story(folder: Path, number: int, into: Path) -> Any:  # a JSON document
    """A person's own file, without what is of the day."""
    answer = parcours(folder, "export-person", name(number), "-o", str(into))
    assert answer.code == 0, answer.err
    document = json.loads((into / "person.json").read_text("utf-8"))
    del document["about"]["exported_at"]
    return document


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Names of what is not the same."""
    return [key for key in one if one[key] != other[key]]


def test_of_a_hundred_people_ten_leave_no_trace(tmp_path: Path) -> None:
    """No byte of any field of theirs is left in any file but the user's own; the ninety are all there."""
    folder = plant(tmp_path / "shop", MANY)
    gone = random.sample(range(MANY), 10)
    kept = next(number for number in range(MANY) if number not in gone)
    before, own = found_anywhere(folder), story(folder, kept, tmp_path / "before")
    assert set(before) == set(range(MANY))
    report = erase(folder, *gone)
    after = found_anywhere(folder)

    assert set(after) == set(range(MANY)) - set(gone)
    assert report["people"] == 10
    ran(folder)
    assert story(folder, kept, tmp_path / "after") == own
    assert set(found_anywhere(folder)) == set(range(MANY)) - set(gone)
    assert len(vault_rows(folder, "select 1 from identifier where namespace = 'customer'")) == 90


def test_an_erasure_is_what_a_run_from_scratch_makes_of_it(shop: Path) -> None:
    """Rewritten tables hold the rows, and the ledger the counts, that importing all files under the tombstones gives."""
    erase(shop, 0, 4)
    ran(shop)
    rewritten = everything(shop)
    shutil.rmtree(shop / ".parcours/lake")
    ran(shop)

    assert differing(rewritten, everything(shop)) == []


def test_answers_kept_beside_a_run_go_too(shop: Path) -> None:
    """They may name what somebody carried; whoever asks next has them computed from what is left."""
    parcours(shop, "gaps")
    kept = shop / ".parcours/vault/kept"
    assert {path.name for path in kept.iterdir()} == {"findings.json", "money.json"}
    erase(shop, 0)

    assert list(kept.iterdir()) == []


def test_nothing_of_them_comes_back(shop: Path) -> None:
    """Neither a late signal, nor the same files exported again, nor a run from scratch."""
    counted = ran(shop)["people"]
    erase(shop, 2)
    late = web_row(2, 7, "2024-03-09 10:00:00")
    again = web_row(3, 8, "2024-03-09 10:00:00")
    write(
        shop,
        {
            "data/web-2.csv": f"{WEB_HEADER}\n{late}\n{again}\n",
            "data/stock.csv": stock_rows(range(FEW))
            + f"{needle(2)}o0,{needle(2)}r9,lyon,2024-03-09 12:00:00,x\n",
            "data/web-1.csv": web_rows(reversed(range(FEW))),
        },
    )
    report = ran(shop)
    assert report["people"] == counted - 1
    assert report["signals"]["refused"]["erased"] == 1 + 4 + 4 + 1  # late; web rows; stock rows; at the kiosk
    assert 2 not in found_anywhere(shop)
    shutil.rmtree(shop / ".parcours/lake")

    assert ran(shop)["people"] == counted - 1
    assert 2 not in found_anywhere(shop)
    assert parcours(shop, "person", name(2)).code == 2


def test_a_refused_row_of_theirs_is_counted_and_emptied(shop: Path) -> None:
    """Received stays accepted plus refused by reason, file by file; rows of others keep their content."""
    before = dict(vault_rows(shop, "select path, received from imported_file"))
    erase(shop, 5)
    ledger = vault_rows(shop, "select path, received, accepted, refused from imported_file")

    assert {path: received for path, received, *_ in ledger} == before
    assert all(
        received == accepted + sum(json.loads(refused).values()) for _, received, accepted, refused in ledger
    )
    kept = vault_rows(shop, "select count(*) from refused where content is not null")[0][0]
    assert kept == (FEW - 1) * 3  # no time, a wrong time, a broken line
    assert vault_rows(
        shop, "select count(*) from refused where reason = 'erased' and content is not null"
    ) == [(0,)]


def test_the_proof_names_lines_and_nobody(shop: Path, tmp_path: Path) -> None:
    """It tells when, how many rows of which store, and which lines of the user's files still hold them; and is signed by its hash."""
    path = tmp_path / "proof.json"
    answer = parcours(shop, "erase", name(1), "--proof", str(path), "--format", "json")
    proof = json.loads(path.read_text("utf-8"))

    assert answer.code == 0
    assert needle(1) not in answer.out + path.read_text("utf-8")
    assert answer.json["proof"] == proof
    # Five lines a person in the web file below its heading, three in the stock file, one at the kiosk.
    assert {row["file"]: row["lines"] for row in proof["source_files_still_holding_them"]} == {
        "data/web-1.csv": [7, 8, 9, 10, 11],
        "data/stock.csv": [5, 6, 7],
        "data/kiosk.jsonl": [2],
    }
    stores = {row["store"]: row["rows_erased"] for row in proof["stores"]}
    assert stores["lake.signal"] == 2 + 3 + 1
    assert stores["vault.free_text"] == 2 + 1
    assert stores["vault.consent"] == 2 * 4
    assert proof["people"] == 1
    assert len(proof["sha256"]) == 64


def test_erasing_twice_changes_nothing(shop: Path) -> None:
    """The second time says that it was done, and gives the same proof."""
    first = erase(shop, 1)
    before = everything(shop)
    second = erase(shop, 1)

    assert (second["people"], second["erased_before"]) == (0, 1)
    assert second["proof"] == first["proof"]
    assert differing(before, everything(shop)) == []


def test_looking_first_changes_nothing(shop: Path) -> None:
    """A dry run counts what would go, and leaves every file as it is."""
    before = everything(shop)
    answer = parcours(shop, "erase", name(1), "--dry-run", "--format", "json")

    assert answer.json["rows"] == {"signals": 7, "identifiers": 5, "things": 7, "refused rows": 3}
    assert differing(before, everything(shop)) == []
    assert vault_rows(shop, "select count(*) from tombstone") == [(0,)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("erase", "customer:nobody"), "nobody is known under this id"),
        (("erase", "zz"), "nobody is known under this id"),
        (("erase", "customer:"), "not namespace:value"),
        (("erase",), "name the people"),
        (("erase", "customer:a", "--resume"), "name the people"),
    ],
)
def test_a_wrong_name_is_refused_and_nothing_is_lost(shop: Path, words: tuple[str, ...], told: str) -> None:
    """One sentence and exit 2; neither the one known nor the unknown is erased."""
    answer = parcours(shop, *words, *((name(1),) if len(words) > 1 and "--resume" not in words else ()))

    assert answer.code == 2
    assert told in answer.err
    assert 1 in found_anywhere(shop)


def test_where_nothing_was_run_nobody_is_erased(tmp_path: Path) -> None:
    """One sentence, exit 2."""
    write(tmp_path, {"sources/s.yaml": "source: s\nread: {csv: d.csv}\nsignals: [{type: a, at: t}]\n"})
    answer = parcours(tmp_path, "erase", "customer:1")

    assert answer.code == 2
    assert "nothing has been run here yet" in answer.err


def test_runs_and_erasures_exclude_each_other(shop: Path) -> None:
    """Whoever comes second is told so and changes nothing."""
    with Workspace(shop).locked():
        answers = [parcours(shop, "erase", name(1)), run(shop)]

    assert [answer.code for answer in answers] == [2, 2]
    assert all("is at work" in answer.err for answer in answers)
    assert 1 in found_anywhere(shop)


def test_who_reads_is_waited_for(shop: Path) -> None:
    """A reader of the run before reads to its end; old files go when it has."""
    done = threading.Event()
    with open_results(Workspace(shop)) as results:
        results.see()
        rows = results.engine.value("select count(*) from seen")
        thread = threading.Thread(target=_erase_elsewhere, args=(shop, 1, done))
        thread.start()
        assert not done.wait(6)
        assert results.engine.value("select count(*) from seen") == rows
    assert done.wait(60)
    thread.join()

    assert 1 not in found_anywhere(shop)


def _erase_elsewhere(folder: Path, number: int, done: threading.Event) -> None:
    words = ["erase", name(number), "-w", str(folder)]
    subprocess.run([sys.executable, "-c", _CODE, *words], check=True, capture_output=True)
    done.set()


_CODE = "from parcours.cli.main import main; main()"


def test_people_who_shared_a_device_or_a_thing_keep_theirs(shop: Path) -> None:
    """The kiosk, the store and the shared product stay; what nobody signed at the kiosk stays too."""
    erase(shop, *range(1, FEW))
    left = {(row["namespace_id"], row["value"]) for row in lake_table(shop, "object")}
    codes = dict(vault_rows(shop, "select text, code from term where kind = 'namespace'"))

    assert {(codes["store"], "lyon"), (codes["store"], "nice"), (codes["product"], "shared")} <= left
    assert vault_rows(shop, "select text from free_text where text like 'nobody%'") == [("nobody said who",)]
    assert vault_rows(shop, "select value from identifier where namespace = 'kiosk'") == [("box",)]


def test_an_order_that_two_people_share_stays_with_the_other(shop: Path) -> None:
    """What the stock system says of it is the other's too; only the erased person's own rows go."""
    write(
        shop,
        {
            "data/web-2.csv": f"{WEB_HEADER}\n{web_row(3, 9, '2024-03-20 10:00:00', order_id=f'{needle(3)}o0')}\n"
        },
    )
    both = web_row(4, 9, "2024-03-20 11:00:00", order_id=f"{needle(3)}o0")
    write(shop, {"data/web-3.csv": f"{WEB_HEADER}\n{both}\n"})
    ran(shop)
    erase(shop, 3)
    values = [row["value"] for row in lake_table(shop, "object")]

    assert f"{needle(3)}o0" in values
    assert f"{needle(3)}o1" not in values
    ran(shop)
    rewritten = everything(shop)
    shutil.rmtree(shop / ".parcours/lake")
    ran(shop)
    assert differing(rewritten, everything(shop)) == []


def test_files_changed_since_the_run_come_first(shop: Path) -> None:
    """What such a file holds of them cannot be known: nobody is erased, and after a run it can be done."""
    write(shop, {"data/web-1.csv": web_rows(range(FEW)).replace("told us", "has told us")})
    before = everything(shop)
    answer = parcours(shop, "erase", name(1))

    assert answer.code == 2
    assert "data/web-1.csv changed since the last run" in answer.err
    assert differing(before, everything(shop)) == []
    ran(shop)
    erase(shop, 1)
    assert 1 not in found_anywhere(shop)


def test_who_comes_after_the_instant_of_the_run_is_erased_too(tmp_path: Path) -> None:
    """A run as of an earlier day knows nobody of later; the lake holds them all the same."""
    folder = plant(tmp_path / "shop", 14)  # the run is as of the 10th; person 13 comes on the 14th
    assert parcours(folder, "person", name(13)).code == 2
    erase(folder, 13)

    assert 13 not in found_anywhere(folder)
    assert 12 in found_anywhere(folder)


def test_a_device_that_many_people_share_is_nobody(shop: Path) -> None:
    """Whoever names the kiosk is told that nobody is known under it."""
    answer = parcours(shop, "erase", "kiosk:box")

    assert answer.code == 2
    assert "nobody is known" in answer.err


def test_every_table_of_the_vault_is_reached() -> None:
    """A new table holds a column that says whose a row is, or is named as one that holds nobody's."""
    assert all(is_reached(table) for table in reached_tables())
    assert set(METADATA.tables) >= NOT_BY_COLUMN


@pytest.mark.parametrize("spec", TABLES, ids=[spec.name for spec in TABLES])
def test_every_table_of_the_lake_is_reached(spec: TableSpec) -> None:
    """So does a table of the lake."""
    assert (condition(spec) is None) == (spec.name in ORPHANS)


def test_nothing_is_imported_before_an_erasure_is_finished(shop: Path) -> None:
    """A run that does not finish it refuses; the command does, and goes on."""
    facts = json.dumps({"people": [], "rows": [], "refused": [], "sources": {}})
    with contextlib.closing(sqlite3.connect(shop / ".parcours/vault/vault.sqlite")) as vault, vault:
        vault.execute("insert into erasure (state, begun_at, facts) values ('begun', 1, ?)", [facts])
    with pytest.raises(UnfinishedErasure, match="erase --resume"):
        run_workspace(Workspace(shop), lambda *_: None)

    assert ran(shop)["people"] > 0
    assert vault_rows(shop, "select state from erasure") == [("done",)]


@pytest.mark.heavy
def test_an_erasure_killed_at_any_instant_is_finished(shop: Path, tmp_path: Path) -> None:
    """After each kill readers read and a run finishes or refuses; in the end all is as without kills."""
    calm = shutil.copytree(shop, tmp_path / "calm")
    erase(calm, 1, 2)
    kills = 0
    words = ["erase", name(1), name(2), "-w", str(shop)]
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-c", _CODE, "erase", name(1), "--dry-run", "-w", str(shop)],
        check=True,
        capture_output=True,
    )
    length_s = 2 * (time.monotonic() - began)
    while kills < KILLS:
        process = subprocess.Popen(
            [sys.executable, "-c", _CODE, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        time.sleep(random.uniform(0.2, 1) * length_s * (0.4 + kills / KILLS))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += 1
        assert parcours(shop, "gaps").code == 0
        if vault_rows(shop, "select 1 from erasure where state <> 'done'"):
            words = ["erase", "--resume", "-w", str(shop)]
        elif vault_rows(shop, "select 1 from erasure"):
            break
    assert parcours(shop, "run", "--as-of", "2024-03-10").code == 0
    ran(calm)

    assert not {1, 2} & set(found_anywhere(shop))
    assert differing(everything(calm), everything(shop)) == []
