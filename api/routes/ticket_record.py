"""/v1/tickets/{id}/...: what was said, noted and attached, in one line of time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api import audit, problem, region
from api.access import Technician
from api.cursor import LARGEST_ID
from api.file_body import OPENAPI, FileBody
from api.from_row import FromRow
from api.house import Served, Transaction
from api.routes.tickets import TicketId
from tickets import timeline
from tickets.conversation import attachment, note

router = APIRouter(prefix="/v1/tickets/{ticket_id}", tags=["tickets"])
AttachmentId = Annotated[int, Path(ge=1, lt=LARGEST_ID)]


class Entry(FromRow):
    """One thing that happened."""

    at: datetime
    kind: str = Field(
        examples=["interaction"],
        description="state, finding, interaction, note, attachment, notice, visit, verdict, merged,"
        " split, grouped, sla_warned, sla_breached or rating",
    )
    actor: str | None
    text: str | None = Field(description="What was said or noted, or the name of a file")
    facts: dict[str, Any] = Field(description="Depend on the kind")


class Asked(BaseModel):
    """A note."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "Ring twice, the bell is weak."}]}
    )

    text: Annotated[str, StringConstraints(min_length=1, max_length=note.LONGEST)]


class Note(FromRow):
    """What somebody wrote down."""

    id: int
    at: datetime
    actor: str
    text: str


class Attachment(FromRow):
    """A file on a ticket."""

    id: int
    at: datetime
    actor: str
    name: str
    media_type: str
    size: int = Field(description="In bytes")


@router.get(
    "/timeline", summary="Everything that happened", responses=problem.responses(401, 403, 404)
)
def everything(connection: Transaction, asking: Technician, ticket_id: TicketId) -> list[Entry]:
    """States, findings, conversations, notes, files, letters, visits: the newest first."""
    found = region.ticket_for(connection, asking, ticket_id)
    told = timeline.of_ticket(connection, found, private=True)
    return [Entry.model_validate(each) for each in told]


@router.get("/notes", summary="List notes", responses=problem.responses(401, 403, 404))
def notes(connection: Transaction, asking: Technician, ticket_id: TicketId) -> list[Note]:
    """What people at the desk wrote down, the oldest first."""
    found = region.ticket_for(connection, asking, ticket_id)
    return [Note.model_validate(each) for each in note.of_ticket(connection, found.id)]


@router.post(
    "/notes",
    status_code=201,
    summary="Write a note",
    responses=problem.responses(401, 403, 404, 422),
)
def write(
    connection: Transaction, asking: Technician, house: Served, ticket_id: TicketId, asked: Asked
) -> Note:
    """Write a note; it overwrites nothing, so it needs no version."""
    found = region.ticket_for(connection, asking, ticket_id)
    kept = note.add(connection, found, asked.text, asking.name, house.clock.now())
    return Note.model_validate(kept)


@router.get("/attachments", summary="List files", responses=problem.responses(401, 403, 404))
def attachments(
    connection: Transaction, asking: Technician, ticket_id: TicketId
) -> list[Attachment]:
    """The files on a ticket, the oldest first."""
    found = region.ticket_for(connection, asking, ticket_id)
    return [Attachment.model_validate(each) for each in attachment.of_ticket(connection, found.id)]


@router.post(
    "/attachments",
    status_code=201,
    summary="Attach a file",
    openapi_extra=OPENAPI,
    responses=problem.responses(401, 403, 404, 409, 413, 422),
)
def attach(
    connection: Transaction,
    asking: Technician,
    house: Served,
    ticket_id: TicketId,
    content: FileBody,
    name: Annotated[str, Query(max_length=300)] = "",
) -> Attachment:
    """Attach the file that is the body: a picture, PDF, MP4 or plain text, told by its content."""
    found = region.ticket_for(connection, asking, ticket_id)
    kept = attachment.keep(
        connection,
        found,
        name,
        content,
        asking.name,
        house.clock.now(),
        most_bytes=int(house.settings.attachment_mb * 1e6),
    )
    return Attachment.model_validate(kept)


@router.get(
    "/attachments/{attachment_id}",
    summary="Get a file",
    response_class=Response,
    responses={
        200: {"content": {"application/octet-stream": {}}, "description": "The file"},
        **problem.responses(401, 403, 404),
    },
)
def download(
    connection: Transaction, asking: Technician, ticket_id: TicketId, attachment_id: AttachmentId
) -> Response:
    """The file, to be saved and not shown by a browser; who fetched it is in the audit trail."""
    found = region.ticket_for(connection, asking, ticket_id)
    audit.record(connection, asking.name, "attachment.read", f"ticket:{found.id}")
    return answer(attachment.read(connection, found.id, attachment_id))


def answer(file: attachment.File) -> Response:
    """A file that a browser saves under its name, and does not take for anything else."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(file.content, headers=headers, media_type=file.media_type)
