"""LBL: each fault of a label value, planted, and clean data."""

from __future__ import annotations

import pytest

from tests.rules.audits import BALANCED, audit_cells, audit_counts, of_rule


def test_no_label_is_a_warning_and_above_five_per_cent_an_error() -> None:
    few = audit_counts({"train": {"cat": 99, None: 1}, "val": {"cat": 90, None: 10}})

    found = {finding.split: (finding.severity, finding.rows) for finding in of_rule(few, "LBL001")}

    assert found == {"train": ("warning", 1), "val": ("error", 10)}


def test_samples_of_no_class_are_a_true_answer_in_multi_label_data() -> None:
    assert of_rule(audit_counts({None: {"cat": 50, None: 50}}, multilabel=True), "LBL001") == []


def test_a_label_outside_the_declared_classes_is_named_with_the_nearest_one() -> None:
    audit = audit_counts({None: {"unknown": 50, "cat": 50, "unknwon": 1}}, classes=["cat", "unknown"])

    (finding,) = of_rule(audit, "LBL002")

    assert (finding.severity, finding.label, finding.rows) == ("error", "unknwon", 1)
    assert finding.message == '"unknwon" is not a declared class (1 row). Did you mean "unknown"?'


@pytest.mark.parametrize(
    ("variant", "severity", "shown"),
    [
        ("cat ", "error", '"cat " (2 rows) looks like "cat" (50 rows)'),
        ("\u00a0cat", "error", '"\\u00a0cat" (2 rows) looks like "cat" (50 rows)'),
        ("c\u200bat", "error", '"c\\u200bat" (2 rows) looks like "cat" (50 rows)'),
        ("CAT", "warning", '"CAT" (2 rows) looks like "cat" (50 rows)'),
    ],
)
def test_look_alike_spellings_are_shown_so_that_they_can_be_told_apart(variant: str, severity: str, shown: str) -> None:
    (finding,) = of_rule(audit_counts({None: {"cat": 50, "dog": 50, variant: 2}}), "LBL003")

    assert (finding.severity, finding.label, finding.message) == (severity, variant, shown)


def test_two_unicode_forms_of_one_name_are_shown_by_their_code_points() -> None:
    (finding,) = of_rule(audit_counts({None: {"café": 50, "cafe\u0301": 2}}), "LBL003")

    assert finding.message == '"cafe\\u0301" (2 rows) looks like "caf\\u00e9" (50 rows)'
    assert finding.severity == "error"


def test_declared_classes_that_differ_by_case_are_two_classes() -> None:
    assert of_rule(audit_counts({None: {"a": 50, "A": 50}}, classes=["a", "A"]), "LBL003") == []


def test_empty_and_blank_labels_are_errors() -> None:
    found = of_rule(audit_counts({None: {"cat": 50, "": 3, " ": 1}}), "LBL004")

    assert [(finding.label, finding.rows, finding.severity) for finding in found] == [
        ("", 3, "error"),
        (" ", 1, "error"),
    ]


def test_a_rare_placeholder_is_a_warning_and_a_common_one_a_class() -> None:
    rare = audit_counts({None: {"bird": 500, "deer": 500, "N/A": 4}})
    common = audit_counts({None: {"None": 900, "bird": 100}})

    assert [finding.label for finding in of_rule(rare, "LBL005")] == ["N/A"]
    assert of_rule(common, "LBL005") == []


def test_integer_labels_that_do_not_start_at_zero_or_leave_gaps_are_a_warning() -> None:
    assert of_rule(audit_counts({None: {"1": 50, "2": 50}}), "LBL006")[0].observed == "1…2"
    assert of_rule(audit_counts({None: {"0": 50, "1": 50, "3": 50}}), "LBL006")[0].limit == "0…2"
    assert of_rule(audit_counts({None: {"0": 50, "1": 50}}), "LBL006") == []
    assert of_rule(audit_counts({None: {"cat": 50, "dog": 50}}), "LBL006") == []


def test_text_among_integers_is_an_error_and_text_among_text_is_not() -> None:
    odd = audit_cells([(None, None, "0", 500), (None, None, "1", 500), (None, None, "1.0", 3), (None, None, "cat", 1)])

    assert [(f.label, f.rows) for f in of_rule(odd, "LBL007")] == [("1.0", 3), ("cat", 1)]
    assert of_rule(audit_cells(BALANCED), "LBL007") == []


def test_an_integer_outside_of_the_declared_ones_is_told_once() -> None:
    audit = audit_cells([(None, None, "0", 50), (None, None, "1", 50), (None, None, "255", 7)], classes=["0", "1"])

    (finding,) = of_rule(audit, "LBL008")

    assert (finding.label, finding.rows, finding.limit) == ("255", 7, "0…1")
    assert of_rule(audit, "LBL002") == []
