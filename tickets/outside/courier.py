"""Sends webhooks beside the errands of the `work` process, until asked to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import structlog
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from runtime.stopping import Stop
from tickets.outside import delivery
from tickets.outside.delivery import Sender

SENDERS = 3
"""Endpoints that are sent to at the same time."""
SOUND = 1
"""Of the senders: they leave those alone that fail, so that the others need not wait for them."""
REST_S = 1.0
_log = structlog.get_logger()


@contextmanager
def running(sender: Sender, stop: Stop) -> Iterator[None]:
    """Collect and send in threads of their own; an error that nobody expected stops the process.

    `stop` is set on the way out.
    """
    failed: list[Exception] = []
    steps: list[Callable[[], bool]] = [partial(delivery.collect, sender.pool)]
    steps += [partial(delivery.step, sender)] * (SENDERS - SOUND)
    steps += [partial(delivery.step, sender, sound=True)] * SOUND
    threads = [
        threading.Thread(target=_repeat, args=(step, stop, failed), name=f"webhooks-{number}")
        for number, step in enumerate(steps)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if failed:
        raise failed[0]


def _repeat(step: Callable[[], bool], stop: Stop, failed: list[Exception]) -> None:
    try:
        while not stop.is_set():
            if not _attempt(step):
                stop.wait(REST_S)
    except Exception as error:  # noqa: BLE001 - told by the thread that waits for this one
        failed.append(error)
        stop.set()


def _attempt(step: Callable[[], bool]) -> bool:
    """One step; while the database is away, nothing is to be done."""
    try:
        return step()
    except (OperationalError, PoolTimeout) as error:
        _log.warning("webhooks wait for the database", error=str(error))
        return False
