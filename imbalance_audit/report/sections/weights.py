"""The weights: every scheme on these counts and what to start from, then the weights that were made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import plain
from imbalance_audit.report import comparing
from imbalance_audit.report.markup import Markup, element, icon, message
from imbalance_audit.report.sections.overview import section
from imbalance_audit.report.weighing import loading_code, weight_lines

if TYPE_CHECKING:
    from imbalance_audit.advice.scheme_comparison import Compared, SchemeComparison
    from imbalance_audit.records import Audit, ClassWeights
    from imbalance_audit.weights.diagnosis import Diagnosis


def weights_section(
    audit: Audit, weights: ClassWeights | None, diagnosis: Diagnosis | None, comparison: SchemeComparison | None
) -> Markup | None:
    """Return the comparison of schemes and the weights that were made, whichever there are."""
    parts = []
    if comparison is not None:
        parts.append(_preview(comparison))
    if weights is not None:
        parts.append(_made(audit, weights, diagnosis))
    if not parts:
        return None
    lead = "What each scheme would do to these labels, by the counts alone. Judge by macro-F1 on a held-out set."
    return section("weights", "Weights", element("div", *parts, class_="stack"), lead=lead if comparison else _ONE_EACH)


_ONE_EACH = "One weight a class, in index order. Each class's weight and its share of the loss are in the class table."


def _preview(comparison: SchemeComparison) -> Markup:
    advice = comparison.recommendation
    box = element("div", icon("info"), element("p", message(advice.sentence)), class_="alert info", role="note")
    top = element(
        "tr",
        element("th", "Scheme", scope="col"),
        *(element("th", name, scope="col", class_="n") for name in comparing.heads(comparison)),
    )
    body = [_scheme(row, comparison) for row in comparison.schemes]
    told = element("p", message(comparing.counted_on(comparison)), " ", comparing.reading(comparison), class_="rest")
    table = element("table", element("thead", top), element("tbody", *body), class_="schemes")
    scrolled = element("div", table, class_="tablebox", tabindex=0, role="region", aria_label="Comparison of schemes")
    other = [element("li", element("b", name), ": ", message(reason)) for name, reason in comparison.others.items()]
    rest = element("details", element("summary", "Schemes without a line"), element("ul", *other, class_="notes"))
    return element("div", box, element("div", told, scrolled, rest if other else "", class_="card"))


def _scheme(row: Compared, comparison: SchemeComparison) -> Markup:
    marked = comparing.mark(row, comparison)
    badge = element("span", marked, class_="chip") if marked else ""
    name = element("th", comparing.title(row), " " if marked else "", badge, scope="row", class_="nowrap")
    ratio, kept, *others = comparing.cells(row)
    kind = "few" if row.ess_share < 0.1 else "medium" if row.ess_share < 0.3 else "head"
    bar = Markup(f'<i class="bar {kind}" style="--w:{row.ess_share:.2f}"></i>')
    return element(
        "tr",
        name,
        element("td", ratio, class_="n"),
        element("td", bar, kept, class_="n scale"),
        *(element("td", other, class_="n") for other in others),
        class_="marked" if marked else None,
    )


def _made(audit: Audit, weights: ClassWeights, diagnosis: Diagnosis | None) -> Markup:
    facts = [
        p
        for name, value in weight_lines(weights, diagnosis)
        for p in (element("dt", name), element("dd", message(value)))
    ]
    alerts = []
    if weights.fingerprint != audit.source.fingerprint:
        words = (
            f"These weights were computed from other data (fingerprint {plain(weights.fingerprint)[:12]}, "
            f"this audit {audit.source.fingerprint[:12]}). Compute them again."
        )
        alerts.append(element("div", icon("warning"), element("p", words), class_="alert warning", role="note"))
    cautions = [
        element("li", icon(caution.severity), element("span", message(caution.sentence)), class_=caution.severity)
        for caution in (diagnosis.cautions if diagnosis else ())
    ]
    alerts += [element("ul", *cautions, class_="card pad cautions")] if cautions else []
    told = (
        "The effective sample size is how many equally weighted labels would give gradients as steady. "
        "Weights are a hyper-parameter: compare a run without them on macro-F1, and correct the prior before "
        "you read probabilities."
    )
    left = element("div", element("dl", *facts, class_="params"), class_="card pad")
    right = element(
        "div",
        element("h3", "Load them"),
        element("pre", element("code", loading_code(weights)), tabindex=0),
        element("p", told, class_="muted read"),
        class_="card pad stack",
    )
    pair = element("div", left, right, class_="pair loading")
    title = element("h3", f"The weights that were made: {plain(weights.scheme)}")
    return element("div", title, *alerts, pair, class_="stack made")
