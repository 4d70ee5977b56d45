"""The runs beside each other: each metric with its interval, and each run's differences to the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.measures.class_regions import REGIONS
from imbalance_audit.report.evaluation.arrangement import region_spans, shown_runs, value
from imbalance_audit.report.evaluation.difference_forest import forest
from imbalance_audit.report.evaluation.evaluation_facts import ARROWS, MARKS, level, title, verdict_line
from imbalance_audit.report.kit import figures
from imbalance_audit.report.kit import metric_figures as metrics
from imbalance_audit.report.kit.markup import Markup, element
from imbalance_audit.report.kit.metric_figures import metric
from imbalance_audit.report.kit.sections import section

if TYPE_CHECKING:
    from imbalance_audit.records import Difference, Estimate, Evaluation, RunEvaluation
    from imbalance_audit.records.metrics import MetricUnit
    from imbalance_audit.report.evaluation.arrangement import EvaluationCaps, EvaluationContents


def runs(evaluation: Evaluation, contents: EvaluationContents, caps: EvaluationCaps) -> Markup:
    """Return the table of metrics by run, the forest plots, and the other pairs."""
    table, plots = _table(evaluation, contents, caps), _forests(evaluation, contents, caps)
    if len(plots) == 1 and len(evaluation.runs) == 2:
        parts = [element("div", table, *plots, class_="pair beside")]
    else:
        parts = [table, element("div", *plots, class_="forests")] if plots else [table]
    other = _other_pairs(evaluation, contents, caps)
    parts += [other] if other else []
    several = len(evaluation.runs) > 1
    first = f" Marks compare with {title(evaluation.runs[0].name)}: {_KEY}." if several else ""
    lead = f"↑ higher is better, ↓ lower is better; small figures are {level(evaluation.confidence)} intervals.{first}"
    return section("runs", "Runs", element("div", *parts, class_="stack"), lead=lead)


_KEY = ", ".join(f"{shape} {verdict}" for verdict, shape in MARKS.items())


def _table(evaluation: Evaluation, contents: EvaluationContents, caps: EvaluationCaps) -> Markup:
    listed = shown_runs(evaluation, caps)
    heads = [element("th", title(run.name), class_="n", scope="col") for run in listed]
    heads += [element("th", "What it says", scope="col")] if len(listed) == 1 else []
    top = element("tr", element("th", "Metric", scope="col"), *heads)
    body = [_metric_row(key, listed, contents) for key in contents.metrics]
    left = len(evaluation.runs) - len(listed)
    told = element("caption", f"{figures.counted(left, 'more run')} in evaluation.json.") if left else ""
    table = element("table", told, element("thead", top), element("tbody", *body), class_="metrics")
    box = element("div", table, class_="tablebox", tabindex=0, role="region", aria_label="Metrics of the runs")
    return element("div", box, class_="card")


def _metric_row(key: str, listed: tuple[RunEvaluation, ...], contents: EvaluationContents) -> Markup:
    known = metric(key)
    way = -1 if known.better == "lower" else 1
    defined = {found for run in listed if (found := value(run, key)) is not None}
    top = max(defined, key=lambda found: way * found) if len(defined) > 1 and known.better else None
    cells = []
    for run in listed:
        difference = contents.of(listed[0].name, run.name, key)
        cells.append(
            estimate_cell(known.unit, run.metrics.get(key), difference, best=top is not None and value(run, key) == top)
        )
    name = element("th", f"{known.name} {ARROWS[known.better]}".rstrip(), scope="row", title=known.meaning or None)
    cells += [element("td", known.meaning, class_="muted")] if len(listed) == 1 else []
    return element("tr", name, *cells)


def estimate_cell(
    unit: MetricUnit,
    estimate: Estimate | None,
    difference: Difference | None = None,
    *,
    best: bool = False,
    whiskers: bool = False,
) -> Markup:
    """Return a table cell: the figure, its interval below, and how it compares with the first run."""
    if estimate is None or estimate.value is None:
        return element("td", figures.NONE, class_="n")
    interval = metrics.span(unit, estimate)
    told = metrics.figure(unit, estimate.value)
    return element(
        "td",
        sign(difference) if difference else "",
        element("b", told) if best else told,
        element("small", interval) if interval else "",
        _whisker(estimate) if whiskers else "",
        class_="n est",
        data_v=f"{estimate.value:.4g}",
    )


def sign(difference: Difference) -> Markup:
    """Return the shape of a verdict, with the difference as its title."""
    return element(
        "span",
        MARKS[difference.verdict],
        class_=f"sign {difference.verdict}",
        title=verdict_line(difference),
        role="img",
        aria_label=difference.verdict,
    )


def _whisker(estimate: Estimate) -> Markup:
    ends = (estimate.low, estimate.value, estimate.high)
    low, at, high = (min(1.0, max(0.0, estimate.value or 0.0 if end is None else end)) for end in ends)
    return Markup(f'<i class="w" style="--l:{low:.3g};--v:{at:.3g};--h:{high:.3g}"></i>')


def _forests(evaluation: Evaluation, contents: EvaluationContents, caps: EvaluationCaps) -> list[Markup]:
    listed = shown_runs(evaluation, caps)
    plots = []
    for place, run in enumerate(listed[1:]):
        found = contents.of_runs(listed[0].name, run.name)
        if not found:
            continue
        words = f"{title(run.name)} against {title(listed[0].name)}"
        picture = element(
            "div", Markup(forest(found, key=f"forest-{place}")), class_="scroll", tabindex=0, role="region",
            aria_label=words,
        )  # fmt: skip
        plots.append(element("figure", element("h3", words), picture, class_="card pad"))
    return plots


def _other_pairs(evaluation: Evaluation, contents: EvaluationContents, caps: EvaluationCaps) -> Markup | None:
    listed = shown_runs(evaluation, caps)
    pairs = [(a.name, b.name) for i, a in enumerate(listed) for b in listed[i + 1 :] if i]
    found = [d for first, second in pairs for d in contents.of_runs(first, second)]
    if not found:
        return None
    rows = [
        element(
            "tr",
            element("th", f"{title(d.second)} against {title(d.first)}", scope="row"),
            element("td", metric(d.metric).name),
            element("td", metrics.change(metric(d.metric).unit, d.change.value), class_="n"),
            element("td", metrics.change_span(metric(d.metric).unit, d.change) or figures.NONE, class_="n"),
            element("td", element("span", MARKS[d.verdict], class_=f"sign {d.verdict}"), d.verdict, class_="nowrap"),
        )
        for d in found[: caps.listed]
    ]
    heads = zip(("Runs", "Metric", "Change", "Interval", "Verdict"), (None, None, "n", "n", None), strict=True)
    top = element("tr", *(element("th", words, scope="col", class_=kind) for words, kind in heads))
    left = len(found) - len(rows)
    told = element("caption", f"{figures.count(left)} more in evaluation.json.") if left else ""
    table = element("table", told, element("thead", top), element("tbody", *rows))
    box = element("div", table, class_="tablebox tall", tabindex=0, role="region", aria_label="Other pairs of runs")
    words = "other pair of runs" if len(pairs) == 1 else f"{figures.count(len(pairs))} other pairs of runs"
    return element("div", element("details", element("summary", f"The {words}"), box), class_="card folded")


def regions(evaluation: Evaluation, contents: EvaluationContents, caps: EvaluationCaps) -> Markup | None:
    """Return the mean recall of head, medium and few, or None without training counts."""
    listed = [run for run in shown_runs(evaluation, caps) if run.regions]
    if not listed:
        return None
    heads = [element("th", title(run.name), class_="n", scope="col") for run in listed]
    top = element("tr", element("th", "Region", scope="col"), element("th", "Classes", class_="n", scope="col"), *heads)
    body = []
    spans = region_spans(contents)
    for region in REGIONS:
        scores = {run.name: score for run in listed for score in run.regions if score.region == region}
        if not scores:
            continue
        own = [scores.get(run.name) for run in listed]
        cells = [estimate_cell("share", score.recall if score else None, whiskers=True) for score in own]
        name = element(
            "th",
            element("span", class_=f"swatch {region}"),
            region,
            element("small", spans.get(region, "")),
            scope="row",
        )
        number = figures.count(next(iter(scores.values())).classes)
        body.append(element("tr", name, element("td", number, class_="n"), *cells))
    table = element("table", element("thead", top), element("tbody", *body), class_="regions")
    box = element("div", table, class_="tablebox", tabindex=0, role="region", aria_label="Recall by region")
    lead = "The mean recall of the classes of a region, each class counting the same."
    return section("regions", "Head, medium and few", element("div", box, class_="card"), lead=lead)
