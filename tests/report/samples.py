"""Audits to render, built by hand: small ones for whole comparisons, a realistic one, hostile and huge ones."""

from __future__ import annotations

import json
from math import exp, log
from typing import TYPE_CHECKING, Any

from imbalance_audit.records import Audit, ClassCounts, ClassWeights, Coverage, Finding, Measures, Skew, Source
from imbalance_audit.report.audit.audit_facts import RuleText

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from imbalance_audit.records import Task

Cell = tuple[str | None, str | None, str | None, int]

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=\"document.title='hacked'\">",
    "[bold red]danger[/]",
    "../x",
    "two\nlines",
    "\x1b[31mred\x1b[0m",
    "a|b",
    "`code` ```fence",
    "\u202egnp.exe",
    "salt & pepper",
    "\"quoted\" 'single'",
    "x" * 10_000,
    "\ud800 lone",
    "@octocat and #1",
    "https://example.com/ www.example.com",
    "*bold* _it_ [a](b) ![i](u)",
    " lead",
    "",
    "null",
    "caf\u00e9",
    "cafe\u0301",
    "مرحبا",
)


def measures_of(counts: Mapping[str, int], unlabelled: int = 0) -> Measures:
    present = {label: n for label, n in counts.items() if n}
    total = sum(present.values())
    if not present:
        return Measures(unlabelled, 0, unlabelled, 0, None, 0, None, 0, None, None, None, None, None)
    shares = [n / total for n in present.values()]
    entropy = -sum(p * log(p) for p in shares)
    largest = min(present, key=lambda label: (-present[label], label))
    smallest = min(present, key=lambda label: (present[label], label))
    ascending = sorted(present.values())
    gini = sum((2 * i - len(ascending) - 1) * n for i, n in enumerate(ascending, 1)) / (len(ascending) * total)
    return Measures(
        samples=total + unlabelled,
        instances=total,
        unlabelled=unlabelled,
        classes=len(present),
        largest=largest,
        largest_count=present[largest],
        smallest=smallest,
        smallest_count=present[smallest],
        imbalance_ratio=present[largest] / present[smallest],
        hill_1=exp(entropy),
        hill_2=1 / sum(p * p for p in shares),
        normalised_entropy=entropy / log(len(shares)) if len(shares) > 1 else None,
        gini=gini if len(shares) > 1 else None,
    )


def audit_of(
    cells: Iterable[Cell],
    *,
    classes: Iterable[str] | None = None,
    findings: Iterable[Finding] = (),
    coverage: Iterable[Coverage] = (Coverage("SUP001", "passed"),),
    task: Task = "multiclass",
    notes: tuple[str, ...] = (),
    ignored: tuple[str, ...] = (),
    path: str = "labels.parquet",
) -> Audit:
    rows = sorted(cells, key=lambda cell: tuple((part is not None, part or "") for part in cell[:3]))
    columns: list[tuple[Any, ...]] = [tuple(column) for column in zip(*rows, strict=True)] or [()] * 4
    split, group, label, n = columns
    counts = ClassCounts(split, group, label, tuple(0 if x is None else m for x, m in zip(label, n, strict=True)), n, n)
    index = tuple(sorted(counts.per_label())) if classes is None else tuple(classes)

    def skew(part: ClassCounts) -> Skew:
        found = part.per_label()
        clean = {name: found[name] for name in index if name in found}
        return Skew(measures_of(found, part.unlabelled), measures_of(clean, part.unlabelled))

    return Audit(
        source=Source(path, "parquet", "row", task, "0123456789abcdef" * 4, notes),
        classes=index,
        class_order="lexical",
        ignored=ignored,
        counts=counts,
        overall=skew(counts),
        splits={name: skew(counts.of_split(name)) for name in counts.splits},
        findings=tuple(findings),
        coverage=tuple(coverage),
    )


def weights_of(audit: Audit, split: str | None = None) -> ClassWeights:
    found = audit.counts.of_split(split).per_label()
    counts = tuple(found.get(label, 0) for label in audit.classes)
    total, classes = sum(counts), sum(n > 0 for n in counts)
    weight = tuple(total / (classes * n) if n else 0.0 for n in counts)
    products = [w * n for w, n in zip(weight, counts, strict=True)]
    weighed = sum(products)
    return ClassWeights(
        classes=audit.classes,
        weight=weight,
        counts=counts,
        prior=tuple(n / total for n in counts),
        implied_prior=tuple(p / weighed for p in products),
        scheme="balanced",
        parameters={},
        normalisation="mean-under-data",
        zero_count="zero",
        task=audit.source.task,
        fingerprint=audit.source.fingerprint,
        split=split,
        ess=weighed**2 / sum(w * w * n for w, n in zip(weight, counts, strict=True)),
        ignore_index=-100,
        pos_weight=None,
        created_by="imbalance-audit 0.1.0",
    )


SPECIES = [
    "red fox",
    "roe deer",
    "wild boar",
    "badger",
    "red squirrel",
    "hedgehog",
    "brown hare",
    "rabbit",
    "raccoon",
    "stone marten",
    "pine marten",
    "polecat",
    "stoat",
    "weasel",
    "otter",
    "beaver",
    "muskrat",
    "coypu",
    "fallow deer",
    "red deer",
    "sika deer",
    "mouflon",
    "chamois",
    "ibex",
    "lynx",
    "wildcat",
    "wolf",
    "golden jackal",
    "brown bear",
    "raccoon dog",
    "mink",
    "dormouse",
    "edible dormouse",
    "wood mouse",
    "bank vole",
    "water vole",
    "field vole",
    "common shrew",
    "water shrew",
    "mole",
    "noctule",
    "pipistrelle",
    "serotine",
    "alpine hare",
    "marmot",
    "garden dormouse",
    "european bison",
    "elk",
]


def realistic() -> Audit:
    cells: list[Cell] = []
    for place, species in enumerate(SPECIES):
        n = max(1, round(10_596 * exp(-0.197 * place)))
        val, test = n // 7, n // 8
        cells += [("train", None, species, n - val - test)]
        cells += [(split, None, species, m) for split, m in (("val", val), ("test", test)) if m]
    cells += [("train", None, "red fox ", 14), ("val", None, "Red Fox", 3), ("train", None, "rоe deer", 2)]
    cells += [("train", None, "", 9), ("train", None, "n/a", 21), ("val", None, "unknown", 5)]
    cells += [("train", None, None, 700), ("val", None, None, 63)]
    train = {label for split, _, label, _ in cells if split == "train"}
    findings = _absences(cells) + _dirt() + _tail(train)
    return audit_of(
        cells,
        classes=SPECIES,
        findings=findings,
        coverage=[
            Coverage("DRF001", "passed"),
            Coverage("IMB001", "failed"),
            Coverage("LBL001", "failed"),
            Coverage("LBL002", "failed"),
            Coverage("LBL003", "passed"),
            Coverage("LEK001", "not_run", "no id column was named; pass --id to find ids in two splits"),
            Coverage("LEK002", "not_run", "no id column was named"),
            Coverage("SUP001", "failed"),
            Coverage("SUP002", "failed"),
        ],
        notes=("3 files were read as one table; their splits come from their names.", "Column 'species' holds text."),
        path="camera-traps/labels-*.parquet",
    )


def _absences(cells: list[Cell]) -> list[Finding]:
    present = {(split, label) for split, _, label, _ in cells}
    return [
        Finding(
            code="SUP002",
            name="absent-from-split",
            severity="error",
            message=f'Class "{species}" has no label in split "{split}".',
            remedy="Split again with stratification, or group the rare classes before you split.",
            split=split,
            label=species,
            observed=0,
            limit=1,
        )
        for split in ("test", "val")
        for species in SPECIES
        if (split, species) not in present
    ]


def _dirt() -> list[Finding]:
    aliases = (('"red fox "', "red fox ", 14), ('"Red Fox"', "Red Fox", 3), ('"r\\u043ee deer"', "rоe deer", 2))
    found = [
        Finding(
            code="LBL002",
            name="look-alike-spelling",
            severity="error" if n > 10 else "warning",
            message=f'Label {seen} looks like "{"roe deer" if "deer" in seen else "red fox"}" and is counted apart.',
            remedy='Map the spelling before training, for example .replace({"red fox ": "red fox"}).',
            label=raw,
            observed=n,
            limit=0,
            rows=n,
            examples=(raw,),
        )
        for seen, raw, n in aliases
    ]
    return [
        *found,
        Finding(
            code="LBL001",
            name="no-label",
            severity="warning",
            message="763 of 59,000 samples have no label.",
            remedy="Label them, or drop them on purpose.",
            observed=0.0399,
            limit=0.01,
            rows=763,
            examples=("img_00012.jpg", "img_00417.jpg", "img_00418.jpg"),
        ),
    ]


def _tail(train: set[str | None]) -> list[Finding]:
    return [
        Finding(
            code="IMB001",
            name="class-ratio",
            severity="warning",
            message='Class "red fox" has 10,596 times as many labels as class "elk".',
            remedy="Weight the loss or sample by class; see `audit weights`.",
            observed=10596.0,
            limit=1000,
        ),
        Finding(
            code="SUP001",
            name="rare-class",
            severity="info",
            message=f"{len(train)} spellings occur in train; 31 classes have fewer than 20 labels.",
            remedy="Collect more, or merge classes.",
            split="train",
            observed=31,
            limit=0,
        ),
    ]


RULES = {
    "DRF001": RuleText("split-drift", "The class shares of a split differ from those of the training split."),
    "IMB001": RuleText("class-ratio", "The commonest class has more than the limit times the labels of the rarest."),
    "LBL001": RuleText("no-label", "Samples have no label."),
    "LBL002": RuleText("look-alike-spelling", "Two labels differ only by case, blanks or look-alike characters."),
    "LBL003": RuleText("undeclared-class", "A label is not a declared class."),
    "LEK001": RuleText("id-in-two-splits", "An id lies in two splits."),
    "LEK002": RuleText("conflicting-labels", "An id carries two labels."),
    "SUP001": RuleText("rare-class", "A class has fewer labels than the limit."),
    "SUP002": RuleText("absent-from-split", "A class does not occur in a split."),
}


def hostile() -> Audit:
    findings = [
        Finding(
            code="LBL009",
            name="odd-label",
            severity="warning",
            message=f"Label {label} is odd.",
            remedy="Rename <it> & | `that`.",
            split="<b>split</b>|`x`",
            label=label,
            examples=(label,),
        )
        for label in HOSTILE
    ]
    cells: list[Cell] = [("<b>split</b>|`x`", "<i>group</i>|`g`", label, i + 1) for i, label in enumerate(HOSTILE)]
    cells += [("va\nl\x1b[0m", None, "../x", 4), ("va\nl\x1b[0m", None, "</script><script>window.hacked=1</script>", 4)]
    reason = "no <b>id</b> | column\x1b[0m"
    return audit_of(
        cells,
        classes=HOSTILE,
        findings=findings,
        coverage=[Coverage("LBL009", "failed"), Coverage("LEK001", "not_run", reason)],
        notes=("note <script>window.hacked=1</script> | `x`\x1b[31m",),
        path="../<b>labels</b>|`x`\x1b[31m.csv",
        ignored=("<u>void</u>",),
    )


def huge(classes: int = 100_000) -> Audit:
    cells: list[Cell] = []
    for i in range(classes):
        n = max(1, round(5_000_000 / (i + 1) ** 1.3))
        cells.append(("train", None, f"taxon {i:06d}", n))
        if n > 4:
            cells.append(("val", None, f"taxon {i:06d}", n // 5))
    return audit_of(cells)


def as_json(audit: Audit) -> str:
    text = json.dumps({"format": "imbalance-audit/audit", "classes": audit.classes})
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
