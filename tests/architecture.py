"""Reads the package's files and says where they break the order of its rooms. Nothing of the package is imported.

A *room* is a package or module at the top of `imbalance_audit`; `ORDER` lists them from the ground up. Every import
counts, wherever it stands and however it is spelled: at the top, inside a function, under another name, for type
checking only, through `import_module`.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
NAME = "imbalance_audit"

Tree = Mapping[str, str]
"""Path below the package → the file's text."""

ORDER: tuple[tuple[str, ...], ...] = (
    ("display",),
    ("errors",),
    ("records",),
    ("values",),
    ("files", "sources", "measures"),
    ("counting", "rules", "weights"),
    ("auditing", "exports"),
    ("predictions",),
    ("decisions",),
    ("evaluation", "training"),
    ("tuning",),
    ("advice",),
    ("report",),
    ("publishing",),
    ("cli",),
    ("__main__", "__init__"),
)
"""A room imports those on the lines above its own, and none on its own line."""

INNER: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "sources": (
        ("unheeded", "split_words", "reading_progress", "failures"),
        ("places",),
        ("tidying",),
        ("tables",),
        ("memory",),
        ("layouts",),
        ("sniffing",),
        ("one_table", "rows"),
        ("pipeline",),
        ("__init__",),
    ),
    "training": (
        ("logit_order", "constants", "corrections"),
        ("losses", "samplers"),
        ("accumulation", "sample_weights", "prior_correction", "decision_rule", "validation", "schedules"),
        ("adjusting",),
        ("integrations", "__init__"),
    ),
    "report": (
        ("kit",),
        ("weights",),
        ("audit",),
        ("evaluation", "machine", "decision"),
        ("__init__",),
    ),
}
"""The same for the parts of a large room."""

LIBRARIES: Mapping[str, frozenset[str]] = {
    "files": frozenset({"msgspec"}),
    "files.weights": frozenset({"torch"}),
    "files.weight_fields": frozenset({"torch"}),
    "sources": frozenset({"polars"}),
    "sources.layouts": frozenset({"msgspec"}),
    "sources.layouts.lakes": frozenset({"deltalake"}),
    "sources.layouts.masks": frozenset({"PIL"}),
    "sources.layouts.npz": frozenset({"numpy"}),
    "sources.layouts.yolo_config": frozenset({"yaml"}),
    "sources.tables.huggingface": frozenset({"yaml"}),
    "sources.tables.json_array": frozenset({"msgspec"}),
    "counting": frozenset({"polars"}),
    "counting.label_faults": frozenset({"pandera"}),
    "counting.row_types": frozenset({"pandera"}),
    "exports": frozenset({"polars"}),
    "predictions": frozenset({"numpy", "polars"}),
    "decisions": frozenset({"numpy"}),
    "decisions.temperature": frozenset({"scipy"}),
    "decisions.tuned_decision": frozenset({"sklearn"}),
    "evaluation": frozenset({"numpy"}),
    "evaluation.class_sums": frozenset({"scipy"}),
    "evaluation.resampling": frozenset({"scipy"}),
    "evaluation.probabilities": frozenset({"sklearn"}),
    "evaluation.row_metrics": frozenset({"sklearn"}),
    "training": frozenset({"torch"}),
    "training.integrations.accelerate": frozenset({"accelerate"}),
    "training.integrations.hugging_face": frozenset({"transformers"}),
    "training.integrations.lightning": frozenset({"lightning"}),
    "tuning": frozenset({"numpy", "scipy"}),
    "tuning.search": frozenset({"optuna"}),
    "cli": frozenset({"typer"}),
}
"""Part of the package → the libraries beside Python's own that it may import when it runs; a part inside adds to it."""

REACHING_UP: Mapping[tuple[str, str], str] = {
    ("errors", "records"): "the type of what `CheckFailedError` carries",
    ("records.weights", "files.weights"): "`ClassWeights.save`",
    ("training.samplers.epoch_sampler", "training.integrations.lightning"): "`EpochSampler.for_lightning`",
}
"""The arrows that go up on purpose: (from, to) → why."""

STAGES = frozenset({"audit", "evaluation", "decision", "weights", "split", "trial"})
"""Names that stand once for the value in `records`, its file in `files`, its page in `report`, its command in `cli`."""


ONE_NAME_IN_TWO_FRAMEWORKS = frozenset({"PerClassMetrics"})
"""Public classes that have one name for one thing in two frameworks' integrations."""


class Import(NamedTuple):
    """One import: in which module, of what, and whether only for type checking."""

    module: str
    target: str
    typing: bool


@dataclass(frozen=True, order=True)
class Violation:
    """Where the order is broken.

    Attributes:
        where: The module.
        what: What it does.
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def read_package(folder: Path = ROOT / NAME) -> dict[str, str]:
    """Return the files of the package."""
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.py"))}


def module_of(path: str) -> str:
    """Return a file's module below the package; that of the package itself is `__init__`.

    >>> module_of("rules/rule.py"), module_of("rules/__init__.py"), module_of("__init__.py")
    ('rules.rule', 'rules', '__init__')
    """
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def imports(tree: Tree, *, package: str = NAME) -> Iterator[Import]:
    """Yield every import of every file: of ours by module, without the package's name; of others by their root.

    Args:
        tree: The files.
        package: The package that they are below; "" for a tree of several, whose modules keep their whole names.
    """
    ours = {f"{package}.{module_of(path)}".strip(".") for path in tree} | {package}
    for path, text in tree.items():
        for node, typing in _importing(text):
            for name in _named(node, ours):
                target = name.removeprefix(f"{package}.") if name != package else "__init__"
                yield Import(module_of(path), target, typing=typing)


@cache
def _importing(text: str) -> tuple[tuple[ast.AST, bool], ...]:
    """Return the statements and calls of a file that may import, and whether for type checking only."""
    parsed = ast.parse(text)
    typing = {id(node) for block in _typing(parsed) for node in ast.walk(block)}
    found = (node for node in ast.walk(parsed) if isinstance(node, ast.Import | ast.ImportFrom) or _imports(node))
    return tuple((node, id(node) in typing) for node in found)


def _imports(node: ast.AST) -> bool:
    """Return whether it calls `import_module` or its like."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in ("import_module", "__import__")
    return False


def _typing(parsed: ast.Module) -> Iterator[ast.If]:
    for node in ast.walk(parsed):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield node


def _named(node: ast.AST, ours: set[str]) -> Iterator[str]:
    """Yield what one statement or call imports."""
    if isinstance(node, ast.Import):
        yield from (_target(alias.name, ours) for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.level:
        yield "a relative import"
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield _target(f"{node.module}.{alias.name}", ours)
    elif isinstance(node, ast.Call):
        match node.args[:1]:
            case [ast.Constant(value=str(dotted))]:
                yield _target(dotted, ours)
            case _:
                yield "a module that only running tells"


def _target(dotted: str, ours: set[str]) -> str:
    module = dotted
    while module and module not in ours:  # a name that a module defines, not a module
        module = module.rpartition(".")[0]
    return module or f"{dotted.partition('.')[0]}!"


def violations(tree: Tree) -> list[Violation]:
    """Return everything that breaks the order, sorted."""
    found = list(imports(tree))
    return sorted(
        {
            *_rooms(tree),
            *_upward(found),
            *_libraries(found),
            *_circles(found),
            *_shared_names(tree),
            *_two_meanings(tree),
        }
    )


def _line(lines: tuple[tuple[str, ...], ...], part: str) -> int | None:
    return next((i for i, line in enumerate(lines) if part in line), None)


def _rooms(tree: Tree) -> Iterator[Violation]:
    for module in map(module_of, tree):
        room, _, inside = module.partition(".")
        if _line(ORDER, room) is None:
            yield Violation(module, f"{room} is no room of ORDER")
        elif room in INNER and _line(INNER[room], inside.split(".")[0] or "__init__") is None:
            yield Violation(module, f"{inside.split('.')[0]} is no part of {room} in INNER")


def _upward(found: Iterable[Import]) -> Iterator[Violation]:
    for one in found:
        if one.target.endswith("!") or " " in one.target or (one.module, one.target) in REACHING_UP:
            if " " in one.target and one.module != "__init__":
                yield Violation(one.module, f"imports {one.target}")
            continue
        (room, _, inside), (other, _, its) = one.module.partition("."), one.target.partition(".")
        lines = ORDER
        if room == other:
            if room not in INNER:
                continue
            room, other, lines = inside.split(".")[0] or "__init__", its.split(".")[0] or "__init__", INNER[room]
        mine, theirs = _line(lines, room), _line(lines, other)
        if room != other and mine is not None and theirs is not None and mine <= theirs:
            yield Violation(one.module, f"imports {one.target}")


def _libraries(found: Iterable[Import]) -> Iterator[Violation]:
    for one in found:
        library = one.target.removesuffix("!")
        if one.target == library or one.typing or library in sys.stdlib_module_names:
            continue
        parts = one.module.split(".")
        allowed = [LIBRARIES.get(".".join(parts[: n + 1]), frozenset()) for n in range(len(parts))]
        if not any(library in some for some in allowed):
            yield Violation(one.module, f"imports the library {library}")


def _circles(found: Iterable[Import]) -> Iterator[Violation]:
    graph: dict[str, set[str]] = {}
    for one in found:
        ours = not one.target.endswith("!") and " " not in one.target
        if ours and one.module != one.target and (one.module, one.target) not in REACHING_UP:
            graph.setdefault(one.module, set()).add(one.target)
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle = error.args[1][::-1]  # graphlib tells it from the imported to the importing
            start = circle.index(min(circle))
            told = circle[start:-1] + circle[:start]
            yield Violation(told[0], f"is in the circle {' → '.join([*told, told[0]])}")
            graph[told[0]].discard([*told, told[0]][1])
        else:
            return


def _shared_names(tree: Tree) -> Iterator[Violation]:
    modules = [module_of(path) for path in tree]
    packages = {module_of(path) for path in tree if path.endswith("__init__.py")}
    counts = Counter(module.rpartition(".")[2] for module in modules)
    for module in modules:
        name = module.rpartition(".")[2]
        if counts[name] > 1 and name not in STAGES and module not in packages:
            yield Violation(module, f"shares its name with another module or package: {name}")


def _two_meanings(tree: Tree) -> Iterator[Violation]:
    """Yield the public classes and types that are defined in two modules: one name, two things to mean by it."""
    homes: dict[str, list[str]] = {}
    for path, text in tree.items():
        for node in ast.parse(text).body:
            for name in _types(node, aliases=not path.startswith("cli/")):
                homes.setdefault(name, []).append(module_of(path))
    for name, modules in homes.items():
        if len(modules) > 1 and name not in ONE_NAME_IN_TWO_FRAMEWORKS:
            for module in modules:
                yield Violation(
                    module, f"defines {name}, which {' and '.join(m for m in modules if m != module)} does too"
                )


def _types(node: ast.stmt, *, aliases: bool) -> Iterator[str]:
    """Yield the public class, or the alias of a type, that a statement at the top of a module defines.

    In `cli` an alias is an option of a command, and not a type.
    """
    names = [node.name] if isinstance(node, ast.ClassDef) else []
    if aliases and isinstance(node, ast.Assign):
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
    for name in names:
        if len(name) > 1 and name[0].isupper() and not name.isupper() and name != "T":
            yield name
