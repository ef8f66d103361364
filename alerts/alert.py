"""Alerts: one open a device and problem, and one row for each change of its state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg.rows import class_row

from alerts.evidence import Evidence
from alerts.rule import Turn
from alerts.signal import Key
from devices.catalogue.appliance_type import Severity
from storage import event, lock, query
from storage.event import Event
from storage.pool import Connection

_SQL = query.beside(__file__)
Change = Literal["raised", "joined", "eased", "cleared"]
FIRING = frozenset({"raised", "joined"})
"""Changes that say that something is wrong; the others say that it is over."""


@dataclass(frozen=True)
class Finding:
    """A signal that turned on a device: what `alerts` makes of a rule or a score."""

    device_id: int
    problem: str
    signal: str
    at: datetime
    fires: bool
    severity: Severity
    evidence: Evidence

    @classmethod
    def of(cls, key: Key, turn: Turn, severity: Severity, evidence: Evidence) -> Finding:
        """What a followed signal found when it turned."""
        return cls(key.device_id, key.problem, key.name, turn.at, turn.fires, severity, evidence)


@dataclass(frozen=True)
class AlertChange:
    """A change of an alert's state, as stored."""

    id: int
    alert_id: int
    device_id: int
    problem: str
    at: datetime
    change: Change
    signal: str
    severity: Severity
    evidence: Evidence


@dataclass(frozen=True)
class Alert:
    """An alert as it stands."""

    id: int
    device_id: int
    serial: str
    type: str
    problem: str
    severity: str
    opened_at: datetime
    cleared_at: datetime | None
    held: str | None
    """Why nobody is sent yet; None where a ticket was opened, or it is over."""
    probability: float | None
    """Of a fault that a visit would confirm, of one that is held."""


def record(connection: Connection, findings: Sequence[Finding]) -> list[AlertChange]:
    """Open, join, ease or clear alerts, in order of time; return each change that was made.

    An alert clears when none of its signals fires any more, as its own changes tell. One
    transaction at a time: another could not see what this one lets an alert's signals do.
    """
    changes: list[AlertChange] = []
    if findings:
        lock.acquire(connection, "alerts")
    for findings_of_round in _rounds(findings):
        changes += _record_round(connection, findings_of_round)
    event.append(connection, _events(connection, changes))
    return changes


def _events(connection: Connection, changes: Sequence[AlertChange]) -> list[Event]:
    if not changes:
        return []
    ids = sorted({each.alert_id for each in changes})
    rows = connection.execute(_SQL["origins"], {"ids": ids}).fetchall()
    origins = {row[0]: row[1:] for row in rows}
    return [_event(each, *origins[each.alert_id]) for each in changes]


def _event(
    change: AlertChange, trace: object, region: object, serial: object, type_name: object
) -> Event:
    facts = {
        "serial": serial,
        "type": type_name,
        "problem": change.problem,
        "severity": change.severity.value,
        "signal": change.signal,
        "evidence": change.evidence.kind,
    }
    subject = f"alert:{change.alert_id}"
    return Event(f"alert.{change.change}", subject, change.at, UUID(str(trace)), str(region), facts)


def _rounds(findings: Sequence[Finding]) -> Iterator[list[Finding]]:
    """Split so that each round has one finding a device and problem, the earliest first."""
    queues: dict[tuple[int, str], list[Finding]] = defaultdict(list)
    for finding in sorted(findings, key=lambda each: each.at):
        queues[finding.device_id, finding.problem].append(finding)
    for number in range(max(map(len, queues.values()), default=0)):
        yield [queue[number] for queue in queues.values() if number < len(queue)]


def _record_round(connection: Connection, findings: list[Finding]) -> list[AlertChange]:
    made = []
    for fires, block in ((True, "raise"), (False, "ease")):
        chosen = {(f.device_id, f.problem): f for f in findings if f.fires is fires}
        if not chosen:
            continue
        rows = connection.execute(
            _SQL[block],
            {
                "device_ids": [f.device_id for f in chosen.values()],
                "problems": [f.problem for f in chosen.values()],
                "severities": [f.severity.value for f in chosen.values()],
                "signals": [f.signal for f in chosen.values()],
                "at": [f.at for f in chosen.values()],
                "evidence": [f.evidence.encode() for f in chosen.values()],
            },
        ).fetchall()
        made += [_as_stored(row, chosen[int(str(row[2])), str(row[3])]) for row in rows]
    return made


def _as_stored(row: tuple[object, ...], finding: Finding) -> AlertChange:
    change_id, alert_id, device_id, problem, change = row
    return AlertChange(
        id=int(str(change_id)),
        alert_id=int(str(alert_id)),
        device_id=int(str(device_id)),
        problem=str(problem),
        at=finding.at,
        change=change,  # type: ignore[arg-type]
        signal=finding.signal,
        severity=finding.severity,
        evidence=finding.evidence,
    )


def page(
    connection: Connection,
    *,
    before_id: int | None = None,
    limit: int = 100,
    open_only: bool = False,
    device_id: int | None = None,
) -> list[Alert]:
    """Up to `limit` alerts with an id below `before_id`, newest first."""
    with connection.cursor(row_factory=class_row(Alert)) as cursor:
        return cursor.execute(
            _SQL["page"],
            {
                "before_id": before_id,
                "limit": limit,
                "open_only": open_only,
                "device_id": device_id,
            },
        ).fetchall()
