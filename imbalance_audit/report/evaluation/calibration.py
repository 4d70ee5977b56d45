"""The end of the page of an evaluation: what probabilities are worth, how it was computed, what the figures mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import plain
from imbalance_audit.report.evaluation.arrangement import shown_runs
from imbalance_audit.report.evaluation.evaluation_facts import (
    ARROWS,
    glossary,
    level,
    method_lines,
    notes,
    outcome,
    prior_line,
    run_line,
    title,
)
from imbalance_audit.report.evaluation.recall_chart import reliability, tendency
from imbalance_audit.report.kit import figures
from imbalance_audit.report.kit import metric_figures as metrics
from imbalance_audit.report.kit.markup import Markup, element, message
from imbalance_audit.report.kit.metric_figures import metric
from imbalance_audit.report.kit.sections import section

if TYPE_CHECKING:
    from imbalance_audit.records import Evaluation, RunEvaluation
    from imbalance_audit.report.evaluation.arrangement import EvaluationCaps, EvaluationContents

_SCORES = ("ece", "classwise_ece", "nll", "brier")


def calibration(evaluation: Evaluation, caps: EvaluationCaps) -> Markup | None:
    """Return a reliability diagram and the scores of the probabilities of each run, or None without probabilities."""
    listed = [run for run in shown_runs(evaluation, caps) if run.bins or any(key in run.metrics for key in _SCORES)]
    if not listed:
        return None
    plots = [_diagram(place, run) for place, run in enumerate(listed)]
    whose = "of every label" if evaluation.task == "multilabel" else "of the likeliest class"
    lead = (
        f"{prior_line(evaluation)} A disc is a bin of the probability {whose}, the larger the more rows it holds: on "
        "the diagonal probabilities are honest, below it too high."
    )
    kind = "diagrams" if len(plots) > 2 else "diagrams broad"
    return section("calibration", "Calibration", element("div", *plots, class_=kind), lead=message(lead))


def _diagram(place: int, run: RunEvaluation) -> Markup:
    scores = []
    for key in _SCORES:
        if key in run.metrics:
            known = metric(key)
            scores.append(element("dt", f"{known.name} {ARROWS[known.better]}"))
            scores.append(element("dd", metrics.told(known.unit, run.metrics[key])))
    return element(
        "figure",
        element("h3", title(run.name)),
        Markup(reliability(run.bins, key=f"reliability-{place}")),
        element(
            "div",
            element("dl", *scores, class_="params"),
            element("figcaption", tendency(run.bins)) if run.bins else "",
        ),
        class_="card pad",
    )


def about(evaluation: Evaluation, contents: EvaluationContents, caps: EvaluationCaps, command: str | None) -> Markup:
    """Return what the figures mean, how they were computed, what was odd, and the command that makes this again."""
    meanings = [piece for words, said in glossary(contents) for piece in (element("dt", words), element("dd", said))]
    parts = [element("h3", "How it was computed")]
    parts.append(
        element("ul", *(element("li", message(line)) for line in method_lines(evaluation, contents)), class_="notes")
    )
    odd = notes(evaluation)
    if odd:
        listed = [element("li", message(note)) for note in odd[: caps.lines]]
        left = len(odd) - len(listed)
        listed += [element("li", f"{figures.count(left)} more in evaluation.json")] if left else []
        parts += [element("h3", "Notes"), element("ul", *listed, class_="notes")]
    files = [element("li", message(run_line(run))) for run in evaluation.runs[: caps.lines]]
    parts += [element("h3", "Runs"), element("ul", *files, class_="notes")]
    if command:
        parts += [element("h3", "Reproduce"), element("pre", element("code", plain(command)[:2000]), tabindex=0)]
    folded = element("details", element("summary", "What the figures mean"), element("dl", *meanings, class_="read"))
    card = element("div", element("div", *parts, class_="pad stack"), folded if meanings else "", class_="card folded")
    return section("about", "About this evaluation", card)


def footer(evaluation: Evaluation) -> Markup:
    """Return the closing line."""
    words = (
        f"{outcome(evaluation.requirements)[1]}. {figures.counted(evaluation.rows, 'row')} judged, none sampled; "
        f"{level(evaluation.confidence)} intervals."
    )
    return element("footer", element("p", words))
