"""What is weighed, as columns of one length: none of them gets out of step."""

from __future__ import annotations

import pytest

from imbalance_audit.records import ClassCounts
from imbalance_audit.weights.cells import Entries, Materials, Population, listed, of_classes

CELLS = Entries(
    names=("a", "b", "a", "b"),
    counts=(3, 0, 0, 5),
    groups=("x", "x", "y", "y"),
    shares=(0.1, 0.2, 0.3, 0.4),
    costs=(1.0, 2.0, 3.0, 4.0),
    recorded={"empty_cells": 2},
)


def test_entries_without_an_instance_leave_every_column_together() -> None:
    assert CELLS.present() == Entries(("a", "b"), (3, 5), ("x", "y"), (0.1, 0.4), (1.0, 4.0), {"empty_cells": 2})


def test_columns_that_are_empty_stay_empty() -> None:
    assert Entries(("a", "b"), (0, 1)).present() == Entries(("b",), (1,))


def test_entries_that_all_occur_are_the_same_value_so_that_nothing_is_copied() -> None:
    entries = Entries(("a", "b"), (1, 2))

    assert entries.present() is entries


def test_a_constant_is_added_to_every_count_and_to_nothing_else() -> None:
    more = CELLS.plus(0.5)

    assert more.counts == (3.5, 0.5, 0.5, 5.5)
    assert (more.names, more.groups, more.shares, more.costs) == (CELLS.names, CELLS.groups, CELLS.shares, CELLS.costs)


def test_an_entry_is_called_by_its_class_and_by_its_group_where_it_has_one() -> None:
    assert CELLS.title(2) == '"a" in group "y"'
    assert Entries(("a\n",), (1,)).title(0) == '"a\\n"'


def test_the_entries_of_classes_are_the_classes_with_their_counts() -> None:
    population = Population(("b", "a"), (2, 7), ClassCounts((), (), (), (), (), ()), "multiclass")

    assert of_classes(population, Materials()) == Entries(("b", "a"), (2, 7))


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], ""),
        (["a"], '"a"'),
        (list("abcde"), '"a", "b", "c", "d", "e"'),
        (list("abcdef"), '"a", "b", "c", "d", "e" and 1 more'),
        (["x"] * 2005, '"x", "x", "x", "x", "x" and 2,000 more'),
    ],
)
def test_five_names_are_listed_and_the_rest_is_counted(names: list[str], told: str) -> None:
    assert listed(names) == told
