"""/v1/knowledge: what may be wrong, what to do, and when to call; in the words of whoever asks."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api import audit, problem
from api.access import AdminOfAll, Viewer
from api.allowance import Allowance
from api.from_row import FromRow
from api.house import House, Served, Transaction
from devices.knowledge import article, unanswered, wording
from devices.knowledge.index import Found, Index
from runtime.errors import NotFoundError

router = APIRouter(prefix="/v1/knowledge", tags=["knowledge"])
A_MINUTE = 60
"""Questions of one address; a person who types asks fewer."""
MOST = 5
_CHINESE = re.compile(r"[\u3400-\u9fff]")
Language = Literal["en", "zh"]
Question = Annotated[
    str,
    Query(
        min_length=1,
        max_length=wording.LONGEST,
        description="A code or what is wrong, as people say it",
        examples=["E5", "washing machine does not drain", "洗衣机不排水"],
    ),
]


class Answer(FromRow):
    """An article that answers."""

    type: str
    type_title: str
    kind: str = Field(description="problem, code or consumable")
    name: str = Field(examples=["drain", "E5"])
    title: str
    score: float = Field(description="How well it answers, up to 1")
    severity: str | None
    safety: bool
    problem: str | None
    codes: list[str] = Field(description="What the appliance may show with it")
    causes: list[str]
    steps: list[str] = Field(description="What to do, in order")
    call: str = Field(description="When to call for service")
    parts: list[str]
    skills: list[str]


class Answers(BaseModel):
    """Everything that answers, the best first; empty if nothing does."""

    language: Language
    items: list[Answer]


class Unanswered(FromRow):
    """A question that nothing was found for."""

    type: str
    question: str
    language: str
    asked: int
    first_at: datetime
    last_at: datetime


class Settled(BaseModel):
    """A question that needs no answer any more."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, StringConstraints(min_length=1, max_length=wording.LONGEST)]
    type: str | None = None


@router.get("", summary="Ask the knowledge base", responses=problem.responses(404, 422, 429))
def ask(
    request: Request,
    response: Response,
    connection: Transaction,
    house: Served,
    q: Question,
    type_: Annotated[str | None, Query(alias="type", examples=["air_conditioner"])] = None,
    language: Language | None = None,
) -> Answers:
    """Causes, steps and when to call, in the language asked for, else in that of the question.

    Anybody may ask, without a token: nothing here is about a person or their appliance. What is
    not found is counted for the editors, without who asked.
    """
    spend(request)
    spoken: Language = language or ("zh" if _CHINESE.search(q) else "en")
    found = search(request, house, q, type_)
    if not found:
        unanswered.keep(connection, q, type_, spoken, house.clock.now())
    response.headers["Content-Language"] = spoken
    return Answers(language=spoken, items=[_answer(house, each, spoken) for each in found])


@router.get(
    "/unanswered",
    summary="List what was asked and not found",
    responses=problem.responses(401, 403, 422),
)
def index(
    connection: Transaction,
    asking: Viewer,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> list[Unanswered]:
    """What came most often first, with numbers and addresses left out."""
    del asking  # whoever may sign in may see it
    return [Unanswered.model_validate(each) for each in unanswered.page(connection, limit)]


@router.post(
    "/unanswered/settled",
    status_code=204,
    summary="Take a question off the list",
    responses=problem.responses(401, 403, 404, 422),
)
def settle(connection: Transaction, asking: AdminOfAll, asked: Settled) -> None:
    """It is answered by the catalogue now, or it is no question; it counts anew if it comes."""
    if not unanswered.settle(connection, asked.question, asked.type):
        raise NotFoundError("nobody asked this and found nothing")
    audit.record(connection, asking.name, "question settled", asked.question)


def search(request: Request, house: House, question: str, type_name: str | None) -> list[Found]:
    """What the catalogue has on a question; NotFoundError for a type that it does not have."""
    if type_name is not None and type_name not in house.catalogue:
        known = ", ".join(sorted(house.catalogue))
        raise NotFoundError(f"there is no type {type_name!r}", hint=f"there are {known}")
    known_phrases: Index = request.app.state.knowledge
    return known_phrases.search(question, type_name, MOST)


def spend(request: Request) -> None:
    """Count a question of this address; TooManyRequestsError after too many."""
    allowance: Allowance = request.app.state.questions
    allowance.spend(request.client.host if request.client else "")


def _answer(house: House, found: Found, language: str) -> Answer:
    written = article.write(house.catalogue, found.subject, language)
    subject = found.subject
    values = {name: value for name, value in vars(written).items() if name != "subject"}
    return Answer(
        type=subject.type,
        kind=subject.kind,
        name=subject.name,
        score=round(found.score, 3),
        **values,
    )
