"""How far a long command has come: one line on a terminal, gone when the work is done.

Polars says nothing while it counts, so a thread of our own keeps the clock going.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from imbalance_audit.display import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

_AFTER, _EVERY = 0.5, 0.1
"""Seconds until the line is first shown, and between two looks at what it says."""


class Progress:
    """A line that says what is done, how far, and for how long."""

    def __init__(self) -> None:
        self._lock, self._over = Lock(), Event()
        self._began = time.monotonic()
        self._doing, self._shown = "reading", 0
        self._thread = Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        """Begin to show the line, after a while."""
        self._thread.start()

    def stop(self) -> None:
        """Erase the line and show it no more."""
        self._over.set()
        self._thread.join()
        self._write("")

    def doing(self, what: str) -> None:
        """Say what is done now; how far it is cannot be told."""
        self._doing = what

    def done(self, what: str, done: int, total: int | None) -> None:
        """Say how far a reading is: the listener of `told_to`."""
        self._doing = f"reading {what} {done:,}" + (f" of {total:,}" if total else "")

    def _keep(self) -> None:
        if self._over.wait(_AFTER):
            return
        while not self._over.wait(_EVERY):
            self._write(f"{self._doing} … {time.monotonic() - self._began:.0f} s")

    def _write(self, text: str) -> None:
        with self._lock:
            try:
                width = os.get_terminal_size(sys.stderr.fileno()).columns or 80
                # Blanks, not escape sequences: they erase on every terminal.
                line = plain(text)[: width - 1]
                blanks = " " * (self._shown - len(line))
                back = "\r" if not line else ""
                if line or self._shown:
                    sys.stderr.write(f"\r{line}{blanks}{back}")
                    sys.stderr.flush()
                self._shown = len(line)
            except (OSError, ValueError):
                # The terminal went away; the work goes on.
                self._over.set()


class _Silent(Progress):
    """Says nothing: nobody watches."""

    def start(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


@contextmanager
def progress() -> Iterator[Progress]:
    """Yield a line that tells of the readings in the block, where stderr is a terminal that can erase one."""
    from imbalance_audit.sources.reading_progress import told_to

    watched = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    shown = Progress() if watched else _Silent()
    shown.start()
    try:
        with told_to(shown.done):
            yield shown
    finally:
        shown.stop()
