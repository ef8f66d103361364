"""Finds what a caller on the phone names: a ticket, a serial number, a customer."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from psycopg.rows import class_row

from api import audit
from api.console import pages
from api.console.session import SignedIn
from api.house import Transaction
from api.user import Role
from customers import household
from customers.household import Household
from customers.secrecy import blind_index
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
    words = q.strip()
    hits = _hits(connection, words, asking) if words else []
    if words and asking.user.role.covers(Role.DISPATCHER):
        hits += _customers(connection, words, asking, MOST - len(hits))
    if len(hits) == 1:
        return RedirectResponse(hits[0].address, HTTPStatus.SEE_OTHER)
    return pages.render(request, "found.html", asking, q=q, hits=hits, full=len(hits) == MOST)


def _hits(connection: Connection, words: str, asking: SignedIn) -> list[Hit]:
    asked = {
        "words": words,
        "number": _number(words),
        "region": asking.user.region,
        "limit": MOST,
    }
    with connection.cursor(row_factory=class_row(Hit)) as cursor:
        return cursor.execute(_SQL["find"], asked).fetchall()


def _customers(connection: Connection, words: str, asking: SignedIn, limit: int) -> list[Hit]:
    """Customers by what is sealed: all words of a name as they begin, a number, an address."""
    found = [blind_index.find(connection, kind, words) for kind in ("name", "phone", "email")]
    asked = {
        "words": words,
        "region": asking.user.region,
        "household_ids": [number for each in found for number in each.household_ids],
        "contact_ids": [number for each in found for number in each.contact_ids],
        "limit": limit,
    }
    ids = [int(str(row[0])) for row in connection.execute(_SQL["customers"], asked).fetchall()]
    homes = household.by_ids(connection, ids)
    audit.saw(connection, asking.user.name, ids, "finder")
    return [_hit(homes[number]) for number in ids]


def _hit(home: Household) -> Hit:
    detail = ", ".join(part for part in (home.external_id, home.address) if part)
    return Hit("Customer", home.name, detail, f"/console/customers/{home.id}")


def _number(words: str) -> int | None:
    """The ticket number that the words may be."""
    digits = words.removeprefix("#")
    possible = digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER
    return int(digits) if possible else None
