"""What a user gives as runs → where the predictions of each run are."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path

from imbalance_audit.predictions.predicted import Predictions


def run_sources(runs: object) -> dict[str, object]:
    """Return run → source. A dict of tables is one of runs, any other a dict of columns; a file names its run.

    >>> list(run_sources("plain.v2.csv")), list(run_sources({"label": ["cat"]})), list(run_sources({"a": "x.csv"}))
    (['plain'], ['run'], ['a'])
    """
    if isinstance(runs, Mapping) and runs and all(_is_table(one) for one in runs.values()):
        return {str(name): one for name, one in runs.items()}
    if isinstance(runs, Predictions):
        return {runs.name: runs}
    return {Path(runs).name.split(".")[0] if isinstance(runs, str | PathLike) else "run": runs}


def _is_table(value: object) -> bool:
    return isinstance(value, str | PathLike | Mapping | Predictions) or hasattr(value, "columns")
