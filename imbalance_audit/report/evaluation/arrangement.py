"""What every format of an evaluation shows, in which order and how much: the common reading of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from imbalance_audit.measures.class_regions import REGIONS
from imbalance_audit.report.kit import figures
from imbalance_audit.report.kit.metric_figures import METRICS, metric, of_a_class

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.records import (
        ClassScore,
        Difference,
        Estimate,
        Evaluation,
        Region,
        RunEvaluation,
    )

LEADING = ("expected_cost", "balanced_accuracy", "macro_f1", "accuracy")
"""By what a run is called best: the first of these that is there. Costs that were given are what the user cares for."""

"""The regions, commonest first."""

FEW_CLASSES = 60
"""Classes that are still shown before a run is left out to save room."""


@dataclass(frozen=True)
class EvaluationCaps:
    """How much of each list is shown; what is left out is always counted."""

    classes: int = 1000
    runs: int = 10
    listed: int = 120
    confusions: int = 12
    lines: int = 60

    def halved(self) -> EvaluationCaps:
        """Return the caps for a second, shorter attempt."""
        return EvaluationCaps(
            classes=max(2, self.classes // 2),
            runs=self.runs if self.classes > FEW_CLASSES else max(2, self.runs - 2),
            listed=max(1, self.listed // 2),
            confusions=max(1, self.confusions // 2),
            lines=max(1, self.lines // 2),
        )


class ScoredClass(NamedTuple):
    """One class, and how it fares in each run."""

    position: int
    label: str
    trained: int | None
    region: Region | None
    support: int
    scores: tuple[ClassScore, ...]


@dataclass(frozen=True)
class EvaluationContents:
    """An evaluation, read once.

    Attributes:
        metrics: The metrics that any run has, in the order of `METRICS`, then others by name.
        leading: The metric by which a run is called best; None where no run has one.
        ranked: The runs that have it, best first.
        classes: The classes by their rows in training, commonest first; by support where these are unknown.
        trained: Whether training counts are known.
        between: (first, second) → metric → difference, as recorded.
    """

    metrics: tuple[str, ...]
    leading: str | None
    ranked: tuple[RunEvaluation, ...]
    classes: tuple[ScoredClass, ...]
    trained: bool
    between: Mapping[tuple[str, str], Mapping[str, Difference]]

    def of(self, first: str, second: str, key: str) -> Difference | None:
        """Return the difference of two runs by one metric, if it was recorded in this direction."""
        return self.between.get((first, second), {}).get(key)

    def of_runs(self, first: str, second: str) -> list[Difference]:
        """Return the differences of two runs by metrics of the whole run, in the order of `metrics`."""
        found = self.between.get((first, second), {})
        return [found[key] for key in self.metrics if key in found]

    def of_classes(self, first: str, second: str) -> list[Difference]:
        """Return the differences of two runs by metrics of one class, the largest first."""
        found = [d for key, d in self.between.get((first, second), {}).items() if of_a_class(key) is not None]
        return sorted(found, key=lambda d: -abs(d.change.value or 0.0))


def read(evaluation: Evaluation) -> EvaluationContents:
    """Arrange an evaluation by metric, class and pair of runs."""
    runs = evaluation.runs
    found = {key for run in runs for key in run.metrics}
    keys = (*(key for key in METRICS if key in found), *sorted(found - set(METRICS)))
    leading = next((key for key in LEADING if any(value(run, key) is not None for run in runs)), None)
    between: dict[tuple[str, str], dict[str, Difference]] = {}
    for difference in evaluation.differences:
        between.setdefault((difference.first, difference.second), {})[difference.metric] = difference
    classes = _classes(runs)
    trained = any(row.trained is not None for row in classes)
    return EvaluationContents(keys, leading, _ranked(runs, leading), classes, trained, between)


def value(run: RunEvaluation, key: str | None) -> float | None:
    """Return the figure of a run by a metric; None where it is not there or not defined."""
    estimate = run.metrics.get(key) if key else None
    return None if estimate is None else estimate.value


def _ranked(runs: Sequence[RunEvaluation], leading: str | None) -> tuple[RunEvaluation, ...]:
    sign = 1 if leading and metric(leading).better == "lower" else -1
    known = [(found, place) for place, run in enumerate(runs) if (found := value(run, leading)) is not None]
    return tuple(runs[place] for _, place in sorted(known, key=lambda entry: (sign * entry[0], entry[1])))


def _classes(runs: Sequence[RunEvaluation]) -> tuple[ScoredClass, ...]:
    rows = [
        ScoredClass(i, scores[0].label, scores[0].trained, scores[0].region, scores[0].support, scores)
        for i, scores in enumerate(zip(*(run.classes for run in runs), strict=True))
    ]
    rows.sort(key=lambda row: (-(row.support if row.trained is None else row.trained), row.position))
    return tuple(rows)


def weakest(run: RunEvaluation) -> list[ClassScore]:
    """Return the classes of a run that have a recall, lowest first; among equals the one of most rows."""
    known = [(score.recall.value, score) for score in run.classes if score.recall.value is not None]
    return [score for _, score in sorted(known, key=lambda entry: (entry[0], -entry[1].support))]


def supports(run: RunEvaluation) -> dict[str, int]:
    """Return class → rows that are of it."""
    return {score.label: score.support for score in run.classes}


def region_spans(contents: EvaluationContents) -> dict[Region, str]:
    """Return region → the rows in training that its classes have, from the fewest to the most."""
    spans: dict[Region, str] = {}
    for region in REGIONS:
        held = [row.trained for row in contents.classes if row.region == region and row.trained is not None]
        if held:
            least, most = min(held), max(held)
            to = f"{figures.count(least)} to " if least < most else ""
            spans[region] = f"{to}{figures.counted(most, 'row')} in training"
    return spans


def outer(rows: tuple[ScoredClass, ...], half: int) -> tuple[ScoredClass, ...]:
    """Return all classes, or as many of both ends."""
    return rows if len(rows) <= 2 * half else rows[:half] + rows[-half:]


def estimates(score: ClassScore) -> tuple[tuple[str, Estimate], ...]:
    """Return the figures of a class that have intervals, the most watched first."""
    return (("Recall", score.recall), ("Precision", score.precision), ("F1", score.f1))


def shown_runs(evaluation: Evaluation, caps: EvaluationCaps) -> tuple[RunEvaluation, ...]:
    """Return the runs that get a column each."""
    return evaluation.runs[: caps.runs]
