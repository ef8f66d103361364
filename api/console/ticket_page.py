"""A ticket: what is wrong and why, whose appliance it is, and what may be done next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from alerts import departure_words
from alerts.judges.anomaly import MOST_MOVED
from api import heard, instant, permission, region, user, whose, wording
from api.console import (
    evidence_charts,
    kin_card,
    language,
    pages,
    promise_card,
    reason,
    ticket_line,
    verdict_card,
)
from api.console.evidence_charts import Subject
from api.console.plot import Chart
from api.console.session import FilledIn, Session, SignedIn
from api.console.verdict_card import Refused
from api.cursor import LARGEST_ID
from api.house import House, Served, Transaction
from api.user import Role, User
from customers import contact, household
from customers.contact import Contact
from customers.household import Household
from devices import appliance
from models.artefacts.packing import UnreadableError
from models.reasons import explanation
from runtime.errors import HearthwatchError
from storage.pool import Connection
from tickets import precedent, priority_words, ticket
from tickets.answers import question
from tickets.lifecycle import OPEN, TRANSITIONS, State
from tickets.precedent import Precedent
from tickets.ticket import Move, Proof, Ticket

router = APIRouter(prefix="/console/tickets")
TicketId = Annotated[int, Path(ge=1, lt=LARGEST_ID)]


@dataclass(frozen=True)
class Customer:
    """Whose appliance it is; contacts only for those who need them."""

    household: Household
    contacts: Sequence[Contact]


@router.get("/{ticket_id}")
def show(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: SignedIn,
    ticket_id: TicketId,
) -> Response:
    """The page."""
    found = region.ticket_for(connection, asking.user, ticket_id)
    return render(request, house, connection, asking, found)


@router.post("/{ticket_id}")
def move(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    ticket_id: TicketId,
    state: Annotated[State, Form()],
    version: Annotated[int, Form(ge=1, lt=LARGEST_ID)],
    assignee: Annotated[str, Form(max_length=200)] = "",
    visit: Annotated[str, Form(max_length=20)] = "",
    note: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Change the ticket's state; what is refused is said on the page."""
    found = region.ticket_for(connection, asking.user, ticket_id)
    try:
        permission.check_move(asking.user, found, state)
        customer = _customer(connection, found, asking)
        asked = Move(
            state=state,
            version=version,
            actor=asking.user.name,
            assignee=assignee.strip() or None,
            visit_at=instant.of_field(visit, _zone(customer)) if visit else None,
            note=note.strip(),
        )
        with connection.transaction():
            ticket.move(connection, ticket_id, asked, house.clock.now())
    except HearthwatchError as error:
        return render(request, house, connection, asking, found, error=error)
    return RedirectResponse(f"/console/tickets/{ticket_id}", HTTPStatus.SEE_OTHER)


def render(
    request: Request,
    house: House,
    connection: Connection,
    asking: Session,
    found: Ticket,
    *,
    error: HearthwatchError | None = None,
    refused: Refused | None = None,
) -> Response:
    """The page, with the form that could not be met if there is one."""
    wrong = refused.error if refused else error
    spoken = language.chosen(request)
    description = house.catalogue.get(found.type)
    proofs = ticket.proofs(connection, found.id)
    customer = _customer(connection, found, asking)
    told = reason.reasons(proofs, description, spoken)
    close = asking.user.role.covers(Role.TECHNICIAN)
    return pages.render(
        request,
        "ticket.html",
        asking,
        status=wrong.status if wrong else HTTPStatus.OK,
        error=error,
        ticket=found,
        title=wording.problem_title(description, found.problem, spoken),
        type_title=wording.type_title(house.catalogue, found.type, spoken),
        problem=wording.find_problem(description, found.problem),
        reasons=told,
        priority=[
            priority_words.tell(each, spoken)
            for each in priority_words.read(found.priority_reasons)
        ],
        promises=promise_card.of(connection, [found.id], house.clock.now()).get(found.id, []),
        kin=kin_card.of(connection, house.catalogue, found, told, asking.user, spoken),
        line=ticket_line.of(connection, found, description, spoken, private=close),
        first_lines=ticket_line.FIRST,
        may_write=close,
        questions=question.of_ticket(connection, found.id) if close else [],
        attachment_mb=house.settings.attachment_mb,
        charts=_charts(house, connection, found, spoken, proofs),
        standing=_standing(house, connection, found, spoken),
        precedents=_precedents(house, connection, asking, found, spoken),
        verdict=verdict_card.of(connection, found, description, asking.user, spoken, refused),
        customer=customer,
        zone=_zone(customer),
        appliance=appliance.by_ids(connection, [found.device_id])[found.device_id],
        heard=heard.of(connection, [found.device_id])[found.device_id],
        next_states=_next_states(found, asking.user),
        technicians=user.technicians(connection, found.region),
        now=house.clock.now(),
    )


def _customer(connection: Connection, found: Ticket, asking: Session) -> Customer | None:
    if found.household_id is None:
        return None
    contacts: Sequence[Contact] = ()
    if asking.user.role.covers(Role.TECHNICIAN):
        contacts = contact.of_household(connection, found.household_id)
    home = household.get(connection, found.household_id)
    return Customer(whose.called(home, asking.user), contacts)


def _zone(customer: Customer | None) -> ZoneInfo:
    return ZoneInfo(customer.household.time_zone if customer else "UTC")


def _charts(
    house: House, connection: Connection, found: Ticket, spoken: str, proofs: Sequence[Proof]
) -> list[Chart]:
    description = house.catalogue.get(found.type)
    if description is None:
        return []
    subject = Subject(connection, description, found.device_id, spoken, house.clock.now())
    return evidence_charts.of(subject, proofs)


def _standing(
    house: House, connection: Connection, found: Ticket, spoken: str
) -> tuple[datetime, list[str]] | None:
    """What departs as of the newest reading, if models see anything and can be read."""
    description = house.catalogue.get(found.type)
    newest = heard.of(connection, [found.device_id])[found.device_id].last_reading_at
    if description is None or newest is None or State(found.state) not in OPEN:
        return None
    try:
        explained = explanation.explain(connection, description, {found.device_id: newest})
    except UnreadableError:
        return None
    moved = explained[found.device_id].moved if explained else ()
    told = [departure_words.tell(each, newest, description, spoken) for each in moved]
    return (newest, told[:MOST_MOVED]) if told else None


def _precedents(
    house: House, connection: Connection, asking: Session, found: Ticket, spoken: str
) -> list[tuple[Precedent, str, str]]:
    """Ended cases like this one that the user may see: its problem, and what was confirmed."""
    description = house.catalogue.get(found.type)
    return [
        (
            each,
            wording.problem_title(description, each.problem, spoken),
            wording.problem_title(description, each.mode, spoken) if each.mode else "",
        )
        for each in precedent.of_ticket(connection, found.id, found.type, asking.user.region)
    ]


def _next_states(found: Ticket, asking: User) -> list[str]:
    """What this user may do next, in the order in which a ticket usually goes."""
    if found.merged_into is not None:
        return []
    allowed = TRANSITIONS[State(found.state)]
    return [
        each.value for each in State if each in allowed and permission.may_move(asking, found, each)
    ]
