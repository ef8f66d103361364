"""Which ended cases looked most like this one, and what was found there.

Cases are compared by how far each watched metric was from what its context explains on the day
the ticket was opened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import numpy as np

from alerts.alert import AlertChange
from devices.catalogue.appliance_type import ApplianceType
from models.arrays import Floats
from models.reasons import explanation
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
MOST_CASES = 2000
"""Ended cases of a type that are looked through, the newest."""
MOST = 5
LEAST_LIKE = 0.5
FURTHEST = 8.0
"""Spreads; beyond this a departure is as clear as can be."""
ORDINARY = 1.0
"""A case that departs by less in all, in spreads, resembles every healthy appliance."""

Departures = Mapping[str, float]


@dataclass(frozen=True)
class Precedent:
    """An ended case."""

    ticket_id: int
    serial: str
    region: str
    problem: str
    state: str
    opened_at: datetime
    finding: str | None
    """What was found there, if somebody said."""
    mode: str | None
    likeness: float
    """1 for the same departures, 0 for opposite ones."""


def keep(connection: Connection, ticket_departures: Mapping[int, Departures]) -> None:
    """Keep what new tickets are compared by; an empty one is left out."""
    told = {ticket: seen for ticket, seen in ticket_departures.items() if seen}
    if told:
        connection.execute(
            _SQL["keep"],
            {
                "ticket_ids": list(told),
                "departures": [msgspec.json.encode(seen).decode() for seen in told.values()],
            },
        )


def of_ticket(
    connection: Connection, ticket_id: int, type_name: str, region: str | None = None
) -> list[Precedent]:
    """Ended cases of the type most like this ticket, the likest first; of one region if asked."""
    row = connection.execute(_SQL["departures"], {"id": ticket_id}).fetchone()
    if row is None:
        return []
    rows = connection.execute(
        _SQL["ended"],
        {"id": ticket_id, "type": type_name, "region": region, "limit": MOST_CASES},
    ).fetchall()
    problem, here = str(row[0]), msgspec.convert(row[1], dict[str, float])
    alike = likeness(here, [msgspec.convert(each[-1], dict[str, float]) for each in rows])
    found = [
        Precedent(*(*each[:-1], float(how)))  # type: ignore[arg-type]
        for each, how in zip(rows, alike, strict=True)
        if how >= LEAST_LIKE
    ]
    return _one_a_device(found, problem)[:MOST]


def _one_a_device(found: Sequence[Precedent], problem: str) -> list[Precedent]:
    """The likest of each device: one fault may have opened several tickets, one a problem."""
    ordered = sorted(
        found, key=lambda each: (-round(each.likeness, 2), each.problem != problem, -each.ticket_id)
    )
    best: dict[str, Precedent] = {}
    for each in ordered:
        best.setdefault(each.serial, each)
    return list(best.values())


def likeness(here: Departures, cases: Sequence[Departures]) -> Floats:
    """How like each case is to `here`, (cases,): one less the distance as a share of the lengths.

    Direction and size both count. A metric that only one of them knows counts as ordinary there.
    """
    names = sorted({name for case in (here, *cases) for name in case})
    rows = np.array([[case.get(name, 0.0) for name in names] for case in (here, *cases)])
    rows = np.clip(rows.reshape(1 + len(cases), len(names)), -FURTHEST, FURTHEST)
    lengths = np.linalg.norm(rows, axis=1)
    distance = np.linalg.norm(rows[1:] - rows[0], axis=1)
    alike = 1.0 - distance / np.maximum(lengths[1:] + lengths[0], ORDINARY)
    found: Floats = np.where((lengths[1:] >= ORDINARY) & (lengths[0] >= ORDINARY), alike, 0.0)
    return found


def departures_of(
    connection: Connection,
    descriptions: Mapping[int, ApplianceType],
    opening: Mapping[int, Sequence[AlertChange]],
) -> dict[int, Departures]:
    """Departures at the opening of new tickets, by ticket: as their findings say, or looked up.

    `descriptions` and `opening` (what opened it) are by ticket.
    """
    found: dict[int, Departures] = {}
    unknown: dict[str, dict[int, int]] = defaultdict(dict)
    for ticket, changes in opening.items():
        told = [change.evidence.departures for change in changes if change.evidence.departures]
        if told:
            found[ticket] = told[0]
        elif any(change.evidence.kind != "silence" for change in changes):
            unknown[descriptions[ticket].type][ticket] = changes[0].device_id
    for tickets in unknown.values():
        description = descriptions[next(iter(tickets))]
        at = {device: opening[ticket][0].at for ticket, device in tickets.items()}
        explained = explanation.explain(connection, description, at)
        found |= {
            ticket: explained[device].departures
            for ticket, device in tickets.items()
            if device in explained
        }
    return found
