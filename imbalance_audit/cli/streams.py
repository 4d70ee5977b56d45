"""stdout and stderr as a command line needs them: what cannot be written ends in a sentence, not in a traceback.

What the terminal's encoding lacks is written as the escapes of JSON, so that JSON stays JSON.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from imbalance_audit.display import plain
from imbalance_audit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterator

PIPE_CLOSED = 141
"""The code of a program that a reader left: 128 and the number of SIGPIPE."""

_ESCAPED = "imbalance-audit.escaped"


class _Result(io.TextIOWrapper):
    """stdout; a reader that left ends the program quietly."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError as error:
            _give_up(error)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            _give_up(error)


class _Told(io.TextIOWrapper):
    """stderr; if nobody can be told, the work goes on."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError:
            _drop(self.fileno())
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            _drop(self.fileno())


@contextmanager
def taken_over() -> Iterator[None]:
    """Take stdout and stderr over for a block, and give them back as they were.

    Raises:
        OptionError: stdout is closed.
    """
    codecs.register_error(_ESCAPED, _escape)
    before = sys.stdout, sys.stderr
    try:
        _take_over()
        yield
    finally:
        for ours in (sys.stdout, sys.stderr):
            if isinstance(ours, _Result | _Told):
                with suppress(OSError, ValueError):
                    ours.detach()  # it would close the stream with itself
        sys.stdout, sys.stderr = before


def _take_over() -> None:
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 -- open as long as the program runs
    elif isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr = _Told(sys.stderr.buffer, sys.stderr.encoding, "backslashreplace", line_buffering=True)
    if sys.stdout is None:
        message = "stdout is closed: there is no place for the result. Redirect it, to /dev/null to drop it."
        raise OptionError(message)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout = _Result(sys.stdout.buffer, sys.stdout.encoding, _ESCAPED, line_buffering=sys.stdout.line_buffering)


def _escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2)), error.end


def _give_up(error: OSError) -> NoReturn:
    _drop(1)
    if error.errno == errno.EPIPE:
        raise SystemExit(PIPE_CLOSED)
    message = f"Cannot write to stdout: {error.strerror}. Redirect it to a place that can be written."
    raise OptionError(message) from error


def _drop(handle: int) -> None:
    """Lead a handle nowhere, so that what is still buffered is no second failure when the program ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, handle)
    os.close(nowhere)


def colours(stream_is_terminal: bool) -> bool:
    """Return whether to colour: on a terminal, unless NO_COLOR says otherwise (no-color.org)."""
    return stream_is_terminal and not os.environ.get("NO_COLOR")


def say(text: str) -> None:
    """Tell on stderr what is not the result."""
    print(plain(text), file=sys.stderr)
