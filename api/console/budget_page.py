"""The alert budget of a region: what its settings trade, who waits, and a form to move it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from alerts import budget as budgets
from alerts import worth
from alerts.budget import Setting
from alerts.worth import Budget
from api import wording
from api.access import check_role
from api.console import language, pages, trade_chart
from api.console.session import FilledIn, Session, SignedIn
from api.cursor import LARGEST_ID
from api.house import House, Served, Transaction
from api.routes import budget as route
from api.routes.budget import NOWHERE, Asked
from api.user import Role
from runtime.errors import HearthwatchError, InvalidError
from storage.pool import Connection
from tickets.gating import holding, outlook
from tickets.gating.holding import Held

router = APIRouter(prefix="/console/budget")
PAGE = "/console/budget"
WAITING = 50
Region = Annotated[str | None, Query(max_length=200)]


@dataclass(frozen=True)
class Waiting:
    """A held alert in words."""

    held: Held
    title: str
    type: str


@router.get("")
def show(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: SignedIn,
    region: Region = None,
) -> Response:
    """The page of a region; without one, of the first that the user sees."""
    check_role(asking.user, Role.DISPATCHER)
    names = _names(connection, asking)
    if not names:
        return pages.render(request, "budget.html", asking, names=(), error=None)
    setting = route.setting_for(connection, asking.user, names[0] if region is None else region)
    return _render(request, house, connection, asking, setting, None)


@router.post("")
def change(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    region: Annotated[str, Form(max_length=200)],
    version: Annotated[int, Form(ge=0, lt=LARGEST_ID)],
    bias: Annotated[str, Form(max_length=20)],
    visit_cost: Annotated[str, Form(max_length=20)] = "",
    failure_cost: Annotated[str, Form(max_length=20)] = "",
    warranty_months: Annotated[str, Form(max_length=20)] = "",
    goodwill_pct: Annotated[str, Form(max_length=20)] = "",
    visits_a_day: Annotated[str, Form(max_length=20)] = "",
    enforced: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Set the budget; a form with the bias alone moves that alone."""
    check_role(asking.user, Role.DISPATCHER)
    setting = route.setting_for(connection, asking.user, region)
    try:
        wanted = {"bias": bias}
        if visit_cost:
            wanted |= {
                "visit_cost": visit_cost,
                "failure_cost": failure_cost,
                "warranty_months": warranty_months,
                "goodwill": goodwill_pct,
                "visits_a_day": visits_a_day,
                "enforced": enforced,
            }
        made = _asked(setting.budget, wanted)
        seen = replace(setting, version=version)
        budgets.change(connection, seen, made, asking.user.name, house.clock.now())
    except HearthwatchError as error:
        return _render(request, house, connection, asking, setting, error)
    return RedirectResponse(f"{PAGE}?{urlencode({'region': region})}", HTTPStatus.SEE_OTHER)


def _asked(before: Budget, wanted: dict[str, str]) -> Budget:
    """The budget that the fields of a form ask for; InvalidError names what cannot be."""
    fields: dict[str, object] = {**vars(before), **wanted}
    if "visits_a_day" in wanted:
        fields["visits_a_day"] = wanted["visits_a_day"].strip() or None
        fields["enforced"] = bool(wanted["enforced"])
        fields["goodwill"] = _share(wanted["goodwill"])
    try:
        return Budget(**Asked.model_validate(fields).model_dump())
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidError(f"{first['loc'][0]}: {first['msg']}") from error


def _share(percent: str) -> float:
    try:
        return float(percent) / 100
    except ValueError as error:
        raise InvalidError(f"{percent!r} is no percentage") from error


def _names(connection: Connection, asking: Session) -> list[str]:
    return [name or NOWHERE for name in budgets.regions(connection) if asking.user.sees(name)]


def _render(
    request: Request,
    house: House,
    connection: Connection,
    asking: Session,
    setting: Setting,
    error: HearthwatchError | None,
) -> Response:
    seen = outlook.of_region(
        connection, house.catalogue, setting.region, setting.budget, house.clock.now()
    )
    spoken = language.chosen(request)
    threshold = worth.least_probability(setting.budget)
    return pages.render(
        request,
        "budget.html",
        asking,
        status=error.status if error else HTTPStatus.OK,
        error=error,
        names=_names(connection, asking),
        region=setting.region or NOWHERE,
        setting=setting,
        budget=setting.budget,
        threshold=threshold,
        outlook=seen,
        charts=trade_chart.of(seen.curve, threshold, spoken) if seen.findings else [],
        waiting=_waiting(house, connection, setting.region, spoken),
    )


def _waiting(house: House, connection: Connection, region: str, spoken: str) -> list[Waiting]:
    return [
        Waiting(
            held,
            wording.problem_title(house.catalogue.get(held.type), held.problem, spoken),
            wording.type_title(house.catalogue, held.type, spoken),
        )
        for held in holding.page(connection, region, WAITING)
    ]
