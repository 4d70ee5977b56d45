"""What goes where: stdout carries the result, stderr all else."""

from __future__ import annotations

import os
import sys

from imbalance_audit.display import plain


def colours(stream_is_terminal: bool) -> bool:
    """Return whether to colour: on a terminal, unless NO_COLOR says otherwise (no-color.org)."""
    return stream_is_terminal and not os.environ.get("NO_COLOR")


def say(text: str) -> None:
    """Tell on stderr what is not the result."""
    print(plain(text), file=sys.stderr)
