"""/v1/tickets: what a person must do, why, and how it went on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api import cursor, etag, problem, region, wording
from api.access import Technician, Viewer, check_role
from api.cursor import Cursor, Limit, Page
from api.etag import IfMatch
from api.finding import Finding, Words
from api.house import House, Served, Transaction
from api.permission import role_for
from storage.pool import Connection
from tickets import ticket
from tickets.lifecycle import TRANSITIONS, State
from tickets.ticket import Move

router = APIRouter(prefix="/v1/tickets", tags=["tickets"])
TicketId = Annotated[int, Path(ge=1, lt=cursor.LARGEST_ID, examples=[17])]


class Ticket(BaseModel):
    """A ticket as lists show it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    serial: str
    type: str
    model: str
    region: str
    household_id: int | None
    household_name: str | None
    tier: str | None
    problem: str = Field(examples=["poor_cooling"])
    state: State
    severity: str
    safety: bool
    assignee: str | None
    visit_at: datetime | None
    opened_at: datetime
    changed_at: datetime


class Step(BaseModel):
    """A change of state."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    actor: str
    state_before: str | None
    state_after: str
    note: str


class TicketDetail(Ticket):
    """A ticket with its evidence and its history."""

    title: Words | None = Field(description="null if the catalogue has the problem no more")
    advice: Words | None
    evidence: list[Finding]
    history: list[Step]
    transitions: list[State] = Field(description="States that it may go to from here")


class Transition(BaseModel):
    """A change that somebody asks for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"state": "triaged", "assignee": "Li Wei"},
                {"state": "scheduled", "visit_at": "2026-07-01T09:00:00+08:00"},
            ]
        },
    )

    state: State
    assignee: str | None = Field(default=None, min_length=1, max_length=200)
    visit_at: AwareDatetime | None = None
    note: str = Field(default="", max_length=2000)


@router.get("", summary="List tickets", responses=problem.responses(401, 404, 422))
def index(
    *,
    request: Request,
    response: Response,
    connection: Transaction,
    asking: Viewer,
    limit: Limit = 100,
    cursor_: Annotated[Cursor, Query(alias="cursor")] = None,
    state: State | None = None,
    open_only: Annotated[bool, Query(alias="open")] = False,
    serial: str | None = None,
    household_id: Annotated[int | None, Query(ge=1, lt=cursor.LARGEST_ID)] = None,
    region_: Annotated[str | None, Query(alias="region")] = None,
) -> Page[Ticket]:
    """Tickets, newest first; a partner gets its region's."""
    device = region.appliance_for(connection, asking, serial) if serial else None
    found = ticket.page(
        connection,
        before_id=cursor.position(cursor_, "ticket"),
        limit=limit + 1,
        open_only=open_only,
        state=state,
        device_id=device.id if device else None,
        household_id=household_id,
        region=asking.region or region_,
    )
    shown, last = cursor.cut(found, limit)
    items = [Ticket.model_validate(each) for each in shown]
    return cursor.page(request, response, "ticket", items, last)


@router.get(
    "/{ticket_id}",
    summary="Get a ticket",
    response_model=TicketDetail,
    responses=problem.responses(401, 404),
)
def show(
    request: Request,
    response: Response,
    connection: Transaction,
    asking: Viewer,
    house: Served,
    ticket_id: TicketId,
) -> TicketDetail | Response:
    """One ticket with its evidence and history; its ETag is needed to change it."""
    found = region.ticket_for(connection, asking, ticket_id)
    return etag.answer(request, response, _detail(connection, house, found))


@router.post(
    "/{ticket_id}/transitions",
    status_code=201,
    summary="Change a ticket's state",
    responses=problem.responses(401, 403, 404, 409, 412, 422, 428),
)
def move(
    response: Response,
    connection: Transaction,
    asking: Technician,
    house: Served,
    ticket_id: TicketId,
    asked: Transition,
    if_match: IfMatch = None,
) -> TicketDetail:
    """Assign, schedule, resolve, close, cancel or reopen, based on the version that you saw.

    A technician may resolve; everything else needs a dispatcher.
    """
    found = region.ticket_for(connection, asking, ticket_id)
    check_role(asking, role_for(asked.state))
    etag.check(_detail(connection, house, found), if_match)
    change = Move(
        state=asked.state,
        version=found.version,
        actor=asking.name,
        assignee=asked.assignee,
        visit_at=asked.visit_at,
        note=asked.note,
    )
    moved = ticket.move(connection, ticket_id, change, house.clock.now())
    detail = _detail(connection, house, moved)
    response.headers["ETag"] = etag.of(detail)
    return detail


def _detail(connection: Connection, house: House, found: ticket.Ticket) -> TicketDetail:
    description = house.catalogue.get(found.type)
    wrong = wording.find_problem(description, found.problem)
    findings = [Finding.of(proof, description) for proof in ticket.proofs(connection, found.id)]
    return TicketDetail(
        **Ticket.model_validate(found).model_dump(),
        title=Words.of(wrong.title) if wrong else None,
        advice=Words.of(wrong.advice) if wrong else None,
        evidence=findings,
        history=[Step.model_validate(step) for step in ticket.history(connection, found.id)],
        transitions=sorted(TRANSITIONS[State(found.state)]),
    )
