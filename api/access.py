"""Who asks, and whether they may: by bearer token and role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import Depends
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from api import api_key, token, user
from api.house import Served, Transaction
from api.token import Purpose
from api.user import Role, User
from runtime.errors import ForbiddenError, UnauthenticatedError
from storage.pool import Connection

_BEARER = HTTPBearer(
    auto_error=False,
    bearerFormat="JWT",
    description="A token from `POST /v1/tokens`, or a system's key.",
)
_KEY = APIKeyHeader(
    name="X-API-Key", auto_error=False, description="A system's key (`POST /v1/api-keys`)."
)
Key = Annotated[str | None, Depends(_KEY)]
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


def bearer(house: Served, connection: Transaction, credentials: Credentials, given: Key) -> User:
    """The user whose token came with the request, or the system whose key."""
    shown = given or (credentials.credentials if credentials else None)
    if shown is None:
        raise UnauthenticatedError("this needs a bearer token", hint="get one with POST /v1/tokens")
    if given or shown.startswith(api_key.PREFIX):
        return _system(connection, shown, house.clock.now())
    name = token.read(house.settings, shown, Purpose.API)
    found = user.find(connection, name)
    if found is None:
        raise UnauthenticatedError("this user may no longer sign in")
    return found


def _system(connection: Connection, key: str, now: datetime) -> User:
    found = api_key.user_of(connection, key, now)
    if found is None:
        raise UnauthenticatedError(
            "this key is not known or holds no more", hint="an administrator makes them"
        )
    return found


def check_role(asking: User, needed: Role) -> None:
    """Raise ForbiddenError unless the user's role covers `needed`."""
    if not asking.role.covers(needed):
        raise ForbiddenError(f"this needs the role {needed} and you have {asking.role}")


def _at_least(needed: Role) -> Callable[[User], User]:
    def allowed(asking: Annotated[User, Depends(bearer)]) -> User:
        check_role(asking, needed)
        return asking

    return allowed


Viewer = Annotated[User, Depends(_at_least(Role.VIEWER))]
Technician = Annotated[User, Depends(_at_least(Role.TECHNICIAN))]
Dispatcher = Annotated[User, Depends(_at_least(Role.DISPATCHER))]
Admin = Annotated[User, Depends(_at_least(Role.ADMIN))]


def check_everywhere(asking: User) -> None:
    """Raise ForbiddenError for a partner: what belongs to no region is not a partner's."""
    if asking.region is not None:
        raise ForbiddenError("this belongs to no region, and you see one region only")


def _everywhere(asking: Admin) -> User:
    check_everywhere(asking)
    return asking


AdminOfAll = Annotated[User, Depends(_everywhere)]
"""An administrator who sees every region."""
