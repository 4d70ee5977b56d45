"""What the counts say: dirt and skew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class LabelFaults:
    """What is wrong with the distinct label values; no value is in two of these.

    Attributes:
        null: There are samples without a label.
        empty: Labels of nothing but blanks, or of nothing at all.
        placeholders: Undeclared rare labels that spell a missing value, such as "N/A".
        unknown: Labels outside the declared classes; empty when none are declared.
        stands_for: Look-alike → the spelling it stands for: the same but for case, blanks or Unicode form.
    """

    null: bool = False
    empty: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    stands_for: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measures:
    """How skewed one set of class counts is. None where a measure is undefined (no class, or one class).

    Attributes:
        samples: Samples, with and without a label.
        instances: Labels that are not null.
        unlabelled: Samples without a label.
        classes: Classes with at least one instance.
        largest: The commonest class; the first in name order among equals.
        largest_count: Its instances.
        smallest: The rarest class that occurs at all.
        smallest_count: Its instances.
        imbalance_ratio: Largest count / smallest count, over the classes that occur.
        hill_1: exp(Shannon entropy): as many equally common classes would be as diverse (Hill 1973, order 1).
        hill_2: 1 / Σ share² (Hill 1973, order 2): the common classes dominate it.
        normalised_entropy: Entropy / ln(classes), against the declared classes where there are any. 1 is balanced.
        gini: Gini coefficient of the counts over the same classes. 0 is balanced.
    """

    samples: int
    instances: int
    unlabelled: int
    classes: int
    largest: str | None
    largest_count: int
    smallest: str | None
    smallest_count: int
    imbalance_ratio: float | None
    hill_1: float | None
    hill_2: float | None
    normalised_entropy: float | None
    gini: float | None


@dataclass(frozen=True)
class Skew:
    """The measures of one set of labels, as found and with dirt set aside.

    Attributes:
        raw: Every distinct spelling is a class.
        clean: Look-alike spellings count for the spelling they stand for; empty, placeholder and, where classes are
            declared, unknown labels are left out. One typo no longer is the rarest class.
    """

    raw: Measures
    clean: Measures
