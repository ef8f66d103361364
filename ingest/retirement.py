"""How a session is emptied that nobody will take up again, and when it is empty."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from ingest.abandoned_source import AbandonedSource
from ingest.sink import Sink
from ingest.spooling_sink import SpoolingSink
from runtime.stopping import Stop

ANSWERS = 2
"""So many in a row with no message before them: the messages that one read brings are handed out
after the answer that it brings, so that the first alone proves nothing."""
EMPTY_STEP_S = 0.1
"""Between two looks at a store that is away."""
Step = Callable[[], float]
_log = structlog.get_logger()


def drain(source: AbandonedSource, step: Step, stop: Stop) -> bool:
    """Step until the session is empty and everything acknowledged; False if stopped before."""
    quiet = 0
    while quiet < ANSWERS and not stop.is_set():
        quiet = quiet + 1 if _is_quiet(source, step, stop) else 0
    if quiet == ANSWERS:
        _log.info("the session of a worker that is gone is empty", messages=source.taken)
    return quiet == ANSWERS


def _is_quiet(source: AbandonedSource, step: Step, stop: Stop) -> bool:
    """Whether an answer came, after everything was acknowledged, with no message before it."""
    before, owed = source.taken, source.outstanding
    source.ask()
    while not source.answered and not stop.is_set():
        stop.wait(step())
    stop.wait(step())
    return source.answered and (source.taken, source.outstanding, owed) == (before, 0, 0)


def empty_spool(sink: Sink, step: Step, stop: Stop) -> None:
    """Step until nothing waits on disk, or stopped."""
    while isinstance(sink, SpoolingSink) and sink.degraded and not stop.is_set():
        stop.wait(step() or EMPTY_STEP_S)
