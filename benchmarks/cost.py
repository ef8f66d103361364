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


def cpu_seconds(roots: Iterable[int]) -> float:
    """CPU time that processes and all below them have used, those that have ended included.

    Of a child that ends only its parent still knows: so the difference of two looks holds also
    what was started and ended between them.
    """
    pids = {pid for root in roots for pid in with_descendants(root)}
    return sum(_ticks(pid) for pid in pids) / _TICKS


def with_descendants(root: int) -> list[int]:
    """A process, its children and theirs, as of now."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _fields(int(entry.name))):
            children.setdefault(int(fields[PARENT]), []).append(int(entry.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def resident_mb(pid: int) -> float:
    """Memory that a process has in RAM; one that has ended has none."""
    try:
        pages = int((PROC / str(pid) / "statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def server_pid(backend_pid: int) -> int | None:
    """The PostgreSQL server that a session's process belongs to, if it runs on this machine."""
    fields = _fields(backend_pid)
    name = PROC / str(backend_pid) / "comm"
    if not fields or not name.read_text().startswith("postgres"):
        return None
    return int(fields[PARENT])


def _ticks(pid: int) -> int:
    fields = _fields(pid)
    return sum(int(fields[place]) for place in (UTIME, STIME, CUTIME, CSTIME)) if fields else 0


def _fields(pid: int) -> list[str]:
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
