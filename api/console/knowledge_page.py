"""The knowledge base as a page: for anybody at /knowledge; in the console with what is missing."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api import audit
from api.access import check_everywhere, check_role
from api.console import language, pages
from api.console.session import FilledIn, Session, SignedIn
from api.house import House, Served, Transaction
from api.routes import knowledge
from api.user import Role
from devices.knowledge import article, unanswered, wording
from devices.knowledge.article import Article
from storage.pool import Connection

router = APIRouter()
PAGE = "/console/knowledge"
Asked = Annotated[str, Query(max_length=wording.LONGEST)]
TypeName = Annotated[str, Query(alias="type", max_length=50)]


@router.get("/knowledge")
def ask(
    request: Request,
    house: Served,
    connection: Transaction,
    q: Asked = "",
    type_: TypeName = "",
) -> Response:
    """What anybody may ask, in the language of their browser or of `lang`."""
    if q:
        knowledge.spend(request)
    return _render(request, house, connection, None, q, type_)


@router.get(PAGE)
def look(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: SignedIn,
    q: Asked = "",
    type_: TypeName = "",
) -> Response:
    """The same for staff, with what was asked and not found."""
    return _render(request, house, connection, asking, q, type_)


@router.post(f"{PAGE}/settled")
def settle(
    connection: Transaction,
    asking: FilledIn,
    question: Annotated[str, Form(max_length=wording.LONGEST)],
) -> Response:
    """Take a question off the list."""
    check_role(asking.user, Role.ADMIN)
    check_everywhere(asking.user)
    if unanswered.settle(connection, question):
        audit.record(connection, asking.user.name, "question settled", question)
    return RedirectResponse(PAGE, HTTPStatus.SEE_OTHER)


def _render(
    request: Request,
    house: House,
    connection: Connection,
    asking: Session | None,
    question: str,
    type_name: str,
) -> Response:
    spoken = language.chosen(request)
    found = _answers(request, house, question, type_name, spoken) if question else []
    if question and not found and asking is None:
        unanswered.keep(connection, question, type_name or None, spoken, house.clock.now())
    return pages.render(
        request,
        "knowledge.html",
        asking,
        question=question,
        chosen_type=type_name,
        types={name: each.title.language(spoken) for name, each in house.catalogue.items()},
        answers=found,
        unanswered=unanswered.page(connection) if asking else [],
        may_settle=_may_settle(asking),
    )


def _answers(
    request: Request, house: House, question: str, type_name: str, spoken: str
) -> list[Article]:
    found = knowledge.search(request, house, question, type_name or None)
    return [article.write(house.catalogue, each.subject, spoken) for each in found]


def _may_settle(asking: Session | None) -> bool:
    """The list of what was not found is one for all regions, so it is no partner's."""
    return asking is not None and asking.user.role.covers(Role.ADMIN) and asking.user.region is None
