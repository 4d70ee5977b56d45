"""A record that declares options is the one list of them."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from inspect import Parameter, signature
from typing import Any

import pytest

from imbalance_audit import scan
from imbalance_audit.errors import SourceError
from imbalance_audit.evaluation.evaluating import evaluate
from imbalance_audit.predictions.prediction_options import PredictionOptions
from imbalance_audit.records import ReadOptions
from imbalance_audit.records.option import chosen, declared, like, option
from imbalance_audit.sources import read

OTHER: dict[Any, Any] = {None: "other", (): ("other",), True: False, False: True}
"""Default → another value."""

BESIDE_READING = {"source", "class_order", "ignore", "policy", "memory", "keep_ids"}
"""What `scan` takes that does not say how a source is read."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    columns: tuple[str, ...] = option((), help="Columns.")
    names: tuple[str, ...] | None = option(None, help="Names.", takes=str)
    most_rows: int = option(5, help="Rows.")
    header: bool = option(True, help="Header.")
    fold: bool = option(False, help="Fold.")


def keywords(function: object) -> dict[str, object]:
    parameters = signature(function).parameters.values()  # type: ignore[arg-type]
    return {one.name: None if one.default in ((), None) else one.default for one in parameters}


def defaults(record: type) -> dict[str, object]:
    return {one.name: None if one.default == () else one.default for one in declared(record)}


def test_scan_has_the_reading_options_and_their_defaults() -> None:
    taken = {name: default for name, default in keywords(scan).items() if name not in BESIDE_READING}

    assert taken == defaults(ReadOptions)


def test_evaluate_has_the_options_of_predictions_and_their_defaults() -> None:
    expected = defaults(PredictionOptions)

    assert {name: default for name, default in keywords(evaluate).items() if name in expected} == expected


@pytest.mark.parametrize("name", [one.name for one in declared(ReadOptions)])
def test_scan_reads_with_every_option_it_is_given(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    asked: list[ReadOptions] = []

    def note(_: object, options: ReadOptions) -> None:
        asked.append(options)
        raise SourceError

    monkeypatch.setattr("imbalance_audit.auditing.scanning.read", note)
    other = OTHER[getattr(ReadOptions, name)]
    given: dict[str, Any] = {name: ("other",) if name == "classes" else other}

    with pytest.raises(SourceError):
        scan("anything", **given)

    assert asked == [ReadOptions(**given)]


@pytest.mark.parametrize("name", ["format", "header", "extensions", "fold_tags"])
def test_an_option_that_means_nothing_in_memory_is_refused_as_a_command_spells_it(name: str) -> None:
    spelling = {one.name: one.spelling for one in declared(ReadOptions)}[name]
    value: Any = "csv" if name == "format" else OTHER[getattr(ReadOptions, name)]

    with pytest.raises(SourceError, match=rf"where {spelling} means nothing"):
        read({"label": ["a", "b"]}, ReadOptions(**{name: value}))


def test_an_option_is_told_by_its_field() -> None:
    told = [(one.name, one.default, one.help, one.spelling, one.several) for one in declared(Shape)]

    assert told == [
        ("columns", (), "Columns.", "--columns", True),
        ("names", None, "Names.", "--names", True),
        ("most_rows", 5, "Rows.", "--most-rows", False),
        ("header", True, "Header.", "--no-header", False),
        ("fold", False, "Fold.", "--fold", False),
    ]
    assert [one.default for one in fields(Shape)] == [one[1] for one in told]


def test_arguments_become_options_as_their_fields_hold_them() -> None:
    arguments = {"columns": "label", "names": ["a", "b"], "most_rows": 2, "header": None, "fold": True, "more": 1}

    found = chosen(Shape, arguments)

    assert found == Shape(columns=("label",), names=("a", "b"), most_rows=2, fold=True)


def test_a_function_that_lacks_an_option_is_told_so() -> None:
    with pytest.raises(TypeError, match=r"for each option of Shape, got none for header, fold\.$"):
        chosen(Shape, {"columns": (), "names": None, "most_rows": 1})


def test_an_option_like_another_keeps_what_is_not_said_anew() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Second:
        names: tuple[str, ...] | None = like(Shape, "names")
        most_rows: int = like(Shape, "most_rows", help="Lines.")

    names, rows = fields(Second)
    assert (names.default, names.metadata["help"], names.metadata["takes"]) == (None, "Names.", str)
    assert (rows.default, rows.metadata["help"]) == (5, "Lines.")


@pytest.mark.parametrize("record", [ReadOptions, PredictionOptions])
def test_every_option_has_a_default_and_a_sentence(record: type) -> None:
    for one in declared(record):
        assert one.default is not MISSING
        assert one.help.endswith((".", "]")), one.name
    assert Parameter.empty not in defaults(record).values()
