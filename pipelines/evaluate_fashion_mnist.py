"""From predictions to what they are worth: every way to train Fashion-MNIST-LT, corrected, tuned, and compared.

    python -m pipelines.evaluate_fashion_mnist --predictions predictions --out reports/fashion_mnist_lt

Reads what `pipelines.train_fashion_mnist` wrote. Classes are judged on the balanced test rows; probabilities (NLL,
calibration) and costs on the same rows, weighted back to the class shares of the training data. What is tuned, τ and
the temperatures, is tuned on the validation rows. Writes `evaluation/` for the first seed, and training.md with the
means over the seeds.

What an error costs stands in `data/fashion_mnist_costs.csv`, as for a shop that sorts its pictures. Two tops (a dress
is one), or two kinds of shoes: 1, the customer sees a neighbouring shelf. A top and trousers: 2, the wrong shelf, but
still clothes. Clothes, shoes and bags for each other: 5, the wrong department, where nobody looks for it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from imbalance_audit import ClassWeights, Evaluation, evaluate, load_weights
from imbalance_audit.decisions import (
    LogitAdjustedTraining,
    PlainTraining,
    SampledTraining,
    TuningPlan,
    WeightedTraining,
    correct,
    fit_temperature,
    inverse_map,
    tune_decision,
)
from imbalance_audit.decisions.prior_shift import row_weights
from imbalance_audit.publishing import publish_evaluation
from imbalance_audit.records import Decision, InverseMap, RunEvaluation
from imbalance_audit.weights import read_costs
from pipelines.fashion_mnist_lt import CLASSES

COLUMNS = [f"logit_{name}" for name in CLASSES]
NAMES = ("plain", "post-hoc", "balanced", "effective-number", "deferred", "sampler", "logit-adjusted")
FORMS = ("", ", tempered", ", corrected", ", corrected and tempered")
"""What is made of a run's logits: nothing, a temperature, the correction for its training, both."""
TUNED = "plain, τ tuned"
CHEAPEST = "plain, least cost"
CHEAPEST_EVEN = "plain, least cost of even classes"
COSTS = Path(__file__).parent / "data/fashion_mnist_costs.csv"
PUBLISHED = (
    "plain", TUNED, CHEAPEST, "post-hoc", "balanced", "balanced, corrected", "sampler", "logit-adjusted",
    "logit-adjusted, corrected",
)  # fmt: skip
"""The runs that are compared pair by pair."""

Logits = NDArray[np.float64]


class Runs(NamedTuple):
    """The test rows of each run of a seed, and the decisions of those that are not decided by the largest logit."""

    tables: dict[str, pl.DataFrame]
    decisions: dict[str, Decision]


class Rows(NamedTuple):
    """The validation and the test rows of one run, each with the columns of its logits."""

    val: pl.DataFrame
    test: pl.DataFrame


def inverse_maps(balanced: ClassWeights, effective: ClassWeights) -> dict[str, InverseMap]:
    """Return the name of each way to train whose logits can be corrected → what undoes it."""
    counts = balanced.counts
    return {
        "balanced": inverse_map(WeightedTraining(balanced.weight)),
        "effective-number": inverse_map(WeightedTraining(effective.weight)),
        "deferred": inverse_map(WeightedTraining(effective.weight)),
        "logit-adjusted": inverse_map(LogitAdjustedTraining(counts)),
        "sampler": inverse_map(SampledTraining.balanced(PlainTraining(len(counts)), counts)),
    }


def runs_of(folder: Path, seed: int) -> Runs:
    """Return the runs of a seed, each in each form."""
    balanced, effective = (load_weights(folder / f"{name}.pt") for name in ("balanced", "effective-number"))
    maps = inverse_maps(balanced, effective)
    runs = Runs({}, {})
    for name in NAMES:
        table = pl.read_parquet(folder / f"{name}-seed{seed}.parquet")
        rows = Rows(table.filter(split="val"), table.filter(split="test").drop("split"))
        runs.tables.update({name + form: found for form, found in forms_of(rows, maps.get(name), balanced).items()})
        if name == "plain":
            runs.decisions.update(decisions_of(rows.val, balanced))
            runs.tables.update(dict.fromkeys(runs.decisions, rows.test))
    return runs


def forms_of(rows: Rows, inverse: InverseMap | None, weights: ClassWeights) -> dict[str, pl.DataFrame]:
    """Return the test rows of a run as they are, tempered, corrected for its training, and both."""
    raw, tempered, corrected, both = FORMS
    found = {raw: rows.test, tempered: _tempered(rows, weights)}
    if inverse is not None:
        undone = Rows(*(_with(table, correct(logits_of(table), inverse)) for table in rows))
        found |= {corrected: undone.test, both: _tempered(undone, weights)}
    return found


def decisions_of(val: pl.DataFrame, weights: ClassWeights) -> dict[str, Decision]:
    """Return what is tuned on validation: τ of log p - τ·log π by macro-F1, and the least expected cost.

    The cost is one of class shares, those of training or even ones: validation rows count by them when the temperature
    is fitted, and the probabilities are shifted to them.
    """
    prior = weights.prior
    by_cost = TuningPlan(
        method="costs",
        metric="expected_cost",
        costs=read_costs(str(COSTS)),
        calibrate="temperature",
        prior=prior,
        target=prior,
    )
    plans = {
        TUNED: TuningPlan(prior=prior),
        CHEAPEST: by_cost,
        CHEAPEST_EVEN: replace(by_cost, target=[1 / len(CLASSES)] * len(CLASSES)),
    }
    return {name: tune_decision(logits_of(val), truth_of(val), CLASSES, plan) for name, plan in plans.items()}


def judged(
    runs: Runs, weights: ClassWeights, *, names: Sequence[str], resamples: int, target: str = "data"
) -> Evaluation:
    """Return what some runs are worth; probabilities and costs where classes are as common as in training."""
    return evaluate(
        {name: runs.tables[name] for name in names},
        decision={name: one for name, one in runs.decisions.items() if name in names},
        weights=weights,
        costs=read_costs(str(COSTS)),
        target=target,
        id="id",
        label="label",
        resamples=resamples,
    )


def logits_of(table: pl.DataFrame) -> Logits:
    """Return the logits of a table, (N, C)."""
    return table.select(COLUMNS).cast(pl.Float64).to_numpy()


def truth_of(table: pl.DataFrame) -> NDArray[np.int64]:
    """Return the class indices of a table."""
    places = {name: place for place, name in enumerate(CLASSES)}
    return table["label"].replace_strict(places, return_dtype=pl.Int64).to_numpy()


def _tempered(rows: Rows, weights: ClassWeights) -> pl.DataFrame:
    truth = truth_of(rows.val)
    # Validation is balanced, and the probabilities are for the class shares of the training data.
    each = row_weights(truth, weights.prior, len(CLASSES))
    temperature = fit_temperature(logits_of(rows.val), truth, weight=each).temperature[0]
    return _with(rows.test, logits_of(rows.test) / temperature)


def _with(table: pl.DataFrame, logits: Logits) -> pl.DataFrame:
    return table.with_columns(pl.Series(name, column) for name, column in zip(COLUMNS, logits.T, strict=True))


def write_up(seeds: Sequence[Evaluation], even: Sequence[Evaluation], weights: ClassWeights) -> str:
    """Return training.md: means over the seeds of what the evaluations found, `even` under a uniform prior."""
    names = [run.name for run in seeds[0].runs]
    decided = [name for name in names if name in (*NAMES, TUNED, CHEAPEST)]
    by_name, by_name_even = (
        {name: [next(run for run in found.runs if run.name == name) for found in each] for name in names}
        for each in (seeds, even)
    )
    lines = [
        "# Did the weights help?",
        "",
        f"Fashion-MNIST cut to a long tail: {sum(weights.counts):,} training images, {max(weights.counts):,} of the "
        f"commonest class and {min(weights.counts):,} of the rarest. {seeds[0].rows:,} test images, the same number of "
        "each class; as many others, also balanced, are for validation, on which alone τ and the temperatures were "
        f"tuned. Each figure: mean ± standard deviation over {len(seeds)} seeds, in per cent but for NLL and costs.",
        "",
        "`evaluation/` compares the runs of the first seed row by row, with intervals.",
        "",
        "## Which classes are found",
        "",
        "| run | balanced accuracy | macro-F1 | worst recall |",
        "|---|--:|--:|--:|",
    ]
    for name in decided:
        columns = [_percent(by_name[name], metric) for metric in ("balanced_accuracy", "macro_f1", "worst_recall")]
        lines.append(f"| {name} | " + " | ".join(columns) + " |")
    lines += [
        "",
        *_probabilities(by_name),
        "",
        *_costs(by_name, by_name_even),
        "",
        "## Recall of each class, mean over the seeds",
        "",
    ]
    lines += ["| class | training images | " + " | ".join(decided) + " |", "|---|--:|" + "--:|" * len(decided)]
    for place, name in enumerate(CLASSES):
        recalls = [
            f"{mean(100 * (run.classes[place].recall.value or 0) for run in by_name[one]):.1f}" for one in decided
        ]
        lines.append(f"| {name} | {weights.counts[place]:,} | " + " | ".join(recalls) + " |")
    return "\n".join(lines) + "\n"


def _probabilities(by_name: dict[str, list[RunEvaluation]]) -> list[str]:
    shown = {"NLL": FORMS, "ECE": (FORMS[0], FORMS[1], FORMS[3])}
    lines = [
        "## What the probabilities are worth where classes are as common as in training",
        "",
        "Test rows count by training share over test share. Corrected: `imbalance_audit.decisions.correct` with what "
        "the run was trained with. Tempered: divided by a temperature that was fitted on validation, after that.",
        "",
        "| run |" + "".join(f" {metric}{form} |" for metric, forms in shown.items() for form in forms),
        "|---|" + "--:|" * sum(map(len, shown.values())),
    ]
    for name in NAMES:
        nll = [_spread(_values(by_name.get(name + form, ()), "nll"), digits=3) for form in shown["NLL"]]
        ece = [_percent(by_name.get(name + form, ()), "ece") for form in shown["ECE"]]
        lines.append(f"| {name} | " + " | ".join([*nll, *ece]) + " |")
    return lines


def _costs(skewed: dict[str, list[RunEvaluation]], even: dict[str, list[RunEvaluation]]) -> list[str]:
    lines = [
        "## What errors cost",
        "",
        "The mean cost of a row, by `pipelines/data/fashion_mnist_costs.csv`: 1 within tops or shoes, 2 between tops "
        "and trousers, 5 between clothes, shoes and bags. Test rows count by the class shares that a column names. "
        "Least cost: decided by the tempered probabilities of the plain run, for the shares of training or for even "
        "ones.",
        "",
        "| run | as common as in training | as in training, corrected | equally common |",
        "|---|--:|--:|--:|",
    ]
    corrected = FORMS[2]
    for name in (*NAMES[:1], TUNED, CHEAPEST, CHEAPEST_EVEN, *NAMES[1:]):
        told = [skewed[name], skewed.get(name + corrected, ()), even[name]]
        columns = [_spread(_values(runs, "expected_cost"), digits=3) for runs in told]
        lines.append(f"| {name} | " + " | ".join(columns) + " |")
    return lines


def _values(runs: Sequence[RunEvaluation], metric: str) -> list[float]:
    return [value for run in runs if (value := run.metrics[metric].value) is not None]


def _percent(runs: Sequence[RunEvaluation], metric: str) -> str:
    return _spread([100 * value for value in _values(runs, metric)], digits=2)


def _spread(values: Sequence[float], *, digits: int) -> str:
    if not values:
        return "–"
    middle = f"{mean(values):.{digits}f}"
    return middle + (f" ± {stdev(values):.{digits}f}" if len(values) > 1 else "")


def main() -> None:
    """Evaluate every seed and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--predictions", type=Path, default=Path("predictions"))
    parser.add_argument("--out", type=Path, default=Path("reports/fashion_mnist_lt"))
    options = parser.parse_args()

    seeds = range(len(list(options.predictions.glob("plain-seed*.parquet"))))
    weights = load_weights(options.predictions / "balanced.pt")
    runs = [runs_of(options.predictions, seed) for seed in seeds]
    command = "python -m pipelines.evaluate_fashion_mnist"
    published = judged(runs[0], weights, names=PUBLISHED, resamples=1000)
    publish_evaluation(published, options.out / "evaluation", command=command)
    # Means over seeds need no intervals over rows.
    skewed, even = (
        [judged(each, weights, names=[*each.tables], resamples=1, target=target) for each in runs]
        for target in ("data", "uniform")
    )
    text = write_up(skewed, even, weights)
    (options.out / "training.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
