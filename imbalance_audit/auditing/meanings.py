"""What the values of a label column mean, once they are counted: asked of the distinct values, never of the rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imbalance_audit.counting.schemas import PLACEHOLDERS
from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.tidying.dtypes import value_type
from imbalance_audit.values.matching import places, type_of
from imbalance_audit.values.spelling import bool_of, canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.records import ClassCounts, Labels
    from imbalance_audit.values.matching import ValueType

_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,30})?")


def meanings(labels: Labels, counts: ClassCounts, classes: Sequence[str] | None) -> dict[str, str]:
    """Return value → the class that it means, of the values that are not called as they are counted.

    Args:
        labels: The labels.
        counts: Their counts.
        classes: The classes that a policy declares, where the labels declare none.

    Raises:
        SourceError: the values are numbers with fractions: they are measurements, not classes.
    """
    if labels.names:  # the source numbers its classes itself
        return {}
    values = list(counts.per_label())
    said = value_type(labels.frame.collect_schema()["label"], untyped=labels.untyped)
    declared = labels.classes if labels.classes is not None else classes
    if declared is not None:
        meant = {value: declared[at] for value, at in places(values, declared, said).items()}
    else:
        meant = _undeclared(values, said, labels.path)
    return {value: name for value, name in meant.items() if value != name}


def _undeclared(values: Sequence[str], said: ValueType, path: str) -> dict[str, str]:
    if said != "untyped":
        return {}
    labels = [value for value in values if value.strip().lower() not in PLACEHOLDERS]
    found = type_of(labels, said)
    if found == "bool":
        return {value: str(bool_of(value)).lower() for value in labels}
    if found == "integer":
        return {value: canonical(value) for value in labels}
    fractions = [value for value in labels if "." in value and _DECIMAL.fullmatch(value) and float(value) % 1]
    if fractions and all(map(_DECIMAL.fullmatch, labels)):
        message = (
            f"The label column of {plain(path)} holds numbers with fractions, such as {quoted(min(fractions))}: "
            "measurements, not classes. Name another column with --label, or bin it in a pipeline file."
        )
        raise SourceError(message)
    return {}
