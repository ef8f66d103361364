"""The errands that the `work` process runs: what others queued, and what is due every hour."""

from __future__ import annotations

from functools import partial

from alerts import delivery
from alerts.notice import DELIVER
from devices import retention
from devices.retention import Keeping
from runtime.clock import Clock
from runtime.stopping import Stop
from storage import queue
from storage.pool import Pool
from storage.queue import Errand


def run(url: str, pool: Pool, clock: Clock, stop: Stop, keeping: Keeping) -> None:
    """Work off the queue until asked to stop."""
    errands: dict[str, Errand] = {
        DELIVER: partial(delivery.deliver, pool, clock),
        retention.ENFORCE: partial(retention.enforce, pool, keeping, stop),
    }
    queue.work(url, errands, stop, due={retention.ENFORCE: retention.EVERY_HOUR})
