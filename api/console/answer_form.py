"""What a customer answered on the phone, written down on the ticket's page."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from api import audit, region
from api.access import check_role
from api.console import ticket_page
from api.console.session import FilledIn
from api.console.ticket_page import TicketId
from api.cursor import LARGEST_ID
from api.house import Served, Transaction
from api.user import Role
from runtime.errors import HearthwatchError
from tickets.answers import told_answer
from tickets.answers.told_answer import Told
from tickets.conversation import interaction
from tickets.conversation.interaction import Channel

router = APIRouter(prefix="/console/tickets/{ticket_id}/questions")


@router.post("/{question_id}/answer")
def answer(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    ticket_id: TicketId,
    question_id: Annotated[int, Path(ge=1, lt=LARGEST_ID)],
    text: Annotated[str, Form(max_length=interaction.LONGEST)] = "",
    channel: Annotated[Channel, Form()] = "hotline",
) -> Response:
    """Keep what was said and settle the question; what is refused is said on the page."""
    found = region.ticket_for(connection, asking.user, ticket_id)
    name = asking.user.name
    try:
        check_role(asking.user, Role.DISPATCHER)
        with connection.transaction():
            said = Told(question_id, text, channel, name)
            told_answer.take(connection, found, said, house.clock.now())
            audit.record(connection, name, "answer written down", f"ticket:{found.id}")
    except HearthwatchError as error:
        return ticket_page.render(request, house, connection, asking, found, error=error)
    return RedirectResponse(f"/console/tickets/{ticket_id}", HTTPStatus.SEE_OTHER)
