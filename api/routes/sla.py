"""/v1/sla and /v1/tickets/{id}/sla: what is promised, and how the promises stand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from api import audit, cursor, etag, problem, region
from api.access import AdminOfAll, Viewer
from api.etag import IfMatch
from api.from_row import FromRow
from api.house import Served, Transaction
from tickets.sla import clock, danger
from tickets.sla import policy as policies
from tickets.sla.clock import Kind, State
from tickets.sla.policy import Policy

router = APIRouter(prefix="/v1", tags=["sla"])
TicketId = Annotated[int, Path(ge=1, lt=cursor.LARGEST_ID, examples=[17])]


class KeptPolicy(BaseModel):
    """The policy that holds, and who set it."""

    version: int = Field(description="0: the one that is shipped")
    changed_at: datetime | None
    changed_by: str | None
    policy: Policy


class Clock(BaseModel):
    """One promise on a ticket."""

    kind: Kind
    state: State
    calendar: str = Field(examples=["office"])
    time_zone: str | None
    target_minutes: float = Field(description="Of business time")
    used: float = Field(description="Share of the target that is used up; above 1 once it is over")
    started_at: datetime
    due_at: datetime | None = Field(description="null while it stands")
    warned_at: datetime | None
    breached_at: datetime | None
    ended_at: datetime | None


class InDanger(FromRow):
    """A promise that was warned of, or broken and not done yet."""

    ticket_id: int
    serial: str
    type: str
    region: str
    problem: str
    severity: str
    safety: bool
    tier: str
    assignee: str | None
    kind: Kind
    state: State
    due_at: datetime | None
    warned_at: datetime | None
    breached_at: datetime | None


@router.get(
    "/sla/policy",
    summary="Get what is promised",
    response_model=KeptPolicy,
    responses=problem.responses(401),
)
def show_policy(
    request: Request, response: Response, connection: Transaction, _asking: Viewer
) -> KeptPolicy | Response:
    """Calendars, promises and thresholds; the ETag is needed to change them."""
    return etag.answer(request, response, _shown(policies.current(connection)))


@router.put(
    "/sla/policy",
    summary="Change what is promised",
    responses=problem.responses(401, 403, 409, 412, 422, 428),
)
def change_policy(
    response: Response,
    connection: Transaction,
    asking: AdminOfAll,
    house: Served,
    asked: Policy,
    if_match: IfMatch = None,
) -> KeptPolicy:
    """Another policy for tickets to come; a clock that runs keeps the promise it was given."""
    known = policies.current(connection)
    etag.check(_shown(known), if_match)
    at = house.clock.now()
    kept = policies.change(connection, asked, asking.name, at, seen=known.version)
    audit.record(connection, asking.name, "SLA policy changed", str(kept.version))
    shown = _shown(kept)
    response.headers["ETag"] = etag.of(shown)
    return shown


@router.get("/sla/in-danger", summary="Promises in danger", responses=problem.responses(401))
def index_in_danger(
    connection: Transaction,
    asking: Viewer,
    region_: Annotated[str | None, Query(alias="region", max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[InDanger]:
    """What was warned of or is broken, on open tickets, the broken first; a partner's own."""
    found = danger.page(connection, asking.region or region_, limit)
    return [InDanger.model_validate(each) for each in found]


@router.get(
    "/tickets/{ticket_id}/sla",
    summary="How a ticket's promises stand",
    responses=problem.responses(401, 404),
)
def show_clocks(
    connection: Transaction, asking: Viewer, house: Served, ticket_id: TicketId
) -> list[Clock]:
    """The clocks of first response and resolution."""
    found = region.ticket_for(connection, asking, ticket_id)
    now = house.clock.now()
    return [_clock(each, now) for each in clock.of(connection, [found.id]).get(found.id, [])]


def _clock(found: clock.Clock, now: datetime) -> Clock:
    return Clock(
        kind=found.kind,
        state=found.state,
        calendar=found.terms.calendar,
        time_zone=found.terms.place.time_zone,
        target_minutes=found.target.total_seconds() / 60,
        used=round(found.share(now), 4),
        started_at=found.started_at,
        due_at=found.due_at,
        warned_at=found.warned_at,
        breached_at=found.breached_at,
        ended_at=found.ended_at,
    )


def _shown(kept: policies.Kept) -> KeptPolicy:
    return KeptPolicy(
        version=kept.version, changed_at=kept.at, changed_by=kept.actor, policy=kept.policy
    )
