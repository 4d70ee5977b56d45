"""What a class-folder tree holds that its loader passes over, stops at, or numbers otherwise."""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest
from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.sources.places.folders import shown_suffixes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imbalance_audit.sources.layouts.class_tree import Tree

_SHOWN = 5


def notes_of(
    trees: Sequence[Tree], trained: Sequence[Tree], *, left_out: Sequence[str], escaped: int, suffixes: Sequence[str]
) -> tuple[str, ...]:
    """Return a sentence for each oddity.

    Args:
        trees: What each folder of class folders holds.
        trained: Those of them whose folders are the classes.
        left_out: Folders beside the splits that are none.
        escaped: File names that are no text.
        suffixes: What samples end with.
    """
    others = sum((tree.others for tree in trees), Counter[str]())
    sums = (
        (sum(tree.beside for tree in trees), "Samples beside the class folders left out, as ImageFolder does"),
        (sum(tree.circles for tree in trees), "Links that lead back to a folder above them, not followed"),
        (sum(tree.hidden for tree in trees), "Hidden files counted, as ImageFolder loads them"),
        (escaped, "File names that are not UTF-8 text, written with escapes in the ids"),
    )
    notes = [f"{sentence}: {count:,}." for count, sentence in sums if count]
    if others:
        notes.append(f"Files that do not end in {', '.join(suffixes)} left out: {shown_suffixes(others)}.")
    if left_out:
        notes.append(f"Folders beside the splits that share no class folder with them left out: {_named(left_out)}.")
    notes += [
        f"The folder {quoted(tree.name)} has no class folders: its {len(tree.unlabelled):,} samples have no label."
        for tree in trees
        if tree.unlabelled
    ]
    return (*notes, *_numbering(trees, trained))


def _numbering(trees: Sequence[Tree], trained: Sequence[Tree]) -> Iterator[str]:
    """Yield what a training loader stops at or numbers otherwise."""
    for tree in trees:
        where = "" if tree.split is None else f" of {quoted(tree.name)}"
        if empty := [name for name, n in tree.runs if not n]:
            yield (
                f"Class folders{where} without a sample: {_named(empty)}. ImageFolder stops at them, and with"
                " allow_empty=True gives each an index, as is done here. Delete those that are none."
            )
        if hidden := [name for name, n in tree.runs if n and name.startswith(".")]:
            yield f"Hidden folders{where} are classes, as for ImageFolder: {_named(hidden)}. Delete what is none."
    if len({tree.classes for tree in trained}) > 1:
        names = _named([tree.name for tree in trained])
        yield f"{names} have different class folders: an ImageFolder of each numbers the classes otherwise."
        return
    for tree in trees:
        if tree.runs and trained and tree.classes != trained[0].classes:
            pairs = enumerate(zip_longest(trained[0].classes, tree.classes))
            first, (here, there) = next((i, pair) for i, pair in pairs if pair[0] != pair[1])
            yield (
                f"The class folders of {quoted(tree.name)} are not those of {quoted(trained[0].name)}: an ImageFolder"
                f" of it numbers classes otherwise: index {first} is {_or_none(there)} instead of {_or_none(here)}."
            )


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(map(quoted, names[:_SHOWN]))
    return shown + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def _or_none(name: str | None) -> str:
    return "none" if name is None else quoted(name)
