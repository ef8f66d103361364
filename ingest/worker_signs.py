"""What one ingest worker shows of itself: gauges, and whether it can do its work.

While the database is away nothing else can tell it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import Gauge

from ingest.ingester import Ingester
from ingest.mqtt_source import MqttSource
from ingest.sink import Sink
from ingest.spooling_sink import SpoolingSink, Waiting
from runtime import metrics, readiness
from runtime.clock import Clock
from runtime.readiness import Complaint, Readiness

NOTHING = Waiting(0, 0, None)


@dataclass(frozen=True)
class WorkerSigns:
    """One worker's parts, looked at whenever somebody asks."""

    worker: str
    source: MqttSource
    sink: Sink
    ingester: Ingester
    clock: Clock

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show them until the end."""
        gauges = self._gauges()
        for gauge, read in gauges:
            gauge.labels(self.worker).set_function(read)
        try:
            with readiness.told_by(self.readiness):
                yield
        finally:
            for gauge, _ in gauges:
                gauge.remove(self.worker)

    def readiness(self) -> Readiness:
        """Dead where nothing is taken in, degraded where it waits on disk."""
        if self.ingester.complaint:
            return Readiness("dead", [Complaint("not_acknowledging", self.ingester.complaint)])
        if not self.source.ready:
            return Readiness("dead", [Complaint("broker_away", "not connected to the broker")])
        if not self._degraded():
            return Readiness("ready")
        waiting = self._waiting()
        detail = f"{waiting.records} messages wait on disk for the database"
        if waiting.oldest_at is not None:
            detail += f", the oldest since {waiting.oldest_at.isoformat(timespec='seconds')}"
        return Readiness("degraded", [Complaint("spooling", detail)])

    def _gauges(self) -> list[tuple[Gauge, Callable[[], float]]]:
        return [
            (metrics.INBOX_MESSAGES, lambda: self.source.waiting),
            (metrics.SPOOL_MESSAGES, lambda: self._waiting().records),
            (metrics.SPOOL_BYTES, lambda: self._waiting().size_bytes),
            (metrics.SPOOL_AGE_SECONDS, self._age_s),
            (metrics.DEGRADED, lambda: float(self._degraded())),
        ]

    def _degraded(self) -> bool:
        spooling = isinstance(self.sink, SpoolingSink) and self.sink.degraded
        return spooling or self.ingester.complaint is not None

    def _waiting(self) -> Waiting:
        return self.sink.waiting() if isinstance(self.sink, SpoolingSink) else NOTHING

    def _age_s(self) -> float:
        oldest_at = self._waiting().oldest_at
        return (self.clock.now() - oldest_at).total_seconds() if oldest_at else 0.0
