"""/v1/models: the versions on the shelf, which of them serve, and how far the world has moved."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from alerts.judges import shadow
from api import cursor, problem
from api.access import Admin, Viewer, check_role
from api.cursor import Limit, Page
from api.from_row import FromRow
from api.house import Served, Transaction
from api.paging import Paging, pages_of
from api.user import Role, User
from models import drift, shelf
from models.promotion import release
from models.version import Decision, State
from runtime.errors import ForbiddenError

router = APIRouter(prefix="/v1/models", tags=["models"])
Paged = Annotated[Paging, Depends(pages_of("model"))]
ModelId = Annotated[int, Path(ge=1, lt=cursor.LARGEST_ID, examples=[4])]


class Model(FromRow):
    """A version of a model as lists show it."""

    id: int
    type: str
    family: str = Field(examples=["context_residual:compressor_duty_pct"])
    version: int
    state: State
    trained_at: datetime
    span_from: datetime
    span_until: datetime
    devices: int = Field(description="Appliances that it learned from")
    metrics: list[str] = Field(description="Of the catalogue, without which it cannot serve")
    replaced_id: int | None = Field(description="The champion that it took over from")


class Trial(FromRow):
    """What a shadow would have raised, beside what the champion did, over the same hours."""

    since: datetime
    until: datetime
    would_raise: int
    raised: int
    both_raise: int


class ModelDetail(Model):
    """A version with all that is known of its making, and its trial."""

    facts: dict[str, Any] = Field(description="Settings, features, libraries, catalogue version")
    trial: Trial | None


class Drift(FromRow):
    """How far an input or the score of a champion has moved since its training."""

    type: str
    model_id: int
    family: str
    version: int
    kind: str = Field(description="input or score")
    name: str
    part: str = Field(description="type (all of its appliances), firmware or region")
    part_name: str
    stability_index: float
    level: str = Field(description="stable (below 0.1), moderate (below 0.25) or major")
    values_then: int
    values_now: int
    measured_at: datetime


class Drifts(BaseModel):
    """What was measured last, the greatest first."""

    items: list[Drift]


class Reason(BaseModel):
    """Why; it goes to the audit."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(
        max_length=2000, pattern=r"\S", examples=["half the false alarms in a trial of three weeks"]
    )


class Transition(Reason):
    """What a version shall be for, and why."""

    state: Literal["champion", "shadow", "retired"]


@router.get("", summary="List models", responses=problem.responses(401, 422))
def index(
    *,
    connection: Transaction,
    asking: Viewer,  # noqa: ARG001 - anybody signed in may look
    paging: Paged,
    type_: Annotated[str | None, Query(alias="type")] = None,
    state: State | None = None,
) -> Page[Model]:
    """Models, newest first."""
    found = shelf.page(
        connection,
        before_id=paging.begins,
        limit=paging.rows,
        type_name=type_,
        state=state,
    )
    return paging.read(found, Model)


@router.get("/drift", summary="List drift", responses=problem.responses(401, 422))
def index_drift(
    connection: Transaction,
    asking: Viewer,
    limit: Limit = 100,
    type_: Annotated[str | None, Query(alias="type")] = None,
) -> Drifts:
    """How far what the champions see and say has moved; of other regions a partner sees nothing."""
    found = drift.latest(connection, type_name=type_, region=asking.region, limit=limit)
    return Drifts(items=[Drift.model_validate(each) for each in found])


@router.get("/{model_id}", summary="Get a model", responses=problem.responses(401, 404))
def show(
    connection: Transaction,
    asking: Viewer,  # noqa: ARG001 - as above
    model_id: ModelId,
) -> ModelDetail:
    """One version with all that is known of its making, and how its trial stands."""
    found = shelf.get(connection, model_id)
    compared = shadow.compare(connection, model_id)
    return ModelDetail(
        **Model.model_validate(found).model_dump(),
        facts=found.facts,
        trial=Trial.model_validate(compared) if compared else None,
    )


@router.post(
    "/{model_id}/transitions",
    status_code=201,
    summary="Change what a model is for",
    responses=problem.responses(401, 403, 404, 409, 422),
)
def move(
    connection: Transaction, asking: Admin, house: Served, model_id: ModelId, asked: Transition
) -> Model:
    """Promote a version to champion, try it as a shadow, or retire it.

    The champion until then is retired; one that serves cannot be tried or retired itself.
    """
    decision = decision_of(asking, asked.reason)
    return Model.model_validate(
        release.move(connection, house.catalogue, model_id, State(asked.state), decision)
    )


@router.post(
    "/{model_id}/rollback",
    status_code=201,
    summary="Roll a champion back",
    responses=problem.responses(401, 403, 404, 409, 422),
)
def roll_back(
    connection: Transaction, asking: Admin, house: Served, model_id: ModelId, asked: Reason
) -> Model:
    """Let the champion before this one serve again; answers with that one."""
    decision = decision_of(asking, asked.reason)
    return Model.model_validate(release.rollback(connection, house.catalogue, model_id, decision))


def decision_of(asking: User, reason: str) -> Decision:
    """The user's decision; ForbiddenError for whom models are not to be changed by."""
    check_role(asking, Role.ADMIN)
    if asking.region is not None:
        raise ForbiddenError("models serve every region, and you see one region only")
    return Decision(asking.name, reason)
