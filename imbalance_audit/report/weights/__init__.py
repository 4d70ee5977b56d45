"""What is said of weights: every scheme side by side, and the weights that were made."""

from __future__ import annotations
