"""The one shape that every source ends in: which column plays which role, what it may hold, one row a label."""

from __future__ import annotations
