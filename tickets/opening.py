"""Turns changes of alerts into tickets: opens one, or joins the one that is open already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from alerts.alert import FIRING, AlertChange
from devices import appliance
from devices.catalogue.appliance_type import ApplianceType, Severity
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import problem_of
from storage import query
from storage.pool import Connection
from tickets import one_open, precedent, weighing
from tickets.gating import gate
from tickets.one_open import Opened, Origin, Wanted

_SQL = query.beside(__file__)
__all__ = ["Opened", "admit", "follow", "weigh"]


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
    weigh(connection, changes)
    return opened


def weigh(connection: Connection, changes: Sequence[AlertChange]) -> None:
    """Weigh the tickets that changes of alerts opened or joined, by what is known now."""
    told = {
        "device_ids": [change.device_id for change in changes],
        "problems": [change.problem for change in changes],
    }
    rows = connection.execute(_SQL["tickets_of"], told).fetchall()
    weighing.weigh(
        connection, [int(str(row[0])) for row in rows], max(change.at for change in changes)
    )


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
    appliances = appliance.by_ids(connection, [group[0].device_id for group in firing])
    asked = {"ids": [group[0].alert_id for group in firing]}
    rows = connection.execute(_SQL["traces"], asked).fetchall()
    traces = {int(str(number)): UUID(str(trace)) for number, trace in rows}
    wanted = []
    for group in firing:
        first = group[0]
        description = catalogue[appliances[first.device_id].type]
        safety = _in_danger(group, description)
        wanted.append(
            Wanted(
                device_id=first.device_id,
                problem=first.problem,
                severity=Severity.CRITICAL if safety else _worst(group),
                safety=safety,
                at=first.at,
                trace=traces[first.alert_id],
                origin=_origin(group),
                at_stake=problem_of(description, first.problem).at_stake,
            )
        )
    return [each for each in one_open.ensure(connection, wanted) if each.fresh]


def _origin(changes: Sequence[AlertChange]) -> Origin:
    """A forecast alone tells of what is to come; anything else of what is."""
    return "forecast" if all(each.evidence.kind == "forecast" for each in changes) else "alert"


def _in_danger(changes: Sequence[AlertChange], description: ApplianceType) -> bool:
    """Whether the problem, or a code that is shown, is a danger to people."""
    codes = [description.fault_codes.get(change.evidence.code or "") for change in changes]
    known = problem_of(description, changes[0].problem)
    return known.safety or any(code is not None and code.safety for code in codes)


def _worst(changes: Sequence[AlertChange]) -> Severity:
    return max((change.severity for change in changes), key=lambda each: each.rank)
