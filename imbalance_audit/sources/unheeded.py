"""Which reading options mean something for what is read."""

from __future__ import annotations

from imbalance_audit.display import plain
from imbalance_audit.errors import SourceError
from imbalance_audit.records import ReadOptions
from imbalance_audit.records.option import declared

COLUMNS = frozenset({"label", "split", "group", "id", "weight", "separator", "classes"})
"""The options that mean something wherever labels stand in columns."""


def refuse_unheeded(options: ReadOptions, heeds: frozenset[str], path: str, what: str) -> None:
    """Refuse an option that means nothing for what is read: whoever passed it expects it to do something.

    Args:
        options: What the user said.
        heeds: The names of the options that mean something.
        path: What the source is called.
        what: What the source is, such as `csv`.

    Raises:
        SourceError: another option is given.
    """
    for option in declared(ReadOptions):
        if option.name not in heeds and getattr(options, option.name) != option.default:
            message = f"{plain(path)} is {what}, where {option.spelling} means nothing. Leave it out."
            raise SourceError(message)
