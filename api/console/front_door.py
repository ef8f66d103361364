"""The bare address, which leads to the console."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

router = APIRouter()


@router.get("/")
def enter() -> Response:
    """Whoever types only the address wants the console."""
    return RedirectResponse("/console/", HTTPStatus.SEE_OTHER)
