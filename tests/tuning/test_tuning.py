"""Tuning with a real training, its statistics against scipy, and a run that is killed and goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from imbalance_audit import Audit, ClassWeights, candidates_of, class_weights, scan, search_weights, tune_weights
from imbalance_audit.errors import OptionError
from imbalance_audit.records import Candidate, Tuning
from imbalance_audit.report.weights.candidate_table import render_tuning, tuning_values

COUNTS = (400, 60, 12)
CENTRES = np.array([[0.0, 0.0], [1.5, 0.0], [0.0, 1.5]])
Drawn = tuple[NDArray[np.float64], NDArray[np.int64]]
Predicted = tuple[NDArray[np.int64], NDArray[np.float64]]


def drawn(counts: tuple[int, ...], seed: int) -> Drawn:
    label = np.repeat(np.arange(3), counts)
    return CENTRES[label] + np.random.default_rng(seed).normal(size=(len(label), 2)), label


TRAIN, VALIDATION = drawn(COUNTS, 0), drawn((300, 300, 300), 1)


@pytest.fixture(scope="module")
def audit() -> Audit:
    return scan([str(label) for label in TRAIN[1]])


def train_and_predict(weights: ClassWeights | None, seed: int) -> Predicted:
    """Fit on a bootstrap sample that the seed draws."""
    features, label = TRAIN
    rows = np.random.default_rng(seed).integers(0, len(label), len(label))
    each = None if weights is None else np.array(weights.weight)[label[rows]]
    model = LogisticRegression().fit(features[rows], label[rows], sample_weight=each)
    return VALIDATION[1], model.decision_function(VALIDATION[0])


@pytest.fixture(scope="module")
def tuning(audit: Audit) -> Tuning:
    return tune_weights(train_and_predict, audit=audit, seeds=range(5))


def scored(by_candidate: dict[float, list[float]]) -> Callable[[ClassWeights | None, int], tuple[float, float]]:
    """A training whose score is looked up by the ratio of the weights."""
    return lambda weights, seed: (0.0, by_candidate[1.0 if weights is None else round(weights.ratio, 3)][seed])


def told(truth: float, score: float) -> float:
    return truth + score


def constant(truth: list[int], _: float) -> float:
    return float(len(truth))


def test_weights_win_over_none_on_balanced_validation(tuning: Tuning) -> None:
    scores = {row.candidate.name: row for row in tuning.candidates}

    truth, logits = train_and_predict(None, 3)
    assert scores["none"].scores[3] == pytest.approx(f1_score(truth, logits.argmax(1), average="macro"))
    assert scores["none"].standing == "worse"
    assert tuning.weights is not None
    assert scores[tuning.cheapest].standing in ("best", "noise")
    assert [row.candidate.kept for row in tuning.candidates] == sorted(
        (row.candidate.kept for row in tuning.candidates), reverse=True
    )


def test_intervals_are_those_of_the_paired_t_test(tuning: Tuning) -> None:
    best = tuning[tuning.best].scores
    for row in tuning.candidates:
        if row.candidate.name == tuning.best:
            continue
        expected = stats.ttest_rel(best, row.scores).confidence_interval(0.95)
        assert (row.behind.low, row.behind.high) == pytest.approx((expected.low, expected.high))
        assert row.standing == ("noise" if expected.low <= 0 else "worse")
        mean = stats.ttest_1samp(row.scores, 0).confidence_interval(0.95)
        assert (row.value.low, row.value.high) == pytest.approx((mean.low, mean.high))


def test_the_cheapest_within_noise_is_the_mildest(audit: Audit) -> None:
    root, balanced = (class_weights(audit, scheme=name) for name in ("sqrt", "balanced"))
    function = scored(
        {1.0: [0.5, 0.5, 0.5], round(root.ratio, 3): [0.70, 0.72, 0.71], round(balanced.ratio, 3): [0.72, 0.71, 0.72]}
    )

    found = tune_weights(function, [balanced, root, None], metric=told)

    assert (found.best, found.cheapest, found.weights) == ("balanced", "sqrt", root)
    assert [row.standing for row in found.candidates] == ["best", "noise", "worse"]


def test_a_metric_of_which_less_is_better_turns_the_order(audit: Audit) -> None:
    ratio = round(class_weights(audit, scheme="balanced").ratio, 3)
    function = scored({1.0: [0.2, 0.3, 0.25], ratio: [0.9, 0.8, 0.85]})

    found = tune_weights(function, ["none", "balanced"], audit=audit, metric=told, greater_is_better=False)

    assert found.best == "none"
    assert found["balanced"].behind.value == pytest.approx(0.6)


def test_one_seed_prefers_nothing_but_the_best(audit: Audit) -> None:
    ratio = round(class_weights(audit, scheme="balanced").ratio, 3)
    function = scored({1.0: [0.80], ratio: [0.81]})

    found = tune_weights(function, ["none", "balanced"], audit=audit, metric=told, seeds=[0])

    assert (found.cheapest, found["none"].standing, found["none"].behind.low) == ("balanced", "unknown", None)
    assert "One seed does not tell noise" in found.notes[0]


def test_a_seed_that_is_not_used_is_noted(audit: Audit) -> None:
    function = scored({1.0: [0.8, 0.8]})

    found = tune_weights(function, ["none"], audit=audit, metric=told, seeds=[0, 1])

    assert "does not use its seed" in found.notes[0]


@pytest.mark.parametrize(
    ("candidates", "message"),
    [
        (["ballanced"], 'There is no scheme "ballanced". Did you mean "balanced"'),
        (["power(tau=2)"], "tau is a number from 0"),
        (["power(tau)"], 'Expected parameter=value, each once, got "tau"'),
        (["balanced(split=val)"], "Weigh it by class_weights yourself"),
        (["power(tau=0.3, tau=0.4)"], "each once, got"),
        (["none(tau=1)"], "Expected none without parameters"),
        (["Balanced!"], 'Expected a scheme such as "power'),
        ([], "Expected at least one candidate, got none"),
        ("balanced", "Expected several candidates, got str alone"),
        ([3], "Expected a name, ClassWeights or a Candidate, got int"),
    ],
)
def test_candidates_that_are_none_are_refused(audit: Audit, candidates: list[str], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        tune_weights(train_and_predict, candidates, audit=audit)


def test_candidates_of_other_data_are_refused(audit: Audit) -> None:
    other = class_weights(scan(["0"] * 9 + ["1"] * 3 + ["2"]))

    with pytest.raises(OptionError, match="Expected candidates of the same data"):
        tune_weights(train_and_predict, [class_weights(audit), Candidate("other", other)])


def test_a_name_says_what_the_weights_are(audit: Audit) -> None:
    found = tune_weights(
        lambda *_: (0.0, 0.5), ["power( tau=0.25 )", "balanced(max_ratio=10)"], audit=audit, metric=told, seeds=[0]
    )

    first, second = (row.candidate.weights for row in found.candidates)
    assert first == class_weights(audit, scheme="power", tau=0.25)
    assert second == class_weights(audit, scheme="balanced", max_ratio=10)


def test_what_an_audit_suggests_differs_and_begins_with_no_weights(audit: Audit) -> None:
    found = candidates_of(audit)

    assert found[0].weights is None
    assert {"balanced", "sqrt"} <= {candidate.name for candidate in found}
    assert [candidate.name for candidate in candidates_of(scan(["a", "b"] * 50))] == ["none"]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda *_: (0.0, float("nan")), 'Expected a finite told, got nan for "none" with seed 0'),
        (lambda *_: ("", "high"), 'Expected a finite told, got high for "none" with seed 0'),
        (lambda *_: 0.7, r"Expected \(truth, prediction\) from the training function, got float"),
    ],
)
def test_a_training_that_gives_no_score_is_refused(
    audit: Audit, function: Callable[..., tuple[float, float]], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        tune_weights(function, ["none"], audit=audit, metric=told)


def test_candidates_that_were_validated_on_other_rows_are_refused(audit: Audit) -> None:
    def shrinking(weights: ClassWeights | None, _: int) -> tuple[list[int], float]:
        return [0] * (9 if weights is None else 8), 0.5

    with pytest.raises(OptionError, match='on the same rows, got others for "balanced" than for "none" with seed 0'):
        tune_weights(shrinking, ["none", "balanced"], audit=audit, metric=constant)


def test_an_exception_comes_through_and_what_ran_is_kept(audit: Audit, tmp_path: Path) -> None:
    ran: list[tuple[str, int]] = []

    def failing_once(weights: ClassWeights | None, seed: int) -> Predicted:
        ran.append(("none" if weights is None else weights.scheme, seed))
        if len(ran) == 4:
            message = "out of memory"
            raise RuntimeError(message)
        return train_and_predict(weights, seed)

    names = ["none", "balanced"]
    with pytest.raises(RuntimeError, match="out of memory"):
        tune_weights(failing_once, names, audit=audit, journal=tmp_path / "deep/tuning.jsonl")
    found = tune_weights(failing_once, names, audit=audit, journal=tmp_path / "deep/tuning.jsonl")

    whole = [(name, seed) for seed in range(3) for name in names]
    assert ran == [*whole[:4], *whole[3:]]
    assert found == tune_weights(train_and_predict, names, audit=audit)


PROGRAM = """
import sys, time
from imbalance_audit import scan, tune_weights
def train_and_predict(weights, seed):
    print("began", flush=True)
    time.sleep(0 if seed == 0 else 600)
    return [0, 1], [0, 1]
tune_weights(train_and_predict, ["none", "balanced"], audit=scan([0] * 9 + [1]), journal=sys.argv[1])
"""


def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    journal = tmp_path / "tuning.jsonl"
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(journal)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(3):
        assert process.stdout.readline() == "began\n"
    process.kill()
    process.communicate()
    whole = journal.read_bytes()
    # As a machine that lost power in the middle of a line.
    journal.write_bytes(whole + whole[:30])

    ran: list[int] = []

    def train(weights: ClassWeights | None, seed: int) -> tuple[list[int], list[int]]:
        del weights
        ran.append(seed)
        return [0, 1], [0, 1]

    tune_weights(train, ["none", "balanced"], audit=scan([0] * 9 + [1]), journal=journal)

    assert ran == [1, 1, 2, 2]
    assert len([json.loads(line) for line in journal.read_text().splitlines()]) == 6


@pytest.mark.parametrize("content", ['{"a": 1}', "id,label\n1,cat\n", "\x00\x01", '{"format": "other"}\n'])
def test_a_file_that_is_no_journal_is_refused_and_left_alone(audit: Audit, tmp_path: Path, content: str) -> None:
    (tmp_path / "file").write_text(content)

    with pytest.raises(OptionError, match="Expected trials of a tuning"):
        tune_weights(train_and_predict, ["none"], audit=audit, journal=tmp_path / "file")

    assert (tmp_path / "file").read_text() == content


def test_a_journal_that_cannot_be_written_is_refused_before_training(audit: Audit, tmp_path: Path) -> None:
    def never(*_: object) -> tuple[int, int]:
        raise AssertionError

    with pytest.raises(OptionError, match="Cannot write"):
        tune_weights(never, ["none"], audit=audit, journal=tmp_path)


def test_other_weights_or_data_of_the_same_name_run_anew(audit: Audit, tmp_path: Path) -> None:
    ran: list[object] = []

    def train(weights: ClassWeights | None, seed: int) -> Predicted:
        ran.append(weights)
        return train_and_predict(weights, seed)

    clipped = class_weights(audit, scheme="balanced", max_ratio=2)
    other = scan([str(label) for label in TRAIN[1][:-1]])
    for candidates, source in (([Candidate("w", clipped)], audit), ([Candidate("w", None)], audit), (["none"], other)):
        tune_weights(train, candidates, audit=source, seeds=[0], journal=tmp_path / "journal")

    assert len(ran) == 3


def test_a_search_finds_the_strength_and_goes_on_from_its_journal(audit: Audit, tmp_path: Path) -> None:
    ran: list[float] = []

    def train(weights: ClassWeights | None, seed: int) -> tuple[float, float]:
        tau = 0.0 if weights is None else float(weights.parameters["tau"] or 0)
        ran.append(tau)
        return 0.0, 1 - (tau - 0.6) ** 2 + 0.001 * seed

    found = search_weights(train, audit, trials=25, metric=told, seeds=[0, 1], journal=tmp_path / "journal")
    again = search_weights(train, audit, trials=25, metric=told, seeds=[0, 1], journal=tmp_path / "journal")

    best = found[found.best].candidate.weights
    assert best is not None
    assert abs(float(best.parameters["tau"] or 0) - 0.6) < 0.1
    assert found == again
    assert len(ran) == 2 * len(found.candidates)


def test_a_search_of_beta_stays_between_no_weights_and_inverse_frequency(audit: Audit) -> None:
    found = search_weights(train_and_predict, audit, scheme="effective-number", trials=6, seeds=[0])

    ratios = [row.candidate.ratio for row in found.candidates]
    assert ratios[0] == 1.0
    assert all(1.0 < ratio < COUNTS[0] / COUNTS[-1] for ratio in ratios[1:])


def test_the_table_and_the_json_tell_the_same(tuning: Tuning) -> None:
    table = render_tuning(tuning).splitlines()
    values = json.loads(json.dumps(tuning_values(tuning)))
    # Two lines of explanation, a blank one, the head.

    assert table[4].startswith(tuning.best)
    assert f"Take {tuning.cheapest}" in table[-1]
    assert {row["name"] for row in values["candidates"]} == {line.split("  ")[0] for line in table[4:-2]}
    assert values["best"] == tuning.best
