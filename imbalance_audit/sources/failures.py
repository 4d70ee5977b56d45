"""What the reading library raises, turned into the sentence that a user can act on.

A lazy source fails when it is counted, not when it is opened. Whoever collects wraps that in `reading`.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.display import plain
from imbalance_audit.errors import AuditError, EmptySourceError, SourceError
from imbalance_audit.records import Labels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOREIGN: tuple[type[BaseException], ...] = (
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    OSError,
    UnicodeError,
)
"""What Polars raises while it reads. A broken file can make it panic; broken gzip data is a bare OSError."""

_READERS = frozenset(("_internal", "deltalake", "pyiceberg"))
"""Modules whose exceptions come through Polars as they are; `_internal` is how deltalake calls its own."""

_SENTENCES = (
    (("utf-8", "utf8"), "is not UTF-8 text. Convert it first, for example: iconv -f LATIN1 -t UTF-8"),
    (
        ("more fields than defined",),
        "has a row with more fields than the header. Quote the fields that hold the separator",
    ),
    (
        ("unexpected end of file", "unexpectedeof", "before the end-of-stream"),
        "ends too early: it was cut off. Copy it again",
    ),
    (("gzip", "deflate", "checksum", "decompress"), "is damaged: its compressed data do not unpack. Copy it again"),
    (("no such file",), "is no longer there, or lacks one of its files. Name what is complete"),
    (("permission denied",), "may not be read. Change its permissions"),
)
_LONGEST = 300


@dataclass(frozen=True)
class ScannedLabels(Labels):
    """Labels that know their files, so that a failure in mid-scan can name the file.

    Attributes:
        parts: The name of each file, and how to scan it alone.
    """

    parts: tuple[tuple[str, Callable[[], pl.LazyFrame]], ...] = ()


@contextmanager
def reading(labels: Labels | str) -> Iterator[None]:
    """Turn what Polars raises inside the block into a `SourceError` that names the file where it can be known.

    Args:
        labels: What is collected inside the block, or what to call it.

    Raises:
        SourceError: the labels cannot be read.
    """
    try:
        yield
    except AuditError:
        raise
    except BaseException as error:
        if not isinstance(error, FOREIGN) and type(error).__module__.partition(".")[0] not in _READERS:
            raise
        if isinstance(labels, str):
            raise translate(error, labels) from error
        name, cause = _culprit(labels) or (labels.path, error)
        raise translate(cause, name) from error


def translate(error: BaseException, path: str) -> SourceError:
    """Return the sentence for an error met while this source was read."""
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    found = text.lower()
    name = plain(path)
    if isinstance(error, pl.exceptions.NoDataError):
        return EmptySourceError(f"{name} is empty. Write the labels into it first.")
    for signs, sentence in _SENTENCES:
        if any(sign in found for sign in signs):
            return SourceError(f"{name} {sentence}.")
    shown = plain(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…").rstrip(".")
    return SourceError(f"{name} cannot be read: {shown}. Check that the file is complete and of the format it claims.")


def _culprit(labels: Labels) -> tuple[str, BaseException] | None:
    """Read each file alone until one fails."""
    for name, scan in getattr(labels, "parts", ()):
        try:
            # The hash makes every value be decoded; a bare count is answered from a parquet footer.
            scan().select(pl.all().hash().max()).collect(engine="streaming")
        except FOREIGN as error:
            return name, error
    return None
