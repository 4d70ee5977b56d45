"""Predictions → what they are worth: figures with intervals for each class and run, and paired differences."""

from __future__ import annotations
