"""Which rows and which labels are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imbalance_audit.errors import OptionError, WeightError
from imbalance_audit.records import ClassCounts
from imbalance_audit.weights import class_weights
from imbalance_audit.weights.selection import chosen_split, class_counts

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


@pytest.mark.parametrize("policy", ["error", "ignore", "cap", "smooth", "one"])
def test_no_instance_of_any_class_is_refused_under_every_policy(make_audit: MakeAudit, policy: str) -> None:
    with pytest.raises(WeightError, match="Expected instances of 2 classes in all rows, got none"):
        class_weights(make_audit([0, 0]), zero_count=policy)


def test_no_class_is_refused(make_audit: MakeAudit) -> None:
    with pytest.raises(WeightError, match="Expected at least one class to weigh"):
        class_weights(make_audit([]))


def test_a_class_declared_twice_is_refused(make_audit: MakeAudit) -> None:
    with pytest.raises(WeightError, match="a class twice"):
        class_weights(make_audit([3, 3], classes=("0", "1", "0")))


@pytest.mark.parametrize(
    ("splits", "split", "all_rows", "chosen"),
    [
        (["test", "train"], None, False, "train"),
        (["test", "val"], None, False, None),
        ([], None, False, None),
        (["test", "train"], "test", False, "test"),
        (["test", "train"], None, True, None),
        ([], None, True, None),
    ],
)
def test_the_split_that_is_counted_is_the_one_asked_for_else_train_else_all(
    splits: list[str], split: str | None, all_rows: bool, chosen: str | None
) -> None:
    assert chosen_split(splits, split, all_rows=all_rows) == chosen


def test_a_split_that_there_is_not_is_refused_with_the_first_five() -> None:
    with pytest.raises(OptionError) as caught:
        chosen_split([f"s{i}" for i in range(7)], "train", all_rows=False)

    assert str(caught.value) == ('The audit has no split "train". It has "s0", "s1", "s2", "s3", "s4".')


TABLE = ClassCounts(
    split=("train",) * 4,
    group=("x", "x", "y", "y"),
    label=(None, "a", "a", "c"),
    instances=(9, 2, 3, 4),
    samples=(9, 2, 3, 4),
    starts=(9, 2, 3, 4),
)


def test_the_counts_of_a_class_are_added_over_its_groups() -> None:
    assert class_counts(["c", "a"], TABLE, "train", policy="error") == (4, 5)


@pytest.mark.parametrize("policy", ["ignore", "cap", "smooth", "one"])
def test_a_class_without_an_instance_counts_0_unless_that_is_an_error(policy: str) -> None:
    assert class_counts(["b", "a"], TABLE, None, policy=policy) == (0, 5)
    with pytest.raises(WeightError, match='to have an instance in all rows, got none of "b"'):
        class_counts(["b", "a"], TABLE, None, policy="error")


def test_where_no_class_has_an_instance_the_split_is_named() -> None:
    with pytest.raises(WeightError) as caught:
        class_counts(["b", "d"], TABLE, "train", policy="cap")

    assert str(caught.value) == (
        'Expected instances of 2 classes in split "train", got none. Check the split and the class names.'
    )
