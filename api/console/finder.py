"""Finds what a caller on the phone names: a ticket, a serial number, a customer."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from psycopg.rows import class_row

from api.console import pages
from api.console.session import SignedIn
from api.house import Transaction
from api.user import Role
from storage import query
from storage.pool import Connection

router = APIRouter(prefix="/console/find")
_SQL = query.beside(__file__)
MOST = 20
LONGEST_NUMBER = 18
"""Digits that surely fit into a bigint."""


@dataclass(frozen=True)
class Hit:
    """Something that the words may mean."""

    kind: str
    title: str
    detail: str
    address: str


@router.get("")
def find(
    request: Request,
    connection: Transaction,
    asking: SignedIn,
    q: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The one thing that was meant, or a list to choose from."""
    hits = _hits(connection, q.strip(), asking) if q.strip() else []
    if len(hits) == 1:
        return RedirectResponse(hits[0].address, HTTPStatus.SEE_OTHER)
    return pages.render(request, "found.html", asking, q=q, hits=hits, full=len(hits) == MOST)


def _hits(connection: Connection, words: str, asking: SignedIn) -> list[Hit]:
    with connection.cursor(row_factory=class_row(Hit)) as cursor:
        return cursor.execute(
            _SQL["find"],
            {
                "words": words,
                "number": _number(words),
                "region": asking.user.region,
                "customers": asking.user.role.covers(Role.DISPATCHER),
                "limit": MOST,
            },
        ).fetchall()


def _number(words: str) -> int | None:
    """The ticket number that the words may be."""
    digits = words.removeprefix("#")
    possible = digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER
    return int(digits) if possible else None
