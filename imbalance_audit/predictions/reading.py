"""Predictions of any shape → `Predictions`. Nothing is guessed: classes are matched by name, or their order is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import OptionError, SourceError
from imbalance_audit.predictions.row_blocks import row_blocks
from imbalance_audit.predictions.prediction_columns import is_list
from imbalance_audit.predictions.judged_rows import gather
from imbalance_audit.predictions.label_indices import class_indices, class_matrix, classes_of, one_hot_matrix, several
from imbalance_audit.predictions.prediction_options import PredictionOptions
from imbalance_audit.predictions.predicted import Predictions
from imbalance_audit.predictions.scores import rescale, score_matrix, settled_outputs

if TYPE_CHECKING:
    from typing import Literal

    from numpy.typing import NDArray

    from imbalance_audit.predictions.judged_rows import Gathered
    from imbalance_audit.predictions.prediction_options import Outputs
    from imbalance_audit.records import Task

_BINARY = ({"0", "1"}, {"false", "true"})


def read_predictions(source: object, options: PredictionOptions | None = None, *, name: str = "run") -> Predictions:
    """Return predictions and their truth, in class order, checked.

    Scores are found as columns of one prefix (`prob_cat`, `logit_cat`, `score_cat`), as columns that are called like
    the declared classes, as one column of lists (`logits`, `probabilities`, `scores`), or, of two classes, as one
    column of numbers. Columns are matched to classes by name, never by position; lists need the classes declared.

    Args:
        source: A path, a Polars or pandas frame, or a dict of columns, in which a score column may be an array (N, C).
        options: How to read it.
        name: What the run is called.

    Raises:
        EmptySourceError: there are no rows.
        OptionError: options do not go together.
        SourceError: something is missing, is no class or no number, or can only be guessed. The row is named.

    >>> read = read_predictions({"label": ["cat", "dog"], "prob_dog": [0.1, 0.7], "prob_cat": [0.9, 0.3]})
    >>> read.classes, read.predicted.tolist(), read.outputs
    (('dog', 'cat'), [1, 0], 'probabilities')
    """
    options = options or PredictionOptions()
    found = gather(source, options)
    multilabel = _is_multilabel(found, options)
    classes, notes = _classes(found, options, multilabel=multilabel)
    task: Task = "multilabel" if multilabel else "binary" if len(classes) == 2 else "multiclass"
    truth = _truth(found, classes, options, multilabel=multilabel)
    told = _scores(found, classes, options, task)
    predicted = _predicted(found, classes, options, told, task)
    if found.columns.prediction is not None and told.scores is not None:
        notes += _disagreement(predicted, _likeliest(told, task))
    return Predictions(
        name=name,
        path=found.path,
        task=task,
        classes=classes,
        truth=truth,
        outputs=told.outputs,
        scores=told.scores,
        predicted=predicted,
        id=None if found.ids is None else np.asarray(found.ids.to_list(), object),
        group=None if found.groups is None else np.asarray(found.groups.to_list(), object),
        notes=notes,
    )


class _Scores(NamedTuple):
    outputs: Literal["logits", "probabilities", "scores", "classes"]
    scores: NDArray[np.float64] | None


def _is_multilabel(found: Gathered, options: PredictionOptions) -> bool:
    return found.truth.width > 1 or several(found.truth.to_series(0), options.separator)


def _classes(
    found: Gathered, options: PredictionOptions, *, multilabel: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the classes in index order, and a note where nobody declared them."""
    if options.classes is not None:
        if len(set(options.classes)) < len(options.classes):
            message = f"The declared classes name one class twice: {', '.join(map(quoted, options.classes[:8]))}."
            raise OptionError(message)
        return options.classes, ()
    scores, labels = found.columns.scores, found.truth.to_series(0)
    if scores is not None and scores.names:
        numbered = all(name.isdecimal() for name in scores.names)
        return tuple(sorted(scores.names, key=int)) if numbered else scores.names, ()
    if scores is not None and (multilabel or is_list(found.frame.schema[scores.columns[0]])):
        message = (
            f"Which class each score in {quoted(scores.columns[0])} of {plain(found.path)} is of is not known. Name the"
            " classes in index order: --classes, --weights or --audit."
        )
        raise SourceError(message)
    if found.truth_names:
        return found.truth_names, ()
    columns = [(labels, found.truth_untyped)]
    if found.columns.prediction is not None:
        columns.append((found.frame[found.columns.prediction], found.untyped))
    occurring = classes_of(columns, separator=options.separator, path=found.path)
    if scores is not None:
        return _two_classes(occurring, options, found.path), ()
    return occurring, ("The classes are those that occur; none was declared.",)


def _two_classes(occurring: tuple[str, ...], options: PredictionOptions, path: str) -> tuple[str, ...]:
    if options.positive is not None and options.positive in occurring and len(occurring) == 2:
        return tuple(sorted(occurring, key=lambda name: name == options.positive))
    if len(occurring) == 2 and set(occurring) in _BINARY:
        return occurring
    message = (
        f"{plain(path)} has one column of scores, and which class they are of is not known. Name both classes, the"
        " positive one last: --classes negative,positive."
    )
    raise SourceError(message)


def _truth(
    found: Gathered, classes: tuple[str, ...], options: PredictionOptions, *, multilabel: bool
) -> NDArray[np.int64]:
    if found.truth.width > 1:
        return one_hot_matrix(found.truth, found.truth_names or found.truth.columns, classes, found.path)
    labels = found.truth.to_series(0)
    if multilabel:
        return class_matrix(
            labels, classes, found.rows, separator=options.separator, untyped=found.truth_untyped, what="label"
        )
    return class_indices(labels, classes, found.rows, untyped=found.truth_untyped, what="label")


def _scores(found: Gathered, classes: tuple[str, ...], options: PredictionOptions, task: Task) -> _Scores:
    columns = found.columns.scores
    if columns is None:
        return _Scores("classes", None)
    single = not columns.names and not is_list(found.frame.schema[columns.columns[0]])
    if single and task != "binary":
        message = (
            f"Column {quoted(columns.columns[0])} of {plain(found.path)} holds one score a row, and there are"
            f" {len(classes):,} classes. Write a column for each class, or a list."
        )
        raise SourceError(message)
    scores = score_matrix(found.frame, columns, classes, found.rows)
    exclusive = task != "multilabel" and not single
    outputs = settled_outputs(scores, columns.outputs, options.outputs, found.rows, exclusive=exclusive)
    if single:
        scores = _both(scores[:, 0], outputs, classes, options.positive)
        if outputs == "scores" and found.columns.prediction is None:
            message = (
                f"What the scores in {quoted(columns.columns[0])} of {plain(found.path)} are is not known, so neither"
                " is from which one on they mean yes. Pass --outputs logits or --outputs probabilities."
            )
            raise SourceError(message)
    elif outputs == "probabilities" and exclusive:
        rescale(scores)
    return _Scores(outputs, scores)


def _both(
    score: NDArray[np.float64], outputs: Outputs, classes: tuple[str, ...], positive: str | None
) -> NDArray[np.float64]:
    """Return the scores of both classes from those of the positive one."""
    other = {"logits": np.zeros_like(score), "probabilities": 1 - score, "scores": -score}[outputs]
    if positive is not None and positive not in classes:
        message = f"The positive class {quoted(positive)} is none of {', '.join(map(quoted, classes))}. Name one."
        raise OptionError(message)
    pair = (other, score) if positive in (None, classes[1]) else (score, other)
    return np.stack(pair, axis=1)


def _likeliest(told: _Scores, task: Task) -> NDArray[np.int64]:
    assert told.scores is not None  # noqa: S101 -- asked only where there are scores
    if task != "multilabel":
        return _largest(told.scores)
    return (told.scores >= (0.5 if told.outputs == "probabilities" else 0)).astype(np.int64)


def _largest(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the index of the largest score of each row, the first of equals."""
    return np.concatenate([scores[block].argmax(axis=1) for block in row_blocks(scores)]).astype(np.int64)


def _predicted(
    found: Gathered, classes: tuple[str, ...], options: PredictionOptions, told: _Scores, task: Task
) -> NDArray[np.int64]:
    if found.columns.prediction is None:
        if task == "multilabel" and told.outputs == "scores":
            message = (
                f"From which score on a label is predicted is not known in {plain(found.path)}. Pass --outputs"
                " logits or --outputs probabilities."
            )
            raise SourceError(message)
        return _likeliest(told, task)
    said = found.frame[found.columns.prediction]
    if task == "multilabel":
        return class_matrix(
            said, classes, found.rows, separator=options.separator, untyped=found.untyped, what="prediction"
        )
    return class_indices(said, classes, found.rows, untyped=found.untyped, what="prediction")


def _disagreement(said: NDArray[np.int64], likeliest: NDArray[np.int64]) -> tuple[str, ...]:
    other = (said != likeliest).reshape(len(said), -1).any(axis=1)
    if not other.any():
        return ()
    return (f"{int(other.sum()):,} rows are not predicted as their scores say; the predictions count.",)
