"""/v1/interactions: customers get in touch, by whatever channel."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api import problem, region
from api.access import Dispatcher
from api.cursor import LARGEST_ID
from api.from_row import FromRow
from api.house import Served, Transaction
from tickets.conversation import intake, interaction
from tickets.conversation.caller import Told
from tickets.conversation.intake import Report
from tickets.conversation.interaction import Channel, Direction
from tickets.outside.repeated_request import once

router = APIRouter(prefix="/v1/interactions", tags=["tickets"])
Id = Annotated[int, Field(ge=1, lt=LARGEST_ID)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Asked(BaseModel):
    """What a customer said, and who and what it is about.

    Give the ticket, or the serial number, or the household or its phone number.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "channel": "hotline",
                    "text": "The milk has gone off again.",
                    "phone": "+86 10 5555 0199",
                    "external_ref": "call-20260701-0042",
                }
            ]
        },
    )

    channel: Channel
    text: Annotated[str, StringConstraints(min_length=1, max_length=interaction.LONGEST)]
    serial: Name | None = None
    household_id: Id | None = None
    phone: Annotated[str, StringConstraints(min_length=3, max_length=40)] | None = None
    ticket_id: Id | None = None
    problem: Name | None = Field(default=None, description="Of the catalogue, where it is known")
    code: Name | None = Field(default=None, description="A fault code that the appliance shows")
    trouble: bool = Field(
        default=True, description="false for a question: it is kept, and opens nothing"
    )
    external_ref: Name | None = Field(
        default=None, description="Its number where it comes from; one is kept once a channel"
    )


class Taken(FromRow):
    """What became of it."""

    interaction_id: int
    household_id: int | None
    ticket_id: int | None = Field(description="The ticket that it opened or joined")
    opened: bool = Field(description="A ticket was opened for it, not joined")
    repeated: bool = Field(description="It was told before under the same number")


class Interaction(FromRow):
    """Something that was said."""

    id: int
    at: datetime
    channel: str
    direction: Direction
    actor: str
    text: str
    household_id: int | None
    ticket_id: int | None
    external_ref: str | None


@router.post(
    "",
    status_code=201,
    summary="A customer got in touch",
    responses=problem.responses(401, 403, 404, 409, 422),
)
def take_down(
    connection: Transaction,
    asking: Dispatcher,
    house: Served,
    asked: Asked,
    key: Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)] = None,
) -> Taken:
    """Keep what was said; if something is wrong, open a ticket or join the open one."""
    if asked.ticket_id is not None:
        region.ticket_for(connection, asking, asked.ticket_id)
    report = Report(
        channel=asked.channel,
        text=asked.text,
        actor=asking.name,
        told=Told(
            serial=asked.serial,
            household_id=asked.household_id,
            phone=asked.phone,
            problem=asked.problem,
            code=asked.code,
            region=asking.region,
            trouble=asked.trouble,
        ),
        ticket_id=asked.ticket_id,
        external_ref=asked.external_ref,
    )

    def act() -> dict[str, Any]:
        taken = intake.report(connection, house.catalogue, report, house.clock.now())
        return Taken.model_validate(taken).model_dump(mode="json")

    if key is None:
        return Taken.model_validate(act())
    done = once(connection, asking.name, key, asked.model_dump_json().encode(), act)
    return Taken.model_validate(done.answer)


@router.get("", summary="List what was said", responses=problem.responses(401, 403, 404, 422))
def index(
    connection: Transaction,
    asking: Dispatcher,
    household_id: Annotated[int, Query(ge=1, lt=LARGEST_ID)],
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[Interaction]:
    """What a household said and was told, by every channel, the newest first."""
    found = region.household_for(connection, asking, household_id)
    kept = interaction.of_household(connection, found.id, limit)
    return [Interaction.model_validate(each) for each in kept]
