"""Weights from where the model will be used."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from imbalance_audit.errors import OptionError, WeightError
from imbalance_audit.weights import class_weights
from imbalance_audit.weights.cells import Entries
from imbalance_audit.weights.target_prior import prior_ratio, read_prior, refuse_other_names, shares_of
from tests.conftest import MakeAudit

NAMES = ("0", "1", "2")


PRIOR = dict(zip(NAMES, (0.6, 0.3, 0.1), strict=True))


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        (None, "needs the share of each class where the model is used"),
        ({"0": 0.5, "1": 0.5}, 'lacks the classes "2"'),
        ({"0": 0.5, "1": 0.4, "2": 0.05, "cat": 0.05}, 'has "cat", not among the classes'),
        ({"0": 0.5, "1": 0.5, "2": 0.5}, "sum to 1, got 1.5"),
        ({"0": 1.5, "1": -0.5, "2": 0.0}, 'from 0 to 1 in the prior, got 1.5 for "0"'),
        ({"0": math.nan, "1": 0.5, "2": 0.5}, "got nan"),
    ],
)
def test_a_prior_that_is_none_is_refused(make_audit: MakeAudit, prior: dict[str, float] | None, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        class_weights(make_audit([3, 2, 1]), scheme="target-prior", prior=prior)


def test_a_share_for_a_class_without_an_instance_is_refused_under_every_policy(make_audit: MakeAudit) -> None:
    for policy in ("error", "ignore", "cap", "smooth", "one"):
        with pytest.raises(WeightError, match=r'got none of "2"|gives a share, got none of "2"'):
            class_weights(make_audit([3, 2, 0]), scheme="target-prior", prior=PRIOR, zero_count=policy)


def test_a_class_that_is_to_have_no_share_weighs_nothing(make_audit: MakeAudit) -> None:
    weights = class_weights(
        make_audit([3, 2, 0]), scheme="target-prior", prior={"0": 0, "1": 1, "2": 0}, zero_count="ignore"
    )

    assert weights.weight == pytest.approx((0, 2.5, 0))


def test_a_uniform_target_is_balanced(make_audit: MakeAudit) -> None:
    audit = make_audit([900, 90, 10])
    uniform = class_weights(audit, scheme="target-prior", prior=dict.fromkeys(NAMES, 1 / 3))

    assert uniform.weight == pytest.approx(class_weights(audit).weight)


def test_raw_weights_are_the_target_share_over_the_share_in_training() -> None:
    entries = Entries(("a", "b", "c"), (900, 90, 10), shares=(0.6, 0.3, 0.1))

    assert prior_ratio(entries, {}) == pytest.approx([2 / 3, 10 / 3, 10])


@pytest.mark.parametrize("off", [-9e-4, 9e-4])
def test_shares_that_were_rounded_by_hand_are_scaled_to_sum_to_1(off: float) -> None:
    shares = shares_of({"b": 0.4, "a": 0.6 + off}, ["a", "b"], what="prior")

    assert math.fsum(shares) == pytest.approx(1, abs=1e-15)
    assert shares[0] / shares[1] == pytest.approx((0.6 + off) / 0.4)


@pytest.mark.parametrize("off", [-1.1e-3, 1.1e-3])
def test_shares_further_off_than_rounding_are_refused(off: float) -> None:
    with pytest.raises(OptionError, match="Expected the shares of the target to sum to 1, got "):
        shares_of({"b": 0.4, "a": 0.6 + off}, ["a", "b"], what="target")


def test_a_class_may_have_everything_and_another_nothing() -> None:
    assert shares_of({"a": 1, "b": 0}, ["b", "a"], what="prior") == (0.0, 1.0)


@pytest.mark.parametrize(
    "text",
    ["cat=0.9,dog=0.1", "dog=0.1,cat=0.9", "cat=9e-1,dog= 0.1"],
)
def test_a_prior_is_read_from_the_command_line(text: str) -> None:
    assert read_prior(text) == {"cat": 0.9, "dog": 0.1}


def test_a_class_may_have_the_sign_of_equality_in_its_name() -> None:
    assert read_prior("a=b=0.25,c=0.75") == {"a=b": 0.25, "c": 0.75}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.csv", "class,share\ncat,0.9\ndog,0.1\n"),
        ("p.csv", "cat,0.9\n\ndog,0.1\n"),
        ("p.txt", "cat,0.9\r\ndog,0.1"),
        ("p.json", '{"cat": 0.9, "dog": 0.1}'),
    ],
)
def test_a_prior_is_read_from_a_file_with_or_without_a_head(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")

    assert read_prior(str(tmp_path / name)) == {"cat": 0.9, "dog": 0.1}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.csv", ""),
        ("p.csv", "cat\n"),
        ("p.csv", "cat,0.9,1\n"),
        ("p.csv", "class,share\ncat,much\n"),
        ("p.json", "[0.9, 0.1]"),
        ("p.json", '{"cat": [0.9]}'),
        ("p.json", "{"),
        ("p.csv", "\x00\xff"),
    ],
)
def test_a_file_that_holds_no_prior_is_refused(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_bytes(content.encode("latin-1"))

    with pytest.raises(OptionError, match=r"Cannot read the prior in .* a CSV of class,share lines"):
        read_prior(str(tmp_path / name))


@pytest.mark.parametrize("text", ["", "cat", "cat=0.9,dog", "cat=much", "nowhere.csv", "x" * 5000])
def test_a_text_that_is_neither_a_prior_nor_a_file_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="Cannot read the prior in") as caught:
        read_prior(text)

    assert len(str(caught.value)) < 320


def test_a_class_named_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("cat,0.5\ncat,0.5\n")

    for text in ("cat=0.5,cat=0.5", str(tmp_path / "p.csv")):
        with pytest.raises(OptionError, match=r"Expected each class once in the prior .*, got one twice"):
            read_prior(text)


def test_names_that_are_no_class_are_told_before_those_that_are_missing_with_the_nearest() -> None:
    refuse_other_names(["cat", "dog"], ["dog", "cat"], what="prior")
    with pytest.raises(OptionError) as stray:
        refuse_other_names(["cat", "dog"], ["cat", "dgo", "x"], what="prior")
    with pytest.raises(OptionError) as missing:
        refuse_other_names(["cat", "dog"], ["cat"], what="prior")

    assert str(stray.value) == (
        'The prior has "dgo", "x", not among the classes. Did you mean "dog"? Spell them as the audit does.'
    )
    assert str(missing.value) == ('The prior lacks the classes "dog". Give every class, with 0 where it has none.')


def test_the_file_records_which_prior_it_was(make_audit: MakeAudit) -> None:
    def recorded(*shares: float) -> object:
        prior = dict(zip(("0", "1"), shares, strict=True))
        return class_weights(make_audit([3, 2]), scheme="target-prior", prior=prior).parameters["prior_sha256"]

    assert len(str(recorded(0.5, 0.5))) == 16
    assert recorded(0.5, 0.5) == recorded(0.5, 0.5) != recorded(0.4, 0.6)
