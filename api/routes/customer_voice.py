"""/v1/tickets/{id}/questions and /ratings: what the desk asks a customer, and what they think."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api import audit, cursor, problem, region
from api.access import Dispatcher
from api.from_row import FromRow
from api.house import Served, Transaction
from tickets.answers import question, rating

router = APIRouter(prefix="/v1/tickets/{ticket_id}", tags=["tickets"])
TicketId = Annotated[int, Path(ge=1, lt=cursor.LARGEST_ID, examples=[17])]


class Asked(BaseModel):
    """A question, in the customer's language."""

    model_config = ConfigDict(extra="forbid")

    words: str = Field(
        min_length=1, max_length=question.LONGEST, examples=["Is the floor wet under the tank?"]
    )


class Question(FromRow):
    """A question; the answer stands among the ticket's interactions."""

    id: int
    asked_by: str
    asked_at: datetime
    words: str
    answered_at: datetime | None


class Rating(FromRow):
    """What one person thinks of the work on a ticket."""

    contact_id: int | None
    nps: int | None = Field(description="0 to 10: would they recommend us?")
    csat: int | None = Field(description="1 to 5: are they content?")
    comment: str
    at: datetime


@router.get("/questions", summary="List questions", responses=problem.responses(401, 403, 404, 422))
def questions(connection: Transaction, asking: Dispatcher, ticket_id: TicketId) -> list[Question]:
    """Everything that was asked about a ticket, oldest first."""
    found = region.ticket_for(connection, asking, ticket_id)
    return [Question.model_validate(each) for each in question.of_ticket(connection, found.id)]


@router.post(
    "/questions",
    status_code=201,
    summary="Ask the customer",
    responses=problem.responses(401, 403, 404, 422),
)
def ask(
    house: Served, connection: Transaction, asking: Dispatcher, ticket_id: TicketId, asked: Asked
) -> Question:
    """Write to the customer, who answers on their page; the ticket may wait for it meanwhile."""
    found = region.ticket_for(connection, asking, ticket_id)
    kept = question.ask(
        connection, house.catalogue, found, asked.words, asking.name, house.clock.now()
    )
    audit.record(connection, asking.name, "customer asked", f"ticket:{found.id}")
    return Question.model_validate(kept)


@router.get("/ratings", summary="List ratings", responses=problem.responses(401, 403, 404, 422))
def ratings(connection: Transaction, asking: Dispatcher, ticket_id: TicketId) -> list[Rating]:
    """What people of the household answered."""
    found = region.ticket_for(connection, asking, ticket_id)
    return [Rating.model_validate(each) for each in rating.of_ticket(connection, found.id)]
