"""What processes cost: CPU seconds and memory, as Linux counts them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")
UTIME, STIME, CUTIME, CSTIME = 11, 12, 13, 14
"""Fields of /proc/PID/stat after the name; the last two are of children that have ended."""
PARENT = 1
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids: Iterable[int]) -> float:
    """CPU time that processes have used so far; one that has ended counts nothing."""
    return sum(_ticks(pid) for pid in pids) / _TICKS


def with_children(pid: int) -> list[int]:
    """A process and its children of now."""
    children = [
        int(entry.name)
        for entry in PROC.iterdir()
        if entry.name.isdigit() and _fields(int(entry.name))[PARENT : PARENT + 1] == [str(pid)]
    ]
    return [pid, *children]


def resident_mb(pid: int) -> float:
    """Memory that a process has in RAM."""
    pages = int((PROC / str(pid) / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _ticks(pid: int) -> int:
    fields = _fields(pid)
    return sum(int(fields[place]) for place in (UTIME, STIME, CUTIME, CSTIME)) if fields else 0


def _fields(pid: int) -> list[str]:
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
