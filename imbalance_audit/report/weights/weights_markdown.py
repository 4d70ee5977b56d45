"""The weights in Markdown: every scheme on these counts and what to start from, then the weights that were made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.report.kit.gfm import code, folded, message, pipe_table
from imbalance_audit.report.weights import scheme_table as comparing
from imbalance_audit.report.weights.weight_facts import loading_code, weight_lines

if TYPE_CHECKING:
    from imbalance_audit.advice.scheme_comparison import SchemeComparison
    from imbalance_audit.records import Audit, ClassWeights
    from imbalance_audit.weights.diagnosis import Diagnosis

_MARKS = {"warning": "🔶", "info": "🔵"}


def weights_blocks(
    audit: Audit, weights: ClassWeights | None, diagnosis: Diagnosis | None, comparison: SchemeComparison | None
) -> list[str]:
    """Return the comparison of schemes and the weights that were made, whichever there are."""
    blocks = [] if comparison is None else _preview(comparison)
    blocks += [] if weights is None else _made(audit, weights, diagnosis)
    return ["## Weights", *blocks] if blocks else []


def _preview(comparison: SchemeComparison) -> list[str]:
    heads = ("Scheme", *(message(name) for name in comparing.heads(comparison)), "")
    rows = [
        (comparing.title(row), *(message(cell) for cell in comparing.cells(row)), comparing.mark(row, comparison))
        for row in comparison.schemes
    ]
    other = "\n".join(f"- {code(name)}: {message(reason)}" for name, reason in comparison.others.items())
    return [
        f"🔵 {message(comparison.recommendation.sentence)}",
        pipe_table(heads, rows, right=range(1, len(heads) - 1)),
        f"{message(comparing.counted_on(comparison))} {comparing.reading(comparison)}",
        folded("Schemes without a line", other) if other else "",
    ]


def _made(audit: Audit, weights: ClassWeights, diagnosis: Diagnosis | None) -> list[str]:
    stale = weights.fingerprint != audit.source.fingerprint
    warning = "🔶 **These weights were computed from other data.** Compute them again." if stale else ""
    rows = [(name, message(value)) for name, value in weight_lines(weights, diagnosis)]
    cautions = "\n".join(
        f"- {_MARKS[caution.severity]} {message(caution.sentence)}"
        for caution in (diagnosis.cautions if diagnosis else ())
    )
    load = f"```python\n{loading_code(weights)}\n```"
    return [f"### Made: {code(weights.scheme)}", warning, pipe_table(("", ""), rows), cautions, load]
