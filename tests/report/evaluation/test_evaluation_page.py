"""The page of an evaluation: whole, safe, within its size, with every class and verdict on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from imbalance_audit.records import Evaluation
from imbalance_audit.report.evaluation.evaluation_page import render_evaluation_html
from imbalance_audit.report.kit.page import LARGEST, asset, pointer
from imbalance_audit.report.kit.quoting import shown
from tests.report.audit.test_audit_page import Page
from tests.report.evaluations import (
    as_json,
    bare,
    hostile,
    huge,
    no_run,
    nothing,
    realistic,
    run_of,
    score,
    single,
    small,
)
from tests.report.samples import HOSTILE


def html(evaluation: Evaluation, *, command: str | None = None) -> str:
    return render_evaluation_html(evaluation, evaluation_json=as_json(evaluation), command=command)


def test_hostile_labels_runs_and_requirements_add_no_element_no_attribute_and_no_script() -> None:
    page = Page(html(hostile(), command="audit evaluate '<script>x</script>'"))

    assert not page.open
    assert len(page.scripts) == 2
    assert not {tag for tag, _ in page.tags} & {"img", "u"}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert "hacked" not in page.scripts[1]


@pytest.mark.parametrize("label", HOSTILE)
def test_every_hostile_label_is_shown_visibly(label: str) -> None:
    page = html(hostile())

    assert shown(label) in Page(page).text
    assert all(character.isprintable() or character == "\n" for character in page)
    page.encode()


def test_the_evaluation_is_embedded_unchanged_or_pointed_at_when_it_is_large() -> None:
    assert Page(html(hostile())).scripts[0] == as_json(hostile())
    large = render_evaluation_html(small(), evaluation_json='"' + "x" * 400_000 + '"')
    assert Page(large).scripts[0] == pointer("evaluation.json")


def test_json_that_could_end_its_script_element_is_refused() -> None:
    with pytest.raises(ValueError, match=r"evaluation\.json holds '<'"):
        render_evaluation_html(small(), evaluation_json='{"label": "</script>"}')


def test_nothing_is_fetched() -> None:
    assert not re.search(r"https?:|url\(|@import|<img|<iframe|//cdn|src=", html(realistic()))


def test_ten_thousand_classes_in_five_runs_are_within_a_megabyte_with_both_ends_and_all_runs() -> None:
    evaluation = huge()
    page = html(evaluation)

    assert len(page.encode()) <= LARGEST
    assert "classes between are left out, see evaluation.json" in page
    assert all(f"Recall, run {i}" in page for i in range(5))
    assert "taxon 000000" in page
    assert "taxon 009999" in page
    assert "taxon 005000" not in page.split('id="evaluation"')[0]


def _wordy() -> Evaluation:
    classes = [score("\U000e0001" * 90 + str(i), 10, 10, 0.5, 0.5) for i in range(150)]
    runs = tuple(run_of("\u202e" * 300 + str(i), classes, 0.01) for i in range(30))
    return replace(small(), classes=tuple(s.label for s in classes), runs=runs, notes=("\u202e" * 3000,) * 900)


def test_the_page_stays_below_its_limit_whatever_the_names() -> None:
    evaluation = _wordy()
    page = html(evaluation)

    assert len(page.encode()) <= LARGEST + len(as_json(evaluation))
    assert not Page(page).open


def test_the_same_evaluation_gives_the_same_bytes() -> None:
    assert html(realistic(), command="x") == html(realistic(), command="x")


@pytest.mark.parametrize("made", [hostile, realistic, small, single, bare, nothing, no_run])
def test_evaluations_of_every_shape_are_closed_pages_with_links_that_lead_somewhere(
    made: Callable[[], Evaluation],
) -> None:
    page = Page(html(made()))

    assert not page.open
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["href"] for tag, a in page.tags if tag == "a"} <= {f"#{name}" for name in ids}


@pytest.mark.parametrize("made", [hostile, realistic, small, single, bare, nothing, no_run])
def test_every_table_row_is_as_wide_as_its_head(made: Callable[[], Evaluation]) -> None:
    for table in re.findall(r"<table.*?</table>", html(made()), flags=re.S):
        widths = {len(re.findall(r"<t[hd][ >]", row)) for row in re.findall(r"<tr.*?</tr>", table, flags=re.S)}
        assert len(widths) == 1


def test_a_run_without_runs_to_compare_with_says_what_each_figure_means() -> None:
    text = Page(html(single())).text

    assert "What it says" in text
    assert "against" not in text


def test_every_verdict_is_a_word_as_well_as_a_colour() -> None:
    page = html(small())

    marks = re.findall(r'<span class="sign (better|worse|noise)"[^>]*aria-label="(\w+)"', page)
    assert marks
    assert all(kind == word for kind, word in marks)
    words = re.findall(r'class="verdict-word">(\w+)<', page)
    assert set(words) == {"better", "worse", "noise"}


def test_a_class_that_moved_beyond_noise_is_marked_in_its_row_and_others_are_not() -> None:
    rows = re.findall(r'<tr data-b="\w+">.*?</tr>', html(small()), flags=re.S)

    marked = [re.findall(r'class="sign (\w+)"', row) for row in rows]
    assert marked == [["worse"], [], ["better"], ["better"], []]


def test_classes_without_training_counts_have_no_column_for_them() -> None:
    text = Page(html(bare())).text

    assert "Trained" not in text
    assert "Region" not in text
    assert "for want of training counts" in text


def test_every_colour_of_the_sheet_is_one_that_both_schemes_define() -> None:
    used = set(re.findall(r"var\(--([\w-]+)\)", asset("evaluation.css")))
    defined = set(re.findall(r"--([\w-]+):", asset("style.css"))) | {"l", "v", "h", "w"}

    assert used <= defined
