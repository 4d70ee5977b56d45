"""The HTML report: whole, safe, within its size, readable in both themes."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from imbalance_audit.advice.scheme_comparison import compare_schemes
from imbalance_audit.records import Audit, Finding
from imbalance_audit.report.audit.audit_page import render_html
from imbalance_audit.report.audit.count_table import read
from imbalance_audit.report.kit.page import LARGEST, asset, pointer
from imbalance_audit.report.kit.quoting import shown
from imbalance_audit.weights import diagnose
from tests.report.samples import HOSTILE, RULES, as_json, audit_of, hostile, huge, realistic, weights_of

VOID = {"meta", "link", "br", "hr", "input", "use", "path", "rect", "circle", "polyline", "polygon"}


class Page(HTMLParser):
    """The text, scripts, ids and links of a page; raises where an element is not closed."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.scripts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        elif self.open and self.open[-1] != "style":
            self.text += data

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def html(audit: Audit, *, command: str | None = None, weighted: bool = False) -> str:
    weights = weights_of(audit) if weighted else None
    return render_html(
        audit,
        audit_json=as_json(audit),
        rules=RULES,
        weights=weights,
        diagnosis=diagnose(weights) if weights else None,
        comparison=compare_schemes(audit) if set(audit.classes) & set(audit.counts.per_label()) else None,
        command=command,
    )


def test_hostile_labels_add_no_element_no_attribute_and_no_script() -> None:
    page = Page(html(hostile(), command="audit scan '<script>x</script>'"))

    assert not page.open
    assert len(page.scripts) == 2
    assert not {tag for tag, _ in page.tags} & {"img", "b", "i ", "u", "it"} - {"b"}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert "hacked" not in page.scripts[1]


@pytest.mark.parametrize("label", HOSTILE)
def test_every_hostile_label_is_shown_visibly(label: str) -> None:
    page = html(hostile())

    assert shown(label) in Page(page).text
    assert all(character.isprintable() or character == "\n" for character in page)
    page.encode()


def test_the_audit_is_embedded_unchanged() -> None:
    audit = hostile()

    assert Page(html(audit)).scripts[0] == as_json(audit)


def test_an_audit_that_could_end_its_script_element_is_refused() -> None:
    with pytest.raises(ValueError, match="u003c"):
        render_html(hostile(), audit_json='{"label": "</script>"}', rules=RULES)


def test_a_large_audit_is_pointed_at_instead() -> None:
    page = render_html(realistic(), audit_json='"' + "x" * 400_000 + '"', rules=RULES)

    assert Page(page).scripts[0] == pointer("audit.json")


def test_nothing_is_fetched() -> None:
    page = html(realistic(), weighted=True)

    assert not re.search(r"https?:|url\(|@import|<img|<iframe|//cdn|src=", page)
    policy = next(attributes["content"] for tag, attributes in Page(page).tags if "http-equiv" in attributes)
    assert str(policy).startswith(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
    )


def _wide() -> Audit:
    unseen = "\U000e0001" * 85
    return audit_of([(f"split {s}" * 9, "g", f"{unseen}{c}", 1) for s in range(30) for c in range(900)])


def _wordy(n: int, groups: int) -> Audit:
    findings = [
        Finding(
            code=f"A{i % groups:04d}",
            name="name",
            severity=("error", "warning", "info")[i % 3],
            message=f"Message {i}. " + "\u202e" * 900,
            remedy="Do. " * 200,
            examples=("\u202e" * 200,) * 9,
        )
        for i in range(n)
    ]
    return audit_of([(None, None, "a", 1)], findings=findings, notes=("\u202e" * 3000,) * 900)


@pytest.mark.parametrize("audit", [_wide(), _wordy(1000, 1), _wordy(3000, 900)], ids=["wide", "one-group", "groups"])
def test_the_page_stays_below_its_limit_whatever_the_labels(audit: Audit) -> None:
    page = html(audit)

    assert len(page.encode()) <= LARGEST + len(as_json(audit))
    assert not Page(page).open


def test_a_hundred_thousand_classes_show_both_ends_and_say_what_is_between() -> None:
    audit = huge()
    page = html(audit, weighted=True)

    assert len(page.encode()) <= LARGEST
    assert "99,000 classes between are left out, see audit.json" in page
    rows = read(audit).rows
    assert all(row.label in page for row in (rows[0], rows[499], rows[-500], rows[-1]))
    assert rows[500].label not in page


def test_findings_are_shown_or_counted() -> None:
    findings = [Finding(code="A", name="n", severity="info", message=f"Message {i}.", remedy="") for i in range(1000)]
    text = Page(html(audit_of([(None, None, "a", 1)], findings=findings))).text

    assert text.count("Message ") == 200
    assert "800 more in audit.json" in text


def test_every_message_of_a_realistic_audit_is_on_the_page() -> None:
    audit = realistic()
    text = Page(html(audit)).text

    assert [finding.message for finding in audit.findings if finding.message not in text] == []


def test_absent_classes_are_said_in_words() -> None:
    assert Page(html(audit_of([("train", None, "a", 9), ("val", None, "b", 1)]))).text.count("absent") >= 2


def test_the_same_audit_gives_the_same_bytes() -> None:
    assert html(realistic(), weighted=True) == html(realistic(), weighted=True)


@pytest.mark.parametrize(
    "audit",
    [
        audit_of([]),
        audit_of([(None, None, None, 4)]),
        audit_of([(None, None, "a", 1)]),
        audit_of([], classes=("a", "b")),
        audit_of([(f"fold {i:02d}", f"g{i}", "a", i + 1) for i in range(12)], task="multilabel"),
        audit_of([("a", None, "x", 1), ("b", None, "y", 1)]),
    ],
    ids=["nothing", "no-label", "one", "no-row", "twelve-splits", "disjoint"],
)
def test_audits_of_every_shape_are_closed_pages(audit: Audit) -> None:
    page = Page(html(audit))

    assert not page.open
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["href"] for tag, a in page.tags if tag == "a"} <= {f"#{name}" for name in ids}


def test_every_table_row_is_as_wide_as_its_head_when_splits_are_cut() -> None:
    page = html(
        audit_of([(f"fold {i:02d}", None, label, i + 1) for i in range(30) for label in ("a", "b")]), weighted=True
    )

    assert "18 more splits in audit.json." in page
    for table in re.findall(r"<table.*?</table>", page, flags=re.S):
        widths = {len(re.findall(r"<t[hd][ >]", row)) for row in re.findall(r"<tr.*?</tr>", table, flags=re.S)}
        assert len(widths) == 1


def test_samples_and_labels_are_told_apart_for_many_labels_a_sample() -> None:
    assert "labels, 1 a sample" in Page(html(audit_of([(None, None, "a", 3)], task="multilabel"))).text


def test_groups_are_listed_up_to_thirty() -> None:
    text = Page(html(audit_of([(None, f"site {i}", "a", 100 - i) for i in range(40)]))).text

    assert "40 groups, largest first. 10 more in audit.json." in text
    assert '"site 29"' in text
    assert '"site 30"' not in text


def _colours(dark: bool) -> dict[str, str]:
    css = asset("style.css")
    light, rest = css.split("@media (prefers-color-scheme: dark)", 1)
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    return found | (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", rest.split("* {")[0])) if dark else {})


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT = [(ink, ground) for ink in ("ink", "muted") for ground in ("bg", "surface", "soft")]
TEXT += [("accent", "surface"), ("accent", "bg"), ("error", "surface"), ("warning", "surface"), ("passed", "surface")]
TEXT += [(tone, f"{tone}-soft") for tone in ("error", "warning", "info", "passed")]
TEXT += [("ink", f"{tone}-soft") for tone in ("error", "warning", "info", "passed", "neutral")]
TEXT += [("muted", "neutral-soft")]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_stands_out_from_its_ground(ink: str, ground: str, dark: bool) -> None:
    colours = _colours(dark)

    assert _contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("mark", ["head", "few", "s0", "s1", "s2", "s3", "s4", "s5"])
def test_marks_stand_out_from_the_card(mark: str, dark: bool) -> None:
    colours = _colours(dark)

    assert _contrast(colours[mark], colours["surface"]) >= 3


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_stands_out_from_the_darkest_shading_of_a_table(dark: bool) -> None:
    colours, css = _colours(dark), asset("style.css")
    for name in ("over", "under"):
        tint = re.findall(rf"--{name}: (\d+), (\d+), (\d+)", css)[1 if dark else 0]
        ground = [int(colours["surface"][i : i + 2], 16) for i in (1, 3, 5)]
        mixed = "#" + "".join(f"{round(0.3 * int(t) + 0.7 * g):02x}" for t, g in zip(tint, ground, strict=True))

        assert _contrast(colours["ink"], mixed) >= 4.5
