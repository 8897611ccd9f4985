"""The template's shop, run and reported once for all tests of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from parcours.cli.template import make_workspace
from parcours.kernel.workspace import Workspace
from web.given import Report, report_on, run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def template_shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The shop of the template click-and-collect, run as of the last evening of its data."""
    folder = tmp_path_factory.mktemp("report") / "shop"
    make_workspace(folder, "click-and-collect")
    workspace = Workspace(folder)
    run(workspace, "2026-11-15")
    return workspace


@pytest.fixture(scope="session")
def template_report_path(template_shop: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its report."""
    path = tmp_path_factory.mktemp("report-file") / "report.html"
    report_on(template_shop, path)
    return path


@pytest.fixture(scope="session")
def template_report(template_shop: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Its report, read."""
    return report_on(template_shop, tmp_path_factory.mktemp("report-read") / "report.html")
