"""LBL: each fault of a label value, planted, and clean data."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from imbalance_audit.auditing.judging import judge_again
from imbalance_audit.records import Audit
from imbalance_audit.rules.policy import Override, Policy
from tests.rules.audits import BALANCED, audit_cells, audit_counts, audit_samples, of_rule


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


def test_the_share_without_a_label_is_an_error_above_5_per_cent_not_at_it() -> None:
    audit = audit_counts({"a": {"cat": 95, None: 5}, "b": {"cat": 94, None: 6}, "c": {"cat": 9}})

    found = [(f.split, f.severity, f.observed, f.limit, f.message) for f in of_rule(audit, "LBL001")]

    assert found == [
        ("b", "error", 0.06, 0.05, "6 of 100 samples have no label"),
        ("a", "warning", 0.05, 0.0, "5 of 100 samples have no label"),
    ]


def test_a_limit_in_samples_is_observed_in_samples() -> None:
    policy = Policy(rules={"LBL001": Override(warning=False, error=4)})

    (finding,) = of_rule(judge_again(counts_of({"cat": 5, None: 5}), policy), "LBL001")

    assert (finding.observed, finding.limit, finding.severity) == (5, 4, "error")


def counts_of(labels: dict[str | None, int]) -> Audit:
    return audit_counts({None: labels})


@pytest.mark.parametrize("unit", ["box", "pixel"])
def test_an_image_without_a_box_is_background_and_a_token_without_a_tag_has_no_label(unit: str) -> None:
    assert of_rule(audit_samples([["car"], []], unit=unit), "LBL001") == []
    assert [f.rows for f in of_rule(audit_samples([["car"], []], unit="token"), "LBL001")] == [1]


def test_unknown_labels_come_commonest_first_then_by_name() -> None:
    audit = audit_counts({None: {"cat": 50, "x": 2, "b": 3, "a": 2}}, classes=["cat"])

    assert [(f.label, f.rows) for f in of_rule(audit, "LBL002")] == [("b", 3), ("a", 2), ("x", 2)]


def test_suggestions_are_sought_for_the_first_unknown_labels_and_among_few_classes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def suggested(classes: Sequence[str]) -> list[bool]:
        audit = audit_counts({None: {"unknwon": 3, "unknowm": 2, "unknouwn": 1, "unknown": 9}}, classes=classes)
        return ["Did you mean" in f.message for f in of_rule(audit, "LBL002")]

    monkeypatch.setattr("imbalance_audit.rules.label_values.SUGGESTED_FOR", 2)
    monkeypatch.setattr("imbalance_audit.rules.label_values.SUGGESTED_AMONG", 2)

    assert suggested(["unknown", "x"]) == [True, True, False]
    assert suggested(["unknown", "x", "y"]) == [False, False, False]


def test_errors_come_before_warnings_among_look_alikes_and_the_commonest_first_among_equals() -> None:
    audit = audit_counts({None: {"cat": 50, "CAT": 9, "Cat": 9, "cat ": 1, " cat": 2}})

    found = [(f.label, f.severity, f.limit) for f in of_rule(audit, "LBL003")]

    assert found == [
        (" cat", "error", "cat"), ("cat ", "error", "cat"), ("CAT", "warning", "cat"), ("Cat", "warning", "cat"),
    ]  # fmt: skip


def test_a_spelling_that_differs_in_case_is_an_error_where_classes_are_declared() -> None:
    (finding,) = of_rule(audit_counts({None: {"cat": 1, "CAT": 2}}, classes=["cat"]), "LBL003")

    assert (finding.severity, finding.message) == ("error", '"CAT" (2 rows) looks like "cat" (1 row)')


def test_blank_and_placeholder_labels_are_told_with_their_rows() -> None:
    audit = audit_counts({None: {"bird": 5000, "deer": 500, "N/A": 4, "-": 1, "": 1}})

    assert [f.message for f in of_rule(audit, "LBL004")] == ['"" is a label of nothing (1 row)']
    assert [(f.label, f.rows, f.severity) for f in of_rule(audit, "LBL005")] == [
        ("N/A", 4, "warning"),
        ("-", 1, "warning"),
    ]
    assert of_rule(audit, "LBL005")[0].message == '"N/A" reads like a missing value (4 rows)'


@pytest.mark.parametrize(
    ("labels", "observed", "limit"),
    [
        (["-1", "0"], "-1…0", "0…1"),
        (["1"], "1…1", "0…0"),
        (["0", "2"], "0…2", "0…1"),
        (["0"], None, None),
        (["0", "1", "cat"], None, None),
    ],
)
def test_integers_that_are_no_class_indices_are_told_with_those_that_were_expected(
    labels: list[str], observed: str | None, limit: str | None
) -> None:
    found = of_rule(audit_counts({None: dict.fromkeys(labels, 30)}), "LBL006")

    assert [(f.observed, f.limit) for f in found] == ([(observed, limit)] if observed else [])
    assert of_rule(audit_counts({None: {"1": 3, "5": 4}}, classes=["1", "5"]), "LBL006") == []


@pytest.mark.parametrize(("text", "found"), [(5, ["cat"]), (6, [])])
def test_text_is_odd_among_integers_up_to_5_per_cent_of_the_labels(text: int, found: list[str]) -> None:
    audit = audit_counts({None: {"0": 50, "1": 50 - text, "cat": text}})

    assert [f.label for f in of_rule(audit, "LBL007")] == found


def test_placeholders_and_blanks_are_not_told_a_second_time_as_text_among_integers() -> None:
    audit = audit_counts({None: {"0": 500, "1": 500, "N/A": 1, "": 1, "b": 2, "a": 1, "c": 1}})

    assert [(f.label, f.rows) for f in of_rule(audit, "LBL007")] == [("b", 2), ("a", 1), ("c", 1)]
    assert of_rule(audit_counts({None: {"0": 500, "b": 2}}, classes=["0"]), "LBL007") == []


def test_an_integer_is_out_of_range_only_where_all_declared_classes_are_integers() -> None:
    mixed = audit_counts({None: {"0": 50, "cat": 50, "7": 1}}, classes=["0", "cat"])
    numbers = audit_counts({None: {"3": 50, "7": 9, "-100": 1, "x": 1}}, classes=["3", "10"])

    assert of_rule(mixed, "LBL008") == []
    assert [f.label for f in of_rule(mixed, "LBL002")] == ["7"]
    assert [(f.label, f.limit) for f in of_rule(numbers, "LBL008")] == [("7", "3…10"), ("-100", "3…10")]
    assert of_rule(numbers, "LBL008")[1].message == '"-100" is not among the classes 3 to 10 (1 row)'
    assert [f.label for f in of_rule(numbers, "LBL002")] == ["x"]
