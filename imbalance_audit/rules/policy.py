"""Where a rule's patience ends: which rules speak, the limits that make a warning or an error, and what is waived."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from operator import gt, lt
from typing import TYPE_CHECKING, Literal

from imbalance_audit.records import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from imbalance_audit.records import Finding, Severity


@dataclass(frozen=True)
class Limit:
    """The two limits of one rule; None: never.

    Attributes:
        warning: From here on a warning.
        error: From here on an error.
        unit: What the limits count, for people.
        rows: The rule counts rows out of a whole: an integer is a number of rows, a decimal a share of them.
        splits: Split → the limit there, where it is another one.
        classes: Class → its limit, before that of the split.
    """

    warning: float | None = None
    error: float | None = None
    unit: str = ""
    rows: bool = False
    splits: Mapping[str, Limit] = field(default_factory=dict)
    classes: Mapping[str, Limit] = field(default_factory=dict)

    def __str__(self) -> str:
        told = [
            f"{name} {value:g}"
            for name, value in (("warning", self.warning), ("error", self.error))
            if value is not None
        ]
        return f"{', '.join(told)} {self.unit}".strip() if told else ""

    def at(self, *, split: str | None = None, label: str | None = None) -> Limit:
        """Return the limit for one split and class."""
        if label is not None and label in self.classes:
            return self.classes[label]
        return self.splits.get(split, self) if split is not None else self

    def above(self, observed: float, *, of: int = 0) -> tuple[Severity, float] | None:
        """Return the severity and the limit broken by a value that must not exceed it."""
        return self._broken(observed, of, gt)

    def below(self, observed: float, *, of: int = 0) -> tuple[Severity, float] | None:
        """Return the severity and the limit broken by a value that must not fall short of it."""
        return self._broken(observed, of, lt)

    def _broken(
        self, observed: float, of: int, beyond: Callable[[float, float], bool]
    ) -> tuple[Severity, float] | None:
        levels: tuple[tuple[Severity, float | None], ...] = (("error", self.error), ("warning", self.warning))
        for severity, value in levels:
            if value is None:
                continue
            if beyond(as_counted(observed, value, of=of) if self.rows else observed, value):
                return severity, value
        return None


def as_counted(rows: float, limit: float, *, of: int) -> float:
    """Return rows as their limit counts them: a number beside an integer, a share of the whole beside a decimal.

    >>> as_counted(5, 20, of=100), as_counted(5, 0.1, of=100)
    (5, 0.05)
    """
    return rows / of if isinstance(limit, float) and of else rows


NO_LIMIT = Limit()
"""For rules whose condition alone decides."""


@dataclass(frozen=True, kw_only=True)
class Override:
    """What a policy says otherwise than a rule. None keeps what the rule says.

    Attributes:
        warning: The limit of a warning; False: never one. Of rows, an integer is a number and a decimal a share.
        error: The limit of an error, likewise.
        severity: What every finding is, whatever the limits make of it.
        splits: Split → what is otherwise there.
        classes: Class → what is otherwise for it.
    """

    warning: float | Literal[False] | None = None
    error: float | Literal[False] | None = None
    severity: Severity | None = None
    splits: Mapping[str, Override] = field(default_factory=dict)
    classes: Mapping[str, Override] = field(default_factory=dict)

    def limit(self, limit: Limit) -> Limit:
        """Return the rule's limit with what is otherwise."""
        base = replace(limit, warning=_kept(self.warning, limit.warning), error=_kept(self.error, limit.error))
        return replace(
            base,
            splits={split: override.limit(base) for split, override in self.splits.items()},
            classes={label: override.limit(base) for label, override in self.classes.items()},
        )

    def severity_of(self, finding: Finding) -> Severity:
        """Return what the finding is: the class's word before the split's before the rule's."""
        at_class = self.classes.get(finding.label) if finding.label is not None else None
        at_split = self.splits.get(finding.split) if finding.split is not None else None
        for said in (at_class, at_split, self):
            if said is not None and said.severity is not None:
                return said.severity
        return finding.severity


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """Findings that are known and accepted until a day.

    Attributes:
        rule: The code, or the start of codes, of the rules whose findings are waived.
        reason: Why.
        expires: The last day on which it holds.
        split: Only findings about this split.
        label: Only findings about this class.
    """

    rule: str
    reason: str
    expires: date
    split: str | None = None
    label: str | None = None

    def covers(self, finding: Finding) -> bool:
        """Return whether a finding is waived while the waiver holds."""
        return (
            finding.code.startswith(self.rule)
            and self.split in (None, finding.split)
            and self.label in (None, finding.label)
        )


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What is judged and how; the default is every rule with its own limits.

    Attributes:
        select: Rules that run, by code or its start; none means all.
        ignore: Rules that do not run, likewise.
        classes: The classes in index order, where the source does not declare them itself.
        fail_on: From which severity on `audit check` fails; None leaves it to the command.
        rules: Code → what is otherwise than the rule says.
        waivers: Findings that are accepted until a day.
        today: The day on which waivers are judged; None: the day on which the program runs.
        path: The file it was read from, as shown.
        lines: Code → the line of the file that sets its limit.

    >>> from imbalance_audit import scan
    >>> labels = ["cat"] * 500 + ["lynx"] * 3
    >>> [finding.code for finding in scan(labels, policy=Policy(select=("SUP",), ignore=("SUP002",))).findings]
    ['SUP001']
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    classes: tuple[str, ...] | None = None
    fail_on: Literal["error", "warning", "info", "never"] | None = None
    rules: Mapping[str, Override] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    today: date | None = None
    path: str | None = None
    lines: Mapping[str, int] = field(default_factory=dict)

    def excludes(self, code: str) -> str | None:
        """Return why a rule does not run, or None when it does."""
        if self.select and not code.startswith(self.select):
            return "the policy does not select it"
        return "the policy ignores it" if code.startswith(self.ignore or ("\0",)) else None

    def limit(self, code: str, limit: Limit) -> Limit:
        """Return a rule's limit under this policy."""
        return self.rules[code].limit(limit) if code in self.rules else limit

    def settle(self, finding: Finding) -> Finding:
        """Return a finding with the severity that the policy gives it; a waived one is information."""
        severity = self.rules[finding.code].severity_of(finding) if finding.code in self.rules else finding.severity
        for waiver in self.waivers:
            if severity != SEVERITIES[-1] and self.holds(waiver) and waiver.covers(finding):
                message = f"{finding.message} (waived until {waiver.expires}: {waiver.reason})"
                return replace(finding, severity=SEVERITIES[-1], message=message)
        return finding if severity == finding.severity else replace(finding, severity=severity)

    def holds(self, waiver: Waiver) -> bool:
        """Return whether the waiver's last day is not over. Nothing else in an audit depends on the date."""
        from datetime import date

        return waiver.expires >= (self.today or date.today())


def _kept(said: float | Literal[False] | None, own: float | None) -> float | None:
    return own if said is None else None if said is False else said
