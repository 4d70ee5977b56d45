"""One sentence for a name that is not known."""

from __future__ import annotations

import pytest

from imbalance_audit.errors import OptionError, refuse_unknown, unknown


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("balansed", 'There is no scheme "balansed". Did you mean "balanced"? Choose one of "balanced", "sqrt".'),
        ("xyz", 'There is no scheme "xyz". Choose one of "balanced", "sqrt".'),
        (None, 'There is no scheme "None". Choose one of "balanced", "sqrt".'),
        ("a\x1b[0m\n", 'There is no scheme "a\\x1b[0m\\n". Choose one of "balanced", "sqrt".'),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_and_all(name: object, expected: str) -> None:
    with pytest.raises(OptionError) as caught:
        refuse_unknown("scheme", name, ["balanced", "sqrt"])

    assert str(caught.value) == expected


def test_a_known_name_passes() -> None:
    refuse_unknown("scheme", "sqrt", {"balanced": 1, "sqrt": 2})


def test_a_long_list_is_named_instead_of_told() -> None:
    told = unknown("rule", "LAB01", ["LAB001", "LAB002"], way_out="`audit rules` lists them.")

    assert told == 'There is no rule "LAB01". Did you mean "LAB001"? `audit rules` lists them.'
