"""The rules on skew, splits, groups, several labels, regions, baselines and weights: a planted fault and clean data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl
import pytest

from benchmarks.false_alarms import EVERY_DIFFERENCE, false_alarms
from imbalance_audit import class_weights
from imbalance_audit.auditing.judging import judge_again
from imbalance_audit.auditing.scanning import scan
from imbalance_audit.records import Audit, Finding, Labels

Cell = tuple[str | None, str | None, str | None, int]

BALANCED = [(split, None, label, n) for split, n in (("train", 800), ("val", 100)) for label in ("cat", "dog", "fox")]


def audit_cells(cells: Sequence[Cell], *, classes: Sequence[str] | None = None) -> Audit:
    schema = {"split": pl.String, "group": pl.String, "label": pl.String, "weight": pl.Int64}
    frame = pl.LazyFrame(cells, schema=schema, orient="row")
    return scan(Labels(frame, classes=None if classes is None else tuple(classes)))


def audit_samples(samples: Sequence[Sequence[str]], *, unit: str = "row", splits: Sequence[str] | None = None) -> Audit:
    """Return the audit of samples that carry several labels each."""
    rows = []
    for place, labels in enumerate(samples):
        for i, label in enumerate(labels or [None]):
            split = None if splits is None else splits[place]
            rows.append((label, split, i == 0, label not in labels[:i]))
    names = ["label", "split", "new_sample", "new_label"]
    frame = pl.LazyFrame(rows, schema=names, orient="row", infer_schema_length=None)
    frame = frame.with_columns(pl.col("label", "split").cast(pl.String))
    task = "multilabel" if unit == "row" else "multiclass"
    return scan(Labels(frame, task=task, unit=unit))  # type: ignore[arg-type]  # -- a literal from the test


def of_rule(audit: Audit, code: str) -> list[Finding]:
    """Return the findings of one rule, which must have run."""
    states = {coverage.code: coverage.state for coverage in audit.coverage}
    found = [finding for finding in audit.findings if finding.code == code]
    assert states[code] == ("failed" if found else "passed")
    return found


def test_a_balanced_data_set_with_groups_raises_nothing_above_information() -> None:
    cells = [(split, group, label, n // 2) for split, _, label, n in BALANCED for group in ("north", "south")]

    audit = audit_cells(cells)

    assert [finding.code for finding in audit.at_least("warning")] == ["INT004"]  # both sites lie in both splits
    assert audit_cells(BALANCED).findings == ()


def test_text_among_integers_is_an_error_and_text_among_text_is_not() -> None:
    odd = audit_cells([(None, None, "0", 500), (None, None, "1", 500), (None, None, "1.0", 3), (None, None, "cat", 1)])

    assert [(f.label, f.rows) for f in of_rule(odd, "LBL007")] == [("1.0", 3), ("cat", 1)]
    assert of_rule(audit_cells(BALANCED), "LBL007") == []


def test_an_integer_outside_of_the_declared_ones_is_told_once() -> None:
    audit = audit_cells([(None, None, "0", 50), (None, None, "1", 50), (None, None, "255", 7)], classes=["0", "1"])

    (finding,) = of_rule(audit, "LBL008")

    assert (finding.label, finding.rows, finding.limit) == ("255", 7, "0…1")
    assert of_rule(audit, "LBL002") == []


def test_a_class_with_nine_test_rows_has_a_recall_that_moves_in_steps_of_eleven_per_cent() -> None:
    audit = audit_cells([*BALANCED, ("train", None, "owl", 90), ("val", None, "owl", 9)])

    (finding,) = of_rule(audit, "SUP006")

    assert finding.message == '"owl" has 9 rows in val: its recall moves in steps of 11%'
    assert of_rule(audit_cells(BALANCED), "SUP006") == []


def test_entropy_is_judged_against_declared_classes_that_do_not_occur() -> None:
    names = [f"c{i}" for i in range(40)]
    cells: list[Cell] = [(None, None, name, 100) for name in names[:4]]

    (finding,) = of_rule(audit_cells(cells, classes=names), "SKW003")

    assert finding.observed == pytest.approx(0.3758, abs=1e-4)  # ln 4 / ln 40
    assert of_rule(audit_cells(cells), "SKW003") == []


def test_few_classes_that_hold_all_rows_have_a_gini_above_the_limit_and_a_long_tail() -> None:
    audit = audit_cells([(None, None, "big", 10_000), *((None, None, f"c{i}", 10) for i in range(20))])

    assert of_rule(audit, "SKW004")[0].observed == pytest.approx(0.933, abs=1e-3)
    assert of_rule(audit, "SKW005")[0].message.startswith("1 classes are head (more than 100 rows), 0 medium, 20 few")
    assert of_rule(audit_cells(BALANCED), "SKW004") == of_rule(audit_cells(BALANCED), "SKW005") == []


def test_a_class_whose_share_moved_is_named_and_the_split_as_a_whole() -> None:
    audit = audit_cells([
        ("train", None, "cat", 8000), ("train", None, "dog", 2000),
        ("test", None, "cat", 600), ("test", None, "dog", 400),
    ])  # fmt: skip

    (moved,) = of_rule(audit, "SPL001")
    (whole,) = of_rule(audit, "SPL002")

    assert (moved.split, moved.label, moved.observed) == ("test", "dog", 2.0)
    assert whole.observed == pytest.approx(0.2, abs=0.02)
    assert of_rule(audit_cells(BALANCED), "SPL001") == of_rule(audit_cells(BALANCED), "SPL002") == []


def test_psi_would_cry_wolf_over_a_thousand_classes_and_these_rules_do_not() -> None:
    cells = [("train", None, f"c{i:03d}", 8) for i in range(1000)]
    cells += [("test", None, f"c{i:03d}", 2 if i % 2 else 1) for i in range(1000)]

    audit = audit_cells(cells)

    assert of_rule(audit, "SPL001") == of_rule(audit, "SPL002") == []


def test_splits_without_drift_raise_a_finding_in_at_most_five_of_a_hundred_audits() -> None:
    assert false_alarms(100, 100, EVERY_DIFFERENCE) <= 0.05


def ids(rows: Sequence[tuple[str, int, str]]) -> Audit:
    return scan(Labels(pl.LazyFrame(rows, schema=["label", "id", "split"], orient="row")))


def test_a_repeated_row_is_told_with_its_split() -> None:
    rows = [(("cat", "dog")[i % 2], i, "train") for i in range(100)]

    (finding,) = of_rule(ids([*rows, ("cat", 0, "train"), ("cat", 0, "train")]), "INT003")

    assert (finding.severity, finding.split, finding.observed, finding.examples) == ("warning", "train", 2, ("0",))
    assert of_rule(ids(rows), "INT003") == []


def test_the_total_of_all_conflicting_pairs_stands_in_one_line_before_them() -> None:
    pairs = [("a", 1), ("b", 1), ("a", 2), ("c", 2), ("b", 3), ("c", 3), ("a", 4)]

    total, *each = of_rule(ids([(label, i, "train") for label, i in pairs]), "INT001")

    assert total.message == "3 ids in 6 rows carry several labels, between 3 pairs of them"
    assert len(each) == 3


def test_a_patient_in_train_and_test_is_a_warning() -> None:
    cells: list[Cell] = [("train", "p1", "cat", 30), ("train", "p2", "dog", 30), ("test", "p2", "cat", 30)]

    (finding,) = of_rule(audit_cells(cells), "INT004")

    assert finding.message == '1 group lies both in test and in train: "p2"'
    assert of_rule(audit_cells([*cells[:2], ("test", "p3", "cat", 30)]), "INT004") == []


def test_labels_that_follow_the_site_are_told_and_a_class_of_one_site() -> None:
    follows = audit_cells(
        [(None, "a", "cat", 95), (None, "a", "dog", 5), (None, "b", "cat", 5), (None, "b", "dog", 95)]
    )
    alone = audit_cells([(None, "a", "cat", 50), (None, "b", "cat", 50), (None, "b", "dog", 40)])
    even = audit_cells([(None, group, label, 50) for group in "ab" for label in ("cat", "dog")])

    assert of_rule(follows, "GRP001")[0].observed == pytest.approx(0.9, abs=0.01)
    assert of_rule(alone, "GRP002")[0].message == 'all 40 rows of "dog" lie in the group "b"'
    assert of_rule(even, "GRP001") == of_rule(even, "GRP002") == []


def test_a_rare_label_among_several_has_a_high_irlbl_and_cardinality_may_move() -> None:
    rare = audit_samples([["a", "b"]] * 100 + [["c"]])
    moved = audit_samples([["a"]] * 50 + [["a", "b"]] * 50, splits=["train"] * 50 + ["test"] * 50)
    even = audit_samples([["a", "b"]] * 50, splits=["train", "test"] * 25)

    assert [(f.label, f.observed) for f in of_rule(rare, "MLB001")] == [("c", 100.0)]
    assert of_rule(rare, "MLB002")[0].message == "MeanIR is 34.0, CVIR 1.68"
    assert of_rule(moved, "MLB004")[0].observed == 2.0
    assert of_rule(even, "MLB001") == of_rule(even, "MLB002") == of_rule(even, "MLB004") == []


def test_a_declared_label_without_positives_is_an_error() -> None:
    audit = audit_samples([["a", "b"]] * 50)
    declared = replace(audit, classes=("a", "b", "c"), declared=True, class_order="declared")

    assert [f.label for f in of_rule(judge_again(declared), "MLB003")] == ["c"]
    assert of_rule(judge_again(replace(declared, classes=("a", "b"))), "MLB003") == []


def test_boxes_are_judged_by_images_too() -> None:
    audit = audit_samples([["crowd"] * 500] + [["car"]] * 60 + [[]] * 100, unit="box")
    even = audit_samples([["crowd"], ["car"]] * 60, unit="box")

    assert of_rule(audit, "REG001")[0].message == '"crowd" has 500 boxes in 1 images'
    assert [(f.label, f.severity) for f in of_rule(audit, "REG002")] == [("crowd", "error")]
    assert of_rule(audit, "REG003")[0].rows == 100
    assert of_rule(audit, "LBL001") == []
    assert all(of_rule(even, code) == [] for code in ("REG001", "REG002", "REG003"))


def counts(**n: int) -> Audit:
    return audit_cells([(None, None, label, m) for label, m in n.items() if m])


@pytest.mark.parametrize(
    ("code", "now", "label"),
    [
        ("BSL001", {"cat": 100, "dog": 100}, "fox"),
        ("BSL002", {"cat": 100, "dog": 100, "fox": 100, "owl": 5}, "owl"),
        ("BSL003", {"cat": 100, "dog": 100, "fox": 60}, "fox"),
        ("BSL004", {"cat": 900, "dog": 100, "fox": 100}, None),
    ],
)
def test_what_moved_since_the_earlier_audit_is_found(code: str, now: Mapping[str, int], label: str | None) -> None:
    earlier = counts(cat=100, dog=100, fox=100)

    found = of_rule(judge_again(counts(**now), baseline=earlier), code)

    assert [finding.label for finding in found] == [label]
    assert of_rule(judge_again(earlier, baseline=earlier), code) == []


def test_weights_of_these_data_pass_and_those_of_others_are_stale() -> None:
    audit = counts(cat=100, dog=100)

    assert of_rule(judge_again(audit, weights=class_weights(audit)), "WGT001") == []
    stale = of_rule(judge_again(audit, weights=class_weights(counts(cat=180, dog=20))), "WGT001")
    assert [f.severity for f in stale] == ["error"]
    assert stale[0].observed == pytest.approx(0.4)


def test_weights_of_other_classes_or_of_another_order_are_an_error() -> None:
    audit = counts(cat=100, dog=100)
    turned = audit_cells([(None, None, "cat", 100), (None, None, "dog", 100)], classes=["dog", "cat"])

    other = of_rule(judge_again(audit, weights=class_weights(counts(cat=100, fox=100))), "WGT002")
    order = of_rule(judge_again(audit, weights=class_weights(turned)), "WGT002")

    assert other[0].message == 'the file lacks "dog" and has besides "fox"'
    assert order[0].message == "the file has the same classes in another order"
    assert of_rule(judge_again(audit, weights=class_weights(audit)), "WGT002") == []


def test_extreme_weights_leave_few_effective_samples_and_flip_under_label_smoothing() -> None:
    # METHODS' example: CIFAR-10-LT of ratio 100 has 12,406 rows that weigh as 2,012.
    audit = counts(**{f"c{i}": int(5000 * 100 ** (-i / 9)) for i in range(10)})
    extreme = judge_again(counts(cat=100_000, dog=100), weights=class_weights(counts(cat=100_000, dog=100)))
    weights = class_weights(audit)

    assert weights.ess == pytest.approx(2012, abs=1)
    assert of_rule(judge_again(audit, weights=weights), "WGT004")[0].severity == "warning"
    assert of_rule(extreme, "WGT003")[0].observed == pytest.approx(1000)
    assert of_rule(extreme, "WGT006")[0].observed == pytest.approx(2 / 1001)
    mild = judge_again(counts(cat=100, dog=90), weights=class_weights(counts(cat=100, dog=90)))
    assert all(of_rule(mild, code) == [] for code in ("WGT003", "WGT004", "WGT006"))


@pytest.mark.parametrize(("beta", "amounts"), [(0.9, "equal weights"), (0.999999, "inverse frequency"), (0.999, None)])
def test_a_saturated_beta_is_told_with_what_it_amounts_to(beta: float, amounts: str | None) -> None:
    audit = counts(cat=5000, dog=500)

    found = of_rule(judge_again(audit, weights=class_weights(audit, scheme="effective-number", beta=beta)), "WGT005")

    assert [amounts in finding.message for finding in found if amounts] == ([True] if amounts else [])
    assert len(found) == (amounts is not None)
