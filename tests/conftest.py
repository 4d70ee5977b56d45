"""What tests of several rooms share: a small audit of counts alone, predictions of a made-up model."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, settings

from imbalance_audit.records import Audit, ClassCounts, Measures, Skew, Source, Task
from tests.costs import CpuTime, TimeLimit

if TYPE_CHECKING:
    from collections.abc import Sequence

CI = bool(os.environ.get("CI"))

# No deadline and no judgement of how long drawing takes: a slow machine is no failure. CI draws the same examples at
# every run, so that it fails for what was changed; elsewhere each run draws others, and keeps those that failed.
settings.register_profile(
    "tests",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=100,
    derandomize=CI,
    database=None if CI else settings.get_profile("default").database,
    print_blob=True,
)
settings.load_profile("tests")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that tell and bound what tests cost."""
    parser.addoption("--cpu", action="store_true", help="print the CPU seconds of each folder of tests")
    parser.addoption("--within", type=float, metavar="SECONDS", help="start no test after that many seconds")


def pytest_configure(config: pytest.Config) -> None:
    """Do what the options ask."""
    if config.getoption("cpu"):
        config.pluginmanager.register(CpuTime())
    if config.getoption("within") is not None:
        config.pluginmanager.register(TimeLimit(config.getoption("within")))


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark as slow what starts a process for each rank."""
    if "launch" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.slow)


Made = Callable[..., pl.DataFrame]

NO_MEASURES = Measures(0, 0, 0, 0, None, 0, None, 0, None, None, None, None, None)


class MakeAudit(Protocol):
    def __call__(
        self,
        counts: Mapping[Any, int] | Sequence[int],
        *,
        classes: tuple[str, ...] | None = None,
        task: Task = "multiclass",
        ignored: tuple[str, ...] = (),
        starts: Sequence[int] | None = None,
    ) -> Audit: ...


@pytest.fixture
def make_audit() -> MakeAudit:
    """Counts by (split, label), or by class number; classes default to the labels in the order given."""

    def make(
        counts: Mapping[Any, int] | Sequence[int],
        *,
        classes: tuple[str, ...] | None = None,
        task: Task = "multiclass",
        ignored: tuple[str, ...] = (),
        starts: Sequence[int] | None = None,
    ) -> Audit:
        table: dict[tuple[str | None, str | None], int] = (
            dict(counts) if isinstance(counts, Mapping) else {(None, str(at)): n for at, n in enumerate(counts)}
        )
        n = tuple(table.values())
        return Audit(
            source=Source(path="memory", kind="frame", unit="row", task=task, fingerprint="f" * 64),
            classes=tuple(dict.fromkeys(label for _, label in table if label is not None))
            if classes is None
            else classes,
            class_order="declared",
            counts=ClassCounts(
                split=tuple(split for split, _ in table),
                group=(None,) * len(n),
                label=tuple(label for _, label in table),
                instances=n,
                samples=n,
                starts=n if starts is None else tuple(starts),
            ),
            overall=Skew(raw=NO_MEASURES, clean=NO_MEASURES),
            ignored=ignored,
        )

    return make


@pytest.fixture
def predictions() -> Made:
    """Return a function that makes a table of labels and scores."""

    def make(
        rows: int = 500, classes: tuple[str, ...] = ("cat", "dog", "fox"), *, seed: int = 0, kind: str = "logit"
    ) -> pl.DataFrame:
        rng = np.random.default_rng(seed)
        share = 1 / np.arange(1, len(classes) + 1) ** 1.5
        truth = rng.choice(len(classes), rows, p=share / share.sum())
        scores = rng.normal(size=(rows, len(classes)))
        scores[np.arange(rows), truth] += 1.2
        if kind == "prob":
            scores = np.exp(scores)
            scores /= scores.sum(axis=1, keepdims=True)
        names = [f"{kind}_{name}" for name in classes]
        labels = [classes[at] for at in truth]
        frame = pl.DataFrame({"id": [f"x{i:05}" for i in range(rows)], "label": labels})
        return frame.hstack(pl.DataFrame(scores, schema=names))

    return make
