"""/v1/tickets/{id}/questions/{question_id}/answer: what a customer answered on the phone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api import audit, cursor, problem, region
from api.access import Dispatcher
from api.house import Served, Transaction
from api.routes.customer_voice import Question, TicketId
from tickets.answers import question, told_answer
from tickets.answers.told_answer import Told
from tickets.conversation import interaction
from tickets.conversation.interaction import Channel

router = APIRouter(prefix="/v1/tickets/{ticket_id}/questions", tags=["tickets"])
QuestionId = Annotated[int, Path(ge=1, lt=cursor.LARGEST_ID, examples=[3])]


class Answer(BaseModel):
    """What the customer said."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(
        min_length=1, max_length=interaction.LONGEST, examples=["Yes, since this morning."]
    )
    channel: Channel = Field(default="hotline", description="By which way it came")


@router.post(
    "/{question_id}/answer",
    status_code=201,
    summary="Write an answer down",
    responses=problem.responses(401, 403, 404, 409, 422),
)
def answer(
    house: Served,
    connection: Transaction,
    asking: Dispatcher,
    ticket_id: TicketId,
    question_id: QuestionId,
    told: Answer,
) -> Question:
    """Settle a question by what was said; the words stand among the ticket's interactions."""
    found = region.ticket_for(connection, asking, ticket_id)
    said = Told(question_id, told.text, told.channel, asking.name)
    told_answer.take(connection, found, said, house.clock.now())
    audit.record(connection, asking.name, "answer written down", f"ticket:{found.id}")
    kept = question.of_ticket(connection, found.id)
    return Question.model_validate(next(each for each in kept if each.id == question_id))
