"""What a customer sees when a link does not open, or something went wrong: no more than that."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request, Response

from api.my import pages

EXPIRED = (
    "This link is no longer valid.",
    "It has expired, or you do not have this appliance any more. The next letter brings a new one.",
)
UNKNOWN = (
    "There is nothing here.",
    "Please check that the link is complete: open it from our letter, or copy all of it.",
)
OFTEN = ("That was very often.", "Please wait five minutes and try again.")
AWAY = ("We cannot answer right now.", "Please try again in a few minutes.")
WRONG = ("This did not work.", "Go back, load the page again and repeat it.")
SAID = {
    HTTPStatus.GONE: EXPIRED,
    HTTPStatus.NOT_FOUND: UNKNOWN,
    HTTPStatus.METHOD_NOT_ALLOWED: UNKNOWN,
    HTTPStatus.TOO_MANY_REQUESTS: OFTEN,
    HTTPStatus.SERVICE_UNAVAILABLE: AWAY,
    HTTPStatus.INTERNAL_SERVER_ERROR: AWAY,
}


def answer(request: Request, status: int) -> Response:
    """A page about the failure in the browser's language: whose link it is must not be told."""
    title, advice = SAID.get(HTTPStatus(status), WRONG)
    return pages.render("trouble.html", spoken(request), status=status, title=title, advice=advice)


def spoken(request: Request) -> str:
    """Chinese if the browser asks for it first, else English."""
    first = request.headers.get("accept-language", "").partition(",")[0]
    return "zh" if first.strip().lower().startswith("zh") else "en"
