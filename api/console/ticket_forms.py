"""What is written on a ticket's page: notes, files, calls and questions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Response, UploadFile

from api import audit, region
from api.access import check_role
from api.console.session import SignedIn
from api.console.ticket_act import TicketForm
from api.console.ticket_page import TicketId
from api.cursor import LARGEST_ID
from api.house import Transaction
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
    form: TicketForm,
    text: Annotated[str, Form(max_length=note.LONGEST)] = "",
) -> Response:
    """Write a note."""

    def act(found: Ticket) -> None:
        note.add(form.connection, found, text, form.actor, form.now)

    return form.done(Role.TECHNICIAN, act)


@router.post("/attachments")
def attach(
    *,
    form: TicketForm,
    file: UploadFile,
) -> Response:
    """Attach a file."""
    most = int(form.house.settings.attachment_mb * 1e6)

    def act(found: Ticket) -> None:
        content = file.file.read(most + 1)
        name, at = file.filename or "", form.now
        attachment.keep(form.connection, found, name, content, form.actor, at, most_bytes=most)

    return form.done(Role.TECHNICIAN, act)


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
    form: TicketForm,
    channel: Annotated[Channel, Form()],
    direction: Annotated[interaction.Direction, Form()],
    text: Annotated[str, Form(max_length=interaction.LONGEST)] = "",
) -> Response:
    """Write down what the customer said, or what was said to the customer."""
    name, at = form.actor, form.now

    def act(found: Ticket) -> None:
        if direction == "inbound":
            report = Report(channel=channel, text=text, actor=name, ticket_id=found.id)
            intake.report(form.connection, form.house.catalogue, report, at)
            return
        said = Interaction(
            found.household_id, channel, direction, at, name, text, found.id, found.device_id
        )
        interaction.record(form.connection, said)

    return form.done(Role.TECHNICIAN, act)


@router.post("/question")
def ask(
    *,
    form: TicketForm,
    words: Annotated[str, Form(max_length=question.LONGEST)] = "",
) -> Response:
    """Ask the customer something, by letter; the answer comes back to the ticket."""
    name, at = form.actor, form.now

    def act(found: Ticket) -> None:
        question.ask(form.connection, form.house.catalogue, found, words, name, at)
        audit.record(form.connection, name, "customer asked", f"ticket:{found.id}")

    return form.done(Role.DISPATCHER, act)
