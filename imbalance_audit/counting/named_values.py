"""What the values of a label table are called: text, and in place of a code or another spelling the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping


def named(column: str, names: Mapping[str, str]) -> pl.Expr:
    """Return a column as text, with the name of each value that stands for one.

    >>> table = pl.DataFrame({"label": [0, 1, None]})
    >>> table.select(named("label", {"0": "cat"}))["label"].to_list()
    ['cat', '1', None]
    """
    text = pl.col(column).cast(pl.String)
    return text.replace(names) if names else text
