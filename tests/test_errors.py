"""Errors: one root, one sentence each, a way out."""

from __future__ import annotations

import inspect

import pytest

from imbalance_audit import errors
from imbalance_audit.errors import AuditError, CheckFailedError, MissingExtraError, did_you_mean
from imbalance_audit.records import Finding

ERRORS = [value for _, value in inspect.getmembers(errors, inspect.isclass) if issubclass(value, Exception)]


def finding(code: str) -> Finding:
    return Finding(code=code, name="rare-class", severity="error", message="there are few", remedy="more")


def test_every_error_is_an_audit_error_and_that_is_a_value_error() -> None:
    assert len(ERRORS) > 10
    assert all(issubclass(error, AuditError) and issubclass(error, ValueError) for error in ERRORS)


def test_the_tree_in_the_docstring_names_every_error_below_its_parent() -> None:
    parents = {0: "AuditError"}
    told = {}
    for line in (errors.__doc__ or "").splitlines():
        branch, dash, rest = line.partition("── ")
        if dash:
            depth, name = len(branch) // 4, rest.split()[0]
            parents[depth] = name
            told[name] = parents[depth - 1]

    assert told == {error.__name__: error.__bases__[0].__name__ for error in ERRORS if error is not AuditError}


def test_a_missing_extra_names_what_needed_it_and_the_command_that_installs_it() -> None:
    assert str(MissingExtraError.of("Reading COCO", extra="coco")) == (
        "Reading COCO needs an optional dependency. Install it with: pip install 'imbalance-audit[coco]'"
    )


@pytest.mark.parametrize(("number", "more"), [(1, ""), (2, " (and 1 more)"), (5, " (and 4 more)")])
def test_a_failed_check_carries_its_findings_and_tells_the_first(number: int, more: str) -> None:
    findings = tuple(finding(f"SUP00{i}") for i in range(number))

    error = CheckFailedError(findings)

    assert error.findings == findings
    assert str(error) == f"SUP000 rare-class: there are few{more}"


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("trian", ["val", "train"], ' Did you mean "train"?'),
        ("train", iter(["val", "trains", "train"]), ' Did you mean "train"?'),
        ("xyz", ["val", "train"], ""),
        ("train", [], ""),
        ("", ["train"], ""),
        ("a\x1b", ["a\x1bb"], ' Did you mean "a\\x1bb"?'),
        ("abcde", ["abcxy"], ' Did you mean "abcxy"?'),  # a similarity of exactly 0.6
        ("abcdefg", ["abcdvwxyz"], ""),  # one of 0.5
    ],
)
def test_the_nearest_known_name_is_suggested_if_it_is_near(name: str, known: list[str], hint: str) -> None:
    assert did_you_mean(name, known) == hint
