"""Which tickets of a region may want a visit, what each needs, and by when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from psycopg.rows import class_row

from customers import profile
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import has_problem, problem_of
from storage import query
from storage.pool import Connection
from tickets.routing.case import Job
from tickets.routing.travel import Place
from tickets.routing.wanting import LEAD, Wanting
from tickets.sla import clock
from tickets.sla.clock import Kind

_SQL = query.beside(__file__)
ACTOR = "hearthwatch"
OFFERED = "slots offered"
"""The note on a ticket whose customer was asked to choose."""
MISSED = "nobody set out to the visit"
"""The note on a ticket whose visit is planned anew for that."""
DUE = {
    "critical": timedelta(hours=24),
    "high": timedelta(hours=48),
    "medium": timedelta(days=4),
    "low": timedelta(days=8),
}
"""From opening, where no promise is running."""
MOST_LATE = 20
"""Visits that a run tries to bring forward."""
SAFETY_WEIGHT = 10.0
PRIORITY_OF_WEIGHT_1 = 50.0


def of_region(connection: Connection, region: str, ticket_id: int | None = None) -> list[Wanting]:
    """The open tickets of a region at which nobody is yet, the most urgent first; or only one."""
    asked = {"region": region, "ticket_id": ticket_id, "actor": ACTOR}
    with connection.cursor(row_factory=class_row(Wanting)) as cursor:
        return cursor.execute(_SQL["wanting"], asked).fetchall()


def regions(connection: Connection) -> list[str]:
    """The regions that have such tickets."""
    return [str(row[0]) for row in connection.execute(_SQL["regions"]).fetchall()]


def late(connection: Connection, movable: Sequence[Wanting]) -> list[Wanting]:
    """Those of the visits that may be moved which are past the time by which they are due.

    They were set before the ticket became more urgent, or when there was no room.
    """
    due = _due(connection, movable)
    found = [each for each in movable if each.begins_at and each.begins_at > due[each.id]]
    return found[:MOST_LATE]


def jobs(
    connection: Connection,
    catalogue: Catalogue,
    wanting: Sequence[Wanting],
    elsewhere: Place,
    now: datetime,
) -> list[Job]:
    """What each ticket needs; `elsewhere` stands for homes whose place is not known."""
    homes = places(connection, [each.household_id for each in wanting])
    due = _due(connection, wanting)
    return [
        _job(
            catalogue,
            each,
            homes.get(each.household_id or 0, elsewhere),
            due[each.id],
            now,
        )
        for each in wanting
    ]


def _job(
    catalogue: Catalogue, wanting: Wanting, place: Place, due_at: datetime, now: datetime
) -> Job:
    skills, parts = needs(catalogue, wanting.type, wanting.problem)
    return Job(
        ticket_id=wanting.id,
        type=wanting.type,
        problem=wanting.problem,
        skills=skills,
        parts=parts,
        place=place,
        weight=weight(wanting),
        safety=wanting.safety,
        not_before=now + LEAD,
        due_at=due_at,
        only=wanting.only,
        only_at=wanting.pinned_at,
        now_at=None if wanting.missed(now) or not wanting.as_pinned else wanting.visit,
    )


def weight(wanting: Wanting) -> float:
    """How much an hour of waiting matters: about 1, for safety SAFETY_WEIGHT."""
    if wanting.safety:
        return SAFETY_WEIGHT
    return 0.5 + wanting.priority / PRIORITY_OF_WEIGHT_1


def needs(
    catalogue: Catalogue, type_name: str, problem: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Skills and parts that a problem asks for; none of a problem that nobody has described."""
    description = catalogue.get(type_name)
    if description is None or not has_problem(description, problem):
        return (), ()
    described = problem_of(description, problem)
    return described.skills, described.parts


def places(connection: Connection, household_ids: Sequence[int | None]) -> dict[int, Place]:
    """Where households live, of those of whom that is known."""
    ids = sorted({each for each in household_ids if each is not None})
    return {
        each.household_id: Place(float(each.latitude), float(each.longitude))
        for each in profile.of(connection, ids).values()
        if each.latitude is not None and each.longitude is not None
    }


def _due(connection: Connection, wanting: Sequence[Wanting]) -> dict[int, datetime]:
    """By when somebody should be there: as promised, and to a danger as if it were critical."""
    promised = _promised(connection, [each.id for each in wanting])
    found = {}
    for each in wanting:
        usual = each.opened_at + DUE["critical" if each.safety else each.severity]
        due = promised.get(each.id, usual)
        found[each.id] = min(due, usual) if each.safety else due
    return found


def _promised(connection: Connection, ticket_ids: Sequence[int]) -> dict[int, datetime]:
    return {
        ticket_id: each.due_at
        for ticket_id, clocks in clock.of(connection, ticket_ids).items()
        for each in clocks
        if each.kind is Kind.RESOLUTION and each.due_at is not None
    }
