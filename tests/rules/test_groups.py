"""GRP: labels that follow their group, planted, and labels that do not."""

from __future__ import annotations

import pytest

from tests.rules.audits import audit_cells, of_rule


def test_labels_that_follow_the_site_are_told_and_a_class_of_one_site() -> None:
    follows = audit_cells(
        [(None, "a", "cat", 95), (None, "a", "dog", 5), (None, "b", "cat", 5), (None, "b", "dog", 95)]
    )
    alone = audit_cells([(None, "a", "cat", 50), (None, "b", "cat", 50), (None, "b", "dog", 40)])
    even = audit_cells([(None, group, label, 50) for group in "ab" for label in ("cat", "dog")])

    assert of_rule(follows, "GRP001")[0].observed == pytest.approx(0.9, abs=0.01)
    assert of_rule(alone, "GRP002")[0].message == 'all 40 rows of "dog" lie in the group "b"'
    assert of_rule(even, "GRP001") == of_rule(even, "GRP002") == []
