"""WGT: whether a weight file fits the data and does them good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.rules.policy import Limit
from imbalance_audit.rules.rule import rule, weight_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imbalance_audit.records import ClassWeights, Finding
    from imbalance_audit.rules.rule import Evidence, Rule

NAMED = 5
CERTAIN = 5.0
"""n·(1-β) from which all weights are alike, within 1 % (1-e⁻⁵)."""
LINEAR = 0.1
"""n·(1-β) up to which the weights are those of inverse frequency, within 5 %."""


@rule(
    "WGT001",
    "stale-weights",
    limit=Limit(warning=0.0, error=0.1, unit="of total variation between the file's class shares and the data's"),
    needs=(weight_file,),
    remedy="Compute them again: audit weights SOURCE -o weights.pt",
)
def stale_weights(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """The class shares that the weights were computed from differ from those of the data by more than the limit.

    A file of the same shares passes, also where its fingerprint tells of other data.
    """
    weights = _weights(evidence)
    missing = weights.split is not None and weights.split not in evidence.by_split
    now = evidence.trained if missing else evidence.counted(weights.split)
    counts = [now.get(label, 0) for label in weights.classes]
    here, there = sum(counts), sum(weights.counts)
    if not here or not there:
        return
    # One division of whole numbers: equal shares differ by 0, and what is exactly the limit is not above it.
    apart = sum(abs(n * there - m * here) for n, m in zip(counts, weights.counts, strict=True))
    moved = apart / (2 * here * there)
    if (broken := rule.limit.above(moved)) is not None:
        severity, limit = broken
        message = f"the weights come from {there:,} rows, the data have {here:,}; total variation is {moved:.3g}"
        yield rule.finding(severity, message, split=weights.split, observed=moved, limit=limit)


@rule(
    "WGT002",
    "foreign-classes",
    needs=(weight_file,),
    remedy="Compute the weights from these data, or declare the classes that the model has.",
)
def foreign_classes(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """The weight file has other classes than the data, or the same ones in another order."""
    theirs, ours = _weights(evidence).classes, evidence.classes
    if theirs == ours:
        return
    lacking = [name for name in ours if name not in set(theirs)]
    foreign = [name for name in theirs if name not in set(ours)]
    parts = [
        f"{verb} {', '.join(map(quoted, names[:NAMED]))}{' …' if len(names) > NAMED else ''}"
        for verb, names in (("lacks", lacking), ("has besides", foreign))
        if names
    ]
    message = f"the file {' and '.join(parts) or 'has the same classes in another order'}"
    yield rule.finding("error", message, observed=len(theirs), limit=len(ours))


@rule(
    "WGT003",
    "extreme-ratio",
    limit=Limit(warning=100.0, error=10_000.0, unit="largest weight / smallest positive one"),
    needs=(weight_file,),
    remedy="Take a milder scheme (sqrt, effective-number): a few rows steer the gradient, and their noise with them.",
)
def extreme_ratio(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """The largest weight is more than the limit times the smallest positive one."""
    weights = _weights(evidence)
    if (broken := rule.limit.above(weights.ratio)) is not None:
        severity, limit = broken
        place = max(range(len(weights.weight)), key=lambda i: weights.weight[i])
        message = f"{quoted(weights.classes[place])} weighs {weights.ratio:,.0f} times the lightest class"
        yield rule.finding(severity, message, label=weights.classes[place], observed=weights.ratio, limit=limit)


@rule(
    "WGT004",
    "few-effective-samples",
    limit=Limit(warning=0.3, error=0.1, unit="of the rows (Kish's effective sample size)"),
    needs=(weight_file,),
    remedy="Take a milder scheme: training is as noisy as with so many rows.",
)
def few_effective_samples(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """Kish's effective sample size under the weights, (Σnw)²/Σnw², is below the limit's share of the rows."""
    weights = _weights(evidence)
    rows = sum(weights.counts)
    if rows and (broken := rule.limit.below(weights.ess / rows)) is not None:
        severity, limit = broken
        message = f"{rows:,} rows weigh as {weights.ess:,.0f} equal ones would"
        yield rule.finding(severity, message, split=weights.split, observed=weights.ess / rows, limit=limit)


@rule(
    "WGT005",
    "beta-saturated",
    needs=(weight_file,),
    remedy="Start with β = 1 - 1/n of a middling class, or name the scheme that it amounts to.",
)
def beta_saturated(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """β of effective-number does nothing: n·(1-β) ≤ 0.1 for all is inverse frequency, ≥ 5 for all equal weights."""
    weights = _weights(evidence)
    beta = weights.parameters.get("beta")
    counts = sorted(n for n in weights.counts if n)
    if weights.scheme != "effective-number" or not isinstance(beta, int | float) or not counts:
        return
    low, high = counts[0] * (1 - beta), counts[-1] * (1 - beta)
    if high <= LINEAR or low >= CERTAIN:
        amounts = "inverse frequency" if high <= LINEAR else "equal weights"
        middling = 1 - 1 / counts[len(counts) // 2]
        message = f"β = {beta:g} with {counts[0]:,} to {counts[-1]:,} rows is {amounts}; a start is β = {middling:.6g}"
        yield rule.finding("warning", message, observed=float(beta), limit=middling)


@rule(
    "WGT006",
    "smoothing-flips",
    limit=Limit(warning=0.1, unit="of label smoothing"),
    needs=(weight_file,),
    remedy="Train without label smoothing, or smooth by sample: weights enter the smoothed part class by class.",
)
def smoothing_flips(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """Label smoothing of the limit or less makes torch's loss smallest at a wrong class, for so unequal weights.

    With C classes, smoothing ε and weights of ratio r that is certain from r > 1 + C·(1-ε)/ε on.
    """
    weights = _weights(evidence)
    classes, ratio = len(weights.classes), weights.ratio
    threshold = classes / (ratio - 1 + classes)
    if ratio > 1 and (broken := rule.limit.below(threshold)) is not None:
        severity, limit = broken
        message = f"with weights of ratio {ratio:,.0f}, label smoothing from {threshold:.2g} on prefers a wrong class"
        yield rule.finding(severity, message, observed=threshold, limit=limit)


def _weights(evidence: Evidence) -> ClassWeights:
    if evidence.weights is None:  # `weight_file` is among each rule's needs
        message = "there are no weights"
        raise AssertionError(message)
    return evidence.weights
