"""/v1/tickets/{id}/verdict: what somebody found who looked at the appliance."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api import cursor, problem, region
from api.access import Technician, Viewer
from api.from_row import FromRow
from api.house import Served, Transaction
from runtime.errors import NotFoundError
from tickets import verdict
from tickets.verdict import Finding

router = APIRouter(prefix="/v1/tickets/{ticket_id}/verdict", tags=["tickets"])
TicketId = Annotated[int, Path(ge=1, lt=cursor.LARGEST_ID, examples=[17])]


class Asked(BaseModel):
    """What was found."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"finding": "confirmed", "mode": "poor_cooling", "note": "fan seized"},
                {"finding": "replaced", "consumable": "water_filter"},
                {"finding": "no_fault_found"},
            ]
        },
    )

    finding: Finding
    mode: str | None = Field(default=None, max_length=200, description="The problem confirmed")
    consumable: str | None = Field(default=None, max_length=200, description="What was replaced")
    note: str = Field(default="", max_length=2000)


class Verdict(FromRow):
    """A verdict, with who gave it."""

    at: datetime
    actor: str
    finding: Finding
    mode: str | None
    consumable: str | None
    note: str


@router.post(
    "",
    status_code=201,
    summary="Record a verdict",
    responses=problem.responses(401, 403, 404, 409, 422),
)
def create(
    connection: Transaction,
    asking: Technician,
    house: Served,
    ticket_id: TicketId,
    asked: Asked,
) -> Verdict:
    """Say what was found. A later verdict on the same ticket counts instead of this one."""
    found = region.ticket_for(connection, asking, ticket_id)
    given = verdict.Verdict(asked.finding, asked.mode, asked.consumable, asked.note)
    kept = verdict.record(
        connection, found, house.catalogue.get(found.type), given, asking.name, house.clock.now()
    )
    return Verdict.model_validate(kept)


@router.get("", summary="Get the verdict", responses=problem.responses(401, 404))
def show(connection: Transaction, asking: Viewer, ticket_id: TicketId) -> Verdict:
    """The verdict that counts; 404 while there is none."""
    found = region.ticket_for(connection, asking, ticket_id)
    kept = verdict.last(connection, found.id)
    if kept is None:
        raise NotFoundError(f"ticket {ticket_id} has no verdict yet")
    return Verdict.model_validate(kept)
