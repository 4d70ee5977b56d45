"""Classes without an instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imbalance_audit.errors import OptionError, WeightError
from imbalance_audit.weights import class_weights

if TYPE_CHECKING:
    from tests.conftest import MakeAudit


def test_absent_classes_are_refused_by_name(make_audit: MakeAudit) -> None:
    audit = make_audit({("train", "cat"): 5, ("train", "a\x1b"): 0, ("val", "lynx"): 2})

    with pytest.raises(WeightError) as caught:
        class_weights(audit)

    assert str(caught.value) == (
        'Expected every class to have an instance in split "train", got none of "a\\x1b", "lynx". '
        'Give zero_count as one of "ignore", "cap", "smooth", "one", or leave these classes out of the declared ones.'
    )


def test_many_absent_classes_are_counted_not_listed(make_audit: MakeAudit) -> None:
    with pytest.raises(WeightError, match='"1", "2", "3", "4", "5" and 1,995 more'):
        class_weights(make_audit([1] + [0] * 2000))


@pytest.mark.parametrize("smoothing", [0, -1, float("inf"), float("nan")])
def test_a_smoothing_that_is_no_positive_number_is_refused(make_audit: MakeAudit, smoothing: float) -> None:
    with pytest.raises(OptionError, match="smoothing is a positive number"):
        class_weights(make_audit([1, 0]), zero_count="smooth", smoothing=smoothing)


def test_a_smoothing_without_its_policy_is_refused(make_audit: MakeAudit) -> None:
    with pytest.raises(OptionError, match='smoothing is taken by zero_count="smooth" alone, got zero_count="cap"'):
        class_weights(make_audit([1, 0]), zero_count="cap", smoothing=1)


def test_a_weight_that_no_float32_holds_never_leaves(make_audit: MakeAudit) -> None:
    with pytest.raises(WeightError, match="finite weights that a float32 can hold"):
        class_weights(make_audit([1, 0]), zero_count="smooth", smoothing=1e-300)
