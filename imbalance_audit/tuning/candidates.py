"""What is tried: names of schemes, weights, or what an audit suggests."""

from __future__ import annotations

import re
from statistics import median
from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError, refuse_unknown
from imbalance_audit.records import Candidate, ClassWeights
from imbalance_audit.weights import SCHEMES, class_weights

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imbalance_audit.records import Audit

NONE = Candidate("none", None)

_SPEC = re.compile(r"\s*([a-z-]+)\s*(?:\(([^()]*)\))?\s*")
_OPTION = re.compile(r"\s*([a-z_]+)\s*=\s*([^\s=,]+)\s*")
_NO_OPTIONS = ("audit", "scheme", "split", "all_rows", "prior", "costs", "clip")
"""What class_weights takes that is not said in a name."""

_ALIKE = 0.05
"""Relative difference up to which two weights are taken for the same candidate: a training is not worth telling."""


def candidates_of(audit: Audit, *, split: str | None = None, zero_count: str = "error") -> tuple[Candidate, ...]:
    """Return what to try on an audit's training data, from no weights to balanced ones.

    None; `balanced`; `sqrt`; `power` with τ = ¼; `effective-number` with β = 1 - 1/median count and with 0.999. Of two
    whose weights differ by less than 5 % in every class, the first is kept. The mildest comes first: that which keeps
    the largest effective sample.

    Args:
        audit: What was counted.
        split: The split that is trained on. None takes `train` if the audit has it, else all rows.
        zero_count: What to do with classes without an instance, as in `class_weights`.

    Raises:
        OptionError: there is no such split or policy.
        WeightError: no weights can be computed.

    >>> from imbalance_audit import scan
    >>> [candidate.name for candidate in candidates_of(scan(["cat"] * 90 + ["lynx"] * 10))]
    ['none', 'power(tau=0.25)', 'sqrt', 'effective-number(beta=0.98)', 'balanced']
    """
    balanced = class_weights(audit, scheme="balanced", split=split, zero_count=zero_count)
    middle = max(median(n for n in balanced.counts if n > 0), 2.0)
    names = (
        "balanced",
        "sqrt",
        "power(tau=0.25)",
        f"effective-number(beta={1 - 1 / middle:.6g})",
        "effective-number(beta=0.999)",
    )
    kept = [NONE]
    for name in names:
        weights = _of_name(name, audit, split=split, zero_count=zero_count).weights
        if weights is not None and not any(_alike(weights, other.weights) for other in kept):
            kept.append(Candidate(name, weights))
    return tuple(sorted(kept, key=lambda candidate: -candidate.kept))


def resolved(
    given: Iterable[str | ClassWeights | Candidate | None], audit: Audit | None, split: str | None
) -> tuple[Candidate, ...]:
    """Return the candidates by name, each once.

    Raises:
        OptionError: there is none, two of one name differ, one is of other data, or a name needs an audit.
        WeightError: no weights can be computed.
    """
    if isinstance(given, (str, ClassWeights)):
        message = f"Expected several candidates, got {type(given).__name__} alone. Give a list, with none to compare."
        raise OptionError(message)
    found: dict[str, Candidate] = {}
    for candidate in (_one(item, audit, split) for item in given):
        known = found.setdefault(candidate.name, candidate)
        if known.weights != candidate.weights:
            message = f"Expected each candidate once, got {quoted(known.name)} with two sets of weights. Name one anew."
            raise OptionError(message)
    if not found:
        message = 'Expected at least one candidate, got none. Give names such as "none" and "balanced".'
        raise OptionError(message)
    _of_one_audit([candidate.weights for candidate in found.values() if candidate.weights is not None])
    return tuple(found.values())


def name_of(weights: ClassWeights) -> str:
    """Return the scheme with its parameters: `effective-number(beta=0.999)`."""
    told = ", ".join(f"{name}={_shown(value)}" for name, value in weights.parameters.items() if value is not None)
    return f"{weights.scheme}({told})" if told else weights.scheme


def _one(item: str | ClassWeights | Candidate | None, audit: Audit | None, split: str | None) -> Candidate:
    given: object = item
    if item is None:
        return NONE
    if isinstance(given, Candidate):
        return given
    if isinstance(given, ClassWeights):
        return Candidate(name_of(given), given)
    if isinstance(given, str):
        return _of_name(given, audit, split=split)
    message = f"Expected a name, ClassWeights or a Candidate, got {type(given).__name__}. Give one of these."
    raise OptionError(message)


def _of_name(name: str, audit: Audit | None, *, split: str | None, zero_count: str = "error") -> Candidate:
    spec = _SPEC.fullmatch(name)
    if spec is None:
        message = f'Expected a scheme such as "power(tau=0.25)", got {quoted(name)}. Write name(parameter=value).'
        raise OptionError(message)
    scheme, told = spec.group(1), _options(name, spec.group(2) or "")
    if scheme == NONE.name and not told:
        return NONE
    if scheme == NONE.name:
        message = f"Expected none without parameters, got {quoted(name)}. Leave them out, or name a scheme."
        raise OptionError(message)
    refuse_unknown("scheme", scheme, (NONE.name, *SCHEMES))
    if audit is None:
        message = f"Expected an audit to compute {quoted(name)} from, got none. Give audit=, or ClassWeights."
        raise OptionError(message)
    options: dict[str, object] = {"zero_count": zero_count, **told}
    weights = class_weights(audit, scheme=scheme, split=split, **options)  # type: ignore[arg-type]  # -- checked there
    return Candidate(" ".join(name.split()), weights)


def _options(name: str, text: str) -> dict[str, float | str]:
    found: dict[str, float | str] = {}
    for part in text.split(",") if text.strip() else ():
        option = _OPTION.fullmatch(part)
        if option is None or option.group(1) in (*_NO_OPTIONS, *found):
            message = (
                f"Expected parameter=value, each once, got {quoted(part)} in {quoted(name)}. Weigh it by class_weights "
                "yourself."
            )
            raise OptionError(message)
        try:
            found[option.group(1)] = float(option.group(2))
        except ValueError:
            found[option.group(1)] = option.group(2)
    return found


def _of_one_audit(weights: list[ClassWeights]) -> None:
    for other in weights[1:]:
        if (other.classes, other.fingerprint, other.split) != (
            weights[0].classes,
            weights[0].fingerprint,
            weights[0].split,
        ):
            message = (
                f"Expected candidates of the same data, got {quoted(name_of(weights[0]))} and "
                f"{quoted(name_of(other))} of other classes, counts or split. Compute all from one audit."
            )
            raise OptionError(message)


def _alike(weights: ClassWeights, other: ClassWeights | None) -> bool:
    others = (1.0,) * len(weights.weight) if other is None else other.weight
    return all(abs(a - b) <= _ALIKE * max(a, b) for a, b in zip(weights.weight, others, strict=True))


def _shown(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
