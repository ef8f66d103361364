"""/v1/tickets: what a person must do, why, and how it went on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api import cursor, etag, permission, problem, region, ticket_answer, whose
from api.access import Technician, Viewer
from api.cursor import Page
from api.etag import IfMatch
from api.house import Served, Transaction
from api.instant import Instant
from api.paging import Paging, pages_of
from api.ticket_answer import Ticket, TicketDetail
from tickets import ticket
from tickets.lifecycle import State
from tickets.ticket import Move

router = APIRouter(prefix="/v1/tickets", tags=["tickets"])
Paged = Annotated[Paging, Depends(pages_of("ticket"))]
TicketId = Annotated[int, Path(ge=1, lt=cursor.LARGEST_ID, examples=[17])]


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
    visit_at: Instant | None = None
    note: str = Field(default="", max_length=2000)


@router.get("", summary="List tickets", responses=problem.responses(401, 404, 422))
def index(
    *,
    connection: Transaction,
    asking: Viewer,
    paging: Paged,
    state: State | None = None,
    open_only: Annotated[bool, Query(alias="open")] = False,
    serial: str | None = None,
    household_id: Annotated[int | None, Query(ge=1, lt=cursor.LARGEST_ID)] = None,
    region_: region.Asked = None,
) -> Page[Ticket]:
    """Tickets, newest first; a partner gets its region's."""
    device = region.appliance_for(connection, asking, serial) if serial else None
    found = ticket.page(
        connection,
        before_id=paging.begins,
        limit=paging.rows,
        open_only=open_only,
        state=state,
        device_id=device.id if device else None,
        household_id=household_id,
        region=asking.region or region_,
    )
    return paging.read(whose.tickets(found, asking), Ticket)


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
    (found,) = whose.tickets([region.ticket_for(connection, asking, ticket_id)], asking)
    return etag.answer(request, response, ticket_answer.detail(connection, house.catalogue, found))


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
    """Triage, schedule, resolve, close, cancel or reopen, based on the version that you saw.

    A technician tells of their own tickets that they are on the way, arrived or done; everything
    else needs a dispatcher.
    """
    found = region.ticket_for(connection, asking, ticket_id)
    permission.check_move(asking, found, asked.state)
    etag.check(ticket_answer.detail(connection, house.catalogue, found), if_match)
    change = Move(
        state=asked.state,
        version=found.version,
        actor=asking.name,
        assignee=asked.assignee,
        visit_at=asked.visit_at,
        note=asked.note,
    )
    moved = ticket.move(connection, ticket_id, change, house.clock.now())
    detail = ticket_answer.detail(connection, house.catalogue, moved)
    response.headers["ETag"] = etag.of(detail)
    return detail
