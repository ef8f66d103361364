"""The one open ticket of a device and problem: opens it, or joins what comes to it.

Alerts, forecasts, customers and people at the desk all come through here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from customers import ownership
from devices import appliance
from devices.appliance import Appliance
from devices.catalogue.appliance_type import Severity
from storage import event, query
from storage.event import Event
from storage.pool import Connection
from tickets.routing import errand
from tickets.sla import keeping

_SQL = query.beside(__file__)
Origin = Literal["alert", "forecast", "customer", "staff"]


@dataclass(frozen=True)
class Wanted:
    """Somebody, or something, asks for attention to a problem of a device."""

    device_id: int
    problem: str
    severity: Severity
    safety: bool
    at: datetime
    trace: UUID
    """Carried on by the ticket if it is new."""
    origin: Origin
    at_stake: str | None = None
    actor: str = "hearthwatch"


@dataclass(frozen=True)
class Opened:
    """A ticket that was opened or joined."""

    id: int
    device_id: int
    household_id: int | None
    problem: str
    """What was asked for: a ticket that took over another has a problem of its own."""
    severity: str
    opened_at: datetime
    trace: UUID
    """The id that its first alert has carried since the reading."""
    fresh: bool = True
    """Opened, not joined."""


def ensure(connection: Connection, wanted: Sequence[Wanted]) -> list[Opened]:
    """Open a ticket for each device and problem, or join the open one, in the caller's transaction.

    `wanted` has one entry a device and problem. What was merged into a ticket that is open joins
    that one.
    """
    if not wanted:
        return []
    told = _rows(connection, "join_merged", wanted)
    joined = {(each.device_id, each.problem) for each in told}
    rest = [each for each in wanted if (each.device_id, each.problem) not in joined]
    told += _rows(connection, "open", rest)
    appliances = appliance.by_ids(connection, [each.device_id for each in told])
    event.append(connection, [_event(each, appliances) for each in told])
    keeping.start(connection, [each.id for each in told])
    if any(each.fresh for each in told):
        errand.ask(connection)
    return told


def open_of(connection: Connection, device_id: int, problem: str) -> int | None:
    """The open ticket that a finding of this device and problem joins, merged ones followed."""
    asked = {"device_id": device_id, "problem": problem}
    row = connection.execute(_SQL["open_of"], asked).fetchone()
    return int(str(row[0])) if row and row[0] is not None else None


def _rows(connection: Connection, block: str, wanted: Sequence[Wanted]) -> list[Opened]:
    ids = [each.device_id for each in wanted]
    households = ownership.households_of(connection, ids)
    rows = connection.execute(
        _SQL[block],
        {
            "device_ids": ids,
            "household_ids": [households.get(each) for each in ids],
            "problems": [each.problem for each in wanted],
            "severities": [each.severity.value for each in wanted],
            "safety": [each.safety for each in wanted],
            "at": [each.at for each in wanted],
            "traces": [each.trace for each in wanted],
            "origins": [each.origin for each in wanted],
            "at_stake": [each.at_stake for each in wanted],
            "actors": [each.actor for each in wanted],
        },
    ).fetchall()
    return [Opened(*row) for row in rows]  # type: ignore[arg-type]


def _event(opened: Opened, appliances: Mapping[int, Appliance]) -> Event:
    device = appliances[opened.device_id]
    return Event(
        kind="ticket.opened" if opened.fresh else "ticket.joined",
        subject=f"ticket:{opened.id}",
        at=opened.opened_at,
        trace=opened.trace,
        region=device.region,
        facts={
            "serial": device.serial,
            "type": device.type,
            "problem": opened.problem,
            "severity": opened.severity,
        },
    )
