"""How long events, attempts and answered requests are kept; what is older is deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from runtime.settings import Settings
from runtime.stopping import Stop
from storage import portions, query
from storage.pool import Connection, Pool
from tickets.outside import feed

_SQL = query.beside(__file__)
FORGET = "tickets.outside.keeping.forget"
"""The name of this errand."""
EVERY_HOUR = "41 * * * *"
REQUESTS = timedelta(days=7)
"""For so long a request that comes again gets the answer that it got."""
ROWS = 5_000
_log = structlog.get_logger()


@dataclass(frozen=True)
class Kept:
    """For how long each kind is kept; None for ever."""

    events: timedelta | None = None
    attempts: timedelta | None = None

    @classmethod
    def of(cls, settings: Settings) -> Kept:
        """As the settings say; 0 days are for ever."""
        return cls(
            timedelta(days=settings.keep_events_days) or None,
            timedelta(days=settings.keep_attempts_days) or None,
        )


def forget(pool: Pool, kept: Kept, stop: Stop, timestamp: int = 0) -> None:
    """Delete what is too old, a few thousand rows a transaction, until done or asked to stop."""
    _log.debug("forgetting begins", due=timestamp)
    if kept.events is not None:
        _repeat(pool, stop, "events", partial(feed.forget, kept=kept.events, limit=ROWS))
    if kept.attempts is not None:
        _repeat(pool, stop, "attempts", partial(_delete, "forget_attempts", kept.attempts))
    _repeat(pool, stop, "requests", partial(_delete, "forget_requests", REQUESTS))


def _delete(block: str, kept: timedelta, connection: Connection) -> int:
    return connection.execute(_SQL[block], {"kept": kept, "limit": ROWS}).rowcount


def _repeat(pool: Pool, stop: Stop, what: str, delete_some: Callable[[Connection], int]) -> None:
    if total := portions.work_off(pool, stop, delete_some):
        _log.info("too old and deleted", what=what, number=total)
