"""The figures of the business: how the desk does, what is in danger, and who may leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from alerts import budget
from api import wording
from api.access import check_role
from api.console import language, pages, words
from api.console.session import FilledIn, Session, SignedIn
from api.cursor import LARGEST_ID
from api.house import House, Served, Transaction
from api.routes import kpis as route
from api.user import Role
from runtime.errors import InvalidError
from storage.pool import Connection
from tickets.kpi import figure, review
from tickets.kpi.definition import By, Unit
from tickets.kpi.figure import Figure, Span, Value
from tickets.sla import danger, policy
from tickets.sla.danger import InDanger

router = APIRouter(prefix="/console/figures")
PAGE = "/console/figures"
SPANS = (7, 28, 90, 365)
"""Days to choose from."""
MOST_PARTS = 12
IN_DANGER = 50
BRIEF_H = 48.0
"""Longer times are told in days."""
TITLES = {
    "proactive_share": "Found before the customer called",
    "first_response": "First response",
    "time_to_resolve": "Time to resolve",
    "first_time_fix": "Fixed at the first visit",
    "no_fault_found": "No fault found",
    "false_alarms": "False alarms",
    "lead_time": "Warned before the failure",
    "first_response_kept": "First response in time",
    "resolution_kept": "Resolved in time",
    "tickets": "Tickets opened",
    "nps": "Willing to recommend us (NPS)",
    "csat": "Satisfied customers (CSAT)",
    "routed_without_human": "Routed without a person",
    "reordered": "Reordered after a reminder",
    "households_at_risk": "Households that may leave",
}
LISTED = {
    "tickets_by_region": "Tickets by region",
    "tickets_by_product": "Tickets by product",
    "no_fault_found_by_model": "No fault found, by model version",
}
"""Those that only make sense in parts."""
AXES = {
    By.REGION: "Region",
    By.TYPE: "Appliance",
    By.MODEL: "Product",
    By.TIER: "Tier",
    By.WEEK: "Week",
}
Region = Annotated[str | None, Query(max_length=200)]


@dataclass(frozen=True)
class Row:
    """A figure in words."""

    name: str
    title: str
    value: str
    high: str
    whole: Value
    parts: list[str]


@dataclass(frozen=True)
class Listed:
    """A figure that is told part by part."""

    title: str
    parts: list[tuple[str, str, Value]]


@dataclass(frozen=True)
class Promise:
    """A promise in danger, in words."""

    danger: InDanger
    title: str
    type: str


@router.get("")
def show(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: SignedIn,
    days: Annotated[int, Query(ge=1, le=365)] = 28,
    region: Region = None,
    by: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """The figures of the last days, whole or broken down."""
    now = house.clock.now()
    wanted = asking.user.region or region or None
    spoken = language.chosen(request)
    axis = By(by) if by in set(By) else None
    span = Span(now - timedelta(days=days), now, wanted)
    found = figure.measure(connection, house.catalogue, span, axis)
    names = _parts(found) if axis else []
    return pages.render(
        request,
        "figures.html",
        asking,
        rows=[_row(found[name], names, spoken) for name in TITLES],
        columns=[_part(house, axis, each, spoken) for each in names],
        listed=[_listed(house, found[name], spoken) for name in LISTED],
        promises=_promises(house, connection, wanted, spoken),
        reviews=review.page(connection, wanted, 10),
        at_risk=_at_risk(connection, house, asking, wanted),
        regions=[asking.user.region] if asking.user.region else budget.regions(connection),
        axes=AXES,
        spans=SPANS,
        days=days,
        wanted=wanted,
        by=axis,
        policy=policy.current(connection),
    )


@router.post("/reviews/{review_id}")
def close(
    *,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    review_id: Annotated[int, Path(ge=1, lt=LARGEST_ID)],
    note: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Close a review with a word on what came of it."""
    check_role(asking.user, Role.DISPATCHER)
    if not note.strip():
        raise InvalidError("a review is closed with a word on what came of it", hint="write a note")
    route.closed(connection, house, asking.user, review_id, note.strip())
    return RedirectResponse(PAGE, HTTPStatus.SEE_OTHER)


def told(value: float | None, unit: Unit, spoken: str) -> str:
    """A value as people read it."""
    if value is None:
        return "–"
    if unit is Unit.SHARE:
        return f"{100 * value:.0f} %"
    if unit is Unit.POINTS:
        return f"{round(value):d}"
    if unit is Unit.COUNT:
        return f"{value:.0f}"
    if value < BRIEF_H:
        return f"{value:.1f} {words.say('h', spoken)}"
    return f"{value / 24:.1f} {words.say('d', spoken)}"


def _parts(found: Mapping[str, Figure]) -> list[str]:
    """The parts that tickets fall into, the most frequent first."""
    counted = found["tickets"].parts
    names = sorted(counted, key=lambda name: (-counted[name].cases, name))[:MOST_PARTS]
    return sorted(names)


def _row(found: Figure, names: Sequence[str], spoken: str) -> Row:
    return Row(
        found.name,
        TITLES[found.name],
        told(found.whole.value, found.unit, spoken),
        "" if found.whole.high is None else told(found.whole.high, found.unit, spoken),
        found.whole,
        [
            told(found.parts[name].value if name in found.parts else None, found.unit, spoken)
            for name in names
        ],
    )


def _listed(house: House, found: Figure, spoken: str) -> Listed:
    parts = [
        (_product(house, name, spoken), told(each.value, found.unit, spoken), each)
        for name, each in found.parts.items()
    ]
    return Listed(LISTED[found.name], parts)


def _part(house: House, axis: By | None, name: str, spoken: str) -> str:
    if axis is By.TIER:
        return words.say(name.capitalize(), spoken)
    return _product(house, name, spoken)


def _product(house: House, name: str, spoken: str) -> str:
    """A type, with whatever follows it, by its title; anything else as it stands."""
    kind, _, rest = name.partition(" ")
    if kind not in house.catalogue:
        return name or "–"
    return f"{wording.type_title(house.catalogue, kind, spoken)} {rest}".rstrip()


def _promises(
    house: House, connection: Connection, region: str | None, spoken: str
) -> list[Promise]:
    return [
        Promise(
            each,
            wording.problem_title(house.catalogue.get(each.type), each.problem, spoken),
            wording.type_title(house.catalogue, each.type, spoken),
        )
        for each in danger.page(connection, region, IN_DANGER)
    ]


def _at_risk(
    connection: Connection, house: House, asking: Session, region: str | None
) -> list[route.HouseholdAtRisk]:
    """Named for who may see customers."""
    if not asking.user.role.covers(Role.DISPATCHER):
        return []
    return route.named(connection, route.at_risk(connection, house, asking.user, region))
