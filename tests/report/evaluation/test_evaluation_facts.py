"""The answers in words: who beats whom, by how much, and whether that is more than noise."""

from __future__ import annotations

from dataclasses import replace

from imbalance_audit.records import ClassScore, Difference, Estimate, Evaluation, Requirement, RunEvaluation
from imbalance_audit.report.evaluation.arrangement import EvaluationCaps, read, weakest
from imbalance_audit.report.evaluation.evaluation_facts import answers, method_lines, observed, outcome, prior_line
from tests.report.evaluations import bare, realistic, small


def run(name: str, **metrics: float) -> RunEvaluation:
    found = {key: Estimate(value) for key, value in metrics.items()}
    return RunEvaluation(name, f"{name}.csv", "logits", 10, found, ())


def between(*runs: RunEvaluation, differences: tuple[Difference, ...] = ()) -> Evaluation:
    return Evaluation("multiclass", (), 10, runs, differences)


def sentences(evaluation: Evaluation) -> list[str]:
    return [answer.sentence for answer in answers(evaluation, read(evaluation))]


def test_a_run_that_beats_the_first_is_told_with_what_it_costs_elsewhere() -> None:
    plain = run("plain", balanced_accuracy=0.696, macro_f1=0.55, accuracy=0.92, nll=0.26)
    weighted = run("weighted", balanced_accuracy=0.712, macro_f1=0.568, accuracy=0.9, nll=0.3)
    changes = (
        Difference("balanced_accuracy", "plain", "weighted", Estimate(0.016, 0.009, 0.023), "better"),
        Difference("macro_f1", "plain", "weighted", Estimate(0.018, 0.001, 0.03), "better"),
        Difference("accuracy", "plain", "weighted", Estimate(-0.02, -0.03, -0.01), "worse"),
        Difference("nll", "plain", "weighted", Estimate(0.04, 0.03, 0.05), "worse"),
    )

    assert sentences(between(plain, weighted, differences=changes)) == [
        '"weighted" beats "plain" by 1.6 points of balanced accuracy (95 % interval 0.9 to 2.3); macro-F1 +1.8; '
        "accuracy −2.0; probabilities worse (NLL 0.300 against 0.260)."
    ]


def test_a_difference_within_the_noise_beats_nothing() -> None:
    changes = (Difference("macro_f1", "a", "b", Estimate(0.003, -0.005, 0.011), "noise"),)

    assert sentences(between(run("a", macro_f1=0.5), run("b", macro_f1=0.503), differences=changes)) == [
        '"b" and "a" cannot be told apart by macro-F1: +0.3 points (95 % interval −0.5 to 1.1).'
    ]


def test_a_lower_cost_beats_and_the_interval_has_the_sign_of_the_verb() -> None:
    changes = (Difference("expected_cost", "a", "b", Estimate(-0.5, -0.75, -0.25), "better"),)
    costs = between(run("a", expected_cost=3.0), run("b", expected_cost=2.5), differences=changes)

    assert sentences(costs) == ['"b" beats "a" by 0.500 of expected cost (95 % interval 0.250 to 0.750).']


def test_the_verdict_of_the_record_decides_not_the_sign() -> None:
    changes = (Difference("macro_f1", "a", "b", Estimate(0.3, 0.2, 0.4), "worse"),)

    assert sentences(between(run("a", macro_f1=0.2), run("b", macro_f1=0.5), differences=changes))[0].startswith(
        '"b" falls behind "a" by 30.0 points'
    )


def test_the_best_of_many_is_named_with_whether_it_is_ahead_of_the_next() -> None:
    runs = run("a", macro_f1=0.5), run("b", macro_f1=0.7), run("c", macro_f1=0.69)
    ahead = Difference("macro_f1", "b", "c", Estimate(-0.01, -0.02, -0.005), "worse")

    assert sentences(between(*runs, differences=(ahead,)))[0].startswith(
        '"b" is best by macro-F1, 70.0 %, and ahead of'
    )
    level = replace(ahead, verdict="noise")
    assert sentences(between(*runs, differences=(level,)))[0] == (
        '"b" is best by macro-F1, 70.0 %, but "c" follows within the noise.'
    )
    assert sentences(between(*runs))[0] == '"b" is best by macro-F1, 70.0 %; "c" follows.'


def test_the_best_by_cost_is_the_cheapest() -> None:
    ranked = read(between(run("a", expected_cost=3.0), run("b", expected_cost=1.0), run("c"))).ranked

    assert [one.name for one in ranked] == ["b", "a"]


def test_runs_that_were_not_compared_are_said_to_be_so() -> None:
    assert sentences(between(run("a"), run("b"))) == ['"b" was not compared with "a".']
    assert sentences(between()) == ["No run was judged."]


def test_of_dozens_of_runs_those_left_out_are_counted() -> None:
    many = between(*(run(f"run {i}", accuracy=0.5) for i in range(30)))

    assert sentences(many)[-1] == "21 more runs in evaluation.json."


def test_a_class_without_a_row_is_not_the_worst() -> None:
    assert [score.label for score in weakest(small().runs[0])] == ["lynx", "fox", "dog", "cat"]


def test_the_classes_are_ordered_by_training_rows_and_by_support_without_them() -> None:
    assert [row.label for row in read(small()).classes] == ["cat", "dog", "fox", "lynx", "owl"]
    scores = tuple(
        ClassScore(label, n, n, None, None, Estimate(1.0), Estimate(1.0), Estimate(1.0))
        for label, n in (("a", 1), ("b", 9))
    )
    evaluation = replace(bare(), runs=(replace(bare().runs[0], classes=scores),))
    assert [row.label for row in read(evaluation).classes] == ["b", "a"]


def test_requirements_are_counted_in_words() -> None:
    met, failed = Requirement("a>=1", "r", 1.0, met=True), Requirement("b>=1", "r", None, met=False)

    assert outcome((met,)) == ("pass", "The requirement is met")
    assert outcome((met, met)) == ("pass", "All 2 requirements are met")
    assert outcome((met, failed)) == ("fail", "1 of 2 requirements is not met")
    assert (observed(met), observed(failed)) == ("1", "not defined")


def test_the_prior_and_the_regions_are_told_as_recorded() -> None:
    evaluation = realistic()

    assert '"red fox" 2.08 %' in prior_line(evaluation)
    assert "and 43 more classes" in prior_line(evaluation)
    assert any("few (3 to 18 rows in training)" in line for line in method_lines(evaluation, read(evaluation)))
    assert not any("Regions" in line for line in method_lines(bare(), read(bare())))


def test_a_prior_that_was_asked_for_is_told_beside_what_is_best_under_it() -> None:
    assert prior_line(realistic()) in sentences(realistic())
    assert not any("class shares" in sentence or "prior" in sentence for sentence in sentences(small()))


def test_the_resamples_and_their_seed_are_told() -> None:
    drawn = replace(small(), resamples=2_000, seed=11)

    assert any("2,000 resamples from the seed 11." in line for line in method_lines(drawn, read(drawn)))


def test_smaller_caps_lose_classes_before_runs_and_come_to_an_end() -> None:
    caps = EvaluationCaps()
    assert caps.halved().runs == caps.runs
    for _ in range(40):
        caps = caps.halved()
    assert caps == caps.halved()
    assert (caps.classes, caps.runs) == (2, 2)
