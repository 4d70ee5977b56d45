"""From logits to honest probabilities, and from these to the class that serves the metric or costs least."""

from __future__ import annotations
