"""Every error that a user can meet, each one sentence: what was expected, what came, the way out.

    AuditError(ValueError)
    ├── SourceError          the labels cannot be read
    │   └── EmptySourceError there is nothing to check
    ├── OptionError          an option, a name or a combination of them is wrong
    │   └── PolicyError      a policy cannot be read, or something in it is not known
    ├── WeightError          no weights can be computed from these counts
    ├── WeightFileError      a weight file cannot be read
    ├── ClassOrderError      weights and logits do not speak of the same classes
    ├── AuditFileError       an audit.json or evaluation.json cannot be read
    ├── DecisionFileError    a decision.json cannot be read
    ├── SamplingError        a rank trained on other rows than its sampler planned
    ├── IndexFileError       a label index cannot be read
    ├── MissingExtraError    an optional dependency is not installed
    └── CheckFailedError     `check` was asked to stop here

What was read and found bad is a `Finding`, never an error, unless `check` is asked to make it one.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from imbalance_audit.display import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imbalance_audit.records import Finding


class AuditError(ValueError):
    """The root of every error raised on purpose."""


class SourceError(AuditError):
    """The labels cannot be read."""


class EmptySourceError(SourceError):
    """The source can be read and holds nothing to check."""


class OptionError(AuditError):
    """An option, a name, or a combination of them is wrong."""


class PolicyError(OptionError):
    """A policy cannot be read, or something in it is not known."""


class WeightError(AuditError):
    """No weights can be computed from these counts with these options."""


class WeightFileError(AuditError):
    """A weight file cannot be read, or is not one of ours."""


class ClassOrderError(AuditError):
    """The weights and the model's logits do not speak of the same classes."""


class AuditFileError(AuditError):
    """An audit.json or an evaluation.json cannot be read, or is not one of ours."""


class DecisionFileError(AuditError):
    """A decision.json cannot be read, or is not one of ours."""


class SamplingError(AuditError):
    """A rank trained on other rows than its sampler planned."""


class IndexFileError(AuditError):
    """A label index cannot be read, or is not one of ours."""


class MissingExtraError(AuditError):
    """An optional dependency is needed and not installed."""

    @classmethod
    def of(cls, what: str, *, extra: str) -> MissingExtraError:
        """Name what needed the extra and the command that installs it."""
        return cls(f"{what} needs an optional dependency. Install it with: pip install 'imbalance-audit[{extra}]'")


class CheckFailedError(AuditError):
    """The audit has findings that the caller does not accept.

    Attributes:
        findings: These findings.
    """

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        super().__init__(f"{findings[0].code} {findings[0].name}: {findings[0].message}{more}")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `' Did you mean "x"?'` for the nearest known name, safe to print, or the empty string."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" Did you mean {quoted(near[0])}?" if near else ""


def unknown(what: str, name: object, known: Iterable[str], *, way_out: str | None = None) -> str:
    """Return the sentence for a name that is none of the known ones: the nearest of them, and the way out.

    Args:
        what: What the name should have been of, such as `scheme`.
        name: What came.
        known: The names that there are.
        way_out: Where they are listed, if they are too many for a sentence.

    >>> print(unknown("scheme", "ballanced", ["balanced", "inverse"]))
    There is no scheme "ballanced". Did you mean "balanced"? Choose one of "balanced", "inverse".
    """
    names = list(known)
    way_out = way_out or f"Choose one of {', '.join(map(quoted, names))}."
    return f"There is no {what} {quoted(str(name))}.{did_you_mean(str(name), names)} {way_out}"


def refuse_unknown(what: str, name: object, known: Iterable[str]) -> None:
    """Refuse a name that is none of the known ones.

    Raises:
        OptionError: it is none of them.
    """
    names = list(known)
    if name not in names:
        raise OptionError(unknown(what, name, names))
