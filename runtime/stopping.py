"""When to stop: the first SIGINT or SIGTERM asks every loop to finish the step in hand."""

from __future__ import annotations

import signal
import threading
from types import FrameType


class Stop(threading.Event):
    """An event that loops wait on; a second signal ends the process at once."""

    def on_signals(self) -> Stop:
        """Set this when the process is asked to end."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._asked)
        return self

    def _asked(self, number: int, _frame: FrameType | None) -> None:
        if self.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.set()
