"""The sections of the HTML reports, a function each.

Of an audit: overview, findings, classes, skew, weights, closing. Of an evaluation: evaluated, runs, scored, calibrated.
"""

from __future__ import annotations
