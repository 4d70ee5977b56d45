"""Metrics by name, over what a training function returns: those of `audit evaluate`, of the same rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import MissingExtraError, OptionError, did_you_mean
from imbalance_audit.records.metrics import WEIGHT_METRICS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from imbalance_audit.predictions.predicted import Predictions
    from imbalance_audit.predictions.prediction_options import Outputs

# What a training function returns for several labels is scores: whether they are probabilities is not told.
_ONE_LABEL = frozenset(("one label", "probabilities"))


@dataclass(frozen=True)
class Judgement:
    """How a trial is judged.

    Attributes:
        name: Its name.
        greater_is_better: Its direction.
        function: (truth, prediction), as the training function returned them → the figure.
    """

    name: str
    greater_is_better: bool
    function: Callable[[Any, Any], float]


def metric_of(
    given: str | Callable[[Any, Any], float], *, greater_is_better: bool | None, classes: Sequence[str] | None
) -> Judgement:
    """Return how to judge by the metric of a name, or by a user's own.

    Raises:
        OptionError: there is no metric of this name, or its direction is said wrongly.
        MissingExtraError: scikit-learn is not installed.
    """
    if callable(given):
        name = plain(str(getattr(given, "__name__", type(given).__name__)))
        return Judgement(name, greater_is_better is not False, given)
    names = tuple(WEIGHT_METRICS)
    if given not in names:
        listed = ", ".join(names)
        message = f"There is no metric {quoted(str(given))}.{did_you_mean(str(given), names)} Choose one of {listed}."
        raise OptionError(message)
    higher = WEIGHT_METRICS[given].better == "higher"
    if greater_is_better not in (None, higher):
        message = f"Expected no direction of {given}, got greater_is_better={greater_is_better}. Leave it out."
        raise OptionError(message)
    if find_spec("sklearn") is None:
        wanted_by = "A metric by name"
        raise MissingExtraError.of(wanted_by, extra="tune")

    def judged(truth: object, prediction: object) -> float:
        try:
            arrays = array_of(truth), array_of(prediction)
        except (TypeError, ValueError) as error:
            message = (
                "Expected truth and prediction as lists, arrays or tensors, got others. Return rows of one length."
            )
            raise OptionError(message) from error
        return _named(given, *arrays, classes)

    return Judgement(given, higher, judged)


def _named(name: str, truth: NDArray[Any], prediction: NDArray[Any], classes: Sequence[str] | None) -> float:
    from imbalance_audit.evaluation.run_figures import RunFigures
    from imbalance_audit.evaluation.setting import Setting

    if truth.ndim not in (1, 2) or truth.shape[0] == 0 or len(prediction) != len(truth):
        message = (
            f"Expected one prediction for each of the validation rows, got shapes {truth.shape} and "
            f"{prediction.shape}. Return the truth and what was predicted for the same rows."
        )
        raise OptionError(message)
    needs = WEIGHT_METRICS[name].needs
    if truth.ndim == 2 and needs & _ONE_LABEL:
        others = [key for key, one in WEIGHT_METRICS.items() if not one.needs & _ONE_LABEL]
        message = f"Expected one label a row for {name}, got several. Choose one of {', '.join(others)}."
        raise OptionError(message)
    if needs & {"scores", "probabilities"}:
        found = _with_scores(*_indexed(truth, prediction, classes))
    elif truth.ndim == 1 and prediction.ndim == 2:
        truth, prediction = _indexed(truth, prediction, classes)
        found = _without_scores(truth, prediction.argmax(axis=1))
    else:
        found = _without_scores(truth, prediction)
    if name == "micro_f1" and found.task != "multilabel":
        # Of one label a row each error is a false alarm of one class and a miss of another.
        name = "accuracy"
    return RunFigures(found, Setting()).metrics().get(name, math.nan)


def _without_scores(truth: NDArray[Any], predicted: NDArray[Any]) -> Predictions:
    """Return predictions without scores."""
    import numpy as np

    _refuse_other_kinds(truth, predicted)
    if truth.ndim == 2:
        _refuse_other_labels(truth, predicted)
        return _predictions(truth.astype(np.int64), predicted.astype(np.int64), None, truth.shape[1])
    names, places = np.unique(np.concatenate([truth, predicted]), return_inverse=True)
    return _predictions(places[: len(truth)], places[len(truth) :], None, len(names))


def _with_scores(truth: NDArray[np.int64], scores: NDArray[np.float64]) -> Predictions:
    """Return predictions with scores: logits, or probabilities where each row sums to 1."""
    import numpy as np

    if truth.ndim == 2:
        return _predictions(truth, (scores >= 0).astype(np.int64), ("scores", scores), scores.shape[1])
    total = scores.sum(axis=1, keepdims=True)
    probable = bool((scores >= 0).all()) and np.allclose(total, 1, atol=1e-4)
    told: tuple[Outputs, NDArray[np.float64]] = ("probabilities", scores / total) if probable else ("logits", scores)
    return _predictions(truth, scores.argmax(axis=1), told, scores.shape[1])


def _predictions(
    truth: NDArray[np.int64],
    predicted: NDArray[np.int64],
    told: tuple[Outputs, NDArray[np.float64]] | None,
    size: int,
) -> Predictions:
    from imbalance_audit.predictions.predicted import Predictions

    return Predictions(
        name="validation",
        path="validation",
        task="multilabel" if truth.ndim == 2 else "binary" if size == 2 else "multiclass",
        classes=tuple(map(str, range(size))),
        truth=truth,
        outputs="classes" if told is None else told[0],
        scores=None if told is None else told[1],
        predicted=predicted,
    )


def _indexed(
    truth: NDArray[Any], scores: NDArray[Any], classes: Sequence[str] | None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    import numpy as np

    if scores.ndim != 2 or scores.dtype.kind not in "fiu" or not np.isfinite(scores).all():
        message = f"Expected finite scores, rows × classes, got {scores.dtype} of shape {scores.shape}. Return logits."
        raise OptionError(message)
    if truth.ndim == 2:
        _refuse_other_labels(truth)
        if truth.shape != scores.shape:
            message = (
                f"Expected a score for each label, got shapes {truth.shape} and {scores.shape}. Return both alike."
            )
            raise OptionError(message)
        return truth.astype(np.int64), scores.astype(np.float64)
    if truth.dtype.kind in "UO" and classes is not None and set(truth.tolist()) <= set(classes):
        places = {name: place for place, name in enumerate(classes)}
        truth = np.array([places[name] for name in truth.tolist()])
    if truth.dtype.kind not in "iub" or truth.min() < 0 or truth.max() >= scores.shape[1]:
        message = (
            f"Expected the truth as indices of the {scores.shape[1]} columns of the scores, got others. Give class "
            "indices in the order of the columns."
        )
        raise OptionError(message)
    return truth.astype(np.int64), scores.astype(np.float64)


def _refuse_other_kinds(truth: NDArray[Any], predicted: NDArray[Any]) -> None:
    kinds = ["text" if array.dtype.kind in "UO" else "numbers" for array in (truth, predicted)]
    whole = all(_is_of_labels(array) for array in (truth, predicted))
    if kinds[0] != kinds[1] or not whole or truth.shape != predicted.shape:
        message = (
            f"Expected truth and prediction as class names, or as class indices, got {truth.dtype} {truth.shape} and "
            f"{predicted.dtype} {predicted.shape}. Return both alike, or scores of shape (rows, classes)."
        )
        raise OptionError(message)


def _refuse_other_labels(*arrays: NDArray[Any]) -> None:
    import numpy as np

    if not all(np.isin(array, (0, 1)).all() for array in arrays):
        message = "Expected 0 and 1 for each label of each row, got others. Return which labels a row has."
        raise OptionError(message)


def _is_of_labels(array: NDArray[Any]) -> bool:
    return array.dtype.kind in "biuU" or (array.dtype.kind == "O" and all(isinstance(one, str) for one in array.flat))


def array_of(values: object) -> NDArray[Any]:
    """Return a list, an array or a tensor of any device as an array."""
    import numpy as np

    tensor: Any = values
    if hasattr(tensor, "detach"):
        # numpy knows neither other devices nor 16-bit floats of torch.
        tensor = tensor.detach().cpu()
        tensor = tensor.double() if tensor.is_floating_point() else tensor
    return np.asarray(tensor)
