"""What the console shows when a request fails: the reason in words, or the way to sign in."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.console import pages


def answer(request: Request, status: int, title: str, detail: str, hint: str | None) -> Response:
    """A page about the failure; whoever is not signed in is sent to do so and then comes back."""
    if status == HTTPStatus.UNAUTHORIZED:
        return RedirectResponse(f"/console/sign-in?{_way_back(request)}", HTTPStatus.SEE_OTHER)
    return pages.render(
        request, "trouble.html", None, status=status, title=title, detail=detail, hint=hint
    )


def _way_back(request: Request) -> str:
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return urlencode({"next": asked if request.method == "GET" else "/console/"})
