"""How long what people said and were written is kept; by the clock, each kind for its purpose.

What is too old goes in portions. Figures and technical facts stay, without whose they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog

from customers.privacy import signing
from runtime.clock import Clock
from runtime.settings import Settings
from runtime.stopping import Stop
from storage import audit_chain, portions, query
from storage.pool import Connection, Pool

_SQL = query.beside(__file__)
ENFORCE = "customers.privacy.retention.enforce"
"""The name of this errand."""
EVERY_HOUR = "23 * * * *"
ROWS = 2_000
"""Rows that one transaction changes at most."""
KINDS: Mapping[str, tuple[str, ...]] = {
    "conversations": ("interactions", "questions", "ticket_notes"),
    "notices": ("notices",),
    "attachments": ("ticket_attachments", "visit_photos"),
    "comments": ("ratings",),
    "ticket_links": ("tickets",),
}
"""The SQL blocks that let go of a kind; the audit trail has a way of its own."""
_log = structlog.get_logger()


@dataclass(frozen=True)
class Keeping:
    """For how long each kind is kept; what is not named is kept for ever."""

    kinds: Mapping[str, timedelta] = field(default_factory=dict)
    audit: timedelta | None = None

    @classmethod
    def of(cls, settings: Settings) -> Keeping:
        """As the settings say; 0 days are for ever."""
        days = {kind: getattr(settings, f"keep_{kind}_days") for kind in KINDS}
        kinds = {kind: timedelta(days=number) for kind, number in days.items() if number}
        return cls(kinds, timedelta(days=settings.keep_audit_days) or None)


def enforce(pool: Pool, clock: Clock, keeping: Keeping, stop: Stop, timestamp: int = 0) -> None:
    """Let go of everything that is too old, a transaction at a time, until done or asked to stop.

    The queue tells the time it was due.
    """
    _log.debug("retention of personal data begins", due=timestamp)
    for kind, kept in keeping.kinds.items():
        for block in KINDS[kind]:
            _repeat(pool, stop, block, partial(let_go, block=block, kept=kept, clock=clock))
    if keeping.audit is not None:
        _repeat(pool, stop, "audit", partial(trim_audit, kept=keeping.audit, clock=clock))


def let_go(connection: Connection, block: str, kept: timedelta, clock: Clock) -> int:
    """Let go of up to `ROWS` rows of a kind that are older; how many."""
    asked = {"before": clock.now() - kept, "limit": ROWS}
    return connection.execute(_SQL[block], asked).rowcount


def trim_audit(connection: Connection, kept: timedelta, clock: Clock) -> int:
    """Delete up to `ROWS` entries of the audit trail that are older; how many."""
    return audit_chain.trim(connection, signing.signer(connection), kept, clock.now(), ROWS)


def _repeat(pool: Pool, stop: Stop, what: str, some: Callable[[Connection], int]) -> None:
    if total := portions.work_off(pool, stop, some):
        _log.info("personal data let go", what=what, number=total)
