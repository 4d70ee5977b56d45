"""Each rule against a planted fault that it must find, and clean data in which it must find nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl
import pytest

from imbalance_audit.auditing.scanning import scan
from imbalance_audit.counting.class_tally import to_class_counts
from imbalance_audit.errors import OptionError
from imbalance_audit.records import Audit, ClassCounts, Finding, Labels
from imbalance_audit.rules import RULES, find_rule
from imbalance_audit.rules.rule import LISTED

Counts = Mapping[str | None, int]

CLEAN: dict[str | None, Counts] = {
    "train": {"cat": 800, "dog": 790, "fox": 810},
    "val": {"cat": 100, "dog": 100, "fox": 100},
    "test": {"cat": 100, "dog": 100, "fox": 100},
}


def audit_counts(
    splits: Mapping[str | None, Counts], *, classes: Sequence[str] | None = None, multilabel: bool = False
) -> Audit:
    rows = [(split, label, n) for split, counts in splits.items() for label, n in counts.items()]
    frame = pl.LazyFrame(rows, schema={"split": pl.String, "label": pl.String, "weight": pl.Int64}, orient="row")
    declared = None if classes is None else tuple(classes)
    return scan(Labels(frame, classes=declared, task="multilabel" if multilabel else "multiclass"))


def audit_rows(labels: Sequence[str | None], ids: Sequence[int | None], splits: Sequence[str]) -> Audit:
    return scan(Labels(pl.LazyFrame({"label": labels, "id": ids, "split": splits})))


def of_rule(audit: Audit, code: str) -> tuple[Finding, ...]:
    """Return the findings of one rule, which must have run."""
    states = {coverage.code: coverage.state for coverage in audit.coverage}
    findings = tuple(finding for finding in audit.findings if finding.code == code)
    assert states[code] == ("failed" if findings else "passed")
    return findings


def test_a_balanced_clean_data_set_raises_nothing() -> None:
    ids = list(range(300))
    labels, splits = ["cat", "dog", "fox"] * 100, ["train"] * 240 + ["test"] * 60

    audit = scan(Labels(pl.LazyFrame({"label": labels, "id": ids, "split": splits}), classes=("cat", "dog", "fox")))

    assert audit.findings == ()
    not_run = {coverage.code[:3] for coverage in audit.coverage if coverage.state == "not_run"}
    assert not_run == {"GRP", "INT", "MLB", "REG", "BSL", "WGT"}  # of INT only the rule on groups
    assert [coverage.code for coverage in audit.coverage] == [rule.code for rule in RULES]


def test_no_label_is_a_warning_and_above_five_per_cent_an_error() -> None:
    few = audit_counts({"train": {"cat": 99, None: 1}, "val": {"cat": 90, None: 10}})

    found = {finding.split: (finding.severity, finding.rows) for finding in of_rule(few, "LBL001")}

    assert found == {"train": ("warning", 1), "val": ("error", 10)}


def test_samples_of_no_class_are_a_true_answer_in_multi_label_data() -> None:
    assert of_rule(audit_counts({None: {"cat": 50, None: 50}}, multilabel=True), "LBL001") == ()


def test_a_label_outside_the_declared_classes_is_named_with_the_nearest_one() -> None:
    audit = audit_counts({None: {"unknown": 50, "cat": 50, "unknwon": 1}}, classes=["cat", "unknown"])

    (finding,) = of_rule(audit, "LBL002")

    assert (finding.severity, finding.label, finding.rows) == ("error", "unknwon", 1)
    assert finding.message == '"unknwon" is not a declared class (1 row). Did you mean "unknown"?'


def test_unknown_labels_cannot_be_told_without_declared_classes() -> None:
    audit = audit_counts(CLEAN)

    states = {coverage.code: (coverage.state, coverage.reason) for coverage in audit.coverage}

    assert states["LBL002"] == ("not_run", "no classes are declared; pass them with --classes")
    assert states["INT001"] == ("not_run", "no id column is named; pass it with --id")


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
    assert of_rule(audit_counts({None: {"a": 50, "A": 50}}, classes=["a", "A"]), "LBL003") == ()


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
    assert of_rule(common, "LBL005") == ()


def test_integer_labels_that_do_not_start_at_zero_or_leave_gaps_are_a_warning() -> None:
    assert of_rule(audit_counts({None: {"1": 50, "2": 50}}), "LBL006")[0].observed == "1…2"
    assert of_rule(audit_counts({None: {"0": 50, "1": 50, "3": 50}}), "LBL006")[0].limit == "0…2"
    assert of_rule(audit_counts({None: {"0": 50, "1": 50}}), "LBL006") == ()
    assert of_rule(audit_counts({None: {"cat": 50, "dog": 50}}), "LBL006") == ()


def test_rare_classes_of_train_are_listed_rarest_first_with_the_limit_they_break() -> None:
    audit = audit_counts({"train": {"cat": 800, "fox": 17, "owl": 1}, "test": {"cat": 3, "fox": 3, "owl": 3}})

    found = [(f.label, f.severity, f.observed, f.limit, f.split) for f in of_rule(audit, "SUP001")]

    assert found == [("owl", "error", 1, 2, "train"), ("fox", "warning", 17, 20, "train")]


def test_the_true_rarest_class_is_named_beside_the_typo() -> None:
    audit = audit_counts({None: {"cat": 8695, "dog": 1200, "fox": 17, "Cat": 1, "N/A": 1, "": 1}})

    assert "fox" in {finding.label for finding in of_rule(audit, "SUP001")}
    (ratio,) = of_rule(audit, "SKW001")
    assert ratio.observed == 8696 / 17
    assert ratio.message.startswith('"cat" has 512 times the rows of "fox"')
    assert ratio.message.endswith('(with dirt, 8,695 times "")')


def test_a_class_that_a_split_lacks_is_an_error_though_every_drift_score_is_tiny() -> None:
    audit = audit_counts({"train": {"cat": 8083, "dog": 900, "fox": 17}, "test": {"cat": 900, "dog": 100}})

    (finding,) = of_rule(audit, "SUP002")

    assert (finding.severity, finding.split, finding.label) == ("error", "test", "fox")
    assert finding.message == '"fox" has no row in test and 17 elsewhere'


def test_a_class_only_outside_train_is_an_error_and_gets_no_index() -> None:
    audit = audit_counts({"train": {"cat": 50, "dog": 50}, "val": {"cat": 9, "dog": 9, "bee": 4}})

    (finding,) = of_rule(audit, "SUP003")

    assert (finding.label, finding.split, finding.rows) == ("bee", "val", 4)
    assert audit.classes == ("cat", "dog")


def test_a_declared_class_that_train_lacks_is_absent_from_train() -> None:
    audit = audit_counts({"train": {"cat": 50}, "val": {"cat": 9, "dog": 9}}, classes=["cat", "dog"])

    assert [(finding.split, finding.label) for finding in of_rule(audit, "SUP002")] == [("train", "dog")]
    assert of_rule(audit, "SUP003") == ()


def test_a_single_class_is_an_error_in_whichever_split_it_is_alone() -> None:
    assert of_rule(audit_counts({None: {"cat": 50}}), "SUP004")[0].label == "cat"
    assert [f.split for f in of_rule(audit_counts({**CLEAN, "test": {"cat": 9}}), "SUP004")] == ["test"]


def test_a_declared_class_without_rows_is_an_error() -> None:
    assert [f.label for f in of_rule(audit_counts(CLEAN, classes=["cat", "dog", "fox", "owl"]), "SUP005")] == ["owl"]


def test_skew_is_a_warning_above_ten_to_one() -> None:
    assert of_rule(audit_counts({None: {"cat": 1000, "dog": 100}}), "SKW001") == ()
    (finding,) = of_rule(audit_counts({None: {"cat": 1001, "dog": 100}}), "SKW001")
    assert (finding.severity, finding.limit) == ("warning", 10.0)


def test_few_effective_classes_are_a_warning() -> None:
    assert of_rule(audit_counts(CLEAN), "SKW002") == ()
    (finding,) = of_rule(audit_counts({None: {"a": 9000, "b": 100, "c": 100, "d": 100}}), "SKW002")
    assert finding.message == "4 classes are as diverse as 1.2 equally common ones"


def test_one_id_with_two_labels_is_an_error_with_the_labels_and_examples() -> None:
    audit = audit_rows(["cat", "dog", "cat", "cat"], [7, 7, 8, 9], ["train"] * 4)

    (finding,) = of_rule(audit, "INT001")

    assert finding.message == '1 id carries both "cat" and "dog": "7"'
    assert (finding.rows, finding.examples) == (2, ("7",))


def test_one_id_in_two_splits_is_an_error() -> None:
    audit = audit_rows(["cat", "cat", "dog", "dog"], [7, 7, 8, 9], ["train", "test", "train", "test"])

    (finding,) = of_rule(audit, "INT002")

    assert finding.message == '1 id lies both in test and in train: "7"'
    assert of_rule(audit, "INT001") == ()


def test_two_labels_on_one_sample_are_no_conflict_where_samples_carry_several() -> None:
    frame = pl.LazyFrame({"label": ["a", "b"], "id": [1, 1], "new_sample": [True, False], "new_label": [True, True]})

    audit = scan(Labels(frame, task="multilabel"))

    assert {c.code: c.reason for c in audit.coverage}["INT001"] == "a sample may carry several labels"


def test_findings_beyond_the_listed_are_counted_and_none_is_lost() -> None:
    classes: Counts = {f"c{i:05d}": 1 for i in range(LISTED + 500)}

    found = of_rule(audit_counts({None: classes}), "SUP001")

    assert len(found) == LISTED + 1
    assert found[-1].message == "500 more like these are counted here and not listed"
    assert sum(finding.rows for finding in found) == LISTED + 500


def test_an_ignored_label_is_judged_by_no_rule() -> None:
    labels = Labels(pl.LazyFrame({"label": ["cat"] * 30 + ["dog"] * 30 + ["void"]}))

    audit = scan(labels, ignore=["void"])

    assert audit.classes == ("cat", "dog")
    assert audit.findings == ()
    assert audit.counts.per_label()["void"] == 1


def test_errors_come_before_warnings_and_codes_are_unique_and_documented() -> None:
    audit = audit_counts({"train": {"cat": 8083, "dog": 900, "fox": 17, None: 5}, "test": {"cat": 900, "dog": 100}})

    severities = [finding.severity for finding in audit.findings]

    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.condition and rule.remedy for rule in RULES)


def test_a_rule_is_found_by_code_or_name_and_a_wrong_one_gets_a_suggestion() -> None:
    assert find_rule("sup002") is find_rule("absent-from-split")
    with pytest.raises(OptionError, match='Did you mean "SUP002"'):
        find_rule("SUP02")


def test_judging_looks_at_all_counts_a_fixed_number_of_times_however_many_the_classes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: dict[int, int] = {}

    class Watched(tuple[str | None, ...]):
        def __iter__(self) -> Iterator[str | None]:
            looked[len(self)] = looked.get(len(self), 0) + 1
            return super().__iter__()

    def watched(table: pl.DataFrame) -> ClassCounts:
        counts = to_class_counts(table)
        return replace(counts, split=Watched(counts.split))

    monkeypatch.setattr("imbalance_audit.auditing.scanning.to_class_counts", watched)
    for classes in (200, 400):
        scan([f"class {i}" for i in range(classes)])

    assert looked[200] == looked[400] < 50
