"""The report of an audit: page, Markdown and terminal, from one reading of it."""

from __future__ import annotations
