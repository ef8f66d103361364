"""Signing in to the console and out of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api import audit, sign_in, token, user
from api.attempts import TooManyAttemptsError
from api.console import pages, session
from api.console.session import FilledIn
from api.house import Served, Transaction
from api.token import Purpose
from runtime.errors import ForbiddenError, UnauthenticatedError

router = APIRouter(prefix="/console")
QUEUE = "/console/"


@router.get("/sign-in")
def ask(request: Request, next: str = QUEUE) -> Response:  # noqa: A002 - the query parameter's name
    """The sign-in page."""
    return pages.render(request, "sign_in.html", None, next=_own(next), error=None, name="")


@router.post("/sign-in")
def enter_with_password(
    request: Request,
    house: Served,
    connection: Transaction,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Annotated[str, Form()] = QUEUE,  # noqa: A002 - the field's name
) -> Response:
    """Check the password; lead on to where the user wanted to go."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise ForbiddenError("sign in on the console's own page")
    try:
        found = sign_in.with_password(request, connection, name, password)
    except (UnauthenticatedError, TooManyAttemptsError) as error:
        return pages.render(
            request,
            "sign_in.html",
            None,
            status=error.status,
            next=_own(next),
            error=str(error),
            name=name,
        )
    response = RedirectResponse(_own(next), HTTPStatus.SEE_OTHER)
    session.begin(request, response, house, found)
    return response


@router.get("/enter")
def enter_with_link(
    request: Request,
    house: Served,
    connection: Transaction,
    pass_: Annotated[str, Query(alias="token")] = "",
    next: Annotated[str, Query()] = QUEUE,  # noqa: A002 - the query parameter's name
) -> Response:
    """Sign in with a link that `api.token.enter_url` made."""
    found = user.find(connection, token.read(house.settings, pass_, Purpose.ENTER))
    if found is None:
        raise UnauthenticatedError("this user may no longer sign in")
    audit.record(connection, found.name, "signed in by link", "")
    response = RedirectResponse(_own(next), HTTPStatus.SEE_OTHER)
    session.begin(request, response, house, found)
    return response


@router.post("/sign-out")
def leave(_asking: FilledIn) -> Response:
    """Forget the session."""
    response = RedirectResponse("/console/sign-in", HTTPStatus.SEE_OTHER)
    session.end(response)
    return response


def _own(target: str) -> str:
    """Only pages of the console: a link must not lead through us to another site."""
    safe = target.startswith("/console/") and not set(target) & set("\\\r\n")
    return target if safe else QUEUE
