"""REG: classes of boxes and pixels, by images too."""

from __future__ import annotations

import pytest

from imbalance_audit.auditing.judging import judge_again
from imbalance_audit.rules.policy import Override, Policy
from tests.rules.audits import audit_samples, of_rule


def test_boxes_are_judged_by_images_too() -> None:
    audit = audit_samples([["crowd"] * 500] + [["car"]] * 60 + [[]] * 100, unit="box")
    even = audit_samples([["crowd"], ["car"]] * 60, unit="box")

    assert of_rule(audit, "REG001")[0].message == '"crowd" has 500 boxes in 1 images'
    assert [(f.label, f.severity) for f in of_rule(audit, "REG002")] == [("crowd", "error")]
    assert of_rule(audit, "REG003")[0].rows == 100
    assert of_rule(audit, "LBL001") == []
    assert all(of_rule(even, code) == [] for code in ("REG001", "REG002", "REG003"))


@pytest.mark.parametrize(("boxes", "found"), [(11, False), (12, True)])
def test_a_class_is_common_in_few_images_above_10_times_its_share_of_them(boxes: int, found: bool) -> None:
    # One image label of 100 is that of crowd: 11 boxes of 110 are 10 times that.
    audit = audit_samples([["crowd"] * boxes] + [["car"]] * 99, unit="box")

    told = of_rule(audit, "REG001")

    assert [(f.label, f.rows) for f in told] == ([("crowd", boxes)] if found else [])
    assert [f.observed for f in told] == pytest.approx([boxes / (boxes + 99) * 100] * found)


def test_pixels_are_called_pixels_and_the_commonest_class_comes_first() -> None:
    images = [["b"] * 900] + [["a"] * 900] + [["sky"]] * 200

    found = of_rule(audit_samples(images, unit="pixel"), "REG001")

    assert [f.label for f in found] == ["a", "b"]
    assert found[0].message == '"a" has 900 pixels in 1 images'


@pytest.mark.parametrize(("images", "severity"), [(1, "error"), (2, "warning"), (19, "warning"), (20, None)])
def test_a_class_occurs_in_few_images_below_20_and_in_next_to_none_below_2(images: int, severity: str | None) -> None:
    found = of_rule(audit_samples([["car"]] * 50 + [["owl"] * 30] * images, unit="box"), "REG002")

    assert [(f.severity, f.observed, f.rows) for f in found] == ([(severity, images, 30 * images)] if severity else [])
    assert [f.message for f in found] == (
        [f'"owl" occurs in {images} {"image" if images == 1 else "images"}'] if severity else []
    )


def test_classes_of_few_images_come_rarest_first_then_by_name_and_train_alone_counts() -> None:
    images = [["z", "y"]] * 3 + [["x"]] * 2 + [["car"]] * 40 + [["z"]] * 90

    audit = audit_samples(images, unit="box", splits=["train"] * 45 + ["val"] * 90)

    assert [(f.label, f.split) for f in of_rule(audit, "REG002")] == [("x", "train"), ("y", "train"), ("z", "train")]


@pytest.mark.parametrize(("empty", "found"), [(5, False), (6, True)])
def test_background_is_told_above_half_of_the_images_of_its_split(empty: int, found: bool) -> None:
    images: list[list[str]] = [[]] * empty + [["car"]] * (10 - empty) + [["car"]] * 9

    told = of_rule(audit_samples(images, unit="box", splits=["val"] * 10 + ["train"] * 9), "REG003")

    assert [(f.split, f.observed, f.rows) for f in told] == ([("val", 0.6, 6)] if found else [])
    assert [f.message for f in told] == (["6 of 10 images are background"] if found else [])


def test_rows_have_neither_boxes_nor_background() -> None:
    audit = audit_samples([["a", "b"], []])

    assert {c.state for c in audit.coverage if c.code.startswith("REG")} == {"not_run"}


def test_exactly_the_limit_is_not_above_it_whatever_floats_make_of_the_shares() -> None:
    assert (55 / 66) / (1 / 12) > 10

    assert of_rule(audit_samples([["crowd"] * 55] + [["car"]] * 11, unit="box"), "REG001") == []
    assert of_rule(audit_samples([["crowd"] * 56] + [["car"]] * 11, unit="box"), "REG001") != []


def test_background_is_observed_in_images_where_the_limit_is_a_number_of_them() -> None:
    images: list[list[str]] = [[]] * 4 + [["car"]] * 6
    policy = Policy(rules={"REG003": Override(warning=3)})

    (finding,) = of_rule(judge_again(audit_samples(images, unit="box"), policy), "REG003")

    assert (finding.observed, finding.limit) == (4, 3)
