"""Several ingest processes on one machine: they share the telemetry, a connection each.

Their names are fixed, so that a worker that starts again takes its session over with whatever the
broker kept for it. One that dies is started again; what workers left behind that are no longer
among them is stored beside, so that new readings do not wait for old ones.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.connection import wait

import structlog

from devices.catalogue import folder
from ingest import door, orphan
from ingest.crew import Crew, Member
from ingest.restarting import Patience
from ingest.session import BrokerAwayError
from runtime import logs, metrics, worker_name
from runtime.errors import HearthwatchError
from runtime.settings import Settings
from runtime.stopping import Stop
from storage import database

LOOK_S = 0.2
COLLECT_AFTER = 100_000
"""New objects until Python looks for cycles, of which a batch makes none: looking for them after
each 700 costs a third of the time of decoding."""
ASK_AGAIN_S = 5.0
"""Between two tries to ask a broker that is away what workers left behind."""
_log = structlog.get_logger()


def names(number: int) -> list[str]:
    """The names of so many workers."""
    return [worker_name.of(each) for each in range(1, number + 1)]


def is_numbered(name: str) -> bool:
    """Whether it is a name of that kind, which belongs to one installation's workers alone."""
    return worker_name.number(name) is not None


def run(
    settings: Settings, wanted: Sequence[str], stop: Stop, patience: Patience | None = None
) -> None:
    """Run workers of these names until `stop` is set, and retire those that were there before.

    Raises WorkerEndedError when one of them ends again and again.
    """
    with database.opened(settings) as url, ThreadPoolExecutor(1, "orphans") as asking:
        opened = settings.model_copy(update={"database_url": url})
        crew = Crew(patience or Patience())
        try:
            for name in wanted:
                crew.add(Member(name, work, (opened, name, len(wanted) > 1)))
            answers = [asking.submit(_left_behind, opened, wanted, stop)]
            while not stop.wait(LOOK_S):
                crew.look()
                while answers and answers[0].done():
                    for name in answers.pop().result():
                        crew.add(Member(name, retire, (opened, name), lasts=False))
        finally:
            stop.set()
            crew.end()


def work(settings: Settings, name: str, shared: bool) -> None:  # noqa: FBT001 - called by a process
    """One worker; the body of its process."""
    with _process(settings) as stop:
        metrics.expose(settings, name)
        door.run(settings, folder.load(settings.catalogue), stop, name, shared=shared)


def retire(settings: Settings, name: str) -> None:
    """Take over what a worker that is gone left behind; the body of a process that ends."""
    with _process(settings) as stop:
        door.retire(settings, folder.load(settings.catalogue), stop, name)


def _left_behind(settings: Settings, wanted: Sequence[str], stop: Stop) -> list[str]:
    """Workers that left something and are not among those wanted; waits for the broker.

    Only numbered ones: a name that somebody chose may be at work elsewhere.
    """
    while list(wanted) == names(len(wanted)) and not stop.is_set():
        try:
            found = orphan.find(settings, len(wanted) + 1)
        except BrokerAwayError as error:
            _log.warning("cannot ask for orphaned sessions, trying again", error=str(error))
            stop.wait(ASK_AGAIN_S)
        else:
            if found:
                _log.warning("workers that are gone left messages behind", workers=found)
            return found
    return []


@contextmanager
def _process(settings: Settings) -> Iterator[Stop]:
    """What every worker's process begins with, and how it ends."""
    logs.configure(settings.log_level, as_json=settings.log_json)
    stop = Stop().on_signals()
    # Ctrl-C reaches every process of the terminal; the parent tells us in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    try:
        yield stop
    except HearthwatchError as error:
        _log.error(error.title, error=str(error))
        raise SystemExit(1) from error


def _follow_parent() -> None:
    """End at once when the parent is gone: its successor needs our session, spool and port.

    That is no worse than being killed, which costs nothing: what is not safe is not acknowledged.
    """
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
