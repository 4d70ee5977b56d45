"""What our JSON files have in common: one object that names its format and version, is typed, and has a digest.

`<`, `>` and `&` in strings are written as JSON escapes, so that no label can end the script element around the bytes.
A file is read strictly: every key is there and of its type, none is beside it, and `digest` is the SHA-256 of the rest
(`records.fingerprint.digest_of`), so that an edit by hand is refused and not believed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from imbalance_audit.display import plain, quoted
from imbalance_audit.records import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from imbalance_audit.errors import AuditError

_SHOWN = 200

W = TypeVar("W", bound=msgspec.Struct)


def compact(value: object) -> str:
    r"""Return the JSON text of a value on one line.

    Raises:
        ValueError: it holds NaN or infinity.
        TypeError: it holds what JSON has not.

    >>> print(compact({"label": "</script>"}))
    {"label": "\u003c/script\u003e"}
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


class _Head(msgspec.Struct):
    format: Any = None
    version: Any = None


@dataclass(frozen=True, kw_only=True)
class JsonKind(Generic[W]):
    """One kind of our files.

    Attributes:
        noun: What it is, such as "an audit".
        format: What its key `format` says.
        version: The version that this program reads.
        error: What is raised where it cannot be read.
        way_out: What to do then, a sentence.
        wire: Returns the type of the whole object.
    """

    noun: str
    format: str
    version: int
    error: type[AuditError]
    way_out: str
    wire: Callable[[], type[W]]

    def read(self, path: str | PathLike[str]) -> W:
        """Return the object in a file of this kind, typed, and as its digest says.

        Raises:
            AuditError: of `error`'s type: there is no such file, or something in it is wrong. Its place is named.
        """
        name = plain(str(path))
        try:
            content = Path(path).read_bytes()
        except (OSError, ValueError) as error:  # ValueError: a path with a null byte
            message = f"Cannot read {name}: {getattr(error, 'strerror', None) or error}. {self.way_out}"
            raise self.error(message) from error
        return self.checked(content, name)

    def checked(self, content: bytes, name: str) -> W:
        """Return the object that these bytes hold.

        Raises:
            AuditError: of `error`'s type: something in it is wrong.
        """
        self._check_head(content, name)
        try:
            found = msgspec.json.decode(content, type=self.wire())
            whole = json.loads(content)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise self._refused(name, error) from error
        said, is_now = whole.get("digest"), digest_of(whole)
        if said != is_now:
            message = (
                f"{name} was edited or damaged: its digest says {plain(str(said))[:12]}…, its content gives"
                f" {is_now[:12]}…. {self.way_out}"
            )
            raise self.error(message)
        return found

    def wrong(self, name: str, place: str, expected: str, got: str) -> AuditError:
        """Return the error for something in a file that is of its type, and cannot be."""
        return self.error(f"{name}: expected {place} to be {expected}, got {got}. {self.way_out}")

    def says(self, path: str | PathLike[str]) -> bool:
        """Return whether a file claims to be of this kind, of whatever version."""
        try:
            return bool(msgspec.json.decode(Path(path).read_bytes(), type=_Head).format == self.format)
        except (OSError, ValueError, RecursionError):
            return False

    def _check_head(self, content: bytes, name: str) -> None:
        try:
            head = msgspec.json.decode(content, type=_Head)
        except msgspec.ValidationError:
            head = _Head()
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            message = f"{name} is not JSON ({plain(str(error))[:_SHOWN]}). {self.way_out}"
            raise self.error(message) from error
        if head.format != self.format:
            message = f'{name} is not {self.noun}: expected "format": "{self.format}". {self.way_out}'
            raise self.error(message)
        if type(head.version) is not int or head.version != self.version:
            shown = plain(repr(head.version))[:_SHOWN]
            message = f"{name} has version {shown}, this program reads version {self.version}. {self.way_out}"
            raise self.error(message)

    def _refused(self, name: str, error: Exception) -> AuditError:
        told, _, place = str(error).partition(" - at ")
        where = f" at {plain(place.strip('`'))}" if place else ""
        return self.error(
            f"{name} is not {self.noun} as this program writes it{where}: {plain(told)[:_SHOWN]}. {self.way_out}"
        )


def shown(value: object) -> str:
    """Return a value of a file, safe to print and short."""
    return quoted(value, longest=40) if isinstance(value, str) else plain(repr(value))[:40]
