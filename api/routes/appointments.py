"""/v1/tickets/{id}/routing, slots and pin: why a technician comes, and what people decide."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api import cursor, problem, region
from api.access import Dispatcher, Viewer
from api.house import Served, Transaction
from api.instant import Instant
from runtime.errors import NotFoundError
from tickets.routing import choice_words, pin, slots, trail
from tickets.routing.pin import Wish

router = APIRouter(prefix="/v1/tickets", tags=["routing"])
TicketId = Annotated[int, Path(ge=1, lt=cursor.LARGEST_ID, examples=[17])]


class Choice(BaseModel):
    """That somebody or something set the visit of a ticket."""

    at: datetime
    technician: str
    begins_at: datetime
    chosen_by: trail.By
    by_human: bool
    actor: str
    run_id: int | None
    reasons: dict[str, Any] = Field(
        description="The cost by its parts, in minutes of driving, and the best other technician's"
    )
    text: list[str]


class Slot(BaseModel):
    """A time that is free for a ticket's visit."""

    key: str = Field(examples=["20260701T080000Z~Li Wei"])
    begins_at: datetime
    ends_at: datetime
    technician: str


class SlotAsked(BaseModel):
    """The slot that was chosen."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(max_length=300)


class PinAsked(BaseModel):
    """What a person decides of a visit."""

    model_config = ConfigDict(extra="forbid")

    technician: str | None = Field(default=None, min_length=1, max_length=200)
    begins_at: Instant | None = None
    reason: str = Field(min_length=1, max_length=500, examples=["the customer knows her"])


class Booked(BaseModel):
    """The visit of a ticket as it stands."""

    ticket_id: int
    state: str
    technician: str | None
    begins_at: datetime | None


@router.get(
    "/{ticket_id}/routing",
    summary="Why this technician",
    responses=problem.responses(401, 404),
)
def explain(connection: Transaction, asking: Viewer, ticket_id: TicketId) -> list[Choice]:
    """Every time that a visit of the ticket was set, by whom or what, and why so."""
    region.ticket_for(connection, asking, ticket_id)
    return [
        Choice(
            **{name: value for name, value in vars(each).items() if name != "id"},
            text=choice_words.of_choice(each.reasons, "en"),
        )
        for each in trail.of_ticket(connection, ticket_id)
    ]


@router.get(
    "/{ticket_id}/slots",
    summary="List free times",
    responses=problem.responses(401, 403, 404, 422),
)
def offer(
    connection: Transaction,
    asking: Dispatcher,
    house: Served,
    ticket_id: TicketId,
    count: Annotated[int, Query(ge=1, le=50)] = slots.USUAL,
) -> list[Slot]:
    """Times at which somebody can come, in order; the customer chooses one on the phone."""
    region.ticket_for(connection, asking, ticket_id)
    found = slots.offer(connection, house.catalogue, ticket_id, house.clock.now(), count)
    return [Slot(key=each.key(), **vars(each)) for each in found]


@router.post(
    "/{ticket_id}/slots",
    status_code=201,
    summary="Book a free time",
    responses=problem.responses(401, 403, 404, 409, 422),
)
def book(
    connection: Transaction,
    asking: Dispatcher,
    house: Served,
    ticket_id: TicketId,
    asked: SlotAsked,
) -> Booked:
    """Give the ticket one of the times that were listed; 409 with others if it is taken."""
    region.ticket_for(connection, asking, ticket_id)
    start = slots.parse(asked.key)
    now = house.clock.now()
    made = slots.book(
        connection, house.catalogue, ticket_id, start, asking.name, now, chosen_by="staff"
    )
    return _booked(made.id, made.state, made.assignee, made.visit_at)


@router.put(
    "/{ticket_id}/pin",
    summary="Pin a visit",
    responses=problem.responses(401, 403, 404, 409, 422),
)
def put_pin(
    connection: Transaction,
    asking: Dispatcher,
    house: Served,
    ticket_id: TicketId,
    asked: PinAsked,
) -> Booked:
    """Decide who goes, when, or both; with both the visit is set at once, whatever speaks for it.

    Routing keeps to it, and the ticket counts as routed by a person.
    """
    found = region.ticket_for(connection, asking, ticket_id)
    wish = Wish(asked.technician, asked.begins_at, asked.reason)
    made = pin.place(connection, found, wish, asking.name, house.clock.now())
    return _booked(made.id, made.state, made.assignee, made.visit_at)


@router.delete(
    "/{ticket_id}/pin",
    status_code=204,
    summary="Leave a visit to the routing",
    responses=problem.responses(401, 403, 404),
)
def unpin(connection: Transaction, asking: Dispatcher, ticket_id: TicketId) -> Response:
    """Take back what was decided; the visit stays as it is until there is a better one."""
    region.ticket_for(connection, asking, ticket_id)
    if not pin.release(connection, ticket_id):
        raise NotFoundError(f"nothing is pinned of ticket {ticket_id}")
    return Response(status_code=204)


def _booked(ticket_id: int, state: str, technician: str | None, at: datetime | None) -> Booked:
    return Booked(ticket_id=ticket_id, state=state, technician=technician, begins_at=at)
