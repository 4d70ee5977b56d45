"""LBL: what is wrong with the label values themselves, whatever their number."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from imbalance_audit.display import code_points, quoted
from imbalance_audit.errors import did_you_mean
from imbalance_audit.rules.policy import Limit, as_counted
from imbalance_audit.rules.rule import declared_classes, rule
from imbalance_audit.values.spelling import is_integer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from imbalance_audit.records import Finding, Severity
    from imbalance_audit.rules.rule import Evidence, Rule

SUGGESTED_FOR, SUGGESTED_AMONG = 50, 2000
"""Unknown labels that get a suggestion, and declared classes among which one is sought: a search reads them all."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


@rule(
    "LBL001",
    "null-label",
    limit=Limit(warning=0.0, error=0.05, unit="of the samples of a split", rows=True),
    remedy="Label these samples or drop them before training: a loss cannot use them, and dropping them silently "
    "changes the class shares.",
)
def null_label(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """Samples have no label: the value is null, or the list of labels is empty where each sample has one label.

    In multi-label data an empty list is a sample of no class, and an image without a box is background: both are true
    answers, and no fault.
    """
    if evidence.task == "multilabel" or evidence.unit in ("box", "pixel"):
        return
    for split in evidence.scopes:
        counts = evidence.counts.of_split(split)
        broken = rule.limit.at(split=split).above(counts.unlabelled, of=counts.total_samples)
        if counts.unlabelled and broken is not None:
            severity, limit = broken
            share = as_counted(counts.unlabelled, limit, of=counts.total_samples)
            message = f"{counts.unlabelled:,} of {counts.total_samples:,} samples have no label"
            yield rule.finding(severity, message, split=split, observed=share, limit=limit, rows=counts.unlabelled)


@rule(
    "LBL002",
    "unknown-label",
    needs=(declared_classes,),
    remedy="Correct the value, or add it to the declared classes if it is one.",
)
def unknown_label(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A label is not among the declared classes and is not a look-alike of one.

    Where all declared classes are integers, an integer outside of them is told by LBL008.
    """
    near = evidence.classes if len(evidence.classes) <= SUGGESTED_AMONG else ()
    foreign = set(evidence.faults.unknown) - set(_outside(evidence))
    for place, label in enumerate(_commonest(foreign, evidence.totals)):
        rows = evidence.totals[label]
        hint = did_you_mean(label, near) if place < SUGGESTED_FOR else ""
        message = f"{quoted(label)} is not a declared class ({_rows(rows)}).{hint}"
        yield rule.finding("error", message, label=label, rows=rows)


@rule(
    "LBL003",
    "look-alike-label",
    remedy="Write both the same way. If they are two classes on purpose, declare them with --classes.",
)
def look_alike_label(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A label differs from another only by case, blanks, invisible characters or Unicode form.

    An error where only blanks or the Unicode form differ, or where classes are declared and this is none of them;
    a warning where letters differ in case, since some data sets mean that.
    """
    stands_for = evidence.faults.stands_for
    found: list[tuple[Severity, str]] = []
    for label in _commonest(stands_for, evidence.totals):
        certain = evidence.declared or _bare(label) == _bare(stands_for[label])
        found.append(("error" if certain else "warning", label))
    for severity, label in sorted(found, key=lambda pair: pair[0]):
        name, rows = stands_for[label], evidence.totals[label]
        shown, meant = quoted(label), quoted(name)
        if unicodedata.normalize("NFC", label) == unicodedata.normalize("NFC", name):
            shown, meant = code_points(label), code_points(name)
        message = f"{shown} ({_rows(rows)}) looks like {meant} ({_rows(evidence.totals.get(name, 0))})"
        yield rule.finding(severity, message, label=label, observed=label, limit=name, rows=rows)


@rule("LBL004", "empty-label", remedy="Make it null if the sample has no label; otherwise label it.")
def empty_label(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A label is the empty string, or consists of blanks only. Training code makes a class of it."""
    for label in _commonest(evidence.faults.empty, evidence.totals):
        rows = evidence.totals[label]
        yield rule.finding("error", f"{quoted(label)} is a label of nothing ({_rows(rows)})", label=label, rows=rows)


@rule(
    "LBL005",
    "placeholder-label",
    remedy="Make it null if it means that there is no label; declare it with --classes if it is a class.",
)
def placeholder_label(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A label spells a missing value ("N/A", "nan", "null", "?"), is not declared, and is at most 5 % of the labels."""
    for label in _commonest(evidence.faults.placeholders, evidence.totals):
        rows = evidence.totals[label]
        message = f"{quoted(label)} reads like a missing value ({_rows(rows)})"
        yield rule.finding("warning", message, label=label, rows=rows)


@rule(
    "LBL006",
    "gap-in-class-ids",
    remedy="A loss takes the id for the index of a logit. Map them to 0 … C-1, or declare the classes with --classes.",
)
def gap_in_class_ids(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """All labels are integers, nobody declared the classes, and the ids are not 0, 1, … C-1."""
    if evidence.declared or not evidence.classes or not all(map(is_integer, evidence.classes)):
        return
    present = {int(label) for label in evidence.classes}
    if present != set(range(len(present))):
        low, high = min(present), max(present)
        message = f"{len(present):,} classes have ids from {low} to {high}, expected 0 to {len(present) - 1}"
        yield rule.finding("warning", message, observed=f"{low}…{high}", limit=f"0…{len(present) - 1}")


@rule(
    "LBL007",
    "wrong-type",
    limit=Limit(error=0.05, unit="of the labels; where more are no integers, they are text", rows=True),
    remedy="Write it as an integer like the others, or make it null; declare the classes if it is one.",
)
def wrong_type(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """Nobody declared the classes, almost all labels are integers, and this one is not: "3.0", "0.5", "cat", "007".

    Almost all: the rest are at most the limit's share of the labels.
    """
    aside = {*evidence.faults.empty, *evidence.faults.placeholders}
    odd = {label: n for label, n in evidence.totals.items() if n and not is_integer(label) and label not in aside}
    total = sum(evidence.totals.values())
    if evidence.declared or not odd or rule.limit.above(sum(odd.values()), of=total) is not None:
        return
    for label in _commonest(odd, odd):
        message = f"{quoted(label)} is no integer ({_rows(odd[label])}), and almost all labels are"
        yield rule.finding("error", message, label=label, rows=odd[label])


@rule(
    "LBL008",
    "out-of-range",
    needs=(declared_classes,),
    remedy="Correct it; or leave it out with --ignore if it marks what a loss ignores, such as 255 or -100.",
)
def out_of_range(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """All declared classes are integers, and a label is an integer that is none of them."""
    for label in _commonest(_outside(evidence), evidence.totals):
        numbers, rows = [int(name) for name in evidence.classes], evidence.totals[label]
        message = f"{quoted(label)} is not among the classes {min(numbers)} to {max(numbers)} ({_rows(rows)})"
        yield rule.finding(
            "error", message, label=label, observed=label, limit=f"{min(numbers)}…{max(numbers)}", rows=rows
        )


def _outside(evidence: Evidence) -> list[str]:
    integers = bool(evidence.classes) and all(map(is_integer, evidence.classes))
    return [label for label in evidence.faults.unknown if is_integer(label)] if integers else []


def _commonest(labels: Iterable[str], totals: Mapping[str, int]) -> Collection[str]:
    return sorted(labels, key=lambda label: (-totals.get(label, 0), label))


def _rows(n: int) -> str:
    return f"{n:,} row" if n == 1 else f"{n:,} rows"


def _bare(label: str) -> str:
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", label)).split())
