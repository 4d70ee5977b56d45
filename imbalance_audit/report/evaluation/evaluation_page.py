"""The report of an evaluation for a browser: one file, no network, readable without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.report.evaluation.arrangement import EvaluationCaps, read
from imbalance_audit.report.evaluation.calibration import about, calibration, footer
from imbalance_audit.report.evaluation.evaluation_facts import title
from imbalance_audit.report.evaluation.evaluation_masthead import masthead, requirements
from imbalance_audit.report.evaluation.run_table import regions, runs
from imbalance_audit.report.evaluation.scored_classes import classes, confusions
from imbalance_audit.report.kit.page import LARGEST, embeddable, fitted, page

if TYPE_CHECKING:
    from imbalance_audit.records import Evaluation
    from imbalance_audit.report.evaluation.arrangement import EvaluationContents
    from imbalance_audit.report.kit.page import Section


def render_evaluation_html(evaluation: Evaluation, *, evaluation_json: str, command: str | None = None) -> str:
    r"""Return the whole page. The same arguments give the same text.

    Args:
        evaluation: What is shown.
        evaluation_json: The text of evaluation.json, embedded unchanged under the id `evaluation` unless it is large.
            Its `<` must be written as `\u003c`, or a label could close the script element that holds it.
        command: The command that gives this report again.

    Raises:
        ValueError: `evaluation_json` holds a `<`.
    """
    embedded = embeddable(evaluation_json, "evaluation.json")
    contents = read(evaluation)
    named = ", ".join(title(run.name) for run in evaluation.runs[:4])

    def draw(caps: EvaluationCaps) -> str:
        return page(
            f"Evaluation: {named}",
            skip=("answers", "Skip to the answers"),
            masthead=masthead(evaluation, contents),
            sections=_sections(evaluation, contents, caps, command),
            footer=footer(evaluation),
            data=("evaluation", embedded),
            styles=("style.css", "evaluation.css"),
        )

    return fitted(draw, EvaluationCaps(), LARGEST + len(embedded.encode()))


def _sections(
    evaluation: Evaluation, contents: EvaluationContents, caps: EvaluationCaps, command: str | None
) -> list[Section]:
    candidates = [
        ("requirements", "Requirements", requirements(evaluation, caps)),
        ("runs", "Runs", runs(evaluation, contents, caps)),
        ("classes", "Classes", classes(evaluation, contents, caps)),
        ("regions", "Regions", regions(evaluation, contents, caps)),
        ("confusions", "Confusions", confusions(evaluation, caps)),
        ("calibration", "Calibration", calibration(evaluation, caps)),
        ("about", "About", about(evaluation, contents, caps, command)),
    ]
    return [(anchor, words, body) for anchor, words, body in candidates if body is not None]
