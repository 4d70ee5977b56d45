"""Which rows are counted, and what goes beside the weights."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from imbalance_audit.errors import OptionError
from imbalance_audit.weights import class_weights

if TYPE_CHECKING:
    from tests.conftest import MakeAudit

SPLITS = {("train", "a"): 3, ("train", "b"): 1, ("val", "a"): 1, ("val", "b"): 7}


def test_the_train_split_is_counted_where_there_is_one(make_audit: MakeAudit) -> None:
    weights = class_weights(make_audit(SPLITS))

    assert (weights.split, weights.counts) == ("train", (3, 1))


def test_all_rows_are_counted_where_no_split_is_called_train(make_audit: MakeAudit) -> None:
    weights = class_weights(make_audit({(None, "a"): 3, (None, "b"): 1}))

    assert (weights.split, weights.counts) == (None, (3, 1))


def test_all_rows_can_be_asked_for(make_audit: MakeAudit) -> None:
    weights = class_weights(make_audit(SPLITS), all_rows=True)

    assert (weights.split, weights.counts) == (None, (4, 8))


def test_another_split_can_be_asked_for(make_audit: MakeAudit) -> None:
    assert class_weights(make_audit(SPLITS), split="val").counts == (1, 7)


@pytest.mark.parametrize(
    ("counts", "split", "message"),
    [
        (SPLITS, "trian", 'no split "trian". Did you mean "train"\\? It has "train", "val".'),
        ({(None, "a"): 1}, "train", 'no split "train". It has no splits at all.'),
    ],
)
def test_an_unknown_split_is_refused(
    make_audit: MakeAudit, counts: dict[tuple[str | None, str | None], int], split: str, message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        class_weights(make_audit(counts), split=split)


def test_a_split_and_all_rows_together_are_refused(make_audit: MakeAudit) -> None:
    with pytest.raises(OptionError, match="a split or all_rows, got both"):
        class_weights(make_audit(SPLITS), split="val", all_rows=True)


def test_the_weights_follow_the_order_of_the_classes_not_of_the_counts(make_audit: MakeAudit) -> None:
    weights = class_weights(make_audit({(None, "b"): 1, (None, "a"): 3}, classes=("a", "b")))

    assert (weights.classes, weights.counts) == (("a", "b"), (3, 1))
    assert weights.weight == pytest.approx((2 / 3, 2))


def test_labels_that_are_no_class_and_missing_labels_are_left_out(make_audit: MakeAudit) -> None:
    dirty = {(None, None): 50, (None, "a"): 3, (None, "b"): 1, (None, "B "): 90}

    weights = class_weights(make_audit(dirty, classes=("a", "b")))

    assert weights.counts == (3, 1)
    assert weights.prior == (0.75, 0.25)


@pytest.mark.parametrize(
    ("ignored", "index"),
    [
        ((), -100),
        (("255",), 255),
        (("-1",), -1),
        (("255", "-1"), -100),
        (("void",), -100),
        (("007",), -100),
        (("-0",), -100),
        (("٣",), -100),
        (("9" * 30,), -100),
    ],
)
def test_one_ignored_integer_is_the_ignore_index(make_audit: MakeAudit, ignored: tuple[str, ...], index: int) -> None:
    assert class_weights(make_audit([3, 1], ignored=ignored)).ignore_index == index


def test_an_ignored_label_that_is_a_class_index_does_not_switch_that_class_off(make_audit: MakeAudit) -> None:
    audit = make_audit({(None, "1"): 3, (None, "2"): 1}, ignored=("0",))

    assert class_weights(audit).ignore_index == -100


def test_a_multiclass_task_has_no_pos_weight(make_audit: MakeAudit) -> None:
    assert class_weights(make_audit([3, 1])).pos_weight is None


def test_pos_weight_of_a_binary_task_is_negatives_to_positives(make_audit: MakeAudit) -> None:
    # torch's own example: 100 positive and 300 negative; the unlabelled are neither.
    counts = {(None, None): 1000, (None, "no"): 300, (None, "yes"): 100}

    assert class_weights(make_audit(counts, task="binary")).pos_weight == (1 / 3, 3.0)


def test_pos_weight_of_a_multilabel_task_counts_unlabelled_samples_as_negatives(make_audit: MakeAudit) -> None:
    # Ten samples: 4 carry a, 5 carry b, 3 of them both, and 4 have an empty list.
    counts = {(None, None): 4, (None, "a"): 4, (None, "b"): 5}
    audit = make_audit(counts, task="multilabel", starts=(4, 4, 2))

    assert class_weights(audit).pos_weight == (1.5, 1.0)


@pytest.mark.parametrize(("policy", "absent"), [("cap", 4.0), ("ignore", 1.0), ("one", 1.0), ("smooth", 11.0)])
def test_pos_weight_of_a_class_without_positives_follows_the_zero_count_policy(
    make_audit: MakeAudit, policy: str, absent: float
) -> None:
    audit = make_audit({(None, "a"): 2, (None, "b"): 10, (None, "c"): 0}, task="multilabel", starts=(2, 8, 0))

    pos_weight = class_weights(audit, zero_count=policy).pos_weight

    assert pos_weight is not None
    assert pos_weight[2] == pytest.approx(absent)
    assert pos_weight[1] == pytest.approx(1 / 11 if policy == "smooth" else 1.0)  # every sample carries it


def test_the_source_and_the_program_are_named(make_audit: MakeAudit) -> None:
    weights = class_weights(make_audit([3, 1]))

    assert weights.fingerprint == "f" * 64
    assert weights.created_by.startswith("imbalance-audit ")


def test_a_million_classes_are_weighed(make_audit: MakeAudit) -> None:
    counts = [1 + at % 1000 for at in range(1_000_000)]

    weights = class_weights(make_audit(counts), scheme="effective-number")

    assert len(weights.weight) == 1_000_000
    assert sum(n * w for n, w in zip(counts, weights.weight, strict=True)) / sum(counts) == pytest.approx(1)


def test_weighing_imports_neither_torch_nor_numpy() -> None:
    code = "import sys, imbalance_audit.weights; sys.exit(bool({'torch', 'numpy', 'polars'} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
