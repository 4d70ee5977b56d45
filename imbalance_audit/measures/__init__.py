"""Counts → measures. Pure functions; significance beside them."""

from __future__ import annotations
