"""SIGTERM and SIGHUP end a command as Ctrl-C does: what it staged is removed, and the code is 128 and the signal."""

from __future__ import annotations

import os
import signal
import time
from threading import Thread
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
_GRACE = 1.0
"""Seconds that the command has to unwind. Polars counts on without looking at signals."""


def unwind_on_signals() -> None:
    """Let a signal raise `SystemExit`; where that does not come through, a thread cleans up and ends the process."""
    heeded = [one for one in _SIGNALS if signal.getsignal(one) is not signal.SIG_IGN]  # nohup ignores SIGHUP
    for one in heeded:
        signal.signal(one, _unwind)
    heard, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    Thread(target=_watch, args=(heard, heeded), daemon=True).start()


def _unwind(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 -- the signature of a handler
    raise SystemExit(128 + number)


def _watch(heard: int, heeded: list[signal.Signals]) -> None:
    while number := os.read(heard, 1):
        if number[0] in heeded:
            time.sleep(_GRACE)
            from imbalance_audit.files.staging import abandon_all

            abandon_all()
            os._exit(128 + number[0])
