"""/v1/tickets/{id}/...: tickets that are merged, split, or parts of another one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api import etag, problem, region, ticket_answer
from api.access import Dispatcher
from api.cursor import LARGEST_ID
from api.etag import IfMatch
from api.house import House, Served, Transaction
from api.routes.tickets import TicketId
from api.ticket_answer import TicketDetail
from storage.pool import Connection
from tickets.kinship import merging, parentage, splitting
from tickets.kinship.merging import Asked
from tickets.kinship.splitting import Split
from tickets.ticket import Ticket

router = APIRouter(prefix="/v1/tickets/{ticket_id}", tags=["tickets"])
Id = Annotated[int, Field(ge=1, lt=LARGEST_ID)]
Ids = Annotated[list[Id], Field(max_length=1000)]
FAILURES = problem.responses(401, 403, 404, 409, 412, 422, 428)


class MergeAsked(BaseModel):
    """Which ticket takes over what this one holds."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"into": 12, "into_version": 3}]}
    )

    into: Id
    into_version: Id = Field(description="The version of that ticket that you saw")


class SplitAsked(BaseModel):
    """What becomes a ticket of its own."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"problem": "ice_build_up", "evidence": [31, 35]}]},
    )

    problem: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    evidence: Ids = Field(default=[], description="Ids of findings, as the ticket lists them")
    interactions: Ids = []
    notes: Ids = []
    attachments: Ids = []


class ParentAsked(BaseModel):
    """The ticket of the trouble that this one is a part of."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"parent_id": 12}]})

    parent_id: Id | None


@router.post("/merge", summary="Merge into another ticket", responses=FAILURES)
def merge(
    response: Response,
    connection: Transaction,
    asking: Dispatcher,
    house: Served,
    ticket_id: TicketId,
    asked: MergeAsked,
    if_match: IfMatch = None,
) -> TicketDetail:
    """Let another open ticket of the appliance or household take over; return that one.

    Findings, conversations, notes and files go along, and this ticket is cancelled.
    """
    found = region.ticket_for(connection, asking, ticket_id)
    region.ticket_for(connection, asking, asked.into)
    _check(connection, house, found, if_match)
    told = Asked(ticket_id, found.version, asked.into, asked.into_version, asking.name)
    return _told(response, connection, house, merging.merge(connection, told, house.clock.now()))


@router.post("/unmerge", summary="Take a merge back", responses=FAILURES)
def unmerge(
    response: Response,
    connection: Transaction,
    asking: Dispatcher,
    house: Served,
    ticket_id: TicketId,
    if_match: IfMatch = None,
) -> TicketDetail:
    """Open a ticket again that was merged, with what went along with it."""
    found = region.ticket_for(connection, asking, ticket_id)
    _check(connection, house, found, if_match)
    at = house.clock.now()
    version = found.version
    opened = merging.undo(connection, house.catalogue, ticket_id, version, asking.name, at)
    return _told(response, connection, house, opened)


@router.post("/split", status_code=201, summary="Split off another problem", responses=FAILURES)
def split(
    response: Response,
    connection: Transaction,
    asking: Dispatcher,
    house: Served,
    ticket_id: TicketId,
    asked: SplitAsked,
    if_match: IfMatch = None,
) -> TicketDetail:
    """Make a ticket of another problem from some of what this one holds; return the new one."""
    found = region.ticket_for(connection, asking, ticket_id)
    _check(connection, house, found, if_match)
    told = Split(version=found.version, actor=asking.name, **asked.model_dump())
    made = splitting.split(connection, house.catalogue, ticket_id, told, house.clock.now())
    return _told(response, connection, house, made)


@router.put("/parent", summary="Name the parent", responses=FAILURES)
def parent(
    response: Response,
    connection: Transaction,
    asking: Dispatcher,
    house: Served,
    ticket_id: TicketId,
    asked: ParentAsked,
    if_match: IfMatch = None,
) -> TicketDetail:
    """Make a ticket a part of another one's trouble, or of none."""
    found = region.ticket_for(connection, asking, ticket_id)
    if asked.parent_id is not None:
        region.ticket_for(connection, asking, asked.parent_id)
    _check(connection, house, found, if_match)
    at = house.clock.now()
    changed = parentage.give(connection, ticket_id, asked.parent_id, found.version, asking.name, at)
    return _told(response, connection, house, changed)


def _check(connection: Connection, house: House, found: Ticket, if_match: str | None) -> None:
    etag.check(ticket_answer.detail(connection, house.catalogue, found), if_match)


def _told(response: Response, connection: Connection, house: House, found: Ticket) -> TicketDetail:
    told = ticket_answer.detail(connection, house.catalogue, found)
    response.headers["ETag"] = etag.of(told)
    return told
