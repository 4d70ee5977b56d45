"""The report of an evaluation: page, Markdown and terminal, from one reading of it."""

from __future__ import annotations
