"""A trouble's way on one page: what was measured, found, done, and what was learned of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api import wording
from api.console import language, pages, words
from api.console.session import SignedIn
from api.house import Served, Transaction
from api.routes.trace import way_for
from devices.catalogue.appliance_type import ApplianceType
from tickets.trace import Step

router = APIRouter(prefix="/console/trace")
PAGES = {"ticket": "/console/tickets", "visit": "/console/visits", "model": "/console/models"}
MOST_VALUES = 12
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)")
KINDS = {
    "reading": "Reading",
    "finding": "Finding",
    "event": "Event",
    "routing": "Routing",
    "label": "What training learns",
    "training": "Learned by",
}
NAMES = {
    "ticket.opened": "Ticket opened",
    "ticket.joined": "Ticket joined",
    "ticket.triaged": "Ticket triaged",
    "ticket.waiting_for_customer": "Waiting for the customer",
    "ticket.scheduled": "Ticket scheduled",
    "ticket.dispatched": "Ticket dispatched",
    "ticket.on_site": "On site",
    "ticket.resolved": "Ticket resolved",
    "ticket.closed": "Ticket closed",
    "ticket.cancelled": "Ticket cancelled",
    "ticket.reopened": "Ticket reopened",
    "ticket.noted": "Note written",
    "visit.planned": "Visit planned",
    "visit.moved": "Visit moved",
    "visit.under_way": "On the way",
    "visit.arrived": "Arrived",
    "visit.finished": "Visit finished",
    "visit.cancelled": "Visit cancelled",
    "visit.missed": "Visit missed",
    "verdict.recorded": "Verdict given",
    "notice.queued": "Notice written",
    "notice.sent": "Notice sent",
    "notice.withheld": "Notice withheld",
    "notice.failed": "Notice failed",
    "notice.answered": "Customer answered",
    "rating.given": "Rating given",
    "sla.warned": "Service level at risk",
    "sla.breached": "Service level missed",
    "routing": "Chosen by the routing",
    "customer": "Chosen by the customer",
    "staff": "Chosen by the desk",
    "fault": "The fault was there",
    "healthy": "The appliance was healthy",
    "spent": "The consumable was at its end",
    "unknown": "Nobody knows: it teaches nothing",
}
"""What happened, in words; anything else is told by its name."""


@dataclass(frozen=True)
class Line:
    """A step as the page shows it."""

    step: Step
    kind: str
    told: str
    """In words; a name of an event where there are none."""
    link: str | None
    details: Mapping[str, object]


@router.get("/{trace_id}")
def show(
    request: Request, house: Served, connection: Transaction, asking: SignedIn, trace_id: UUID
) -> Response:
    """The page."""
    spoken = language.chosen(request)
    way = way_for(connection, house.catalogue, asking.user, trace_id)
    description = house.catalogue.get(way.device.type)
    return pages.render(
        request,
        "trace.html",
        asking,
        way=way,
        kind=wording.type_title(house.catalogue, way.device.type, spoken),
        lines=[_line(each, description, spoken) for each in way.steps],
    )


def _line(step: Step, description: ApplianceType | None, spoken: str) -> Line:
    return Line(
        step,
        words.say(KINDS[step.kind], spoken),
        _told(step, description, spoken),
        _link(step.subject),
        _details(step, description, spoken),
    )


def _told(step: Step, description: ApplianceType | None, spoken: str) -> str:
    if step.evidence is not None:
        return wording.finding(step.evidence, description, spoken)
    if step.kind in {"reading", "training"}:
        return ""
    return words.say(NAMES.get(step.name, step.name), spoken)


def _details(step: Step, description: ApplianceType | None, spoken: str) -> dict[str, object]:
    if step.kind != "reading":
        told = {name: _read(value, spoken) for name, value in step.facts.items()}
        return {name: value for name, value in told.items() if value not in ("", None)}
    named = {
        wording.metric_title(description, name, spoken): f"{value:g}" if _number(value) else value
        for name, value in step.facts.items()
    }
    return dict(list(named.items())[:MOST_VALUES])


def _read(value: object, spoken: str) -> object:
    """A fact as a person reads it: its instants and its yes or no in words."""
    if isinstance(value, bool):
        return words.say("yes" if value else "no", spoken)
    if isinstance(value, str) and INSTANT.fullmatch(value):
        return f"{pages.instant(datetime.fromisoformat(value).astimezone(UTC))} UTC"
    return value


def _number(value: object) -> bool:
    return isinstance(value, float)


def _link(subject: str) -> str | None:
    kind, _, number = subject.partition(":")
    return f"{PAGES[kind]}/{number}" if kind in PAGES else None
