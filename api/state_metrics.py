"""What the database says of the service's state, as Prometheus gauges."""

from __future__ import annotations

from dataclasses import asdict

from prometheus_client import CollectorRegistry, Gauge

from devices import dead_letter, watermark
from storage.pool import Connection
from tickets import ticket


def registry(connection: Connection) -> CollectorRegistry:
    """Gauges read now: every API process tells the same, so take the maximum, not the sum."""
    read = CollectorRegistry()
    messages = Gauge(
        "hearthwatch_state_ingest_messages", "Messages by outcome", ["outcome"], registry=read
    )
    for outcome, count in asdict(watermark.tally(connection)).items():
        messages.labels(outcome).set(count)
    letters = Gauge(
        "hearthwatch_state_dead_letters", "Dead letters that wait", ["reason"], registry=read
    )
    for reason, count in dead_letter.counts(connection).items():
        letters.labels(reason).set(count)
    tickets = Gauge("hearthwatch_state_tickets", "Tickets by state", ["state"], registry=read)
    for state, count in ticket.counts(connection).items():
        tickets.labels(state).set(count)
    reached = watermark.current(connection)
    if reached is not None:
        event_time = Gauge(
            "hearthwatch_state_ingest_event_time_seconds", "Event time reached", registry=read
        )
        event_time.set(reached.timestamp())
    return read
