"""The classes: one row each, the labels that are none, class by split, and groups."""

from __future__ import annotations

from math import log2, log10
from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.report.audit.count_table import band, group_rows
from imbalance_audit.report.kit import figures
from imbalance_audit.report.kit.markup import Markup, element, label
from imbalance_audit.report.kit.sections import section

if TYPE_CHECKING:
    from imbalance_audit.records import Audit
    from imbalance_audit.report.audit.audit_facts import Caps
    from imbalance_audit.report.audit.count_table import ClassRow, Contents

HEAT_CLASSES = 60


def classes(audit: Audit, contents: Contents, caps: Caps) -> Markup:
    """Return the class table, cut in the middle when it is long, and the labels without a place in it."""
    parts = [_class_table(contents, caps)] if contents.rows else [_no_class()]
    if contents.strays:
        parts.append(_strays(contents, caps))
    lead = (
        f"{figures.counted(len(audit.classes), 'class', 'classes')} of the training index, commonest first. "
        "Bands: head has more than 100 labels, medium 20 to 100, few under 20."
    )
    return section("classes", "Classes", element("div", *parts, class_="stack"), lead=lead)


def _no_class() -> Markup:
    return element("div", element("p", "There is no class in the index.", class_="empty"), class_="card")


def _class_table(contents: Contents, caps: Caps) -> Markup:
    rows = contents.rows
    splits = contents.splits[: caps.splits]
    weighted = any(row.weight is not None for row in rows)
    heads = [("#", "n"), ("Class", "name"), ("Labels", "n"), ("Share", "n")]
    heads += [("Samples", "n")] if contents.samples_differ else []
    heads += [(plain(split)[:40], "n") for split in splits] + [("Band", "")]
    heads += [("Weight", "n"), ("Loss share", "n")] if weighted else []
    top = element(
        "tr",
        *(
            element("th", name, class_=kind or None, scope="col", aria_sort="descending" if name == "Labels" else None)
            for name, kind in heads
        ),
    )
    half = caps.classes // 2
    body = [_class_row(row, contents, len(splits), weighted) for row in _outer(rows, half)]
    left = len(rows) - len(body)
    if left:
        words = f"{figures.counted(left, 'class', 'classes')} between are left out, see audit.json"
        body.insert(half, element("tr", element("td", words, colspan=len(heads)), class_="gap"))
    told = _caption(contents, caps, left)
    table = element(
        "table",
        element("caption", told) if told else "",
        element("thead", top),
        element("tbody", *body),
        id="class-table",
    )
    box = element("div", table, class_="tablebox tall", tabindex=0, role="region", aria_label="Class table")
    return element("div", box, class_="card")


def _caption(contents: Contents, caps: Caps, left: int) -> str:
    told = []
    if left:
        half = figures.count(caps.classes // 2)
        told.append(f"The {half} commonest and the {half} rarest of {len(contents.rows):,} classes.")
    if len(contents.splits) > caps.splits:
        told.append(f"{figures.counted(len(contents.splits) - caps.splits, 'more split')} in audit.json.")
    return " ".join(told)


def _outer(rows: tuple[ClassRow, ...], half: int) -> tuple[ClassRow, ...]:
    return rows if len(rows) <= 2 * half else rows[:half] + rows[-half:]


def _class_row(row: ClassRow, contents: Contents, splits: int, weighted: bool) -> Markup:
    kind = band(row.n)
    share = figures.share(row.n, contents.total)
    cells = [
        element("td", str(row.position), class_="n"),
        element("th", label(row.label), scope="row", class_="name"),
        element("td", _bar(row.n, contents.rows[0].n), _amount(row.n), class_="n scale", data_v=row.n),
        element("td", share, class_="n", data_v=row.n if share[0] in "<>" else None),
    ]
    cells += [element("td", _amount(row.samples), class_="n")] if contents.samples_differ else []
    cells += [element("td", _amount(n), class_="n") for n in row.splits[:splits]]
    words = element("span", class_=f"swatch {kind}"), "no label" if kind == "none" else kind
    cells.append(element("td", *words, class_="nowrap"))
    if weighted:
        loss = figures.NONE if row.loss_share is None else figures.share(row.loss_share)
        cells.append(element("td", figures.NONE if row.weight is None else figures.weight(row.weight), class_="n"))
        cells.append(element("td", loss, class_="n", data_v=f"{row.loss_share:.6g}" if loss[0] in "<>" else None))
    return element("tr", *cells, data_b=kind)


def _amount(n: int) -> str:
    return figures.count(n) if n else element("span", "absent", class_="absent")


def _bar(n: int, largest: int) -> Markup:
    if not n:
        return Markup("")
    return Markup(f'<i class="bar {band(n)}" style="--w:{log10(n + 1) / log10(largest + 1):.2f}"></i>')


def _strays(contents: Contents, caps: Caps) -> Markup:
    splits = contents.splits[: caps.splits]
    heads = [("Label, as found", ""), ("Rows", "n"), *((plain(split)[:40], "n") for split in splits), ("Why", "")]
    top = element("tr", *(element("th", name, class_=kind or None, scope="col") for name, kind in heads))
    listed = contents.strays[: caps.listed]
    body = [
        element(
            "tr",
            element("th", label(stray.label, always_quoted=True), scope="row", class_="name"),
            element("td", figures.count(stray.n), class_="n"),
            *(element("td", figures.count(n) if n else figures.NONE, class_="n") for n in stray.splits[: len(splits)]),
            element("td", stray.why, class_="nowrap"),
        )
        for stray in listed
    ]
    left = len(contents.strays) - len(listed)
    more = f" {figures.count(left)} more in audit.json." if left else ""
    told = element("caption", element("h3", "Found but not in the class index"), f"No weight, no logit.{more}")
    table = element("table", told, element("thead", top), element("tbody", *body))
    box = element("div", table, class_="tablebox", tabindex=0, role="region", aria_label="Labels outside the index")
    return element("div", box, class_="card")


def split_table(contents: Contents, caps: Caps) -> Markup | None:
    """Return the share of each class in each split beside its share of all, or None when that says nothing."""
    if len(contents.splits) < 2 or not 0 < len(contents.rows) <= HEAT_CLASSES:
        return None
    splits = contents.splits[: caps.splits]
    top = element(
        "tr",
        element("th", "Class", scope="col"),
        element("th", "All", scope="col", class_="n"),
        *(element("th", plain(split)[:40], scope="col", class_="n") for split in splits),
    )
    body = [
        element(
            "tr",
            element("th", label(row.label), scope="row", class_="name"),
            element("td", figures.share(row.n, contents.total)),
            *(_heat(row.splits[i], contents.split_totals[i], row.n, contents.total) for i in range(len(splits))),
        )
        for row in contents.rows
    ]
    table = element("table", element("thead", top), element("tbody", *body), class_="heat")
    box = element("div", table, class_="tablebox tall", tabindex=0, role="region", aria_label="Class by split")
    lead = (
        "Share of a split's labels that each class holds. Shading and arrows compare it with the share in all data: "
        "▲ at least twice, ▼ at most half. A split of few rows differs by chance alone."
    )
    return section("by-split", "Class by split", element("div", box, class_="card"), lead=lead)


def _heat(n: int, size: int, n_all: int, total: int) -> Markup:
    if not n:
        return element("td", _amount(0), class_="gone" if n_all and size else None)
    drift = log2((n / size) / (n_all / total)) if size and n_all else 0.0
    level = min(3, int(abs(drift) / 0.5))
    arrow = "" if abs(drift) < 1 else "▲ " if drift > 0 else "▼ "
    return element(
        "td", arrow + figures.share(n, size), class_=f"{'o' if drift > 0 else 'u'}{level}" if level else None
    )


def groups(audit: Audit) -> Markup | None:
    """Return the groups, or None where no group column was named."""
    rows = group_rows(audit)
    if not rows:
        return None
    top = element(
        "tr", *(element("th", name, scope="col", class_=kind) for name, kind in zip(_GROUP_HEADS, "-nnnn", strict=True))
    )
    total = sum(row.instances for row in rows)
    body = [
        element(
            "tr",
            element("th", "no group" if row.name is None else quoted(row.name, longest=60), scope="row", class_="name"),
            element("td", figures.count(row.instances), class_="n"),
            element("td", figures.share(row.instances, total), class_="n"),
            element("td", figures.count(row.classes), class_="n"),
            element("td", figures.count(row.unlabelled), class_="n"),
        )
        for row in rows[:30]
    ]
    more = f" {figures.count(len(rows) - 30)} more in audit.json." if len(rows) > 30 else ""
    table = element("table", element("thead", top), element("tbody", *body))
    box = element("div", table, class_="tablebox", tabindex=0, role="region", aria_label="Groups")
    lead = f"{figures.counted(len(rows), 'group')}, largest first.{more}"
    return section("groups", "Groups", element("div", box, class_="card"), lead=lead)


_GROUP_HEADS = ("Group", "Labels", "Share", "Distinct labels", "Without a label")
