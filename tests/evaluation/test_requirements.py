from __future__ import annotations

import pytest

from imbalance_audit import evaluate
from imbalance_audit.errors import OptionError
from imbalance_audit.records import Requirement

LABELS = ["cat", "cat", "a]>=[b", "it's", 'say "hi"', " dog", "x:y"]
TABLE = {"label": LABELS, "predicted": ["cat", "dog x", *LABELS[2:]]}


def required(*conditions: str) -> tuple[Requirement, ...]:
    return evaluate(TABLE, require=conditions, resamples=1).requirements


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ("recall[cat]>=0.5", True),
        ("recall[cat]>0.5", False),
        ("recall[cat]<=50%", True),
        ("recall[cat]<0.5", False),
        ("recall[cat]==0.5", True),
        ("recall[cat] != 0.5", False),
        ("recall['cat']>=0.5", True),
        ('recall["cat"]>=0.5', True),
        (" recall[ cat ] >= 5e-1 ", True),
        ("recall[a]>=[b]>=1", True),
        ("recall[it's]>=1", True),
        (r'recall["say \"hi\""]>=1', True),
        ('recall[say "hi"]>=1', True),
        ("recall[ dog]>=1", True),
        ("recall[x:y]>=1", True),
        ("run:accuracy>=0.8", True),
        ("f1[cat]>=0.6", True),
        ("precision[dog x]>=0", True),
    ],
)
def test_a_condition_is_judged_as_it_is_written(condition: str, met: bool) -> None:
    (found,) = required(condition)

    assert (found.text, found.met) == (condition, met)


@pytest.mark.parametrize("condition", ["recall[dog x]>=0", "nll<=100", "region_recall[few]>=0", "nll!=1"])
def test_a_figure_that_is_not_defined_fails(condition: str) -> None:
    (found,) = required(condition)

    assert found.observed is None
    assert not found.met


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("macro_f2>=1", 'Did you mean "macro_f1"'),
        ("recal[cat]>=1", 'Did you mean "recall"'),
        ("recall[cta]>=1", 'Did you mean "cat"'),
        ("recall>=1", r"recall\[CLASS\]"),
        ("macro_f1[cat]>=1", "no metric of a class"),
        ("region_recall[fwe]>=1", 'Did you mean "few"'),
        ("rnu:accuracy>=1", 'Did you mean "run"'),
        ("accuracy", "Expected a requirement"),
        ("accuracy>=much", "Expected a requirement"),
        ("accuracy>=nan", "Expected a requirement"),
        ("accuracy=>1", "Expected a requirement"),
        ("", "Expected a requirement"),
        (">=1", "Expected a requirement"),
    ],
)
def test_a_condition_that_cannot_be_judged_is_refused(condition: str, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        required(condition)


def test_each_run_has_to_meet_a_condition_unless_one_is_named() -> None:
    right = {"label": ["cat", "dog"], "predicted": ["cat", "dog"]}
    wrong = {"label": ["cat", "dog"], "predicted": ["dog", "cat"]}

    found = evaluate({"plain": wrong, "weighted": right}, require=["accuracy>=1", "weighted:accuracy>=1"])

    assert [(one.run, one.met) for one in found.requirements] == [
        ("plain", False), ("weighted", True), ("weighted", True),
    ]  # fmt: skip
