"""Second passes over the rows: a weight for each sample, the rows of each class."""

from __future__ import annotations
