"""One version of a model: what it was made of, how it does, and the forms that change its use."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from alerts.judges import shadow
from api import audit, wording
from api.console import language, pages
from api.console.session import FilledIn, Session, SignedIn
from api.cursor import LARGEST_ID
from api.family import Family
from api.house import House, Served, Transaction
from api.routes.models import decision_of
from api.user import Role
from devices.catalogue.appliance_type import ApplianceType
from models import drift, shelf
from models.promotion import release
from models.version import Decision, Model, State
from runtime.errors import HearthwatchError, InvalidError
from storage.pool import Connection
from tickets import verdict

router = APIRouter(prefix="/console/models")
ModelId = Annotated[int, Path(ge=1, lt=LARGEST_ID)]
MOST_ACTS = 30
MOST_DRIFTS = 500
MOST_SHOWN = 12
TOLD = frozenset({"contest", "metrics", "sha256"})
"""Facts that have a place of their own on the page, or say nothing to people."""


class Change(StrEnum):
    """What a form asks for."""

    PROMOTE = "promote"
    TRY = "try"
    RETIRE = "retire"
    ROLL_BACK = "roll_back"


STATES = {
    Change.PROMOTE: State.CHAMPION,
    Change.TRY: State.SHADOW,
    Change.RETIRE: State.RETIRED,
}
CHANGES: Mapping[str, tuple[Change, ...]] = {
    State.CANDIDATE: (Change.PROMOTE, Change.TRY, Change.RETIRE),
    State.SHADOW: (Change.PROMOTE, Change.RETIRE),
    State.CHAMPION: (Change.ROLL_BACK,),
    State.RETIRED: (Change.PROMOTE, Change.TRY),
}


@router.get("/{model_id}")
def show(
    request: Request, house: Served, connection: Transaction, asking: SignedIn, model_id: ModelId
) -> Response:
    """The page."""
    return _render(request, house, connection, asking, shelf.get(connection, model_id), None)


@router.post("/{model_id}")
def change(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    model_id: ModelId,
    change: Annotated[Change, Form()],
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Promote, try, retire or roll back; what is refused is said on the page."""
    decision = decision_of(asking.user, reason.strip())
    found = shelf.get(connection, model_id)
    try:
        now = _changed(connection, house, found, change, decision)
    except HearthwatchError as error:
        connection.rollback()
        return _render(request, house, connection, asking, found, error)
    return RedirectResponse(f"/console/models/{now.id}", HTTPStatus.SEE_OTHER)


def _changed(
    connection: Connection, house: House, found: Model, asked: Change, decision: Decision
) -> Model:
    if not decision.reason:
        raise InvalidError("say why: it goes to the audit")
    if asked is Change.ROLL_BACK:
        return release.rollback(connection, house.catalogue, found.id, decision)
    return release.move(connection, house.catalogue, found.id, STATES[asked], decision)


def _render(
    request: Request,
    house: House,
    connection: Connection,
    asking: Session,
    found: Model,
    error: HearthwatchError | None,
) -> Response:
    spoken = language.chosen(request)
    description = house.catalogue.get(found.type)
    family = Family.of(found.family)
    versions = [
        each for each in shelf.versions(connection, found.type) if each.family == found.family
    ]
    return pages.render(
        request,
        "model.html",
        asking,
        status=error.status if error else HTTPStatus.OK,
        error=error,
        model=found,
        family=family,
        about=family.about(description, spoken),
        type_title=wording.type_title(house.catalogue, found.type, spoken),
        metrics=[wording.metric_title(description, name, spoken) for name in found.metrics],
        contest=found.facts.get("contest") or {},
        facts=_facts(found),
        trial=shadow.compare(connection, found.id),
        tally=verdict.tallies(connection, [found.id])[found.id],
        drifts=_drifts(connection, found, description, asking, spoken),
        versions=versions,
        acts=audit.about(connection, [f"model {each.id}" for each in versions], MOST_ACTS),
        changes=_changes(found, asking),
        may_change=asking.user.role.covers(Role.ADMIN) and asking.user.region is None,
    )


def _facts(found: Model) -> dict[str, Any]:
    return {
        name: fact for name, fact in sorted(found.facts.items()) if name not in TOLD and fact != {}
    }


def _drifts(
    connection: Connection,
    found: Model,
    description: ApplianceType | None,
    asking: Session,
    spoken: str,
) -> list[tuple[drift.Drift, str]]:
    """What has moved furthest, with its name in words."""
    measured = drift.latest(
        connection, type_name=found.type, region=asking.user.region, limit=MOST_DRIFTS
    )
    own = [each for each in measured if each.model_id == found.id][:MOST_SHOWN]
    return [
        (each, wording.metric_title(description, each.name, spoken) if each.kind == "input" else "")
        for each in own
    ]


def _changes(found: Model, asking: Session) -> list[Change]:
    """What may be done with it; a first champion took over from none and cannot be rolled back."""
    if not asking.user.role.covers(Role.ADMIN) or asking.user.region is not None:
        return []
    possible = CHANGES[found.state]
    return [
        each for each in possible if each is not Change.ROLL_BACK or found.replaced_id is not None
    ]
