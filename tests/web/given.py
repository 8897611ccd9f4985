"""Workspaces to report on: the template's shop, and small ones in every state a report must bear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import html

from parcours.gap.loop import run_workspace
from parcours.gap.results import open_results
from parcours.kernel.clock import parse_instant
from parcours.kernel.workspace import Workspace
from parcours.web.report import write_report

if TYPE_CHECKING:
    from pathlib import Path

ORDERS = """\
source: orders
title: {en: Order book, fr: Carnet de commandes}
read: {csv: data/orders.csv}
person: {customer: customer}
objects: {order: no, store: store}
signals:
  - {type: order.placed, channel: web, at: paid_at, set: {amount_minor: cents, currency: "'EUR'"}}
  - {type: order.ready, channel: store, at: ready_at, when: ready_at is not null}
"""
KIOSK = """\
source: kiosk
read: {csv: data/kiosk.csv}
person: {customer: customer}
objects: {order: no}
channel: kiosk
signals:
  - {type: feedback.given, at: at, set: {score: cast(score as integer)}, text: comment}
"""
MAP = """\
map: collect
title: {en: Collect in store, fr: Retrait en magasin}
per: order
starts: order.placed
ends: {any: [order.ready], or_quiet_for: 3d}
stages:
  - stage: order
    steps: [{step: pay, signal: order.placed, title: {en: Pay, fr: Payer}, touchpoints: [web.checkout]}]
  - stage: collect
    steps: [{step: ready, signal: order.ready, title: {en: Ready, fr: Prête}, owner: store}]
slices: [store]
"""
PROMISE = """\
promises:
  - promise: in-2h
    says: {en: Ready in two hours, fr: Prêt en deux heures}
    after: order.placed
    expect: order.ready
    within: 2h
    owner: store
"""
HEADING = "no,customer,store,paid_at,ready_at,cents\n"
KEPT = "o1,ann,Lyon,2026-09-01 10:00,2026-09-01 11:00,1000\no2,bob,Lille,2026-09-01 12:00,2026-09-01 12:30,2000\n"
BROKEN = "o3,cyd,Lyon,2026-09-02 10:00,2026-09-02 15:30,3000\n"
UNSEEN = "o4,dan,Lyon,2026-09-02 20:00,,4000\n"


@dataclass(frozen=True)
class Report:
    """A report as made, and as read by a browser's parser."""

    text: str
    tree: html.HtmlElement

    def page(self, language: str) -> str:
        """All that one language's page says."""
        found = self.tree.xpath(f"//main[@lang='{language}']")
        return " ".join(" ".join(found[0].itertext()).split())


def write_shop(
    folder: Path,
    *,
    rows: str = "",
    the_map: str | None = MAP + PROMISE,
    kiosk: str = "",
    name: str = "A shop",
) -> Workspace:
    """A small workspace on the given rows of its order book and kiosk."""
    for part in ("data", "sources", "maps"):
        (folder / part).mkdir(parents=True)
    (folder / "parcours.toml").write_text(f'name = "{name}"\ntime_zone = "Europe/Paris"\n', "utf-8")
    (folder / "sources" / "orders.yaml").write_text(ORDERS, "utf-8")
    (folder / "data" / "orders.csv").write_text(HEADING + rows, "utf-8")
    if kiosk:
        (folder / "sources" / "kiosk.yaml").write_text(KIOSK, "utf-8")
        (folder / "data" / "kiosk.csv").write_text("at,customer,no,score,comment\n" + kiosk, "utf-8")
    if the_map is not None:
        (folder / "maps" / "collect.yaml").write_text(the_map, "utf-8")
    return Workspace(folder)


def run(workspace: Workspace, as_of: str = "2026-10-01") -> None:
    """Run it, as of the end of that day."""
    run_workspace(workspace, lambda *_: None, as_of=parse_instant(as_of, workspace.settings.time_zone))


def report_on(workspace: Workspace, path: Path, *, with_quotes: bool = True) -> Report:
    """The report of its last run."""
    with open_results(workspace) as results:
        write_report(results, workspace.settings.name or "", path, with_quotes=with_quotes)
    text = path.read_text("utf-8")
    return Report(text, html.fromstring(text))
