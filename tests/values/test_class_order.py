"""Class orders against the orders of the loaders that they stand for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imbalance_audit.errors import OptionError
from imbalance_audit.records import OrderRule
from imbalance_audit.values.class_order import order_classes


@given(st.sets(st.integers(-1000, 1000), min_size=1))
def test_integers_are_ordered_as_numpy_unique_orders_them(values: set[int]) -> None:
    classes, rule = order_classes(map(str, values), declared=None, rule=None, integers=True)

    assert rule == "numeric"
    assert [int(name) for name in classes] == np.unique(list(values)).tolist()


@given(st.sets(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)))
def test_text_is_ordered_as_python_and_numpy_order_it(values: set[str]) -> None:
    classes, rule = order_classes(values, declared=None, rule=None, integers=False)

    assert rule == "lexical"
    assert list(classes) == np.unique(np.array(list(values), dtype=object)).tolist()


def test_natural_order_puts_class_2_before_class_10() -> None:
    names = ["class_10", "class_2", "class_1", "10", "9"]

    assert order_classes(names, declared=None, rule="natural", integers=False)[0] == (
        "9",
        "10",
        "class_1",
        "class_2",
        "class_10",
    )


def test_declared_classes_keep_their_order_and_their_unseen_members() -> None:
    assert order_classes(["b"], declared=["z", "b", "a"], rule=None, integers=False) == (("z", "b", "a"), "declared")


@pytest.mark.parametrize(("rule", "told"), [("numeric", 'got "a"'), ("declared", "Pass --classes")])
def test_a_rule_that_cannot_order_these_classes_is_refused(rule: OrderRule, told: str) -> None:
    with pytest.raises(OptionError, match=told):
        order_classes(["a", "1"], declared=None, rule=rule, integers=False)
