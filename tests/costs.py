"""What tests cost, as pytest plugins: the CPU time of each folder (`--cpu`), and an end to waiting (`--within`)."""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import pytest


def cpu_seconds() -> float:
    """Return what this process and the ended ones that it started have taken of the CPU."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class CpuTime:
    """Tells the CPU seconds of each folder of tests, and of importing and collecting.

    Each process measures its own tests; their reports bring the figures together.
    """

    def __init__(self) -> None:
        self._folders: defaultdict[str, float] = defaultdict(float)
        self._processes = 0.0

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Add what the test itself takes."""
        yield from self._measured(item)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        """Add what its fixtures take."""
        yield from self._measured(item)

    def _measured(self, item: pytest.Item) -> Iterator[None]:
        began = cpu_seconds()
        try:
            return (yield)
        finally:
            item.user_properties.append(("cpu", cpu_seconds() - began))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the figures from the last report of each test."""
        if report.when == "teardown":
            folder = "/".join(report.nodeid.split("::")[0].split("/")[:2])
            self._folders[folder] += sum(float(str(value)) for name, value in report.user_properties if name == "cpu")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tell what this process took in all, if it is one of several."""
        told: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
        if told is not None:
            told["cpu"] = cpu_seconds()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401 -- of xdist, which has no type for it
        """Add what one of several processes took."""
        self._processes += getattr(node, "workeroutput", {}).get("cpu", 0.0)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, dearest folder first."""
        whole = self._processes or cpu_seconds()
        terminalreporter.section("CPU seconds")
        for folder, seconds in sorted(self._folders.items(), key=lambda item: -item[1]):
            terminalreporter.write_line(f"{seconds:8.1f}  {folder}")
        terminalreporter.write_line(f"{whole - sum(self._folders.values()):8.1f}  importing and collecting")
        terminalreporter.write_line(f"{whole:8.1f}  in all ({whole / 60:.1f} min)")


class TimeLimit:
    """Starts no test once the time is over, and says which files that left out.

    Attributes:
        seconds: From when pytest was started.
    """

    REASON = "the time was over"

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until = time.monotonic() + seconds

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """Leave the test out where it is too late."""
        if time.monotonic() > self._until:
            pytest.skip(self.REASON)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the files of which something was left out."""
        late = Counter(
            report.nodeid.split("::")[0]
            for report in terminalreporter.stats.get("skipped", [])
            if self.REASON in str(report.longrepr)
        )
        if late:
            terminalreporter.section(f"left out after {self.seconds:.0f} s: {late.total()} tests")
            for path, tests in sorted(late.items()):
                terminalreporter.write_line(f"{tests:6}  {path}")
