"""Which weight belongs to which logit."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from imbalance_audit.errors import ClassOrderError
from imbalance_audit.training.logit_order import logit_order

if TYPE_CHECKING:
    from imbalance_audit.training.logit_order import LogitClasses

FILE = ("bird", "cat", "dog")


@pytest.mark.parametrize(
    ("classes", "order"),
    [
        (["bird", "cat", "dog"], (0, 1, 2)),
        (("dog", "bird", "cat"), (2, 0, 1)),
        (iter(["dog", "bird", "cat"]), (2, 0, 1)),
        (np.array(["dog", "bird", "cat"]), (2, 0, 1)),
        ({"bird": 1, "cat": 2, "dog": 0}, (2, 0, 1)),
        ({"bird": np.int64(1), "cat": np.int64(2), "dog": np.int64(0)}, (2, 0, 1)),
        ({0: "dog", 1: "bird", 2: "cat"}, (2, 0, 1)),
        ({2: "cat", 0: "dog", 1: "bird"}, (2, 0, 1)),
        ({"0": "dog", "1": "bird", "2": "cat"}, (2, 0, 1)),
    ],
)
def test_the_same_names_are_permuted_into_the_models_order(classes: LogitClasses, order: tuple[int, ...]) -> None:
    assert logit_order(FILE, classes) == order


def test_integer_classes_are_the_names_that_spell_them() -> None:
    # The file has them as text does: "10" before "2".
    assert logit_order(("1", "10", "2"), [1, 2, 10]) == (0, 2, 1)
    assert logit_order(("1", "10", "2"), {"1": 0, "2": 1, "10": 2}) == (0, 2, 1)
    assert logit_order(("1", "10", "2"), np.array([1, 2, 10])) == (0, 2, 1)


def test_a_value_is_one_class_however_it_is_spelled() -> None:
    assert logit_order(("false", "true"), [True, False]) == (1, 0)
    assert logit_order(("0", "1"), [True, False]) == (1, 0)
    assert logit_order(("2", "1"), [1.0, 2.0]) == (1, 0)
    assert logit_order(("2", "1"), ["1.0", "2.0"]) == (1, 0)


def test_any_shuffle_is_undone() -> None:
    file = tuple(f"class {at}" for at in range(500))
    model = random.Random(0).sample(file, 500)

    assert [file[at] for at in logit_order(file, model)] == model


def test_a_mere_number_is_taken_on_trust_only() -> None:
    assert logit_order(FILE, 3, trust_order=True) == (0, 1, 2)
    with pytest.raises(ClassOrderError, match=r"got only their number, 3\. Give classes=dataset.classes"):
        logit_order(FILE, 3)
    with pytest.raises(ClassOrderError, match="The file is for 3 classes, the model has 4"):
        logit_order(FILE, 4, trust_order=True)


def test_trust_does_not_silence_names() -> None:
    assert logit_order(FILE, ["dog", "cat", "bird"], trust_order=True) == (2, 1, 0)


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        (["bird", "cat"], 'the file has "dog", which the model lacks'),
        (["bird", "cat", "dog", "eel"], 'the model has "eel", which the file lacks'),
        (["bird", "cat", "dgo"], 'the model has "dgo", which .*; the file has "dog", .* Did you mean "dog"'),
        (["bird", "cat", "dog "], '"dog ", which the file lacks'),
        (["bird", "cat", "dog\x1b[0m"], r'"dog\\x1b\[0m", which'),
        (["bird", "cat", "cat"], 'got "cat", "cat" for one class'),
        ([], "at least one class"),
        ([0, 1, 2], 'the model has "0", "1", "2", which'),
        ({"bird": 0, "cat": 1, "dog": 3}, "each index from 0 to 2 once, got the indices 3"),
        ({"bird": 0, "cat": 1, "dog": 1}, "each index from 0 to 2 once, got an index twice"),
        ({"bird": 1, "cat": 2, "dog": 3}, "got the indices 3"),
        ({0: "bird", 1: "cat", -1: "dog"}, "got the indices -1"),
        ({"x": "bird", 1: "cat", 2: "dog"}, "a mapping that is neither"),
        ({0: 1, 1: 0, 2: 2}, "a mapping that is neither"),
        ({"bird": True, "cat": False, "dog": 2}, "a mapping that is neither"),
        ({"bird", "cat", "dog"}, "got a set"),
        ("bird", 'got one text, "bird"'),
        (None, "got NoneType"),
        (True, "got bool"),
        ([True, False, None], "class names as text or whole numbers, got None"),
        ([1.5, 2.0, 3.0], 'class names as text or whole numbers, got float "1.5"'),
    ],
)
def test_anything_but_the_same_names_is_refused(classes: LogitClasses, message: str) -> None:
    with pytest.raises(ClassOrderError, match=message):
        logit_order(FILE, classes)


def test_many_differences_are_counted_not_listed() -> None:
    with pytest.raises(ClassOrderError, match='the model has "0", "1", "2", "3", "4" and 995 more'):
        logit_order(FILE, range(1000))
