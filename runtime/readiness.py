"""Whether this process can do its work now: what it answers to whoever keeps it running.

Degraded is no error: what takes a degraded process away makes things worse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

Status = Literal["ready", "degraded", "dead"]


@dataclass(frozen=True)
class Complaint:
    """One thing that is not as it should be."""

    reason: str
    detail: str


@dataclass(frozen=True)
class Readiness:
    """A process's answer."""

    status: Status
    reasons: Sequence[Complaint] = field(default_factory=tuple)


_reporters: list[Callable[[], Readiness]] = []


def now() -> Readiness | None:
    """How it is; None for a process that does not say."""
    return _reporters[-1]() if _reporters else None


@contextmanager
def told_by(report: Callable[[], Readiness]) -> Iterator[None]:
    """Let `report` answer for this process."""
    _reporters.append(report)
    try:
        yield
    finally:
        _reporters.remove(report)
