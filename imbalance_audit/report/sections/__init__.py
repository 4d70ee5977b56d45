"""The sections of the HTML report, a function each: overview, findings, classes, skew, weights, closing."""

from __future__ import annotations
