"""The browser that the reports are opened in."""

from __future__ import annotations

import shutil
from os import environ
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def chromium() -> str:
    found = environ.get("CHROMIUM") or next((p for n in ("chromium", "google-chrome") if (p := shutil.which(n))), None)
    if found and Path(found).exists():
        return found
    if environ.get("CI"):
        pytest.fail("Chromium is not installed; the browser tests must run in CI. Set CHROMIUM to its path.")
    pytest.skip("Chromium is not installed, so nothing opened the report in a browser. Set CHROMIUM to its path.")
