"""What a customer sees of a ticket: what was noticed and from which data, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import evidence
from alerts.alert import FIRING
from alerts.evidence import Evidence
from api import history, wording
from api.history import Resolution
from api.house import House
from api.my import plot
from api.my.plot import Plot
from api.my.visitor import Visitor
from customers import ownership
from devices.catalogue.appliance_type import ApplianceType, Kind
from devices.catalogue.offline import has_problem
from storage.pool import Connection
from tickets import ticket
from tickets.answers import question, rating
from tickets.answers.my_link import ExpiredLinkError
from tickets.answers.rating import Rating
from tickets.lifecycle import State
from tickets.routing import pin, slots
from tickets.ticket import Ticket
from tickets.writing import naming

STANDING = {
    State.NEW: "We are looking into it.",
    State.TRIAGED: "We are looking into it.",
    State.REOPENED: "We are looking into it again.",
    State.WAITING_FOR_CUSTOMER: "We are waiting for your answer.",
    State.SCHEDULED: "Our visit is arranged.",
    State.DISPATCHED: "Our technician is on the way to you.",
    State.ON_SITE: "Our technician is with you.",
    State.RESOLVED: "It has been put right.",
    State.CLOSED: "It has been put right.",
    State.CANCELLED: "Nothing more needs to be done.",
}
TO_CHOOSE = frozenset(
    {State.NEW, State.TRIAGED, State.REOPENED, State.WAITING_FOR_CUSTOMER, State.SCHEDULED}
)
DONE = frozenset({State.RESOLVED, State.CLOSED})
MOST_SEEN = 5
LONGEST = timedelta(days=30)


@dataclass(frozen=True)
class TicketMatter:
    """Everything that the page says of one ticket, in the reader's language."""

    ticket: Ticket
    title: str
    advice: str
    appliance: str
    standing: str
    day: str
    time: str
    technician: str
    confirmed: bool
    slots: Sequence[tuple[str, str]]
    """Keys and words of the times to choose from."""
    questions: Sequence[str]
    seen: Sequence[str]
    plot: Plot | None
    done: bool
    rated: Rating | None


def find(connection: Connection, visitor: Visitor, ticket_id: int) -> tuple[Ticket, datetime]:
    """The ticket, and since when its appliance is the visitor's; ExpiredLinkError if it is not."""
    found = ticket.get(connection, ticket_id)
    since = ownership.since(connection, found.device_id, visitor.link.household_id)
    if since is None or found.household_id != visitor.link.household_id:
        raise ExpiredLinkError("this is not about an appliance of yours any more")
    return found, since


def of(connection: Connection, house: House, visitor: Visitor, ticket_id: int) -> TicketMatter:
    """What to show of a ticket now."""
    found, since = find(connection, visitor, ticket_id)
    language, now = visitor.language, house.clock.now()
    description = house.catalogue.get(found.type)
    known = wording.find_problem(description, found.problem)
    seen = _seen(connection, found, since)
    visit_at = found.visit_at if found.state in {State.SCHEDULED, State.DISPATCHED} else None
    return TicketMatter(
        ticket=found,
        title=_title(description, found.problem, language),
        advice=known.advice.language(language) if known else "",
        appliance=wording.type_title(house.catalogue, found.type, language),
        standing=STANDING[State(found.state)],
        day=visitor.reader.weekday(visit_at) if visit_at else "",
        time=visitor.reader.arrival(visit_at) if visit_at else "",
        technician=naming.person(found.assignee),
        confirmed=_is_confirmed(connection, found),
        slots=_slots(connection, house, visitor, found, now),
        questions=[
            each.words
            for each in question.of_ticket(connection, found.id)
            if each.answered_at is None and found.state not in DONE
        ],
        seen=[wording.finding(each, description, language) for each in seen],
        plot=_plot(connection, description, found, seen, since, now, visitor),
        done=found.state in DONE,
        rated=_rating(connection, found, visitor),
    )


def _title(description: ApplianceType | None, problem: str, language: str) -> str:
    if description is None or not has_problem(description, problem):
        return wording.problem_title(description, problem, language)
    return naming.problem(description, problem, language)


def _seen(connection: Connection, found: Ticket, since: datetime) -> list[Evidence]:
    """What began and fired while the appliance was theirs, each signal once, as last seen."""
    proofs = ticket.proofs(connection, found.id)
    last = {
        each.signal: each.evidence
        for each in proofs
        if each.change in FIRING and each.evidence.since >= since
    }
    return list(last.values())[:MOST_SEEN]


def _slots(
    connection: Connection, house: House, visitor: Visitor, found: Ticket, now: datetime
) -> list[tuple[str, str]]:
    if found.state not in TO_CHOOSE:
        return []
    reader = visitor.reader
    return [
        (each.key(), f"{reader.weekday(each.begins_at)} {reader.arrival(each.begins_at)}")
        for each in slots.offer(connection, house.catalogue, found.id, now)
    ]


def _plot(
    connection: Connection,
    description: ApplianceType | None,
    found: Ticket,
    seen: Sequence[Evidence],
    since: datetime,
    now: datetime,
    visitor: Visitor,
) -> Plot | None:
    """The first metric that something was seen of; nothing of before it was theirs."""
    told = next((each for each in seen if each.metric is not None), None)
    if description is None or told is None or told.metric not in description.metrics:
        return None
    start = max(evidence.plot_from(told), since, now - LONGEST)
    hours = history.read(
        connection, description, found.device_id, [told.metric], start, now, Resolution.HOUR
    )
    points = [each for each in hours.points[told.metric] if each.time >= since]
    metric = description.metrics[told.metric]
    bounds = [bound for bound in (told.low, told.high) if bound is not None]
    title = metric.title.language(visitor.language)
    if metric.kind is not Kind.GAUGE:
        bounds = []
    return plot.draw(title, metric.unit, points, bounds, visitor.reader.zone)


def _is_confirmed(connection: Connection, found: Ticket) -> bool:
    decided = pin.of(connection, [found.id]).get(found.id)
    return decided is not None and decided.confirmed and found.state == State.SCHEDULED


def _rating(connection: Connection, found: Ticket, visitor: Visitor) -> Rating | None:
    given = rating.of_ticket(connection, found.id)
    return next((each for each in given if each.contact_id == visitor.link.contact_id), None)
