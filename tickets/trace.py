"""The way of one trouble by one id: from the reading to what the next training learns of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
import pandas as pd

from alerts.evidence import Evidence
from devices import appliance, telemetry
from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from runtime.errors import NotFoundError
from storage import event, query
from storage.pool import Connection
from tickets import lesson
from tickets.ticket import Proof

_SQL = query.beside(__file__)
FIRING = frozenset({"raised", "joined"})
MOST_READINGS = 20
"""A flickering alert needs no more of them to be understood."""

Kind = Literal["reading", "finding", "event", "routing", "label", "training"]
ORDER: Sequence[Kind] = ("reading", "finding", "routing", "event", "label", "training")
"""What happened at one instant is told in this order."""


@dataclass(frozen=True)
class Step:
    """Something on the way."""

    at: datetime
    kind: Kind
    name: str
    """What happened: `raised`, `ticket.scheduled`, `confirmed`; of a reading its type."""
    subject: str
    """What it happened to: `alert:7`, `ticket:12`, `visit:4`, `model:3`, or a serial number."""
    facts: Mapping[str, object]
    evidence: Evidence | None = None
    """Of a finding: what was seen."""


@dataclass(frozen=True)
class Way:
    """All that happened under one id."""

    trace: UUID
    device: Appliance
    ticket_ids: Sequence[int]
    steps: Sequence[Step]


@dataclass(frozen=True)
class _Row:
    """An alert or a ticket on the way."""

    id: int
    device_id: int
    trace: UUID


def of(connection: Connection, catalogue: Catalogue, trace: UUID) -> Way:
    """Follow an id, which an alert carries from its reading on and a ticket takes from it.

    NotFoundError if nothing carries it.
    """
    alerts, tickets = (_rows(connection, name, trace) for name in ("alerts", "tickets"))
    if not alerts and not tickets:
        raise NotFoundError(f"nothing has the trace {trace}", hint="take it from a ticket")
    device_id = (tickets or alerts)[0].device_id
    device = appliance.by_ids(connection, [device_id])[device_id]
    description = catalogue.get(device.type)
    proofs = _proofs(connection, [each.id for each in alerts])
    ticket_ids = [each.id for each in tickets]
    steps = [
        *(_finding(each) for each in proofs),
        *_readings(connection, description, device, proofs),
        *_events(connection, {trace, *(each.trace for each in (*alerts, *tickets))}),
        *_routings(connection, ticket_ids),
        *_lessons(connection, ticket_ids),
    ]
    steps.sort(key=lambda step: (step.at, ORDER.index(step.kind)))
    return Way(trace, device, ticket_ids, steps)


def _rows(connection: Connection, name: str, trace: UUID) -> list[_Row]:
    rows = connection.execute(_SQL[name], {"trace": trace}).fetchall()
    return [_Row(*row) for row in rows]  # type: ignore[arg-type]


def _proofs(connection: Connection, alert_ids: Sequence[int]) -> list[Proof]:
    cursor = connection.execute(_SQL["findings"], {"alert_ids": list(alert_ids)})
    names = [column.name for column in cursor.description or ()]
    return [msgspec.convert(dict(zip(names, row, strict=True)), Proof) for row in cursor.fetchall()]


def _finding(proof: Proof) -> Step:
    seen = proof.evidence
    facts: dict[str, object] = {
        "signal": proof.signal,
        "severity": proof.severity,
        "source": seen.source,
        "since": seen.since.isoformat(),
    }
    told = ("metric", "observed", "expected", "code", "probability", "model_id")
    facts |= {name: value for name in told if (value := getattr(seen, name)) is not None}
    return Step(proof.at, "finding", proof.change, f"alert:{proof.alert_id}", facts, seen)


def _readings(
    connection: Connection,
    description: ApplianceType | None,
    device: Appliance,
    proofs: Sequence[Proof],
) -> Iterator[Step]:
    """The reading that each finding stood on: the last one before it turned."""
    if description is None:
        return
    instants = dict.fromkeys(each.at for each in proofs if each.change in FIRING)
    told: set[datetime] = set()
    for at in list(instants)[:MOST_READINGS]:
        found = telemetry.last_before(connection, description, device.id, at)
        if found.empty or (when := found["time"].iloc[0].to_pydatetime()) in told:
            continue
        told.add(when)
        row = found.drop(columns=["device_id", "time"]).iloc[0]
        values = {str(name): float(value) for name, value in row.items() if pd.notna(value)}
        yield Step(when, "reading", device.type, device.serial, values)


def _events(connection: Connection, traces: set[UUID]) -> Iterator[Step]:
    """What was written down; the changes of alerts are told by their findings."""
    for each in sorted(traces):
        for told in event.of_trace(connection, each):
            if not told.kind.startswith("alert."):
                yield Step(told.at, "event", told.kind, told.subject, told.facts)


def _routings(connection: Connection, ticket_ids: Sequence[int]) -> Iterator[Step]:
    rows = connection.execute(_SQL["routings"], {"ticket_ids": list(ticket_ids)}).fetchall()
    for row in rows:
        at, ticket_id, technician, begins_at, by_human, chosen_by = row
        facts = {
            "technician": technician,
            "begins_at": msgspec.to_builtins(begins_at),
            "by_human": by_human,
        }
        instant = msgspec.convert(at, datetime)
        yield Step(instant, "routing", str(chosen_by), f"ticket:{ticket_id}", facts)


def _lessons(connection: Connection, ticket_ids: Sequence[int]) -> Iterator[Step]:
    for each in lesson.of_tickets(connection, ticket_ids):
        subject = f"ticket:{each.ticket_id}"
        yield Step(each.at, "label", each.meaning, subject, each.facts)
        for model in each.learned_by:
            facts = {"family": model.family, "version": model.version, "state": model.state}
            yield Step(model.trained_at, "training", model.name, f"model:{model.id}", facts)
