"""Programs in real processes: a rank each, gloo over loopback, no network beyond it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = Path(__file__).parent / "programs"
PACKAGE = Path(__file__).parents[3]
SECONDS = 240
"""A program that hangs is a failure; those here take some ten seconds on a slow machine."""

Launch = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="session")
def launch(tmp_path_factory: pytest.TempPathFactory) -> Launch:
    """Return a function that runs a program on some ranks and returns the answer of each."""

    def run(program: str, ranks: int) -> list[dict[str, Any]]:
        folder = tmp_path_factory.mktemp(program.removesuffix(".py"))
        environment = {
            **os.environ,
            "ANSWERS": str(folder),
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": str(_free_port()),
            "WORLD_SIZE": str(ranks),
            "HF_HUB_OFFLINE": "1",
            "GLOO_SOCKET_IFNAME": "lo",
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": str(PACKAGE),
            "PYTHONWARNINGS": "ignore",
        }
        started = [
            subprocess.Popen(
                [sys.executable, str(PROGRAMS / program)],
                env={**environment, "RANK": str(rank), "LOCAL_RANK": str(rank), "NODE_RANK": "0"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=folder,
            )
            for rank in range(ranks)
        ]
        try:
            told = [process.communicate(timeout=SECONDS)[0] for process in started]
        finally:
            for process in started:
                process.kill()
        assert [process.returncode for process in started] == [0] * ranks, "\n".join(text[-3000:] for text in told)
        return [json.loads((folder / f"{rank}.json").read_text()) for rank in range(ranks)]

    return run


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
