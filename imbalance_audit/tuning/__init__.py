"""Weights are a hyper-parameter: train with several, judge each by validation, and take the mildest that does as well.

    tune_weights · candidates_of · search_weights

A trial is one call of the user's own training function. What ran is kept in a journal, so that a killed run goes on.
"""

from __future__ import annotations

from imbalance_audit.tuning.candidates import candidates_of
from imbalance_audit.tuning.search import search_weights
from imbalance_audit.tuning.tune import tune_weights

__all__ = ["candidates_of", "search_weights", "tune_weights"]
