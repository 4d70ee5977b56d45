"""Which column plays which role: named, addressed by position, or found by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import SourceError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from imbalance_audit.records import ReadOptions

LABEL_NAMES = frozenset(
    (
        "label",
        "labels",
        "target",
        "targets",
        "class",
        "classes",
        "class_name",
        "classname",
        "class_id",
        "species",
        "y",
        "category",
        "categories",
        "category_id",
        "category_name",
    )
)
"""What label columns are called, in lower case."""

_SHOWN = 20


@dataclass(frozen=True)
class Roles:
    """The columns in use.

    Attributes:
        label: One, or several that are one-hot.
        split: Where the split stands.
        group: Where the group stands.
        id: Where the sample's id stands.
        weight: Where the weight stands.
    """

    label: tuple[str, ...]
    split: str | None = None
    group: str | None = None
    id: str | None = None
    weight: str | None = None

    def optional(self) -> dict[str, str]:
        """Return role → column of the roles beside the label that are played."""
        named = {"id": self.id, "split": self.split, "group": self.group, "weight": self.weight}
        return {role: column for role, column in named.items() if column is not None}

    def columns(self) -> tuple[str, ...]:
        """Return every column in use, once."""
        return tuple(dict.fromkeys((*self.label, *self.optional().values())))


def find_roles(names: Sequence[str], options: ReadOptions, path: str, nested: Collection[str] = ()) -> Roles:
    """Return the column of each role, which may be a key inside an object, such as `meta.label`.

    Raises:
        SourceError: a named column is not there, or the label column cannot be told.
    """

    def column(wanted: str | None, option: str) -> str | None:
        return None if wanted is None else find_column(wanted, names, option=option, path=path, nested=nested)

    label = tuple(name for wanted in options.label if (name := column(wanted, "--label")) is not None)
    if len(set(label)) < len(label):
        message = f"The label columns {listed(label)} name one column twice. Pass each --label once."
        raise SourceError(message)
    return Roles(
        label=label or (_discovered(names, options, path),),
        split=column(options.split, "--split"),
        group=column(options.group, "--group"),
        id=column(options.id, "--id"),
        weight=column(options.weight, "--weight"),
    )


def find_column(wanted: str, names: Sequence[str], *, option: str, path: str, nested: Collection[str] = ()) -> str:
    """Return the column of this name, else of this position.

    Raises:
        SourceError: there is none.
    """
    if wanted in names or wanted in nested:
        return wanted
    if re.fullmatch(r"-?[0-9]+", wanted):
        position = int(wanted)
        if -len(names) <= position < len(names):
            return names[position]
        message = f"{plain(path)} has {len(names)} columns, so there is no column {wanted}. Pass another {option}."
        raise SourceError(message)
    every = (*names, *nested)
    bare = {name.strip().lower(): name for name in reversed(every)}
    same = bare.get(wanted.strip().lower())
    hint = f" Did you mean {quoted(same)}?" if same is not None else did_you_mean(wanted, every)
    message = f"{plain(path)} has no column {quoted(wanted)}.{hint} Columns: {listed(every)}. Pass another {option}."
    raise SourceError(message)


def unused_split(names: Iterable[str], roles: Roles) -> tuple[str, ...]:
    """Return a note where a column is called split and plays no role: rows of val and test then count as train's."""
    if roles.split is not None:
        return ()
    found = [name for name in names if name.lower() == "split" and name not in roles.columns()]
    return tuple(f'Column "{name}" looks like splits and was not used: pass --split {name}.' for name in found[:1])


def listed(names: Iterable[str]) -> str:
    """Return column names, quoted and cut after twenty."""
    every = list(names)
    shown = ", ".join(quoted(name) for name in every[:_SHOWN])
    return shown + (f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else "")


def _discovered(names: Sequence[str], options: ReadOptions, path: str) -> str:
    if len(names) == 1:
        return names[0]
    if not options.header:
        message = f"{plain(path)} has {len(names)} columns without names. Pass a position, such as --label -1."
        raise SourceError(message)
    found = [name for name in names if name.lower() in LABEL_NAMES]
    if len(found) == 1:
        return found[0]
    if found:
        message = f"{plain(path)} has several columns that may hold the label: {listed(found)}. Pass --label."
        raise SourceError(message)
    near = [name for name in names if name.strip().lower() in LABEL_NAMES]
    hint = f" Did you mean {quoted(near[0])}?" if near else ""
    message = f"{plain(path)} has no column that is known to hold labels.{hint} Columns: {listed(names)}. Pass --label."
    raise SourceError(message)
