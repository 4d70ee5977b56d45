"""What the rules found, and which could not look."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imbalance_audit.records.vocabulary import Severity, State

_NUMBER = re.compile(r"[0-9][0-9.,]*")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a rule found wrong.

    Attributes:
        code: The rule's stable code, such as `SUP002`.
        name: The rule's name, such as `absent-from-split`.
        severity: Given by the policy.
        message: One sentence; labels in it are quoted and escaped.
        split: The split it is about; None for the whole source.
        label: The class it is about, exactly as found; None when it is about several or none.
        observed: The value that broke the limit.
        limit: The limit of the policy.
        rows: How many instances are affected.
        examples: A few affected values.
        remedy: What to do about it.

    >>> from imbalance_audit import scan
    >>> finding = scan(["cat"] * 500 + ["lynx"] * 3).findings[0]
    >>> isinstance(finding, Finding), finding.code, finding.severity, finding.label, finding.observed
    (True, 'SUP001', 'warning', 'lynx', 3)
    """

    code: str
    name: str
    severity: Severity
    message: str
    remedy: str
    split: str | None = None
    label: str | None = None
    observed: float | int | str | None = None
    limit: float | int | str | None = None
    rows: int = 0
    examples: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, str | None, str | None, str]:
        """What makes a finding the same one in another audit: rule, split, class; without a class also its words."""
        words = "" if self.label is not None else _NUMBER.sub("#", self.message)
        return self.code, self.split, self.label, words


@dataclass(frozen=True)
class Coverage:
    """What became of one rule.

    Attributes:
        code: The rule's code.
        state: `failed` when it found anything, `not_run` when it could not run.
        reason: Why it could not run; None otherwise.
    """

    code: str
    state: State
    reason: str | None = None
