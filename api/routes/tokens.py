"""POST /v1/tokens: a bearer token for a name and a password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field

from api import problem, sign_in, token
from api.house import Served, Transaction
from api.token import LIFETIMES, Purpose
from storage.pool import Connection

router = APIRouter(prefix="/v1/tokens", tags=["tokens"])


class Credentials(BaseModel):
    """Who asks."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "ana", "password": "..."}]})

    name: str = Field(max_length=200)
    password: str = Field(max_length=1000)


class Token(BaseModel):
    """A token to send as `Authorization: Bearer ...`."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the scheme's name
    expires_in: int = Field(description="Seconds", examples=[43200])


@router.post("", status_code=201, summary="Sign in", responses=problem.responses(401, 422, 429))
def create(
    request: Request, house: Served, connection: Transaction, credentials: Credentials
) -> Token:
    """Exchange a name and a password, as JSON, for a bearer token."""
    return _token(request, house, connection, credentials)


@router.post(
    "/form", status_code=201, summary="Sign in (form)", responses=problem.responses(401, 422, 429)
)
def create_from_form(
    request: Request,
    house: Served,
    connection: Transaction,
    credentials: Annotated[Credentials, Form()],
) -> Token:
    """Exchange a name and a password, as a form, for a bearer token."""
    return _token(request, house, connection, credentials)


def _token(
    request: Request, house: Served, connection: Connection, credentials: Credentials
) -> Token:
    found = sign_in.with_password(request, connection, credentials.name, credentials.password)
    return Token(
        access_token=token.issue(house.settings, found.name, Purpose.API),
        expires_in=int(LIFETIMES[Purpose.API].total_seconds()),
    )
