"""The classes of an evaluation, each watched: a drawing of their recalls, a row each, and what they were taken for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.report.evaluation.arrangement import estimates, outer, shown_runs, supports
from imbalance_audit.report.evaluation.evaluation_facts import confusion_parts, title
from imbalance_audit.report.evaluation.recall_chart import has_intervals, recalls
from imbalance_audit.report.evaluation.run_table import estimate_cell
from imbalance_audit.report.kit import figures
from imbalance_audit.report.kit import metric_figures as metrics
from imbalance_audit.report.kit.chart import POINTS
from imbalance_audit.report.kit.legend import mark_key
from imbalance_audit.report.kit.markup import Markup, element, label
from imbalance_audit.report.kit.metric_figures import CLASS_METRICS
from imbalance_audit.report.kit.sections import section

if TYPE_CHECKING:
    from imbalance_audit.records import ClassScore, Evaluation, RunEvaluation
    from imbalance_audit.report.evaluation.arrangement import EvaluationCaps, EvaluationContents, ScoredClass


def classes(evaluation: Evaluation, contents: EvaluationContents, caps: EvaluationCaps) -> Markup:
    """Return how each class fares in each run, commonest in training first."""
    if not contents.classes:
        body = element("div", element("p", "No class was judged.", class_="empty"), class_="card")
        return section("classes", "Classes", body)
    listed = shown_runs(evaluation, caps)
    by = "rows in training" if contents.trained else "rows judged, for want of training counts"
    several = " ▲ and ▼: clear of noise against the first run." if len(listed) > 1 else ""
    lead = (
        f"{figures.counted(len(contents.classes), 'class', 'classes')} by {by}, commonest first. "
        f"A class of few rows has a wide interval: judge it by both ends.{several}"
    )
    parts = (_plot(contents, listed), _table(contents, listed, caps))
    return section("classes", "Classes", element("div", *parts, class_="stack"), lead=lead)


def _plot(contents: EvaluationContents, listed: tuple[RunEvaluation, ...]) -> Markup:
    picture = Markup(recalls(contents.classes, [run.name for run in listed]))
    keys = [element("li", Markup(mark_key(i)), title(run.name)) for i, run in enumerate(listed)]
    n = len(contents.classes)
    told = "Lines are intervals." if has_intervals(n, len(listed)) else "Intervals are in the table."
    told += f" {POINTS} of {figures.count(n)} classes are drawn, evenly spread." if n > POINTS else ""
    return element(
        "figure",
        element("h3", "Recall of each class"),
        element("div", picture, class_="scroll", tabindex=0, role="region", aria_label="Recall of each class"),
        element("ul", *keys, class_="keys") if len(listed) > 1 else "",
        element("figcaption", told),
        class_="card pad",
    )


def _heads(contents: EvaluationContents, listed: tuple[RunEvaluation, ...], extra: list[str]) -> list[tuple[str, str]]:
    heads = [("#", "n"), ("Class", "name")]
    heads += [("Trained", "n"), ("Region", "")] if contents.trained else []
    heads.append(("Rows", "n"))
    for words in (*(words for words, _ in estimates(contents.classes[0].scores[0])), *extra):
        kind = "n extra" if words in extra else "n"
        heads += [(f"{words}, {title(run.name)}" if len(listed) > 1 else words, kind) for run in listed]
    return heads


def _table(contents: EvaluationContents, listed: tuple[RunEvaluation, ...], caps: EvaluationCaps) -> Markup:
    extra = [key for key in _PLAIN if any(getattr(s, key) is not None for row in contents.classes for s in row.scores)]
    heads = _heads(contents, listed, [CLASS_METRICS[key].name for key in extra])
    sorted_by = "Trained" if contents.trained else "Rows"
    top = element(
        "tr",
        *(
            element(
                "th", words, class_=kind or None, scope="col", aria_sort="descending" if words == sorted_by else None
            )
            for words, kind in heads
        ),
    )
    half = max(1, caps.classes // 2)
    rows = outer(contents.classes, half)
    body = [_row(row, contents, listed, extra) for row in rows]
    left = len(contents.classes) - len(rows)
    if left:
        words = f"{figures.counted(left, 'class', 'classes')} between are left out, see evaluation.json"
        body.insert(half, element("tr", element("td", words, colspan=len(heads)), class_="gap"))
    told = f"The {half:,} commonest and the {half:,} rarest of {len(contents.classes):,} classes." if left else ""
    caption = element("caption", told) if told else ""
    table = element("table", caption, element("thead", top), element("tbody", *body), id="class-table", class_="scores")
    box = element("div", table, class_="tablebox tall", tabindex=0, role="region", aria_label="Class table")
    return element("div", box, class_="card")


_PLAIN = ("average_precision", "calibration_error")


def _row(row: ScoredClass, contents: EvaluationContents, listed: tuple[RunEvaluation, ...], extra: list[str]) -> Markup:
    cells = [element("td", str(row.position), class_="n"), element("th", label(row.label), scope="row", class_="name")]
    if contents.trained:
        cells.append(element("td", figures.NONE if row.trained is None else _amount(row.trained), class_="n"))
        swatch = element("span", class_=f"swatch {row.region}") if row.region else ""
        cells.append(element("td", swatch, row.region or figures.NONE, class_="nowrap"))
    cells.append(element("td", _amount(row.support), class_="n"))
    scores = row.scores[: len(listed)]
    for place, (words, _) in enumerate(estimates(scores[0])):
        key = f"{words.lower()}[{row.label}]"
        for run, score in zip(listed, scores, strict=True):
            difference = contents.of(listed[0].name, run.name, key)
            shown = difference if difference is not None and difference.verdict != "noise" else None
            cells.append(estimate_cell("share", estimates(score)[place][1], shown, whiskers=True))
    cells += [_plain(score, key) for key in extra for score in scores]
    return element("tr", *cells, data_b=row.region or "")


def _plain(score: ClassScore, key: str) -> Markup:
    found: float | None = getattr(score, key)
    told = metrics.figure("share", found)
    return element("td", told, class_="n extra", data_v=None if found is None else f"{found:.4g}")


def _amount(n: int) -> str:
    return figures.count(n) if n else element("span", "absent", class_="absent")


def confusions(evaluation: Evaluation, caps: EvaluationCaps) -> Markup | None:
    """Return the worst confusions of each run, or None where there are none."""
    listed = [run for run in shown_runs(evaluation, caps) if run.confusions]
    if not listed:
        return None
    cards = [_confusions(run, caps) for run in listed]
    priced = any(confusion.cost is not None for run in listed for confusion in run.confusions)
    lead = (
        f"What was taken for what, {'most expensive' if priced else 'most frequent'} first. "
        "The bar is the share of the rows of that class."
    )
    kind = "diagrams" if len(cards) > 2 else "diagrams broad"
    return section("confusions", "Confusions", element("div", *cards, class_=kind), lead=lead)


def _confusions(run: RunEvaluation, caps: EvaluationCaps) -> Markup:
    known = supports(run)
    items = []
    for confusion in run.confusions[: caps.confusions]:
        counted = confusion_parts(confusion, known.get(confusion.truth))
        names = element("span", label(confusion.truth), " taken for ", label(confusion.predicted))
        bar = Markup(f'<i class="part" style="--w:{min(1.0, max(0.0, confusion.share)):.3f}"></i>')
        items.append(element("li", names, element("span", counted, class_="n"), bar))
    left = len(run.confusions) - len(items)
    more = element("p", f"{figures.count(left)} more in evaluation.json", class_="rest") if left else ""
    return element("div", element("h3", title(run.name)), element("ol", *items), more, class_="card confusions")
