"""Publishes recorded data as the appliances would have sent it: over real MQTT, in order of time.

Failures of a recording are never published; `simulator.recorded` counts them afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

import msgspec

from devices import appliance
from devices.appliance import Registration
from runtime.stopping import Stop
from simulator import timeline
from simulator.mapping import Plan
from simulator.mapping_file import MappingError
from simulator.publisher import Publisher, PublisherError
from simulator.timeline import Row
from storage.pool import Connection

PROGRESS_EVERY = 500
"""Messages between two calls of the progress callback."""
DRAIN_S = 60.0

_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True)
class Sent:
    """What a replay published; every message is acknowledged by the broker."""

    messages: int = 0
    readings: int = 0
    events: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


def register(connection: Connection, plan: Plan, at: datetime) -> int:
    """Register those appliances of a recording that are not known; return how many.

    Raises MappingError if a known one is of another type.
    """
    every = timeline.serials(plan)
    known = appliance.by_serials(connection, every)
    wanted = plan.description.type
    for one in known.values():
        if one.type != wanted:
            raise MappingError(f"{one.serial} is registered as {one.type}, not as {wanted}")
    new = [Registration(serial, wanted) for serial in every if serial not in known]
    if new:
        appliance.register(connection, new, at)
    return len(new)


def publish(
    plan: Plan,
    publisher: Publisher,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    speed: float | None = None,
    limit: int | None = None,
    stop: Stop | None = None,
    on_progress: Callable[[Sent], None] | None = None,
) -> Sent:
    """Publish a span of a recording, as fast as the broker acknowledges or `speed` times real.

    Returns when the broker has acknowledged all of it; PublisherError if it does not.
    """
    stop = stop or Stop()
    sent = Sent()
    with closing(timeline.rows(plan, since=since, until=until)) as recorded:
        for row in islice(_paced(recorded, speed, stop), limit):
            publisher.publish(*_message(row))
            sent = _counted(sent, row)
            if on_progress and sent.messages % PROGRESS_EVERY == 0:
                on_progress(sent)
    if not publisher.drain(DRAIN_S):
        raise PublisherError("the broker did not acknowledge the last messages")
    if on_progress:
        on_progress(sent)
    return sent


def _paced(recorded: Iterable[Row], speed: float | None, stop: Stop) -> Iterator[Row]:
    """Hand each row out when its time has come; ends early when asked to stop."""
    begun = time.monotonic()
    first: int | None = None
    for row in recorded:
        first = row.millis if first is None else first
        due_s = (row.millis - first) / 1000 / speed if speed else 0.0
        ahead_s = begun + due_s - time.monotonic() if speed else 0.0
        if ahead_s > 0:
            stop.wait(ahead_s)
        if stop.is_set():
            return
        yield row


def _message(row: Row) -> tuple[str, bytes]:
    if row.code is None:
        content = _ENCODER.encode({"ts": row.millis, "values": row.measured})
        return f"appliances/{row.serial}/telemetry", content
    content = _ENCODER.encode({"ts": row.millis, "code": row.code, "state": row.state})
    return f"appliances/{row.serial}/events", content


def _counted(sent: Sent, row: Row) -> Sent:
    at = datetime.fromtimestamp(row.millis / 1000, UTC)
    return Sent(
        messages=sent.messages + 1,
        readings=sent.readings + (row.code is None),
        events=sent.events + (row.code is not None),
        first_at=sent.first_at or at,
        last_at=at,
    )
