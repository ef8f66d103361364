"""/v1/tickets/{ticket_id}/similar: ended cases like a ticket, and what was found there."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from api import problem, region
from api.access import Viewer
from api.from_row import FromRow
from api.house import Transaction
from api.routes.tickets import TicketId
from tickets import precedent

router = APIRouter(prefix="/v1/tickets", tags=["tickets"])


class Precedent(FromRow):
    """An ended case like this one."""

    ticket_id: int
    serial: str
    problem: str
    state: str
    opened_at: datetime
    finding: str | None = Field(description="The technician's verdict, if there is one")
    mode: str | None
    likeness: float = Field(description="1 for the same departures")


@router.get(
    "/{ticket_id}/similar",
    summary="List past cases like a ticket",
    responses=problem.responses(401, 404),
)
def similar(connection: Transaction, asking: Viewer, ticket_id: TicketId) -> list[Precedent]:
    """Ended cases of the type whose metrics departed alike, the likest first; five at most."""
    found = region.ticket_for(connection, asking, ticket_id)
    cases = precedent.of_ticket(connection, found.id, found.type, asking.region)
    return [Precedent.model_validate(each) for each in cases]
