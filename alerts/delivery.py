"""Sends one queued notice; the job queue calls it, and again after a failure."""

from __future__ import annotations

from collections.abc import Mapping

from alerts import notice
from alerts.channels.channel import Channel
from alerts.channels.null import Null
from alerts.channels.outbox import Outbox
from runtime import metrics
from runtime.clock import Clock
from storage.pool import Pool

CHANNELS: Mapping[str, Channel] = {"outbox": Outbox(), "null": Null()}


def deliver(pool: Pool, clock: Clock, notice_id: int) -> bool:
    """Send the notice unless it was settled already; return whether it was sent."""
    with pool.connection() as connection:
        waiting = notice.claim(connection, notice_id)
        if waiting is None:
            return False
        detail = CHANNELS[waiting.channel].send(waiting)
        notice.settle(connection, notice_id, "sent", clock.now(), detail)
    metrics.NOTICES_SENT.labels(waiting.channel).inc()
    return True
