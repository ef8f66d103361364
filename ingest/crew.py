"""Worker processes that are all there: one that ended by itself is started again, with patience."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import Any

import structlog

from ingest import restarting
from ingest.restarting import Patience, Record
from runtime.errors import HearthwatchError

GRACE_S = 15.0
"""Workers may finish their batch for so long, all together."""
_SPAWNING = multiprocessing.get_context("spawn")
_log = structlog.get_logger()


class WorkerEndedError(HearthwatchError):
    """A worker ended by itself, again and again."""

    title = "An ingest worker ended"


@dataclass
class Member:
    """One process, of a name that stays the same; one that does not last ends when it is done."""

    name: str
    body: Callable[..., None]
    arguments: tuple[Any, ...]
    lasts: bool = True
    process: BaseProcess | None = field(default=None, init=False)
    start_at: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Start a process for it."""
        self.process = _SPAWNING.Process(target=self.body, args=self.arguments, name=self.name)
        self.process.start()

    def take_end(self) -> int | None:
        """Forget a process that has ended, and return its exit status."""
        if self.process is None or self.process.is_alive():
            return None
        status = self.process.exitcode
        self.process.close()
        self.process = None
        return status


class Crew:
    """The members, and how often each has ended of late."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._members: dict[str, Member] = {}
        self._records: dict[str, Record] = {}

    def add(self, member: Member) -> None:
        """Take a member in, and start it."""
        self._members[member.name] = member
        self._records[member.name] = Record(self._patience)
        member.start()

    def look(self) -> None:
        """Start again whoever ended, when its time has come. Raises WorkerEndedError."""
        for member in list(self._members.values()):
            status = member.take_end()
            if status is not None:
                self._note_end(member, status)
            elif member.process is None and time.monotonic() >= member.start_at:
                member.start()

    def end(self) -> None:
        """Ask every process to end, and wait until it has."""
        running = [each.process for each in self._members.values() if each.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE_S
        for process in running:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()
        self._members.clear()

    def _note_end(self, member: Member, status: int) -> None:
        if status == 0 and not member.lasts:
            del self._members[member.name]
            return
        now, cause = time.monotonic(), restarting.cause(status)
        pause_s = self._records[member.name].note(now)
        if pause_s is not None:
            _log.warning(
                "a worker ended, starting it again", worker=member.name, in_s=pause_s, cause=cause
            )
            member.start_at = now + pause_s
        elif member.lasts:
            raise WorkerEndedError(
                f"{member.name} ended {self._patience.most} times within "
                f"{self._patience.within_s:g} s, the last time by {cause}",
                hint="its last words are in the log above",
            )
        else:
            del self._members[member.name]
            _log.error(
                "what a worker left behind cannot be stored; the next start tries again",
                worker=member.name,
                cause=cause,
            )
