"""`audit rules` and `audit explain`: what is checked, from the rules' own docstrings."""

from __future__ import annotations

import sys
from typing import Annotated

import typer


def rules() -> None:
    """List the rules: code, name, limits."""
    from imbalance_audit.rules import RULES

    for rule in RULES:
        sys.stdout.write(f"{rule.code}  {rule.name:<24} {rule.limit}\n".rstrip() + "\n")


def explain(code: Annotated[str, typer.Argument(show_default=False, help="A rule's code or name.")]) -> None:
    """Tell when a rule finds something, where its limits are, and what to do about it."""
    from imbalance_audit.rules import find_rule

    rule = find_rule(code)
    sys.stdout.write(f"{rule.code} {rule.name}\n\n{rule.condition}\n\n")
    if str(rule.limit):
        sys.stdout.write(f"Limits: {rule.limit}\n\n")
    sys.stdout.write(f"Remedy: {rule.remedy}\n")
