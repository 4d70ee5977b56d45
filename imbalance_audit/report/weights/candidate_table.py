"""What a tuning found: a table for a terminal, and plain values for JSON."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from imbalance_audit.display import plain
from imbalance_audit.report.kit import figures

if TYPE_CHECKING:
    from imbalance_audit.records import CandidateScore, Estimate, Tuning

_WIDTH = 100
_STANDINGS = {"best": "best", "noise": "within noise", "worse": "worse", "unknown": "not known"}


def render_tuning(tuning: Tuning) -> str:
    """Return the candidates, the best mean first, and which one to take.

    >>> from imbalance_audit.records import Candidate, CandidateScore, Estimate, Tuning
    >>> none = CandidateScore(Candidate("none", None), (0.5,), Estimate(0.5), Estimate(0.0), "best")
    >>> print(render_tuning(Tuning("macro_f1", True, (0,), 0.95, (none,), "none", "none")), end="")
    macro_f1 on validation, seed 0; behind: by how much the best is better, paired by seed
    <BLANKLINE>
    candidate  ratio  effective sample  macro_f1  behind  standing
    none       1 : 1             100 %    0.5000  0.0000  best
    <BLANKLINE>
    Take none, the best.
    """
    level = f"{100 * tuning.confidence:g} % intervals; " if len(tuning.seeds) > 1 else ""
    seeds = ("seeds " if len(tuning.seeds) > 1 else "seed ") + ", ".join(map(str, tuning.seeds))
    lead = f"{tuning.metric} on validation, {seeds}; {level}behind: by how much the best is better, paired by seed"
    head = ("candidate", "ratio", "effective sample", tuning.metric, "behind", "standing")
    ordered = sorted(
        tuning.candidates, key=lambda row: (row.behind.value or 0.0, row.standing != "best", -row.candidate.kept)
    )
    rows = [head, *(_row(row) for row in ordered)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [*wrap(lead, _WIDTH), ""]
    for row in rows:
        middle = "  ".join(f"{cell:>{width}}" for cell, width in zip(row[1:-1], widths[1:-1], strict=True))
        lines.append(f"{row[0]:<{widths[0]}}  {middle}  {row[-1]}".rstrip())
    why = ", the best." if tuning.cheapest == tuning.best else ": the mildest whose distance to the best is noise."
    lines += ["", f"Take {plain(tuning.cheapest)}{why}"]
    for note in tuning.notes:
        lines += wrap(f"note: {note}", _WIDTH, subsequent_indent="      ")
    return "\n".join(lines) + "\n"


def tuning_values(tuning: Tuning) -> dict[str, Any]:
    """Return what `json.dumps` writes: all but the weights themselves, which are told by scheme and parameters."""
    return {
        "metric": tuning.metric,
        "greater_is_better": tuning.greater_is_better,
        "seeds": list(tuning.seeds),
        "confidence": tuning.confidence,
        "best": tuning.best,
        "cheapest": tuning.cheapest,
        "candidates": [_values(row) for row in tuning.candidates],
        "notes": list(tuning.notes),
    }


def _values(row: CandidateScore) -> dict[str, Any]:
    weights = row.candidate.weights
    return {
        "name": row.candidate.name,
        "scheme": None if weights is None else weights.scheme,
        "parameters": {} if weights is None else dict(weights.parameters),
        "ratio": row.candidate.ratio,
        "kept": row.candidate.kept,
        "scores": list(row.scores),
        "value": _estimate(row.value),
        "behind": _estimate(row.behind),
        "standing": row.standing,
    }


def _estimate(estimate: Estimate) -> dict[str, float | None]:
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}


def _row(row: CandidateScore) -> tuple[str, ...]:
    return (
        plain(row.candidate.name)[:50],
        figures.ratio(row.candidate.ratio),
        figures.share(row.candidate.kept),
        _shown(row.value),
        _shown(row.behind),
        _STANDINGS[row.standing],
    )


def _shown(estimate: Estimate) -> str:
    value = f"{estimate.value:.4f}"
    return value if estimate.low is None else f"{value} [{estimate.low:.4f}, {estimate.high:.4f}]"
