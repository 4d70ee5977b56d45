"""Which tests a change touches: the import graph walked backwards, nearest first. Nothing of the package is imported.

    changed files ◀─ what imports them ◀─ what imports that … ◀─ test files

A name that a package's `__init__` passes on leads to the module that defines it: `from imbalance_audit import scan` is
one step from `auditing/scanning.py`. A test imports the conftests above it, and what it starts with `python -m`.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from pathlib import Path, PurePosixPath

from tests.architecture import ROOT, Tree, imports, module_of

FOLDERS = ("imbalance_audit", "pipelines", "tests")
"""Where the files are that tests can touch."""

Graph = Mapping[str, frozenset[str]]
"""Path → the paths of the files that import it."""

_TEST = re.compile(r"(^|/)test_\w+\.py$")
_STARTED = re.compile(r"""["'](?:-m )?((?:imbalance_audit|pipelines)(?:\.\w+)*)["']""")


def read_files(root: Path = ROOT) -> dict[str, str]:
    """Return every Python file by its path below the root."""
    paths = (path for folder in FOLDERS for path in sorted((root / folder).rglob("*.py")))
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def importers(files: Tree) -> Graph:
    """Return which files import each file.

    >>> files = {"a/__init__.py": "from a.b import c", "a/b.py": "", "tests/test_a.py": "from a import c"}
    >>> sorted(importers(files)["a/b.py"])
    ['a/__init__.py', 'tests/test_a.py']
    """
    path_of = {module_of(path): path for path in files}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in imports(files, package=""):
        if one.target in path_of:
            found[path_of[one.target]].add(path_of[one.module])
    for path, target in (*_passed_on(files, path_of), *_started(files, path_of), *_conftests(files)):
        found[target].add(path)
    return {path: frozenset(by - {path}) for path, by in found.items()}


def _passed_on(files: Tree, path_of: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield who imports a name from a package, and who defines it."""
    origin = {
        (module_of(path), name): module
        for path, text in files.items()
        if path.endswith("__init__.py")
        for module, name in _names(text)
    }
    for path, text in files.items():
        for module, name in _names(text):
            home, seen = module, set()
            while (home, name) in origin and home not in seen:
                seen.add(home)
                home = origin[home, name]
            if home != module and home in path_of:
                yield path, path_of[home]


def _names(text: str) -> Iterator[tuple[str, str]]:
    """Yield each `from module import name` of a file."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)


def _started(files: Tree, path_of: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield who starts a module with `python -m`, and that module."""
    for path, text in files.items():
        for module in _STARTED.findall(text):
            yield from ((path, path_of[name]) for name in (module, f"{module}.__main__") if name in path_of)


def _conftests(files: Tree) -> Iterator[tuple[str, str]]:
    """Yield every test with the conftests above it."""
    for path in filter(_TEST.search, files):
        above = (f"{folder}/conftest.py" for folder in PurePosixPath(path).parents)
        yield from ((path, conftest) for conftest in above if conftest in files)


def nearest_tests(files: Tree, changed: Iterable[str]) -> dict[str, int]:
    """Return the test files that changed files touch, and how many imports away; nearest first.

    A changed test touches itself, a changed module also the test that mirrors its path. Any other file touches what
    names it, and the tests of its folder.
    """
    graph, changed = importers(files), list(changed)
    distance = {path: 0 for one in changed for path in _seeds(one, files)}
    layer = list(distance)
    while layer:
        further = sorted({by for path in layer for by in graph.get(path, ())} - distance.keys())
        distance |= dict.fromkeys(further, distance[layer[0]] + 1)
        layer = further
    apart = {path: min(_apart(path, one) for one in changed) for path in distance if _TEST.search(path)}
    return {path: distance[path] for path in sorted(apart, key=lambda path: (distance[path], apart[path], path))}


def _apart(test: str, path: str) -> int:
    """Return how many folders a test's path is from that which mirrors another path.

    >>> _apart("tests/rules/test_rule.py", "imbalance_audit/rules/rule.py")
    0
    >>> _apart("tests/weights/test_build.py", "imbalance_audit/rules/rule.py")
    2
    """
    mine, its = PurePosixPath(test).parts[1:-1], PurePosixPath(path).parts[1:-1]
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(mine, its, strict=False)))
    return len(mine) + len(its) - 2 * shared


def _seeds(path: str, files: Tree) -> Iterator[str]:
    """Yield the files that a change of this one is a change of."""
    if path in files:
        yield path
        room, _, inside = path.partition("/")
        mirror = PurePosixPath("tests") / (inside if room == "imbalance_audit" else path)
        yield from {str(mirror.with_name(f"test_{mirror.name}"))} & files.keys()
        return
    if path.endswith(".py"):  # gone, or elsewhere now
        yield from {str(PurePosixPath(path).with_name("__init__.py"))} & files.keys()
        return
    name = re.compile(rf"\b{re.escape(PurePosixPath(path).name)}\b")
    below = "" if "/" in path else "tests/"  # the package reads no file beside it
    yield from (other for other, text in files.items() if other.startswith(below) and name.search(text))
    for folder in PurePosixPath(path).parents:
        tests = [other for other in files if PurePosixPath(other).parent == folder and _TEST.search(other)]
        if tests and str(folder) != "tests":
            yield from tests
            return
