"""The errands that the `work` process runs: what others queued to happen after their commit."""

from __future__ import annotations

from functools import partial

from alerts import delivery
from alerts.notice import DELIVER
from runtime.clock import Clock
from runtime.stopping import Stop
from storage import queue
from storage.pool import Pool


def run(url: str, pool: Pool, clock: Clock, stop: Stop) -> None:
    """Work off the queue until asked to stop."""
    queue.work(url, {DELIVER: partial(delivery.deliver, pool, clock)}, stop)
