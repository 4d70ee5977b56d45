"""Tags that tell where in a span a token stands: BIO, BIOES, BILOU, BMES."""

from __future__ import annotations

import re

import polars as pl

_TAG = re.compile(r"(?:[BIOESLUM])-(?P<type>.+)", re.DOTALL)
OUTSIDE = "O"
"""The tag of a token in no span."""
_CONTINUING, _OPEN = "IMEL", "BIM"
"""Positions that continue a span, and those that a span can be continued from."""


def is_tag(text: str) -> bool:
    """Return whether this is a position with a type, or the tag of no span.

    >>> is_tag("B-PER"), is_tag("O"), is_tag("NNP")
    (True, True, False)
    """
    return text == OUTSIDE or _TAG.fullmatch(text) is not None


def folded(tokens: pl.DataFrame) -> pl.DataFrame:
    """Return the tokens with the type of their span as their label."""
    tags = _tags(tokens)
    types = [found["type"] if (found := _TAG.fullmatch(tag)) else tag for tag in tags]
    return tokens.with_columns(label=pl.Series(types, dtype=pl.Categorical).gather(_codes(tokens, tags)))


def told(tokens: pl.DataFrame, *, fold: bool) -> tuple[str, ...]:
    """Return what is worth saying about the tags of tokens with columns `label` and `id`."""
    counts = {tag: n for tag, n in tokens["label"].value_counts().iter_rows() if tag is not None}
    if not any(map(_TAG.fullmatch, counts)):
        return ("No tag tells a position such as B- or I-, so nothing was folded.",) if fold else ()
    notes = []
    if outside := counts.get(OUTSIDE, 0):
        share = 100 * outside / sum(counts.values())
        notes.append(f"{share:.1f} % of the tokens are O, in no span. --ignore O weighs the other tags alone.")
    if broken := _broken(tokens):
        notes.append(f"Tags that continue a span which no tag before them began: {broken:,}.")
    return tuple(notes)


def _broken(tokens: pl.DataFrame) -> int:
    """Count tags such as I-PER after O. In IOB1, which writes B- only between two spans of a type, they are right."""
    tags = _tags(tokens)
    found = [_TAG.fullmatch(tag) for tag in tags]
    types = [match["type"] if match else "" for match in found]
    meanings = pl.DataFrame(
        {
            "type": [types.index(name) for name in types],
            "begins": [match is not None and tag[0] == "B" for tag, match in zip(tags, found, strict=True)],
            "continues": [match is not None and tag[0] in _CONTINUING for tag, match in zip(tags, found, strict=True)],
            "open": [match is not None and tag[0] in _OPEN for tag, match in zip(tags, found, strict=True)],
        }
    )
    codes = _codes(tokens, tags)
    place = tokens.select("id").with_columns(meanings[name].gather(codes) for name in meanings.columns)
    of_type, sentence = pl.col("type"), pl.col("id")
    follows = (sentence == sentence.shift()) & (of_type == of_type.shift()) & pl.col("open").shift()
    orphan = ~follows.fill_null(value=False)
    counted = place.select((pl.col("begins") & orphan).sum(), (pl.col("continues") & orphan).sum()).row(0, named=True)
    return int(counted["continues"]) if counted["begins"] else 0


def _tags(tokens: pl.DataFrame) -> list[str]:
    return tokens["label"].unique().cast(pl.String).drop_nulls().to_list()


def _codes(tokens: pl.DataFrame, tags: list[str]) -> pl.Series:
    """Return the place of each token's label in the list; few values are looked up faster by number."""
    return tokens["label"].cast(pl.Enum(tags)).to_physical()
