"""/v1/inbound: what other systems tell of their records, which are our tickets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api import problem, region
from api.access import Dispatcher, Viewer
from api.cursor import LARGEST_ID
from api.from_row import FromRow
from api.house import Served, Transaction
from api.instant import Instant
from api.routes.tickets import TicketId
from tickets.outside import inbound, link, mapping
from tickets.outside.inbound import Update
from tickets.outside.repeated_request import once

router = APIRouter(prefix="/v1/inbound/tickets", tags=["inbound"])
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="Of this request alone; sent again with it, it is done once",
    ),
]
Id = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]


class Asked(BaseModel):
    """A change of a record elsewhere."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "system": "servicenow",
                    "external_id": "9d385017c611228701d22104cc95c371",
                    "state": "6",
                    "note": "Solved by phone.",
                }
            ]
        },
    )

    system: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
    external_id: Id
    ticket_id: int | None = Field(default=None, ge=1, lt=LARGEST_ID)
    trace: UUID | None = None
    state: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = Field(
        default=None, description="In that system's words if it has a mapping, else in ours"
    )
    note: str = Field(default="", max_length=10_000)
    assignee: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    visit_at: Instant | None = None
    version: int | None = Field(
        default=None, ge=1, description="The ticket's, as the event that you act on told it"
    )
    changed_at: Instant | None = Field(
        default=None, description="When the record was changed there; older ones are refused"
    )


class Taken(BaseModel):
    """The ticket afterwards."""

    ticket_id: int
    trace: UUID
    system: str
    external_id: str
    state: str
    assignee: str | None
    visit_at: datetime | None
    version: int
    moved: bool = Field(description="false if it was like that already")


class Link(FromRow):
    """A record elsewhere."""

    system: str
    external_id: str
    linked_at: datetime
    changed_there_at: datetime | None


@router.post("", summary="Update a ticket", responses=problem.responses(401, 403, 404, 409, 422))
def update(
    response: Response,
    connection: Transaction,
    asking: Dispatcher,
    house: Served,
    asked: Asked,
    key: Key,
) -> Taken:
    """Take over the state, technician, visit or note of a record; the first time, link it.

    The same request under the same key is answered as it was and changes nothing.
    """
    told = Update(**asked.model_dump())
    region.ticket_for(connection, asking, inbound.ticket_of(connection, told))

    def act() -> dict[str, Any]:
        known = mapping.load(house.settings.mappings)
        outcome = inbound.apply(connection, known, told, asking.name, house.clock.now())
        return _taken(told, outcome).model_dump(mode="json")

    content = asked.model_dump_json().encode()
    done = once(connection, asking.name, key, content, act)
    response.headers["Idempotency-Replayed"] = "true" if done.again else "false"
    return Taken.model_validate(done.answer)


@router.get("/{ticket_id}", summary="Where a ticket is", responses=problem.responses(401, 404))
def links(connection: Transaction, asking: Viewer, ticket_id: TicketId) -> list[Link]:
    """The records of other systems that a ticket is."""
    region.ticket_for(connection, asking, ticket_id)
    return [Link.model_validate(each) for each in link.of_ticket(connection, ticket_id)]


def _taken(told: Update, outcome: inbound.Outcome) -> Taken:
    after = outcome.ticket
    return Taken(
        ticket_id=after.id,
        trace=after.trace,
        system=told.system,
        external_id=told.external_id,
        state=after.state,
        assignee=after.assignee,
        visit_at=after.visit_at,
        version=after.version,
        moved=outcome.moved,
    )
