"""Everything of ours that lies on disk: one module a kind of file, and how files are written."""

from __future__ import annotations
