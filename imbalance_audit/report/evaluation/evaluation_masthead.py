"""The head of the page of an evaluation: what was required, which run is best, the answers in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.report.evaluation.arrangement import value, weakest
from imbalance_audit.report.evaluation.evaluation_facts import (
    MARKS,
    answers,
    condition,
    level,
    notes,
    observed,
    outcome,
    title,
)
from imbalance_audit.report.kit import figures
from imbalance_audit.report.kit import metric_figures as metrics
from imbalance_audit.report.kit.markup import element, icon, message
from imbalance_audit.report.kit.metric_figures import metric
from imbalance_audit.report.kit.sections import badge, section

if TYPE_CHECKING:
    from imbalance_audit.records import Evaluation, RunEvaluation
    from imbalance_audit.report.evaluation.arrangement import EvaluationCaps, EvaluationContents
    from imbalance_audit.report.evaluation.evaluation_facts import Answer
    from imbalance_audit.report.kit.markup import Markup

_ICONS = {"fail": "error", "pass": "passed", "unchecked": "not_run"}
_REASONS = 5
_TILES = 6


def masthead(evaluation: Evaluation, contents: EvaluationContents) -> Markup:
    """Return the title, what was judged, the verdict strip and the answers."""
    runs = evaluation.runs
    facts = (
        ("Task", evaluation.task),
        ("Rows", figures.count(evaluation.rows)),
        ("Classes", figures.count(len(evaluation.classes))),
        ("Split", plain(evaluation.split)[:80] if evaluation.split is not None else "all rows"),
        ("Prior", "as asked for" if evaluation.target else "of the rows"),
    )
    about = [element("div", element("dt", words), element("dd", said)) for words, said in facts]
    named = ", ".join(title(run.name) for run in runs[:4])
    left = len(runs) - 4
    return element(
        "header",
        element("p", "Evaluation of predictions", class_="eyebrow"),
        element("h1", named + (f" and {figures.counted(left, 'more run')}" if left > 0 else "") or "No run"),
        element("dl", *about, class_="about"),
        element("div", _ruling(evaluation), _tiles(evaluation, contents), class_="verdict"),
        _answers(answers(evaluation, contents)),
        class_="masthead",
    )


def _ruling(evaluation: Evaluation) -> Markup:
    kind, headline = outcome(evaluation.requirements)
    failed = [requirement for requirement in evaluation.requirements if not requirement.met]
    reasons = []
    for requirement in failed[:_REASONS]:
        words = f"{condition(requirement.text)}: {observed(requirement)} in {title(requirement.run)}"
        word = element("span", icon("error"), "not met", class_="badge bare")
        reasons.append(element("li", element("span", word, class_="error"), element("span", words)))
    if len(failed) > _REASONS:
        more = f"and {figures.count(len(failed) - _REASONS)} more"
        reasons.append(element("li", element("a", more, href="#requirements")))
    required, odd = len(evaluation.requirements), len(notes(evaluation))
    told = [element("a", figures.counted(required, "requirement"), href="#requirements")] if required else []
    told += [element("a", figures.counted(odd, "note"), href="#about")] if odd else []
    lines = [piece for part in told for piece in (" · ", part)][1:]
    return element(
        "div",
        element("h2", icon(_ICONS[kind]), headline),
        "" if required else element("p", "Require what a run must reach with --require."),
        element("ul", *reasons, class_="why") if reasons else "",
        element("p", *lines, class_="ran") if lines else "",
        class_=f"ruling {kind}",
    )


def _tiles(evaluation: Evaluation, contents: EvaluationContents) -> Markup:
    runs = evaluation.runs
    tiles = _headline(contents, runs) if runs else []
    tiles += [
        ("Rows", figures.count(evaluation.rows), "judged, none sampled"),
        ("Classes", figures.count(len(evaluation.classes)), "in the index"),
        ("Runs", figures.count(len(runs)), "on the same rows"),
        ("Intervals", level(evaluation.confidence), "level of confidence"),
        ("Requirements", figures.count(len(evaluation.requirements)), "asked for"),
        ("Notes", figures.count(len(notes(evaluation))), "of what was odd"),
    ]
    cells = [
        element("div", element("dt", head), element("dd", big, class_="big"), element("dd", small, class_="small"))
        for head, big, small in tiles[:_TILES]
    ]
    return element("dl", *cells, class_="tiles")


def _headline(contents: EvaluationContents, runs: tuple[RunEvaluation, ...]) -> list[tuple[str, str, str]]:
    best = (contents.ranked or runs)[0]
    keys = [key for key in (contents.leading, "balanced_accuracy", "macro_f1", "accuracy", "nll", "ece", "mcc") if key]
    shown = [key for key in dict.fromkeys(keys) if value(best, key) is not None][:4]
    tiles = [_tile(key, best) for key in shown]
    if len(runs) > 1:
        by = metric(contents.leading).name if contents.leading else "no metric"
        tiles.insert(0, ("Best run", title(best.name), f"by {by}, of {figures.counted(len(runs), 'run')}"))
    tiles += [
        ("Worst class", figures.share(score.recall.value or 0.0), f"recall of {quoted(score.label, longest=30)}")
        for score in weakest(best)[:1]
    ]
    return tiles


def _tile(key: str, run: RunEvaluation) -> tuple[str, str, str]:
    known = metric(key)
    interval = metrics.span(known.unit, run.metrics[key])
    return f"{known.name[:1].upper()}{known.name[1:]}", metrics.figure(known.unit, value(run, key)), interval


def _answers(found: list[Answer]) -> Markup:
    lines = [
        element("li", verdict_mark(answer), element("span", message(answer.sentence)), class_=answer.kind)
        for answer in found
    ]
    return element("ul", *lines, class_="card answers", id="answers")


def verdict_mark(answer: Answer) -> Markup:
    """Return the shape before an answer."""
    return element("span", "•" if answer.kind == "fact" else MARKS[answer.kind], class_="sign", aria_hidden="true")


def requirements(evaluation: Evaluation, caps: EvaluationCaps) -> Markup | None:
    """Return what was required of each run and what was found, what is not met first."""
    found = sorted(evaluation.requirements, key=lambda requirement: requirement.met)
    if not found:
        return None
    rows = [
        element(
            "tr",
            element("td", badge("passed" if r.met else "error", "met" if r.met else "not met", bare=True)),
            element("th", element("code", condition(r.text, longest=200)), scope="row"),
            element("td", title(r.run)),
            element("td", observed(r), class_="n"),
        )
        for r in found[: caps.listed]
    ]
    heads = zip(("State", "Required", "Run", "Found"), (None, None, None, "n"), strict=True)
    head = element("tr", *(element("th", words, scope="col", class_=kind) for words, kind in heads))
    table = element("table", element("thead", head), element("tbody", *rows))
    box = element("div", table, class_="tablebox tall", tabindex=0, role="region", aria_label="Requirements")
    left = len(found) - len(rows)
    lead = f"{outcome(found)[1]}." + (f" {figures.count(left)} more in evaluation.json." if left else "")
    return section("requirements", "Requirements", element("div", box, class_="card"), lead=lead)
