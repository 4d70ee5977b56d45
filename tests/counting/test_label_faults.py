"""Label validation on distinct values."""

from __future__ import annotations

import pytest

from imbalance_audit.counting.label_faults import label_faults


def test_clean_labels_have_no_fault() -> None:
    faults = label_faults({"cat": 5, "dog": 5}, unlabelled=0, declared=["cat", "dog"])

    assert (faults.null, faults.empty, faults.placeholders, faults.unknown, faults.stands_for) == (
        False,
        (),
        (),
        (),
        {},
    )


def test_each_kind_of_dirt_is_told_apart() -> None:
    totals = {"cat": 900, " cat": 3, "Cat": 2, "": 1, "  ": 1, "N/A": 1, "unknwon": 1, "fox": 17}

    faults = label_faults(totals, unlabelled=4, declared=["cat", "fox"])

    assert faults.null
    assert faults.empty == ("", "  ")
    assert faults.placeholders == ("N/A",)
    assert faults.unknown == ("unknwon",)
    assert faults.stands_for == {" cat": "cat", "Cat": "cat"}


@pytest.mark.parametrize("variant", ["CAFÉ", "café ", "cafe\u0301", "ca\u200bfé", "\u00a0café", "ｃａｆé"], ids=ascii)
def test_case_blanks_invisible_characters_and_unicode_forms_are_look_alikes(variant: str) -> None:
    assert label_faults({"café": 9, variant: 1}, unlabelled=0, declared=None).stands_for == {variant: "café"}


def test_two_declared_spellings_are_two_classes() -> None:
    faults = label_faults({"a": 5, "A": 5}, unlabelled=0, declared=["a", "A"])

    assert faults.stands_for == {}


def test_a_common_placeholder_is_a_class() -> None:
    assert label_faults({"None": 90, "bird": 10}, unlabelled=0, declared=None).placeholders == ()


def test_a_look_alike_stands_for_the_declared_spelling_even_if_that_is_rarer() -> None:
    assert label_faults({"Cat": 90, "cat": 1}, unlabelled=0, declared=["cat"]).stands_for == {"Cat": "cat"}
