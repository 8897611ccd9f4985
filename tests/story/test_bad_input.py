"""Bad input ends with status 2, one clear sentence with place and fix, and what was published before stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from story.shop import MAP, ORDERS, make_shop, parcours, ran, run, vault_rows, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Files = dict[str, "str | bytes"]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one published run."""
    folder = make_shop(tmp_path_factory.mktemp("published") / "shop", {"parcours.toml": 'name = "shop"\n'})
    ran(folder)
    return folder


@pytest.fixture
def shop(published: Path) -> Iterator[Path]:
    """The workspace to break; its gaps must not change by a byte, and what was broken is mended afterwards."""
    files = {
        path: path.read_bytes()
        for path in published.rglob("*")
        if path.is_file() and ".parcours" not in path.parts
    }
    before = parcours(published, "gaps", "--format", "json").out
    yield published
    after = parcours(published, "gaps", "--format", "json").out
    for path in published.rglob("*"):
        if path.is_file() and ".parcours" not in path.parts and path not in files:
            path.unlink()
    for path, content in files.items():
        path.write_bytes(content)
    assert after == before


def source(old: str = "", new: str = "", more: str = "") -> Files:
    """The source with something replaced or added."""
    assert old in ORDERS
    return {"sources/orders.yaml": ORDERS.replace(old, new) + more}


def drawn(old: str = "", new: str = "", more: str = "") -> Files:
    """The map with something replaced or added."""
    assert old in MAP
    return {"maps/collect.yaml": MAP.replace(old, new) + more}


READ = "csv: data/orders*.csv"
S, M = "sources/orders.yaml", "maps/collect.yaml"
BAD: dict[str, tuple[Files, list[str]]] = {
    "a file that is not there": (
        source(READ, "csv: data/nope.csv"),
        [f"{S}:2: cannot read data/nope.csv: there is no such file; correct the path"],
    ),
    "a pattern that matches nothing": (source(READ, "csv: data/*.tsv"), [f"{S}:2: cannot read data/*.tsv"]),
    "a folder": (
        source(READ, "csv: data"),
        [f"{S}:2: cannot read data: it is a folder; name the files in it, such as data/*.csv"],
    ),
    "an empty file": ({"data/orders-2.csv": ""}, [f"{S}:2: cannot read data/orders*.csv: the file is empty"]),
    "a file of blank lines": ({"data/orders-2.csv": "\n\n"}, [f"{S}:2: cannot read"]),
    "wrong columns, all at once": (
        {
            S: """
                source: orders
                read: {csv: data/orders*.csv}
                join:
                  - {name: c, read: {csv: data/c.csv}, by: {custmer: id}}
                  - {name: e, read: {csv: data/c.csv}, by: {customer: idd}}
                  - {name: f, read: {csv: data/c.csv}, by: {customer: id}}
                person: {customer: custo}
                objects: {order: orderid}
                set:
                  store: stor
                  name: c.nam
                  other: f.nam
                signals:
                  - type: order.placed
                    at: placd
                    when: x > 1
                    id: y
                    weight: z
                    text: w
                    traits: {city: v}
                  - type: {sql: qq}
                    channel: {sql: rr}
                    at: ready_at
                """,
            "data/c.csv": "id,name\nann,Ann\n",
        },
        [
            f"{S}:4: there is no column 'custmer' in data/orders-1.csv; correct the expression",
            f"{S}:5: there is no column 'idd' in data/c.csv",
            f"{S}:7: there is no column 'custo'",
            f"{S}:8: there is no column 'orderid'",
            f"{S}:10: there is no column 'stor'",
            f"{S}:12: there is no column 'nam'",
            f"{S}:15: there is no column 'placd'",
            f"{S}:16: there is no column 'x'",
            f"{S}:17: there is no column 'y'",
            f"{S}:18: there is no column 'z'",
            f"{S}:19: there is no column 'w'",
            f"{S}:20: there is no column 'v'",
            f"{S}:21: there is no column 'qq'",
            f"{S}:22: there is no column 'rr'",
        ],
    ),
    "a second file with other columns": (
        {"data/orders-2.csv": "order_id,customer,store,placed,ready_at\no9,ann,lyon,2024-01-01,\n"},
        [f"{S}:9: there is no column 'placed_at' in data/orders-2.csv"],
    ),
    "an unknown time zone": (
        source(more="time_zone: Europe/Pari\n"),
        [f"{S}:11: time_zone: 'Europe/Pari' is not a time zone; use an IANA name"],
    ),
    "the machine's time zone": (
        source(more="time_zone: localtime\n"),
        [f"{S}:11: time_zone: 'localtime' is not"],
    ),
    "unknown keys": (
        source("channel:", "chanel:") | drawn("owner: stores", "ownr: stores"),
        [
            f"{M}:3: unknown key 'ownr'; did you mean 'owner'?",
            f"{S}:5: unknown key 'chanel'; did you mean 'channel'?",
        ],
    ),
    "a misspelt type": (
        source("type: order.ready", "tpye: order.ready"),
        [
            f"{S}:10: the key 'signals.type' is missing; add `type:`",
            f"{S}:10: unknown key 'tpye'; did you mean 'type'?",
        ],
    ),
    "a step that nothing proves": (
        drawn("prepare, signal: order.ready", "prepare, signal: order.redy"),
        [f"{M}:9: no signal can prove this step: no source emits 'order.redy'; did you mean 'order.ready'?"],
    ),
    "a promise that never starts": (
        drawn("after: order.placed", "after: order.plcd"),
        [f"{M}:11: this promise can never start: no source emits 'order.plcd'; did you mean 'order.placed'?"],
    ),
    "two maps with one name": (
        {"maps/b.yaml": MAP},
        [f"{M}:1: the map 'collect' is also in maps/b.yaml; give each"],
    ),
    "two sources with one name": (
        {"sources/b.yaml": ORDERS},
        [f"{S}:1: the source 'orders' is also in sources/b.yaml"],
    ),
    "a map that is no YAML": ({M: "map: [a\nb: {"}, [f"{M}:2: not YAML"]),
    "a source that is no YAML": ({S: "source: [a\nb: {"}, [f"{S}:2: not YAML"]),
    "a tab": ({M: "map: a\n\tb: c\n"}, [f"{M}:2: not YAML"]),
    "a key that comes twice": (drawn(more="owner: x\n"), [f'{M}:12: not YAML: found duplicate key "owner"']),
    "a map that is not UTF-8": ({M: b"map: caf\xe9\n"}, [f"{M}: the file is not UTF-8; save it as UTF-8"]),
    "a list": ({M: "- a\n"}, [f"{M}:1: the file holds no keys"]),
    "nothing": ({M: ""}, [f"{M}:1: the file holds no keys"]),
    "a number as a key": (drawn(more="1: 2\n"), [f"{M}:12: unknown key '1'"]),
    "an endless nest": ({M: "map: " + "[" * 1100}, [f"{M}: not YAML"]),
    "no truth": (
        source("ready_at is not null", "store"),
        [f"{S}:10: the condition 'store' is neither true nor false but varchar; compare it with a value"],
    ),
    "an aggregate": (
        source("at: placed_at", "at: max(placed_at)"),
        [f"{S}:9: the expression 'max(placed_at)' looks beyond its row"],
    ),
    "a window": (
        source("store: store", "store: row_number() over ()"),
        [f"{S}:7: the expression 'row_number() over ()' looks beyond"],
    ),
    "a subquery": (
        source("store: store", 'store: "(select 1)"'),
        [f"{S}:7: the expression '(select 1)' looks beyond"],
    ),
    "many rows of one": (
        source("store: store", 'store: "unnest([1, 2])"'),
        [f"{S}:7: the expression 'unnest([1, 2])' looks beyond"],
    ),
    "chance": (source("store: store", "store: random()"), [f"{S}:7: the expression 'random()' looks beyond"]),
    "half an expression": (
        source("store: store", 'store: "store ||"'),
        [f"{S}:7: the expression 'store ||' cannot be computed"],
    ),
    "more than an expression": (
        source("store: store", 'store: "store) from x; drop table y; --"'),
        [f"{S}:7: the expression 'store) from x; drop table y; --' cannot be computed"],
    ),
    "an unknown type": (
        source(more="types: {store: NUMBRE}\n"),
        [f"{S}:2: cannot read data/orders-1.csv: Type with name NUMBRE"],
    ),
    "a type for no column": (
        source(more="types: {stor: DOUBLE}\n"),
        [
            f"{S}:2: cannot read data/orders-1.csv: `types` names the column 'stor', which it has not; its columns are: order_id"
        ],
    ),
    "an unknown encoding": (
        source(READ, READ + ", encoding: utf-9"),
        [f"{S}:2: cannot read data/orders-1.csv: there is no encoding 'utf-9'"],
    ),
    "names that differ in capital letters": (
        source("set: {store: store}", "set: {store: store, Store: customer}"),
        ["`set` has 'store' and 'Store', which differ in capital letters alone"],
    ),
    "no Parquet": (source(READ, "parquet: data/x") | {"data/x": b"hello"}, [f"{S}:2: cannot read data/x"]),
    "no JSON": (
        source(READ, "json: data/x") | {"data/x": "hello\n"},
        [f"{S}:2: cannot read data/x: no line is a JSON object"],
    ),
    "a JSON array": (
        source(READ, "json: data/x") | {"data/x": '[\n{"order_id": 1},\n{"order_id": 2}\n]\n'},
        [
            f"{S}:2: cannot read data/x: it is one JSON array, not one object a line; write each object on a line"
        ],
    ),
    "no Delta table": (
        source(READ, "delta: data"),
        [f"{S}:2: cannot read data: it is no Delta table; name the folder"],
    ),
    "a broken Delta table": (
        source(READ, "delta: data/x") | {"data/x/_delta_log/00000000000000000000.json": "garbage"},
        [f"{S}:2: cannot read data/x"],
    ),
    "a truncated archive": (
        source(READ, "csv: data/x.gz") | {"data/x.gz": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03K"},
        [f"{S}:2: cannot read data/x.gz: its compressed data is truncated"],
    ),
    "a join with two matches": (
        source(more='join: [{name: c, read: {csv: "data/c*.csv"}, by: {customer: id}}]\n')
        | {"data/c1.csv": 'id,note\nann,"two\nlines"\n', "data/c2.csv": "id,note\nbob,x\n\nann,y\n"},
        [
            f"{S}:11: cannot read data/c*.csv: the join 'c' finds more than one row: line 2 of c1.csv and line 4 of c2.csv have the same id"
        ],
    ),
    "a join without its file": (
        source(more="join: [{name: c, read: {csv: data/c.csv}, by: {customer: id}}]\n"),
        [f"{S}:11: cannot read data/c.csv: there is no such file"],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_configuration_and_files_are_told_with_place_and_fix(shop: Path, name: str) -> None:
    """`run` answers every fault, each with file, line and fix, in the order of the lines, and exits with 2."""
    files, expected = BAD[name]
    write(shop, files)
    answer = run(shop)

    told = answer.err.splitlines()
    assert answer.code == 2
    assert answer.out == ""
    assert len(told) == len(expected), told
    for line, start in zip(told, expected, strict=True):
        assert line.startswith("parcours: ")
        assert start in line
        assert "; " in line


WRONG_USE: list[tuple[list[str], str]] = [
    (["run", "--as-of", "nonsense"], "'nonsense' is not an instant; write it like 2026-09-12T14:07:00+02:00"),
    (["run", "--as-of", "2024-02-30"], "'2024-02-30' is not an instant"),
    (["run", "--memory", "lots"], "'lots' is not an amount of memory; write it like 6GB"),
    (["run", "--memory", "0"], "'0' is not an amount of memory"),
    (["run", "--memory", "1MB"], "the engine ran out of memory"),
    (["run", "--engine", "abacus"], "--engine"),
    (["gaps", "--promise", "redy-in-2h"], "there is no promise 'redy-in-2h'; did you mean 'ready-in-2h'?"),
    (["gaps", "--map", "colect"], "there is no map 'colect'; did you mean 'collect'?"),
    (["verdicts", "--promise", "nope"], "there is no promise 'nope'; use one of: ready-in-2h"),
    (
        ["verdicts", "--promise", "ready-in-2h", "--verdict", "brokn"],
        "there is no verdict 'brokn'; did you mean 'broken'?",
    ),
    (
        ["verdicts", "--promise", "ready-in-2h", "--where", "stor=lyon"],
        "there is no slice 'stor'; did you mean 'store'?",
    ),
    (["person", "customer:zed"], "nobody is known under this id"),
    (["person", "zzz"], "nobody is known under this id"),
    (["map", "export", "colect"], "there is no map 'colect'; did you mean 'collect'?"),
]


@pytest.mark.parametrize(
    ("words", "expected"), WRONG_USE, ids=lambda words: " ".join(words) if isinstance(words, list) else ""
)
def test_wrong_use_is_one_clear_sentence(published: Path, words: list[str], expected: str) -> None:
    """Options that do not exist or make no sense: status 2, one line, with the fix."""
    before = parcours(published, "gaps", "--format", "json").out
    answer = parcours(published, *words)

    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert expected in answer.err
    assert parcours(published, "gaps", "--format", "json").out == before


SETTINGS = [
    ("name = \n", "parcours.toml:1: not TOML"),
    ('name = "x"\nnam = "x"\n', "parcours.toml:2: unknown key 'nam'; did you mean 'name'?"),
    ('time_zone = "Mars"\n', "parcours.toml:1: time_zone: 'Mars' is not a time zone"),
    ("threads = 0\n", "parcours.toml:1: threads: "),
    ("memory = 3\n", "parcours.toml:1: memory: 3 is not text; put it between quotes"),
    ('memory = "lots"\n', "'lots' is not an amount of memory"),
]


@pytest.mark.parametrize(("text", "expected"), SETTINGS)
def test_wrong_settings_are_told(tmp_path: Path, text: str, expected: str) -> None:
    """`parcours.toml` is checked like everything else, with its line."""
    folder = make_shop(tmp_path / "shop", {"parcours.toml": text})
    answer = run(folder)

    assert answer.code == 2
    assert expected in answer.err
    assert answer.err.count("\n") == 1


CHECKED: Files = {
    "sources/orders.yaml": """
        source: orders
        read: {csv: data/orders*.csv}
        chanel: web
        person: {customer: custmer}
        objects: {order: order_id}
        set: {store: stor}
        signals:
          - {type: order.placed, at: placd_at}
          - {type: order.ready, at: ready_at, when: ready_at is nul}
        """,
    "sources/calls.yaml": """
        source: calls
        read: {csv: data/calls.csv}
        signals:
          - {type: call.made, at: made_at}
        """,
    "maps/collect.yaml": """
        map: collect
        per: ordr
        owner: stores
        slices: [stor]
        stages:
          - stage: buy
            steps:
              - {step: pay, signal: order.payed}
        promises:
          - {promise: ready, after: order.placd, expect: order.ready, within: 2h}
          - {promise: fine, after: call.made, expect: order.ready, within: 2h}
        """,
}


def test_check_tells_every_fault_of_every_file_at_once(tmp_path: Path) -> None:
    """Ten faults in three files: each is told, none that only follows from another, nothing is written; then all is mended."""
    folder = make_shop(tmp_path / "shop", CHECKED)
    answer = parcours(folder, "check", "--format", "json")
    places = [(fault["file"], fault["line"]) for fault in answer.json]

    assert answer.code == 2
    assert places == [
        ("maps/collect.yaml", 2),  # per: ordr
        ("maps/collect.yaml", 4),  # slices: [stor]
        ("maps/collect.yaml", 8),  # order.payed
        ("maps/collect.yaml", 10),  # order.placd
        ("sources/calls.yaml", 2),  # data/calls.csv
        ("sources/orders.yaml", 3),  # chanel
        ("sources/orders.yaml", 4),  # custmer
        ("sources/orders.yaml", 6),  # stor
        ("sources/orders.yaml", 8),  # placd_at
        ("sources/orders.yaml", 9),  # nul
    ]
    assert all(fault["what"] and fault["fix"] for fault in answer.json)
    told = run(folder)
    assert told.code == 2
    assert [line.split(": ")[1] for line in told.err.splitlines()] == [
        f"{file}:{line}" for file, line in places
    ]
    assert not (folder / ".parcours/lake").exists()

    make_shop(folder)
    (folder / "sources/calls.yaml").unlink()
    assert parcours(folder, "check", "--format", "json").json == []
    assert parcours(folder, "check").code == 0


def test_a_workspace_of_a_newer_version_is_left_alone(shop: Path) -> None:
    """Neither `run` nor a reader touches a vault of a later version; both say what to do."""
    newer = "update alembic_version set version_num = '{}'"
    import contextlib
    import sqlite3

    def turn(revision: str) -> None:
        with contextlib.closing(sqlite3.connect(shop / ".parcours/vault/vault.sqlite")) as vault, vault:
            vault.execute(newer.format(revision))

    (revision,) = vault_rows(shop, "select version_num from alembic_version")[0]
    turn("9999")
    answers: list[Any] = [run(shop), parcours(shop, "gaps"), parcours(shop, "status")]
    turn(revision)

    for answer in answers:
        assert answer.code == 2
        assert "written by a newer parcours" in answer.err
        assert "upgrade parcours; nothing was changed" in answer.err


@pytest.mark.parametrize("folder", ["a b", "50 #1 é'q\"&x=y", "(1) ~ $HOME; `ls`"])
def test_a_workspace_may_lie_anywhere(tmp_path: Path, folder: str) -> None:
    """Signs that addresses, shells and SQL use for themselves are fine in the workspace's path."""
    shop = make_shop(tmp_path / folder / "shop")
    ran(shop)

    assert [row["kept"] for row in parcours(shop, "gaps", "--format", "json").json][:1] == [2]


@pytest.mark.parametrize("sign", list("[]*?%|^{}\\"))
def test_a_path_that_storage_libraries_misread_is_refused(tmp_path: Path, sign: str) -> None:
    """Rather than reading another folder's files: patterns and escapes in the workspace's path are refused, with the sign."""
    shop = make_shop(tmp_path / f"a{sign}b")
    answer = run(shop)

    assert answer.code == 2
    assert "which storage libraries misread; rename the folder" in answer.err
    assert repr(sign) in answer.err


def test_a_file_named_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    """`day[1].csv` is read, not `day1.csv` beside it, though an engine takes the brackets for a pattern."""
    header = "order_id,customer,store,placed_at,ready_at\n"
    shop = make_shop(
        tmp_path,
        source(READ, 'csv: "data/day[1].csv"')
        | {
            "data/day[1].csv": header + "a,ann,lyon,2024-01-01,\n",
            "data/day1.csv": header + "b,bob,nice,2024-01-01,\n" * 5,
        },
    )

    assert ran(shop)["signals"]["received"] == 1
