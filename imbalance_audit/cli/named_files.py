"""Files that belong to runs: `--run NAME=FILE` and `--decision [NAME=]FILE`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from imbalance_audit.display import plain
from imbalance_audit.errors import OptionError
from imbalance_audit.records import Decision


def runs_of(predictions: str | None, run: list[str] | None) -> dict[str, Path]:
    """Return run → file.

    Raises:
        OptionError: there is none, or names and files are not told apart.
    """
    if (predictions is None) == (not run):
        message = (
            "Expected one table of predictions, or several runs: audit evaluate --run a=a.parquet --run b=b.parquet."
        )
        raise OptionError(message)
    found: dict[str, Path] = {}
    for text in [predictions] if predictions is not None else run or ():
        name, equals, path = text.partition("=") if predictions is None else ("", "", text)
        file = Path(path if equals else text)
        name = name if equals else file.name.split(".")[0] or "run"
        if not name or not str(file) or name in found:
            message = f"Expected --run NAME=FILE with a name of its own for each run, got {plain(text)[:200]}."
            raise OptionError(message)
        found[name] = file
    return found


def decisions_of(texts: Sequence[str]) -> Decision | dict[str, Decision] | None:
    """Return the decision of every run, or run → decision.

    Raises:
        OptionError: names and files are not told apart.
        DecisionFileError: a file cannot be read.
    """
    from imbalance_audit.files.decision import load_decision

    files: dict[str, str] = {}
    for text in texts:
        name, equals, path = text.partition("=") if "=" in text else ("", "", text)
        if not path or (equals and not name) or name in files:
            message = f"Expected --decision FILE, or NAME=FILE once for a run, got {plain(text)[:200]}."
            raise OptionError(message)
        files[name] = path
    if "" in files and len(files) > 1:
        message = "Expected one --decision FILE for every run, or NAME=FILE for single ones, got both."
        raise OptionError(message)
    found = {name: load_decision(path) for name, path in files.items()}
    return found.get("", found or None)
