"""Waiting for what must come: for conditions, never for times."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

DEADLINE_S = 300.0
"""Only a failure takes so long, or a machine that is busy with other things."""
LOOK_S = 0.05


def comes_true(condition: Callable[[], bool]) -> bool:
    """Look again and again until something holds; False if it does not in time."""
    pause = threading.Event()
    until = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > until:
            return False
        pause.wait(LOOK_S)
    return True


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait for what must come."""
    assert comes_true(condition), f"not within {DEADLINE_S:g} s: {what}"
