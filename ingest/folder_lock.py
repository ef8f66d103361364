"""Who may use a folder: one process at a time, until it ends, however it ends."""

from __future__ import annotations

import fcntl
import threading
import time
from pathlib import Path

from runtime.errors import ConfigurationError

WAIT_S = 20.0
"""A worker may have been started while its predecessor finishes its batch."""
LOOK_S = 0.1


class FolderLock:
    """Holds `folder` from construction to `release`; a dead process holds nothing."""

    def __init__(self, folder: Path, wait_s: float = WAIT_S) -> None:
        self._file = (folder / "lock").open("ab")
        deadline, pause = time.monotonic() + wait_s, threading.Event()
        while not self._taken():
            if time.monotonic() > deadline:
                self._file.close()
                raise ConfigurationError(
                    f"another process uses the folder {folder}",
                    hint="give each ingest worker a name of its own, or end the other process",
                )
            pause.wait(LOOK_S)

    def release(self) -> None:
        """Let another process have it."""
        self._file.close()

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
