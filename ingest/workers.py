"""Several ingest processes on one machine: they share the telemetry, a connection each.

Their names are fixed, so that a worker that starts again takes its session over with whatever the
broker kept for it.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Sequence
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

from devices.catalogue import folder
from ingest import door
from runtime import logs, metrics
from runtime.errors import HearthwatchError
from runtime.settings import Settings
from runtime.stopping import Stop
from storage import database

LOOK_S = 0.5
GRACE_S = 20.0
"""A worker may finish its batch for so long."""


class WorkerEndedError(HearthwatchError):
    """A worker ended by itself."""

    title = "An ingest worker ended"


def names(number: int) -> list[str]:
    """The names of so many workers."""
    return [f"ingest-{each}" for each in range(1, number + 1)]


def run(settings: Settings, number: int, stop: Stop) -> None:
    """Run `number` workers until `stop` is set; if one ends by itself, end all and say so."""
    spawning = multiprocessing.get_context("spawn")
    with database.opened(settings) as url:
        opened = settings.model_copy(update={"database_url": url})
        workers = [
            spawning.Process(target=work, args=(opened, name, number > 1), name=name)
            for name in names(number)
        ]
        try:
            for worker in workers:
                worker.start()
            while not stop.wait(LOOK_S):
                _check(workers)
        finally:
            _end(workers)


def work(settings: Settings, name: str, shared: bool) -> None:  # noqa: FBT001 - called by a process
    """One worker; the body of its process."""
    logs.configure(settings.log_level, as_json=settings.log_json)
    stop = Stop().on_signals()
    # Ctrl-C reaches every process of the terminal; the parent tells us in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, args=(stop,), daemon=True).start()
    metrics.expose(settings, name)
    door.run(settings, folder.load(settings.catalogue), stop, name, shared=shared)


def _follow_parent(stop: Stop) -> None:
    """Stop when the parent is gone, however it ended: its successor starts the same workers."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        stop.set()


def _check(workers: Sequence[BaseProcess]) -> None:
    for worker in workers:
        if not worker.is_alive():
            raise WorkerEndedError(
                f"{worker.name} ended with status {worker.exitcode}",
                hint="its last words are in the log above",
            )


def _end(workers: Sequence[BaseProcess]) -> None:
    started = [worker for worker in workers if worker.pid is not None]
    for worker in started:
        worker.terminate()
    for worker in started:
        worker.join(GRACE_S)
        if worker.is_alive():
            worker.kill()
            worker.join()
