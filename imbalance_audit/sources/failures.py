"""What the reading library raises, turned into the sentence that a user can act on.

A lazy source fails when it is counted, not when it is opened. Whoever collects wraps that in `reading`.
"""

from __future__ import annotations

import re
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

_CREDENTIALS = "Set those of the store in the environment, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
_READERS = frozenset(("_internal", "deltalake", "pyiceberg"))
"""Modules whose exceptions come through Polars as they are; `_internal` is how deltalake calls its own."""

_SENTENCES = (
    (("utf-8", "utf8"), "is not UTF-8 text. Convert it first, for example: iconv -f LATIN1 -t UTF-8"),
    (
        ("more fields than defined",),
        "has a row with more fields than the header. Quote the fields that hold the separator",
    ),
    (
        ("unexpected end of file", "unexpectedeof", "before the end-of-stream", "fill whole buffer"),
        "ends too early: it was cut off. Copy it again",
    ),
    (("gzip", "deflate", "checksum", "decompress"), "is damaged: its compressed data do not unpack. Copy it again"),
    (
        ("footerlength", "invalidfooter"),
        "is no Arrow file. If it is a stream, as Hugging Face's library writes it, it is read on this machine only",
    ),
    (("no such file",), "is no longer there, or lacks one of its files. Name what is complete"),
    (("permission denied",), "may not be read. Change its permissions"),
)
_REMOTE_SENTENCES = (
    (("nosuchbucket",), "lies in a bucket that does not exist. Correct the name of the bucket"),
    (
        ("metadata/", "/latest/api/token", "must be specified"),
        "needs credentials, and none were found. " + _CREDENTIALS,
    ),
    (
        ("403", "401", "privileges", "accessdenied", "signaturedoesnotmatch", "unauthorized"),
        "may not be read with the credentials in use. " + _CREDENTIALS,
    ),
    (("not found", "404", "nosuchkey"), "does not exist. Check the address; a prefix ends in a slash"),
    (("range request not supported",), "is served without range requests. Download it first"),
    (("not allowed", "badscheme"), "is served without TLS. Set AWS_ALLOW_HTTP=true to read it nevertheless"),
    (("error sending request", "timed out"), "cannot be reached. Check the address, the endpoint and the network"),
)
_LONGEST = 300
_USER = re.compile(r"\b((?!abfs|adl)[A-Za-z][A-Za-z0-9+.-]*://)[^/\s@]+@")
"""`user:password@` in an address; Azure writes the container there."""
_QUOTED_FOLDERS = re.compile(r"""(['"])(?:file://)?/(?:(?!\1).)*/(?=(?:(?!\1).)*\1)""")
_FOLDERS = re.compile(r"(?:(?<![^\s(,:=<\[{])|(?<=file://))/(?:[^/\s]+/)+")
"""The folders of an absolute path, with quotes around it or without. Of an address they are none."""
_QUERY = re.compile(r"(https?://[^\s?]*)\?\S*")
"""The query of a link, which may be its signature. Elsewhere a question mark is a pattern's."""


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


def _without_folders(text: str) -> str:
    """Return text in which no absolute path shows more than its last name.

    >>> _without_folders("[Errno 5] Input/output error: '/home/me/a b/x.csv', (/srv/y.csv)")
    "[Errno 5] Input/output error: 'x.csv', (y.csv)"
    """
    return _FOLDERS.sub("", _QUOTED_FOLDERS.sub(r"\1", text))


def redacted(text: str) -> str:
    """Return text in which no address shows credentials or a query.

    >>> redacted("https://me:secret@host/a.csv?sig=1 and s3://bucket/*.csv")
    'https://host/a.csv and s3://bucket/*.csv'
    """
    return _QUERY.sub(r"\1", _USER.sub(r"\1", text))


def translate(error: BaseException, path: str) -> SourceError:
    """Return the sentence for an error met while this source was read."""
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    found = text.lower()
    name = plain(redacted(path))
    if isinstance(error, pl.exceptions.NoDataError):
        return EmptySourceError(f"{name} is empty. Write the labels into it first.")
    remote = "object-store error" in found or "error sending request" in found
    for signs, sentence in _REMOTE_SENTENCES if remote else _SENTENCES:
        if any(_says(str(error).lower() if remote else found, sign) for sign in signs):
            return SourceError(f"{name} {sentence}.")
    # The library shows the path of a link apart from its host.
    text = re.sub(r"\?[^\s)]+", "", redacted(text)) if remote else redacted(text)
    text = text if remote else _without_folders(text)
    shown = plain(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…").rstrip(".")
    return SourceError(f"{name} cannot be read: {shown}. Check that the file is complete and of the format it claims.")


def _says(text: str, sign: str) -> bool:
    """A status stands alone: file names hold such numbers too."""
    return re.search(rf"\b{sign}\b", text) is not None if sign.isdigit() else sign in text


def _culprit(labels: Labels) -> tuple[str, BaseException] | None:
    """Read each file alone until one fails."""
    for name, scan in getattr(labels, "parts", ()):
        try:
            # The hash makes every value be decoded; a bare count is answered from a parquet footer.
            scan().select(pl.all().hash().max()).collect(engine="streaming")
        except FOREIGN as error:
            return name, error
    return None
