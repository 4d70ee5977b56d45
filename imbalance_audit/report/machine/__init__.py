"""Reports for machines: JUnit, SARIF and GitHub's annotations."""

from __future__ import annotations
