"""The figures of the rows, by scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef, precision_recall_fscore_support

from imbalance_audit.evaluation.class_totals import Totals, g_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imbalance_audit.predictions.predicted import Predictions

    Floats = NDArray[np.float64]
    Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True)
class LabelFigures:
    """What the predicted labels are worth: the figures of each class, (C,) each, NaN where one is not defined.

    Attributes:
        support: Rows of the class.
        predicted: Rows predicted so.
        hits: Both.
        precision: hits / predicted.
        recall: hits / support.
        f1: Their harmonic mean.
        overall: Metric → figure over all classes.
    """

    support: NDArray[np.int64]
    predicted: NDArray[np.int64]
    hits: NDArray[np.int64]
    precision: Floats
    recall: Floats
    f1: Floats
    overall: dict[str, float]


def of_one_label(pairs: Pairs, classes: int) -> LabelFigures:
    """Return the figures of rows with one label, from how often each pair of truth and prediction occurs.

    Macro-F1 is the mean over the classes that occur or are predicted, balanced accuracy (Brodersen et al., ICPR 2010)
    that over the classes that occur. MCC is Gorodkin's R_K (Comput. Biol. Chem. 2004).
    """
    truth, said, rows = pairs
    table = _table(truth, said, classes, weight=rows)
    right = truth == said
    support, predicted, hits = (
        np.bincount(labels, weights=counts, minlength=classes).astype(np.int64)
        for labels, counts in ((truth, rows), (said, rows), (truth[right], rows[right]))
    )
    totals = Totals(hits.astype(float), predicted.astype(float), support.astype(float), np.array(float(rows.sum())))
    overall = {
        "accuracy": float(accuracy_score(truth, said, sample_weight=rows)),
        "macro_f1": float(np.nanmean(table[2])),
        "balanced_accuracy": float(np.nanmean(table[1])),
        "worst_recall": float(np.nanmin(table[1])),
        "g_mean": float(g_mean(totals)),
        # scikit-learn warns where there is one label only, and has 0 as well.
        "mcc": float(matthews_corrcoef(truth, said, sample_weight=rows)) if len(rows) > 1 else 0.0,
    }
    return LabelFigures(support, predicted, hits, *table, overall)


def of_many_labels(predictions: Predictions) -> LabelFigures:
    """Return the figures of rows with several labels. Accuracy is the share of rows of which every label is right."""
    truth, said = predictions.truth, predictions.predicted
    table = _table(truth, said, len(predictions.classes), weight=None)
    overall = {"accuracy": float(accuracy_score(truth, said))}
    if not np.isnan(table[2]).all():
        overall["macro_f1"] = float(np.nanmean(table[2]))
    if not np.isnan(table[1]).all():
        overall["worst_recall"] = float(np.nanmin(table[1]))
    overall["micro_f1"] = float(f1_score(truth, said, average="micro", zero_division=np.nan))
    return LabelFigures(truth.sum(axis=0), said.sum(axis=0), (truth & said).sum(axis=0), *table, overall)


def _table(
    truth: NDArray[np.int64], said: NDArray[np.int64], classes: int, *, weight: NDArray[np.int64] | None
) -> tuple[Floats, Floats, Floats]:
    precision, recall, f1, _ = precision_recall_fscore_support(
        truth, said, labels=np.arange(classes), sample_weight=weight, average=None, zero_division=np.nan
    )
    return precision, recall, f1
