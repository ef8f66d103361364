"""What the database says of the service's state, as Prometheus gauges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge

from api import vital_signs
from devices import dead_letter, watermark
from storage.pool import Connection
from tickets import ticket
from tickets.outside import lag
from tickets.outside.lag import Lag


def registry(connection: Connection, now: datetime | None = None) -> CollectorRegistry:
    """Gauges read at `now`: every API process tells the same, so take the maximum, not the sum."""
    read = CollectorRegistry()
    tally = asdict(watermark.tally(connection))
    _gauge(read, "ingest_messages", "Messages by outcome", "outcome", tally)
    letters = dead_letter.counts(connection)
    _gauge(read, "dead_letters", "Dead letters that wait", "reason", letters)
    _gauge(read, "tickets", "Tickets by state", "state", ticket.counts(connection))
    severities = vital_signs.open_tickets(connection)
    _gauge(read, "open_tickets", "Open tickets by severity", "severity", severities)
    behind = asdict(vital_signs.backlog(connection))
    in_service = Gauge("hearthwatch_state_appliances", "Appliances in service", registry=read)
    in_service.set(behind.pop("appliances"))
    _gauge(read, "backlog", "What waits to be judged or rolled up", "what", behind)
    workers = vital_signs.workers(connection)
    silent = {worker.name: worker.silent_s for worker in workers}
    _gauge(read, "ingest_silent_seconds", "Since a worker last said anything", "worker", silent)
    reached = {each.name: each.event_at.timestamp() for each in workers if each.event_at}
    _gauge(read, "ingest_event_time_seconds", "Event time a worker reached", "worker", reached)
    _webhooks(read, lag.of_all(connection))
    complaints = {str(each.reason): 1 for each in vital_signs.complaints(connection, now)}
    _gauge(read, "degraded", "Why /readyz says degraded", "reason", complaints)
    return read


def _webhooks(read: CollectorRegistry, lags: Sequence[Lag]) -> None:
    """Whether other systems hear of events; the label is the name that the webhook was given."""
    states = Counter(each.state for each in lags)
    _gauge(read, "webhooks", "Webhooks by state", "state", states)
    waiting = {each.name: each.waiting for each in lags}
    _gauge(read, "webhook_waiting", "Events that a webhook is to be sent", "webhook", waiting)
    oldest = {each.name: each.oldest_s for each in lags}
    _gauge(read, "webhook_oldest_seconds", "Age of the oldest of those", "webhook", oldest)
    failures = {each.name: each.failures for each in lags}
    _gauge(read, "webhook_failures", "Attempts that failed in a row", "webhook", failures)
    abandoned = {each.name: each.abandoned for each in lags}
    _gauge(read, "webhook_abandoned", "Events it was refused for days", "webhook", abandoned)


def _gauge(
    read: CollectorRegistry, name: str, meaning: str, label: str, values: Mapping[str, float]
) -> None:
    gauge = Gauge(f"hearthwatch_state_{name}", meaning, [label], registry=read)
    for value, number in values.items():
        gauge.labels(value).set(number)
