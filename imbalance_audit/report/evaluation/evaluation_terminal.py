"""The report of an evaluation for a terminal: plain text, coloured only when asked."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.report.evaluation.arrangement import read, supports, weakest
from imbalance_audit.report.evaluation.evaluation_facts import (
    ARROWS,
    MARKS,
    answers,
    condition,
    confusion_line,
    level,
    notes,
    observed,
    outcome,
    title,
)
from imbalance_audit.report.kit import figures
from imbalance_audit.report.kit import metric_figures as metrics
from imbalance_audit.report.kit.metric_figures import metric

if TYPE_CHECKING:
    from imbalance_audit.records import ClassScore, Difference, Evaluation, RunEvaluation, Verdict
    from imbalance_audit.report.evaluation.arrangement import EvaluationContents

_WIDTH = 100
_ABREAST = 3
_RUNS = 12
_WEAKEST = 5
_CONFUSIONS = 3
_LISTED = 20
_COLOURS = {
    "fail": "31;1", "pass": "32;1", "unchecked": "2", "better": "32", "worse": "31", "noise": "2", "dim": "2",
}  # fmt: skip
_OUTCOMES = {"fail": "FAIL", "pass": "PASS", "unchecked": "UNCHECKED"}


def render_evaluation_summary(evaluation: Evaluation, *, colour: bool) -> str:
    """Return what `audit evaluate` prints: what was required, which run is best, its metrics and its worst classes.

    Args:
        evaluation: What is shown.
        colour: Whether to write ANSI colours.
    """
    contents = read(evaluation)
    kind, headline = outcome(evaluation.requirements)
    lines = [_paint(f"{_OUTCOMES[kind]}  {headline}", kind, colour), *_requirements(evaluation, colour)]
    lines += ["", *_hang("", _facts(evaluation)), ""]
    for answer in answers(evaluation, contents):
        shape = "·" if answer.kind == "fact" else _paint(MARKS[answer.kind], answer.kind, colour)
        first, *rest = _hang("  ", answer.sentence)
        lines += [f"{shape} {first[2:]}", *rest]
    lines += _metrics(evaluation.runs[:_RUNS], contents, colour)
    left = len(evaluation.runs) - _RUNS
    lines += ["", f"and {figures.counted(left, 'more run')}, in evaluation.json"] if left > 0 else []
    lines += _differences(evaluation, contents, colour)
    for run in evaluation.runs[:_RUNS]:
        lines += _classes(run, several=len(evaluation.runs) > 1)
    lines += _notes(evaluation)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _paint(text: str, kind: str, colour: bool) -> str:
    return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if colour else text


def _hang(lead: str, text: str) -> list[str]:
    indent = " " * len(lead)
    return wrap(text, _WIDTH, initial_indent=lead, subsequent_indent=indent, break_on_hyphens=False) or [lead]


def _facts(evaluation: Evaluation) -> str:
    split = f" of split {quoted(evaluation.split, longest=40)}" if evaluation.split is not None else ""
    classes = figures.counted(len(evaluation.classes), "class", "classes")
    prior = "the prior asked for" if evaluation.target else "the rows' own prior"
    rows = figures.counted(evaluation.rows, "row")
    return f"{rows}{split} · {classes} · {evaluation.task} · {level(evaluation.confidence)} intervals · under {prior}"


def _requirements(evaluation: Evaluation, colour: bool) -> list[str]:
    lines = []
    found = sorted(evaluation.requirements, key=lambda requirement: requirement.met)
    for requirement in found[:_LISTED]:
        state = "met" if requirement.met else "not met"
        said = f"{condition(requirement.text, longest=200)} in {quoted(requirement.run, longest=40)}"
        head, *rest = _hang(" " * 11, f"{said}: {observed(requirement)}")
        word = _paint(f"{state:<7}", "pass" if requirement.met else "fail", colour)
        lines += [f"  {word}  {head.lstrip()}", *rest]
    left = len(found) - _LISTED
    return [*lines, f"  and {figures.count(left)} more, in evaluation.json"] if left > 0 else lines


def _metrics(runs: tuple[RunEvaluation, ...], contents: EvaluationContents, colour: bool) -> list[str]:
    """Return the metrics of the runs, as many beside each other as fit."""
    lines: list[str] = []
    at = 0
    while at < len(runs):
        tables = [_table(runs[at : at + n], contents) for n in (_ABREAST, 2, 1)]
        table = next((t for t in tables if max(map(len, t)) <= _WIDTH), tables[-1])
        at += (_ABREAST, 2, 1)[tables.index(table)]
        lines += ["", _paint(table[0], "dim", colour), *table[1:]]
    return lines


def _table(runs: tuple[RunEvaluation, ...], contents: EvaluationContents) -> list[str]:
    rows = [("", *(_short(run.name) for run in runs))]
    for key in contents.metrics:
        known = metric(key)
        told = [metrics.told(known.unit, run.metrics[key]) if key in run.metrics else figures.NONE for run in runs]
        rows.append((f"{known.name[:20]} {ARROWS[known.better]}", *told))
    widths = [max(len(row[i]) for row in rows) for i in range(len(runs) + 1)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _short(name: str) -> str:
    safe = title(name)
    return safe if len(safe) <= 23 else safe[:22] + "…"


def _differences(evaluation: Evaluation, contents: EvaluationContents, colour: bool) -> list[str]:
    lines = []
    for run in evaluation.runs[1:_RUNS]:
        first = evaluation.runs[0].name
        whole, single = contents.of_runs(first, run.name), contents.of_classes(first, run.name)
        if not whole and not single:
            continue
        lines += ["", *_hang("", f"{quoted(run.name, longest=40)} against {quoted(first, longest=40)}")]
        verdicts: tuple[Verdict, ...] = ("better", "worse", "noise")
        for verdict in verdicts:
            of_verdict = [[d for d in found if d.verdict == verdict] for found in (whole, single)]
            lines += _of_verdict(verdict, *of_verdict, colour=colour)
    return lines


def _of_verdict(verdict: Verdict, listed: list[Difference], of_classes: list[Difference], *, colour: bool) -> list[str]:
    parts = [_difference(d) for d in listed]
    named = [] if verdict == "noise" else of_classes[:_WEAKEST]
    parts += [_difference(d) for d in named]
    left = len(of_classes) - len(named)
    more = "more figures" if named else "figures"
    parts += [f"{figures.counted(left, more.removesuffix('s'), more)} of single classes"] if left else []
    if not parts:
        return []
    head, *rest = _hang(" " * 11, ", ".join(parts))
    return [f"  {_paint(f'{MARKS[verdict]} {verdict:<6}', verdict, colour)} {head.lstrip()}", *rest]


def _difference(difference: Difference) -> str:
    known = metric(difference.metric)
    interval = metrics.change_span(known.unit, difference.change)
    return f"{known.name} {metrics.change(known.unit, difference.change.value)}" + (
        f" ({interval})" if interval else ""
    )


def _classes(run: RunEvaluation, *, several: bool) -> list[str]:
    where = f" in {quoted(run.name, longest=40)}" if several else ""
    lines = []
    for place, score in enumerate(weakest(run)[:_WEAKEST]):
        lines += ["", f"Worst classes{where}"] if not place else []
        lines += _hang("  ", _class_line(score))
    known = supports(run)
    for place, confusion in enumerate(run.confusions[:_CONFUSIONS]):
        lines += ["" if not lines else "  Worst confusions"] if not place else []
        lines += _hang("  ", confusion_line(confusion, known.get(confusion.truth)))
    return lines


def _class_line(score: ClassScore) -> str:
    trained = "" if score.trained is None else f", {figures.count(score.trained)} in training"
    return (
        f"{quoted(score.label, longest=40)} recall {metrics.told('share', score.recall)}, precision "
        f"{metrics.figure('share', score.precision.value)}, {figures.counted(score.support, 'row')}{trained}"
    )


def _notes(evaluation: Evaluation) -> list[str]:
    odd = notes(evaluation)
    lines = [line for note in odd[:_LISTED] for line in _hang("  ", plain(note))]
    left = len(odd) - _LISTED
    lines += [f"  and {figures.count(left)} more, in evaluation.json"] if left > 0 else []
    return ["", "Notes", *lines] if lines else []
