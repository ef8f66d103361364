"""Who works in the console: by a cookie that scripts cannot read and other sites cannot send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form, Request, Response

from api import token, user
from api.house import House, Served, Transaction
from api.token import LIFETIMES, Purpose
from api.user import User
from runtime.errors import ForbiddenError, UnauthenticatedError

COOKIE = "hearthwatch_session"


@dataclass(frozen=True)
class Session:
    """Somebody signed in, and what the forms on their pages carry."""

    user: User
    form_token: str


def begin(request: Request, response: Response, house: House, found: User) -> None:
    """Sign `found` in on this browser."""
    response.set_cookie(
        COOKIE,
        token.issue(house.settings, found.name, Purpose.SESSION),
        max_age=int(LIFETIMES[Purpose.SESSION].total_seconds()),
        path="/console",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def end(response: Response) -> None:
    """Forget the session on this browser."""
    response.delete_cookie(COOKIE, path="/console", httponly=True, samesite="lax")


def current(request: Request, house: Served, connection: Transaction) -> Session:
    """The session of this request; UnauthenticatedError leads to the sign-in page."""
    cookie = request.cookies.get(COOKIE)
    if cookie is None:
        raise UnauthenticatedError("sign in first")
    found = user.find(connection, token.read(house.settings, cookie, Purpose.SESSION))
    if found is None:
        raise UnauthenticatedError("this user may no longer sign in")
    return Session(found, token.form_token(house.settings, cookie))


SignedIn = Annotated[Session, Depends(current)]


def from_own_form(
    request: Request, house: Served, asking: SignedIn, form_token: Annotated[str, Form()] = ""
) -> Session:
    """The session, if the form that was sent is from one of its own pages."""
    cookie = request.cookies[COOKIE]
    if not token.form_token_holds(house.settings, cookie, form_token):
        raise ForbiddenError("this form is not from your session", hint="load the page again")
    return asking


FilledIn = Annotated[Session, Depends(from_own_form)]
