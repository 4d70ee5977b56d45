"""What is counted, and where it runs."""

from __future__ import annotations
