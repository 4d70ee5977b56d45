"""CoNLL: a token on each line, its tag in one of the columns, a blank line after each sentence.

    EU       NNP  B-NP  B-ORG        CoNLL-2003 and its kin: blanks or tabs; the tag is the last column
    1  Dogs  dog  NOUN  NNS  …       CoNLL-U: ten columns and tabs; the part of speech is the fourth

A sentence is a sample, and has no name but its number. Left out, and told: `-DOCSTART-`, comments, and in CoNLL-U the
ranges `1-2` and the empty nodes `1.1`, which are no tokens of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.display import plain
from imbalance_audit.errors import EmptySourceError, OptionError, SourceError
from imbalance_audit.sources.failures import reading
from imbalance_audit.sources.layouts.layout import Layout
from imbalance_audit.sources.layouts.tags import folded, is_tag, told
from imbalance_audit.sources.layouts.text_lines import first_lines, scan_text, suffix_of, text_files
from imbalance_audit.sources.places.paths import shown_path
from imbalance_audit.sources.reading_progress import steps
from imbalance_audit.sources.split_words import splits_of_files
from imbalance_audit.sources.tidying.column_roles import find_column
from imbalance_audit.sources.tidying.tidy import Origin, tidy_parts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imbalance_audit.records import Labels, ReadOptions
    from imbalance_audit.sources.places.paths import DataFile

_SUFFIXES = (".conll", ".conllu", ".conll03", ".bio", ".bioes", ".iob", ".iob2")
_UNIVERSAL = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
_DOCUMENT = "-DOCSTART-"
_RUN = re.compile("[ \t]+")
"""What parts columns: a no-break space, say, is part of a token."""
_LEAST = 5
"""Tagged tokens that a text file must begin with to be taken for CoNLL without a word."""


@dataclass(frozen=True)
class _Shape:
    """How the lines of a file are cut: told by its first token.

    Attributes:
        tabs: Columns are parted by tabs, else by runs of blanks.
        columns: How many there are.
        first: The number of the line that says so.
        universal: It is CoNLL-U.
    """

    tabs: bool
    columns: int
    first: int
    universal: bool


def _claims(paths: Sequence[Path]) -> bool:
    return bool(paths) and all(_claims_one(path) for path in paths)


def _claims_one(path: Path) -> bool:
    if path.is_dir():
        return any(suffix_of(file) in _SUFFIXES for file in path.iterdir() if not file.name.startswith("."))
    return path.is_file() and (suffix_of(path) in _SUFFIXES or (suffix_of(path) == ".txt" and _is_tagged(path)))


def _is_tagged(file: Path) -> bool:
    """Every token must end in a tag such as O or B-PER."""
    lines = [line.strip(" \t") for line in first_lines(file) if not line.startswith("#")]
    tokens = [_RUN.split(line) for line in lines if line]
    alike = len({len(fields) for fields in tokens}) == 1 and len(tokens) >= _LEAST
    return alike and len(tokens[0]) > 1 and all(is_tag(fields[-1]) for fields in tokens)


def _read(paths: Sequence[Path], options: ReadOptions) -> Labels:
    if len(options.label) > 1:
        message = "A token has one tag. Pass --label once, with the position of its column."
        raise OptionError(message)
    path = shown_path([str(one) for one in paths])
    files, notes = text_files(paths, _SUFFIXES)
    splits, note = splits_of_files([file.place for file in files])
    notes += (note,) if note else ()
    tokens, before, left = [], 0, {"comments": 0, "ranges": 0}
    for file, split in steps(zip(files, splits, strict=True), "files", len(files)):
        found = _tokens(file, options, left)
        last = found["id"].max()
        tokens.append(found.with_columns(pl.col("id") + before, pl.lit(split, pl.String).alias("split")))
        before += last if isinstance(last, int) else 0
    table = pl.concat(tokens)
    notes += tuple(sentence.format(left[what]) for what, sentence in _LEFT_OUT.items() if left[what])
    notes += told(table, fold=options.fold_tags)
    table = folded(table) if options.fold_tags else table
    origin = Origin(path=path, kind=CONLL.name, untyped=True, unit="token", notes=notes)
    return tidy_parts((table if any(splits) else table.drop("split")).lazy(), options, origin)


_LEFT_OUT = {
    "comments": "Comment lines left out: {:,}.",
    "ranges": "Ranges such as 1-2 and empty nodes such as 1.1 left out: {:,}.",
}


def _tokens(file: DataFile, options: ReadOptions, left: dict[str, int]) -> pl.DataFrame:
    """Return the sentence and the tag of each token, held in memory: 12 bytes each."""
    lines = scan_text(file)
    shape = _shape(file)
    column = _column(shape, options, file)
    ragged = ~pl.col("comment") & (pl.col("fields") != shape.columns)
    with reading(file.name):
        cut = _cut(lines, shape, column, runs=False)
        table = cut.drop("number").collect(engine="streaming")
        if not shape.tabs and table.select(ragged.any()).item():
            # Cutting at runs of blanks takes twice as long, and few files have any.
            cut = _cut(lines, shape, column, runs=True)
            table = cut.drop("number").collect(engine="streaming")
        if table.select(ragged.any()).item():
            odd = cut.filter(ragged).select("number", "fields").head(1).collect(engine="streaming")
            raise _ragged(odd["number"][0], odd["fields"][0], shape, file)
    table = _without_comments(table, shape, left)
    left["ranges"] += int(table["part"].sum())
    label = pl.col("label")
    if shape.universal:
        # An underscore says that this is not annotated.
        label = pl.when(label.cast(pl.String) != "_").then(label)
    return table.filter(~pl.col("part")).select(label, id=pl.col("sentence").rle_id().cast(pl.Int64) + 1)


def _shape(file: DataFile) -> _Shape:
    """Read the columns off the first line that is a token."""
    numbered = [(i, line) for i, line in enumerate(first_lines(file.local, errors="replace"), 1) if line.strip(" \t")]
    numbered = [(i, line) for i, line in numbered if not line.startswith(_DOCUMENT)]
    if not numbered:
        message = f"{plain(file.name)} holds no token."
        raise EmptySourceError(message)
    first, line = next((pair for pair in numbered if not pair[1].startswith("#")), numbered[0])
    tabs = "\t" in line
    columns = len(line.split("\t") if tabs else _RUN.split(line.strip(" \t")))
    number = line.split("\t")[0].replace("-", "").replace(".", "")
    return _Shape(tabs, columns, first, universal=tabs and columns == len(_UNIVERSAL) and number.isdecimal())


def _column(shape: _Shape, options: ReadOptions, file: DataFile) -> int:
    names = _UNIVERSAL if shape.universal else tuple(f"column {i}" for i in range(shape.columns))
    if options.label:
        return names.index(find_column(options.label[0], names, option="--label", path=file.name))
    if shape.columns < 2:
        message = (
            f"{plain(file.name)}, line {shape.first} has one column, so no tag stands beside its token. Name a file in"
            " CoNLL format, or pass the right --format."
        )
        raise SourceError(message)
    return _UNIVERSAL.index("upos") if shape.universal else shape.columns - 1


def _cut(lines: pl.LazyFrame, shape: _Shape, column: int, *, runs: bool) -> pl.LazyFrame:
    line, parts = pl.col("line"), pl.col("parts").list
    gap = line.str.contains(r"^[ \t]*$") | line.str.starts_with(_DOCUMENT)
    text = line.str.strip_chars(" \t").str.replace_all("[ \t]+", " ") if runs else line
    label = parts.get(column, null_on_oob=True).cast(pl.Categorical)
    return (
        lines.with_columns(gap=gap, parts=text.str.split("\t" if shape.tabs else " "))
        .select(
            "number",
            "gap",
            sentence=pl.col("gap").cum_sum(),
            comment=line.str.starts_with("#"),
            fields=parts.len(),
            part=parts.first().str.contains(r"^[0-9]+[-.][0-9]+$") if shape.universal else pl.lit(value=False),
            label=label,
            last=label if column == shape.columns - 1 else parts.last().cast(pl.Categorical),
        )
        .filter(~pl.col("gap"))
        .drop("gap")
    )


def _without_comments(table: pl.DataFrame, shape: _Shape, left: dict[str, int]) -> pl.DataFrame:
    """A line that begins with # is a token where it has the columns of one, and ends as other tokens do."""
    if not table["comment"].any():
        return table
    comment = pl.col("comment") & (pl.lit(shape.universal) | (pl.col("fields") != shape.columns))
    others = table.filter(~pl.col("comment"))["last"].unique().implode()
    comment |= pl.col("comment") & ~pl.col("last").is_in(others)
    kept = table.filter(~comment)
    left["comments"] += len(table) - len(kept)
    return kept


def _ragged(number: int, fields: int, shape: _Shape, file: DataFile) -> SourceError:
    between = "tabs" if shape.tabs else "blanks"
    return SourceError(
        f"{plain(file.name)}, line {number} has {fields} {'columns' if fields != 1 else 'column'}, and line"
        f" {shape.first} has {shape.columns}, parted by {between}. Correct the line, or remove it."
    )


CONLL = Layout(name="conll", claims=_claims, read=_read, heeds=frozenset({"label", "classes", "fold_tags"}))
