"""CoNLL and CoNLL-U: tokens are rows, sentences are samples, and nothing else is either."""

from __future__ import annotations

import gzip
import random
from collections import Counter
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from imbalance_audit import class_weights, scan
from imbalance_audit.errors import EmptySourceError, OptionError, SourceError
from imbalance_audit.records import Labels
from imbalance_audit.sources import ReadOptions, read, reading

CONLL_2003 = """-DOCSTART- -X- -X- O

EU NNP B-NP B-ORG
rejects VBZ B-VP O
# # B-NP O
" " O O

Peter NNP B-NP B-PER
Blackburn NNP I-NP I-PER


-DOCSTART- -X- -X- O

London NNP B-NP B-LOC
"""

CONLL_U = """# sent_id = 1
# text = du #
1-2\tdu\t_\t_\t_\t_\t_\t_\t_\t_
1\tde\tde\tADP\tE\t_\t3\tcase\t_\t_
2\tle\tle\t_\tD\t_\t3\tdet\t_\t_
2.1\tvu\tvoir\tVERB\tV\t_\t0\troot\t_\t_

1\t#\t#\tSYM\tS\t_\t0\troot\t_\t_
"""


def rows(labels: Labels) -> list[tuple[object, ...]]:
    with reading(labels):
        return labels.frame.collect(engine="streaming").select("id", "label").rows()


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("gap", [" ", "  ", "\t", " \t"])
@pytest.mark.parametrize("name", ["a.conll", "a.txt", "a.bio"])
def test_the_last_column_is_the_tag_and_a_blank_line_ends_a_sentence(
    tmp_path: Path, end: str, gap: str, name: str
) -> None:
    text = CONLL_2003.replace(" ", "\v").replace("\v", gap).replace("\n", end)

    labels = read(write(tmp_path / name, text))

    assert rows(labels) == [
        (1, "B-ORG"), (1, "O"), (1, "O"), (1, "O"), (2, "B-PER"), (2, "I-PER"), (3, "B-LOC"),
    ]  # fmt: skip
    assert (labels.kind, labels.unit, labels.task) == ("conll", "token", "multiclass")


def test_another_column_is_named_by_its_position(tmp_path: Path) -> None:
    file = write(tmp_path / "a.conll", CONLL_2003)

    assert [label for _, label in rows(read(file, ReadOptions(label=("1",))))][:4] == ["NNP", "VBZ", "#", '"']
    assert rows(read(file, ReadOptions(label=("-1",)))) == rows(read(file))
    with pytest.raises(SourceError, match=r"a\.conll has 4 columns, so there is no column 4"):
        read(file, ReadOptions(label=("4",)))
    with pytest.raises(OptionError, match="A token has one tag"):
        read(file, ReadOptions(label=("1", "2")))


def test_conll_u_gives_the_part_of_speech_of_words_alone(tmp_path: Path) -> None:
    file = write(tmp_path / "a.conllu", CONLL_U)

    labels = read(file)

    assert rows(labels) == [(1, "ADP"), (1, None), (2, "SYM")]
    assert labels.notes == (
        "Comment lines left out: 2.",
        "Ranges such as 1-2 and empty nodes such as 1.1 left out: 2.",
    )
    assert rows(read(file, ReadOptions(label=("deprel",)))) == [(1, "case"), (1, "det"), (2, "root")]
    assert rows(read(file, ReadOptions(label=("4",)))) == [(1, "E"), (1, "D"), (2, "S")]


def test_a_hash_is_a_token_where_it_has_a_tag_and_a_comment_elsewhere(tmp_path: Path) -> None:
    text = "# id 1 domain=en\neli _ _ O\n# _ _ O\n# id x\tdomain=en\n# a comment\n\n# _ _ B-X\n_ _ _ B-X\n"

    labels = read(write(tmp_path / "a.conll", text))

    assert rows(labels) == [(1, "O"), (1, "O"), (2, "B-X"), (2, "B-X")]
    assert "Comment lines left out: 3." in labels.notes


def test_folding_leaves_the_type_alone(tmp_path: Path) -> None:
    tags = ["B-PER", "I-PER", "E-LOC-X", "S-PER", "L-A", "U-A", "M-A", "O", "X-PER", "B-"]
    file = write(tmp_path / "a.conll", "".join(f"w {tag}\n" for tag in tags))

    folded = [label for _, label in rows(read(file, ReadOptions(fold_tags=True)))]

    assert folded == ["PER", "PER", "LOC-X", "PER", "A", "A", "A", "O", "X-PER", "B-"]
    labels = read(write(tmp_path / "b.conll", "w NN\nx VB\n"), ReadOptions(fold_tags=True))
    assert labels.notes == ("No tag tells a position such as B- or I-, so nothing was folded.",)


def test_ignoring_o_weighs_the_other_tags_as_if_it_were_not_there(tmp_path: Path) -> None:
    tags = ["O"] * 90 + ["B-PER"] * 6 + ["B-LOC"] * 3 + ["I-LOC"]
    file = write(tmp_path / "a.conll", "".join(f"w {tag}\n" for tag in tags))

    audit = scan(file, fold_tags=True, ignore=["O"])

    expected = compute_class_weight("balanced", classes=np.array(["LOC", "PER"]), y=["LOC"] * 4 + ["PER"] * 6)
    assert audit.classes == ("LOC", "PER")
    assert class_weights(audit, normalisation="data-mean").weight == pytest.approx(tuple(expected))
    assert audit.source.notes[0].startswith("90.0 % of the tokens are O, in no span.")


def reference_broken(sentences: list[list[str]]) -> int:
    """Count tags that continue what was not begun, token by token; none in IOB1."""
    broken = begun = 0
    for sentence in sentences:
        before = "O"
        for tag in sentence:
            follows = before[0] in "BIM" and before[1:2] == "-" and before[2:] == tag[2:]
            broken += tag[0] in "IMEL" and tag != "O" and not follows
            begun += tag[0] == "B" and not follows
            before = tag
    return broken if begun else 0


@settings(max_examples=60)
@given(
    sentences=st.lists(
        st.lists(st.sampled_from(["O", "B-X", "I-X", "B-Y", "I-Y", "E-Y", "S-X", "M-X"]), min_size=1, max_size=6),
        min_size=1,
        max_size=6,
    )
)
def test_orphaned_tags_are_counted_as_a_plain_loop_counts_them(
    tmp_path_factory: pytest.TempPathFactory, sentences: list[list[str]]
) -> None:
    file = tmp_path_factory.getbasetemp() / "tags.conll"
    write(file, "\n\n".join("\n".join(f"w {tag}" for tag in sentence) for sentence in sentences))

    labels = read(file)

    assert [label for _, label in rows(labels)] == [tag for sentence in sentences for tag in sentence]
    told = [int(note.split(": ")[1].rstrip(".")) for note in labels.notes if "no tag before them began" in note]
    assert told == ([n] if (n := reference_broken(sentences)) else [])


def test_several_files_are_splits_and_their_sentences_stay_apart(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    write(tmp_path / "c" / "train.conll", "a O\nb B-X\n\nc O\n")
    write(tmp_path / "c" / "dev.conll", "d B-X\n")
    write(tmp_path / "c" / "README.md", "# Read me\n")

    labels = read(tmp_path / "c")
    counts = scan(tmp_path / "c").counts

    assert sorted(rows(labels)) == [(1, "B-X"), (2, "B-X"), (2, "O"), (3, "O")]
    assert counts.splits == ("train", "val")
    assert (counts.total_samples, counts.total_instances) == (3, 4)
    assert "Files of other formats left out: 1." in labels.notes


def test_counts_are_those_of_a_plain_reader(tmp_path: Path) -> None:
    generator = random.Random(0)
    lines = [generator.choice(["w O", "w O", "w B-PER", "w I-PER", 'a" B-LOC', ""]) for _ in range(20_000)]
    file = tmp_path / "a.conll.gz"
    file.write_bytes(gzip.compress("\n".join(lines).encode()))

    audit = scan(file)

    expected = Counter(line.split()[-1] for line in lines if line)
    assert dict(zip(audit.counts.label, audit.counts.instances, strict=True)) == expected
    assert audit.counts.total_samples == sum(bool(list(group)) for key, group in groupby(lines, key=bool) if key)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a O\nb X O\n", r"line 2 has 3 columns, and line 1 has 2, parted by blanks"),
        ("# c\n\na\tO\nb\n", r"line 4 has 1 column, and line 3 has 2, parted by tabs"),
        ("a\nb\n", "line 1 has one column, so no tag stands beside its token"),
        ("a O\nb café\n".encode("latin-1"), "is not UTF-8 text. Convert it first"),
        ("a O\n".encode("utf-16"), "not UTF-8 text but UTF-16"),
        (b"a O\rb O\r", "bare carriage return"),
        (b"a\0 O\n", "holds zero bytes"),
        (gzip.compress(b"a O\n" * 9999, mtime=0)[:-30], "ends too early"),
    ],
)
def test_what_is_no_conll_is_refused_with_file_and_line(tmp_path: Path, content: str | bytes, words: str) -> None:
    with pytest.raises(SourceError, match=rf"^a\.conll\S* .*{words}|^a\.conll, {words}"):
        rows(read(write(tmp_path / "a.conll", content)))


def test_a_foreign_blank_is_part_of_its_token(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", "10\u00a0000 B-N\n\u3000 O\n" * 5)

    assert [label for _, label in rows(read(file))] == ["B-N", "O"] * 5


def test_a_very_long_token_is_one_token(tmp_path: Path) -> None:
    file = write(tmp_path / "a.conll", f"a O\n{'x' * 1_000_000} B-X\nb O\n")
    first = write(tmp_path / "b.conll", f"B-X {'x' * 1_000_000}\nO b\n")

    assert [label for _, label in rows(read(file))] == ["O", "B-X", "O"]
    assert [label for _, label in rows(read(first, ReadOptions(label=("0",))))] == ["B-X", "O"]


@pytest.mark.parametrize("content", ["", "\n\n", "-DOCSTART- O\n", "\ufeff"])
def test_no_tokens_are_nothing_to_check(tmp_path: Path, content: str) -> None:
    with pytest.raises(EmptySourceError, match=r"^a\.conll (is empty|holds no token)"):
        read(write(tmp_path / "a.conll", content))


def test_tags_keep_every_blank_but_those_that_part_columns(tmp_path: Path) -> None:
    file = write(tmp_path / "a.conll", b"\xef\xbb\xbfa\tNone\nb\tnan\nc\t NA\nd\t\ne\tO\xc2\xa0\n")

    assert [label for _, label in rows(read(file))] == ["None", "nan", " NA", "", "O\u00a0"]


@settings(max_examples=150)
@given(content=st.binary(max_size=60) | st.text(" \t\r\n#aOB-I1_.é\ufeff", max_size=60).map(str.encode))
def test_any_bytes_end_in_labels_or_in_a_sentence(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = write(tmp_path_factory.getbasetemp() / "any.conll", content)

    try:
        found: list[tuple[object, ...]] | str = rows(read(file, ReadOptions(fold_tags=True)))
    except SourceError as error:
        found = str(error)

    assert found.endswith(".") if isinstance(found, str) else len(found) <= content.count(b"\n") + 1
