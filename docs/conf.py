"""How `make docs` makes a site of the Markdown pages. The pages stay plain Markdown: what the site needs besides is added here.

The source folder is the repository, so that README, CHANGELOG and CONTRIBUTING are pages too and relative links mean the same here and
on a forge.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from pygments.lexers.special import TextLexer

from parcours import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[1]

project = "parcours"
version = release = __version__
copyright = "the authors of parcours, Apache-2.0"  # noqa: A001 - Sphinx's name
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["docs/**.md", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "changelog.d/README.md"]
exclude_patterns = [".*", "site", "demo", "src", "tests", "examples", "requirements", "build", "dist"]
nitpicky = True
myst_heading_anchors = 3
myst_links_external_new_tab = False

html_theme = "furo"
html_title = "parcours"
html_static_path = ["_static"]
html_css_files = ["parcours.css"]
html_logo = html_favicon = "_static/mark.svg"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = False
html_theme_options = {
    "top_of_page_buttons": [],
    "light_css_variables": {
        "color-brand-primary": "#0f766e",
        "color-brand-content": "#0f766e",
        "color-brand-visited": "#0f766e",
        "color-sidebar-link-text--top-level": "#3c4349",
    },
    "dark_css_variables": {
        "color-brand-primary": "#4fb9ad",
        "color-brand-content": "#4fb9ad",
        "color-brand-visited": "#4fb9ad",
        "color-sidebar-link-text--top-level": "#c3c8cd",
    },
}

LISTS_OF_PAGES = ("docs/index", "docs/adr/index", "CHANGELOG")
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s#:]+\.md)\)")
_NAMED_BLOCK = re.compile(r"^```(\w+) (\S+)\n", re.MULTILINE)


def setup(app: Sphinx) -> None:
    """Adds what forges do not need: the tree of pages, names of files over blocks, pictures that follow the theme."""
    app.add_lexer("csv", TextLexer)
    app.connect("source-read", _add_tree)
    app.connect("source-read", _show_file_names)
    app.connect("doctree-resolved", _draw_inline)
    app.connect("html-page-context", _open_to_keyboards, priority=900)
    app.connect("build-finished", _lead_to_index)


def _add_tree(_: Sphinx, docname: str, source: list[str]) -> None:
    """The links below the headings of a page that lists pages are its branches; of one without, all links are."""
    if docname not in LISTS_OF_PAGES:
        return
    parts = _HEADING.split(source[0])
    listed = {title: _LINK.findall(text) for title, text in zip(["", *parts[1::2]], parts[::2], strict=True)}
    titled = {title: links for title, links in listed.items() if title and links}
    for title, links in (titled or listed).items():
        caption = [f":caption: {title}"] if title else []
        branches = [f"{name.replace('`', '')} </{_docname(docname, link)}>" for name, link in links]
        source[0] += "\n\n" + "\n".join(["```{toctree}", ":hidden:", *caption, "", *branches, "```"])


def _docname(docname: str, link: str) -> str:
    target = (ROOT / docname).parent / link
    return target.resolve().relative_to(ROOT).with_suffix("").as_posix()


def _show_file_names(_: Sphinx, __: str, source: list[str]) -> None:
    """A block that is a file shows its name; forges hide it."""
    source[0] = _NAMED_BLOCK.sub(r"```{code-block} \1\n:caption: \2\n\n", source[0])


def _draw_inline(app: Sphinx, doctree: nodes.document, _: str) -> None:
    """Pictures of ours become part of the page, so that they take its colours and its text can be found."""
    for image in list(doctree.findall(nodes.image)):
        file = ROOT / image["uri"]
        if file.suffix == ".svg" and app.builder.format == "html":
            drawing = f'<div class="picture-frame">{file.read_text("utf-8")}</div>'
            image.replace_self(nodes.raw("", drawing, format="html"))


def _open_to_keyboards(
    _: Sphinx, __: str, ___: str, context: dict[str, str], ____: nodes.document | None
) -> None:
    """What scrolls sideways can be scrolled with keys; headings of the tree have a level. After the theme's own step, hence the priority."""
    body = context.get("body", "").replace("<pre>", '<pre tabindex="0">')
    context["body"] = body.replace('<div class="table-wrapper', '<div tabindex="0" class="table-wrapper')
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')


def _lead_to_index(app: Sphinx, problem: Exception | None) -> None:
    """The site's own folder opens its first page."""
    if problem is None and app.builder.format == "html":
        target = f"{root_doc}.html"
        page = (
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>parcours</title>'
            f'<meta http-equiv="refresh" content="0; url={target}"><p><a href="{target}">parcours</a></p></html>\n'
        )
        (Path(app.outdir) / "index.html").write_text(page, "utf-8")
