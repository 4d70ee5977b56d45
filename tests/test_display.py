"""How foreign text is shown: nothing in it acts, and two that differ look different."""

from __future__ import annotations

import ast
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imbalance_audit.display import LONGEST, code_points, plain, quoted

anything = st.text(st.characters(exclude_categories=()), max_size=LONGEST)


@given(anything)
@settings(deadline=None)
def test_a_quoted_label_is_printable_on_one_line_and_tells_the_label_again(label: str) -> None:
    shown = quoted(label)

    assert shown.isprintable()
    assert ast.literal_eval(shown) == label


@given(anything)
@settings(deadline=None)
def test_code_points_are_ascii_and_tell_the_label_again(label: str) -> None:
    shown = code_points(label)

    assert shown.isascii()
    assert shown.isprintable()
    assert ast.literal_eval(shown) == label


@given(anything)
@settings(deadline=None)
def test_plain_text_is_printable_and_printable_text_stays_as_it_is(text: str) -> None:
    assert plain(text).isprintable()
    assert plain(plain(text)) == plain(text)
    if text.isprintable():
        assert plain(text) == text


@pytest.mark.parametrize(
    ("character", "escaped"),
    [
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\t", "\\t"),
        ("\x00", "\\x00"),
        ("\x1b", "\\x1b"),
        ("\x7f", "\\x7f"),
        ("\x80", "\\u0080"),
        ("\u00a0", "\\u00a0"),
        ("\u202e", "\\u202e"),
        ("\ud800", "\\ud800"),
        ("\uffff", "\\uffff"),
        ("\U000e0001", "\\U000e0001"),
        (chr(sys.maxunicode), "\\U0010ffff"),
    ],
)
def test_what_is_invisible_is_written_as_python_does(character: str, escaped: str) -> None:
    assert quoted(character) == f'"{escaped}"'
    assert plain(character) == escaped
    assert code_points(character) == f'"{escaped}"'


def test_quotes_and_backslashes_are_escaped_within_quotes_and_left_alone_in_plain_text() -> None:
    assert quoted('a"b\\c') == '"a\\"b\\\\c"'
    assert plain('a"b\\c') == 'a"b\\c'


def test_what_can_be_seen_is_left_as_it_is_and_told_by_its_code_only_on_request() -> None:
    assert quoted("café 😀 猫") == '"café 😀 猫"'
    assert code_points("é😀a") == '"\\u00e9\\U0001f600a"'
    assert code_points("\x80") == '"\\u0080"'


def test_null_stands_without_quotes_and_the_word_null_within() -> None:
    assert (quoted(None), quoted("null")) == ("null", '"null"')


def test_a_label_up_to_the_longest_is_shown_whole_and_a_longer_one_is_cut_to_that_length() -> None:
    assert quoted("x" * 80) == f'"{"x" * 80}"'
    assert quoted("x" * 81) == f'"{"x" * 79}…"'
    assert quoted("abcd", longest=4) == '"abcd"'
    assert quoted("abcde", longest=4) == '"abc…"'
