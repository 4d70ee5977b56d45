"""Evaluations to render, built by hand: a small one, a realistic one of many runs, hostile, huge and empty ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from math import exp, sqrt

from imbalance_audit.records import (
    CalibrationBin,
    ClassScore,
    Confusion,
    Difference,
    Estimate,
    Evaluation,
    Region,
    RegionScore,
    Requirement,
    RunEvaluation,
    Verdict,
)
from tests.report.samples import HOSTILE, SPECIES


def wilson(hits: float, n: int) -> Estimate:
    if not n:
        return Estimate(None)
    share, z = hits / n, 1.96
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half))


def region_of(trained: int) -> Region:
    return "head" if trained > 100 else "medium" if trained >= 20 else "few"


def score(label: str, support: int, trained: int | None, recall: float, precision: float) -> ClassScore:
    hits = round(recall * support)
    predicted = round(hits / precision) if precision else 0
    f1 = 2 * hits / (support + predicted) if support + predicted else None
    slack = 0.5 / sqrt(support) if support else 0.0
    interval = Estimate(None) if f1 is None else Estimate(f1, max(0.0, f1 - slack), min(1.0, f1 + slack))
    return ClassScore(
        label=label,
        support=support,
        predicted=predicted,
        trained=trained,
        region=None if trained is None else region_of(trained),
        precision=wilson(hits, predicted),
        recall=wilson(hits, support),
        f1=interval,
        average_precision=0.5,
        calibration_error=0.02,
    )


def about(value: float, half: float) -> Estimate:
    return Estimate(value, value - half, value + half)


def bins_of(overconfidence: float) -> tuple[CalibrationBin, ...]:
    sizes = (12, 30, 44, 61, 75, 98, 130, 210, 420, 1920)
    found = []
    for i, rows in enumerate(sizes):
        confidence = (i + 0.55) / 10
        right = max(0.0, min(1.0, confidence - overconfidence * confidence))
        found.append(CalibrationBin(i / 10, (i + 1) / 10, rows, confidence, right))
    return tuple(found)


def regions_of(classes: Sequence[ClassScore]) -> tuple[RegionScore, ...]:
    names: tuple[Region, ...] = ("head", "medium", "few")
    found = []
    for name in names:
        recalls = [s.recall.value for s in classes if s.region == name and s.recall.value is not None]
        if recalls:
            mean = sum(recalls) / len(recalls)
            found.append(RegionScore(name, len(recalls), about(mean, 0.3 / sqrt(10 * len(recalls)))))
    return tuple(found)


def run_of(name: str, classes: Sequence[ClassScore], gain: float, *, costs: bool = False) -> RunEvaluation:
    rows = sum(s.support for s in classes)
    recalls = [s.recall.value for s in classes if s.recall.value is not None]
    f1s = [s.f1.value for s in classes if s.f1.value is not None]
    hits = sum((s.recall.value or 0) * s.support for s in classes)
    metrics = {
        "accuracy": about(hits / rows, 0.012),
        "macro_f1": about(sum(f1s) / len(f1s), 0.02),
        "balanced_accuracy": about(sum(recalls) / len(recalls), 0.018),
        "worst_recall": Estimate(min(recalls)),
        "g_mean": Estimate(0.0 if min(recalls) == 0 else 0.41, 0.0, 0.5),
        "mcc": about(0.61 + gain, 0.02),
        "pr_auc": Estimate(0.58 + gain),
        "nll": about(0.81 + gain, 0.03),
        "brier": about(0.29 + gain / 4, 0.01),
        "ece": Estimate(0.031 + gain / 2, 0.02 + gain / 2, 0.05 + gain / 2),
        "classwise_ece": Estimate(0.004),
    }
    if costs:
        metrics["expected_cost"] = about(3.2 - 10 * gain, 0.4)
    worst = [
        Confusion(s.label, classes[0].label, n, n / s.support, 10.0 * n if costs else None)
        for s in classes[1:]
        if s.recall.value is not None and (n := round((1 - s.recall.value) * s.support * 0.7))
    ]
    worst.sort(key=lambda c: -c.rows)
    return RunEvaluation(
        name=name,
        path=f"runs/{name}/predictions.parquet",
        outputs="logits",
        rows=rows,
        metrics=metrics,
        classes=tuple(classes),
        regions=regions_of(classes),
        confusions=tuple(worst[:20]),
        bins=bins_of(0.06 + gain),
        notes=(f"Column 'logit_{len(classes)}' holds no name.",) if gain else (),
    )


LOWER_IS_BETTER = {"nll", "brier", "ece", "expected_cost"}


def difference(metric: str, first: str, second: str, change: float, half: float) -> Difference:
    verdict: Verdict = "noise"
    if abs(change) > half:
        verdict = "better" if (change > 0) != (metric in LOWER_IS_BETTER) else "worse"
    return Difference(metric, first, second, about(change, half), verdict)


def differences_of(runs: Sequence[RunEvaluation]) -> tuple[Difference, ...]:
    found = []
    for i, first in enumerate(runs):
        for second in runs[i + 1 :]:
            for key, estimate in second.metrics.items():
                before = first.metrics[key]
                if None in (estimate.value, estimate.low, before.value):
                    continue
                half = 0.009 if key != "expected_cost" else 0.1
                found.append(difference(key, first.name, second.name, estimate.value - before.value, half))  # type: ignore[operator]  # -- neither is None here
            for old, new in zip(first.classes, second.classes, strict=True):
                if old.recall.value is not None and new.recall.value is not None:
                    change = new.recall.value - old.recall.value
                    key = f"recall[{new.label}]"
                    found.append(difference(key, first.name, second.name, change, 0.9 / sqrt(max(1, old.support))))
    return tuple(found)


def small() -> Evaluation:
    plain = [
        score("cat", 800, 6400, 0.97, 0.9),
        score("dog", 90, 720, 0.7, 0.84),
        score("fox", 25, 64, 0.4, 0.77),
        score("lynx", 8, 12, 0.125, 0.5),
        score("owl", 0, 3, 0.0, 0.0),
    ]
    weighted = [
        score("cat", 800, 6400, 0.93, 0.95),
        score("dog", 90, 720, 0.78, 0.75),
        score("fox", 25, 64, 0.64, 0.55),
        score("lynx", 8, 12, 0.5, 0.3),
        score("owl", 0, 3, 0.0, 0.0),
    ]
    runs = (run_of("plain", plain, 0.0), run_of("weighted", weighted, 0.04))
    return Evaluation(
        task="multiclass",
        classes=tuple(s.label for s in plain),
        rows=923,
        runs=runs,
        differences=differences_of(runs),
        requirements=(
            Requirement("macro_f1>=0.5", "plain", 0.584, met=True),
            Requirement("macro_f1>=0.5", "weighted", 0.612, met=True),
            Requirement("recall[lynx]>=0.3", "plain", 0.125, met=False),
            Requirement("recall[lynx]>=0.3", "weighted", 0.5, met=True),
            Requirement("recall[owl]>=0.3", "weighted", None, met=False),
        ),
        split="test",
        resamples=1000,
        seed=7,
        notes=("Class 'owl' has no row in the split, so its recall is not defined.",),
    )


def realistic() -> Evaluation:
    """Five runs over 48 species, with costs, a target prior and a long tail."""
    runs = []
    for place, name in enumerate(("plain", "inverse", "effective-number", "logit-adjusted", "focal")):
        classes = []
        for i, species in enumerate(SPECIES):
            trained = max(1, round(8000 * exp(-0.17 * i)))
            base = 0.97 - 0.75 * (i / len(SPECIES)) ** 1.3
            lift = (0.0, 0.19, 0.12, 0.16, 0.01)[place] * i / len(SPECIES)
            wobble = 0.07 * ((i * 7 + place * 5) % 11 / 10 - 0.5)
            recall = max(0.0, min(1.0, base + lift + wobble - (0.02 if place else 0)))
            classes.append(score(species, max(3, trained // 8), trained, recall, max(0.1, base - lift / 2)))
        runs.append(run_of(name, classes, 0.012 * place, costs=True))
    shares = {species: 1 / len(SPECIES) for species in SPECIES}
    return Evaluation(
        task="multiclass",
        classes=tuple(SPECIES),
        rows=runs[0].rows,
        runs=tuple(runs),
        differences=differences_of(runs),
        requirements=tuple(
            Requirement("macro_f1>=0.5", run.name, run.metrics["macro_f1"].value, met=True) for run in runs
        ),
        split="test",
        target=shares,
    )


def single() -> Evaluation:
    whole = small()
    run = whole.runs[0]
    return Evaluation("multiclass", whole.classes, whole.rows, (run,))


def hostile() -> Evaluation:
    runs = []
    for place, name in enumerate(("<b>run</b>|`x`\x1b[31m", "</script><script>window.hacked=1</script>")):
        classes = [score(label, 9 + i, 5 * i, 0.2 + 0.03 * i, 0.5) for i, label in enumerate(HOSTILE)]
        run = run_of(name, classes, 0.02 * place)
        runs.append(run)
    evil = "<img src=x onerror=\"document.title='hacked'\">|`x`\x1b[31m\u202e @team"
    return Evaluation(
        task="multiclass",
        classes=HOSTILE,
        rows=runs[0].rows,
        runs=tuple(runs),
        differences=differences_of(runs),
        requirements=(Requirement(f"recall[{evil}]>=0.5", runs[0].name, 0.2, met=False),),
        split=evil,
        target={label: 1 / len(HOSTILE) for label in HOSTILE},
        notes=(evil,),
    )


def cut(evaluation: Evaluation, classes: int) -> Evaluation:
    """Return an evaluation with the first few of its classes."""
    kept = evaluation.classes[:classes]
    return replace(
        evaluation,
        classes=kept,
        runs=tuple(
            replace(
                run,
                classes=run.classes[:classes],
                confusions=tuple(c for c in run.confusions if {c.truth, c.predicted} <= set(kept)),
            )
            for run in evaluation.runs
        ),
        differences=tuple(d for d in evaluation.differences if "[" not in d.metric or d.metric[7:-1] in kept),
    )


@cache
def huge(classes: int = 10_000, runs: int = 5) -> Evaluation:
    made = []
    for place in range(runs):
        scores = []
        for i in range(classes):
            trained = max(1, round(500_000 / (i + 1) ** 1.1))
            scores.append(score(f"taxon {i:06d}", max(1, trained // 10), trained, (i * 37 + place) % 100 / 100, 0.5))
        made.append(run_of(f"run {place}", scores, 0.01 * place))
    return Evaluation(
        "multiclass", tuple(s.label for s in made[0].classes), made[0].rows, tuple(made), differences_of(made)
    )


def bare() -> Evaluation:
    """A run of classes alone, with nothing that needs probabilities or training counts."""
    classes = [score(label, 10, None, 0.5, 0.5) for label in ("a", "b")]
    bare_scores = tuple(
        ClassScore(s.label, s.support, s.predicted, None, None, s.precision, s.recall, s.f1) for s in classes
    )
    run = RunEvaluation("only", "p.csv", "classes", 20, {"accuracy": Estimate(0.5, 0.3, 0.7)}, bare_scores)
    return Evaluation("binary", ("a", "b"), 20, (run,))


def nothing() -> Evaluation:
    run = RunEvaluation("empty", "p.csv", "classes", 0, {"accuracy": Estimate(None), "nll": Estimate(float("inf"))}, ())
    return Evaluation("multilabel", (), 0, (run,), target={})


def no_run() -> Evaluation:
    return Evaluation("multiclass", ("a",), 0, ())


def as_json(evaluation: Evaluation) -> str:
    text = json.dumps({"format": "imbalance-audit/evaluation", "classes": evaluation.classes})
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
