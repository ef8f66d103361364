"""What is written on a ticket's page: notes, files, calls and questions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response, UploadFile

from api import audit, region
from api.access import check_role
from api.console.session import FilledIn, SignedIn
from api.console.ticket_act import done
from api.console.ticket_page import TicketId
from api.cursor import LARGEST_ID
from api.house import Served, Transaction
from api.routes import ticket_record
from api.user import Role
from tickets.answers import question
from tickets.conversation import attachment, intake, interaction, note
from tickets.conversation.intake import Report
from tickets.conversation.interaction import Channel, Interaction
from tickets.ticket import Ticket

router = APIRouter(prefix="/console/tickets/{ticket_id}")


@router.post("/note")
def write(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    ticket_id: TicketId,
    text: Annotated[str, Form(max_length=note.LONGEST)] = "",
) -> Response:
    """Write a note."""

    def act(found: Ticket) -> None:
        note.add(connection, found, text, asking.user.name, house.clock.now())

    return done(request, house, connection, asking, ticket_id, Role.TECHNICIAN, act)


@router.post("/attachments")
def attach(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    ticket_id: TicketId,
    file: UploadFile,
) -> Response:
    """Attach a file."""
    most = int(house.settings.attachment_mb * 1e6)

    def act(found: Ticket) -> None:
        content = file.file.read(most + 1)
        name, at = file.filename or "", house.clock.now()
        attachment.keep(connection, found, name, content, asking.user.name, at, most_bytes=most)

    return done(request, house, connection, asking, ticket_id, Role.TECHNICIAN, act)


@router.get("/attachments/{attachment_id}")
def download(
    connection: Transaction,
    asking: SignedIn,
    ticket_id: TicketId,
    attachment_id: Annotated[int, Path(ge=1, lt=LARGEST_ID)],
) -> Response:
    """A file, to be saved."""
    check_role(asking.user, Role.TECHNICIAN)
    found = region.ticket_for(connection, asking.user, ticket_id)
    audit.record(connection, asking.user.name, "attachment.read", f"ticket:{found.id}")
    return ticket_record.answer(attachment.read(connection, found.id, attachment_id))


@router.post("/interaction")
def log_a_call(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    ticket_id: TicketId,
    channel: Annotated[Channel, Form()],
    direction: Annotated[interaction.Direction, Form()],
    text: Annotated[str, Form(max_length=interaction.LONGEST)] = "",
) -> Response:
    """Write down what the customer said, or what was said to the customer."""
    name, at = asking.user.name, house.clock.now()

    def act(found: Ticket) -> None:
        if direction == "inbound":
            report = Report(channel=channel, text=text, actor=name, ticket_id=found.id)
            intake.report(connection, house.catalogue, report, at)
            return
        said = Interaction(
            found.household_id, channel, direction, at, name, text, found.id, found.device_id
        )
        interaction.record(connection, said)

    return done(request, house, connection, asking, ticket_id, Role.TECHNICIAN, act)


@router.post("/question")
def ask(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    ticket_id: TicketId,
    words: Annotated[str, Form(max_length=question.LONGEST)] = "",
) -> Response:
    """Ask the customer something, by letter; the answer comes back to the ticket."""
    name, at = asking.user.name, house.clock.now()

    def act(found: Ticket) -> None:
        question.ask(connection, house.catalogue, found, words, name, at)
        audit.record(connection, name, "customer asked", f"ticket:{found.id}")

    return done(request, house, connection, asking, ticket_id, Role.DISPATCHER, act)
