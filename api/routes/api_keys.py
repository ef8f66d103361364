"""/v1/api-keys: by which other systems ask."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api import api_key, audit, problem
from api.access import AdminOfAll
from api.api_key import ApiKey, Wish
from api.house import Served, Transaction
from api.user import SYSTEM, Role, User
from runtime.errors import ForbiddenError

router = APIRouter(prefix="/v1/api-keys", tags=["api keys"])
Name = Annotated[str, Path(max_length=64)]


class Asked(BaseModel):
    """A key to be made."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        min_length=1,
        max_length=64,
        description="Of the system: small letters, digits, '.', '_' and '-'",
        examples=["erp-north"],
    )
    role: Role = Role.VIEWER
    region: str | None = Field(default=None, max_length=100, description="Sees this one only")
    expires_at: AwareDatetime | None = Field(default=None, description="null: until revoked")


class Made(BaseModel):
    """A new key."""

    key: str = Field(description="Told once; send it as `X-API-Key` or as a bearer token")


class Keys(BaseModel):
    """Every key, those that hold first."""

    items: list[ApiKey]


@router.post("", status_code=201, summary="Make a key", responses=problem.responses(401, 403, 409))
def post(connection: Transaction, house: Served, asking: AdminOfAll, asked: Asked) -> Made:
    """Make a key for a system; only people may."""
    _only_people(asking)
    wish = Wish(asked.name, asked.role, asked.region, asked.expires_at)
    made = api_key.add(connection, wish, asking.name, house.clock.now())
    audit.record(connection, asking.name, "api_key.added", f"api_key:{asked.name}")
    return Made(key=made)


@router.get("", summary="Keys", responses=problem.responses(401, 403))
def get(connection: Transaction, _: AdminOfAll) -> Keys:
    """List who has one, what it may do, and when it was last used."""
    return Keys(items=api_key.every(connection))


@router.delete(
    "/{name}", status_code=204, summary="Revoke a key", responses=problem.responses(401, 403, 404)
)
def delete(connection: Transaction, house: Served, asking: AdminOfAll, name: Name) -> None:
    """End a key at once."""
    _only_people(asking)
    api_key.revoke(connection, name, house.clock.now())
    audit.record(connection, asking.name, "api_key.revoked", f"api_key:{name}")


def _only_people(asking: User) -> None:
    if asking.name.startswith(SYSTEM):
        raise ForbiddenError("a key cannot make or end keys", hint="sign in as an administrator")
