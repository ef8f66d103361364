"""What is on the table in a run: who is booked, who is asked first, and what people must do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alerts.notices.quiet_hours import QuietHours
from storage.pool import Connection
from tickets.lifecycle import State
from tickets.routing import technician
from tickets.routing.calendar import Span
from tickets.routing.explanation import Left
from tickets.routing.service_region import ServiceRegion
from tickets.routing.supply import Supply
from tickets.routing.wanting import Wanting
from tickets.visits import visit

MOST_AT_ONCE = 400
"""Tickets a run takes on, the most urgent first; the next run has the others."""
MISSED = "missed"
"""Why a ticket is left to whose visit nobody set out."""


@dataclass
class Desk:
    """What is on the table in one run."""

    region: ServiceRegion
    now: datetime
    quiet: QuietHours
    """When no customer is written to."""
    book: list[Wanting] = field(default_factory=list)
    offer: list[Wanting] = field(default_factory=list)
    left: dict[int, Left] = field(default_factory=dict)
    missed: list[Wanting] = field(default_factory=list)
    """Whose visits should be over, and nobody set out."""
    keep_time: dict[int, Left] = field(default_factory=dict)
    """Settled visits that another technician may take over, and why the desk is needed if not."""

    def fixed(self, wanting: Wanting) -> datetime | None:
        """The one time at which a visit can be: settled, or pinned by a person."""
        return wanting.begins_at if wanting.id in self.keep_time else wanting.pinned_at


def broken(connection: Connection, wanting: Sequence[Wanting], found: Supply) -> dict[int, str]:
    """Tickets to whose visit nobody will come: the technician is away, or works no more."""
    names = sorted({each.visit.technician for each in wanting if each.visit is not None})
    known = {each.name for each in technician.named(connection, names)}
    here = {each.name for each in found.technicians}
    lost = {}
    for each in wanting:
        start = each.visit
        if start is None or start.technician not in known:
            continue
        span = Span(start.begins_at, start.begins_at + visit.LENGTH)
        if start.technician not in here:
            lost[each.id] = "gone"
        elif any(span.meets(away) for away in found.away[start.technician]):
            lost[each.id] = "away"
    return lost


def sort(
    region: ServiceRegion,
    wanting: Sequence[Wanting],
    lost: Mapping[int, str],
    now: datetime,
    quiet: QuietHours,
) -> Desk:
    """Lay out who is booked, who is asked first, and what routing must leave alone.

    `lost` are visits to which nobody will come.
    """
    desk = Desk(region, now, quiet)
    for each in wanting:
        if each.missed(now):
            _lay_missed(desk, each)
        elif each.id in lost and not each.movable(now):
            _lay_settled(desk, each, Left(lost[each.id], _visit(each)))
        elif each.id in lost or each.wants(now):
            _lay(desk, each)
    return desk


def _lay_settled(desk: Desk, wanting: Wanting, left: Left) -> None:
    """A visit that is settled keeps its time; only whom a person sent stays theirs to decide."""
    if wanting.sent_by_staff or len(desk.book) >= MOST_AT_ONCE:
        desk.left[wanting.id] = left
    else:
        desk.keep_time[wanting.id] = left
        desk.book.append(wanting)


def _lay_missed(desk: Desk, wanting: Wanting) -> None:
    """A visit to which nobody set out; what a person decided stays theirs to decide."""
    by_hand = desk.region.scheduling_of(wanting.tier) == "by_hand"
    theirs = by_hand or wanting.sent_by_staff or wanting.pinned_at is not None
    room = len(desk.book) < MOST_AT_ONCE
    desk.missed.append(wanting)
    if room and wanting.household_id is not None and wanting.given_up(desk.now) and not theirs:
        desk.book.append(wanting)
    else:
        desk.left[wanting.id] = Left(MISSED, _visit(wanting))


def _lay(desk: Desk, wanting: Wanting) -> None:
    scheduling = desk.region.scheduling_of(wanting.tier)
    if wanting.household_id is None:
        desk.left[wanting.id] = Left("no_household", {})
    elif scheduling == "by_hand" and not wanting.by_human:
        desk.left[wanting.id] = Left("by_hand", {"region": desk.region.name})
    elif scheduling == "offer" and _may_choose(wanting):
        desk.offer.append(wanting)
    elif len(desk.book) < MOST_AT_ONCE:
        desk.book.append(wanting)


def _may_choose(wanting: Wanting) -> bool:
    """A danger does not wait for an answer, nor does one who was asked already."""
    asked = wanting.state in {State.WAITING_FOR_CUSTOMER, State.SCHEDULED}
    return not (asked or wanting.safety or wanting.by_human)


def _visit(wanting: Wanting) -> dict[str, str | None]:
    at = wanting.begins_at
    return {"technician": wanting.technician, "begins_at": None if at is None else at.isoformat()}
