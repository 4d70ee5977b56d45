"""What our JSON files have in common: one object that names its format and version, and text that HTML can embed.

`<`, `>` and `&` in strings are written as JSON escapes, so that no label can end the script element around the bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imbalance_audit.display import plain

if TYPE_CHECKING:
    from os import PathLike

    from imbalance_audit.errors import AuditError

_SHOWN = 200


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


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of our files.

    Attributes:
        noun: What it is, such as "an audit".
        format: What its key `format` says.
        version: The version that this program reads.
        error: What is raised where it cannot be read.
        way_out: What to do then, a sentence.
    """

    noun: str
    format: str
    version: int
    error: type[AuditError]
    way_out: str

    def read(self, path: str | PathLike[str]) -> dict[str, Any]:
        """Return the object in a file of this kind; its other keys are not looked at.

        Raises:
            AuditError: of `error`'s type: there is no such file, or it is none of this kind and version.
        """
        name = plain(str(path))
        try:
            content = Path(path).read_bytes()
        except (OSError, ValueError) as error:  # ValueError: a path with a null byte
            message = f"Cannot read {name}: {getattr(error, 'strerror', None) or error}. {self.way_out}"
            raise self.error(message) from error
        try:
            found = json.loads(content)
        except (ValueError, RecursionError) as error:
            message = f"{name} is not JSON ({plain(str(error))[:_SHOWN]}). {self.way_out}"
            raise self.error(message) from error
        return self.checked(found, name)

    def checked(self, found: object, name: str) -> dict[str, Any]:
        """Return a value that is of this kind and version.

        Raises:
            AuditError: of `error`'s type: it is not.
        """
        if not isinstance(found, dict) or found.get("format") != self.format:
            message = f'{name} is not {self.noun}: expected "format": "{self.format}". {self.way_out}'
            raise self.error(message)
        version = found.get("version")
        if type(version) is not int or version != self.version:
            shown = plain(repr(version))[:_SHOWN]
            message = f"{name} has version {shown}, this program reads version {self.version}. {self.way_out}"
            raise self.error(message)
        return found

    def says(self, path: str | PathLike[str]) -> bool:
        """Return whether a file claims to be of this kind, of whatever version."""
        try:
            found = json.loads(Path(path).read_bytes())
        except (OSError, ValueError, RecursionError):
            return False
        return isinstance(found, dict) and found.get("format") == self.format
