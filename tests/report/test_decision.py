"""A decision on a terminal: what is done, what it is worth beside the plain class, and nothing that acts."""

from __future__ import annotations

from dataclasses import replace

from imbalance_audit.records import Decision, Estimate, InverseMap
from imbalance_audit.report.decision import render_decision

DECISION = Decision(
    classes=("cat", "fox\x1b[31m"),
    multilabel=False,
    correction=InverseMap((0.0, 0.0), (1.0, -1.0), gamma=2.0, smoothing=0.1),
    temperature=(1.5, 1.5),
    bias=(0.5, -0.5),
    rule="argmax",
    offset=(0.1, 2.3),
    metric="macro_f1",
    tuned=Estimate(0.71, 0.68, 0.74),
    expected=Estimate(0.7, 0.66, 0.73),
    plain=Estimate(0.5, 0.47, 0.53),
    gain=Estimate(0.2, 0.16, 0.24),
    curve=((0.0, Estimate(0.6, 0.5, 0.7)), (0.65, Estimate(0.71, 0.68, 0.74)), (0.7, Estimate(0.7, 0.6, 0.8))),
    parameters={"calibrate": "bias-corrected", "tau": 0.65, "tau_best": 0.65, "rows": 4000, "folds": 5},
    notes=("Fewer than 50 validation rows in 1 of 2 classes.",),
)


def test_it_is_shown_whole() -> None:
    assert render_decision(DECISION) == (
        "Decision      argmax of log p - τ·log π with τ = 0.65\n"
        "Undone first  focal γ 2, label smoothing 0.1, a shift for each class\n"
        "Temperature   1.500, with a bias for each class\n"
        "\n"
        "macro_f1 on 4,000 rows (95 %)\n"
        "  plain argmax      0.5000 [0.4700, 0.5300]\n"
        "  tuned             0.7100 [0.6800, 0.7400]   on the rows it was tuned on, which flatters\n"
        "  expected          0.7000 [0.6600, 0.7300]   on rows it was not tuned on (5 folds)\n"
        "  gain              0.2000 [0.1600, 0.2400]   expected - plain: better, more than noise\n"
        "\n"
        "macro_f1 by τ, on the rows it was tuned on\n"
        "  τ 0.00   0.6000 [0.5000, 0.7000]\n"
        "  τ 0.65   0.7100 [0.6800, 0.7400]   best, taken\n"
        "\n"
        "warning: Fewer than 50 validation rows in 1 of 2 classes.\n"
        "\n"
        "index  class              offset\n"
        '    0  "cat"              0.1000\n'
        '    1  "fox\\x1b[31m"      2.3000\n'
    )


def test_the_verdict_follows_the_interval_and_the_direction_of_the_metric() -> None:
    noise = replace(DECISION, gain=Estimate(0.1, -0.1, 0.3))
    worse = replace(DECISION, gain=Estimate(-0.1, -0.2, -0.05))
    cheaper = replace(worse, metric="expected_cost")

    assert "no more than noise" in render_decision(noise)
    assert "expected - plain: worse" in render_decision(worse)
    assert "better, more than noise" in render_decision(cheaper)


def test_each_rule_is_told_in_words() -> None:
    threshold = replace(DECISION, parameters={"threshold": 0.25}, curve=())
    costs = replace(DECISION, rule="costs", offset=(), costs=((0.0, 1.0), (1.0, 0.0)), curve=())
    several = replace(DECISION, multilabel=True, rule="thresholds", offset=(), thresholds=(0.2, 0.4), curve=())

    assert "from a probability of 0.25 on" in render_decision(threshold)
    assert "the class of least expected cost" in render_decision(costs)
    assert "each class whose probability reaches its threshold" in render_decision(several)


def test_of_many_classes_the_middle_is_left_out() -> None:
    size = 1000
    many = replace(DECISION, classes=tuple(f"c{i}" for i in range(size)), offset=(0.0,) * size)

    lines = render_decision(many).splitlines()

    assert "… 960 classes between …" in lines
    assert len(lines) < 80
