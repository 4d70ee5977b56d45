"""Predictions of any shape → the one form in which they are judged and tuned."""

from __future__ import annotations
