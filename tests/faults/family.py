"""Processes as Linux lists them: who started whom, who lives, and an end for several at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.faults.waiting import wait_until

PROCESSES = Path("/proc")
GONE = {"Z", "X"}
"""States of a process that does nothing any more."""


def of(head: int) -> list[int]:
    """A process and all that it and its own started, as far as they live; it is the first."""
    parents = {int(each.name): _stat(each) for each in PROCESSES.glob("[0-9]*")}
    found = [head]
    for member in found:
        found += [pid for pid, (_, parent) in parents.items() if parent == member]
    return [pid for pid in found if parents.get(pid, ("X", 0))[0] not in GONE]


def lives(pid: int) -> bool:
    """Whether a process runs; one that only waits to be asked how it ended does not."""
    return _stat(PROCESSES / str(pid))[0] not in GONE


def command(pid: int) -> bytes:
    """Its command line; nothing if it is gone."""
    with suppress(OSError):
        return (PROCESSES / str(pid) / "cmdline").read_bytes()
    return b""


def slay(victims: Sequence[int]) -> None:
    """Send SIGKILL to all of them, and wait until none runs."""
    for victim in victims:
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    wait_until(lambda: not any(map(lives, victims)), "the killed are gone")


def _stat(process: Path) -> tuple[str, int]:
    """State and parent."""
    with suppress(OSError):
        # The name, in brackets, may hold anything.
        fields = (process / "stat").read_text().rpartition(")")[2].split()
        return fields[0], int(fields[1])
    return "X", 0
