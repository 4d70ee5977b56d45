"""The report in a real browser: labels run nothing, the table sorts and filters, nothing overflows."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from imbalance_audit.report.html import render_html
from imbalance_audit.weights import compare, diagnose
from tests.report.samples import RULES, as_json, hostile, realistic, weights_of

pytestmark = pytest.mark.browser

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--dump-dom",
)

SORT = """
const names = () => [...document.querySelectorAll("#class-table tbody tr")]
  .filter((row) => !row.hidden).map((row) => row.cells[1].textContent);
const button = (words) => [...document.querySelectorAll("#class-table th button")].find((b) => b.textContent === words);
const said = [];
said.push(names()[0]);
button("Labels").click(); said.push(names()[0]);
button("Class").click(); said.push(names()[0]);
button("Class").click(); said.push(names()[0]);
button("Weight").click(); said.push(names().at(-1));
const input = document.getElementById("class-filter");
input.value = "MARTEN"; input.dispatchEvent(new Event("input"));
said.push(names().sort().join("+"), document.querySelector(".controls output").textContent);
input.value = "few"; input.dispatchEvent(new Event("input")); said.push(names().length);
document.body.dataset.said = JSON.stringify(said);
"""

WATCH = """
document.body.dataset.said = JSON.stringify([
  typeof window.hacked, document.title.startsWith("Label audit: "), document.images.length,
  performance.getEntriesByType("resource").length, JSON.parse(document.getElementById("audit").textContent).format,
]);
"""

WIDTH = """
const wide = [...document.querySelectorAll("body *")].filter((e) => {
  const box = e.getBoundingClientRect();
  return box.right > innerWidth + 1 && !e.closest(".tablebox, .scroll, nav, pre, .skip");
}).map((e) => e.tagName + "." + e.className);
document.body.dataset.said = JSON.stringify([document.documentElement.scrollWidth <= innerWidth, wide]);
"""


def said(chromium: str, page: str, script: str, folder: Path, *, width: int = 1280) -> str:
    """Open the page with a probe script at its end, and return what the probe wrote down."""
    file = folder / "report.html"
    file.write_text(page.replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8")
    command = [chromium, *FLAGS, f"--user-data-dir={folder / 'profile'}", f"--window-size={width},900", file.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    found = re.search(r'<body[^>]* data-said="([^"]*)"', dom)
    assert found, "The probe did not run to its end."
    return found.group(1).replace("&quot;", '"')


def test_no_script_of_a_label_runs_and_nothing_is_fetched(chromium: str, tmp_path: Path) -> None:
    audit = hostile()
    page = render_html(audit, audit_json=as_json(audit), rules=RULES, weights=weights_of(audit), command="<img src=x>")

    assert said(chromium, page, WATCH, tmp_path) == '["undefined",true,0,0,"imbalance-audit/audit"]'


def test_the_class_table_sorts_and_filters(chromium: str, tmp_path: Path) -> None:
    audit = realistic()
    page = render_html(audit, audit_json=as_json(audit), rules=RULES, weights=weights_of(audit, "train"))

    assert said(chromium, page, SORT, tmp_path) == (
        '["red fox","garden dormouse","alpine hare","wood mouse","red fox",'
        '"pine marten+stone marten","2 of 48 listed",16]'
    )


@pytest.mark.parametrize("width", [500, 800, 1280])
def test_nothing_overflows_a_narrow_window(chromium: str, tmp_path: Path, width: int) -> None:
    for audit in (realistic(), hostile()):
        page = render_html(
            audit,
            audit_json=as_json(audit),
            rules=RULES,
            weights=weights_of(audit),
            diagnosis=diagnose(weights_of(audit)),
            comparison=compare(audit),
            command="x" * 500,
        )

        assert said(chromium, page, WIDTH, tmp_path, width=width) == "[true,[]]"
