"""Weights that move the class shares of the training data to those where the model will be used."""

from __future__ import annotations

import csv
import hashlib
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import OptionError, WeightError, did_you_mean
from imbalance_audit.weights.cells import listed, of_classes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.weights.cells import Entries, Materials, Population
    from imbalance_audit.weights.parameters import Value

ROUNDING = 1e-3
"""How far shares that were written by hand may sum from 1; they are scaled to it."""

_SHAPE = "a CSV of class,share lines, a JSON object, or a=0.5,b=0.5"


def prior_ratio(entries: Entries, _: Mapping[str, Value]) -> list[float]:
    """Return π* / π for each class: its share where the model is used over its share in training.

    E[w] is 1 by itself, and the implied prior is π* (Elkan, IJCAI 2001, §3; Saerens et al., Neural Computation 2002).

    Raises:
        WeightError: a class is to have a share and has no instance.
    """
    total = math.fsum(entries.counts)
    return [share * total / n for share, n in zip(entries.shares, entries.counts, strict=True)]


def of_target(population: Population, materials: Materials) -> Entries:
    """Return an entry for each class, with its target share.

    Raises:
        OptionError: there is no prior, or it does not give each class one share, summing to 1.
        WeightError: a class with a share has no instance.
    """
    if materials.prior is None:
        message = 'scheme "target-prior" needs the share of each class where the model is used: give prior (--prior).'
        raise OptionError(message)
    names, prior = population.classes, materials.prior
    shares = shares_of(prior, names, what="prior")
    absent = [name for name, share, n in zip(names, shares, population.counts, strict=True) if share > 0 and n == 0]
    if absent:
        message = (
            f"Expected instances of every class that the prior gives a share, got none of {listed(absent)}: "
            "no weight makes up for that. Give these classes 0, or collect some."
        )
        raise WeightError(message)
    digest = hashlib.sha256(json.dumps([*zip(names, shares, strict=True)]).encode()).hexdigest()
    return replace(of_classes(population, materials), shares=shares, recorded={"prior_sha256": digest[:16]})


def shares_of(prior: Mapping[str, float], classes: Sequence[str], *, what: str) -> tuple[float, ...]:
    """Return the share of each class, in class order, summing to 1.

    Raises:
        OptionError: the prior, called `what`, does not give each class one share, or they do not sum to 1.
    """
    refuse_other_names(classes, list(prior), what=what)
    for name, share in prior.items():
        if not 0 <= share <= 1:  # also true of NaN
            message = f"Expected shares from 0 to 1 in the {what}, got {share} for {quoted(name)}. Correct it."
            raise OptionError(message)
    total = math.fsum(prior.values())
    if abs(total - 1) > ROUNDING:
        message = f"Expected the shares of the {what} to sum to 1, got {total:.6g}. Scale them."
        raise OptionError(message)
    return tuple(prior[name] / total for name in classes)


def read_prior(text: str) -> dict[str, float]:
    """Return class → share from `a=0.5,b=0.5`, or from the CSV or JSON file of this name.

    Raises:
        OptionError: it is none of these, or cannot be read.

    >>> read_prior("cat=0.9,dog=0.1")
    {'cat': 0.9, 'dog': 0.1}
    """
    path = Path(text)
    try:
        if not path.is_file():
            pairs = [part.rpartition("=")[::2] for part in text.split(",")]
        elif path.suffix == ".json":
            pairs = [*json.loads(path.read_text(encoding="utf-8")).items()]
        else:
            rows = [row for row in csv.reader(path.read_text(encoding="utf-8").splitlines()) if row]
            pairs = [(name, share) for name, share in (rows[1:] if _is_head(rows[0]) else rows)]
        prior = {str(name): float(share) for name, share in pairs}
    except (OSError, ValueError, AttributeError, TypeError, IndexError) as error:
        message = f"Cannot read the prior in {plain(text)[:200]}: expected {_SHAPE}."
        raise OptionError(message) from error
    if len(prior) != len(pairs):
        message = f"Expected each class once in the prior {plain(text)[:200]}, got one twice. Leave it out once."
        raise OptionError(message)
    return prior


def refuse_other_names(classes: Sequence[str], given: Sequence[str], *, what: str) -> None:
    """Raise unless exactly the classes are given.

    Raises:
        OptionError: one is missing, or one is no class.
    """
    there, wanted = set(given), set(classes)
    if strays := [name for name in given if name not in wanted]:
        near = did_you_mean(strays[0], list(classes[:1000]))
        message = f"The {what} has {listed(strays)}, not among the classes.{near} Spell them as the audit does."
        raise OptionError(message)
    if missing := [name for name in classes if name not in there]:
        message = f"The {what} lacks the classes {listed(missing)}. Give every class, with 0 where it has none."
        raise OptionError(message)


def _is_head(row: Sequence[str]) -> bool:
    try:
        float(row[1])
    except ValueError:
        return True
    return False
