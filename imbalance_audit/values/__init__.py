"""What a value means: the one law of classes, labels and their order. Standard library only."""

from __future__ import annotations
