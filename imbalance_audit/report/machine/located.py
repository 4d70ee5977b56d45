"""Where a finding is shown in a repository: data files have no lines, so at the line of the policy that judges it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imbalance_audit.records import Audit


class Anchor(NamedTuple):
    """A place that CI can point to."""

    file: str
    line: int


class Policed(NamedTuple):
    """The policy file as a report sees it.

    Attributes:
        path: Relative to the working directory; None where there is no file.
        lines: Code → the line that sets its limit.
    """

    path: str | None
    lines: Mapping[str, int]


def anchor(code: str, audit: Audit, policy: Policed) -> Anchor:
    """Return the policy's line on a rule, its first line, or without a policy file the labels themselves."""
    if policy.path is not None:
        return Anchor(policy.path, policy.lines.get(code, 1))
    return Anchor(audit.source.path.split(", ")[0] or "audit.toml", 1)
