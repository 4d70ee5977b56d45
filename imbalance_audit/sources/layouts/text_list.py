r"""A text list: a path and its label on each line, as ImageNet-LT, Places-LT and iNaturalist give their splits.

train/n01440764/n01440764_190.JPEG 0     the label is the last field, so a path may hold blanks
my pictures/a cat.jpg<tab>tabby cat      after a tab, a label may hold blanks too
movies/1.mp4 3 7 12                      several labels, with `--separator ' '`; then a path holds no blanks
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.sources.failures import reading
from imbalance_audit.sources.layouts.layout import Layout
from imbalance_audit.sources.layouts.text_lines import first_lines, scan_text, suffix_of, text_files
from imbalance_audit.sources.places.paths import shown_path
from imbalance_audit.sources.split_words import splits_of_files
from imbalance_audit.sources.tidying.column_roles import Roles
from imbalance_audit.sources.tidying.tidy import Origin, tidy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imbalance_audit.records import Labels, ReadOptions

_SUFFIXES = (".txt", ".lst", ".list")
_COMMENT = r"^#[ \t]"
_MEDIA = r"(?i)\.(?:jpe?g|png|bmp|gif|tiff?|webp|ppm|pgm|npy|npz|mp4|avi|mkv|webm|wav|flac|mp3|ogg)$"
"""What a path ends with: a last field that does so is no label."""
_FILE = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")


def _claims(paths: Sequence[Path]) -> bool:
    return bool(paths) and all(suffix_of(path) in _SUFFIXES and path.is_file() and _fits(path) for path in paths)


def _fits(file: Path) -> bool:
    """Every line must look like a path and a label: class names, prose and boxes stand in text files too."""
    lines = [line for line in first_lines(file) if line.strip(" \t") and not re.match(_COMMENT, line)]
    return all(map(_is_entry, lines)) and any(not line.endswith("\t") for line in lines)


def _is_entry(line: str) -> bool:
    path, _, label = line.rpartition("\t") if "\t" in line else line.rstrip(" ").rpartition(" ")
    path = path.strip(" \t")
    if not path or re.search(_MEDIA, label):
        return False
    # Several labels leave numbers behind the path.
    path = re.sub(r"( [0-9]+)+$", "", path)
    return bool(_FILE.search(path)) or (("/" in path or "\\" in path) and " " not in path)


def _read(paths: Sequence[Path], options: ReadOptions) -> Labels:
    path = shown_path([str(one) for one in paths])
    files, notes = text_files(paths, _SUFFIXES)
    splits, note = splits_of_files([file.place for file in files])
    notes += (note,) if note else ()
    lines = {file: scan_text(file) for file in files}
    comments = 0
    for file, frame in lines.items():
        with reading(file.name):
            comments += frame.select(pl.col("line").str.contains(_COMMENT).sum()).collect(engine="streaming").item()
    notes += (f"Lines left out that begin with # and a blank: {comments}.",) if comments else ()
    scans = {file: partial(_entries, frame, options.separator) for file, frame in lines.items()}
    frames = [
        scans[file]().with_columns(split=pl.lit(split, pl.String)) for file, split in zip(files, splits, strict=True)
    ]
    roles = Roles(("label",), "split" if any(splits) else None, id="path")
    parts = tuple((file.name, scan) for file, scan in scans.items())
    origin = Origin(path=path, kind=TEXT_LIST.name, untyped=True, notes=notes, parts=parts)
    return tidy(pl.concat(frames), roles, options, origin)


def _entries(lines: pl.LazyFrame, separator: str | None) -> pl.LazyFrame:
    line = pl.col("line").str.strip_chars_end(" ")
    spaced, tabbed = _spaced(line, separator), pl.col("line").str.extract(r"\t([^\t]*)$")
    has_tab = pl.col("line").str.contains("\t", literal=True)
    label = pl.when(has_tab).then(tabbed).otherwise(spaced)
    # A list of paths alone, or a path with blanks that lost its label.
    label = pl.when(label.str.contains(_MEDIA) | (label == "")).then(None).otherwise(label)
    kept = ~pl.col("line").str.contains(_COMMENT) & (pl.col("line").str.strip_chars(" \t") != "")
    spaced_path = pl.col("line").str.extract(_path_before(separator))
    before = pl.when(has_tab).then(pl.col("line").str.extract(r"^(.*)\t")).otherwise(spaced_path)
    path = pl.when(pl.col("label").is_null()).then(pl.col("line")).otherwise(before)
    return (
        lines.filter(kept)
        .with_columns(label=label)
        .select("label", path=path.str.strip_chars(" \t"))
        .with_columns(pl.col("label").str.replace_all(" +", " ") if separator == " " else pl.col("label"))
    )


def _spaced(line: pl.Expr, separator: str | None) -> pl.Expr:
    return line.str.extract(r"^ *[^ ]+ +(.+)$" if separator == " " else r"^ *[^ ].* ([^ ]+)$")


def _path_before(separator: str | None) -> str:
    return "^ *([^ ]+) " if separator == " " else "^(.*) [^ ]+ *$"


TEXT_LIST = Layout(name="text-list", claims=_claims, read=_read, heeds=frozenset({"classes", "separator"}))
