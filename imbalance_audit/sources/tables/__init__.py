"""Sources that are tables of columns: a file a format, told by their first bytes, read as one table."""

from __future__ import annotations
