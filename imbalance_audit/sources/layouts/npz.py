"""NumPy files: `.npz` archives, such as those of MedMNIST and Keras, and `.npy` arrays. Of an archive, labels alone.

    train_labels, val_labels, test_labels    (N, 1), or (N, C) of zeros and ones; MedMNIST
    y_train, y_test                          (N,); Keras
    labels                                   (N,); no splits
    y_train.npy, y_test.npy                  a file each

An array of Python objects is a pickle, which runs code when it is loaded; it is refused.
"""

from __future__ import annotations

import warnings
import zipfile
import zlib
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import EmptySourceError, MissingExtraError, SourceError, did_you_mean
from imbalance_audit.sources.failures import translate
from imbalance_audit.sources.layouts.layout import Layout
from imbalance_audit.sources.memory.objects import values_frame
from imbalance_audit.sources.places.paths import find_files, shown_path
from imbalance_audit.sources.split_words import split_of_name, splits_of_files, without_split_words
from imbalance_audit.sources.tidying.column_roles import LABEL_NAMES, Roles, listed
from imbalance_audit.sources.tidying.tidy import Origin, tidy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import BinaryIO

    from imbalance_audit.records import Labels, ReadOptions
    from imbalance_audit.sources.places.paths import DataFile

_ARCHIVE, _ARRAY = ".npz", ".npy"
_PLAIN = "biufUS"
"""The kinds of arrays that hold labels: truth values, numbers and text."""
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, MemoryError)
"""What zipfile and numpy raise over bytes that are not what they claim to be."""


def _claims(paths: Sequence[Path]) -> bool:
    return bool(paths) and all(path.suffix.lower() in (_ARCHIVE, _ARRAY) and path.is_file() for path in paths)


def _read(paths: Sequence[Path], options: ReadOptions) -> Labels:
    if find_spec("numpy") is None:
        wanted_by = "Reading NumPy files"
        raise MissingExtraError.of(wanted_by, extra="npz")
    path = shown_path([str(one) for one in paths])
    files = find_files([str(one) for one in paths])
    by_file, note = splits_of_files([file.place for file in files])
    frames, inside = [], False
    for file, of_file in zip(files, by_file, strict=True):
        for name, array in _arrays(file, options):
            split = split_of_name(name) if name is not None else None
            inside = inside or split is not None
            frame = values_frame(array, f"the array of {plain(file.name)}")
            frames.append(frame.with_columns(pl.lit(split or of_file, pl.String).alias("split")))
    columns = _common_columns(frames, path)
    roles = Roles(columns, "split" if inside or any(by_file) else None)
    notes = (note,) if note and not inside else ()
    return tidy(pl.concat(frames, how="vertical_relaxed"), roles, options, Origin(path=path, kind="npz", notes=notes))


def _common_columns(frames: Sequence[pl.LazyFrame], path: str) -> tuple[str, ...]:
    """Return the label columns, of which a matrix has one for each class."""
    found = [tuple(frame.collect_schema().names()[:-1]) for frame in frames]
    widths = sorted({len(columns) for columns in found})
    if len(widths) > 1:
        message = (
            f"The label arrays of {plain(path)} have {widths[0]} and {widths[-1]} columns. Audit them one by one, or"
            " write them with one shape."
        )
        raise SourceError(message)
    return found[0]


def _arrays(file: DataFile, options: ReadOptions) -> list[tuple[str | None, Any]]:
    """Return the label arrays of a file, by their names in an archive."""
    try:
        if not zipfile.is_zipfile(file.local):
            with file.local.open("rb") as stream:
                if stream.peek(2)[:2] == b"PK":
                    message = f"{plain(file.name)} ends too early: it was cut off. Copy it again."
                    raise SourceError(message)
                return [(None, _array(stream, file.local.stat().st_size, file.name))]
        with zipfile.ZipFile(file.local) as archive:
            members = {
                info.filename.removesuffix(_ARRAY): info for info in archive.infolist() if _ARRAY in info.filename
            }
            chosen = _chosen(list(members), options, file.name)
            arrays: list[tuple[str | None, Any]] = []
            for name in chosen:
                with archive.open(members[name]) as stream:
                    arrays.append((name, _array(stream, members[name].file_size, f"{name} in {file.name}")))
            return arrays
    except OSError as error:
        raise translate(error, file.name) from error
    except SourceError:
        raise
    except _DAMAGED as error:
        text = plain(str(error).splitlines()[0][:200]) if str(error) else type(error).__name__
        message = f"{plain(file.name)} cannot be read: {text}. Check that it is complete, and a NumPy file."
        raise SourceError(message) from error


def _chosen(names: Sequence[str], options: ReadOptions, file: str) -> list[str]:
    """Return the members that hold labels: the named ones, else those with the usual names; split words aside."""
    if not names:
        message = f"{plain(file)} holds no arrays. Write the labels into it first."
        raise EmptySourceError(message)
    bare = {name: without_split_words(name) for name in names}
    if options.label:
        chosen = [name for name in names if name in options.label] or [
            name for name in names if bare[name] in options.label
        ]
        if not chosen:
            hint = did_you_mean(options.label[0], names)
            message = f"{plain(file)} has no array {quoted(options.label[0])}.{hint} Arrays: {listed(names)}."
            raise SourceError(message)
        return chosen
    chosen = list(names) if len(names) == 1 else [name for name in names if bare[name].lower() in LABEL_NAMES]
    if len({bare[name] for name in chosen}) == 1:
        return chosen
    several = f"several arrays that may hold the labels: {listed(chosen)}" if chosen else "no array called labels or y"
    message = f"{plain(file)} has {several}. Arrays: {listed(names)}. Pass --label."
    raise SourceError(message)


def _array(stream: BinaryIO | Any, size: int, name: str) -> Any:  # noqa: ANN401 -- numpy is imported here only
    """Return the array, once its header is known to be honest: its shape decides what is allocated."""
    import numpy as np

    if size == 0:
        message = f"{plain(name)} is empty. Write the labels into it first."
        raise EmptySourceError(message)
    shape, fortran, dtype = _header(stream, name)
    if dtype.hasobject:
        message = f"{plain(name)} holds Python objects, a pickle, which is never loaded. Save numbers or text."
        raise SourceError(message)
    if dtype.kind not in _PLAIN:
        message = f"{plain(name)} holds {plain(str(dtype))}, which is no label. Save numbers or text."
        raise SourceError(message)
    if len(shape) not in (1, 2) or 0 in shape[1:]:
        dimensions = " × ".join(map(str, shape)) or "no dimension"
        message = f"{plain(name)} is {dimensions}, and labels are N, or N × classes when they are one-hot."
        raise SourceError(message)
    count = int(np.prod(shape, dtype=object))
    wanted = count * dtype.itemsize
    # An archive compares its checksum only once the end of a member is met.
    content = stream.read(wanted + 1) if wanted <= size else b""
    if len(content) < wanted:
        message = f"{plain(name)} ends too early: it was cut off. Copy it again."
        raise SourceError(message)
    flat = np.frombuffer(content, dtype=dtype, count=count)
    if dtype.kind == "U" and _is_no_text(flat.astype(dtype.newbyteorder("=")).view(np.uint32)):
        message = f"{plain(name)} holds numbers that stand for no character: it is damaged. Copy it again."
        raise SourceError(message)
    array = flat.reshape(shape, order="F" if fortran else "C")
    array = np.char.decode(array, "utf-8") if dtype.kind == "S" else array
    array = array.astype(np.float32) if dtype == np.float16 else array
    return np.ascontiguousarray(array.astype(array.dtype.newbyteorder("=")))


def _header(stream: BinaryIO | Any, name: str) -> tuple[tuple[int, ...], bool, Any]:  # noqa: ANN401 -- as above
    """Return shape, order and type of an array."""
    from numpy.lib import format as npy

    try:
        with warnings.catch_warnings():
            # Python 2 wrote "10L", of which numpy warns.
            warnings.simplefilter("ignore")
            version = npy.read_magic(stream)
            read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, fortran, dtype = read_header(stream)
    except (OSError, zipfile.BadZipFile, zlib.error):
        raise
    except Exception as error:
        # The header is a Python literal: over a broken one numpy raises whatever Python's own parser does.
        message = f"{plain(name)} cannot be read: it begins with no header of a NumPy array. Name a NumPy file."
        raise SourceError(message) from error
    return shape, fortran, dtype


def _is_no_text(points: Any) -> bool:  # noqa: ANN401 -- numpy is imported above only
    """NumPy keeps text as code points and does not look at them, and Polars trusts NumPy."""
    return bool(((points > 0x10FFFF) | ((points >= 0xD800) & (points <= 0xDFFF))).any())


NPZ = Layout(name="npz", claims=_claims, read=_read, heeds=frozenset({"label", "classes"}))
