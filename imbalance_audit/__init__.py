"""Audit the class skew of a label table, gate on it, and turn it into a weight file that torch training loops load."""

from __future__ import annotations
