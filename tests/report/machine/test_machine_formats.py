"""JUnit, SARIF and GitHub's annotations, as the systems that read them want them."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from imbalance_audit.records import Audit, Coverage, Finding
from imbalance_audit.report.audit.audit_terminal import render_check, render_summary
from imbalance_audit.report.machine.github import PER_KIND, STEP_SUMMARY, fitting, render_annotations
from imbalance_audit.report.machine.junit import render_junit
from imbalance_audit.report.machine.located import Policed
from imbalance_audit.report.machine.sarif import RESULTS, render_sarif
from tests.report.samples import RULES, audit_of, hostile, realistic

POLICY = Policed("audit.toml", {"SUP001": 7})
NO_FILE = Policed(None, {})
XSD = etree.XMLSchema(file=str(Path(__file__).parent / "junit-10.xsd"))


def many(n: int) -> Audit:
    findings = [
        Finding(code="SUP001", name="rare-class", severity="error", message=f"{i} is rare", remedy="", label=str(i))
        for i in range(n)
    ]
    return audit_of([("train", None, "a", 1)], findings=findings, coverage=[Coverage("SUP001", "failed")])


@pytest.mark.parametrize("audit", [realistic(), hostile(), many(3), audit_of([])])
def test_junit_keeps_to_its_schema_and_its_numbers_are_those_of_its_cases(audit: Audit) -> None:
    tree = etree.fromstring(render_junit(audit, rules=RULES).encode())

    XSD.assertValid(tree)
    (suite,) = tree
    told = {name: int(suite.get(name)) for name in ("tests", "failures", "skipped")}
    assert told == {
        "tests": len(suite),
        "failures": len(suite.findall("testcase/failure")),
        "skipped": len(suite.findall("testcase/skipped")),
    }


def test_junit_has_a_case_for_each_rule_and_split_errors_fail_and_what_did_not_run_is_skipped() -> None:
    audit = audit_of(
        [("train", None, "a", 1), ("val", None, "a", 1)],
        findings=[
            Finding(code="A1", name="one", severity="error", message="bad", remedy="mend", split="val"),
            Finding(code="A1", name="one", severity="warning", message="odd", remedy="mend", split="train"),
        ],
        coverage=[Coverage("A1", "failed"), Coverage("A2", "passed"), Coverage("A3", "not_run", "no ids")],
    )

    suite = etree.fromstring(render_junit(audit, rules={}).encode())[0]
    strict = etree.fromstring(render_junit(audit, rules={}, failing=("error", "warning")).encode())[0]

    cases = {(case.get("classname"), case.get("name")): [part.tag for part in case] for case in suite}
    assert cases == {
        ("audit.A1", "A1"): [],
        ("audit.A1", "A1 [train]"): ["system-out"],
        ("audit.A1", "A1 [val]"): ["failure"],
        ("audit.A2", "A2"): [],
        ("audit.A2", "A2 [train]"): [],
        ("audit.A2", "A2 [val]"): [],
        ("audit.A3", "A3"): ["skipped"],
    }
    assert suite.find("testcase/skipped").get("message") == "no ids"
    assert (suite.get("failures"), strict.get("failures")) == ("1", "2")


@pytest.mark.parametrize("policy", [POLICY, NO_FILE])
@pytest.mark.parametrize("audit", [realistic(), hostile()])
def test_every_result_has_a_location_a_known_rule_a_level_and_a_fingerprint_of_its_own(
    audit: Audit, policy: Policed
) -> None:
    run = json.loads(render_sarif(audit, rules=RULES, policy=policy, version="1"))["runs"][0]
    rules = run["tool"]["driver"]["rules"]

    assert len(run["results"]) == len(audit.findings)
    for result in run["results"]:
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["region"]["startLine"] >= 1
        assert re.fullmatch(r"[^\s\\:]+", place["artifactLocation"]["uri"])
        assert not place["artifactLocation"]["uri"].startswith("/")
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"].isprintable()
    prints = Counter(result["partialFingerprints"]["ruleSplitClass/v1"] for result in run["results"])
    assert max(prints.values()) == 1


def test_a_result_stands_at_the_line_of_its_limit_and_others_at_the_first_line() -> None:
    run = json.loads(render_sarif(realistic(), rules=RULES, policy=POLICY, version="1"))["runs"][0]

    lines = {r["ruleId"]: r["locations"][0]["physicalLocation"]["region"]["startLine"] for r in run["results"]}

    assert lines["SUP001"] == 7
    assert {line for code, line in lines.items() if code != "SUP001"} == {1}


def test_fingerprints_stay_while_numbers_change() -> None:
    def prints(n: int) -> str:
        finding = Finding(code="S", name="s", severity="error", message=f"{n:,} rows", remedy="", observed=n)
        run = json.loads(
            render_sarif(audit_of([(None, None, "a", 1)], findings=[finding]), rules={}, policy=POLICY, version="1")
        )
        return str(run["runs"][0]["results"][0]["partialFingerprints"])

    assert prints(5) == prints(1234)


def test_sarif_holds_at_most_five_thousand_results_and_counts_the_rest() -> None:
    run = json.loads(render_sarif(many(RESULTS + 5), rules=RULES, policy=POLICY, version="1"))["runs"][0]

    assert len(run["results"]) == RESULTS
    notes = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    assert notes == ["5 more results are in audit.json"]


def test_what_did_not_run_is_told_in_sarif_and_in_the_log() -> None:
    run = json.loads(render_sarif(realistic(), rules=RULES, policy=POLICY, version="1"))["runs"][0]
    notes = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]

    assert "LEK002 could not run: no id column was named" in notes
    assert "audit: LEK002 could not run: no id column was named" in render_annotations(realistic(), policy=POLICY)


def test_annotations_are_most_severe_first_and_ten_a_kind_with_the_rest_counted() -> None:
    audit = many(25)

    lines = [line for line in render_annotations(audit, policy=POLICY).splitlines() if line.startswith("::")]

    assert len(lines) == PER_KIND
    assert lines[0] == "::error file=audit.toml,line=7,title=SUP001 rare-class::0 is rare"
    assert lines[-1] == "::error title=audit::16 more errors, of SUP001"
    kinds = re.findall(r"^::(\w+)", render_annotations(realistic(), policy=POLICY), flags=re.MULTILINE)
    assert kinds == sorted(kinds, key=["error", "warning", "notice"].index)


def test_no_label_can_end_an_annotation_or_start_another_command() -> None:
    finding = Finding(
        code="A1", name="n", severity="error", message="50% of a\n::stop-commands::x\r", remedy="", split="a:b,c\n"
    )

    text = render_annotations(audit_of([(None, None, "a", 1)], findings=[finding]), policy=POLICY)

    line = text.splitlines()[0]
    assert line.endswith("::50%25 of a\\n::stop-commands::x\\r")
    assert "title=A1 n [a%3Ab%2Cc\\n]" in line
    commands = [line for line in render_annotations(hostile(), policy=POLICY).splitlines() if line.startswith("::")]
    assert all(re.match(r"::(error|warning|notice) ", line) for line in commands)


def test_a_summary_that_would_be_too_long_is_cut_and_says_so() -> None:
    assert fitting("short") == "short"
    cut = fitting("line\n" * 300_000, before=500_000)
    assert len(cut.encode()) <= STEP_SUMMARY - 500_000
    assert cut.endswith("*Cut here: the summary of this step is full.*\n")
    assert fitting("line\n", before=STEP_SUMMARY) == ""


def test_a_thousand_findings_of_a_rule_are_fifty_lines_and_a_count() -> None:
    lines = render_check(many(1000)).splitlines()

    assert len(lines) == 52
    assert lines[50] == "         SUP001 and 950 more findings, in --output-format json"
    assert len(render_summary(many(1000)).splitlines()) < 40
