"""The entries of a weight file, each checked as it is taken out."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any, get_args

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import WeightFileError
from imbalance_audit.records import Task

if TYPE_CHECKING:
    from collections.abc import Collection

WAY_OUT = "Write one with `audit weights` or `class_weights(audit).save(path)`."


class Fields:
    """The dict of a weight file. Each method returns an entry, or raises WeightFileError for one of another kind."""

    def __init__(self, content: dict[str, Any], shown: str) -> None:
        self.content = content
        self.shown = shown

    def value(self, key: str) -> Any:  # noqa: ANN401 -- the methods below find out what it is
        """Return the entry."""
        if key not in self.content:
            raise broken(self.shown, f'the key "{key}"', "a file without it")
        return self.content[key]

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Refuse an entry that no version of the file has."""
        if extra := [key for key in self.content if key not in known]:
            raise broken(self.shown, "the keys of a weight file", f"{quoted(str(extra[0]), longest=40)} as well")

    def text(self, key: str) -> str:
        """Return text."""
        value = self.value(key)
        if not isinstance(value, str):
            raise broken(self.shown, f'"{key}" to be text', kind_of(value))
        return value

    def integer(self, key: str) -> int:
        """Return an integer."""
        value = self.value(key)
        if type(value) is not int:
            raise broken(self.shown, f'"{key}" to be an integer', kind_of(value))
        return value

    def real(self, key: str) -> float:
        """Return a finite number."""
        value = self.value(key)
        if type(value) is not float or not math.isfinite(value):
            got = str(value) if isinstance(value, float) else kind_of(value)
            raise broken(self.shown, f'"{key}" to be a finite float', got)
        return value

    def task(self, key: str) -> Task:
        """Return a task."""
        value = self.text(key)
        for task in get_args(Task):
            if value == task:
                known: Task = task
                return known
        raise broken(self.shown, f'"{key}" to be one of {", ".join(get_args(Task))}', quoted(value))

    def names(self, key: str) -> tuple[str, ...]:
        """Return names, each once."""
        value = self.value(key)
        if not isinstance(value, list) or not value:
            raise broken(
                self.shown, f'"{key}" to be a list of names', "an empty list" if value == [] else kind_of(value)
            )
        stranger = next((name for name in value if not isinstance(name, str)), None)
        if stranger is not None or None in value:
            raise broken(self.shown, f'"{key}" to hold names only', f"{kind_of(stranger)} in it")
        if len(set(value)) < len(value):
            twice = next(name for name, times in Counter(value).items() if times > 1)
            raise broken(
                self.shown,
                f'"{key}" to name each {"group" if key == "groups" else "class"} once',
                f"{quoted(twice)} twice",
            )
        return tuple(value)

    def numbers(self, key: str, dtype: str, *shape: int) -> tuple[Any, ...]:
        """Return the numbers of a tensor of this shape, row after row."""
        import torch

        value = self.value(key)
        sides = ", ".join(map(str, shape))
        each = "class" if len(shape) == 1 else "class in each group"
        wanted = f'"{key}" to be {dtype}[{sides}], one number for each {each}'
        if not isinstance(value, torch.Tensor):
            raise broken(self.shown, wanted, kind_of(value))
        if value.is_nested or value.layout != torch.strided:
            raise broken(self.shown, wanted, "a nested or sparse tensor")
        if value.dtype != getattr(torch, dtype) or tuple(value.shape) != shape:
            raise broken(self.shown, wanted, f"{str(value.dtype).removeprefix('torch.')}{list(value.shape)}")
        if value.device.type != "cpu":
            raise broken(self.shown, wanted, f"a tensor without values, on device {value.device}")
        value = value.flatten()
        bad = ~torch.isfinite(value) | (value < 0)
        if bool(bad.any()):
            at = int(bad.nonzero()[0])
            raise broken(self.shown, f'"{key}" to hold finite numbers from 0 up', f"{value[at].item()} at index {at}")
        return tuple(value.tolist())

    def parameters(self, key: str) -> dict[str, float | int | str | bool | None]:
        """Return names with a number, text or nothing each."""
        value = self.value(key)
        if not isinstance(value, dict):
            raise broken(self.shown, f'"{key}" to be a dict', kind_of(value))
        for name, entry in value.items():
            if not isinstance(name, str) or not isinstance(entry, float | int | str | bool | None):
                raise broken(self.shown, f'"{key}" to map names to numbers or text', kind_of(entry))
        return value


def broken(shown: str, expected: str, got: str) -> WeightFileError:
    """Return the error for a file of this name."""
    return WeightFileError(f"{plain(shown)}: expected {expected}, got {got}. {WAY_OUT}")


def kind_of(value: object) -> str:
    """Return what a value is, in words."""
    if isinstance(value, dict):
        keys = ", ".join(quoted(str(key), longest=40) for key in list(value)[:3])
        return f"a dict with the keys {keys}" if keys else "an empty dict"
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
