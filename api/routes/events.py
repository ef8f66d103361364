"""/v1/events: everything that happened, in an order in which nobody misses anything."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api import problem
from api.access import Viewer
from api.cursor import Limit
from api.from_row import FromRow
from api.house import Transaction
from runtime.errors import InvalidError
from tickets.outside import feed

router = APIRouter(prefix="/v1/events", tags=["events"])
LARGEST_POSITION = 2**62
After = Annotated[
    int, Query(ge=0, lt=LARGEST_POSITION, description="The `last` of the page before; 0 to begin")
]
Kinds = Annotated[
    list[str],
    Query(description="Such as ticket.opened, ticket.* or *; several by comma or repeated"),
]


class Event(FromRow):
    """Something that happened."""

    position: int = Field(description="Its place in the feed")
    message_id: str = Field(examples=["evt_81"], description="The `webhook-id` of its webhooks")
    at: datetime
    kind: str = Field(examples=["ticket.scheduled"])
    subject: str = Field(examples=["ticket:12"])
    trace: UUID | None = Field(description="One id from the reading to the verdict")
    region: str
    facts: dict[str, object] = Field(description="Ids, states, times and numbers")


class Feed(BaseModel):
    """The next events."""

    items: list[Event]
    last: int = Field(description="Send it as `after` to read on")
    more: bool = Field(description="Whether there may be more right now")


@router.get("", summary="Read the events", responses=problem.responses(401, 410, 422))
def index(
    connection: Transaction,
    asking: Viewer,
    after: After = 0,
    kinds: Kinds = ["*"],  # noqa: B006 - FastAPI reads it, nobody changes it
    limit: Limit = 100,
) -> Feed:
    """Events beyond a position, oldest first. A partner gets its region's.

    Ask again with `after` set to `last`: nothing is missed and nothing comes twice.
    """
    wanted = feed.check_kinds(part.strip() for each in kinds for part in each.split(","))
    feed.number(connection)
    newest = feed.bounds(connection).last
    if after > newest:
        raise InvalidError(
            f"there is no event {after} yet", hint=f"the newest is {newest}; 0 for the oldest"
        )
    found = feed.read(connection, after, kinds=wanted, region=asking.region, limit=limit)
    full = len(found) == limit
    return Feed(
        items=[Event.model_validate(each) for each in found],
        last=found[-1].position if full else newest,
        more=full,
    )
