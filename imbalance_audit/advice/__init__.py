"""Which weights to begin with: every scheme on the same counts, and a recommendation by rule."""

from __future__ import annotations
