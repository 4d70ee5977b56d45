"""What is said about weights in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.report.kit import figures

if TYPE_CHECKING:
    from imbalance_audit.records import ClassWeights
    from imbalance_audit.weights.diagnosis import Diagnosis


def loading_code(weights: ClassWeights) -> str:
    """Return the lines of training code that load the weights."""
    if weights.task == "multilabel":
        return (
            "import torch\n\n"
            'weights = torch.load("weights.pt")\n'
            'criterion = torch.nn.BCEWithLogitsLoss(pos_weight=weights["pos_weight"])'
        )
    return (
        "from imbalance_audit.training import WeightedCrossEntropy\n\n"
        'criterion = WeightedCrossEntropy.from_file("weights.pt", classes=dataset.classes)\n'
        "loss = criterion(logits, targets)"
    )


def weight_lines(weights: ClassWeights, diagnosis: Diagnosis | None = None) -> tuple[tuple[str, str], ...]:
    """Return (name, value) of what the weights are and do, for people."""
    total = sum(weights.counts)
    parameters = ", ".join(f"{plain(name)} = {_parameter(value)}" for name, value in weights.parameters.items())
    heaviest = max(range(len(weights.weight)), key=weights.weight.__getitem__, default=None)
    lines = [
        ("Scheme", plain(weights.scheme)),
        ("Parameters", parameters or "none"),
        ("Normalisation", plain(weights.normalisation)),
        ("Classes without a row", plain(weights.zero_count)),
        ("Counted on", "all rows" if weights.split is None else f"split {quoted(weights.split, longest=40)}"),
        ("Largest to smallest weight", figures.ratio(weights.ratio) if any(w > 0 for w in weights.weight) else "–"),
        (
            "Effective sample size",
            f"{figures.number(round(weights.ess))} of {figures.counted(total, 'label')} "
            f"({figures.share(min(weights.ess, total), total)})",
        ),
    ]
    if heaviest is not None:
        lines.append(
            (
                "Heaviest class",
                f"{quoted(weights.classes[heaviest], longest=40)}: {figures.share(weights.prior[heaviest])} "
                f"of the labels, {figures.share(weights.implied_prior[heaviest])} of what training sees",
            )
        )
        seen = max(range(len(weights.weight)), key=weights.implied_prior.__getitem__)
        name = quoted(weights.classes[seen], longest=40)
        most, even = weights.implied_prior[seen], min(weights.implied_prior) > 0.999 * weights.implied_prior[seen]
        told = f"every class alike, {figures.share(most)}" if even else f"{name}, {figures.share(most)}"
        lines.append(("Most of the loss", told))
    groups = [("Groups", figures.count(len(weights.groups)))] if weights.groups else []
    return (*lines, *groups, *(_diagnosis_lines(weights, diagnosis) if diagnosis else ()))


def _diagnosis_lines(weights: ClassWeights, diagnosis: Diagnosis) -> tuple[tuple[str, str], ...]:
    rarest = quoted(weights.classes[diagnosis.rarest], longest=40)
    each = figures.number(diagnosis.repeats)
    return (
        ("Mean weight of a label", figures.number(float(f"{diagnosis.mean:.6g}"))),
        ("Design effect", f"{figures.number(diagnosis.design_effect)} times the variance"),
        (
            "Batch noise",
            f"{figures.share(diagnosis.batch_noise)} in the sum of the weights of {diagnosis.batch:,} samples",
        ),
        (
            "Rarest class",
            f"{rarest}: missing from {figures.share(diagnosis.absence)} of such batches; "
            f"each label counts as {each} an epoch",
        ),
    )


def _parameter(value: float | int | str | bool | None) -> str:
    if value is None or isinstance(value, bool | str):
        return plain(str(value))
    return repr(value)
