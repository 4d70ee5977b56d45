"""Where a rule's patience ends: the limits that turn an observation into a warning or an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imbalance_audit.records import Severity


@dataclass(frozen=True)
class Limit:
    """The two limits of one rule; None: never.

    Attributes:
        warning: From here on a warning.
        error: From here on an error.
        unit: What the limits count, for people.
    """

    warning: float | None = None
    error: float | None = None
    unit: str = ""

    def __str__(self) -> str:
        told = [
            f"{name} {value:g}"
            for name, value in (("warning", self.warning), ("error", self.error))
            if value is not None
        ]
        return f"{', '.join(told)} {self.unit}".strip()

    def above(self, observed: float) -> tuple[Severity, float] | None:
        """Return the severity and the limit broken by a value that must not exceed it."""
        if self.error is not None and observed > self.error:
            return "error", self.error
        if self.warning is not None and observed > self.warning:
            return "warning", self.warning
        return None

    def below(self, observed: float) -> tuple[Severity, float] | None:
        """Return the severity and the limit broken by a value that must not fall short of it."""
        if self.error is not None and observed < self.error:
            return "error", self.error
        if self.warning is not None and observed < self.warning:
            return "warning", self.warning
        return None


NO_LIMIT = Limit()
"""For rules whose condition alone decides."""
