"""/v1/trace/{id}: the way of one trouble, from the reading to the label of the next training."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from api import problem, wording
from api.access import Viewer
from api.finding import Words
from api.house import Served, Transaction
from api.user import User
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from runtime.errors import NotFoundError
from storage.pool import Connection
from tickets import trace
from tickets.trace import Way

router = APIRouter(prefix="/v1/trace", tags=["tickets"])
TraceId = Annotated[
    UUID, Path(description="`trace` of a ticket, an alert, a visit or an event of the feed")
]


class Step(BaseModel):
    """Something on the way."""

    at: datetime
    kind: trace.Kind
    name: str = Field(examples=["raised", "ticket.scheduled", "visit.arrived"])
    subject: str = Field(examples=["alert:7", "ticket:12", "visit:4", "model:3"])
    facts: dict[str, Any]
    sentence: Words | None = Field(description="of a finding")


class Trace(BaseModel):
    """Everything that happened under one id, in order of time."""

    trace: UUID
    serial: str
    type: str
    region: str
    ticket_ids: list[int]
    steps: list[Step]


@router.get(
    "/{trace_id}", summary="Follow a trouble by its id", responses=problem.responses(401, 404, 422)
)
def show(connection: Transaction, asking: Viewer, house: Served, trace_id: TraceId) -> Trace:
    """The reading, what was found in it, the ticket, notices, routing, visits, verdict, label."""
    way = way_for(connection, house.catalogue, asking, trace_id)
    description = house.catalogue.get(way.device.type)
    return Trace(
        trace=way.trace,
        serial=way.device.serial,
        type=way.device.type,
        region=way.device.region,
        ticket_ids=list(way.ticket_ids),
        steps=[_step(each, description) for each in way.steps],
    )


def way_for(connection: Connection, catalogue: Catalogue, asking: User, trace_id: UUID) -> Way:
    """The way; NotFoundError if there is none for this user."""
    way = trace.of(connection, catalogue, trace_id)
    if not asking.sees(way.device.region):
        raise NotFoundError(f"nothing has the trace {trace_id}", hint="take it from a ticket")
    return way


def _step(step: trace.Step, description: ApplianceType | None) -> Step:
    sentence = None
    if step.evidence is not None:
        sentence = Words(
            en=wording.finding(step.evidence, description, "en"),
            zh=wording.finding(step.evidence, description, "zh"),
        )
    return Step(
        at=step.at,
        kind=step.kind,
        name=step.name,
        subject=step.subject,
        facts=dict(step.facts),
        sentence=sentence,
    )
