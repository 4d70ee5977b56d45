"""The table of what tests reach."""

from __future__ import annotations

from tests.covered import table


def summary(*figures: int) -> dict[str, dict[str, int]]:
    names = ("covered_lines", "num_statements", "covered_branches", "num_branches")
    return {"summary": dict(zip(names, figures, strict=True))}


def test_files_add_up_to_rooms_and_rooms_to_the_package_which_comes_last() -> None:
    files = {
        "imbalance_audit/rules/rule.py": summary(1000, 1000, 3, 4),
        "imbalance_audit/rules/support.py": summary(10, 10, 0, 0),
        "imbalance_audit/errors.py": summary(5, 10, 0, 2),
    }

    assert table(files).splitlines()[2:] == [
        "| `errors` | 41.7 | 5 of 10 | 0 of 2 |",
        "| `rules` | 99.9 | 1,010 of 1,010 | 3 of 4 |",
        "| `imbalance_audit` | 99.2 | 1,015 of 1,020 | 3 of 6 |",
    ]
