"""Turns changes of alerts into tickets: opens one, or joins the one that is open already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from alerts.alert import FIRING, AlertChange
from customers import ownership
from devices import appliance
from devices.appliance import Appliance
from devices.catalogue.appliance_type import Problem, Severity
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import problem_of
from storage import event, query
from storage.event import Event
from storage.pool import Connection
from tickets import gate, precedent

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Opened:
    """A ticket that was opened, not joined."""

    id: int
    device_id: int
    household_id: int | None
    problem: str
    severity: str
    opened_at: datetime
    trace: UUID
    """The id that its first alert has carried since the reading."""


def follow(
    connection: Connection, catalogue: Catalogue, changes: Sequence[AlertChange]
) -> list[Opened]:
    """Open or join a ticket for each change, in the caller's transaction; return the new ones.

    A finding that fires opens a ticket where none is open; one that eases is added to the
    evidence of the open ticket, for the dispatcher to see that the condition is gone.
    """
    if not changes:
        return []
    firing: dict[tuple[int, str], list[AlertChange]] = defaultdict(list)
    for change in changes:
        if change.change in FIRING:
            firing[change.device_id, change.problem].append(change)
    opened = admit(connection, catalogue, list(firing.values())) if firing else []
    connection.execute(
        _SQL["add_evidence"],
        {
            "device_ids": [change.device_id for change in changes],
            "problems": [change.problem for change in changes],
            "change_ids": [change.id for change in changes],
        },
    )
    return opened


def admit(
    connection: Connection, catalogue: Catalogue, firing: Sequence[Sequence[AlertChange]]
) -> list[Opened]:
    """Open or join tickets for those groups that are worth a visit now; the others are held.

    Each group are the changes of one device and problem.
    """
    worth = gate.admitted(connection, catalogue, firing)
    opened = _open(connection, catalogue, worth) if worth else []
    gate.release(connection, [group[0].alert_id for group in worth])
    _keep_departures(connection, catalogue, opened, worth)
    return opened


def _keep_departures(
    connection: Connection,
    catalogue: Catalogue,
    opened: Sequence[Opened],
    groups: Sequence[Sequence[AlertChange]],
) -> None:
    """Keep what the new tickets will be compared by with past and later ones."""
    if not opened:
        return
    by_problem = {(group[0].device_id, group[0].problem): group for group in groups}
    appliances = appliance.by_ids(connection, [each.device_id for each in opened])
    descriptions = {each.id: catalogue[appliances[each.device_id].type] for each in opened}
    changes = {each.id: by_problem[each.device_id, each.problem] for each in opened}
    precedent.keep(connection, precedent.departures_of(connection, descriptions, changes))


def _open(
    connection: Connection, catalogue: Catalogue, firing: Sequence[Sequence[AlertChange]]
) -> list[Opened]:
    """Open or join one ticket for each group: the changes of one device and problem."""
    changes = [group[0] for group in firing]
    ids = [change.device_id for change in changes]
    appliances = appliance.by_ids(connection, ids)
    households = ownership.households_of(connection, ids)
    problems = [
        problem_of(catalogue[appliances[change.device_id].type], change.problem)
        for change in changes
    ]
    rows = connection.execute(
        _SQL["open"],
        {
            "device_ids": ids,
            "household_ids": [households.get(device) for device in ids],
            "problems": [change.problem for change in changes],
            "severities": [
                _worst(group, problem) for group, problem in zip(firing, problems, strict=True)
            ],
            "safety": [problem.safety for problem in problems],
            "at": [change.at for change in changes],
            "alert_ids": [change.alert_id for change in changes],
        },
    ).fetchall()
    told = [(Opened(*row[:-1]), bool(row[-1])) for row in rows]  # type: ignore[arg-type]
    event.append(connection, [_event(each, appliances, fresh=fresh) for each, fresh in told])
    return [each for each, fresh in told if fresh]


def _event(opened: Opened, appliances: Mapping[int, Appliance], *, fresh: bool) -> Event:
    device = appliances[opened.device_id]
    return Event(
        kind="ticket.opened" if fresh else "ticket.joined",
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


def _worst(changes: Sequence[AlertChange], problem: Problem) -> str:
    """A safety problem is critical whatever the findings say."""
    if problem.safety:
        return Severity.CRITICAL.value
    return max((change.severity for change in changes), key=lambda each: each.rank).value
