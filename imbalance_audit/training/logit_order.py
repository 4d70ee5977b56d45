"""Which entry of a file belongs to which logit: the file's classes bound to the model's, by name.

A vector in another order than the logits trains without an error and is wrong. So the model's classes are asked for,
and anything but the same set of names is refused.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.errors import ClassOrderError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

_ACCEPTED = "a list of names, class_to_idx, id2label, or their number with trust_order=True"

SHOWN = 5
"""Classes that an error names before it counts the rest."""

NEAR = 1000
"""Names among which a near one is looked for; more would take minutes."""

Classes = Iterable[str] | Iterable[int] | Mapping[str, int] | Mapping[int, str] | Mapping[str, str] | int


def logit_order(file_classes: Sequence[str], classes: Classes, *, trust_order: bool = False) -> tuple[int, ...]:
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
    number = _as_index(classes)
    if number is not None:
        return _trusted(len(file_classes), number, trust_order=trust_order)
    names = _names(classes)
    _same_names(file_classes, names)
    position = {name: index for index, name in enumerate(file_classes)}
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


def _names(classes: object) -> list[str]:
    if isinstance(classes, str | bytes) or not isinstance(classes, Iterable):
        message = f"Expected classes as {_ACCEPTED}, got {type(classes).__name__}."
        raise ClassOrderError(message)
    if isinstance(classes, Mapping):
        return _names_of_mapping(classes)
    if isinstance(classes, AbstractSet):
        message = "Expected classes in the order of the logits, got a set, which has none. Give a list."
        raise ClassOrderError(message)
    return [_name(entry) for entry in classes]


def _names_of_mapping(classes: Mapping[object, object]) -> list[str]:
    if classes and all(isinstance(value, str) for value in classes.values()):
        indexed = [(_index_key(key), _name(value)) for key, value in classes.items()]
    elif all(isinstance(key, str) and _as_index(value) is not None for key, value in classes.items()):
        indexed = [(_as_index(value), _name(key)) for key, value in classes.items()]
    else:
        message = "Expected name → index or index → name, got a mapping that is neither. Spell the names as text."
        raise ClassOrderError(message)
    by_index = dict(indexed)
    if set(by_index) != set(range(len(classes))):
        strays = [str(index) for index in by_index if index not in range(len(classes))][:SHOWN]
        got = f"the indices {', '.join(strays)}" if strays else "an index twice"
        message = f"Expected each index from 0 to {len(classes) - 1} once, got {got}. Number the classes without gaps."
        raise ClassOrderError(message)
    return [by_index[index] for index in range(len(classes))]


def _index_key(key: object) -> int | None:
    # JSON has no integer keys, so an id2label that was read from a file has "0", "1", …
    return int(key) if isinstance(key, str) and key.isascii() and key.isdigit() else _as_index(key)


def _name(entry: object) -> str:
    if isinstance(entry, str):
        return str(entry)
    number = _as_index(entry)
    if number is None:
        message = f"Expected class names as text or integers, got {type(entry).__name__}. Spell them as the file does."
        raise ClassOrderError(message)
    return str(number)


def _as_index(value: object) -> int | None:
    if isinstance(value, bool | str):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]  # -- anything else raises, which is the question
    except (TypeError, ValueError, RuntimeError):
        return None


def _same_names(file_classes: Sequence[str], names: Sequence[str]) -> None:
    model = set(names)
    if len(model) < len(names):
        twice = [name for name, times in Counter(names).items() if times > 1]
        message = f"Expected each of the model's classes once, got twice {_listed(twice)}. Name each logit differently."
        raise ClassOrderError(message)
    file = set(file_classes)
    extra = [name for name in names if name not in file]
    missing = [name for name in file_classes if name not in model]
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
