"""Exports of GA4, Segment and RudderStack run at once, without a guess, and each event counts once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cli.given import call

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Row = dict[str, Any]  # rows of other people's JSON

AT = 1_788_598_800_000_000  # 2026-09-05 09:00 UTC
MINUTE = 60_000_000
SHOP = "https://shop.example"


def param(key: str, **value: object) -> Row:
    """One of GA4's `event_params`; whole numbers are text in the JSON of BigQuery."""
    return {"key": key, "value": value}


def event(name: str, minute: int, *params: Row, person: str | None = "111.222", **more: object) -> Row:
    """An event as BigQuery writes it into JSON: int64 as text, what is null left out."""
    row: Row = {
        "event_date": "20260905",
        "event_timestamp": str(AT + minute * MINUTE),
        "event_name": name,
        "event_params": [param("ga_session_id", int_value="77"), *params],
        "event_bundle_sequence_id": "5",
        "user_pseudo_id": person,
        "platform": "WEB",
        **more,
    }
    return {key: value for key, value in row.items() if value is not None}


SATURDAY = [
    event("session_start", 0, privacy_info={"analytics_storage": "Yes", "ads_storage": "Unset"}),
    event("page_view", 0, param("page_location", string_value=f"{SHOP}/drills?mail=lea@example.org")),
    event("view_item", 1, items=[{"item_id": "PER-18V"}, {"item_id": "(not set)"}]),
    event("login", 2, user_id="C-301"),
    event(
        "purchase",
        3,
        param("currency", string_value="EUR"),
        user_id="C-301",
        ecommerce={"transaction_id": "W-1", "purchase_revenue": 129.0},
    ),
    event("bike_turned", 4),
]


def write_lines(path: Path, rows: Iterable[Row], *more: str) -> Path:
    """A file of JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in [*map(json.dumps, rows), *more]), "utf-8")
    return path


def run(workspace: Path) -> Row:
    """Signals received, accepted and refused, after a check without faults."""
    checked = call("check", "-w", workspace)
    assert checked.code == 0, checked.out + checked.err
    answer = call("run", "-w", workspace, "--format", "json")
    assert answer.code == 0, answer.err
    counted: Row = answer.json["signals"]
    assert counted["received"] == counted["accepted"] + sum(counted["refused"].values())
    return counted


def begin(workspace: Path, *files: Path) -> Row:
    """A workspace on these files, run."""
    answer = call("init", workspace, *(word for file in files for word in ("--from", file)))
    assert answer.code == 0, answer.err
    assert "nothing was guessed" in answer.out or "warehouse" in answer.out
    return run(workspace)


def story(workspace: Path, person: str) -> list[Row]:
    """What a person lived."""
    found: list[Row] = call("person", person, "-w", workspace, "--format", "json").json["signals"]
    return found


def path_of(workspace: Path, per: str) -> list[tuple[list[str], int]]:
    """Variants."""
    rows = call("journeys", "variants", "--per", per, "-w", workspace, "--format", "json").json
    return [(row["path"], row["count"]) for row in rows]


def test_a_day_of_ga4_is_one_session_with_its_order(tmp_path: Path) -> None:
    """Six events, six signals; what GA4 recommends has our names, what it does not know keeps its own."""
    file = write_lines(tmp_path / "events_20260905.jsonl", SATURDAY)

    assert begin(tmp_path / "shop", file) == {"received": 6, "accepted": 6, "refused": {}}
    assert path_of(tmp_path / "shop", "session") == [
        (
            [
                "session.started",
                "page.viewed",
                "product.viewed",
                "login.done",
                "order.placed",
                "bike_turned",
            ],
            1,
        )
    ]
    told = json.dumps(story(tmp_path / "shop", "customer:C-301"))
    assert '"page": "/drills"' in told
    assert "12900" in told
    assert "PER-18V" in told
    assert "(not set)" not in told
    assert "lea@example.org" not in told


def test_a_day_that_comes_again_with_late_events_is_counted_to_the_unit(tmp_path: Path) -> None:
    """GA4 rewrites a day for three days: nothing doubles, the late event is there; tomorrow's file is found by itself."""
    begin(tmp_path / "shop", write_lines(tmp_path / "events_20260905.jsonl", SATURDAY[:4]))
    data = tmp_path / "shop/data"

    write_lines(data / "events_20260905.jsonl", SATURDAY)
    assert run(tmp_path / "shop") == {"received": 6, "accepted": 6, "refused": {}}
    write_lines(data / "events_20260906.jsonl", [event("page_view", 24 * 60)])
    write_lines(data / "events_intraday_20260905.jsonl", SATURDAY[:2])
    assert run(tmp_path / "shop") == {"received": 9, "accepted": 7, "refused": {"duplicate_id": 2}}
    assert run(tmp_path / "shop") == {"received": 9, "accepted": 7, "refused": {"duplicate_id": 2}}


def test_who_did_not_agree_is_nobody_and_still_counted(tmp_path: Path) -> None:
    """Without consent there is no user_pseudo_id; two equal instants on two pages are two signals, empty and unset ids nobody."""
    rows = [
        event("page_view", 0, param("page_location", string_value=f"{SHOP}/a"), person=None),
        event("page_view", 0, param("page_location", string_value=f"{SHOP}/b"), person=None),
        event("page_view", 1, user_id="", person=None),
        event("page_view", 2, user_id="(not set)", person=None),
    ]
    file = write_lines(tmp_path / "events_20260905.jsonl", [*rows, rows[0]], "{broken")

    counted = begin(tmp_path / "shop", file)

    assert counted == {"received": 6, "accepted": 4, "refused": {"duplicate_id": 1, "unreadable_line": 1}}
    assert call("status", "-w", tmp_path / "shop").code == 0
    assert call("run", "-w", tmp_path / "shop", "--format", "json").json["people"] == 0


@pytest.mark.parametrize("wrapped", [False, True])
def test_parquet_of_ga4_gives_the_same_as_its_json(tmp_path: Path, *, wrapped: bool) -> None:
    """Lists as Parquet has them, and as BigQuery wraps them once more."""
    rows = []
    for row in SATURDAY:
        params = [
            {
                "key": one["key"],
                "value": {
                    "string_value": one["value"].get("string_value"),
                    "int_value": int(one["value"]["int_value"]) if "int_value" in one["value"] else None,
                },
            }
            for one in row["event_params"]
        ]
        items = row.get("items", [])
        given = {
            **row,
            "event_timestamp": int(row["event_timestamp"]),
            "event_params": {"list": [{"element": one} for one in params]} if wrapped else params,
            "items": {"list": [{"element": one} for one in items]} if wrapped else items,
        }
        rows.append(given)
    pq.write_table(
        pa.Table.from_pylist(rows, pa.schema(_kinds(rows, wrapped=wrapped))),
        tmp_path / "events_20260905.parquet",
    )
    begin(tmp_path / "json", write_lines(tmp_path / "events_20260905.jsonl", SATURDAY))

    assert begin(tmp_path / "parquet", tmp_path / "events_20260905.parquet")["accepted"] == 6
    stories = [
        [
            (one["type"], one["at"] if "at" in one else one["occurred_at"], one["objects"])
            for one in story(tmp_path / kind, "customer:C-301")
        ]
        for kind in ("json", "parquet")
    ]
    assert stories[0] == stories[1] != []


def _kinds(rows: list[Row], *, wrapped: bool) -> list[pa.Field]:
    """The schema of GA4's columns that the rows have; JSON leaves out what no row has."""

    def listed(element: pa.DataType) -> pa.DataType:
        return (
            pa.struct([("list", pa.list_(pa.struct([("element", element)])))])
            if wrapped
            else pa.list_(element)
        )

    value = pa.struct([("string_value", pa.string()), ("int_value", pa.int64())])
    known = {
        "event_timestamp": pa.int64(),
        "event_params": listed(pa.struct([("key", pa.string()), ("value", value)])),
        "items": listed(pa.struct([("item_id", pa.string())])),
        "ecommerce": pa.struct([("transaction_id", pa.string()), ("purchase_revenue", pa.float64())]),
        "privacy_info": pa.struct([("analytics_storage", pa.string()), ("ads_storage", pa.string())]),
    }
    return [
        pa.field(name, known.get(name, pa.string()))
        for name in dict.fromkeys(name for row in rows for name in row)
    ]


def call_of(kind: str, number: int, **more: object) -> Row:
    """A call of Segment, one a minute."""
    time = f"2026-09-05T09:{number:02d}:00.000Z"
    row: Row = {
        "type": kind,
        "messageId": f"m-{number}",
        "anonymousId": "an-1",
        "userId": None,
        "timestamp": time,
        "originalTimestamp": time,
        "sentAt": time,
        "receivedAt": time,
        "context": {"library": {"name": "analytics.js"}, "userAgent": "Mozilla/5.0"},
        **more,
    }
    return {key: value for key, value in row.items() if value != "absent"}


CALLS = [
    call_of("page", 0, properties={"path": "/drills", "url": f"{SHOP}/drills?m=lea@example.org"}),
    call_of(
        "track", 1, event="Product Viewed", properties={"product_id": "PER-18V", "Email": "a", "email": "b"}
    ),
    call_of("identify", 2, userId="C-301", traits={"email": "lea@example.org", "firstName": "Léa"}),
    call_of(
        "track",
        3,
        userId="C-301",
        event="Order Completed",
        properties={"order_id": "W-1", "total": 129.0, "products": [{"product_id": "PER-18V"}]},
    ),
    call_of("track", 4, userId="", event="Coupon Applied", properties={"coupon": "TEN"}),
    call_of("screen", 5, anonymousId="ph-1", context={"device": {"type": "ios"}}),
    call_of("alias", 6, userId="C-301", anonymousId="absent", previousId="ph-1"),
    call_of("group", 7, groupId="G-1"),
]


def test_the_calls_of_segment_are_one_story(tmp_path: Path) -> None:
    """Eight calls of six kinds, one sent twice, one without kind: names in our words, identifiers joined, nothing lost."""
    rows = [*CALLS, CALLS[3], call_of("absent", 9)]
    file = write_lines(tmp_path / "calls.jsonl", rows)

    counted = begin(tmp_path / "shop", file)

    assert counted == {"received": 10, "accepted": 8, "refused": {"duplicate_id": 1, "missing_type": 1}}
    lived = story(tmp_path / "shop", "email:lea@example.org")
    assert [one["type"] for one in lived] == [
        "page.viewed",
        "product.viewed",
        "person.identified",
        "order.placed",
        "coupon.applied",
        "person.aliased",
        "group.joined",
    ]
    assert "12900" in json.dumps(lived)


def test_a_clock_that_is_wrong_is_mended(tmp_path: Path) -> None:
    """A device a year ahead: sent 10 s after the event and received at 10:00:30, it happened at 10:00:20; `timestamp` says the same."""
    skewed = {
        "originalTimestamp": "2027-09-05T09:00:00Z",
        "sentAt": "2027-09-05T09:00:10Z",
        "receivedAt": "2026-09-05T10:00:30Z",
    }
    rows = [
        call_of("track", 1, userId="C-1", event="Signed In", **skewed, timestamp="absent"),
        call_of("track", 2, userId="C-1", event="Signed In", **skewed, timestamp="2026-09-05T10:00:20Z"),
        call_of(
            "track",
            3,
            userId="C-1",
            event="Signed In",
            timestamp="absent",
            originalTimestamp="absent",
            sentAt="absent",
            receivedAt="absent",
        ),
    ]
    counted = begin(tmp_path / "shop", write_lines(tmp_path / "calls.jsonl", rows))

    assert counted["refused"] == {"missing_time": 1}
    assert json.dumps(story(tmp_path / "shop", "customer:C-1")).count("2026-09-05T10:00:20") == 2


ORDERS = """id,anonymous_id,user_id,received_at,sent_at,original_timestamp,timestamp,event,event_text,context_ip,context_library_name,order_id,total
e-1,an-1,C-301,2026-09-05 09:03:01 UTC,2026-09-05 09:03:00 UTC,2026-09-05 09:03:00 UTC,2026-09-05 09:03:00 UTC,order_completed,Order Completed,192.0.2.7,analytics.js,W-1,129.0
e-2,an-2,,2026-09-05 09:04:01 UTC,2026-09-05 09:04:00 UTC,2026-09-05 09:04:00 UTC,2026-09-05 09:04:00 UTC,order_completed,Order Completed,192.0.2.8,analytics.js,W-2,54.9
e-2,an-2,,2026-09-05 09:04:01 UTC,2026-09-05 09:04:00 UTC,2026-09-05 09:04:00 UTC,2026-09-05 09:04:00 UTC,order_completed,Order Completed,192.0.2.8,analytics.js,W-2,54.9
"""
PAGES = """id,anonymous_id,user_id,received_at,timestamp,context_page_path,path,title
p-1,an-1,,2026-09-05 09:00:01 UTC,2026-09-05 09:00:00 UTC,/drills,/drills,Drills
"""


def test_tables_of_a_warehouse_need_no_guess_of_who_and_when(tmp_path: Path) -> None:
    """A table of an event and one of pages: ids, people and times from the schema, a row exported twice counts once."""
    (tmp_path / "order_completed.csv").write_text(ORDERS, "utf-8")
    (tmp_path / "pages.csv").write_text(PAGES, "utf-8")

    counted = begin(tmp_path / "shop", tmp_path / "order_completed.csv", tmp_path / "pages.csv")

    assert counted == {"received": 4, "accepted": 3, "refused": {"duplicate_id": 1}}
    lived = story(tmp_path / "shop", "customer:C-301")
    assert [one["type"] for one in lived] == ["page.viewed", "order.placed"]
    assert "192.0.2" not in json.dumps(lived)


def test_no_event_of_a_warehouse_counts_twice(tmp_path: Path) -> None:
    """`tracks` repeats, without properties, what stands in the tables of its events: those are left to them, others it gives."""
    (tmp_path / "order_completed.csv").write_text(ORDERS, "utf-8")
    rows = [line.split(",")[:9] for line in ORDERS.splitlines()[:3]]
    rows.append(["e-9", *rows[1][1:7], "coupon_applied", "Coupon Applied"])
    (tmp_path / "tracks.csv").write_text("\n".join(",".join(row) for row in rows), "utf-8")

    counted = begin(tmp_path / "shop", tmp_path / "order_completed.csv", tmp_path / "tracks.csv")

    assert counted == {"received": 4, "accepted": 3, "refused": {"duplicate_id": 1}}
    lived = story(tmp_path / "shop", "customer:C-301")
    assert sorted(one["type"] for one in lived) == ["coupon.applied", "order.placed"]


def test_a_second_file_of_a_tool_belongs_beside_the_first(tmp_path: Path) -> None:
    """The mapping that is there would read it too: it says so, and writes nothing."""
    file = write_lines(tmp_path / "events_20260905.jsonl", SATURDAY)
    begin(tmp_path / "shop", file)

    refused = call(
        "init", tmp_path / "shop", "--from", write_lines(tmp_path / "events_20260906.jsonl", SATURDAY)
    )

    assert refused.code == 2
    assert "put the file beside those" in refused.err
    assert not (tmp_path / "shop/data/events_20260906.jsonl").exists()
