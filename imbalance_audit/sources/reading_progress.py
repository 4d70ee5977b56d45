"""How far a long reading has come, told to whoever listens: nobody, or a terminal."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Listener = Callable[[str, int, int | None], None]
    """Takes what is read, how many are done, and how many there are, where that is known."""

T = TypeVar("T")

_EVERY = 256
_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Tell this listener of all readings inside the block."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def steps(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """Yield the items, telling the listener, if there is one, every so often and at the end.

    >>> with told_to(lambda what, done, total: print(what, done, total)):
    ...     list(steps("ab", "letters", 2))
    letters 0 2
    letters 2 2
    ['a', 'b']
    """
    listener, done = _LISTENER.get(), 0
    for item in items:
        if listener is not None and done % _EVERY == 0:
            listener(what, done, total)
        yield item
        done += 1
    if listener is not None:
        listener(what, done, total)
