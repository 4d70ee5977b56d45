"""The options of a command are those that the records declare, and new ones appear by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Annotated, Literal

import pytest
import typer
from typer.testing import CliRunner

from imbalance_audit.cli import check, decide, evaluate, init, scan, weights
from imbalance_audit.cli.declared_options import options_of
from imbalance_audit.cli.given import given
from imbalance_audit.predictions.prediction_options import PredictionOptions
from imbalance_audit.records import ReadOptions
from imbalance_audit.records.option import declared, option


@dataclass(frozen=True, kw_only=True)
class Shape:
    columns: tuple[str, ...] = option((), help="Columns of it.")
    names: tuple[str, ...] | None = option(None, help="Names of it.", takes=str)
    truth: object | None = option(None, help="A file.", takes=Path)
    kind: Literal["one", "two"] | None = option(None, help="Kind of it.")
    most_rows: int = option(5, help="Rows of it.")
    header: bool = option(True, help="Has a header.")
    fold_tags: bool = option(False, help="Folds.")


def run(*arguments: str, **how: object) -> tuple[Shape | None, str]:
    """Return what a command of one record gets, and what it prints."""
    got: list[Shape] = []

    @given(shape=options_of(Shape, **how))  # type: ignore[arg-type]
    def command(shape: Shape) -> None:
        """Take the shape."""
        got.append(shape)

    app = typer.Typer(rich_markup_mode=None)
    app.command()(command)
    printed = CliRunner().invoke(app, list(arguments)).output
    return (got[0] if got else None), " ".join(printed.split())


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), Shape()),
        (("--columns", "a", "--columns", "b,c"), Shape(columns=("a", "b,c"))),
        (("--names", "a,b"), Shape(names=("a", "b"))),
        (("--truth", "t.csv"), Shape(truth=Path("t.csv"))),
        (("--kind", "two", "--most-rows", "7"), Shape(kind="two", most_rows=7)),
        (("--no-header", "--fold-tags"), Shape(header=False, fold_tags=True)),
    ],
)
def test_a_command_line_makes_the_record(arguments: tuple[str, ...], expected: Shape) -> None:
    assert run(*arguments)[0] == expected


def test_names_come_from_a_file_one_a_line(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("a, b\nc\n")

    assert run("--names", str(tmp_path / "names.txt"))[0] == Shape(names=("a, b", "c"))


def test_help_says_what_the_fields_say() -> None:
    printed = run("--help")[1]

    assert all(one.help in printed and f"--{one.name.replace('_', '-')}" in printed for one in declared(Shape))
    assert "--header / --no-header" in printed
    assert "--no-fold-tags" not in printed
    assert "[default: 5]" in printed


def test_a_command_may_leave_options_out_and_say_its_own_of_others() -> None:
    printed = run("--help", without=("kind",), told={"truth": "Another file."})[1]

    assert "--kind" not in printed
    assert "Another file." in printed
    assert "A file." not in printed
    assert run("--most-rows", "6", without=("kind",))[0] == Shape(most_rows=6)


def test_a_parameter_makes_room_for_the_options_of_its_provider() -> None:
    def made(first: Annotated[int, typer.Option()] = 1, shared: Annotated[int, typer.Option()] = 2) -> int:
        return first + shared

    @given(total=made)
    def command(before: int, total: int, shared: int = 2, *, after: int = 3) -> tuple[int, ...]:
        return before, total, shared, after

    assert list(signature(command).parameters) == ["before", "first", "shared", "after"]
    assert command(before=0, shared=10) == (0, 11, 10, 3)


@pytest.mark.parametrize("command", [scan.scan, check.check, init.init, weights.weights])
def test_a_command_that_reads_labels_asks_for_every_reading_option(command: object) -> None:
    asked = signature(command).parameters  # type: ignore[arg-type]

    for one in declared(ReadOptions):
        assert asked[one.name].default == (None if one.several else one.default), one.name


def test_evaluate_asks_for_every_option_of_predictions_and_decide_for_those_with_scores() -> None:
    names = {one.name for one in declared(PredictionOptions)}

    assert names <= set(signature(evaluate.evaluate).parameters)
    assert names - {"prediction", "group"} == names & set(signature(decide.decide).parameters)
