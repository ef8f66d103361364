"""What is written on a ticket's page: notes, files, calls, and which tickets belong together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from api import audit, region
from api.access import check_role
from api.console import ticket_page
from api.console.session import FilledIn, Session, SignedIn
from api.console.ticket_page import TicketId
from api.cursor import LARGEST_ID
from api.house import House, Served, Transaction
from api.routes import ticket_record
from api.user import Role
from runtime.errors import HearthwatchError, InvalidError
from storage.pool import Connection
from tickets.answers import question
from tickets.conversation import attachment, intake, interaction, note
from tickets.conversation.intake import Report
from tickets.conversation.interaction import Channel, Interaction
from tickets.kinship import merging, parentage, splitting
from tickets.kinship.merging import Asked
from tickets.kinship.splitting import Split
from tickets.ticket import Ticket

router = APIRouter(prefix="/console/tickets/{ticket_id}")
Version = Annotated[int, Form(ge=1, lt=LARGEST_ID)]
Act = Callable[[Ticket], int | None]
"""Does what a form asks for; the ticket to show afterwards, if it is another one."""


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

    return _done(request, house, connection, asking, ticket_id, Role.TECHNICIAN, act)


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

    return _done(request, house, connection, asking, ticket_id, Role.TECHNICIAN, act)


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

    return _done(request, house, connection, asking, ticket_id, Role.TECHNICIAN, act)


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

    return _done(request, house, connection, asking, ticket_id, Role.DISPATCHER, act)


@router.post("/merge")
def merge(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    ticket_id: TicketId,
    version: Version,
    into: Annotated[str, Form(pattern=r"^\d{1,18}:\d{1,9}$")],
) -> Response:
    """Let another ticket take over; `into` is its id and the version that was seen."""

    def act(found: Ticket) -> int:
        other, seen = (int(part) for part in into.split(":"))
        region.ticket_for(connection, asking.user, other)
        asked = Asked(found.id, version, other, seen, asking.user.name)
        return merging.merge(connection, asked, house.clock.now()).id

    return _done(request, house, connection, asking, ticket_id, Role.DISPATCHER, act)


@router.post("/unmerge")
def unmerge(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    ticket_id: TicketId,
    version: Version,
) -> Response:
    """Take a merge back."""

    def act(found: Ticket) -> int:
        at = house.clock.now()
        return merging.undo(connection, found.id, version, asking.user.name, at).id

    return _done(request, house, connection, asking, ticket_id, Role.DISPATCHER, act)


@router.post("/split")
def split(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    ticket_id: TicketId,
    version: Version,
    problem: Annotated[str, Form(max_length=100)],
    evidence: Annotated[list[str] | None, Form(max_length=200)] = None,
) -> Response:
    """Make a ticket of another problem; `evidence` are ids with commas between them."""

    def act(found: Ticket) -> int:
        asked = Split(problem, version, asking.user.name, evidence=_ids(evidence or []))
        at = house.clock.now()
        return splitting.split(connection, house.catalogue, found.id, asked, at).id

    return _done(request, house, connection, asking, ticket_id, Role.DISPATCHER, act)


@router.post("/parent")
def parent(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    ticket_id: TicketId,
    version: Version,
    parent_id: Annotated[str, Form(pattern=r"^#?\d{0,18}$")] = "",
) -> Response:
    """Name the ticket of the trouble that this one is a part of; an empty one takes it away."""

    def act(found: Ticket) -> None:
        number = int(parent_id.lstrip("#")) if parent_id.strip("#") else None
        if number is not None:
            region.ticket_for(connection, asking.user, number)
        at = house.clock.now()
        parentage.give(connection, found.id, number, version, asking.user.name, at)

    return _done(request, house, connection, asking, ticket_id, Role.DISPATCHER, act)


def _done(
    request: Request,
    house: House,
    connection: Connection,
    asking: Session,
    ticket_id: int,
    role: Role,
    act: Act,
) -> Response:
    """Do what was asked for and show the ticket; what is refused is said on its page."""
    found = region.ticket_for(connection, asking.user, ticket_id)
    try:
        check_role(asking.user, role)
        with connection.transaction():
            shown = act(found)
    except HearthwatchError as error:
        return ticket_page.render(request, house, connection, asking, found, error=error)
    return RedirectResponse(f"/console/tickets/{shown or ticket_id}", HTTPStatus.SEE_OTHER)


def _ids(chosen: Iterable[str]) -> list[int]:
    try:
        return [int(part) for each in chosen for part in each.split(",")]
    except ValueError as error:
        raise InvalidError("what was chosen cannot be read", hint="load the page again") from error
