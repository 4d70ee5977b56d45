"""How skewed it is: the distribution on a log scale, and the measures as found and cleaned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import plain
from imbalance_audit.report.audit import rank_chart as svg
from imbalance_audit.report.audit.audit_facts import measure_lines
from imbalance_audit.report.audit.count_table import BANDS, band
from imbalance_audit.report.kit import figures
from imbalance_audit.report.kit.chart import COLUMNS
from imbalance_audit.report.kit.legend import line_key
from imbalance_audit.report.kit.markup import Markup, element, join
from imbalance_audit.report.kit.sections import section

if TYPE_CHECKING:
    from imbalance_audit.records import Audit
    from imbalance_audit.report.audit.audit_facts import Caps
    from imbalance_audit.report.audit.count_table import Band, Contents

_READING = (
    ("Imbalance ratio", "Commonest class over rarest. One typo makes it enormous, so compare both columns."),
    (
        "Effective classes",
        "As many equally common classes would be as diverse. Hill 1 is exp(entropy); in Hill 2, "
        "1 / Σ share², the common classes weigh more. Far below the number of classes: a long tail.",
    ),
    ("Normalised entropy", "1 is balanced, 0 is one class."),
    ("Gini", "0 is balanced; near 1, a few classes hold nearly all labels."),
)


def distribution(contents: Contents, caps: Caps, floor: int | None) -> Markup:
    """Return the bands, the rank plot and the cumulative share."""
    counts = [row.n for row in contents.rows]
    splits = contents.splits[: caps.splits]
    rank = svg.rank_frequency(
        counts,
        names=[row.label for row in contents.rows] if len(counts) <= COLUMNS else (),
        series={split: [row.splits[i] for row in contents.rows] for i, split in enumerate(splits)},
        floor=floor,
    )
    keys = [element("li", Markup(line_key(i)), plain(split)[:40]) for i, split in enumerate(splits)]
    half = svg.half_holders(counts)
    told = f"Half of all labels belong to {figures.counted(half, 'class', 'classes')}." if half else ""
    by_rank = element(
        "figure",
        element("h3", "Labels of each class"),
        element("div", Markup(rank), class_="scroll", tabindex=0, role="region", aria_label="Rank plot"),
        element("ul", *keys, class_="keys") if keys else "",
        element("figcaption", _rank_caption(contents, bool(keys))),
        class_="card pad",
    )
    by_share = element(
        "figure",
        element("h3", "Cumulative share"),
        Markup(svg.lorenz(counts)),
        element("figcaption", told),
        class_="card pad",
    )
    plots = element("div", by_rank, by_share, class_="plots")
    return section("distribution", "Distribution", _bands(contents), plots)


def _rank_caption(contents: Contents, has_splits: bool) -> str:
    absent = sum(row.n == 0 for row in contents.rows)
    told = [] if absent == len(contents.rows) else ["Log scale: each step up is ten times as many."]
    told += ["Lines: each split, ranked by itself; one that ends early lacks classes."] if has_splits else []
    told += [f"{figures.counted(absent, 'class', 'classes')} of the index without a label."] if absent else []
    return " ".join(told)


def _bands(contents: Contents) -> Markup:
    classes = {name: sum(band(row.n) == name for row in contents.rows) for name, _ in BANDS}
    labels = {name: sum(row.n for row in contents.rows if band(row.n) == name) for name, _ in BANDS}
    if not sum(labels.values()):
        return Markup("")
    keys = [
        element(
            "li",
            element("span", class_=f"swatch {name}"),
            f"{name} ({words}): {figures.counted(classes[name], 'class', 'classes')}, "
            f"{figures.share(labels[name], sum(labels.values()))} of labels",
        )
        for name, words in BANDS
    ]
    return element(
        "div",
        element("div", *_strip("Classes", classes), *_strip("Their labels", labels), class_="bands"),
        element("ul", *keys, class_="bandkeys"),
        class_="card pad",
    )


def _strip(words: str, parts: dict[Band, int]) -> tuple[Markup, Markup]:
    pieces = [f'<i class="{name}" style="flex:{n} 1 0"></i>' for name, n in parts.items() if n]
    return element("span", words, class_="name"), element(
        "div", Markup("".join(pieces)), class_="strip", aria_hidden="true"
    )


def skew(audit: Audit, contents: Contents, caps: Caps) -> Markup:
    """Return the measures, as found beside cleaned, of all data and of each split."""
    raw, clean = measure_lines(audit.overall.raw), measure_lines(audit.overall.clean)
    rows = [
        element(
            "tr",
            element("th", name, scope="row"),
            element("td", found, class_="n"),
            element("td", cleaned, class_="n" if cleaned == found else "n differs"),
        )
        for (name, found), (_, cleaned) in zip(raw, clean, strict=True)
    ]
    head = element("tr", *_heads("Measure", "As found", "Cleaned"))
    table = element("table", element("thead", head), element("tbody", *rows), class_="measures")
    reading = [piece for name, words in _READING for piece in (element("dt", name), element("dd", words))]
    pair = element(
        "div",
        element("div", _box(table, "Measures"), class_="card"),
        element("div", element("h3", "How to read it"), element("dl", *reading, class_="read"), class_="card pad"),
        class_="pair",
    )
    parts = [pair, _splits(audit, contents, caps)] if audit.splits else [pair]
    lead = (
        "As found, every spelling is a class. Cleaned, look-alike spellings count as one, and empty, placeholder and "
        "undeclared labels are set aside. A difference is dirt, not imbalance."
    )
    return section("skew", "Imbalance", element("div", *parts, class_="stack"), lead=lead)


def _splits(audit: Audit, contents: Contents, caps: Caps) -> Markup:
    named = [split for split in contents.splits if split in audit.splits]
    named += [split for split in audit.splits if split not in named]
    shown = named[: caps.splits]
    columns = [dict(measure_lines(audit.splits[split].clean)) for split in shown]
    rows = [
        element(
            "tr", element("th", name, scope="row"), *(element("td", column[name], class_="n") for column in columns)
        )
        for name, _ in measure_lines(audit.overall.clean)
    ]
    head = element("tr", *_heads("Cleaned, by split", *(plain(split)[:40] for split in shown)))
    left = len(named) - len(shown)
    more = element("caption", f"{figures.counted(left, 'more split')} in audit.json.") if left else ""
    table = element("table", more, element("thead", head), element("tbody", *rows), class_="measures")
    return element("div", _box(table, "Measures by split"), class_="card")


def _heads(first: str, *others: str) -> list[Markup]:
    return [element("th", first, scope="col"), *(element("th", name, scope="col", class_="n") for name in others)]


def _box(table: Markup, words: str) -> Markup:
    return element("div", join([table]), class_="tablebox", tabindex=0, role="region", aria_label=words)
