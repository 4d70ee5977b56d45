"""What a command writes: looked at before any work is done, and put in place together when all of it is there."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING

from imbalance_audit.errors import OptionError
from imbalance_audit.files.destinations import Target, refuse_unfit, target_of
from imbalance_audit.files.staging import transaction

if TYPE_CHECKING:
    from imbalance_audit.files.own_kinds import FileKind

STDOUT = "-"

Place = str | Path | None
Key = tuple[object, ...]


@dataclass(frozen=True)
class Output:
    """One file that a command was asked for.

    Attributes:
        option: What asks for it.
        path: Where it shall be; None where it is not asked for.
        kind: What it will be.
        printable: Whether `-` stands for stdout.
    """

    option: str
    path: Place
    kind: FileKind
    printable: bool = False


@dataclass(frozen=True)
class Plan:
    """What a command reads, by option, and what it writes."""

    reads: tuple[tuple[str, Place | Sequence[Place]], ...]
    writes: tuple[Output, ...]


def writing(plan: Callable[..., Plan]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that refuses what a command must not write, and runs it as one transaction.

    The plan takes options of the command, by name. A command puts what it staged in place with `put_in_place` before
    it prints its result; where it fails before, nothing is changed.
    """
    needs = list(signature(plan).parameters)

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def call(**values: object) -> None:
            refuse(plan(**{name: values[name] for name in needs}))
            with transaction():
                command(**values)

        return call

    return decorate


def put_in_place() -> None:
    """Put all that the command staged in place.

    Raises:
        OptionError: something cannot be; nothing is then.
    """
    with transaction() as open_one:
        open_one.commit()


def report_in(option: str, folder: Path | None, *kinds: tuple[str, FileKind]) -> Iterator[Output]:
    """Yield the files of a report in a folder."""
    if folder is not None:
        yield from (Output(f"{option} ({name})", folder / name, kind) for name, kind in kinds)


def refuse(plan: Plan) -> None:
    """Refuse outputs that cannot be written, are an input, or are one file.

    Raises:
        OptionError: it is so, with the options that meet.
    """
    taken: dict[Key, str] = {}
    targets = [
        (output, target_of(output.path)) for output in plan.writes if output.path is not None and _is_file(output)
    ]
    for output, target in targets:
        if target.key[0] != "device":
            if target.key in taken:
                message = f"{taken[target.key]} and {output.option} are both to write {target.shown}. Name two places."
                raise OptionError(message)
            taken[target.key] = output.option
    if targets:
        _refuse_inputs(plan, targets)
    for output, target in targets:
        refuse_unfit(target, output.kind)


def _is_file(output: Output) -> bool:
    if str(output.path) == STDOUT:
        if not output.printable:
            message = (
                f"{output.option} is nothing to print: - stands for stdout only where text is written. Name a file."
            )
            raise OptionError(message)
        return False
    return True


def _refuse_inputs(plan: Plan, targets: Sequence[tuple[Output, Target]]) -> None:
    keys = {target.key: (output, target) for output, target in targets if target.key[0] != "device"}
    for option, named in plan.reads:
        for name in named if isinstance(named, Sequence) and not isinstance(named, str) else (named,):
            for found in () if name is None else _files(str(name)):
                met = keys.get(_key(found)) or next(_tables_within(found, targets), None)
                if met is not None:
                    output, target = met
                    message = f"{output.option} would write {target.shown}, which {option} reads. Name another place."
                    raise OptionError(message)


def _files(name: str) -> Iterator[str]:
    """Yield a name, and what it matches as a pattern."""
    yield name
    if glob.has_magic(name):
        from imbalance_audit.sources.places.paths import matching

        yield from map(str, matching(name))


def _key(name: str) -> Key:
    with suppress(OSError, ValueError):
        found = Path(name).stat()
        return ("inode", found.st_dev, found.st_ino)
    return ("none",)


def _tables_within(folder: str, targets: Sequence[tuple[Output, Target]]) -> Iterator[tuple[Output, Target]]:
    """Yield the tables that are there and that a folder would give as a source."""
    if Path(folder).is_dir():
        root = os.path.realpath(folder)
        for output, target in targets:
            place = os.path.realpath(target.place)
            if output.kind.table and target.mode is not None and os.path.commonpath([root, place]) == root:
                yield output, target
