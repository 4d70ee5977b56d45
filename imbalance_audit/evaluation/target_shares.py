"""What the test rows count where the classes have other shares: the target prior."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.decisions.prior_shift import row_weights
from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError
from imbalance_audit.weights.target_prior import refuse_other_names, shares_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from imbalance_audit.records import Task


def target_shares(
    target: Mapping[str, float] | str | None, classes: Sequence[str], task: Task, trained: Mapping[str, int] | None
) -> dict[str, float] | None:
    """Return the class shares under which rows are judged; None: as they come.

    Args:
        target: `"uniform"`, `"data"`, class → share, or None.
        classes: The classes in index order.
        task: What the rows are of.
        trained: Class → training rows, which `"data"` needs.

    Raises:
        OptionError: it is none of these, or rows may have several labels.
    """
    if target is None:
        return None
    if task == "multilabel":
        message = "A target prior is of classes that exclude each other; these rows have several. Leave it out."
        raise OptionError(message)
    if target == "uniform":
        return {name: 1 / len(classes) for name in classes}
    if target == "data":
        if trained is None:
            message = 'The target "data" is the class shares of the training rows. Give --weights or --audit.'
            raise OptionError(message)
        refuse_other_names(classes, list(trained), what="training counts")
        total = sum(trained.values())
        target = {name: n / total if total else 0.0 for name, n in trained.items()}
    if isinstance(target, str):
        message = f'Expected the target "uniform", "data" or the share of each class, got {quoted(target)}.'
        raise OptionError(message)
    return dict(zip(classes, shares_of(target, classes, what="target prior"), strict=True))


def target_weights(
    truth: NDArray[np.int64], target: Mapping[str, float] | None
) -> tuple[NDArray[np.float64] | None, tuple[str, ...]]:
    """Return what each row counts under the target, as `decisions.prior_shift.row_weights` tells, and notes.

    A class that the target holds and the rows do not cannot be judged; the others keep their ratios.

    Raises:
        OptionError: no class of the target has a row.
    """
    if target is None:
        return None, ()
    weight = row_weights(truth, list(target.values()), len(target))
    support = np.bincount(truth, minlength=len(target))
    lost = [name for name, n in zip(target, support, strict=True) if target[name] > 0 and n == 0]
    if not lost:
        return weight, ()
    part = sum(target[name] for name in lost)
    note = f"{part:.2%} of the target prior is of {len(lost):,} classes without a row here, such as {quoted(lost[0])}."
    return weight, (note,)
