"""Who asks, and whether they may: by bearer token and role."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api import token, user
from api.house import Served, Transaction
from api.token import Purpose
from api.user import Role, User
from runtime.errors import ForbiddenError, UnauthenticatedError

_BEARER = HTTPBearer(
    auto_error=False, bearerFormat="JWT", description="A token from `POST /v1/tokens`."
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


def bearer(house: Served, connection: Transaction, credentials: Credentials) -> User:
    """The user whose token came with the request."""
    if credentials is None:
        raise UnauthenticatedError("this needs a bearer token", hint="get one with POST /v1/tokens")
    name = token.read(house.settings, credentials.credentials, Purpose.API)
    found = user.find(connection, name)
    if found is None:
        raise UnauthenticatedError("this user may no longer sign in")
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
