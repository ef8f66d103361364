"""What the console shows when a request fails: the reason in words, or the way to sign in."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.console import language, pages, words

GENERAL = {
    HTTPStatus.NOT_FOUND: "There is no such page, or it is of another region.",
    HTTPStatus.FORBIDDEN: "Your role may not do this.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The address or the form holds something impossible.",
    HTTPStatus.TOO_MANY_REQUESTS: "That was very often. Wait five minutes and try again.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database is away. Try again in a minute.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something broke here. The log has it.",
}
"""Said where the exact reason is not known in the reader's language."""


def answer(request: Request, status: int, title: str, detail: str, hint: str | None) -> Response:
    """A page about the failure; whoever is not signed in is sent to do so and then comes back."""
    if status == HTTPStatus.UNAUTHORIZED:
        return RedirectResponse(f"/console/sign-in?{_way_back(request)}", HTTPStatus.SEE_OTHER)
    known = language.chosen(request) == "en" or detail in words.chinese()
    told = detail if known else GENERAL.get(HTTPStatus(status), "")
    return pages.render(
        request, "trouble.html", None, status=status, title=title, detail=told, hint=hint
    )


def _way_back(request: Request) -> str:
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return urlencode({"next": asked if request.method == "GET" else "/console/"})
