"""Pascal VOC: an XML file for each image, and lists that say which image is in which split.

    Annotations/000005.xml    ImageSets/Main/train.txt, val.txt, test.txt

A folder of such XML files without the lists, as LabelImg and Roboflow write them, takes its splits from folder names.
Nobody numbers these classes: torchvision's `VOCDetection` returns names.
"""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

import polars as pl

from imbalance_audit.display import plain
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.sources.failures import translate
from imbalance_audit.sources.layouts.layout import Layout
from imbalance_audit.sources.places.paths import find_files, shown_path
from imbalance_audit.sources.reading_progress import steps
from imbalance_audit.sources.split_words import splits_of_files
from imbalance_audit.sources.tidying.tidy import Origin, tidy_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from imbalance_audit.records import Labels, ReadOptions

_SPLITS = ("train", "val", "test")
_LISTS = Path("ImageSets") / "Main"
_HEAD = 1 << 12


def _claims(paths: Sequence[Path]) -> bool:
    return bool(paths) and all(map(_looks_so, paths))


def _looks_so(folder: Path) -> bool:
    """Whether there is an `Annotations` with XML files, or XML files that hold annotations."""
    if _some_xml(folder / "Annotations"):
        return True
    places = (folder, *(folder / split for split in (*_SPLITS, "valid")))
    return any(b"<annotation" in _head(file) for place in places for file in _some_xml(place))


def _some_xml(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return list(islice((Path(entry.path) for entry in entries if _is_xml(entry.name) and entry.is_file()), 8))
    except OSError:
        return []


def _is_xml(name: str) -> bool:
    return name.lower().endswith(".xml") and not name.startswith(".")


def _head(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(_HEAD)
    except OSError:
        return b""


def _read(paths: Sequence[Path], options: ReadOptions) -> Labels:
    path = shown_path([str(one) for one in paths])
    if not all(folder.is_dir() for folder in paths):
        message = f"{plain(path)} is no folder. Name the one with Annotations in it."
        raise SourceError(message)
    rows: list[tuple[str | None, str, str | None]] = []
    notes: list[str] = []
    difficult = 0
    for folder in paths:
        above = f"{folder.name}/" if len(paths) > 1 else ""
        files, splits, more = _files(folder)
        notes += more
        for name, file in steps(files.items(), "annotation files", len(files)):
            objects, hard = _objects(file, f"{above}{file.relative_to(folder).as_posix()}") if file else ([], 0)
            difficult += hard
            for split in splits.get(name, (None,)):
                rows += [(label, above + name, split) for label in objects or (None,)]
    if not rows:
        message = f"{plain(path)} holds no .xml file. Name a folder with Annotations in it."
        raise EmptySourceError(message)
    if difficult:
        notes.append(f"Objects marked difficult, counted; PASCAL's evaluation leaves them out: {difficult:,}.")
    frame = pl.DataFrame(rows, schema={"label": pl.String, "id": pl.String, "split": pl.String}, orient="row").lazy()
    if all(split is None for _, _, split in rows):
        frame = frame.drop("split")
    return tidy_parts(frame, options, Origin(path=path, kind="voc", unit="box", notes=tuple(notes)))


def _files(folder: Path) -> tuple[dict[str, Path | None], Mapping[str, Sequence[str | None]], list[str]]:
    """Return the XML file of each image, the splits of each, and what is odd.

    Raises:
        SourceError: the folder cannot be read.
    """
    inside = folder / "Annotations"
    if not inside.is_dir():
        return _loose_files(folder)
    with os.scandir(inside) as entries:
        names = sorted(entry.name for entry in entries if _is_xml(entry.name) and entry.is_file())
    files: dict[str, Path | None] = {name.rpartition(".")[0]: inside / name for name in names}
    splits: dict[str, list[str | None]] = {}
    lists = [split for split in _SPLITS if (folder / _LISTS / f"{split}.txt").is_file()]
    for split in lists:
        for name in _listed(folder / _LISTS / f"{split}.txt"):
            splits.setdefault(name, []).append(split)
    notes = []
    if bare := [name for name in splits if name not in files]:
        notes.append(f"Listed images without an XML file, counted as without labels: {len(bare):,}.")
    if lists and (loose := len(files) - len(splits) + len(bare)):
        notes.append(f"Images in none of the lists {', '.join(lists)}, which have no split: {loose:,}.")
    return files | dict.fromkeys(bare), splits, notes


def _listed(file: Path) -> Iterator[str]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise translate(error, (_LISTS / file.name).as_posix()) from error
    # A list of one class has 1 or -1 beside each image; those of all classes may be written so too.
    yield from dict.fromkeys(line.split()[0] for line in text.splitlines() if line.strip())


def _loose_files(folder: Path) -> tuple[dict[str, Path | None], Mapping[str, Sequence[str | None]], list[str]]:
    found = [file.local for file in find_files([str(folder)]) if _is_xml(file.path.name)]
    names = [path.relative_to(folder).with_suffix("").as_posix() for path in found]
    splits, note = splits_of_files([path.absolute() for path in found])
    by_name: dict[str, Path | None] = dict(zip(names, found, strict=True))
    return by_name, {name: (split,) for name, split in zip(names, splits, strict=True)}, [note] if note else []


class _Reader:
    """Collects `annotation/object/name` and counts `annotation/object/difficult`; a part of an object is no object."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.difficult = 0
        self.root = ""
        self.path: list[str] = []
        self.text: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text.append
        self.parser.StartDoctypeDeclHandler = _refuse_doctype

    def start(self, tag: str, _: object) -> None:
        self.root = self.root or tag
        self.path.append(tag)
        self.text.clear()
        if self.path == ["annotation", "object"]:
            self.names.append("")

    def end(self, _: str) -> None:
        if self.path == ["annotation", "object", "name"]:
            self.names[-1] = "".join(self.text)
        elif self.path == ["annotation", "object", "difficult"]:
            self.difficult += "".join(self.text).strip() == "1"
        self.path.pop()


class _DoctypeError(Exception):
    """A document type declares entities, which may blow up or reach other files; annotations have none."""


def _refuse_doctype(*_: object) -> None:
    raise _DoctypeError


def _objects(file: Path, name: str) -> tuple[list[str], int]:
    """Return the class of each object in an XML file, and how many are marked difficult.

    Raises:
        EmptySourceError: the file has no bytes.
        SourceError: it is broken, or no VOC annotation.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise translate(error, name) from error
    if not content.strip():
        message = f"{plain(name)} is empty. Write the annotation into it, or delete it."
        raise EmptySourceError(message)
    reader = _Reader()
    try:
        reader.parser.Parse(content, True)
    except _DoctypeError as error:
        message = f"{plain(name)} declares a document type, which annotations do not need. Remove the <!DOCTYPE …>."
        raise SourceError(message) from error
    except (expat.ExpatError, ValueError, LookupError) as error:
        where = f"line {reader.parser.ErrorLineNumber}, column {reader.parser.ErrorColumnNumber + 1}"
        reason = expat.ErrorString(reader.parser.ErrorCode) or "its encoding is not known"
        message = f"{plain(name)} is broken XML at {where}: {reason}. Correct it, or copy it again."
        raise SourceError(message) from error
    if reader.root != "annotation":
        message = (
            f"{plain(name)} begins with <{plain(reader.root)}>, and a VOC annotation with <annotation>. Remove it."
        )
        raise SourceError(message)
    return reader.names, reader.difficult


VOC = Layout(name="voc", claims=_claims, read=_read)
