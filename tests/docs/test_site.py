"""The site that `make docs` builds: whole, read without a network, and by everybody."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from itertools import product
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html

from docs.pages import ROOT, pages

if TYPE_CHECKING:
    from pathlib import Path

FETCHED = "//script/@src | //link/@href | //img/@src | //source/@src | //source/@srcset | //iframe/@src | //object/@data"
SHOWN = (
    "docs/index",
    "docs/tutorial/first-gap",
    "docs/reference/mapping",
    "docs/explanation/verdicts-and-intervals",
)
_URL = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built anew with every warning an error."""
    folder = tmp_path_factory.mktemp("site")
    call = [
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-c",
        "docs",
        "-d",
        str(folder / "cache"),
        ".",
        str(folder / "site"),
    ]
    done = subprocess.run([sys.executable, *call], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "site"


def _parsed(site: Path) -> dict[Path, html.HtmlElement]:
    return {path: html.parse(path).getroot() for path in sorted(site.rglob("*.html"))}


def test_every_page_of_ours_is_on_the_site(site: Path) -> None:
    """No Markdown page is left out, and the site's own folder opens the first one."""
    missing = [page for page in pages() if not (site / page.relative_to(ROOT).with_suffix(".html")).is_file()]

    assert missing == []
    assert "docs/index.html" in (site / "index.html").read_text("utf-8")


def test_nothing_is_fetched_from_outside(site: Path) -> None:
    """Scripts, styles, fonts and pictures lie beside the pages."""
    outside = [
        (path.name, address)
        for path, page in _parsed(site).items()
        for address in page.xpath(FETCHED)
        if urlsplit(address).scheme not in {"", "data"} or address.startswith("//")
    ]
    for path in site.rglob("*.css"):
        addresses = ["".join(found) for found in _URL.findall(path.read_text("utf-8"))]
        outside += [(path.name, address) for address in addresses if re.match(r"(https?:)?//", address)]

    assert outside == []


def test_no_link_of_the_site_leads_nowhere(site: Path) -> None:
    """Every link inside the site names a file that is there, and an anchor of it."""
    parsed = _parsed(site)
    anchors = {path: set(page.xpath("//@id")) for path, page in parsed.items()}
    broken = []
    for path, page in parsed.items():
        for address in page.xpath("//a/@href | //link/@href | //script/@src | //img/@src"):
            parts = urlsplit(address)
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            inside = not parts.scheme and not parts.netloc
            if inside and (not target.exists() or (parts.fragment and parts.fragment not in anchors[target])):
                broken.append((path.name, address))

    assert broken == []


def test_files_of_a_page_show_their_names(site: Path) -> None:
    """Whoever copies a block from the site sees which file it is."""
    page = html.parse(site / "docs" / "how-to" / "connect-a-till.html").getroot()
    captions = page.xpath("//div[contains(@class, 'code-block-caption')]//span[@class='caption-text']/text()")

    assert captions == [
        "shop/data/till.csv",
        "shop/data/stores.csv",
        "shop/parcours.toml",
        "shop/sources/till.yaml",
        "shop/maps/counter.yaml",
    ]


def test_the_tree_holds_the_four_shelves(site: Path) -> None:
    """From every page one sees the shelves, the decisions and the project, as the index lists them."""
    page = html.parse(site / "docs" / "reference" / "map.html").getroot()
    (tree,) = page.xpath("//*[@class='sidebar-tree']")
    captions = tree.xpath("p[@class='caption']/span/text()")

    assert captions == ["Tutorial", "How to", "Explanation", "Reference", "Decisions", "Project"]
    assert len(tree.xpath("ul")) == len(captions)


@pytest.mark.heavy
@pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium on this machine")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_for_everybody(site: Path, scheme: Literal["light", "dark"]) -> None:
    """No serious fault of accessibility in either theme, wide or on a phone; no sideways scrolling; nothing asked of a network."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    asked: list[str] = []
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(color_scheme=scheme)
        page.on("request", lambda request: asked.append(request.url))
        for name, width in product(SHOWN, (1280, 360)):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto((site / f"{name}.html").as_uri())
            found = Axe().run(page).response["violations"]
            grave = [rule["id"] for rule in found if rule["impact"] in {"serious", "critical"}]
            faults += [f"{name} at {width}: {rule}" for rule in grave]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults.append(f"{name} at {width}: scrolls sideways")
        browser.close()

    assert faults == []
    assert [address for address in asked if not address.startswith("file:")] == []


@pytest.mark.heavy
@pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium on this machine")
def test_search_needs_no_server(site: Path) -> None:
    """A word is found from a file opened by a double click."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{(site / 'search.html').as_uri()}?q=nullif")
        page.wait_for_selector("#search-results li a")
        found = page.locator("#search-results li a").all_inner_texts()
        browser.close()

    assert "Connect a till" in found
