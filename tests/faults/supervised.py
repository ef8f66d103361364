"""A process that is started again whenever it ends, as a supervisor would."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.faults import family
from tests.faults.waiting import DEADLINE_S, wait_until

PAUSE_S = 0.2
"""Between an end by itself and the next start."""


class Supervised:
    """One command, run until `stop`; its last words are in `log`."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        user: str | None = None,
    ) -> None:
        self._command, self._log = command, log
        self._environment, self._folder, self._user = environment, folder, user
        self._starting = threading.Lock()
        self._stopped = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._supervise, name=log.stem)
        self.starts = 0

    def start(self) -> None:
        """Run the command, and again whenever it ends."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end in good order, and wait until it has."""
        self._stopped.set()
        with self._starting:
            if self._process is not None:
                self._process.terminate()
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive(), f"{self._log.stem} does not end"

    def family(self) -> list[int]:
        """The process and all that it started, as far as they live."""
        return family.of(self._process.pid) if self._process is not None else []

    def kill(self, down_s: float) -> int:
        """Kill it with all that it started; start it again after `down_s`. How many were killed."""
        wait_until(lambda: bool(self.family()), f"{self._log.stem} runs, to be killed")
        with self._starting:
            victims = self.family()
            family.slay(victims)
            self._stopped.wait(down_s)
        return len(victims)

    def _supervise(self) -> None:
        while not self._stopped.is_set():
            with self._starting:
                if self._stopped.is_set():
                    return
                self._process = process = self._opened()
            process.wait()
            self._stopped.wait(PAUSE_S)

    def _opened(self) -> subprocess.Popen[bytes]:
        self.starts += 1
        with self._log.open("ab") as log:
            return subprocess.Popen(
                self._command,
                stdout=log,
                stderr=log,
                env=self._environment,
                cwd=self._folder,
                user=self._user,
            )
