"""The report of an evaluation as GitHub-flavoured Markdown: a committed file, a step summary or a comment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.measures.class_regions import REGIONS
from imbalance_audit.report.evaluation.arrangement import (
    EvaluationCaps,
    estimates,
    outer,
    read,
    region_spans,
    shown_runs,
    supports,
    value,
)
from imbalance_audit.report.evaluation.evaluation_facts import (
    ARROWS,
    MARKS,
    answers,
    condition,
    confusion_parts,
    glossary,
    level,
    method_lines,
    notes,
    observed,
    outcome,
    run_line,
    title,
    verdict_line,
)
from imbalance_audit.report.kit import figures
from imbalance_audit.report.kit import metric_figures as metrics
from imbalance_audit.report.kit.gfm import code, cut, escaped, folded, message, pipe_table
from imbalance_audit.report.kit.metric_figures import metric
from imbalance_audit.report.kit.page import fitted
from imbalance_audit.report.kit.quoting import shown

if TYPE_CHECKING:
    from imbalance_audit.records import Evaluation, RunEvaluation
    from imbalance_audit.records.metrics import MetricUnit
    from imbalance_audit.report.evaluation.arrangement import EvaluationContents, ScoredClass

LARGEST = 60_000
"""Bytes of a report. A comment on a pull request holds 65,536 characters."""

_CAPS = EvaluationCaps(classes=400, runs=8, listed=60, confusions=8, lines=30)
_OUTCOMES = {"fail": "🟥", "pass": "✅", "unchecked": "⬜"}


def render_evaluation_markdown(evaluation: Evaluation, *, command: str | None = None) -> str:
    """Return the whole report, at most `LARGEST` bytes of UTF-8. The same arguments give the same text.

    Args:
        evaluation: What is shown.
        command: The command that gives this report again.
    """
    contents = read(evaluation)

    def draw(caps: EvaluationCaps) -> str:
        blocks = [
            *_head(evaluation, contents),
            *_requirements(evaluation, caps),
            *_runs(evaluation, contents, caps),
            *_classes(evaluation, contents, caps),
            *_regions(evaluation, contents, caps),
            *_confusions(evaluation, caps),
            *_calibration(evaluation, caps),
            *_about(evaluation, contents, caps, command),
        ]
        return "\n\n".join(block for block in blocks if block) + "\n"

    text = fitted(draw, _CAPS, LARGEST)
    return text if len(text.encode()) <= LARGEST else cut(text, LARGEST, "evaluation.json")


def _more(n: int, one: str, many: str | None = None) -> str:
    return f"… and {figures.counted(n, f'more {one}', many and f'more {many}')}, see evaluation.json" if n > 0 else ""


def _head(evaluation: Evaluation, contents: EvaluationContents) -> list[str]:
    kind, headline = outcome(evaluation.requirements)
    named = ", ".join(code(title(run.name)) for run in evaluation.runs[:4])
    left = len(evaluation.runs) - 4
    more = f" and {figures.counted(left, 'more run')}" if left > 0 else ""
    rows = figures.counted(evaluation.rows, "row")
    split = f" of split {code(evaluation.split[:80])}" if evaluation.split is not None else ""
    classes = figures.counted(len(evaluation.classes), "class", "classes")
    said = answers(evaluation, contents)
    lines = [
        f"- {'' if answer.kind == 'fact' else MARKS[answer.kind] + ' '}{message(answer.sentence)}" for answer in said
    ]
    return [
        f"# Evaluation: {named}{more}",
        f"{_OUTCOMES[kind]} **{headline}.** {rows}{split}, {classes}, {evaluation.task}, "
        f"{level(evaluation.confidence)} intervals.",
        "\n".join(lines),
    ]


def _requirements(evaluation: Evaluation, caps: EvaluationCaps) -> list[str]:
    found = sorted(evaluation.requirements, key=lambda requirement: requirement.met)
    if not found:
        return []
    rows = [
        ("✅ met" if r.met else "🟥 not met", code(condition(r.text, longest=200)), code(title(r.run)), observed(r))
        for r in found[: caps.listed]
    ]
    table = pipe_table(("State", "Required", "Run", "Found"), rows, right=(3,))
    return ["## Requirements", table, _more(len(found) - len(rows), "requirement")]


def _runs(evaluation: Evaluation, contents: EvaluationContents, caps: EvaluationCaps) -> list[str]:
    listed = shown_runs(evaluation, caps)
    head = ["Metric", *(code(title(run.name)) for run in listed)]
    rows = []
    for key in contents.metrics:
        known = metric(key)
        cells = [_told(known.unit, run, key) for run in listed]
        rows.append([escaped(f"{known.name} {ARROWS[known.better]}".rstrip()), *cells])
    blocks = ["## Runs", pipe_table(head, rows, right=range(1, len(head)))]
    blocks += [_more(len(evaluation.runs) - len(listed), "run")]
    told = "↑ higher is better, ↓ lower is better; the interval in brackets."
    return [*blocks, told, *_differences(contents, listed)]


def _told(unit: MetricUnit, run: RunEvaluation, key: str) -> str:
    return _cell(metrics.told(unit, run.metrics[key])) if value(run, key) is not None else figures.NONE


def _differences(contents: EvaluationContents, listed: tuple[RunEvaluation, ...]) -> list[str]:
    if len(listed) < 2:
        return []
    first = listed[0].name
    keys = [key for key in contents.metrics if any(contents.of(first, run.name, key) for run in listed[1:])]
    if not keys:
        return []
    rows = []
    for key in keys:
        found = [contents.of(first, run.name, key) for run in listed[1:]]
        rows.append([escaped(metric(key).name), *(_cell(verdict_line(d)) if d else figures.NONE for d in found)])
    head = ["Change", *(code(title(run.name)) for run in listed[1:])]
    told = f"Changes against {code(title(first))}, of shares in points:"
    return [told, pipe_table(head, rows, right=range(1, len(head)))]


def _cell(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;")


def _classes(evaluation: Evaluation, contents: EvaluationContents, caps: EvaluationCaps) -> list[str]:
    rows, half = contents.classes, max(1, caps.classes // 2)
    if not rows:
        return ["## Classes", "No class was judged."]
    listed = shown_runs(evaluation, caps)
    head = ["#", "Class", *(["Trained", "Region"] if contents.trained else []), "Rows"]
    for words, _ in estimates(rows[0].scores[0]):
        head += [f"{words} {code(title(run.name))}" if len(listed) > 1 else words for run in listed]
    lines = [_class_row(row, contents, listed) for row in outer(rows, half)]
    left = len(rows) - len(lines)
    if left:
        lines.insert(half, ["", _more(left, "between", "between"), *[""] * (len(head) - 2)])
    right = [i for i, words in enumerate(head) if words not in ("Class", "Region")]
    by = "by rows in training" if contents.trained else "by rows judged"
    summary = f"{figures.counted(len(rows), 'class', 'classes')} {by}, commonest first"
    return ["## Classes", folded(summary, pipe_table(head, lines, right=right)), *_moved(contents, listed, caps)]


def _class_row(row: ScoredClass, contents: EvaluationContents, listed: tuple[RunEvaluation, ...]) -> list[str]:
    cells = [str(row.position), code(shown(row.label))]
    if contents.trained:
        cells += [figures.NONE if row.trained is None else figures.count(row.trained), row.region or figures.NONE]
    cells.append(figures.count(row.support))
    scores = row.scores[: len(listed)]
    for place in range(len(estimates(scores[0]))):
        cells += [_cell(metrics.told("share", estimates(score)[place][1])) for score in scores]
    return cells


def _moved(contents: EvaluationContents, listed: tuple[RunEvaluation, ...], caps: EvaluationCaps) -> list[str]:
    """Return the classes that differ from the first run by more than noise."""
    blocks = []
    for run in listed[1:]:
        clear = [d for d in contents.of_classes(listed[0].name, run.name) if d.verdict != "noise"]
        lines = [f"- {message(metric(d.metric).name)}: {_cell(verdict_line(d))}" for d in clear[: caps.confusions]]
        left = len(clear) - len(lines)
        lines += [f"- {_more(left, 'class', 'classes')}"] if left else []
        if lines:
            head = f"Classes of {code(title(run.name))} that differ from {code(title(listed[0].name))} beyond noise:"
            blocks += [head, "\n".join(lines)]
    return blocks


def _regions(evaluation: Evaluation, contents: EvaluationContents, caps: EvaluationCaps) -> list[str]:
    listed = [run for run in shown_runs(evaluation, caps) if run.regions]
    rows = []
    spans = region_spans(contents)
    for region in REGIONS:
        scores = {run.name: score for run in listed for score in run.regions if score.region == region}
        if not scores:
            continue
        cells = [metrics.told("share", scores[run.name].recall) if run.name in scores else "–" for run in listed]
        number = figures.count(next(iter(scores.values())).classes)
        rows.append(
            [f"{region} ({spans[region]})" if region in spans else region, number, *(_cell(cell) for cell in cells)]
        )
    if not rows:
        return []
    head = ["Mean recall", "Classes", *(code(title(run.name)) for run in listed)]
    return ["## Head, medium and few", pipe_table(head, rows, right=range(1, len(head)))]


def _confusions(evaluation: Evaluation, caps: EvaluationCaps) -> list[str]:
    blocks = []
    for run in shown_runs(evaluation, caps):
        known = supports(run)
        lines = [
            f"- {code(shown(c.truth))} taken for {code(shown(c.predicted))}: "
            f"{_cell(confusion_parts(c, known.get(c.truth)))}"
            for c in run.confusions[: caps.confusions]
        ]
        left = len(run.confusions) - len(lines)
        lines += [f"- {_more(left, 'confusion')}"] if left else []
        blocks += [code(title(run.name)), "\n".join(lines)] if lines else []
    return ["## Confusions", *blocks] if blocks else []


def _calibration(evaluation: Evaluation, caps: EvaluationCaps) -> list[str]:
    blocks = []
    for run in shown_runs(evaluation, caps):
        filled = [found for found in run.bins if found.rows]
        if not filled:
            continue
        rows = [
            (
                f"{figures.share(b.low).removesuffix(' %')} to {figures.share(b.high)}",
                figures.count(b.rows),
                figures.share(b.confidence),
                figures.share(b.accuracy),
                metrics.change("share", b.accuracy - b.confidence),
            )
            for b in filled
        ]
        table = pipe_table(
            ("Confidence", "Rows", "Mean", "Right", "Points"),
            ([_cell(c) for c in row] for row in rows),
            right=range(1, 5),
        )
        blocks.append(folded(f"Reliability of {code(title(run.name))}", table))
    return ["## Calibration", *blocks] if blocks else []


def _about(
    evaluation: Evaluation, contents: EvaluationContents, caps: EvaluationCaps, command: str | None
) -> list[str]:
    blocks = [
        "## About this evaluation",
        "\n".join(f"- {message(line)}" for line in method_lines(evaluation, contents)),
    ]
    meanings = "\n".join(f"- **{escaped(words)}** {escaped(said)}" for words, said in glossary(contents))
    blocks.append(folded("What the figures mean", meanings) if meanings else "")
    odd = notes(evaluation)
    lines = [f"- {message(note[:400])}" for note in odd[: caps.lines]]
    left = len(odd) - len(lines)
    lines += [f"- {_more(left, 'note')}"] if left else []
    blocks += ["### Notes", "\n".join(lines)] if lines else []
    files = [f"- {message(run_line(run))}" for run in evaluation.runs[: caps.lines]]
    blocks += ["### Runs judged", "\n".join(files)] if files else []
    return [*blocks, f"Reproduce: {code(command[:1000])}" if command else ""]
