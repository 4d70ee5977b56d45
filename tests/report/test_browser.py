"""The report in a real browser: labels run nothing, the table sorts and filters, nothing overflows."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from imbalance_audit.advice.scheme_comparison import compare_schemes
from imbalance_audit.records import Evaluation
from imbalance_audit.report.audit.audit_page import render_html
from imbalance_audit.report.evaluation.evaluation_page import render_evaluation_html
from imbalance_audit.weights import diagnose
from tests.report import evaluations
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

EVALUATION = WATCH.replace("Label audit: ", "Evaluation: ").replace('"audit"', '"evaluation"')

PHONE = 360

INK = """
const of = (selector) => getComputedStyle(document.querySelector(selector));
document.body.dataset.said = JSON.stringify(
  [of("body").backgroundColor, of("body").color, of("#evaluation").display, of(".card").backgroundColor]
);
"""

WIDTH = """
const wide = [...document.querySelectorAll("body *")].filter((e) => {
  const box = e.getBoundingClientRect();
  return box.right > innerWidth + 1 && !e.closest(".tablebox, .scroll, nav, pre, .skip");
}).map((e) => e.tagName + "." + e.className);
document.body.dataset.said = JSON.stringify([document.documentElement.scrollWidth <= innerWidth, wide]);
"""


FRAME = """<!DOCTYPE html><body>
<script>addEventListener("message", (told) => {{ document.body.dataset.said = told.data; }});</script>
<iframe src="report.html" style="border:0;width:{width}px;height:900px"></iframe></body>"""


def said(chromium: str, page: str, script: str, folder: Path, *, width: int = 1280, flags: Sequence[str] = ()) -> str:
    """Open the page with a probe script at its end, and return what the probe wrote down."""
    file = folder / "report.html"
    file.write_text(page.replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8")
    if width < 500:  # no window is as narrow as a phone, but a frame is
        frame = folder / "frame.html"
        frame.write_text(FRAME.format(width=width), encoding="utf-8")
        told = "parent.postMessage(document.body.dataset.said, '*');"
        file.write_text(page.replace("</body>", f"<script>{script}{told}</script></body>"), encoding="utf-8")
        file, width = frame, 500
    command = [chromium, *FLAGS, *flags, f"--user-data-dir={folder / 'profile'}", f"--window-size={width},900"]
    command.append(file.as_uri())
    dom = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout
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
            comparison=compare_schemes(audit),
            command="x" * 500,
        )

        assert said(chromium, page, WIDTH, tmp_path, width=width) == "[true,[]]"


def evaluated(evaluation: Evaluation) -> str:
    embedded = evaluations.as_json(evaluation)
    return render_evaluation_html(evaluation, evaluation_json=embedded, command="<img src=x>" + "x" * 500)


def test_no_script_of_an_evaluated_label_or_run_runs_and_nothing_is_fetched(chromium: str, tmp_path: Path) -> None:
    page = evaluated(evaluations.hostile())

    assert said(chromium, page, EVALUATION, tmp_path) == '["undefined",true,0,0,"imbalance-audit/evaluation"]'


def test_the_classes_of_an_evaluation_sort_by_any_figure_and_filter(chromium: str, tmp_path: Path) -> None:
    script = SORT.replace("Labels", "Trained").replace("Weight", "Recall, inverse")
    page = evaluated(evaluations.realistic())

    assert said(chromium, page, script, tmp_path) == (
        '["red fox","european bison","alpine hare","wood mouse","elk","pine marten+stone marten","2 of 48 listed",12]'
    )


@pytest.mark.parametrize("width", [PHONE, 900])
@pytest.mark.parametrize("made", [evaluations.realistic, evaluations.hostile, evaluations.small])
def test_nothing_of_an_evaluation_overflows_a_narrow_window(
    chromium: str, tmp_path: Path, width: int, made: Callable[[], Evaluation]
) -> None:
    assert said(chromium, evaluated(made()), WIDTH, tmp_path, width=width) == "[true,[]]"


def test_an_evaluation_follows_the_scheme_of_its_reader(chromium: str, tmp_path: Path) -> None:
    page = evaluated(evaluations.small())

    schemes = [
        json.loads(said(chromium, page, INK, tmp_path, flags=[f"--blink-settings=preferredColorScheme={scheme}"]))
        for scheme in (1, 0)
    ]

    assert schemes == [
        ["rgb(243, 245, 247)", "rgb(20, 24, 29)", "none", "rgb(255, 255, 255)"],
        ["rgb(14, 18, 22)", "rgb(231, 234, 238)", "none", "rgb(22, 27, 33)"],
    ]
