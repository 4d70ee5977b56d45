"""Which entry of a file belongs to which logit: the file's classes bound to the model's, by name.

A vector in another order than the logits trains without an error and is wrong. So the model's classes are asked for,
and anything but the same set of names is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.errors import ClassOrderError, did_you_mean
from imbalance_audit.values.declaration import SHOWN, Classes, as_index, declared_names
from imbalance_audit.values.matching import places
from imbalance_audit.values.spelling import FALSE, TRUE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LogitClasses = Classes | int
"""What says which class each logit is of: what declares classes, or, on trust, only how many there are."""

NEAR = 1000
"""Names among which a near one is looked for; more would take minutes."""


def logit_order(file_classes: Sequence[str], classes: LogitClasses, *, trust_order: bool = False) -> tuple[int, ...]:
    """Return for each logit the index of its class in the file.

    Args:
        file_classes: The classes that the file speaks of, in its order.
        classes: The model's classes. Names in the order of the logits (`dataset.classes`), where an integer stands for
            the name that spells it; name → index (`dataset.class_to_idx`); index → name (`model.config.id2label`); or
            only how many there are.
        trust_order: Take a mere number: the caller says that the logits are in the file's order.

    Raises:
        ClassOrderError: the two are not the same names, each once, or `classes` does not say which class is which.

    >>> logit_order(("bird", "cat", "dog"), ["dog", "bird", "cat"])
    (2, 0, 1)
    >>> logit_order(("bird", "cat"), {0: "cat", 1: "bird"})
    (1, 0)
    """
    number = as_index(classes)
    if number is not None:
        return _trusted(len(file_classes), number, trust_order=trust_order)
    names = declared_names(classes, error=ClassOrderError)
    position = places(names, file_classes, "bool" if set(names) == {FALSE, TRUE} else "text")
    _same_classes(file_classes, names, position)
    return tuple(position[name] for name in names)


def _trusted(expected: int, number: int, *, trust_order: bool) -> tuple[int, ...]:
    if not trust_order:
        message = (
            f"Expected the names of the classes in the order of the logits, got only their number, {number}. "
            "Give classes=dataset.classes (or class_to_idx, id2label), or trust_order=True if the order is the file's."
        )
        raise ClassOrderError(message)
    if number != expected:
        message = f"The file is for {expected} classes, the model has {number}. Write one for the classes of the model."
        raise ClassOrderError(message)
    return tuple(range(number))


def _same_classes(file_classes: Sequence[str], names: Sequence[str], position: Mapping[str, int]) -> None:
    met = set(position.values())
    extra = [name for name in names if name not in position]
    missing = [name for index, name in enumerate(file_classes) if index not in met]
    if not extra and not missing:
        return
    parts = []
    if extra:
        parts.append(f"the model has {_listed(extra)}, which the file lacks")
    if missing:
        parts.append(f"the file has {_listed(missing)}, which the model lacks")
    # Escaped before they are compared: a hint is printed, and a label is foreign text.
    hint = did_you_mean(extra[0], missing[:NEAR]) if extra else ""
    message = f"Expected the model's classes to be those of the file: {'; '.join(parts)}.{hint} Write one for these."
    raise ClassOrderError(message)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(quoted(name) for name in names[:SHOWN]) + more
