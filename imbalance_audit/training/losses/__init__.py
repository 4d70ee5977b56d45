"""Losses that weigh classes. Each is a pure function of tensors with a thin module around it."""

from __future__ import annotations

from imbalance_audit.training.losses.cross_entropy import WeightedCrossEntropy

__all__ = ["WeightedCrossEntropy"]
