"""The platform's processes as children of one command: started, watched, ended by their id."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from runtime.errors import HearthwatchError

GRACE_S = 20.0
"""A process may finish its step in hand for so long."""


class ChildError(HearthwatchError):
    """A process of the platform ended by itself."""

    title = "A process ended"


class Children:
    """Processes of `hearthwatch` with one environment and a log file each."""

    def __init__(self, environment: Mapping[str, str], logs: Path) -> None:
        self._environment = {**os.environ, **environment}
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, *arguments: str) -> None:
        """Start `hearthwatch ARGUMENTS`; what it says goes to `<name>.log`."""
        with (self._logs / f"{name}.log").open("wb") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", "cli", *arguments],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A Ctrl-C reaches the parent alone, which then ends the children in order.
                start_new_session=True,
            )

    def check(self) -> None:
        """Raise ChildError, with the end of its log, if a process has ended."""
        for name, process in self._running.items():
            if process.poll() is not None:
                tail = (self._logs / f"{name}.log").read_text(errors="replace").splitlines()[-12:]
                raise ChildError(
                    f"{name} ended with status {process.returncode}:\n" + "\n".join(tail),
                    hint=f"all it said is in {self._logs / f'{name}.log'}",
                )

    def end(self) -> None:
        """Ask every process to end, the last started first, and wait for it."""
        for process in reversed(self._running.values()):
            process.terminate()
            try:
                process.wait(GRACE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()
