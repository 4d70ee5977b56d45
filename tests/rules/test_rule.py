"""What a rule looks at, what it needs, and what becomes of many findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from imbalance_audit.records import ClassCounts, Coverage, Finding, LabelFaults, Skew
from imbalance_audit.rules.policy import Limit, Override, Policy
from imbalance_audit.rules.rule import (
    LISTED,
    Evidence,
    Need,
    Rule,
    baseline_audit,
    declared_classes,
    groups,
    ids,
    labelled,
    one_label_each,
    one_of_several,
    regions,
    rule,
    several_splits,
    training_split,
    weight_file,
)
from tests.conftest import NO_MEASURES
from tests.rules.audits import CLEAN, Counts, audit_counts, of_rule


def test_unknown_labels_cannot_be_told_without_declared_classes() -> None:
    audit = audit_counts(CLEAN)

    states = {coverage.code: (coverage.state, coverage.reason) for coverage in audit.coverage}

    assert states["LBL002"] == ("not_run", "no classes are declared; pass them with --classes")
    assert states["INT001"] == ("not_run", "no id column is named; pass it with --id")


def test_findings_beyond_the_listed_are_counted_and_none_is_lost() -> None:
    classes: Counts = {f"c{i:05d}": 1 for i in range(LISTED + 500)}

    found = of_rule(audit_counts({None: classes}), "SUP001")

    assert len(found) == LISTED + 1
    assert found[-1].message == "500 more like these are counted here and not listed"
    assert sum(finding.rows for finding in found) == LISTED + 500


def evidence(cells: Sequence[tuple[str | None, str | None, str | None, int]] = (), **more: object) -> Evidence:
    """Return what a rule looks at for (split, group, label, rows)."""
    split, group, label, n = zip(*cells, strict=True) if cells else ((),) * 4
    instances = tuple(0 if name is None else m for name, m in zip(label, n, strict=True))
    counts = ClassCounts(split, group, label, instances, n, n)
    plain: dict[str, object] = {
        "counts": counts, "classes": ("a", "b"), "class_order": "lexical", "task": "multiclass",
        "faults": LabelFaults(), "overall": Skew(NO_MEASURES, NO_MEASURES), "splits": {}, "collisions": None,
        "declared": False,
    }  # fmt: skip
    return Evidence(**{**plain, **more})  # type: ignore[arg-type]  # -- by name


TWO_SPLITS = (("test", None, "a", 2), ("train", None, "a", 3), ("train", None, "b", 4))


def test_counts_are_added_over_groups_by_split_and_in_all_without_what_is_ignored() -> None:
    cells = [(s, g, label, n) for s, label, n in (("train", "a", 3), ("val", "a", 4), ("val", "void", 9)) for g in "xy"]

    seen = evidence([*cells, ("val", "x", None, 5)], ignored=("void",))

    assert seen.totals == {"a": 14}
    assert seen.by_split == {"train": {"a": 6}, "val": {"a": 8}}
    assert seen.counted(None) is seen.totals
    assert seen.counted("val") == {"a": 8}
    assert (seen.training, seen.trained) == ("train", {"a": 6})


@pytest.mark.parametrize(
    ("cells", "scopes", "training"),
    [
        ([], (None,), None),
        ([(None, None, "a", 1)], (None,), None),
        ([("val", None, "a", 1), ("test", None, "a", 1)], ("test", "val"), None),
        ([("train", None, "a", 1), (None, None, "a", 1)], ("train", None), "train"),
    ],
)
def test_scopes_are_the_splits_and_all_rows_where_some_lie_in_none(
    cells: list[tuple[str | None, None, str, int]], scopes: tuple[str | None, ...], training: str | None
) -> None:
    assert (evidence(cells).scopes, evidence(cells).training) == (scopes, training)


GROUPS = (("train", "x", "a", 1), ("train", None, "a", 1), ("train", "y", "a", 1))


@pytest.mark.parametrize(
    ("need", "met", "missing", "reason"),
    [
        (several_splits, evidence(TWO_SPLITS), evidence(TWO_SPLITS[1:]), "fewer than two splits"),
        (training_split, evidence(TWO_SPLITS), evidence(TWO_SPLITS[1:]), "fewer than two splits"),
        (
            training_split, evidence(TWO_SPLITS), evidence([("a", None, "a", 1), ("b", None, "a", 1)]),
            "no split is called train",
        ),
        (declared_classes, evidence(declared=True), evidence(), "no classes are declared"),
        (ids, evidence(collisions=()), evidence(), "no id column is named"),
        (one_label_each, evidence(), evidence(task="multilabel"), "a sample may carry several labels"),
        (one_of_several, evidence(task="multilabel"), evidence(), "each sample carries one label"),
        (labelled, evidence(TWO_SPLITS), evidence([TWO_SPLITS[0], ("train", None, None, 3)]), "no labelled row"),
        (groups, evidence(GROUPS), evidence(GROUPS[:2]), "fewer than two groups"),
        (regions, evidence(unit="box"), evidence(unit="token"), "neither a box nor a pixel"),
        (regions, evidence(unit="pixel"), evidence(unit="image"), "neither a box nor a pixel"),
        (weight_file, evidence(weights=object()), evidence(), "no weight file is given"),
        (baseline_audit, evidence(baseline=object()), evidence(), "no earlier audit is given"),
    ],
)  # fmt: skip
def test_a_need_says_why_it_is_not_met_and_nothing_where_it_is(
    need: Need, met: Evidence, missing: Evidence, reason: str
) -> None:
    assert need(met) is None
    assert reason in (need(missing) or "")


@rule("TST001", "too-much", remedy="Less.", limit=Limit(warning=1.0, error=3.0), needs=(declared_classes, ids))
def too_much(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """There is
    too much.

    And more of it.
    """
    for split, label, n in zip(evidence.counts.split, evidence.counts.label, evidence.counts.instances, strict=True):
        if (broken := rule.limit.above(n)) is not None:
            yield rule.finding(broken[0], f"{n} of {label}", split=split, label=label, limit=broken[1], rows=n)


READY = evidence(TWO_SPLITS, declared=True, collisions=())


def test_a_rule_tells_its_condition_as_its_function_does() -> None:
    assert too_much.condition == "There is\ntoo much.\n\nAnd more of it."
    assert too_much.summary == "There is too much."
    assert (too_much.code, too_much.name, too_much.remedy) == ("TST001", "too-much", "Less.")


def test_a_finding_carries_the_words_of_its_rule() -> None:
    found = too_much.finding("info", "m", split="s", label="l", observed=1, limit=2, rows=3, examples=("e",))

    assert found == Finding(
        code="TST001", name="too-much", severity="info", message="m", remedy="Less.", split="s", label="l",
        observed=1, limit=2, rows=3, examples=("e",),
    )  # fmt: skip


def test_a_rule_fails_with_what_it_found_passes_with_nothing_and_tells_the_first_need_that_is_not_met() -> None:
    coverage, found = too_much.run(READY)

    assert coverage == Coverage("TST001", "failed")
    assert [(f.severity, f.rows) for f in found] == [("warning", 2), ("warning", 3), ("error", 4)]
    assert too_much.run(replace(READY, counts=evidence().counts)) == (Coverage("TST001", "passed"), ())
    assert too_much.run(evidence()) == (
        Coverage("TST001", "not_run", "no classes are declared; pass them with --classes"),
        (),
    )


def test_a_policy_excludes_a_rule_moves_its_limit_and_has_the_last_word_on_severity() -> None:
    def run(policy: Policy) -> tuple[str, list[str]]:
        coverage, found = too_much.run(replace(READY, policy=policy))
        return coverage.state, [finding.severity for finding in found]

    assert run(Policy(ignore=("TST",))) == ("not_run", [])
    assert run(Policy(rules={"TST001": Override(warning=3)})) == ("failed", ["error"])
    assert run(Policy(rules={"TST001": Override(severity="info")})) == ("failed", ["info", "info", "info"])
    assert too_much.judge(replace(READY, policy=Policy(ignore=("TST",))))[0].state == "failed"


def test_what_became_of_a_rule_when_ids_were_at_hand_is_kept_only_while_they_are_not() -> None:
    kept = (Coverage("TST001", "failed"), (too_much.finding("error", "kept"),))
    mild = Policy(rules={"TST001": Override(severity="warning")})

    without = too_much.run(replace(READY, collisions=None, kept={"TST001": kept}, policy=mild))
    again = too_much.run(replace(READY, kept={"TST001": kept}))
    other = too_much.run(replace(READY, collisions=None, kept={"TST002": kept}))

    assert (without[0], [(f.severity, f.message) for f in without[1]]) == (kept[0], [("warning", "kept")])
    assert len(again[1]) == 3
    assert other[0].state == "not_run"


def test_findings_are_listed_up_to_the_limit_for_each_split_and_severity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imbalance_audit.rules.rule.LISTED", 2)
    cells = [(s, None, f"c{i}", n) for s, n in (("test", 2), ("train", 2), ("val", 9)) for i in range(4)]
    few = evidence([*cells[:4], *cells[4:6], *cells[8:]], declared=True, collisions=())

    found = too_much.run(few)[1]

    assert [(f.split, f.severity, f.rows, f.label) for f in found] == [
        ("test", "warning", 2, "c0"), ("test", "warning", 2, "c1"),
        ("train", "warning", 2, "c0"), ("train", "warning", 2, "c1"),
        ("val", "error", 9, "c0"), ("val", "error", 9, "c1"),
        ("test", "warning", 4, None), ("val", "error", 18, None),
    ]  # fmt: skip
    assert found[-1].message == "2 more like these are counted here and not listed"
