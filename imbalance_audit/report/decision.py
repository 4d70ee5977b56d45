"""What a decision does and what it is worth, on a terminal: `audit decide`."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.report.kit import figures

if TYPE_CHECKING:
    from imbalance_audit.records import Decision
    from imbalance_audit.records.evaluation import Estimate

SHOWN = 20
"""Classes that are shown from each end before the middle is left out."""

_WIDTH = 100
_LESS_IS_BETTER = ("expected_cost",)
_POINTS = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)


def render_decision(decision: Decision) -> str:
    """Return what was decided, the figures beside the plain likeliest class, the curve in brief, and the classes."""
    named = [("Decision", _rule(decision)), *_steps(decision)]
    wide = max(len(name) for name, _ in named)
    lines = [f"{name:<{wide}}  {value}" for name, value in named]
    lines += ["", *_figures(decision)]
    if decision.curve:
        lines += ["", *_curve(decision)]
    for note in decision.notes:
        lines += ["", *wrap(f"warning: {plain(note)}", _WIDTH, subsequent_indent=" " * 9)]
    return "\n".join([*lines, "", *_classes(decision)]) + "\n"


def _rule(decision: Decision) -> str:
    parameters = decision.parameters
    if decision.rule == "costs":
        return "the class of least expected cost"
    if decision.rule == "thresholds":
        return "each class whose probability reaches its threshold"
    if isinstance(parameters.get("threshold"), float):
        return f"{quoted(decision.classes[1], longest=40)} from a probability of {parameters['threshold']:.4g} on"
    if isinstance(parameters.get("tau"), float):
        return f"argmax of log p - τ·log π with τ = {parameters['tau']:.2f}"
    return "argmax of log p + an offset for each class"


def _steps(decision: Decision) -> list[tuple[str, str]]:
    inverse = decision.correction
    done = [
        f"{name} {value:g}"
        for name, value in (
            ("focal γ", inverse.gamma),
            ("Poly-1 ε₁", inverse.epsilon),
            ("label smoothing", inverse.smoothing),
        )
        if value
    ]
    if any(inverse.before) or any(inverse.after):
        done.append("a shift for each class")
    steps = [("Undone first", ", ".join(done) or "nothing")]
    if decision.parameters.get("calibrate") != "none":
        temperatures = sorted(set(decision.temperature))
        span = f"{temperatures[0]:.3f}" + (f" to {temperatures[-1]:.3f}" if len(temperatures) > 1 else "")
        steps.append(("Temperature", span + (", with a bias for each class" if any(decision.bias) else "")))
    return steps


def _figures(decision: Decision) -> list[str]:
    folds, rows = decision.parameters.get("folds"), decision.parameters.get("rows")
    size = figures.counted(rows, "row") if isinstance(rows, int) else "rows"
    table = [
        ("plain argmax" if not decision.multilabel else "plain, from ½ on", decision.plain, ""),
        ("tuned", decision.tuned, "on the rows it was tuned on, which flatters"),
        ("expected", decision.expected, f"on rows it was not tuned on ({folds} folds)"),
        ("gain", decision.gain, f"expected - plain: {_verdict(decision)}"),
    ]
    lines = [f"{decision.metric} on {size} (95 %)"]
    lines += [f"  {name:<16}  {_estimate(found):<24}  {about}".rstrip() for name, found, about in table if found]
    return lines


def _verdict(decision: Decision) -> str:
    gain = decision.gain
    if gain is None or gain.low is None or gain.high is None or gain.value is None:
        return "not known"
    if gain.low <= 0 <= gain.high:
        return "no more than noise"
    return "better, more than noise" if (gain.value > 0) != (decision.metric in _LESS_IS_BETTER) else "worse"


def _curve(decision: Decision) -> list[str]:
    best, chosen = decision.parameters.get("tau_best"), decision.parameters.get("tau")
    lines = [f"{decision.metric} by τ, on the rows it was tuned on"]
    for tau, found in decision.curve:
        marks = [mark for mark, at in (("best", best), ("taken", chosen)) if tau == at]
        if tau in _POINTS or marks:
            lines.append(f"  τ {tau:<5.2f}  {_estimate(found):<24}  {', '.join(marks)}".rstrip())
    return lines


def _classes(decision: Decision) -> list[str]:
    size = len(decision.classes)
    column = {"argmax": ("offset", decision.offset), "thresholds": ("threshold", decision.thresholds)}
    if decision.rule not in column:
        return [figures.counted(size, "class", "classes")]
    head, values = column[decision.rule]
    shown = [*range(min(size, SHOWN)), *range(max(SHOWN, size - SHOWN), size)]
    names = [quoted(decision.classes[index], longest=40) for index in shown]
    wide = max(5, *map(len, names))
    lines = [f"index  {'class':<{wide}}  {head:>10}"]
    for index, name in zip(shown, names, strict=True):
        if index == size - SHOWN and size > len(shown):
            lines.append(f"… {size - len(shown):,} classes between …")
        lines.append(f"{index:>5}  {name:<{wide}}  {values[index]:>10.4f}")
    return lines


def _estimate(found: Estimate | None) -> str:
    if found is None or found.value is None:
        return figures.NONE
    if found.low is None or found.high is None:
        return f"{found.value:.4f}"
    return f"{found.value:.4f} [{found.low:.4f}, {found.high:.4f}]"
